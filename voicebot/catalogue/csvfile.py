"""CSV files as offices write them: comma or semicolon, with or without a byte order mark."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from voicebot.catalogue.city import SAMPLE
from voicebot.catalogue.tables import KEYS

#: After so many errors nobody reads on; they often have one cause.
MOST_ERRORS = 20


class DataError(Exception):
    """A city's folder has errors; nothing of it was taken over.

    ``errors`` has one German line for each, in the order of files and rows.
    """

    def __init__(self, errors: Sequence[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = tuple(errors)


@dataclass
class Errors:
    """What is wrong so far."""

    lines: list[str] = field(default_factory=list)

    def add(self, where: str, what: str) -> None:
        """
        :raises DataError: that was one too many
        """
        self.lines.append(f"{where}: {what}")
        if len(self.lines) == MOST_ERRORS:
            raise DataError([*self.lines, f"Nach {MOST_ERRORS} Fehlern wurde die Prüfung beendet."])

    def raise_any(self) -> None:
        """
        :raises DataError: something is wrong
        """
        if self.lines:
            raise DataError(self.lines)


@dataclass
class Row:
    """A row that notes its errors and then answers with something harmless, so that all of them are found."""

    file: str
    number: int
    """As a spreadsheet counts: the header is row 1."""
    cells: dict[str, str]
    errors: Errors

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def wrong(self, column: str, what: str) -> None:
        self.errors.add(f"{self.file}, Zeile {self.number}, Spalte {column}", what)

    def filled(self, column: str) -> str:
        if not self.cells[column]:
            self.wrong(column, "darf nicht leer sein; bitte ausfüllen")
        return self.cells[column]

    def parts(self, column: str) -> tuple[str, ...]:
        """A cell's parts between ``|``."""
        stripped = (part.strip() for part in self.cells[column].split("|"))
        return tuple(dict.fromkeys(part for part in stripped if part))

    def matching(self, column: str, pattern: str, what: str) -> str:
        if (text := self.filled(column)) and not re.fullmatch(pattern, text):
            self.wrong(column, f"„{text}“ {what}")
        return text

    def choice(self, column: str, choices: Sequence[str]) -> str:
        if (text := self.filled(column)) and text not in choices:
            shown = f"{', '.join(choices[:-1])} oder {choices[-1]}"
            self.wrong(column, f"„{text}“ ist nicht erlaubt; bitte {shown} schreiben")
        return text

    def date(self, column: str) -> date:
        text = self.filled(column)
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                pass
        if text:
            self.wrong(column, f"„{text}“ ist kein Datum; bitte {_mended_date(text)} schreiben")
        return date.min

    def time(self, column: str) -> time:
        text = self.filled(column)
        found = re.fullmatch(r"(\d{1,2})[:.](\d\d)(?:[:.]00)?(?: ?Uhr)?", text)
        if found and int(found[1]) < 24 and int(found[2]) < 60:
            value = time(int(found[1]), int(found[2]))
            if text == value.isoformat("minutes"):
                return value
            mended = f"als {value:%H:%M}"
        else:
            mended = "als Stunde und Minute, zum Beispiel 08:30,"
        if text:
            self.wrong(column, f"„{text}“ ist keine Uhrzeit; bitte {mended} schreiben")
        return time.min


def read_text(path: Path, errors: Errors, file: str = "") -> str:
    """A file's text in composed characters; unreadable ones count as empty and are noted.

    :param file: what errors call it; its name if empty
    """
    file = file or path.name
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        errors.add(file, f"die Datei fehlt im Ordner {path.parent}")
    except OSError as error:
        errors.add(file, f"die Datei ist nicht lesbar ({error.strerror})")
    except UnicodeDecodeError:
        how = "mit dem Texteditor als UTF-8"
        if path.suffix == ".csv":
            how = "in Excel über „Speichern unter“ mit dem Dateityp „CSV UTF-8 (durch Trennzeichen getrennt)“"
        errors.add(file, f"die Datei ist nicht in UTF-8; bitte {how} speichern")
    else:
        # macOS may write "ü" as two characters, which would match nothing that a recogniser writes.
        return unicodedata.normalize("NFC", text)
    return ""


def read_rows(path: Path, columns: Sequence[str], also: str, errors: Errors) -> list[Row]:
    """Rows with all ``columns``, in any order, and those further ones that match ``also``.

    White space in a cell becomes single spaces; rows without content are left out. What is wrong with the
    file itself is noted in ``errors``.
    """
    before = len(errors.lines)
    text = read_text(path, errors)
    if len(errors.lines) > before:
        return []
    header_line = text.partition("\n")[0]
    delimiter = ";" if ";" in header_line else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    try:
        for record in reader:
            records.append([" ".join(cell.split()) for cell in record])  # noqa: PERF401 - kept up to an error
    except csv.Error:
        errors.add(
            f"{path.name}, Zeile {len(records) + 1}",
            "die Anführungszeichen stimmen nicht; bitte jedes öffnende schließen und ein Anführungszeichen "
            "im Text verdoppeln",
        )
        return []
    header = records[0] if records else []
    while header and not header[-1]:
        header.pop()
    if not _is_header_right(path.name, header, columns, also, errors):
        return []
    rows = []
    for number, record in enumerate(records[1:], start=2):
        if not any(record):
            continue
        if any(record[len(header) :]):
            errors.add(
                f"{path.name}, Zeile {number}",
                f"mehr Felder als Spalten; bitte Texte mit „{delimiter}“ in Anführungszeichen setzen",
            )
        if any("\0" in cell for cell in record):
            errors.add(f"{path.name}, Zeile {number}", "enthält ein Steuerzeichen; bitte neu eingeben")
        filled = record[: len(header)] + [""] * (len(header) - len(record))
        rows.append(Row(path.name, number, dict(zip(header, filled, strict=True)), errors))
    return rows


def _is_header_right(file: str, header: Sequence[str], columns: Sequence[str], also: str, errors: Errors) -> bool:
    where = f"{file}, Zeile 1"
    expected = f"erwartet werden {', '.join(columns)}"
    before = len(errors.lines)
    for column in columns:
        if column not in header:
            errors.add(where, f"die Spalte „{column}“ fehlt; {expected}")
    for column in dict.fromkeys(header):
        if header.count(column) > 1:
            errors.add(where, f"die Spalte „{column}“ steht mehrmals da; {expected}")
        if column not in columns and not (also and re.fullmatch(also, column)):
            errors.add(where, f"die Spalte „{column}“ ist unbekannt; {expected}")
    return len(errors.lines) == before


def _mended_date(text: str) -> str:
    for form in ("%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%Y/%m/%d", "%Y%m%d", "%Y-%m-%d %H:%M:%S"):
        try:
            return f"als {datetime.strptime(text, form).date()}"
        except ValueError:
            continue
    return "als Jahr-Monat-Tag, zum Beispiel 2026-11-22,"


def unique(rows: list[Row]) -> Iterator[Row]:
    """Rows, noting those whose key another one has."""
    first: dict[tuple[str, ...], int] = {}
    for row in rows:
        columns = KEYS[row.file]
        key = tuple(row[column] for column in columns)
        if any(key) and key in first:
            what = f"steht schon in Zeile {first[key]}; bitte eine der beiden löschen"
            row.wrong(columns[-1] if len(columns) == 1 else ", ".join(columns), what)
        first.setdefault(key, row.number)
        yield row


def source(row: Row) -> str:
    """Where a statement comes from: ``sample``, or anything else."""
    origin = row.filled("source")
    if origin != SAMPLE and origin.casefold() == SAMPLE:
        # As it stands it would count as a real source, and the sample be spoken as known.
        row.wrong("source", f"„{origin}“ bitte klein schreiben: {SAMPLE}")
    return origin


def known(row: Row, column: str, keys: Collection[str], file: str) -> str:
    """A key that another file has."""
    if (key := row.filled(column)) and key not in keys:
        row.wrong(column, f"„{key}“ steht nicht in {file}; bitte dort anlegen oder hier ändern")
    return key
