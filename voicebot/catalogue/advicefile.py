"""Trees of advice as files that people edit: ``advice/<key>.toml`` in a city's folder."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from voicebot.catalogue.advice import SAMPLE, Advice, from_document, to_document
from voicebot.catalogue.advicecheck import problems
from voicebot.catalogue.city import Department
from voicebot.catalogue.csvfile import Errors, read_text

FOLDER = "advice"

#: Stands at the top of every file, so that whoever opens it can change it.
GUIDE = """\
# Eine Beratung: kurze Fragen, die zur passenden Auskunft führen. Der Dateiname ist ihr Schlüssel.
#
# services    Dienstleistungen aus services.csv, bei denen der Assistent die Beratung anbietet
# first       die erste Frage
# steps       Fragen mit zwei oder drei Antworten; auf jedem Weg höchstens fünf Fragen
#   label     wird vorgelesen: „Drücken oder sagen Sie eins für …“
#   words     womit Anrufende die Antwort im Alltag geben; dasselbe Wort nur bei einer Antwort
#   note      wie die Antwort für die Mitarbeitenden notiert wird
#   then      die Frage oder das Ende, das folgt
# endings     was am Ende gesprochen wird; transfer = true verbindet danach mit department
#   parts     Teile: answer (Ergebnis), documents (Unterlagen), fee (Gebühr), next (nächster Schritt).
#             Jeder hat eine Quelle; mit source = "sample" wird er nur in der Vorführung gesprochen.
#
# Texte werden gehört: höchstens drei Sätze mit je 25 Wörtern, keine Klammern, Zahlen ausgeschrieben.
"""

_KEY = re.compile("[a-z0-9]+(?:[-_][a-z0-9]+)*")
_LANGUAGE = re.compile("[a-z]{2,3}")


def read_advice(
    folder: Path, services: Collection[str], departments: Mapping[str, Department], errors: Errors
) -> dict[str, Advice]:
    """Every tree of a folder by key, checked; none where there is no folder. What is wrong is noted in ``errors``."""
    result: dict[str, Advice] = {}
    owners: dict[str, str] = {}
    # Not those beginning with a full stop, which macOS and editors leave behind.
    for path in sorted(folder.glob("[!.]*.toml")):
        file = f"{FOLDER}/{path.name}"
        before = len(errors.lines)
        document = _document(path, file, errors)
        if len(errors.lines) > before:
            continue
        advice = result[path.stem] = from_document(path.stem, document)
        for problem in problems(advice, services, departments):
            errors.add(f"{file}, {problem.where}", problem.what)
        for service in advice.services:
            owner = owners.setdefault(service, file)
            if owner != file:
                errors.add(f"{file}, services", f"„{service}“ steht schon in {owner}; bitte nur einmal nennen")
    return result


def advice_files(advice: Mapping[str, Advice]) -> dict[str, str]:
    """The texts of the files by name, so that :func:`read_advice` finds the same trees in them."""
    return {f"{key}.toml": _toml(tree) for key, tree in sorted(advice.items())}


def toml_string(text: str) -> str:
    # A JSON string is a TOML string once the one character that only TOML forbids is escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007F")


# Reading.


def _document(path: Path, file: str, errors: Errors) -> dict[str, Any]:
    if not _KEY.fullmatch(path.stem):
        errors.add(file, "der Dateiname ist kein Schlüssel; bitte nur a bis z, Ziffern und Bindestrich verwenden")
    before = len(errors.lines)
    text = read_text(path, errors, file)
    if len(errors.lines) > before:
        return {}
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = f"{file}, Zeile {line[1]}" if line else file
        errors.add(where, "nicht lesbar; bitte Anführungszeichen, Klammern und doppelte Namen prüfen")
        return {}
    return _advice(_Table(file, "", content, errors))


def _advice(table: _Table) -> dict[str, Any]:
    table.expect("name", "services", "first", "steps", "endings")
    return {
        "name": table.texts("name"),
        "services": table.strings("services"),
        "first": table.string("first"),
        "steps": {key: _step(step) for key, step in table.named("steps")},
        "endings": {key: _ending(ending) for key, ending in table.named("endings")},
    }


def _step(table: _Table) -> dict[str, Any]:
    table.expect("question", "choices")
    return {
        "question": table.texts("question"),
        "choices": [_choice(choice) for choice in table.listed("choices", "Antwort")],
    }


def _choice(table: _Table) -> dict[str, Any]:
    table.expect("label", "note", "words", "then")
    words = table.table("words") if "words" in table.content else None
    return {
        "label": table.texts("label"),
        "note": table.texts("note") if "note" in table.content else {},
        "words": {language: words.strings(language) for language in words.languages()} if words else {},
        "then": table.string("then"),
    }


def _ending(table: _Table) -> dict[str, Any]:
    table.expect("department", "service", "transfer", "parts")
    return {
        "department": table.string("department"),
        "service": table.string("service") if "service" in table.content else "",
        "transfer": table.flag("transfer"),
        "parts": [_part(part) for part in table.listed("parts", "Teil")],
    }


def _part(table: _Table) -> dict[str, Any]:
    table.expect("about", "text", "source", "as_of")
    source = table.string("source")
    if source != SAMPLE and source.casefold() == SAMPLE:
        # As it stands it would count as a real source, and the sample be spoken as known.
        table.wrong("source", f"„{source}“ bitte klein schreiben: {SAMPLE}")
    return {
        "about": table.string("about"),
        "text": table.texts("text"),
        "source": source,
        "as_of": table.date("as_of"),
    }


@dataclass
class _Table:
    """A table that notes its errors and then answers with something harmless, so that all of them are found."""

    file: str
    where: str
    content: Mapping[str, Any]
    errors: Errors

    def wrong(self, key: str, what: str) -> None:
        self.errors.add(", ".join(filter(None, (self.file, self.where, key))), what)

    def expect(self, *keys: str) -> None:
        for key in self.content:
            if key not in keys:
                self.wrong(key, f"ist unbekannt; erwartet werden {', '.join(keys)}")

    def string(self, key: str) -> str:
        value = self.content.get(key)
        if isinstance(value, str) and (text := " ".join(value.split())):
            return text
        self.wrong(key, f'fehlt; bitte als {key} = "…" eintragen')
        return ""

    def strings(self, key: str) -> list[str]:
        value = self.content.get(key)
        if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
            self.wrong(key, f'ist keine Liste von Texten; bitte als {key} = ["…", "…"] eintragen')
            return []
        return list(dict.fromkeys(" ".join(each.split()) for each in value))

    def texts(self, key: str) -> dict[str, str]:
        table = self.table(key)
        return {language: table.string(language) for language in table.languages()}

    def languages(self) -> list[str]:
        for language in self.content:
            if not _LANGUAGE.fullmatch(language):
                self.wrong(language, "ist kein Sprachkürzel; bitte zum Beispiel de oder en schreiben")
        return sorted(self.content)

    def flag(self, key: str) -> bool:
        value = self.content.get(key, False)
        if not isinstance(value, bool):
            self.wrong(key, f"bitte als {key} = true oder {key} = false eintragen")
        return value is True

    def date(self, key: str) -> str:
        value = self.content.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value.isoformat()
        self.wrong(key, f"ist kein Datum; bitte ohne Anführungszeichen als {key} = 2026-11-22 eintragen")
        return date.min.isoformat()

    def table(self, key: str) -> _Table:
        value = self.content.get(key)
        inner = f"{self.where}, {key}" if self.where else key
        if isinstance(value, dict) and value:
            return _Table(self.file, inner, value, self.errors)
        self.wrong(key, f"fehlt; bitte als {key}.de = … eintragen")
        return _Table(self.file, inner, {}, self.errors)

    def named(self, key: str) -> Iterator[tuple[str, _Table]]:
        value = self.content.get(key)
        if not isinstance(value, dict) or not all(isinstance(each, dict) for each in value.values()):
            self.wrong(key, f"fehlt; bitte jeden Eintrag mit [{key}.…] beginnen")
            return
        for name, each in value.items():
            if not _KEY.fullmatch(name):
                self.wrong(f"{key}.{name}", "ist kein Schlüssel; bitte nur a bis z, Ziffern und Bindestrich verwenden")
            yield name, _Table(self.file, f"{key}.{name}", each, self.errors)

    def listed(self, key: str, singular: str) -> Iterator[_Table]:
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.wrong(key, f"ist keine Liste; bitte jeden Eintrag mit [[{self.where}.{key}]] beginnen")
            return
        for number, each in enumerate(value, start=1):
            yield _Table(self.file, f"{self.where}, {singular} {number}", each, self.errors)


# Writing.


def _toml(advice: Advice) -> str:
    document = to_document(advice)
    lines = [GUIDE, *_values({key: document[key] for key in ("name", "services", "first")})]
    for key, step in document["steps"].items():
        lines += ["", f"[steps.{key}]", *_values({"question": step["question"]})]
        for choice in step["choices"]:
            lines += ["", f"[[steps.{key}.choices]]", *_values(choice)]
    for key, ending in document["endings"].items():
        parts = ending.pop("parts")
        lines += ["", f"[endings.{key}]", *_values(ending)]
        for part in parts:
            lines += ["", f"[[endings.{key}.parts]]", *_values(part)]
    return "\n".join([*lines, ""])


def _values(table: Mapping[str, Any]) -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _values({f"{key}.{language}": each for language, each in value.items()})
        else:
            yield f"{key} = {_value(key, value)}"


def _value(key: str, value: str | bool | list[str]) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(toml_string, value))}]"
    return value if key == "as_of" else toml_string(value)
