"""Emergencies: the caller is sent to 112 or 110 at once, in whatever language it is said."""

from __future__ import annotations

import csv
import math
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from voicebot.catalogue.city import City
from voicebot.understanding.learned import Classifier
from voicebot.understanding.matching import references
from voicebot.understanding.normalise import fold
from voicebot.understanding.phrasebook import LANGUAGES, phrasebook

NUMBERS = ("112", "110")
#: A logistic regression, fitted by cross-validation on the sentences: what the classifier says (log odds), whether a
#: phrase of emergencies occurs, how surely a service is asked for, and whether it is over or only talked about.
_CONSTANT, _LEARNED, _NAMED, _SERVICE, _HARMLESS = 1.11, 1.34, 2.0, -2.66, -0.28
#: Taken for an emergency from this probability on: hearing the advice for nothing costs a caller ten seconds.
_ALARM = 0.1
_CERTAIN = 8.0
_FEWEST_WORDS = 3

Scores = NDArray[np.float32]


def emergency_number(text: str) -> str | None:
    """``112`` or ``110`` where a phrase says that somebody is in danger now, else None.

    Every language is tried whatever the call's own is: a frightened caller falls back into theirs, and
    the recogniser may be wrong about it.
    """
    folded = fold(text)
    for language in LANGUAGES:
        book = phrasebook(language)
        if book.past.matches(folded):
            continue
        is_harmless = book.harmless.matches(folded)
        for kind in book.emergencies:
            if (kind.is_certain or not is_harmless) and kind.rule.matches(folded):
                return kind.number
    return None


def _is_harmless(text: str) -> bool:
    """Whether a phrase says that it is over, or only talked about."""
    folded = fold(text)
    books = [phrasebook(language) for language in LANGUAGES]
    return any(book.past.matches(folded) or book.harmless.matches(folded) for book in books)


@lru_cache(maxsize=1)
def sentences() -> tuple[tuple[str, str], ...]:
    """Number and sentence, in every language; the number is empty where it only sounds like an emergency."""
    file = resources.files("voicebot.understanding").joinpath("phrases/emergencies.csv")
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return tuple((row["number"], row["text"]) for row in rows)


def train(city: City, about: Scores, around: Scores) -> Classifier:
    """Fit the classifier of emergencies to the sentences and, as what is none, to all the city's texts.

    :param about: one normalised row for each of the city's :func:`.references`
    :param around: one for each of :func:`sentences`
    """
    harmless = [text for _, text in references(city)]
    places = {number: place for place, number in enumerate((*NUMBERS, ""))}
    owners = [places[number] for number, _ in sentences()] + [places[""]] * len(harmless)
    spoken = [text for _, text in sentences()] + harmless
    vectors = np.concatenate([around, about])
    return Classifier.fit([fold(text) for text in spoken], vectors, np.array(owners, np.intp), len(places))


class Emergencies:
    """Tells emergencies by phrases, by what was learned from sentences, and by what else may be meant."""

    def __init__(self, classifier: Classifier | None) -> None:
        """:param classifier: None to go by phrases alone"""
        self._classifier = classifier

    def number(self, text: str, vector: Scores | None, service: float, *, is_statement: bool) -> str | None:
        """``112`` or ``110``, or None.

        :param vector: the normalised embedding of ``text``, or None: then phrases alone count
        :param service: how likely it is that a service is asked for, 0 to 1
        :param is_statement: False for a few words, and for what is an answer, a command or a department's name:
            there is nothing to learn from, and phrases alone count
        """
        named = emergency_number(text)
        if self._classifier is None or vector is None or not is_statement or len(fold(text).split()) < _FEWEST_WORDS:
            return named
        scores = self._classifier.scores(fold(text), vector).astype(np.float64)
        learned = float(np.logaddexp(scores[0], scores[1]) - scores[2])
        odds = _CONSTANT + _LEARNED * float(np.clip(learned, -_CERTAIN, _CERTAIN)) + _SERVICE * service
        odds += _NAMED * (named is not None) + _HARMLESS * _is_harmless(text)
        if 1 / (1 + math.exp(-odds)) < _ALARM:
            return None
        return named or NUMBERS[int(scores[:2].argmax())]
