"""A linear classifier fitted to the city's own examples: softmax regression on letters and meaning together.

Its features are hashed letter n-grams, weighted by TF-IDF (Salton and Buckley: Term-weighting approaches in automatic
text retrieval, Information Processing & Management 24 (1988)), which survive endings, compounds and half a word, and
beside them the sentence embedding, which survives other words. Fitted by AdaGrad (Duchi, Hazan and Singer: Adaptive
subgradient methods for online learning, JMLR 12 (2011)): some seconds for some thousand texts, growing with their
number and not with its cube, and the same weights from the same texts every time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

_SIZES = (3, 4, 5)
#: N-grams are hashed, so that a large city takes no more memory: 4 bytes a bucket and class.
_BUCKETS = 8192
_BATCH = 64
_RATE = 1.0
#: How strongly weights are drawn to zero.
_DECAY = np.float32(1e-5)
_NOTHING = 1e-7
#: Of the batches, those that are shown without their embeddings, so that the letters can do alone.
_BLIND = 0.2
_EPOCHS, _FEWEST_EPOCHS = 12, 3
#: Weights touched in one fitting at most, unless that leaves fewer than the fewest epochs: a minute or so.
_EFFORT = 1.2e12

Scores = NDArray[np.float32]
Progress = Callable[[int, int], None]


class Classifier:
    """Classes of texts by their letters and, where it was fitted with embeddings, by their meaning. Immutable."""

    #: Changes whenever the same texts would give other weights.
    VERSION = "3"

    def __init__(self, weights: Scores, constant: Scores, rarity: Scores, mean: Scores) -> None:
        """:param weights: shape (buckets + dimensions of the embedding, classes)

        ``rarity`` is the inverse document frequency of each bucket, ``mean`` that of the embeddings.
        """
        self._weights = weights
        self._constant = constant
        self._rarity = rarity
        self._mean = mean

    @classmethod
    def fit(
        cls,
        texts: Sequence[str],
        vectors: Scores | None,
        owners: NDArray[np.intp],
        classes: int,
        progress: Progress | None = None,
    ) -> Classifier:
        """:param owners: the class of each text, as its place among ``classes``

        :param vectors: a normalised row for each text, or None to go by letters alone
        :param progress: told how many of how many epochs are done
        """
        with threadpool_limits(1, user_api="blas"):  # the products are small: more threads wait for one another
            return cls._fitted(texts, vectors, owners, classes, progress)

    @classmethod
    def _fitted(
        cls,
        texts: Sequence[str],
        vectors: Scores | None,
        owners: NDArray[np.intp],
        classes: int,
        progress: Progress | None,
    ) -> Classifier:
        counts = [_ngrams(text) for text in texts]
        spread = np.zeros(_BUCKETS)
        for count in counts:
            spread[list(count)] += 1
        rarity = np.log((1 + len(texts)) / (1 + spread)).astype(np.float32)
        grams = [_weigh(count, rarity) for count in counts]
        width = 0 if vectors is None else vectors.shape[1]
        mean = np.zeros(width, np.float32) if vectors is None else np.asarray(vectors.mean(axis=0), np.float32)
        meanings = None if vectors is None else _centred(vectors, mean)
        weights = np.zeros((_BUCKETS + width, classes), np.float32)
        constant = np.zeros(classes, np.float32)
        steepness = np.full_like(weights, 1e-4)
        random = np.random.default_rng(len(texts))
        effort = 2.0 * len(texts) * weights.size
        epochs = int(np.clip(_EFFORT // max(effort, 1.0), _FEWEST_EPOCHS, _EPOCHS))
        for epoch in range(epochs):
            order = random.permutation(len(texts))
            for start in range(0, len(texts), _BATCH):
                chosen = order[start : start + _BATCH]
                shown = meanings if random.random() >= _BLIND else None
                places, rows = _rows([grams[place] for place in chosen], None if shown is None else shown[chosen])
                held = weights[places]
                error = _softmax(rows @ held + constant)
                error[np.arange(len(chosen)), owners[chosen]] -= 1
                # Where nothing is left to learn: their squares would be too small to be numbers.
                error[np.abs(error) < _NOTHING] = 0
                slope = rows.T @ error / np.float32(len(chosen)) + _DECAY * held
                steepness[places] += slope * slope
                weights[places] = held - _RATE * slope / np.sqrt(steepness[places])
            if progress is not None:
                progress(epoch + 1, epochs)
        return cls(weights, constant, rarity, mean)

    @classmethod
    def unlearned(cls, classes: int, width: int) -> Classifier:
        """One that knows nothing and takes as long to ask: random weights, to measure time with.

        :param width: dimensions of the embedding
        """
        random = np.random.default_rng(0)
        weights = random.standard_normal((_BUCKETS + width, classes), np.float32)
        return cls(weights, np.zeros(classes, np.float32), np.ones(_BUCKETS, np.float32), np.zeros(width, np.float32))

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Scores]) -> Classifier:
        """The one that gave :meth:`arrays`. Raises KeyError where one is missing."""
        return cls(arrays["weights"], arrays["constant"], arrays["rarity"], arrays["mean"])

    def arrays(self) -> dict[str, Scores]:
        """Everything fitted, to be kept."""
        return {
            "weights": self._weights,
            "constant": self._constant,
            "rarity": self._rarity,
            "mean": self._mean,
        }

    def scores(self, text: str, vector: Scores | None) -> Scores:
        """The logarithm of each class's likelihood, up to a constant."""
        places, values = _weigh(_ngrams(text), self._rarity)
        found = self._constant + values @ self._weights[places]
        if vector is not None and len(self._mean):
            found = found + _centred(vector[None, :], self._mean)[0] @ self._weights[_BUCKETS:]
        return np.asarray(found - found.mean(), np.float32)


def _rows(grams: Sequence[tuple[NDArray[np.intp], Scores]], meanings: Scores | None) -> tuple[NDArray[np.intp], Scores]:
    """The features that occur in some texts at all, and one row of them for each text."""
    buckets = np.unique(np.concatenate([places for places, _ in grams]))
    width = 0 if meanings is None else meanings.shape[1]
    rows = np.zeros((len(grams), len(buckets) + width), np.float32)
    for row, (places, values) in zip(rows, grams, strict=True):
        row[np.searchsorted(buckets, places)] = values
    if meanings is not None:
        rows[:, len(buckets) :] = meanings
    return np.concatenate([buckets, np.arange(_BUCKETS, _BUCKETS + width)]), rows


def _softmax(scores: Scores) -> Scores:
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)


def _centred(vectors: Scores, mean: Scores) -> Scores:
    """Sentence embeddings lie in a narrow cone; what tells them apart is where they are in it."""
    moved = vectors - mean
    return np.asarray(moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), 1e-9), np.float32)


def _ngrams(text: str) -> Counter[int]:
    """How often each bucket of n-grams occurs; crc32, as it is the same in every process."""
    padded = f" {text} ".encode()
    return Counter(crc32(padded[at : at + size]) % _BUCKETS for size in _SIZES for at in range(len(padded) - size + 1))


def _weigh(count: Counter[int], rarity: Scores) -> tuple[NDArray[np.intp], Scores]:
    places = np.fromiter(count, np.intp, len(count))
    values = (1 + np.log(np.fromiter(count.values(), np.float64, len(count)))) * rarity[places]
    return places, np.asarray(values / max(float(np.linalg.norm(values)), 1e-9), np.float32)
