"""What a terminal shows: progress bars, notes, and errors as one clear line."""

from __future__ import annotations

import json
import sys
import time
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def note(text: str) -> None:
    """A line for the operator, on standard error."""
    err.print(text, markup=False)


def print_json(value: dict[str, Any]) -> None:
    """One object a line, at once."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")
    sys.stdout.flush()


class Bars:
    """Progress bars for callbacks ``(label, done, total)``; shown from two seconds of work on.

    Where standard error is no terminal, each label prints a line when it begins and one when it is done.
    """

    SHOW_AFTER_S = 0.5

    def __init__(self) -> None:
        self._progress: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._begun: dict[str, float] = {}
        self._told: set[str] = set()

    def __enter__(self) -> Bars:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self._progress is not None:
            self._progress.stop()

    def __call__(self, label: str, done: int, total: int) -> None:
        began = self._begun.setdefault(label, time.monotonic())
        finished = done >= total
        if err.is_terminal:
            self._bar(label, done, total)
        elif not finished and label not in self._told and time.monotonic() - began >= self.SHOW_AFTER_S:
            self._told.add(label)
            note(f"{label} …")
        elif finished and label in self._told:
            self._told.discard(label)
            note(f"{label}: done after {time.monotonic() - began:.1f} s")
        if finished:
            self._begun.pop(label, None)

    def _bar(self, label: str, done: int, total: int) -> None:
        if self._progress is None:
            self._progress = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TimeElapsedColumn(),
                console=err,
                transient=True,
            )
            self._progress.start()
        if label not in self._tasks:
            self._tasks[label] = self._progress.add_task(label, total=total)
        self._progress.update(self._tasks[label], completed=done, total=total)
        if done >= total:
            self._progress.remove_task(self._tasks.pop(label))
