"""Several readings of one utterance, weighed against each other.

A recognizer's second or third hypothesis often holds the word that its first has mangled. Each is matched, and what
speaks for a service counts as much as the hypothesis it was found in.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicebot.understanding.intents import is_noise
from voicebot.understanding.matching import Evidence, Reading
from voicebot.understanding.normalise import fold

#: Hypotheses of one utterance that are looked at.
MOST = 3
#: Tokens of a short utterance: what turns mean log probabilities a token into those of texts.
_TOKENS = 10.0
#: A hypothesis that weighs less is no reason for an alarm.
REAL = 0.15


@dataclass(frozen=True)
class Hypothesis:
    text: str
    weight: float
    """Its probability among the utterance's hypotheses, which add up to 1."""
    vector: NDArray[np.float32] | None = None
    """The normalised embedding of ``text``, or None."""
    reading: Reading | None = None
    """What :meth:`.Matcher.read` made of ``text``, or None where that is still to be done."""


def weighed(scored: Sequence[tuple[str, float]]) -> tuple[Hypothesis, ...]:
    """Texts with their mean log probabilities a token, best first, as at most :data:`MOST` distinct hypotheses.

    Texts that differ in punctuation and capitals only are one, as likely as the likeliest of them.
    """
    distinct: dict[str, tuple[str, float]] = {}
    for text, score in scored:
        distinct.setdefault(fold(text), (text, score))
    kept = list(distinct.values())[:MOST]
    best = max((score for _, score in kept), default=0.0)
    shares = [math.exp(_TOKENS * (score - best)) for _, score in kept]
    return tuple(Hypothesis(text, share / sum(shares)) for (text, _), share in zip(kept, shares, strict=True))


def embedded(hypotheses: Sequence[Hypothesis]) -> tuple[Hypothesis, ...]:
    """Those that have a vector, their weights adding up to 1 again; all of them where none has one."""
    known = [each for each in hypotheses if each.vector is not None]
    whole = sum(each.weight for each in known)
    return tuple(replace(each, weight=each.weight / whole) for each in known) if known else tuple(hypotheses)


def mixed(parts: Sequence[tuple[Evidence, float]]) -> Evidence:
    """The average of what several hypotheses speak for, each with its weight; the weights add up to 1."""

    def average(name: str) -> Any:
        values = [getattr(evidence, name) for evidence, _ in parts]
        if isinstance(values[0], bool):
            return any(values)
        if any(value is None for value in values):
            return None
        return sum(np.float32(weight) * value for value, (_, weight) in zip(values, parts, strict=True))

    return Evidence(**{each.name: average(each.name) for each in fields(Evidence)})


def instead_of_noise(text: str, hypotheses: Sequence[Hypothesis]) -> str:
    """The second hypothesis where the first is what recognition makes of noise, else ``text``."""
    second = hypotheses[1].text if len(hypotheses) > 1 else ""
    return second if second and is_noise(text) and not is_noise(second) else text
