"""City folders into the database and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from voicebot.catalogue.city import City
from voicebot.catalogue.csvfile import DataError
from voicebot.catalogue.folder import read_folder, write_folder
from voicebot.catalogue.models import CityRow
from voicebot.catalogue.store import load_city, read_city, write_city, writing
from voicebot.catalogue.tables import KEYS, Rows, tables

__all__ = ["Counts", "DataError", "ImportReport", "export_folder", "import_folder"]


@dataclass(frozen=True)
class Counts:
    """Rows of one file, against what the database held."""

    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0


@dataclass(frozen=True)
class ImportReport:
    counts: Mapping[str, Counts]
    """By file name."""
    revision: str
    """The city's, after the import."""

    @property
    def is_changed(self) -> bool:
        return any(count.added or count.changed or count.removed for count in self.counts.values())

    def lines(self) -> list[str]:
        """One German line a file."""
        width = max(len(file) for file in self.counts)
        return [
            f"{file:<{width}}  {count.added} neu, {count.changed} geändert, {count.removed} entfernt, "
            f"{count.unchanged} unverändert"
            for file, count in self.counts.items()
        ]


def import_folder(engine: Engine, folder: Path) -> ImportReport:
    """Make the database say what the folder says: all of it, or nothing if anything is wrong.

    :raises DataError: the folder has errors
    :raises StoreError: the database failed
    """
    new = read_folder(folder)
    with writing(engine) as session:
        # PostgreSQL would let two imports mix; SQLite has one writer anyway and ignores the lock.
        session.get(CityRow, 1, with_for_update=True)
        old = read_city(session)
        # Not left out when the revisions are equal: rows may have been changed by hand.
        written = write_city(session, new)
    return ImportReport(_counts(old, written), written.revision)


def export_folder(engine: Engine, folder: Path) -> None:
    """Write the database's city as a folder that :func:`import_folder` takes without a change.

    :raises StoreError: the database is empty or failed
    :raises OSError: the folder cannot be written
    """
    write_folder(load_city(engine), folder)


def _counts(old: City | None, new: City) -> dict[str, Counts]:
    before = tables(old) if old else {file: [] for file in KEYS}
    return {file: _compare(file, before[file], rows) for file, rows in tables(new).items()}


def _compare(file: str, before: Rows, after: Rows) -> Counts:
    old, new = _by_key(file, before), _by_key(file, after)
    kept = old.keys() & new.keys()
    changed = sum(old[key] != new[key] for key in kept)
    return Counts(
        added=len(new.keys() - kept),
        changed=changed,
        removed=len(old.keys() - kept),
        unchanged=len(kept) - changed,
    )


def _by_key(file: str, rows: Rows) -> dict[tuple[str, ...], dict[str, str]]:
    return {tuple(row[column] for column in KEYS[file]): row for row in rows}
