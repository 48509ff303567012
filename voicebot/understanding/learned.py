"""Linear classifiers fitted to the city's example questions: ridge regression onto the services.

Hoerl and Kennard: Ridge Regression, Technometrics 12 (1970). Closed form, fitted when the city
is loaded: a second for some thousand texts. Unlike the nearest example they know what tells services apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

#: Strength of the regularisation, chosen by cross-validation on example questions.
_NGRAM_RIDGE, _VECTOR_RIDGE = 0.5, 0.1
_SIZES = (3, 4, 5)
#: N-grams are hashed, so that a large city takes no more memory: 4 bytes a bucket and service.
_BUCKETS = 8192

Scores = NDArray[np.float32]


def _targets(owners: NDArray[np.intp], services: int) -> NDArray[np.float64]:
    return np.asarray(np.eye(services)[owners], np.float64)


class NgramClassifier:
    """Services by the letter n-grams of what is said, weighted by TF-IDF: survives endings and compounds."""

    def __init__(self, texts: Sequence[str], owners: NDArray[np.intp], services: int) -> None:
        """:param owners: the service of each text, as its place among ``services``"""
        counts = [_ngrams(text) for text in texts]
        spread = np.zeros(_BUCKETS)
        for count in counts:
            spread[list(count)] += 1
        self._rarity = np.log((1 + len(texts)) / (1 + spread))
        grams = np.zeros((len(texts), _BUCKETS), np.float32)
        for row, count in zip(grams, counts, strict=True):
            places, values = self._weigh(count)
            row[places] = values
        kernel = np.asarray(grams @ grams.T, np.float64)
        kernel[np.diag_indices(len(texts))] += _NGRAM_RIDGE
        dual = np.linalg.solve(kernel, _targets(owners, services)).astype(np.float32)
        self._weights = np.asarray(grams.T @ dual, np.float32)

    def scores(self, text: str) -> Scores:
        """About 1 for a service whose examples read like this, about 0 for one whose do not."""
        places, values = self._weigh(_ngrams(text))
        return np.asarray(values @ self._weights[places], np.float32)

    def _weigh(self, count: Counter[int]) -> tuple[list[int], Scores]:
        places = list(count)
        values = (1 + np.log(list(count.values()))) * self._rarity[places]
        return places, np.asarray(values / max(float(np.linalg.norm(values)), 1e-9), np.float32)


class VectorClassifier:
    """Services by the embedding of what is said."""

    def __init__(self, vectors: Scores, owners: NDArray[np.intp], services: int) -> None:
        self._mean = vectors.mean(axis=0)
        centred = np.asarray(vectors - self._mean, np.float64)
        scatter = centred.T @ centred + _VECTOR_RIDGE * np.eye(centred.shape[1])
        weights = np.linalg.solve(scatter, centred.T @ _targets(owners, services))
        self._weights = np.asarray(weights, np.float32)

    def scores(self, vector: Scores) -> Scores:
        return np.asarray((vector - self._mean) @ self._weights, np.float32)


def _ngrams(text: str) -> Counter[int]:
    """How often each bucket of n-grams occurs; crc32, as it is the same in every process."""
    padded = f" {text} ".encode()
    return Counter(crc32(padded[at : at + size]) % _BUCKETS for size in _SIZES for at in range(len(padded) - size + 1))
