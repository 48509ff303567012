"""How the alarm is fitted: by cross-validation on the sentences of emergencies and on a city's ordinary questions.

Everything is judged by a network, by neighbours and by a matcher that have not seen it. So the weights know how far
each sign carries in sentences that nobody has written down, and the limits stand where false alarms are as rare as is
wanted there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from voicebot.catalogue.city import City
from voicebot.understanding.alarm import NUMBERS, Alarm, Signs, Weighing, learned_odds, nearness
from voicebot.understanding.emergency import emergency_number, is_harmless, sentences
from voicebot.understanding.matching import OFF_TOPIC, Matcher, references
from voicebot.understanding.network import Network
from voicebot.understanding.normalise import fold

#: Parts of everything for network and neighbours, and of the city's texts for the matcher.
_FOLDS, _PARTS = 4, 5
#: Shares of the sentences that only sound like an emergency, and of ordinary questions, that may raise an alarm.
_FALSE_ALARMS, _FALSE_ALARMS_OF_QUESTIONS = 0.02, 0.003
#: Share of the same sentences that may bring a warning.
_FALSE_DOUBTS = 0.15
_DECAY, _STEPS = 1e-3, 40

Scores = NDArray[np.float32]
Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Kept:
    """What came out for sentences never seen, shares from 0 to 1."""

    found: float
    warned: float
    """Found or warned of."""
    right_number: float
    false_alarms: float
    """Of the sentences that only sound like an emergency."""
    false_warnings: float
    """Alarms or warnings for the same."""
    question_alarms: float
    """Of the city's ordinary questions."""
    question_warnings: float
    off_topic_alarms: float
    off_topic_warnings: float


@dataclass(frozen=True)
class _Texts:
    """The sentences, then the city's texts."""

    texts: Sequence[str]
    vectors: Scores
    owners: NDArray[np.intp]
    """Place in :data:`.NUMBERS`, or behind them for none."""
    sentences: int
    questions: int
    """Texts about services; off-topic ones follow."""

    @property
    def are_emergencies(self) -> NDArray[np.bool_]:
        return self.owners < len(NUMBERS)

    def network(self, places: NDArray[np.intp]) -> Network:
        folded = [fold(self.texts[place]) for place in places]
        return Network.fit(folded, self.vectors[places], self.owners[places], len(NUMBERS) + 1)


def texts(city: City) -> list[str]:
    """All that the alarm is fitted to: the sentences of emergencies, and what is none."""
    return [*(text for _, text in sentences()), *(text for _, text in references(city))]


def fingerprint(city: City) -> str:
    """Changes whenever another alarm would be fitted."""
    made_of = (Network.VERSION, sentences(), references(city))
    return hashlib.sha256(repr(made_of).encode()).hexdigest()


def fit(city: City, vectors: Scores, told: Told) -> tuple[Alarm, Kept]:
    """The alarm, and what its like made of what it had not seen.

    :param vectors: one normalised row for each of :func:`texts`
    :param told: how many of how many steps are done
    """
    place = {number: at for at, number in enumerate((*NUMBERS, ""))}
    owners = [place[number] for number, _ in sentences()] + [place[""]] * len(references(city))
    questions = sum(key != OFF_TOPIC for key, _ in references(city))
    given = _Texts(texts(city), vectors, np.array(owners, np.intp), len(sentences()), questions)
    steps = _FOLDS + _PARTS + 1
    scores, nearest = _judged(given, lambda done: told(done, steps))
    served = _served(city, given, lambda done: told(_FOLDS + done, steps))
    chosen = sorted(served)
    signs = [_signs(given.texts[at], scores[at], nearest[at], served[at]) for at in chosen]
    weighing, kept = _weigh(given, np.array(chosen, np.intp), signs, scores)
    network = given.network(np.arange(len(given.texts)))
    told(steps, steps)
    return Alarm(network, weighing, fingerprint(city)), kept


def _judged(given: _Texts, told: Callable[[int], None]) -> tuple[Scores, NDArray[np.float64]]:
    """The scores of networks, and the nearness to sentences, of texts that were held back from them."""
    part = np.random.default_rng(0).integers(0, _FOLDS, len(given.texts))
    is_sentence = np.arange(len(given.texts)) < given.sentences
    scores = np.zeros((len(given.texts), len(NUMBERS) + 1), np.float32)
    nearest = np.zeros(len(given.texts))
    for held in range(_FOLDS):
        network = given.network(np.flatnonzero(part != held))
        known = np.flatnonzero(is_sentence & (part != held))
        emergencies, harmless = (
            given.vectors[known[given.are_emergencies[known] == is_one]] for is_one in (True, False)
        )
        for at in map(int, np.flatnonzero(part == held)):
            scores[at] = network.scores(fold(given.texts[at]), given.vectors[at])
            nearest[at] = nearness(given.vectors[at], emergencies, harmless)
        told(held + 1)
    return scores, nearest


def _served(city: City, given: _Texts, told: Callable[[int], None]) -> dict[int, float]:
    """How likely a service is asked for, by the place of each sentence, example and off-topic text."""
    around = references(city)
    asked = {(key, example.text) for key, service in city.services.items() for example in service.examples}
    is_free = np.array([each[0] == OFF_TOPIC or each in asked for each in around])
    # Names and keywords stay, as they do for a caller.
    part = np.where(is_free, np.random.default_rng(1).integers(0, _PARTS, len(around)), -1)
    found: dict[int, float] = {}
    for held in range(_PARTS):
        kept = np.flatnonzero(part != held)
        matcher = Matcher(city, given.vectors[given.sentences + kept], texts=[around[at] for at in kept])
        places = [given.sentences + int(at) for at in np.flatnonzero(part == held)]
        # No matcher has seen the sentences: one of them is enough.
        for at in places if held else [*range(given.sentences), *places]:
            found[at] = matcher.evidence(given.texts[at], given.vectors[at]).ranking(1)[0][1]
        told(held + 1)
    return found


def _signs(text: str, scores: Scores, nearest: float, service: float) -> Signs:
    return Signs(learned_odds(scores), nearest, service, emergency_number(text) is not None, is_harmless(text))


def _weigh(given: _Texts, chosen: NDArray[np.intp], signs: Sequence[Signs], scores: Scores) -> tuple[Weighing, Kept]:
    is_emergency = given.are_emergencies[chosen]
    is_hard = ~is_emergency & (chosen < given.sentences)
    is_off_topic = chosen >= given.sentences + given.questions
    is_question = ~is_off_topic & (chosen >= given.sentences)
    features = np.array([(1.0, *astuple(each)) for each in signs])
    weights = _regress(features, is_emergency)
    odds = features @ weights
    alarm = max(_limit(odds[is_hard], _FALSE_ALARMS), _limit(odds[is_question], _FALSE_ALARMS_OF_QUESTIONS))
    doubt = min(_limit(odds[is_hard], _FALSE_DOUBTS), alarm)
    best = scores[chosen][is_emergency][:, : len(NUMBERS)].argmax(axis=1)

    def share(which: NDArray[np.bool_], limit: float) -> float:
        return float((odds[which] >= limit).mean())

    kept = Kept(
        found=share(is_emergency, alarm),
        warned=share(is_emergency, doubt),
        right_number=float((best == given.owners[chosen][is_emergency]).mean()),
        false_alarms=share(is_hard, alarm),
        false_warnings=share(is_hard, doubt),
        question_alarms=share(is_question, alarm),
        question_warnings=share(is_question, doubt),
        off_topic_alarms=share(is_off_topic, alarm),
        off_topic_warnings=share(is_off_topic, doubt),
    )
    return replace(Weighing(*map(float, weights)), alarm=float(alarm), doubt=float(doubt)), kept


def _limit(odds: NDArray[np.float64], share: float) -> float:
    """What at most ``share`` of them reach."""
    return float(np.nextafter(np.sort(odds)[::-1][int(share * len(odds))], np.inf))


def _regress(features: NDArray[np.float64], hits: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Logistic regression by Newton's method."""
    found = np.zeros(features.shape[1])
    for _ in range(_STEPS):
        likely = 1 / (1 + np.exp(-features @ found))
        slope = features.T @ (hits - likely) - _DECAY * found
        spread = (features * (likely * (1 - likely))[:, None]).T @ features
        found += np.linalg.solve(spread + _DECAY * np.eye(len(found)), slope)
    return found
