"""Which texts a language lacks: everything that German has and callers of the language would miss."""

from __future__ import annotations

import csv
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from voicebot.catalogue.calendarwords import CalendarWords

MOST_ASKED = (
    *("aufenthaltstitel", "beglaubigung", "bildung-teilhabe", "eheschliessung", "fuehrerschein", "fuehrungszeugnis"),
    *("geburtsurkunde", "gewerbe-anmelden", "hundesteuer", "kfz-zulassung", "kita", "meldebescheinigung"),
    *("personalausweis", "reisepass", "schulanmeldung", "sperrmuell", "wohngeld"),
    *("wohnsitz-abmelden", "wohnsitz-anmelden", "wohnsitz-ummelden"),
)
"""Services whose answers there are in every language."""
FEWEST_EXAMPLES = 4
"""Questions a service."""
READ_BY_RULES = ("de", "en")
"""Languages that are read aloud by rules of their own rather than by a table."""

_WORDS = {
    "phrases": ("sets", "numbers.digits", "numbers.tens", "numbers.repeats", "choices.ordinals"),
    "spoken": (
        *("numbers.also", "numbers.fractions", "numbers.ordinals.irregular", "phone.numbers", "phone.homophones"),
        *("times.units", "times.clocks", "times.named", "times.dayparts", "dates.idioms", "dates.units"),
        *("dates.weekdays", "dates.months", "spelling.din_1996", "spelling.din_2022", "spelling.letters"),
        *("spelling.compounds", "spelling.alike"),
    ),
}
"""Tables whose keys are words of the language: only whether there are any can be told."""
_ONLY_SOME = ("unless", "sets", "particles", "din_1996", "din_2022", "surname", "company")
"""Keys that not every language needs, by their last part."""
_MAY_BE_EMPTY = (
    *("dates.idioms", "spelling.surnames", "numbers.one", "numbers.ordinals.suffixes", "wishes.pairs"),
    *("turns.modals", "turns.modals_go_with"),
)
"""Where a language need not have any; that is said with an empty list or table."""
_VALUES = {
    "numbers.digits": frozenset("0123456789"),
    "choices.ordinals": frozenset((1, 2, 3, -1)),
    "dates.weekdays": frozenset(range(7)),
    "dates.months": frozenset(range(1, 13)),
}
"""What the words of a table have to stand for, all of it."""
_READING = (
    *("numbers.digits", "numbers.minus", "decimal.point", "time.full", "time.minutes", "date.months", "money.euro"),
    *("money.cent", "units", "units.%", "ranges.numbers", "telephone.plus", "web.signs", "web.signs.@", "web.signs.."),
)


def missing(root: Path, language: str) -> list[str]:
    """A line for each text that is missing in a language, the file first.

    :param root: has ``prompts``, ``voicebot`` and ``data/borken``
    """
    phrases = root / "voicebot" / "understanding" / "phrases"
    return [
        *_prompts(root / "prompts", language),
        *_tables(phrases, "", language, _WORDS["phrases"]),
        *_tables(phrases, "spoken_", language, _WORDS["spoken"]),
        *_sentences(phrases, language),
        *_reading(root / "voicebot" / "speech" / "spoken", language),
        *_names(root / "data" / "borken", language),
        *_questions_and_answers(root / "data" / "borken", language),
    ]


def _toml(file: Path) -> dict[str, Any] | None:
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def _prompts(folder: Path, language: str) -> Iterator[str]:
    name = f"prompts/{language}.toml"
    texts = _toml(folder / f"{language}.toml")
    if texts is None:
        yield f"{name}: no such file"
        return
    for key in _toml(folder / "de.toml") or {}:
        if not texts.get(key):
            yield f"{name}: {key}"
    calendar = texts.get("calendar", {})
    for each in fields(CalendarWords):
        key = {"both": "and", "after": "from"}.get(each.name, each.name)
        if each.default is MISSING and each.default_factory is MISSING and not calendar.get(key):
            yield f"{name}: calendar.{key}"


def _tables(folder: Path, prefix: str, language: str, words: Collection[str]) -> Iterator[str]:
    """Keys of German phrases that a language does not have, or that say nothing."""
    name = f"phrases/{prefix}{language}.toml"
    table = _toml(folder / f"{prefix}{language}.toml")
    if table is None:
        yield f"{name}: no such file"
        return
    own = dict(_leaves(table, words))
    for key, german in _leaves(_toml(folder / f"{prefix}de.toml") or {}, words):
        if key.rsplit(".", 1)[-1] in _ONLY_SOME:
            continue
        may_be_empty = german in ({}, [], "") or key in _MAY_BE_EMPTY
        if key not in own or (own[key] in ({}, []) and not may_be_empty):
            yield f"{name}: {key}"
    for key, needed in _VALUES.items():
        if key not in own:
            continue
        for value in sorted(needed - set(own[key].values()), key=str):
            yield f"{name}: {key}: no word for {value}"
    kinds = Counter((kind["number"], kind["certain"]) for kind in table.get("emergency", ()) if kind.get("contains"))
    for kind in (_toml(folder / f"{prefix}de.toml") or {}).get("emergency", ()):
        if not kinds[kind["number"], kind["certain"]]:
            yield f"{name}: emergency: {kind['number']}, {'certain' if kind['certain'] else 'uncertain'}"


def _leaves(table: Mapping[str, Any], words: Collection[str], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Keys with dots and what they say; a table of words as a whole."""
    for key, value in table.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and name not in words:
            yield from _leaves(value, words, f"{name}.")
        else:
            yield name, value


def _sentences(folder: Path, language: str) -> Iterator[str]:
    """Sentences from which aspects and emergencies are learned, and what is off topic."""
    for file, column in (("aspects", "aspect"), ("emergencies", "number"), ("off_topic", "")):
        rows = _rows(folder / f"{file}.csv")
        wanted = {row.get(column, "") for row in rows if row["language"] == "de"}
        for value in sorted(wanted - {row.get(column, "") for row in rows if row["language"] == language}):
            yield f"phrases/{file}.csv: {language}, {column or 'text'} {value or 'none'}"


def _reading(folder: Path, language: str) -> Iterator[str]:
    if language in READ_BY_RULES:
        return
    name = f"speech/spoken/{language}.toml"
    table = _toml(folder / f"{language}.toml")
    if table is None:
        yield f"{name}: no such file"
        return
    for key in _READING:
        section, _, entry = key.partition(".")
        value: Any = table.get(section)
        while entry and isinstance(value, dict):
            part = entry if entry in value else entry.partition(".")[0]
            value, entry = value.get(part), entry[len(part) + 1 :]
        if not value:
            yield f"{name}: {key}"


def _names(folder: Path, language: str) -> Iterator[str]:
    """Names and keywords of services and departments; German and English keywords share a column."""
    keywords = "keywords" if language in ("de", "en") else f"keywords_{language}"
    columns = {
        "departments.csv": (f"name_{language}", f"with_{language}"),
        "services.csv": (f"name_{language}", keywords),
    }
    for file, needed in columns.items():
        for row in _rows(folder / file):
            for column in needed:
                if not row.get(column):
                    yield f"{file}: {row['key']}: {column}"


def _questions_and_answers(folder: Path, language: str) -> Iterator[str]:
    asked = Counter(row["service"] for row in _rows(folder / "examples.csv") if row["language"] == language)
    for row in _rows(folder / "services.csv"):
        for number in range(asked[row["key"]] + 1, FEWEST_EXAMPLES + 1):
            yield f"examples.csv: {row['key']}: example {number} of {FEWEST_EXAMPLES} in {language}"
    facts = _rows(folder / "facts.csv")
    known = {(row["service"], row["aspect"], row["language"]) for row in facts if row["text"]}
    for service in MOST_ASKED:
        aspects = sorted(aspect for each, aspect, own in known if (each, own) == (service, "de"))
        if not aspects:
            yield f"facts.csv: {service}: no answer in German"
        for aspect in aspects:
            if (service, aspect, language) not in known:
                yield f"facts.csv: {service}: {aspect} in {language}"
