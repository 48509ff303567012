"""The city's data made ready for understanding: read once, embedded once, kept in memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine

from voicebot.catalogue.city import City
from voicebot.catalogue.importer import import_folder
from voicebot.catalogue.store import StoreError, load_city
from voicebot.share import share
from voicebot.speech.embedding_cache import LABEL, EmbeddingCache
from voicebot.speech.errors import SpeechUnavailable
from voicebot.speech.models import default_models_dir
from voicebot.speech.progress import Progress, silent
from voicebot.understanding.result import Understanding
from voicebot.understanding.understander import Understander, texts_to_embed

log = logging.getLogger(__name__)

Embed = Callable[[Sequence[str]], Awaitable[NDArray[np.float32]]]

SAMPLE_CITY = "borken"
BATCH = 32
"""Texts embedded in one request: about half a second, so that others get their turn between."""


def embeddings_path(models_dir: Path | None) -> Path:
    """Where vectors of example questions are kept; they depend on texts only, not on a database."""
    return (models_dir or default_models_dir()) / "embeddings.npz"


def city_or_sample(engine: Engine, note: Callable[[str], None]) -> City:
    """The imported city; into an empty database the sample is loaded, and ``note`` says so."""
    try:
        return load_city(engine)
    except StoreError:
        folder = share("data") / SAMPLE_CITY
        if not folder.is_dir():
            raise
        import_folder(engine, folder)
        note(f"the database was empty: the sample data of {folder} were loaded; see `voicebot import --help`")
        return load_city(engine)


class Comprehension:
    """Understanding as a session uses it: embedded elsewhere, matched in a thread, never failing."""

    def __init__(self, understander: Understander, embed: Embed | None) -> None:
        self._understander = understander
        self._embed = embed

    async def understand(
        self, text: str, language: str, *, expecting: str | None, last_service: str | None
    ) -> Understanding:
        """See :meth:`.Understander.understand`; by words and sound alone where no embedding is to be had."""
        vector = None
        if text and self._embed is not None:
            try:
                vector = (await self._embed([text]))[0]
            except SpeechUnavailable as error:
                log.warning("understanding without an embedding: %s", error)
        return await asyncio.to_thread(
            self._understander.understand, text, language, vector, expecting=expecting, last_service=last_service
        )


async def comprehend(city: City, embed: Embed | None, cache: Path, progress: Progress = silent) -> Comprehension:
    """Make a city's questions ready to be understood; without ``embed`` by words and sound alone.

    Vectors of example questions that ``cache`` does not hold are made in batches. Raises SpeechUnavailable.
    """
    if embed is None:
        return Comprehension(Understander(city), None)
    texts = texts_to_embed(city)
    known = EmbeddingCache(cache, texts)
    missing = len(known)
    for done, batch in known.missing(BATCH):
        progress(LABEL, done, missing)
        known.add(batch, await embed(batch))
    if missing:
        progress(LABEL, missing, missing)
    return Comprehension(Understander(city, known.finish()), embed)
