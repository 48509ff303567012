"""A small neural network that tells classes of sentences by meaning and by words together.

One hidden layer of rectified linear units over the sentence embedding and the hashed words and pairs of neighbouring
words (Weinberger et al.: Feature hashing for large scale multitask learning, ICML 2009). It sees what a linear
classifier cannot: that "liegt" means one thing beside a person and another beside a letter. Fitted with dropout
(Srivastava et al., JMLR 15 (2014)), smoothed labels (Szegedy et al.: Rethinking the inception architecture, CVPR
2016) and AdaGrad (Duchi, Hazan and Singer, JMLR 12 (2011)); several networks that began differently are averaged
(Hansen and Salamon: Neural network ensembles, IEEE PAMI 12 (1990)). The same texts give the same weights every time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

#: Words are hashed: 2 bytes a bucket and unit.
_BUCKETS = 4096
_MEMBERS, _UNITS = 3, 64
_EPOCHS, _BATCH = 12, 64
#: The rate falls from the first to the second.
_FASTEST, _SLOWEST = 0.054, 0.004
#: How strongly the embedding counts beside the words, and what is added to it so that no sentence is known by heart.
_SCALE, _JITTER = np.float32(2.0), 0.03
#: Units and words that are left out at a time.
_DROPOUT = 0.3
#: What of a label is spread over all classes.
_SMOOTHING = 0.05
_BEGINNING, _STEEPNESS = 0.12, 1e-6

Scores = NDArray[np.float32]
Words = Sequence[NDArray[np.intp]]
Progress = Callable[[int, int], None]


class Network:
    """Classes of sentences by their embeddings and words. Immutable."""

    #: Changes whenever the same texts would give other weights.
    VERSION = "1"

    def __init__(self, arrays: Mapping[str, NDArray[np.float16]]) -> None:
        """:param arrays: what :meth:`arrays` gave. Raises KeyError where one is missing."""
        self._kept = dict(arrays)
        self._mean, self._words, self._meaning, self._constant, self._out, self._level = (
            np.asarray(arrays[name], np.float32) for name in ("mean", "words", "meaning", "constant", "out", "level")
        )

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        vectors: Scores,
        owners: NDArray[np.intp],
        classes: int,
        progress: Progress | None = None,
    ) -> Network:
        """Fit to folded texts.

        :param vectors: a normalised row for each text
        :param owners: the class of each text, as its place among ``classes``
        :param progress: told how many of how many epochs are done
        """
        fitting = _Fitting([_hashed(text) for text in texts], vectors, owners, classes)
        for epoch in range(_EPOCHS):
            fitting.epoch(_FASTEST + (_SLOWEST - _FASTEST) * epoch / _EPOCHS)
            if progress is not None:
                progress(epoch + 1, _EPOCHS)
        return cls({name: value.astype(np.float16) for name, value in fitting.weights.items()})

    @property
    def dimensions(self) -> int:
        """Of the embeddings."""
        return len(self._mean)

    def arrays(self) -> dict[str, NDArray[np.float16]]:
        """Everything fitted, to be kept."""
        return self._kept

    def scores(self, text: str, vector: Scores) -> Scores:
        """The logarithm of each class's likelihood, up to a constant, for a folded text and its embedding."""
        hidden = _centred(vector[None, :], self._mean)[0] @ self._meaning + self._constant
        words = _hashed(text)
        if len(words):
            hidden = hidden + self._words[words].sum(axis=0) * np.float32(len(words) ** -0.5)
        members = np.maximum(hidden, 0).reshape(self._out.shape[0], 1, -1)
        return np.asarray(((members @ self._out)[:, 0] + self._level).mean(axis=0), np.float32)


class _Fitting:
    """All members at once, side by side in the same matrices; they share batches and nothing else."""

    def __init__(self, words: Words, vectors: Scores, owners: NDArray[np.intp], classes: int) -> None:
        self._random = random = np.random.default_rng(len(words))
        mean = np.asarray(vectors.mean(axis=0), np.float32)
        self._hashed = words
        self._meanings = _centred(vectors, mean)
        self._labels = np.full((len(words), classes), _SMOOTHING / classes, np.float32)
        self._labels[np.arange(len(words)), owners] += 1 - _SMOOTHING
        units = _MEMBERS * _UNITS
        self.weights: dict[str, Scores] = {
            "mean": mean,
            "words": np.zeros((_BUCKETS, units), np.float32),
            "meaning": random.normal(0, _BEGINNING, (vectors.shape[1], units)).astype(np.float32),
            "constant": np.zeros(units, np.float32),
            "out": random.normal(0, _BEGINNING, (_MEMBERS, _UNITS, classes)).astype(np.float32),
            "level": np.zeros((_MEMBERS, classes), np.float32),
        }
        self._steepness = {name: np.full_like(value, _STEEPNESS) for name, value in self.weights.items()}

    def epoch(self, rate: float) -> None:
        """Show every sentence once."""
        order = self._random.permutation(len(self._hashed))
        for start in range(0, len(order), _BATCH):
            self._step(order[start : start + _BATCH], np.float32(rate))

    def _step(self, chosen: NDArray[np.intp], rate: np.float32) -> None:
        random, held = self._random, self.weights
        places, spoken = self._spoken(chosen)
        meant = self._meanings[chosen]
        meant = meant + random.normal(0, _JITTER, meant.shape).astype(np.float32)
        hidden = meant @ held["meaning"] + spoken @ held["words"][places] + held["constant"]
        kept = (random.random(hidden.shape) >= _DROPOUT) * (hidden > 0) / np.float32(1 - _DROPOUT)
        active = (hidden * kept).reshape(len(chosen), _MEMBERS, _UNITS).swapaxes(0, 1).astype(np.float32)
        shares = _softmax(active @ held["out"] + held["level"][:, None, :])
        error = (shares - self._labels[chosen]) / np.float32(len(chosen))
        back = (error @ held["out"].swapaxes(1, 2)).swapaxes(0, 1).reshape(hidden.shape) * kept
        back = back.astype(np.float32)
        self._move("out", np.asarray(active.swapaxes(1, 2) @ error, np.float32), rate)
        self._move("level", np.asarray(error.sum(axis=1), np.float32), rate)
        self._move("meaning", np.asarray(meant.T @ back, np.float32), rate)
        self._move("constant", np.asarray(back.sum(axis=0), np.float32), rate)
        self._move("words", np.asarray(spoken.T @ back, np.float32), rate, places)

    def _move(self, name: str, slope: Scores, rate: np.float32, at: NDArray[np.intp] | None = None) -> None:
        rows = slice(None) if at is None else at
        steepness = self._steepness[name][rows] + slope * slope
        self._steepness[name][rows] = steepness
        self.weights[name][rows] -= rate * slope / np.sqrt(steepness)

    def _spoken(self, chosen: NDArray[np.intp]) -> tuple[NDArray[np.intp], Scores]:
        """The buckets that occur in some sentences, a part of them left out, and one row of them for each sentence."""
        said = [self._hashed[each] for each in chosen]
        shown = [words[self._random.random(len(words)) >= _DROPOUT] for words in said]
        places = np.unique(np.concatenate(shown))
        rows = np.zeros((len(chosen), len(places)), np.float32)
        for row, words in zip(rows, shown, strict=True):
            row[np.searchsorted(places, words)] = max(len(words), 1) ** -0.5
        return places, rows


def _softmax(scores: Scores) -> Scores:
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True), np.float32)


def _centred(vectors: Scores, mean: Scores) -> Scores:
    """Sentence embeddings lie in a narrow cone; what tells them apart is where they are in it."""
    moved = vectors - mean
    return np.asarray(_SCALE * moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9), np.float32)


def _hashed(text: str) -> NDArray[np.intp]:
    """The buckets of a text's words and pairs of words, each once; crc32, as it is the same in every process."""
    words = text.split()
    found = {*words, *(f"{first} {second}" for first, second in pairwise(words))}
    return np.unique(np.array([crc32(each.encode()) % _BUCKETS for each in found], np.intp))
