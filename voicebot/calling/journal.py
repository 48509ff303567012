"""The line's side of a simulated call: what its journal says, found by the Call-ID."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from voicebot.calling.report import CallReport

PATIENCE_S = 3.0
"""How long the end of a call that is over for the caller may be missing from the file."""
POLL_S = 0.05


class JournalError(Exception):
    """A journal that cannot be read; the message says which and why."""


@dataclass(frozen=True)
class Entry:
    """One line of the journal (docs/journal.md)."""

    event: str
    at_s: float
    """Seconds after the line's own ``established``, which is the caller's ACK: clocks need not agree."""
    details: dict[str, Any]


class JournalFile:
    """A file that a line is writing its journal to."""

    def __init__(self, path: Path) -> None:
        """Raises JournalError."""
        self._path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise JournalError(
                f"{path}: {error.strerror}; start the line with: voicebot line --journal > FILE"
            ) from None
        self._rest = b""
        self._calls: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def close(self) -> None:
        self._file.close()

    def take(self, call: str) -> list[Entry]:
        """All of a call that is over, and forget it; empty if it is not there."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            self._read_on()
            lines = self._calls.get(call, [])
            if any(line["event"] == "ended" for line in lines) or time.monotonic() > deadline:
                break
            time.sleep(POLL_S)
        return entries(self._calls.pop(call, []))

    def _read_on(self) -> None:
        """What has come since; the last line may not be complete yet."""
        try:
            *whole, self._rest = (self._rest + self._file.read()).split(b"\n")
        except OSError as error:
            raise JournalError(f"{self._path}: {error.strerror}") from None
        for line in whole:
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # a log that shares the file
            if isinstance(entry, dict) and {"at", "call", "event"} <= entry.keys() and entry["call"]:
                self._calls[entry["call"]].append(entry)


def entries(lines: Sequence[Mapping[str, Any]]) -> list[Entry]:
    """The lines of one call, in their order."""
    began = next((line["at"] for line in lines if line["event"] == "established"), 0.0)
    return [
        Entry(
            line["event"],
            round(line["at"] - began, 3),
            {key: value for key, value in line.items() if key not in ("at", "call", "event")},
        )
        for line in lines
    ]


def annotate(report: CallReport, told: list[Entry]) -> None:
    """Put what the line's journal says of a call beside what its caller did.

    A turn has all that happened between its beginning and the next one's.
    """
    report.journal = told
    ends = [*(turn.at_s for turn in report.turns[1:]), float("inf")]
    report.greeting_transcript = _said(told, 0.0, report.turns[0].at_s if report.turns else float("inf"))
    for turn, end in zip(report.turns, ends, strict=False):
        turn.transcript = _said(told, turn.at_s, end)
        mine = [entry for entry in told if turn.at_s <= entry.at_s < end]
        turn.heard = [entry for entry in mine if entry.event == "heard"]
        turn.spoke = [entry for entry in mine if entry.event == "speaks"]
    report.state = next((str(entry.details.get("state", "")) for entry in told if entry.event == "ended"), "")


def _said(told: list[Entry], start: float, end: float) -> str:
    return " ".join(
        str(entry.details.get("text", "")) for entry in told if entry.event == "says" and start <= entry.at_s < end
    )
