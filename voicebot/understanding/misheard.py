"""What recognition has made of example questions on bad lines, to be learned from beside the examples.

"Kassonalausweis" is one word to whoever has seen it, and none to a classifier that knows clean text alone. Training on
what a recognizer writes is multi-condition training (Lippmann, Martin and Paul: Multi-style training for robust
isolated-word speech recognition, ICASSP 1987), done on its output. Made by :mod:`voicebot.mishearing`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from voicebot.catalogue.city import City
from voicebot.understanding.matching import references


@dataclass(frozen=True)
class Misheard:
    service: str
    """Its key; empty for what is off topic."""
    text: str
    """What was said."""
    heard: str
    """What was written; empty where nothing is to be learned from it."""


def read_misheard(path: Path) -> list[Misheard]:
    """All rows of a file; none where there is no file, or another one."""
    names = [each.name for each in fields(Misheard)]
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            if rows.fieldnames != names:
                return []
            return [Misheard(*(row[name] or "" for name in names)) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []


def write_misheard(path: Path, rows: Iterable[Misheard]) -> None:
    """Write a file, or as much of it as ``rows`` gives: each is on disk before the next one is asked for. OSError."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [each.name for each in fields(Misheard)], lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(asdict(row))
            file.flush()


def of_city(city: City, rows: Iterable[Misheard]) -> tuple[Misheard, ...]:
    """Those of texts that the city still has, with something to be learned, each once."""
    said = set(references(city))
    return tuple(dict.fromkeys(row for row in rows if row.heard and (row.service, row.text) in said))
