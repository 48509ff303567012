"""Emergencies: the caller is sent to 112 or 110 at once, in whatever language it is said."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from voicebot.understanding.alarm import NUMBERS, Alarm, Signs, learned_odds, nearness
from voicebot.understanding.normalise import fold
from voicebot.understanding.phrasebook import Emergency, likely_books

#: Fewer words tell nothing beyond phrases; neither does a short answer, command or department's name.
_FEWEST_WORDS, _FEWEST_BESIDE_A_COMMAND = 3, 8

Scores = NDArray[np.float32]


def emergency_number(text: str) -> str | None:
    """``112`` or ``110`` where a phrase says that somebody is in danger now, else None.

    Every language is tried whatever the call's own is: a frightened caller falls back into theirs, and
    the recogniser may be wrong about it.
    """
    kind = _named(text)
    return kind.number if kind else None


def _named(text: str) -> Emergency | None:
    folded = fold(text)
    tried = likely_books(folded)
    # "A bill for the ambulance" is harmless in English, and "ambulance" is a word in Dutch as well.
    if any(book.past.matches(folded) for book in tried):
        return None
    is_harmless = any(book.harmless.matches(folded) for book in tried)
    kinds = (kind for book in tried for kind in book.emergencies)
    return next((kind for kind in kinds if (kind.is_certain or not is_harmless) and kind.rule.matches(folded)), None)


def is_harmless(text: str) -> bool:
    """Whether a phrase says that it is over, or only talked about."""
    folded = fold(text)
    return any(book.past.matches(folded) or book.harmless.matches(folded) for book in likely_books(folded))


@lru_cache(maxsize=1)
def sentences() -> tuple[tuple[str, str], ...]:
    """Number and sentence, in every language; the number is empty where it only sounds like an emergency."""
    file = resources.files("voicebot.understanding").joinpath("phrases/emergencies.csv")
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return tuple((row["number"], row["text"]) for row in rows)


@dataclass(frozen=True)
class Danger:
    number: str
    """``112`` or ``110``."""
    is_sure: bool
    """Whether the caller is sent there; otherwise it is mentioned before what was understood."""
    is_named: bool = False
    """Whether a phrase says so, and not only what was learned."""


class Emergencies:
    """Tells emergencies by phrases, by what was learned from sentences, and by what else may be meant."""

    def __init__(self, alarm: Alarm | None, vectors: Scores | None) -> None:
        """:param alarm: None to go by phrases alone

        :param vectors: one normalised row for each of :func:`sentences`, or None: then phrases alone count, as they do
            where an embedding has other dimensions than the alarm was fitted to
        """
        is_fit = alarm is not None and vectors is not None and vectors.shape[1] == alarm.network.dimensions
        self._alarm = alarm if is_fit else None
        known = np.zeros((len(sentences()), 0), np.float32) if vectors is None else vectors
        is_emergency = np.array([bool(number) for number, _ in sentences()])
        self._dangerous, self._harmless = known[is_emergency], known[~is_emergency]

    def danger(self, text: str, vector: Scores | None, service: float, *, is_statement: bool) -> Danger | None:
        """What a caller is to be told who says this, or None.

        :param vector: the normalised embedding of ``text``, or None: then phrases alone count
        :param service: how likely it is that a service is asked for, 0 to 1
        :param is_statement: False for what may be an answer, a command or a department's name
        """
        named = _named(text)
        folded = fold(text)
        enough = _FEWEST_WORDS if is_statement else _FEWEST_BESIDE_A_COMMAND
        if self._alarm is None or vector is None or len(folded.split()) < enough:
            return Danger(named.number, is_sure=True, is_named=True) if named else None
        scores = self._alarm.network.scores(folded, vector)
        nearest = nearness(vector, self._dangerous, self._harmless)
        signs = Signs(learned_odds(scores), nearest, service, named is not None, is_harmless(text))
        weighing = self._alarm.weighing
        odds = weighing.odds(signs)
        if odds < weighing.doubt and not (named and named.is_certain):
            return None
        number = named.number if named else NUMBERS[int(scores[: len(NUMBERS)].argmax())]
        return Danger(number, is_sure=odds >= weighing.alarm, is_named=named is not None)
