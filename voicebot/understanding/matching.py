"""Services found by what callers say: by words, by sound, and by meaning where vectors are at hand."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.process import cdist

from voicebot.catalogue.city import City
from voicebot.understanding.directory import windows
from voicebot.understanding.learned import NgramClassifier, VectorClassifier
from voicebot.understanding.normalise import Compounds, fold
from voicebot.understanding.phonetics import cologne
from voicebot.understanding.phrasebook import LANGUAGES, phrasebook

#: Cosines of multilingual-e5-small: unrelated questions, and the same one in other words.
_UNRELATED, _SAME = 0.80, 0.95
#: Words less alike than this are different words; of short ones every letter counts.
_ALIKE, _ALIKE_SHORT, _ALIKE_TINY = 0.78, 0.84, 0.99
_SHORT, _TINY = 6, 4
_LONGEST_TERM = 4
#: Stands last among the services for what none of them is about.
OFF_TOPIC = ""
#: How far before its particle a separable verb may stand, and its fewest letters.
_VERB_WITHIN, _SHORTEST_VERB = 8, 4

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class _Weighing:
    """How evidence becomes one likelihood; fitted by cross-validation on example and off-topic questions."""

    weights: tuple[float, ...]
    """One for each part of :class:`Evidence`, adding up to 1."""
    score: float
    lead: float
    constant: float

    def likelihood(self, score: float, lead: float) -> float:
        """Logistic in a service's score and its lead over the best other one."""
        return 1 / (1 + math.exp(-(self.score * score + self.lead * lead + self.constant)))


_LEXICAL = _Weighing((0.222, 0.111, 0.111, 0.556, 0.0, 0.0), score=4.9, lead=10.1, constant=-3.3)
_FULL = _Weighing((0.091, 0.045, 0.045, 0.228, 0.136, 0.455), score=0.0, lead=18.7, constant=-1.2)


@dataclass(frozen=True)
class Evidence:
    """What speaks for each service, each between 0 and 1, in the order of :attr:`Matcher.services`."""

    words: Scores
    """How much of what was said the service's own words cover, rare words counting more."""
    terms: Scores
    """The best of its names and keywords within the utterance, by spelling or sound."""
    questions: Scores
    """The most similar of its names and example questions, by spelling."""
    letters: Scores
    """What :class:`.NgramClassifier` makes of it."""
    nearest: Scores | None
    """The most similar of its names and example questions, by embedding; None without a vector."""
    meaning: Scores | None
    """What :class:`.VectorClassifier` makes of it; None without a vector."""
    is_telling: bool
    """Whether anything was said that can tell a service, rather than "und was kostet das?"."""

    def ranking(self, count: int) -> list[tuple[int, float]]:
        """The best ``count`` services, best first, each with the likelihood that it is the one meant.

        What is off topic is no service, but a rival of each.
        """
        weighing = _LEXICAL if self.nearest is None or self.meaning is None else _FULL
        parts = (self.words, self.terms, self.questions, self.letters, self.nearest, self.meaning)
        score = np.zeros(len(self.words), np.float64)
        for weight, part in zip(weighing.weights, parts, strict=True):
            if part is not None:
                score += weight * part
        order = [int(place) for place in np.argsort(-score, kind="stable")]
        ranked = []
        for rank, place in enumerate(order):
            if place != len(order) - 1:
                rival = order[0] if rank else order[1]
                lead = float(score[place] - score[rival])
                ranked.append((place, weighing.likelihood(float(score[place]), lead)))
        return ranked[:count]


def references(city: City) -> list[tuple[str, str]]:
    """Service and text of all names and example questions, then what is off topic: all that is embedded."""
    questions = [
        (service.key, text)
        for service in city.services.values()
        for text in (*service.names.values(), *(example.text for example in service.examples))
    ]
    elsewhere = [(OFF_TOPIC, text) for language in LANGUAGES for text in phrasebook(language).off_topic]
    return questions + elsewhere


def content(text: str) -> list[str]:
    """The telling words of a text in any language that has phrases."""
    words = fold(text).split()
    for language in LANGUAGES:
        words = phrasebook(language).content(" ".join(words)) if words else []
    return words


class Matcher:
    """Scores every service of a city for an utterance. Immutable; made again when the city changes."""

    def __init__(self, city: City, vectors: NDArray[np.float32] | None = None) -> None:
        """:param vectors: one normalised row for each of :func:`references`, or None"""
        self.services = (*city.services, OFF_TOPIC)
        index = {key: position for position, key in enumerate(self.services)}
        texts = [(index[key], " ".join(content(text))) for key, text in references(city)]
        if vectors is not None and len(vectors) != len(texts):
            raise ValueError(f"{len(vectors)} vectors for {len(texts)} texts")
        self._vectors = vectors
        self._owners = np.array([owner for owner, _ in texts], np.intp)
        self._texts = [text for _, text in texts]
        named = [
            (index[key], " ".join(content(keyword)))
            for key, service in city.services.items()
            for keyword in service.keywords
        ]
        owners = np.array([owner for owner, _ in (*texts, *named)], np.intp)
        self._letters = NgramClassifier([text for _, text in (*texts, *named)], owners, len(self.services))
        self._meaning = None
        if vectors is not None:
            self._meaning = VectorClassifier(vectors, self._owners, len(self.services))
        self._learn_terms(city, index)
        self._learn_words(city, texts)

    def _learn_terms(self, city: City, index: dict[str, int]) -> None:
        owners: dict[str, set[int]] = defaultdict(set)
        for key, service in city.services.items():
            for term in (*service.keywords, *service.names.values()):
                if joined := "".join(fold(term).split()):
                    owners[joined].add(index[key])
        self._terms = list(owners)
        self._term_codes = [cologne(term) for term in self._terms]
        self._term_owners = np.zeros((len(self._terms), len(self.services)), np.float32)
        for row, services in enumerate(owners.values()):
            self._term_owners[row, list(services)] = len(services) ** -0.5

    def _learn_words(self, city: City, texts: Sequence[tuple[int, str]]) -> None:
        named = [
            (owner, " ".join(content(keyword)))
            for owner, service in enumerate(city.services.values())
            for keyword in (*service.keywords, *service.names.values())
        ]
        self._compounds = Compounds(word for _, text in (*named, *texts) for word in text.split())
        weights: dict[str, dict[int, float]] = defaultdict(dict)
        for share, sources in ((1.0, named), (0.8, texts)):
            for owner, text in sources:
                for word in text.split():
                    parts = self._compounds.split(word)
                    for part in {word, *parts}:
                        weight = share if part == word else share * 0.7
                        weights[part][owner] = max(weight, weights[part].get(owner, 0.0))
        self._words = list(weights)
        self._known = frozenset(self._words)
        self._word_codes = [cologne(word) for word in self._words]
        self._weights = np.zeros((len(self._words), len(self.services)), np.float32)
        for row, shares in enumerate(weights.values()):
            self._weights[row, list(shares)] = list(shares.values())
        spread = np.count_nonzero(self._weights, axis=1)
        count = max(len(self.services), 2)
        self._rarity = np.asarray(np.log(1 + count / spread) / np.log(1 + count), np.float32)

    def evidence(self, text: str, vector: NDArray[np.float32] | None = None) -> Evidence:
        """:param vector: the normalised embedding of the utterance, or None"""
        joined = self._joined(fold(text).split())
        words = content(text)
        nearest = meaning = None
        if vector is not None and self._vectors is not None and self._meaning is not None:
            cosines = (self._vectors @ vector - _UNRELATED) / (_SAME - _UNRELATED)
            nearest = self._best(np.clip(cosines, 0, 1))
            meaning = self._meaning.scores(vector)
        if not words and not joined:
            nothing = np.zeros(len(self.services), np.float32)
            return Evidence(nothing, nothing, nothing, nothing, nearest, meaning, is_telling=False)
        return Evidence(
            self._covered(words, joined),
            self._termed(fold(text).split(), [*words, *joined]),
            self._asked([*words, *joined]),
            self._letters.scores(" ".join([*words, *joined])),
            nearest,
            meaning,
            is_telling=True,
        )

    def _best(self, scores: NDArray[np.floating]) -> Scores:
        """The highest score of each service's references."""
        best = np.zeros(len(self.services), np.float32)
        np.maximum.at(best, self._owners, scores.astype(np.float32))
        return best

    def _asked(self, words: Sequence[str]) -> Scores:
        query = " ".join(words)
        sets = cdist([query], self._texts, scorer=fuzz.token_set_ratio, dtype=np.float32)[0]
        sorts = cdist([query], self._texts, scorer=fuzz.token_sort_ratio, dtype=np.float32)[0]
        return self._best((sets + sorts) / 200)

    def _covered(self, words: Sequence[str], joined: list[str]) -> Scores:
        heard = [part for word in words for part in self._parts(word)] + joined
        alike = _alike(heard, self._words, self._word_codes)
        best = alike.argmax(axis=1)
        known = alike[np.arange(len(heard)), best] > 0
        importance = np.where(known, self._rarity[best], 0.5)
        share = np.zeros(len(self.services), np.float32)
        for row, weight in zip(alike, importance, strict=True):
            rows = np.flatnonzero(row)
            if len(rows):
                share += weight * (row[rows, None] * self._weights[rows]).max(axis=0)
        return np.asarray(share / importance.sum(), np.float32)

    def _joined(self, spoken: Sequence[str]) -> list[str]:
        """Separable verbs put together again, where the city's words have them: "melde … um → ummelden"."""
        particles = phrasebook(LANGUAGES[0]).particles
        found: list[str] = []
        for place, particle in enumerate(spoken):
            if particle not in particles:
                continue
            near = [*spoken[max(0, place - _VERB_WITHIN) : place], *spoken[place + 1 : place + 2]]
            verbs = {particle + word for word in near if len(word) >= _SHORTEST_VERB}
            for verb in verbs:
                stem = verb.removesuffix("en").removesuffix("e").removesuffix("t")
                known = [word for word in (stem + "en", stem + "n", stem + "ung") if word in self._known]
                found.extend(known[:1])
        return found

    def _parts(self, word: str) -> Iterable[str]:
        return (word,) if word in self._known else self._compounds.split(word)

    def _termed(self, spoken: Sequence[str], words: Sequence[str]) -> Scores:
        telling = frozenset(words)
        spoken = [*spoken, *(word for word in words if word not in spoken)]
        runs = [
            "".join(spoken[start:end])
            for start, end in windows(spoken, _LONGEST_TERM)
            if telling.intersection(spoken[start:end])
        ]
        alike = _alike(runs, self._terms, self._term_codes).max(axis=0, initial=0)
        return np.asarray((alike[:, None] * self._term_owners).max(axis=0, initial=0), np.float32)


def _alike(heard: Sequence[str], known: Sequence[str], codes: Sequence[str]) -> Scores:
    """How alike words are by spelling and sound, 0 where they are different words."""
    if not heard or not known:
        return np.zeros((len(heard), len(known)), np.float32)
    spelling = cdist(heard, known, scorer=fuzz.ratio, score_cutoff=60, dtype=np.float32) / 100
    sound = cdist([cologne(word) for word in heard], codes, scorer=fuzz.ratio, dtype=np.float32) / 100
    mixed = np.maximum(spelling, (spelling + sound) / 2)
    shorter = np.minimum.outer([len(word) for word in heard], [len(word) for word in known])
    enough = np.select([shorter <= _TINY, shorter <= _SHORT], [_ALIKE_TINY, _ALIKE_SHORT], _ALIKE)
    return np.asarray(np.where(mixed >= enough, mixed, 0), np.float32)
