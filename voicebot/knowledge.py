"""The city's data made ready for understanding: read once, embedded once, kept in memory."""

from __future__ import annotations

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
from voicebot.speech.models import default_models_dir
from voicebot.speech.progress import Progress, silent
from voicebot.understanding.understander import Understander, texts_to_embed

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


async def understander(city: City, embed: Embed | None, cache: Path, progress: Progress = silent) -> Understander:
    """An understander with the vectors of all example questions; without ``embed`` by words and sound alone."""
    if embed is None:
        return Understander(city)
    texts = texts_to_embed(city)
    known = EmbeddingCache(cache, texts)
    missing = len(known)
    for done, batch in known.missing(BATCH):
        progress(LABEL, done, missing)
        known.add(batch, await embed(batch))
    if missing:
        progress(LABEL, missing, missing)
    return Understander(city, known.finish())
