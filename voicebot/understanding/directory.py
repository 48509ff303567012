"""Departments found by the names and aliases that callers use, also as recognition mangles them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from voicebot.catalogue.city import City, Department
from voicebot.understanding.normalise import fold, latin
from voicebot.understanding.phonetics import cologne
from voicebot.understanding.phrasebook import WIDELY_SPOKEN, books, phrasebook
from voicebot.understanding.spoken_numbers import digit_groups

_LONGEST_NAME = 5
#: Below this many letters a name must be said as it is written, but for its ending.
_PERHAPS = 0.75
_SHORT, _AS_WRITTEN = 8, 0.92


@dataclass(frozen=True)
class Mention:
    """A department's name within an utterance."""

    department: str
    score: float
    """0 to 1: how like the name it sounds and is spelled."""
    start: int
    end: int
    """The words from ``start`` up to ``end`` are the name."""


def windows(words: Sequence[str], longest: int) -> list[tuple[int, int]]:
    """All runs of up to ``longest`` words, as start and end."""
    return [
        (start, end) for start in range(len(words)) for end in range(start + 1, min(start + longest, len(words)) + 1)
    ]


def _spoken_names(department: Department) -> list[list[str]]:
    """All names of a department in folded words, without those that have none."""
    names = (latin(fold(name)).split() for name in (*department.aliases, *department.names.values()))
    return [name for name in names if name]


class Directory:
    def __init__(self, city: City) -> None:
        names = {
            latin(fold(name)).replace(" ", ""): department.key
            for department in city.departments.values()
            for name in (*department.aliases, *department.names.values())
        }
        self._names = [name for name in names if name]
        self._departments = [names[name] for name in self._names]
        small = frozenset().union(*(phrasebook(language).stopwords for language in WIDELY_SPOKEN))
        # "Tax office" ends as names do, though "office" alone says nothing.
        ends = {words[-1] for department in city.departments.values() for words in _spoken_names(department)}
        self._small = small - ends
        self._extensions = {each.extension: each.key for each in city.departments.values() if each.extension}
        self._codes = [cologne(name) for name in self._names]
        lengths = np.array([len(name) for name in self._names])
        self._short = lengths < _SHORT
        self._lengths = lengths

    def by_extension(self, text: str) -> Mention | None:
        """The department whose extension the folded text holds, after a word for it: "Durchwahl drei zwei null"."""
        for book in books(text):
            if said := book.extensions.search(text):
                key = self._extensions.get("".join(digit_groups(text[said.end() :].split(), book.language)))
                if key is not None:
                    words = text.split()
                    return Mention(key, 1.0, 0, len(words))
        return None

    def find(self, text: str) -> Mention | None:
        """The department whose name the folded text most likely holds; see :attr:`Mention.score`."""
        words = text.split()
        runs = [run for run in windows(words, _LONGEST_NAME) if words[run[1] - 1] not in self._small]
        if not runs or not self._names:
            return None
        spoken = ["".join(words[start:end]) for start, end in runs]
        spelling = cdist(spoken, self._names, scorer=fuzz.ratio, dtype=np.float32) / 100
        sound = cdist([cologne(run) for run in spoken], self._codes, scorer=fuzz.ratio, dtype=np.float32) / 100
        spelling[spelling < _PERHAPS] = 0
        exact = np.where(spelling >= _AS_WRITTEN, spelling, 0)
        alike = np.where(self._short, exact, np.maximum(spelling, (spelling + sound) / 2))
        # Of equally good ones the longest: "Amt für Soziales" before "Soziales".
        best = np.unravel_index(int(np.argmax(alike + self._lengths * 1e-3)), alike.shape)
        run, name = int(best[0]), int(best[1])
        return Mention(self._departments[name], float(alike[run, name]), *runs[run])
