"""Counting: shares with their intervals, confusions, calibration, times. Plain functions over outcomes."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from voicebot.evaluation.sets import Utterance
from voicebot.routing import Action

Z_95 = 1.959964
"""The normal distribution's two-sided 95 % quantile."""
BINS = 10

_SENT_SOMEWHERE = frozenset({Action.ANSWER, Action.EXTERNAL, Action.TRANSFER})


@dataclass(frozen=True)
class Outcome:
    """What the bot made of one utterance."""

    action: Action
    service: str | None = None
    """The best match, as ``voicebot ask`` reports it."""
    wishes: tuple[str, ...] = ()
    """All services that were understood to be asked for."""
    choices: tuple[str, ...] = ()
    """The services between which the caller is asked to choose."""
    candidates: tuple[tuple[str, float], ...] = ()
    """The best three services with their likelihoods, 0 to 1, best first."""
    aspect: str | None = None
    department: str | None = None
    number: str | None = None
    """Of an emergency."""
    doubt: str | None = None
    """The number that is mentioned because it might be one."""
    text: str = ""
    """As it was heard, where it was spoken."""
    language: str = ""
    """What the call is held in from then on, where it was spoken."""
    spoken_s: float = 0.0
    """Seconds of speech, where it was spoken."""
    understanding_s: float = 0.0
    """From text to understanding."""


Pair = tuple[Utterance, Outcome]


@dataclass(frozen=True)
class Share:
    """``hits`` of ``of``."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """0 to 1; not a number where nothing was counted."""
        return self.hits / self.of if self.of else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % score interval.

        Wilson: Probable inference, the law of succession, and statistical inference, JASA 22 (1927), 209-212.
        """
        if not self.of:
            return math.nan, math.nan
        shrink = 1 + Z_95**2 / self.of
        middle = self.value + Z_95**2 / (2 * self.of)
        half = Z_95 * math.sqrt(self.value * (1 - self.value) / self.of + (Z_95 / (2 * self.of)) ** 2)
        return max(0.0, (middle - half) / shrink), min(1.0, (middle + half) / shrink)


@dataclass(frozen=True)
class Target:
    share: float
    at_most: bool = False
    """Whether less is better."""

    def holds(self, share: Share) -> bool:
        return share.value <= self.share if self.at_most else share.value >= self.share


@dataclass(frozen=True)
class Measure:
    """A row of the table."""

    key: str
    label: str
    share: Share
    target: Target | None = None

    @property
    def is_missed(self) -> bool:
        return self.target is not None and self.share.of > 0 and not self.target.holds(self.share)


def count(pairs: Iterable[Pair], is_hit: Callable[[Utterance, Outcome], bool]) -> Share:
    hits = [is_hit(asked, outcome) for asked, outcome in pairs]
    return Share(sum(hits), len(hits))


def about_services(pairs: Iterable[Pair]) -> list[Pair]:
    return [pair for pair in pairs if pair[0].intent == "service"]


def is_in_its_language(asked: Utterance, outcome: Outcome) -> bool:
    return outcome.language == asked.language


def is_lost_to_another(asked: Utterance, outcome: Outcome) -> bool:
    """Whether a call went on in another language than the caller's; nothing heard changes nothing."""
    return bool(outcome.language) and outcome.language != asked.language


def is_first(asked: Utterance, outcome: Outcome) -> bool:
    return outcome.service in asked.services


def is_among_three(asked: Utterance, outcome: Outcome) -> bool:
    return is_first(asked, outcome) or any(service in asked.services for service, _ in outcome.candidates[:3])


def is_aspect_right(asked: Utterance, outcome: Outcome) -> bool:
    return outcome.aspect == asked.aspect


def is_sent_somewhere(_: Utterance, outcome: Outcome) -> bool:
    """Whether the caller is given an answer, an authority or a desk, rather than asked back."""
    return outcome.action in _SENT_SOMEWHERE


def is_sent_wrong(asked: Utterance, outcome: Outcome) -> bool:
    """Whether that speaks for, or leads to, none of the right departments; the switchboard is wrong, too."""
    return is_sent_somewhere(asked, outcome) and outcome.department not in asked.departments


def is_sent_right(asked: Utterance, outcome: Outcome) -> bool:
    return is_sent_somewhere(asked, outcome) and outcome.department in asked.departments


def is_emergency(asked: Utterance, outcome: Outcome) -> bool:
    """Whether the caller is told to ring an emergency number: the right one, where one is right."""
    return outcome.action is Action.EMERGENCY and (not asked.numbers or outcome.number in asked.numbers)


def is_warned(_: Utterance, outcome: Outcome) -> bool:
    """Whether the caller hears an emergency number at all, as advice or in passing."""
    return outcome.action is Action.EMERGENCY or outcome.doubt is not None


def is_action(action: Action) -> Callable[[Utterance, Outcome], bool]:
    return lambda _, outcome: outcome.action is action


def is_asked_back_well(asked: Utterance, outcome: Outcome) -> bool:
    """Whether the caller is asked back, and only what the question may be about is offered."""
    return outcome.action is Action.CLARIFY and set(outcome.choices) <= set(asked.services)


def are_all_found(asked: Utterance, outcome: Outcome) -> bool:
    return set(asked.services) <= set(outcome.wishes)


def question_measures(pairs: Collection[Pair], switchboard: str) -> list[Measure]:
    """What is counted on questions about services, departments, and for a person."""
    services = about_services(pairs)
    with_aspect = [pair for pair in services if pair[0].aspect]
    somewhere = [pair for pair in pairs if pair[0].intent in ("service", "department")]
    named = [pair for pair in pairs if pair[0].intent == "department"]
    human = [pair for pair in pairs if pair[0].intent == "human"]
    return [
        Measure("first", "right service first", count(services, is_first)),
        Measure("first_three", "right service among the first three", count(services, is_among_three)),
        Measure("aspect", "aspect right where one was asked", count(with_aspect, is_aspect_right)),
        Measure("wrong_department", "connected to a wrong department", count(somewhere, is_sent_wrong)),
        Measure("asked_back", "questions asked back", count(somewhere, is_action(Action.CLARIFY))),
        Measure("not_understood", "questions not understood", count(somewhere, is_action(Action.NOMATCH))),
        Measure("department", "department asked for by name", count(named, is_sent_right)),
        Measure("human", "a person asked for", count(human, lambda _, each: each.department == switchboard)),
    ]


@dataclass(frozen=True)
class Confusion:
    right: str
    found: str
    """A service, or the action where none was found."""
    times: int
    example: str
    heard: str
    """What was made of the example, where it was spoken."""


def confusions(pairs: Iterable[Pair]) -> list[Confusion]:
    """Services taken for others, the most frequent first, each with the first such question."""
    taken: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for asked, outcome in about_services(pairs):
        if not is_first(asked, outcome):
            found = outcome.service or f"({outcome.action.value})"
            taken["|".join(asked.services), found].append((asked, outcome))
    ordered = sorted(taken.items(), key=lambda item: (-len(item[1]), item[0]))
    return [
        Confusion(right, found, len(those), those[0][0].text, those[0][1].text) for (right, found), those in ordered
    ]


@dataclass(frozen=True)
class Bin:
    """Answers whose likelihood lay between ``low`` and ``high``."""

    low: float
    high: float
    questions: int
    claimed: float
    """Their mean likelihood."""
    right: float
    """The share of them that was right."""


@dataclass(frozen=True)
class Calibration:
    bins: tuple[Bin, ...]
    """Only those with questions."""

    @property
    def error(self) -> float:
        """Expected calibration error, 0 to 1: the mean distance of claim and truth over all questions.

        Naeini, Cooper, Hauskrecht: Obtaining well calibrated probabilities using Bayesian binning, AAAI 2015.
        """
        total = sum(each.questions for each in self.bins)
        return sum(abs(each.claimed - each.right) * each.questions for each in self.bins) / max(total, 1)


def calibration(pairs: Iterable[Pair]) -> Calibration:
    """How far the likelihood of the best service is the share of questions for which it is the right one."""
    claims = [
        (outcome.candidates[0][1], outcome.candidates[0][0] in asked.services)
        for asked, outcome in about_services(pairs)
        if outcome.candidates
    ]
    counted = Counter(min(int(claim * BINS), BINS - 1) for claim, _ in claims)
    bins = []
    for number in sorted(counted):
        inside = [(claim, right) for claim, right in claims if min(int(claim * BINS), BINS - 1) == number]
        claimed, right = (float(np.mean(column)) for column in zip(*inside, strict=True))
        bins.append(Bin(number / BINS, (number + 1) / BINS, len(inside), claimed, right))
    return Calibration(tuple(bins))


@dataclass(frozen=True)
class Times:
    """Seconds."""

    median: float
    p95: float


def times(seconds: Sequence[float]) -> Times | None:
    """Median and 95 % quantile; None where nothing was measured."""
    if not seconds:
        return None
    return Times(float(np.median(seconds)), float(np.percentile(seconds, 95)))
