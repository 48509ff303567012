"""How surely somebody is in danger: what speaks for an emergency and against it, weighed.

Fitted once to the sentences and delivered with the package (:mod:`.alarm_fitting`), so that every city has the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicebot.archive import load_arrays
from voicebot.understanding.network import Network

NUMBERS = ("112", "110")
#: How many sentences of each kind are looked at for the nearest, and beyond which log odds the network says no more.
_NEIGHBOURS, _CERTAIN = 3, 8.0

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Signs:
    """What is to be seen in one utterance."""

    learned: float
    """Log odds that :class:`.Network` gives."""
    nearest: float
    """How much more alike it is to sentences of emergencies than to those that only sound so; cosines."""
    service: float
    """How likely it is that a service is asked for, 0 to 1."""
    is_named: bool
    """Whether a phrase of emergencies occurs."""
    is_harmless: bool
    """Whether a phrase says that it is over, or only talked about."""


@dataclass(frozen=True)
class Weighing:
    """A logistic regression over :class:`Signs`, and the log odds at which something is done."""

    constant: float
    learned: float
    nearest: float
    service: float
    named: float
    harmless: float
    alarm: float = 0.0
    """From here on the caller is sent to the emergency number and nothing else."""
    doubt: float = 0.0
    """From here on the number is mentioned before what was understood."""

    def odds(self, signs: Signs) -> float:
        """The logarithm of the odds that it is an emergency."""
        return float(self.constant + np.dot(astuple(self)[1:6], astuple(signs)))


@dataclass(frozen=True)
class Alarm:
    network: Network
    weighing: Weighing
    made_of: str = ""
    """A fingerprint of the texts it was fitted to."""

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Alarm:
        """The one that gave :meth:`arrays`. Raises KeyError where one is missing."""
        return cls(Network(arrays), Weighing(*map(float, arrays["weighing"])), str(arrays["made_of"]))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything fitted, to be kept."""
        return {
            **self.network.arrays(),
            "weighing": np.array(astuple(self.weighing)),
            "made_of": np.array(self.made_of),
        }


@lru_cache(maxsize=1)
def shipped() -> Alarm:
    """The one that came with the package."""
    with resources.as_file(resources.files("voicebot.understanding").joinpath("alarm.npz")) as path:
        return Alarm.from_arrays(load_arrays(Path(path)))


def learned_odds(scores: Scores) -> float:
    """The log odds of any emergency, from the scores of :data:`NUMBERS` and of none."""
    first, second, none = map(float, scores)
    return float(np.clip(np.logaddexp(first, second) - none, -_CERTAIN, _CERTAIN))


def nearness(vector: Scores, emergencies: Scores, harmless: Scores) -> float:
    """:attr:`Signs.nearest` of one embedding to those of the sentences of either kind, a row each.

    Nearest neighbours in each class (Cover and Hart: Nearest neighbor pattern classification, IEEE Transactions on
    Information Theory 13 (1967)) know the rare sentences that a network has smoothed away.
    """
    return _nearest(emergencies @ vector) - _nearest(harmless @ vector)


def _nearest(cosines: Scores) -> float:
    count = min(_NEIGHBOURS, len(cosines))
    return float(np.partition(cosines, -count)[-count:].mean()) if count else 0.0
