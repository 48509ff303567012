"""Embeddings kept on disk, a vector a text, because a thousand texts take 20 s to embed."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicebot.archive import load_arrays, save_arrays

DIM = 384
LABEL = "embedding sentences"
MODEL = "multilingual-e5-small q4 query"
"""Part of every key: another model or prefix gives other vectors."""
_STEPS = 127

Vectors = NDArray[np.float32]


class EmbeddingCache:
    """Vectors for `texts`, as far as the archive at `path` or the one that came with the data has them.

    Whoever has an embedder goes through `missing`, calls `add` for each batch, and takes the result from
    `finish`. Archives hold a byte a component: a cosine of theirs is off by less than 0.002.
    """

    def __init__(self, path: Path, texts: Sequence[str], shipped: Path | None = None) -> None:
        self._path = path
        self._keys = [_key(text) for text in texts]
        self._known = _load(path)
        self._stale = len(self._known.keys() - set(self._keys)) > 0
        if shipped is not None and not self._known.keys() >= set(self._keys):
            self._known = _load(shipped) | self._known
            self._stale = True
        missing = {key: text for key, text in zip(self._keys, texts, strict=True) if key not in self._known}
        self._missing = list(missing.values())

    def __len__(self) -> int:
        """How many texts were missing."""
        return len(self._missing)

    def missing(self, size: int) -> Iterator[tuple[int, list[str]]]:
        """Batches of at most `size` texts, each with the number of texts before it."""
        for start in range(0, len(self._missing), size):
            yield start, self._missing[start : start + size]

    def add(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Take the vectors of a batch, shape (len(texts), 384)."""
        self._known.update(zip(map(_key, texts), _coarse(vectors), strict=True))
        self._stale = True

    def finish(self) -> Vectors:
        """Write the archive if anything changed; return shape (len(texts), 384). Raises OSError."""
        if not self._keys:
            return np.zeros((0, DIM), dtype=np.float32)
        if self._stale:
            _save(self._path, {key: self._known[key] for key in self._keys})
        vectors = np.stack([self._known[key] for key in self._keys]).astype(np.float32)
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def _key(text: str) -> str:
    return hashlib.sha256(f"{MODEL}\0{text}".encode()).hexdigest()[:32]


def _coarse(vectors: Vectors) -> NDArray[np.int8]:
    """Each vector in 127 steps of its greatest component; its length does not matter."""
    greatest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
    return np.asarray(np.rint(vectors / greatest * _STEPS), np.int8)


def _load(path: Path) -> dict[str, NDArray[np.int8]]:
    archive = load_arrays(path)
    keys, vectors = archive.get("keys"), archive.get("vectors")
    if keys is None or vectors is None or vectors.dtype != np.int8 or vectors.shape != (len(keys), DIM):
        return {}
    return dict(zip((bytes(key).decode("ascii", "replace") for key in keys), vectors, strict=True))


def _save(path: Path, vectors: dict[str, NDArray[np.int8]]) -> None:
    keys = np.array([key.encode() for key in vectors], dtype="S32")
    save_arrays(path, {"keys": keys, "vectors": np.stack(list(vectors.values()))})
