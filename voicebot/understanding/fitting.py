"""How the kinds of evidence are weighed: fitted by cross-validation on a city's own examples.

Every example is judged by a matcher that has not seen it, so the weights know how far each kind of evidence carries
for questions that nobody has written down, and the probabilities that come out mean what they say.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.catalogue.city import City
from voicebot.understanding.matching import OFF_TOPIC, Evidence, Matcher, Weighing, references, train
from voicebot.understanding.misheard import Misheard

_FOLDS = 5
#: Draws the weights to zero.
_DECAY = 1e-4
_STEPS = 50
_ENOUGH = 1e-7

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Judged:
    """An example, and what a matcher without it made of it."""

    service: int
    """Its place among the matcher's services; the last is off topic."""
    seen: Evidence
    """With its embedding."""
    blind: Evidence
    """Without."""


def cross_validate(
    city: City, vectors: Scores, misheard: Sequence[Misheard], told: Callable[[int, int], None]
) -> list[Judged]:
    """Judge every example and off-topic sentence, as written and as misheard, by a matcher made without it.

    In five parts; what a text was misheard as is held back with it.

    :param vectors: one normalised row for each of :func:`.texts_to_embed`
    :param told: how many of how many parts are done
    """
    asked = references(city)
    texts = [*asked, *((each.service, each.heard) for each in misheard)]
    vectors = np.concatenate([vectors[: len(asked)], vectors[len(vectors) - len(misheard) :]])
    parts = _parts(city, asked)
    at = {each: place for place, each in enumerate(asked)}
    part = np.concatenate([parts, parts[np.array([at[each.service, each.text] for each in misheard], np.intp)]])
    judged: list[Judged] = []
    for held in range(_FOLDS):
        kept = np.flatnonzero(part != held)
        known = kept[kept < len(asked)]
        classifier = train(city, vectors[kept], texts=[texts[place] for place in kept])
        matcher = Matcher(city, vectors[known], classifier, texts=[asked[place] for place in known])
        index = {key: place for place, key in enumerate(matcher.services)}
        for place in np.flatnonzero(part == held):
            key, text = texts[place]
            judged.append(Judged(index[key], matcher.evidence(text, vectors[place]), matcher.evidence(text)))
        told(held + 1, _FOLDS)
    return judged


def _parts(city: City, texts: Sequence[tuple[str, str]]) -> NDArray[np.intp]:
    """The part each text is held back in; names and keywords stay, as they do for a caller: -1."""
    asked = {(key, example.text) for key, service in city.services.items() for example in service.examples}
    random = np.random.default_rng(0)
    parts = random.integers(0, _FOLDS, len(texts))
    free = np.array([key == OFF_TOPIC or (key, text) in asked for key, text in texts])
    return np.where(free, parts, -1)


def fit(judged: Sequence[Judged]) -> tuple[Weighing, Weighing]:
    """The weights that make what was meant most likely, with an embedding and without."""
    owners = np.array([each.service for each in judged], np.intp)
    full = _fit(np.stack([_features(each.seen) for each in judged]), owners)
    lexical = _fit(np.stack([_features(each.blind) for each in judged]), owners)
    return full, lexical


def share_right(judged: Sequence[Judged], weighing: Weighing, *, blind: bool) -> float:
    """How many of the examples about a service have it first."""
    own = [each for each in judged if each.service < len(each.seen.learned) - 1]
    features = np.stack([_features(each.blind if blind else each.seen) for each in own])
    best = (features[:, :-1] @ np.array(astuple(weighing))).argmax(axis=1)
    return float((best == [each.service for each in own]).mean())


def _features(evidence: Evidence) -> Scores:
    nothing = np.zeros_like(evidence.learned)
    none = nothing.copy()
    none[-1] = 1
    nearest = nothing if evidence.nearest is None else evidence.nearest
    return np.stack([evidence.learned, evidence.terms, evidence.words, nearest, none], axis=1)


def _fit(features: Scores, owners: NDArray[np.intp]) -> Weighing:
    """Newton's method with halved steps; the likelihood of a conditional logit is concave."""
    weights = np.zeros(features.shape[2])
    best = _likelihood(features, owners, weights)
    for _ in range(_STEPS):
        shares = _shares(features, weights)
        expected = np.einsum("ns,nsf->nf", shares, features)
        slope = (features[np.arange(len(owners)), owners] - expected).mean(axis=0) - _DECAY * weights
        spread = np.einsum("ns,nsf,nsg->fg", shares, features, features) - expected.T @ expected
        step = np.linalg.solve(spread / len(owners) + _DECAY * np.eye(len(weights)), slope)
        while (likelihood := _likelihood(features, owners, weights + step)) < best and np.abs(step).max() > _ENOUGH:
            step /= 2
        if likelihood - best < _ENOUGH:
            break
        weights, best = weights + step, likelihood
    return Weighing(*(round(float(weight), 3) for weight in weights))


def _shares(features: Scores, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    scores = features.astype(np.float64) @ weights
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float64)


def _likelihood(features: Scores, owners: NDArray[np.intp], weights: NDArray[np.float64]) -> float:
    """The mean log likelihood, less what the weights cost."""
    right = _shares(features, weights)[np.arange(len(owners)), owners]
    return float(np.log(right + 1e-12).mean() - _DECAY * weights @ weights / 2)
