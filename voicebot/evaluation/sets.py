"""The questions to measure with: a folder of CSV files, or the questions of somebody else with a mapping."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from voicebot.catalogue.city import ASPECTS, City
from voicebot.catalogue.csvfile import DataError, Errors, Row, read_rows, read_text

INTENTS = ("service", "department", "human")
NUMBERS = ("112", "110")
COLUMNS = {
    "questions.csv": ("language", "text", "intent", "service", "aspect", "department"),
    "off_topic.csv": ("language", "text"),
    "emergencies.csv": ("language", "text", "number"),
    "no_emergencies.csv": ("language", "text"),
    "clarify.csv": ("language", "text", "services"),
    "several.csv": ("language", "text", "services"),
    "spoken.csv": ("language", "text"),
}
"""Every file of a folder, and its columns. A file that is not there is not measured."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Utterance:
    """What is asked, and what would be right."""

    language: str
    """ISO 639-1, or the name of the list it came from."""
    text: str
    intent: str = ""
    """One of :data:`INTENTS` for a question; empty in the other files."""
    services: tuple[str, ...] = ()
    """Of a question: each of them is right. Of several wishes: all of them are asked for."""
    aspect: str = ""
    departments: tuple[str, ...] = ()
    """Those that an answer may speak for, or the call be passed on to."""
    numbers: tuple[str, ...] = ()
    """Emergency numbers, each of them right."""


@dataclass(frozen=True)
class Sets:
    """What is measured; an empty one is left out."""

    questions: tuple[Utterance, ...] = ()
    off_topic: tuple[Utterance, ...] = ()
    emergencies: tuple[Utterance, ...] = ()
    no_emergencies: tuple[Utterance, ...] = ()
    clarify: tuple[Utterance, ...] = ()
    several: tuple[Utterance, ...] = ()
    spoken: tuple[Utterance, ...] = ()
    """Utterances of any kind that are measured for their language alone, where speech is measured."""
    not_ours: tuple[Utterance, ...] = ()
    """Questions of somebody else about services that the city does not have."""

    def limited(self, most: int) -> Sets:
        """At most so many of each, spread evenly over it."""
        return replace(self, **{name: _spread(items, most) for name, items in vars(self).items()})


def _spread(items: Sequence[Item], most: int) -> tuple[Item, ...]:
    if len(items) <= most:
        return tuple(items)
    return tuple(items[place * len(items) // most] for place in range(most))


def read_sets(folder: Path, city: City, language: str | None = None) -> Sets:
    """The files of a folder, or those of their rows in one ``language``.

    :raises DataError: a row is wrong, or there is none of the files
    """
    present = [file for file in COLUMNS if (folder / file).is_file()]
    if not present:
        raise DataError([f"{folder}: hier liegt keine der Dateien {', '.join(COLUMNS)}"])
    errors = Errors()
    rows = {file: read_rows(folder / file, COLUMNS[file], "", errors) for file in present}

    def read(file: str, make: Callable[[Row], Utterance]) -> tuple[Utterance, ...]:
        made = [make(row) for row in rows.get(file, [])]
        return tuple(each for each in made if language in (None, each.language))

    sets = Sets(
        questions=read("questions.csv", lambda row: _question(row, city)),
        off_topic=read("off_topic.csv", _utterance),
        emergencies=read("emergencies.csv", lambda row: replace(_utterance(row), numbers=_numbers(row))),
        no_emergencies=read("no_emergencies.csv", _utterance),
        clarify=read("clarify.csv", lambda row: replace(_utterance(row), services=_several(row, city))),
        several=read("several.csv", lambda row: replace(_utterance(row), services=_several(row, city))),
        spoken=read("spoken.csv", _utterance),
    )
    errors.raise_any()
    return sets


def _utterance(row: Row) -> Utterance:
    language = row.matching("language", "[a-z]{2,3}", "ist kein Sprachkürzel; bitte zum Beispiel de oder en schreiben")
    return Utterance(language, row.filled("text"))


def _question(row: Row, city: City) -> Utterance:
    intent = row.choice("intent", INTENTS)
    services = _known(row, "service", city.services)
    departments = _known(row, "department", city.departments)
    if row["aspect"]:
        row.choice("aspect", ASPECTS)
    if intent in ("service", "department"):
        row.filled(intent)
    own = tuple(city.services[key].department for key in services if key in city.services)
    return replace(
        _utterance(row),
        intent=intent,
        services=services,
        aspect=row["aspect"],
        departments=tuple(dict.fromkeys((*departments, *own))),
    )


def _several(row: Row, city: City) -> tuple[str, ...]:
    services = _known(row, "services", city.services)
    if len(services) == 1:
        row.wrong("services", "nennt nur eine Dienstleistung; bitte mehrere mit „|“ trennen")
    elif not services:
        row.filled("services")
    return services


def _numbers(row: Row) -> tuple[str, ...]:
    numbers = row.parts("number")
    if not numbers or set(numbers) - set(NUMBERS):
        row.wrong("number", f"„{row['number']}“ ist nicht erlaubt; bitte {' oder '.join(NUMBERS)} schreiben")
    return numbers


def _known(row: Row, column: str, keys: Collection[str]) -> tuple[str, ...]:
    found = row.parts(column)
    for key in found:
        if key not in keys:
            row.wrong(column, f"„{key}“ kennt die Stadt nicht; bitte einen Schlüssel aus ihren Daten schreiben")
    return found


def read_foreign(file: Path, mapping: Path, city: City, language: str) -> Sets:
    """Questions whose services are named otherwise: JSON or CSV with ``question`` and ``service``.

    ``mapping`` is CSV with ``name`` and ``service``, where the service is one of the city's keys, or several
    of which each is right, or nothing. Questions about services without any are :attr:`Sets.not_ours`.

    :raises DataError: a file cannot be read or an entry is wrong
    """
    errors = Errors()
    ours = {
        row.filled("name"): _known(row, "service", city.services)
        for row in read_rows(mapping, ("name", "service"), "", errors)
    }
    pairs = _foreign_csv(file, errors) if file.suffix.lower() == ".csv" else _foreign_json(file, errors)
    errors.raise_any()
    questions, not_ours = [], []
    for text, name in pairs:
        if services := ours.get(" ".join(name.split()), ()):
            departments = tuple(city.services[key].department for key in services)
            questions.append(Utterance(language, text, "service", services, departments=departments))
        else:
            not_ours.append(Utterance(language, text))
    return Sets(questions=tuple(questions), not_ours=tuple(not_ours))


def _foreign_csv(file: Path, errors: Errors) -> list[tuple[str, str]]:
    rows = read_rows(file, ("question", "service"), ".*", errors)
    return [(row.filled("question"), row.filled("service")) for row in rows]


def _foreign_json(file: Path, errors: Errors) -> list[tuple[str, str]]:
    content = _json(file, errors)
    if not isinstance(content, list):
        errors.add(file.name, "erwartet wird eine Liste von Einträgen mit „question“ und „service“")
        return []
    pairs = []
    for number, entry in enumerate(content, start=1):
        pair = [entry.get(key) if isinstance(entry, dict) else None for key in ("question", "service")]
        if all(isinstance(part, str) and part.strip() for part in pair):
            pairs.append((str(pair[0]), str(pair[1])))
        else:
            errors.add(f"{file.name}, Eintrag {number}", "„question“ und „service“ müssen Texte sein")
    return pairs


def read_off_topic(file: Path, language: str | None = None) -> tuple[Utterance, ...]:
    """Sentences no town hall answers: a JSON object of lists, those whose name begins with ``language``.

    :raises DataError: the file cannot be read or holds something else
    """
    errors = Errors()
    content = _json(file, errors)
    found: list[Utterance] = []
    for name, texts in content.items() if isinstance(content, dict) else ():
        if isinstance(texts, list) and all(isinstance(text, str) for text in texts):
            if name.startswith(language or ""):
                found += [Utterance(name, text) for text in texts]
        else:
            errors.add(f"{file.name}, {name}", "erwartet wird eine Liste von Sätzen")
    if not isinstance(content, dict):
        errors.add(file.name, "erwartet wird ein Objekt mit Listen von Sätzen")
    errors.raise_any()
    return tuple(found)


def _json(file: Path, errors: Errors) -> Any:
    """What a JSON file holds.

    :raises DataError: it is not there or no JSON
    """
    text = read_text(file, errors)
    errors.raise_any()
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError([f"{file.name}, Zeile {error.lineno}: kein gültiges JSON ({error.msg})"]) from None
