"""Which side of a service a question is about: its fee, its papers, its hours."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from voicebot.catalogue.city import ASPECTS, City
from voicebot.understanding.learned import Classifier
from voicebot.understanding.matching import references
from voicebot.understanding.normalise import fold, latin
from voicebot.understanding.phrasebook import phrasebook

#: How much a phrase that names an aspect counts, and that there is none, as log likelihoods; fitted by
#: cross-validation on the sentences.
_NAMED, _UNNAMED = 1.0, 1.0
#: The class of questions about no aspect comes last.
_NONE = len(ASPECTS)

Scores = NDArray[np.float32]


def find_aspect(text: str, language: str) -> str | None:
    """One of :data:`voicebot.catalogue.city.ASPECTS` by its phrases, or None where the question holds none."""
    folded = fold(text)
    aspects = phrasebook(language).aspects
    return next((aspect for aspect, rule in aspects.items() if rule.matches(folded)), None)


@lru_cache(maxsize=1)
def sentences() -> tuple[tuple[str, str], ...]:
    """Aspect and sentence, in every language; the aspect is empty where nothing in particular is asked."""
    file = resources.files("voicebot.understanding").joinpath("phrases/aspects.csv")
    rows = csv.DictReader(file.read_text(encoding="utf-8").splitlines())
    return tuple((row["aspect"], row["text"]) for row in rows)


def train(city: City, about: Scores, aside: Scores) -> Classifier:
    """Fit the classifier of aspects to the sentences and, as what asks for none, to the city's names and keywords.

    :param about: one normalised row for each of the city's :func:`.references`
    :param aside: one for each of :func:`sentences`
    """
    # Not the translated keywords: there are so many that hardly anything would seem to be asked.
    named = {name for each in city.services.values() for name in (*each.names.values(), *each.keywords)}
    chosen = [place for place, (_, text) in enumerate(references(city)) if text in named]
    places = {aspect: place for place, aspect in enumerate((*ASPECTS, ""))}
    owners = [places[aspect] for aspect, _ in sentences()] + [_NONE] * len(chosen)
    texts = [text for _, text in sentences()] + [references(city)[place][1] for place in chosen]
    vectors = np.concatenate([aside, about[chosen]])
    return Classifier.fit([latin(fold(text)) for text in texts], vectors, np.array(owners, np.intp), len(places))


class Aspects:
    """Tells the aspect by phrases and by what was learned from sentences."""

    def __init__(self, classifier: Classifier | None) -> None:
        """:param classifier: None to go by phrases alone"""
        self._classifier = classifier

    def find(
        self, text: str, language: str, vector: Scores | None, clauses: Sequence[tuple[str, Scores]] = ()
    ) -> str | None:
        """One of :data:`voicebot.catalogue.city.ASPECTS`, or None where the question does not say.

        :param vector: the normalised embedding of ``text``, or None: then phrases alone count
        :param clauses: those of a long utterance, each with its embedding; the one that asks most plainly counts as
            much as the whole
        """
        if vector is None or self._classifier is None:
            return find_aspect(text, language)
        odds = self._odds(self._classifier, text, language, vector)
        if clauses:
            odds += np.max([self._odds(self._classifier, each, language, own) for each, own in clauses], axis=0)
        best = int(odds.argmax())
        return None if best == _NONE else ASPECTS[best]

    @staticmethod
    def _odds(classifier: Classifier, text: str, language: str, vector: Scores) -> Scores:
        """The log odds of each aspect against none, which comes last."""
        scores = classifier.scores(latin(fold(text)), vector)
        named = find_aspect(text, language)
        if named is None:
            scores[_NONE] += _UNNAMED
        else:
            scores[ASPECTS.index(named)] += _NAMED
        return np.asarray(scores - scores[_NONE], np.float32)
