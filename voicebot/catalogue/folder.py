"""A city's folder: files that people edit in a text editor or a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import time
from pathlib import Path

from voicebot.catalogue.advicefile import FOLDER, advice_files, read_advice, toml_string
from voicebot.catalogue.calendar import REGIONS
from voicebot.catalogue.city import ASPECTS, City, Department, Example, Fact, OpeningSpan, Service
from voicebot.catalogue.csvfile import Errors, Row, known, read_rows, read_text, source, unique
from voicebot.catalogue.routingfile import read_closures, read_routes
from voicebot.catalogue.spoken import complaints
from voicebot.catalogue.tables import COLUMNS, OPTIONAL_COLUMNS, OPTIONAL_FILES, WEEKDAYS, YES, Rows, revision, tables

_NAME_COLUMN = "(?:name|with|keywords)_[a-z]{2,3}"
_CITY_KEYS = ("name", "switchboard")
_OPTIONAL_CITY_KEYS = ("region", "bridge_days")
# One address and nothing else: it becomes the recipient of mail.
_EMAIL = r"[A-Za-z0-9._%+-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\.[A-Za-z]{2,}"


def read_folder(folder: Path) -> City:
    """The city that a folder describes, complete and consistent, with its revision.

    :raises DataError: something in it is wrong; all of it, up to 20 errors, is said
    """
    errors = Errors()
    city = _read_toml(folder / "city.toml", errors)
    rows = {file: _read_rows(folder, file, errors) for file in COLUMNS}
    # With a file missing, everything that refers to it would look wrong, too.
    errors.raise_any()
    departments = _read_departments(rows["departments.csv"])
    _check_switchboard(city.get("switchboard", ""), departments, errors)
    hours = _read_hours(rows["hours.csv"], departments)
    services = _read_services(rows["services.csv"], departments)
    examples = _read_examples(rows["examples.csv"], services)
    facts = _read_facts(rows["facts.csv"], services)
    closures = read_closures(rows["closures.csv"], departments)
    routes = read_routes(rows["routing.csv"], departments, services)
    advice = read_advice(folder / FOLDER, services, departments, errors)
    errors.raise_any()
    result = City(
        name=city["name"],
        switchboard=city["switchboard"],
        region=city["region"],
        bridge_days=city["bridge_days"] == "true",
        closures=closures,
        routes=routes,
        departments={
            key: replace(department, hours=tuple(sorted(hours[key], key=_span_order)))
            for key, department in sorted(departments.items())
        },
        services={
            key: replace(
                service,
                examples=tuple(sorted(examples[key], key=lambda example: (example.language, example.text))),
                facts=tuple(sorted(facts[key], key=lambda fact: (fact.aspect, fact.language))),
            )
            for key, service in sorted(services.items())
        },
        advice=advice,
    )
    return replace(result, revision=revision(result))


def write_folder(city: City, folder: Path) -> None:
    """Write all files, sorted, so that equal data give equal bytes; the folder is made if it is missing.

    Trees of advice that the city does not have are removed from the folder, as an import would take them over.

    :raises OSError: the folder cannot be written
    """
    folder.mkdir(parents=True, exist_ok=True)
    contents = tables(city)
    texts = {file: _csv(columns, contents[file]) for file, columns in COLUMNS.items()}
    texts["city.toml"] = "".join(
        f"{key} = {value if key == 'bridge_days' else toml_string(value)}\n"
        for key, value in contents["city.toml"][0].items()
    )
    _write(folder, texts)
    trees = advice_files(city.advice)
    for path in (folder / FOLDER).glob("*.toml"):
        if path.name not in trees:
            path.unlink()
    if trees:
        (folder / FOLDER).mkdir(exist_ok=True)
        _write(folder / FOLDER, trees)


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for file, text in texts.items():
        # Replaced as a whole: a full disk must not leave half a file behind.
        draft = folder / f".{file}.new"
        draft.write_text(text, encoding="utf-8", newline="")
        draft.replace(folder / file)


def _csv(columns: Sequence[str], rows: Rows) -> str:
    header = list(columns)
    # Columns of further languages stand behind those of the first two.
    for column in sorted({column for row in rows for column in row} - set(columns), reverse=True):
        before = "keywords" if column.startswith("keywords_") else "name_en"
        header.insert(header.index(before) + 1, column)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _read_rows(folder: Path, file: str, errors: Errors) -> list[Row]:
    if file in OPTIONAL_FILES and not (folder / file).exists():
        return []
    optional = OPTIONAL_COLUMNS.get(file, ())
    required = [column for column in COLUMNS[file] if column not in optional]
    also = "|".join([*([_NAME_COLUMN] if "name_de" in required else []), *optional])
    return read_rows(folder / file, required, also, errors)


def _read_toml(path: Path, errors: Errors) -> dict[str, str]:
    before = len(errors.lines)
    text = read_text(path, errors)
    if len(errors.lines) > before:
        return {}
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        where = f"{path.name}, Zeile {line[1]}" if line else path.name
        errors.add(where, 'nicht lesbar; bitte so schreiben: name = "Stadt Borken"')
        return {}
    result = {}
    for key in _CITY_KEYS:
        value = content.get(key)
        if isinstance(value, str) and value.strip():
            result[key] = " ".join(value.split())
        else:
            errors.add(path.name, f'„{key}“ fehlt; bitte als {key} = "…" eintragen')
    region, bridge_days = content.get("region", ""), content.get("bridge_days", False)
    if region not in ("", *REGIONS):
        errors.add(path.name, f"„region“ ist kein Bundesland; bitte eines von {', '.join(REGIONS)} nennen oder leeren")
    if not isinstance(bridge_days, bool):
        errors.add(path.name, "„bridge_days“ ist weder wahr noch falsch; bitte true oder false schreiben")
    result |= {"region": str(region), "bridge_days": "true" if bridge_days is True else "false"}
    known_keys = (*_CITY_KEYS, *_OPTIONAL_CITY_KEYS)
    for key in content.keys() - set(known_keys):
        errors.add(path.name, f"„{key}“ ist unbekannt; erwartet werden {', '.join(known_keys)}")
    return result


def _check_switchboard(key: str, departments: dict[str, Department], errors: Errors) -> None:
    where = "city.toml, switchboard"
    if key not in departments:
        errors.add(where, f"„{key}“ steht nicht in departments.csv; bitte dort anlegen oder hier ändern")
    elif departments[key].kind == "extern":
        errors.add(where, f"„{key}“ ist extern; bitte eine Stelle mit kind = stadt nennen")


def _read_departments(rows: list[Row]) -> dict[str, Department]:
    result: dict[str, Department] = {}
    for row in unique(rows):
        kind = row.choice("kind", ("stadt", "extern"))
        extension = row["extension"]
        if extension and not re.fullmatch("[0-9]+", extension):
            row.wrong("extension", f"„{extension}“ ist keine Nummer; bitte nur Ziffern schreiben")
        elif not extension and kind == "stadt":
            row.wrong("extension", "fehlt; bitte die Durchwahl eintragen, nur Ziffern")
        for language in _by_language(row, "with_").keys() - _by_language(row, "name_").keys():
            row.wrong(f"with_{language}", f"steht ohne Namen; bitte auch name_{language} ausfüllen")
        key = _key(row)
        department = Department(
            key=key,
            names=_names(row),
            kind=kind,
            extension=extension,
            source=source(row),
            as_of=row.date("as_of"),
            aliases=row.parts("aliases"),
            after_with=_by_language(row, "with_"),
            email=_email(row),
        )
        result.setdefault(key, department)
    return result


def _read_hours(rows: list[Row], departments: Collection[str]) -> dict[str, list[OpeningSpan]]:
    result: dict[str, list[OpeningSpan]] = defaultdict(list)
    places: dict[tuple[str, int], list[tuple[OpeningSpan, int]]] = defaultdict(list)
    for row in rows:
        before = len(row.errors.lines)
        department = known(row, "department", departments, "departments.csv")
        weekday = row.choice("weekday", WEEKDAYS)
        opens, closes = row.time("opens"), row.time("closes")
        origin, as_of = source(row), row.date("as_of")
        if len(row.errors.lines) > before:
            continue
        if opens >= closes:
            row.wrong("closes", f"{closes:%H:%M} liegt nicht nach {opens:%H:%M}; bitte die Zeiten prüfen")
            continue
        span = OpeningSpan(WEEKDAYS.index(weekday), opens, closes, origin, as_of)
        same_day = places[department, span.weekday]
        for other, number in same_day:
            if opens < other.closes and other.opens < closes:
                row.wrong("opens", f"überschneidet sich mit Zeile {number}; bitte zusammenfassen")
                break
        same_day.append((span, row.number))
        result[department].append(span)
    return result


def _read_services(rows: list[Row], departments: Collection[str]) -> dict[str, Service]:
    result: dict[str, Service] = {}
    for row in unique(rows):
        leika = row["leika"]
        if leika and not re.fullmatch("[0-9]{14}", leika):
            row.wrong(
                "leika",
                f"„{leika}“ hat nicht 14 Ziffern; in Excel die Spalte als Text formatieren oder leeren",
            )
        key = _key(row)
        service = Service(
            key=key,
            names=_names(row),
            department=known(row, "department", departments, "departments.csv"),
            leika=leika,
            keywords=row.parts("keywords"),
            translated={
                column.removeprefix("keywords_"): parts
                for column in sorted(row.cells)
                if column.startswith("keywords_") and (parts := row.parts(column))
            },
            reports=_yes(row, "reports"),
        )
        result.setdefault(key, service)
    return result


def _read_examples(rows: list[Row], services: Collection[str]) -> dict[str, list[Example]]:
    result: dict[str, list[Example]] = defaultdict(list)
    for row in unique(rows):
        service = known(row, "service", services, "services.csv")
        result[service].append(Example(_language(row), row.filled("text")))
    return result


def _read_facts(rows: list[Row], services: Collection[str]) -> dict[str, list[Fact]]:
    result: dict[str, list[Fact]] = defaultdict(list)
    for row in unique(rows):
        service = known(row, "service", services, "services.csv")
        aspect = row.choice("aspect", ASPECTS)
        language = _language(row)
        text = row.filled("text")
        for complaint in complaints(text) if text else ():
            row.wrong("text", complaint)
        result[service].append(Fact(service, aspect, language, text, source(row), row.date("as_of")))
    return result


def _email(row: Row) -> str:
    address = row.cells.get("email", "")
    if address and not re.fullmatch(_EMAIL, address):
        row.wrong("email", f"„{address}“ ist keine Adresse; bitte genau eine schreiben, wie amt@example.org")
    return address


def _key(row: Row) -> str:
    return row.matching(
        "key",
        "[a-z0-9]+(?:[-_][a-z0-9]+)*",
        "ist kein Schlüssel; bitte nur a bis z, Ziffern und Bindestrich, ohne Umlaute und Leerzeichen",
    )


def _yes(row: Row, column: str) -> bool:
    text = row.cells.get(column, "")
    if text not in ("", YES):
        row.wrong(column, f"„{text}“ ist nicht erlaubt; bitte {YES} schreiben oder leer lassen")
    return text == YES


def _names(row: Row) -> dict[str, str]:
    row.filled("name_de")
    return _by_language(row, "name_")


def _by_language(row: Row, prefix: str) -> dict[str, str]:
    return {
        column.removeprefix(prefix): text
        for column, text in sorted(row.cells.items())
        if column.startswith(prefix) and text
    }


def _language(row: Row) -> str:
    return row.matching("language", "[a-z]{2,3}", "ist kein Sprachkürzel; bitte zum Beispiel de oder en schreiben")


def _span_order(span: OpeningSpan) -> tuple[int, time]:
    return span.weekday, span.opens
