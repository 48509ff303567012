"""The city's data made ready for understanding: read once, embedded once, kept in memory."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine
from threadpoolctl import threadpool_limits

from voicebot.catalogue.city import City
from voicebot.catalogue.importer import import_folder
from voicebot.catalogue.store import StoreError, load_city
from voicebot.share import share
from voicebot.speech.embedding_cache import LABEL, EmbeddingCache
from voicebot.speech.errors import SpeechUnavailable
from voicebot.speech.models import default_models_dir
from voicebot.speech.progress import Progress, silent
from voicebot.trained import train_cached
from voicebot.understanding.clauses import clauses
from voicebot.understanding.corrections import corrected
from voicebot.understanding.hypotheses import Hypothesis, weighed
from voicebot.understanding.misheard import Misheard, of_city, read_misheard
from voicebot.understanding.result import PLAIN, Intent, Understanding
from voicebot.understanding.understander import Understander, texts_to_embed

log = logging.getLogger(__name__)

Embed = Callable[[Sequence[str]], Awaitable[NDArray[np.float32]]]

SAMPLE_CITY = "borken"
_MAY_HOLD_WISHES = (None, "yes_no")
_WISHES = (Intent.SERVICE, Intent.DEPARTMENT)
_WANTS_SOMEBODY = (Intent.HUMAN, Intent.CONNECT)
_BRIEF = 5
"""Words in which hardly anything can be named that somebody is wanted for."""
_SURE_WISH = 0.5
"""Confidence from which a part of an utterance counts as a wish of its own."""
_SURE_WHOLE = 0.9
"""From here on the service of the whole utterance must be among those of its parts."""
CLASSIFIERS = "classifiers.npz"
MISHEARD = "misheard.csv"
FITTING = "learning what belongs together"
BATCH = 32
"""Texts embedded in one request: about half a second, so that others get their turn between."""


def embeddings_path(models_dir: Path | None) -> Path:
    """Where vectors of example questions are kept; they depend on texts only, not on a database."""
    return (models_dir or default_models_dir()) / "embeddings.npz"


def shipped_embeddings() -> Path:
    """The vectors that come with the sample, so that its first start need not make them."""
    return share("data") / SAMPLE_CITY / "embeddings.npz"


def shipped_classifiers() -> Path:
    """What is fitted to the sample, so that its first start need not fit it."""
    return shipped_embeddings().with_name(CLASSIFIERS)


def misheard_as(city: City, models_dir: Path | None) -> tuple[Misheard, ...]:
    """What recognition has made of the city's texts: on this machine, and what comes with the sample."""
    own, shipped = embeddings_path(models_dir).with_name(MISHEARD), shipped_embeddings().with_name(MISHEARD)
    return of_city(city, [*read_misheard(own), *read_misheard(shipped)])


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
        self,
        text: str,
        language: str,
        *,
        expecting: str | None,
        last_service: str | None,
        hypotheses: Sequence[tuple[str, float]] = (),
    ) -> Understanding:
        """See :meth:`.Understander.understand`; by words and sound alone where no embedding is to be had.

        Where the first of several readings is plain, the time to embed the others is saved.

        :param hypotheses: texts with their mean log probability a token, best first, ``text`` the first; or none
        """
        wanted, rejected = corrected(text, language)
        readings = weighed(hypotheses or ((text, 0.0),)) if not rejected else (Hypothesis(wanted, 1.0),)
        parts, told = [wanted], list[Hypothesis]()
        if expecting in _MAY_HOLD_WISHES:
            parts = await asyncio.to_thread(self._understander.wishes, wanted, language)
            told = [Hypothesis(clause, 1.0) for clause in clauses(wanted, language)]
        further = [Hypothesis(part, 1.0) for part in parts] if len(parts) > 1 else []
        # Only what may be a question may be plain: for anything else there is one request for all.
        count = 1 if expecting in _MAY_HOLD_WISHES else len(readings)
        known = await self._looked_up((*readings[:count], *further), told)
        heard, further, told = known[:count], known[count : count + len(further)], known[count + len(further) :]

        async def understood(readings: Sequence[Hypothesis]) -> Understanding:
            return await asyncio.to_thread(
                self._understand,
                text,
                language,
                readings,
                further,
                [(each.text, each.vector) for each in told if each.vector is not None],
                expecting,
                last_service,
                rejected,
            )

        found = await understood((*heard, *readings[count:]))
        if heard[0].vector is None or len(readings) == count or _is_plain(found):
            return found
        return await understood((*heard, *await self._looked_up(readings[count:])))

    def _understand(
        self,
        text: str,
        language: str,
        readings: Sequence[Hypothesis],
        parts: Sequence[Hypothesis],
        told: Sequence[tuple[str, NDArray[np.float32]]],
        expecting: str | None,
        last_service: str | None,
        rejected: str,
    ) -> Understanding:
        whole = self._understander.understand(
            readings[0].text,
            language,
            readings[0].vector,
            expecting=expecting,
            last_service=last_service,
            hypotheses=readings,
            rejected=rejected,
            clauses=told,
        )
        wishes: list[Understanding] = []
        for part in parts:
            last_service = wishes[-1].service if wishes else last_service
            wishes.append(
                self._understander.understand(
                    part.text, language, part.vector, last_service=last_service, hypotheses=(part,)
                )
            )
        if whole.intent in _WISHES and (sure := _sure_wishes(wishes, whole)):
            return replace(sure[0], text=text, doubt=whole.doubt, then=tuple(sure[1:]))
        return replace(whole, text=text) if whole.text == readings[0].text else whole

    async def hotwords(self, understanding: Understanding, texts: Sequence[str]) -> tuple[str, ...]:
        """Words for a second decode; see :meth:`.Hotwords.choose`."""
        return await asyncio.to_thread(self._understander.hotwords, understanding, texts)

    async def _looked_up(self, readings: Sequence[Hypothesis], clauses: Sequence[Hypothesis] = ()) -> list[Hypothesis]:
        """All with their vectors from one request, where they can be had; meanwhile the readings' words are looked up.

        On a call the two take place in different processes.
        """
        embedded, read = await asyncio.gather(
            self._embedded([each.text for each in (*readings, *clauses)]),
            asyncio.to_thread(self._understander.read, readings),
        )
        return [replace(each, vector=embedded.get(each.text)) for each in (*read, *clauses)]

    async def _embedded(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Texts with their vectors; nothing where they cannot be had."""
        once = list(dict.fromkeys(texts))  # a clause may be a wish, too
        if self._embed is None or not all(once):
            return {}
        try:
            vectors = await self._embed(once)
        except SpeechUnavailable as error:
            log.warning("understanding without an embedding: %s", error)
            return {}
        return dict(zip(once, vectors, strict=True))


async def comprehend(
    city: City, embed: Embed | None, models_dir: Path | None, progress: Progress = silent
) -> Comprehension:
    """Make a city's questions ready to be understood; without ``embed`` by words and sound alone.

    Vectors of texts that the archive in ``models_dir`` does not hold are made in batches. Raises SpeechUnavailable.
    From now on this process calculates on one thread: the products here are small, and threads that wait for one
    another on a busy machine make them three times as slow.
    """
    threadpool_limits(1, user_api="blas")
    cache = embeddings_path(models_dir)
    misheard = await asyncio.to_thread(misheard_as, city, models_dir)
    vectors = None if embed is None else await _embed_all(texts_to_embed(city, misheard), embed, cache, progress)

    def fit() -> Understander:
        def told(done: int, count: int) -> None:
            progress(FITTING, done, count)

        kept = cache.with_name(CLASSIFIERS)
        return Understander(city, vectors, train_cached(kept, city, vectors, told, shipped_classifiers(), misheard))

    return Comprehension(await asyncio.to_thread(fit), embed)


async def _embed_all(texts: Sequence[str], embed: Embed, cache: Path, progress: Progress) -> NDArray[np.float32]:
    known = EmbeddingCache(cache, texts, shipped_embeddings())
    missing = len(known)
    for done, batch in known.missing(BATCH):
        progress(LABEL, done, missing)
        known.add(batch, await embed(batch))
    if missing:
        progress(LABEL, missing, missing)
    return known.finish()


def _is_plain(found: Understanding) -> bool:
    """Whether an utterance is so well understood by its first reading that the others could hardly change it."""
    if found.doubt or found.intent is Intent.EMERGENCY:
        return False  # a phrase in another reading is weighed by what that means
    if found.intent in _WANTS_SOMEBODY:
        return len(found.text.split()) <= _BRIEF
    if found.intent is Intent.SERVICE:
        return found.confidence >= PLAIN and not found.choices
    return found.intent not in (Intent.NOMATCH, Intent.DEPARTMENT)


def _sure_wishes(parts: Sequence[Understanding], whole: Understanding) -> list[Understanding]:
    """The parts that are surely wishes, each another one; none where there is but one, or the whole says otherwise."""
    sure = [part for part in parts if part.intent in _WISHES and part.confidence >= _SURE_WISH]
    about: dict[tuple[str | None, ...], Understanding] = {}
    for part in sure:
        about.setdefault((part.service, part.department, part.aspect), part)
    told = whole.service if whole.confidence >= _SURE_WHOLE else None
    is_among = told is None or any(told == part.service for part in sure)
    return list(about.values()) if len(about) > 1 and is_among else []
