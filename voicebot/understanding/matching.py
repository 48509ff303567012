"""Services found by what callers say: by words, by sound, and by meaning where vectors are at hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicebot.catalogue.city import City
from voicebot.understanding.directory import windows
from voicebot.understanding.learned import Classifier, Progress
from voicebot.understanding.lexicon import Lexicon
from voicebot.understanding.normalise import Compounds, fold, latin
from voicebot.understanding.phrasebook import LANGUAGES, books, phrasebook

#: Cosines of multilingual-e5-small: unrelated questions, and the same one in other words.
_UNRELATED, _SAME = 0.80, 0.95
#: How telling a word is that nobody knows.
_UNKNOWN_WORD = 0.5
_LONGEST_TERM = 4
#: Stands last among the services for what none of them is about.
OFF_TOPIC = ""
#: How far before its particle a separable verb may stand, and its fewest letters.
_VERB_WITHIN, _SHORTEST_VERB = 8, 4

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Weighing:
    """How evidence becomes a probability: a conditional logit (McFadden 1974) over the services and what is none.

    Fitted on examples that the evidence was made without; see :mod:`voicebot.understanding.fitting`.
    """

    learned: float
    terms: float
    words: float
    nearest: float
    off_topic: float
    """What speaks for no service before anything is said."""


#: With an embedding of the utterance, and without.
FULL = Weighing(learned=0.794, terms=0.839, words=3.201, nearest=5.109, off_topic=0.659)
LEXICAL = Weighing(learned=0.851, terms=1.739, words=6.744, nearest=0.0, off_topic=2.04)


@dataclass(frozen=True)
class Evidence:
    """What speaks for each service, in the order of :attr:`Matcher.services`."""

    learned: Scores
    """What :class:`.Classifier` makes of letters and meaning: a log likelihood."""
    terms: Scores
    """The best of its names and keywords within the utterance, by spelling or sound, 0 to 1."""
    words: Scores
    """How much of what was said the service's own words cover, rare words counting more, 0 to 1."""
    nearest: Scores | None
    """The most similar of its names, keywords and examples, by embedding, 0 to 1; None without a vector."""
    is_telling: bool
    """Whether anything was said that can tell a service, rather than "und was kostet das?"."""

    def probabilities(self) -> NDArray[np.float64]:
        """That each service is the one meant; the last one is that none is."""
        weighing = LEXICAL if self.nearest is None else FULL
        score = weighing.learned * self.learned.astype(np.float64)
        score += weighing.terms * self.terms + weighing.words * self.words
        if self.nearest is not None:
            score += weighing.nearest * self.nearest
        score[-1] += weighing.off_topic
        shares = np.exp(score - score.max())
        return np.asarray(shares / shares.sum(), np.float64)

    def ranking(self, count: int) -> list[tuple[int, float]]:
        """The best ``count`` services, best first, each with the probability that it is the one meant."""
        likely = self.probabilities()
        order = np.argsort(-likely[:-1], kind="stable")[:count]
        return [(int(place), float(likely[place])) for place in order]


def references(city: City) -> list[tuple[str, str]]:
    """Service and text of all names, keywords and example questions, then what is off topic: all that is embedded."""
    questions = [
        (service.key, text)
        for service in city.services.values()
        for text in (*service.terms, *(example.text for example in service.examples))
    ]
    elsewhere = [(OFF_TOPIC, text) for language in LANGUAGES for text in phrasebook(language).off_topic]
    # A small town's services would be drowned in what is off topic.
    step = -(-len(elsewhere) // max(len(questions), 1))
    return questions + elsewhere[::step]


def train(
    city: City,
    vectors: Scores | None,
    progress: Progress | None = None,
    texts: Sequence[tuple[str, str]] | None = None,
) -> Classifier:
    """Fit a city's classifier; it takes seconds, so it is kept.

    :param vectors: one normalised row for each of ``texts``, or None
    :param texts: :func:`references`, or a part of them
    """
    texts = references(city) if texts is None else texts
    _check(texts, vectors)
    index = {key: position for position, key in enumerate((*city.services, OFF_TOPIC))}
    owners = np.array([index[key] for key, _ in texts], np.intp)
    folded = [" ".join(content(text)) for _, text in texts]
    return Classifier.fit(folded, vectors, owners, len(index), progress)


def _check(texts: Sequence[tuple[str, str]], vectors: Scores | None) -> None:
    if vectors is not None and len(vectors) != len(texts):
        raise ValueError(f"{len(vectors)} vectors for {len(texts)} texts")


def content(text: str) -> list[str]:
    """The telling words of a text in any language that has phrases, in Latin letters."""
    words = fold(text).split()
    for book in books(" ".join(words)):
        words = book.content(" ".join(words)) if words else []
    return latin(" ".join(words)).split()


@dataclass(frozen=True)
class Reading:
    """What an utterance says by its words and their sound alone."""

    telling: str
    """The words that can tell a service; empty where there are none."""
    terms: Scores
    words: Scores
    """Both as in :class:`Evidence`."""


class Matcher:
    """Scores every service of a city for an utterance. Immutable; made again when the city changes."""

    def __init__(
        self,
        city: City,
        vectors: Scores | None = None,
        classifier: Classifier | None = None,
        texts: Sequence[tuple[str, str]] | None = None,
    ) -> None:
        """:param vectors: one normalised row for each of ``texts``, or None

        :param classifier: what :func:`train` made of the same, or None to fit one here
        :param texts: :func:`references`, or a part of them
        """
        texts = references(city) if texts is None else texts
        _check(texts, vectors)
        self.services = (*city.services, OFF_TOPIC)
        index = {key: position for position, key in enumerate(self.services)}
        self._vectors = vectors
        self._owners = np.array([index[key] for key, _ in texts], np.intp)
        self._classifier = classifier or train(city, vectors, texts=texts)
        self._learn_terms(city, index)
        self._learn_words(city, [(index[key], text) for key, text in texts if key])

    def _learn_terms(self, city: City, index: dict[str, int]) -> None:
        owners: dict[str, set[int]] = defaultdict(set)
        for key, service in city.services.items():
            for term in service.terms:
                if joined := "".join(latin(fold(term)).split()):
                    owners[joined].add(index[key])
        self._terms = Lexicon(
            {term: dict.fromkeys(services, len(services) ** -0.5) for term, services in owners.items()}
        )

    def _learn_words(self, city: City, texts: Sequence[tuple[int, str]]) -> None:
        named = [(owner, term) for owner, service in enumerate(city.services.values()) for term in service.terms]
        telling = {text: content(text) for _, text in (*named, *texts)}
        self._compounds = Compounds(word for words in telling.values() for word in words)
        shares: dict[str, dict[int, float]] = defaultdict(dict)
        for share, sources in ((1.0, named), (0.8, texts)):
            for owner, text in sources:
                for word in telling[text]:
                    for part in {word, *self._compounds.split(word)}:
                        weight = share if part == word else share * 0.7
                        shares[part][owner] = max(weight, shares[part].get(owner, 0.0))
        self._words = Lexicon(shares)
        self._known = frozenset(shares)
        spread = np.array([self._words.spread(place) for place in range(len(shares))], np.float32)
        count = max(len(self.services), 2)
        self._rarity = np.asarray(np.log(1 + count / np.maximum(spread, 1)) / np.log(1 + count), np.float32)

    def evidence(
        self, text: str, vector: NDArray[np.float32] | None = None, reading: Reading | None = None
    ) -> Evidence:
        """:param vector: the normalised embedding of the utterance, or None

        :param reading: what :meth:`read` made of ``text``, or None to read it now
        """
        read = reading or self.read(text)
        return Evidence(
            self._classifier.scores(read.telling, vector),
            read.terms,
            read.words,
            self._nearest(vector),
            is_telling=bool(read.telling),
        )

    def read(self, text: str) -> Reading:
        """What an utterance says without its embedding: most of the work, and it can be done while that is made."""
        spoken = latin(fold(text)).split()
        joined = self._joined(spoken)
        words = content(text)
        if not (words or joined):
            nothing = np.zeros(len(self.services), np.float32)
            return Reading("", nothing, nothing)
        return Reading(
            " ".join([*words, *joined]), self._termed(spoken, [*words, *joined]), self._covered(words, joined)
        )

    def _nearest(self, vector: Scores | None) -> Scores | None:
        if vector is None or self._vectors is None:
            return None
        cosines = np.clip((self._vectors @ vector - _UNRELATED) / (_SAME - _UNRELATED), 0, 1)
        best = np.zeros(len(self.services), np.float32)
        np.maximum.at(best, self._owners, cosines.astype(np.float32))
        return best

    def _covered(self, words: Sequence[str], joined: list[str]) -> Scores:
        heard = [part for word in words for part in self._parts(word)] + joined
        share = np.zeros(len(self.services), np.float32)
        importance = 0.0
        for word in heard:
            places, likeness = self._words.alike(word)
            weight = float(self._rarity[places[likeness.argmax()]]) if len(places) else _UNKNOWN_WORD
            importance += weight
            best = np.zeros_like(share)
            self._words.raise_to(best, places, likeness)
            share += weight * best
        return share / np.float32(importance)

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
        best = np.zeros(len(self.services), np.float32)
        for run in runs:
            self._terms.raise_to(best, *self._terms.alike(run))
        return best
