"""Embeddings, and their archive."""

from pathlib import Path

import numpy as np
import pytest

from voicebot.speech.embedder import Embedder
from voicebot.speech.embedding_cache import EmbeddingCache

TEXTS = [
    "Was kostet ein Personalausweis?",
    "How much is an identity card?",
    "Wo kann ich mein Auto abmelden?",
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


@pytest.mark.models
def test_unit_vectors_that_mean_something(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


@pytest.mark.models
def test_odd_texts(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)
    vectors = embedder.embed(["", "a\0b", "x" * 100_000, "😀"])
    assert np.isfinite(vectors).all()


@pytest.mark.models
def test_cached(embedder: Embedder, tmp_path: Path) -> None:
    path = tmp_path / "sub" / "examples.npz"
    seen: list[tuple[str, int, int]] = []
    first = embedder.embed_cached(TEXTS[:2], path, lambda *report: seen.append(report))
    assert seen[0][1:] == (0, 2)
    assert seen[-1][1:] == (2, 2)
    seen.clear()
    again = embedder.embed_cached([*TEXTS, TEXTS[0]], path, lambda *report: seen.append(report))
    assert seen[0][1:] == (0, 1)
    np.testing.assert_array_equal(again[:2], first)
    np.testing.assert_array_equal(again[3], first[0])
    seen.clear()
    embedder.embed_cached(TEXTS, path, lambda *report: seen.append(report))
    assert not seen
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", [b"", b"nothing", b"PK\x03\x04broken"])
def test_a_damaged_archive_is_made_anew(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "examples.npz"
    path.write_bytes(content)
    cache = EmbeddingCache(path, ["a", "b"])
    assert len(cache) == 2
    for _, batch in cache.missing(1):
        cache.add(batch, np.ones((1, 384), dtype=np.float32))
    assert cache.finish().shape == (2, 384)
    assert len(EmbeddingCache(path, ["b", "a"])) == 0
