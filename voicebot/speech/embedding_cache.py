"""Embeddings kept on disk, a vector a text, because a thousand texts take 18 s to embed."""

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DIM = 384
LABEL = "embedding sentences"
MODEL = "multilingual-e5-small q4 query"
"""Part of every key: another model or prefix gives other vectors."""


class EmbeddingCache:
    """Vectors for `texts`, as far as the archive at `path` (.npz: `keys`, `vectors`) has them.

    Whoever has an embedder goes through `missing`, calls `add` for each batch, and takes the result from
    `finish`.
    """

    def __init__(self, path: Path, texts: Sequence[str]) -> None:
        self._path = path
        self._keys = [_key(text) for text in texts]
        self._known = _load(path)
        self._stale = len(self._known.keys() - set(self._keys)) > 0
        missing = {key: text for key, text in zip(self._keys, texts, strict=True) if key not in self._known}
        self._missing = list(missing.values())

    def __len__(self) -> int:
        """How many texts were missing."""
        return len(self._missing)

    def missing(self, size: int) -> Iterator[tuple[int, list[str]]]:
        """Batches of at most `size` texts, each with the number of texts before it."""
        for start in range(0, len(self._missing), size):
            yield start, self._missing[start : start + size]

    def add(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Take the vectors of a batch, shape (len(texts), 384)."""
        self._known.update(zip(map(_key, texts), vectors, strict=True))
        self._stale = True

    def finish(self) -> NDArray[np.float32]:
        """Write the archive if anything changed; return shape (len(texts), 384). Raises OSError."""
        if not self._keys:
            return np.zeros((0, DIM), dtype=np.float32)
        if self._stale:
            _save(self._path, {key: self._known[key] for key in self._keys})
        return np.stack([self._known[key] for key in self._keys])


def _key(text: str) -> str:
    return hashlib.sha256(f"{MODEL}\0{text}".encode()).hexdigest()[:32]


def _load(path: Path) -> dict[str, NDArray[np.float32]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            keys, vectors = archive["keys"], archive["vectors"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
    if vectors.dtype != np.float32 or vectors.shape != (len(keys), DIM):
        return {}
    return dict(zip(map(str, keys), vectors, strict=True))


def _save(path: Path, vectors: dict[str, NDArray[np.float32]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        part = Path(file.name)
        try:
            np.savez(file, keys=np.array(list(vectors), dtype="U32"), vectors=np.stack(list(vectors.values())))
            file.close()
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
