"""What a language sounds like, for where Whisper is sure of none: a layer on its own encoding.

The small model knows how people speak, and takes a synthetic voice on a telephone for Latin or Thai. Its encoder
hears more than its decoder makes of it: the mean and the spread of the encoding over an utterance tell languages apart
(pooled statistics as in Snyder et al.: X-vectors, ICASSP 2018), even with a linear layer. As that layer has heard
synthetic voices alone, it has no say where Whisper takes any language that may be spoken for likely.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicebot.archive import load_arrays

MODEL = "base"
"""The Whisper model whose encoding this is about."""
OTHER = "other"
"""Stands for every language that is none of those it was fitted to."""
UNSURE = 0.75
"""Whisper's probability below which a language is not believed."""
OWN_UNSURE = 0.25
"""The same of the town's own language: to lose one of most callers is worse than not to find another's."""
SHORTEST_S = 3.0
"""Of speech with what a turn keeps around it; from less it cannot be told."""
LIKELY, FOREIGN = 0.9, 0.5
"""From here on the likeliest of the allowed languages is believed, and that it is none of those that are known: German
in the noise of a street sounds like something else with less."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Accents:
    """Softmax regression over the pooled encoding of an utterance. Immutable."""

    languages: tuple[str, ...]
    """ISO 639-1, and :data:`OTHER`."""
    weights: Floats
    """Shape (features, languages)."""
    constant: Floats
    mean: Floats
    spread: Floats
    """Of each feature, over what it was fitted to."""

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> Accents:
        """What :meth:`arrays` gave. Raises KeyError where one is missing."""
        floats = (np.asarray(arrays[name], np.float32) for name in ("weights", "constant", "mean", "spread"))
        return cls(tuple(str(arrays["languages"]).split()), *floats)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Everything fitted, to be kept."""
        halves = {name: getattr(self, name).astype(np.float16) for name in ("weights", "constant", "mean", "spread")}
        return {"languages": np.array(" ".join(self.languages)), **halves}

    def shares(self, encoding: Floats) -> dict[str, float]:
        """The probability of each language, from the encoder's states of the speech, shape (states, dimensions)."""
        scores = (pooled(encoding) - self.mean) / self.spread @ self.weights + self.constant
        shares = np.exp(scores - scores.max())
        return {code: float(share) for code, share in zip(self.languages, shares / shares.sum(), strict=True)}

    def judge(
        self, encoding: Floats, heard: Sequence[tuple[str, float]], allowed: Sequence[str]
    ) -> list[tuple[str, float]] | None:
        """What it sounds like, where Whisper's probabilities ``heard`` leave it open and this layer is sure.

        :param encoding: of the speech, shape (states, dimensions)
        :param allowed: what may be spoken, the town's own language first
        :returns: languages with their probabilities, likeliest first; or None
        """
        if encoding.shape[1] * 2 != len(self.mean) or not is_open(dict(heard), allowed):
            return None
        shares = self.shares(encoding)
        known = {code: shares[code] for code in allowed if code in shares}
        whole = sum(known.values())
        if shares.get(OTHER, 0.0) >= FOREIGN or not known or max(known.values()) < LIKELY * whole:
            return None
        rest = [(code, 0.0) for code, _ in heard if code not in known]
        return sorted(((code, share / whole) for code, share in known.items()), key=lambda each: -each[1]) + rest


def is_open(heard: Mapping[str, float], allowed: Sequence[str]) -> bool:
    """Whether Whisper takes none of what may be spoken for likely."""
    if heard.get(allowed[0], 0.0) >= OWN_UNSURE:
        return False
    return max(heard.get(code, 0.0) for code in allowed) < UNSURE


def pooled(encoding: Floats) -> Floats:
    """Mean and standard deviation over time of shape (states, dimensions), one after the other."""
    states = encoding.astype(np.float32)
    return np.concatenate((states.mean(axis=0), states.std(axis=0)))


@lru_cache(maxsize=1)
def shipped() -> Accents:
    """The one that came with the package: of Whisper base."""
    with resources.as_file(resources.files("voicebot.speech").joinpath("accents.npz")) as path:
        return Accents.from_arrays(load_arrays(Path(path)))
