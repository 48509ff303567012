"""The engines of a speech process, each with its threads, and the settings they are made from."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicebot.speech.audio_store import FOLDER, AudioStore, Prepared
from voicebot.speech.embedder import Embedder
from voicebot.speech.lanes import Lane, Precedence
from voicebot.speech.models import ModelStore, default_models_dir
from voicebot.speech.progress import Progress, silent
from voicebot.speech.recognizer import BEAM, Recognition, Recognizer
from voicebot.speech.suppression import suppressed
from voicebot.speech.synthesizer import CACHE_BYTES, Synthesizer

_log = logging.getLogger(__name__)

WAITING = 16
"""Requests that may wait or run for each kind of work."""
STORE_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True)
class SpeechSettings:
    """How a speech process is set up."""

    models_dir: Path = field(default_factory=default_models_dir)
    whisper: str = "base"
    """A model's name, or a folder with one in CTranslate2's format."""
    languages: tuple[str, ...] = ("de", "en")
    """What callers may speak, where a request does not say."""
    voices: Mapping[str, str] = field(default_factory=dict)
    """Language to Piper voice; for other languages the first installed one is taken."""
    speed: float = 1.0
    """Of speaking."""
    threads: int = 2
    """CPU threads of each engine."""
    beam: int = BEAM
    nice: int = 15
    """Added to the process's niceness, so that media goes first; 0 leaves it."""
    cache_bytes: int = CACHE_BYTES
    """Synthesized audio kept in memory."""
    store_bytes: int = STORE_BYTES
    """Audio made ahead that is kept below `models_dir`; 0: none."""

    def store(self) -> AudioStore | None:
        """Where audio made ahead is kept."""
        return AudioStore(self.models_dir / FOLDER, self.store_bytes) if self.store_bytes else None


class Engines:
    """Recognizer, synthesizer and embedder. Every method waits its turn; cancelling gives up the turn."""

    def __init__(
        self, recognizer: Recognizer, synthesizer: Synthesizer, embedder: Embedder, settings: SpeechSettings
    ) -> None:
        self.recognizer = recognizer
        self.synthesizer = synthesizer
        self.embedder = embedder
        self.settings = settings
        self._recognition = Lane("recognition", WAITING, settings.threads)
        self._synthesis = Lane("synthesis", WAITING)
        self._embedding = Lane("embedding", WAITING)
        self._reading = Lane("reading", WAITING)
        self._precedence = Precedence()

    async def transcribe(
        self,
        pcm: bytes,
        language: str | None,
        languages: Sequence[str],
        hotwords: Sequence[str],
        favoured: str | None = None,
        quick: bool = False,
        suppress_noise: bool = False,
    ) -> Recognition:
        """See Recognizer.transcribe; `quick` takes the likeliest token at each step and no other.

        `suppress_noise` filters the sound first; see :mod:`.suppression`.
        """

        def work(abandoned: Callable[[], bool]) -> Recognition:
            return self.recognizer.transcribe(
                suppressed(pcm) if suppress_noise else pcm,
                language=language,
                languages=languages,
                hotwords=hotwords,
                favoured=favoured,
                beam=1 if quick else self.settings.beam,
                abandoned=abandoned,
            )

        with self._precedence.first():
            return await self._recognition.run(work)

    async def speak(self, sentence: str, language: str, *, first: bool) -> bytes:
        """See Synthesizer.speak. What is there already does not wait behind what has to be made."""
        pcm = self.synthesizer.remembered(sentence, language, first=first)
        if pcm is not None:
            return pcm
        with self._precedence.first():
            pcm = await self._reading.run(lambda _: self.synthesizer.found(sentence, language, first=first))
            if pcm is not None:
                return pcm
            return await self._synthesis.run(lambda _: self.synthesizer.speak(sentence, language, first=first))

    async def prepare(self, sentence: str, language: str) -> Prepared:
        """See Synthesizer.prepare; it is not begun while anything else is under way."""
        ready = await self._reading.run(lambda _: self.synthesizer.prepared(sentence, language))
        if ready is not None:
            return ready
        await self._precedence.last()
        return await self._synthesis.run(lambda _: self.synthesizer.prepare(sentence, language))

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See Embedder.embed."""
        with self._precedence.first():
            return await self._embedding.run(lambda _: self.embedder.embed(texts))

    def close(self) -> None:
        """Wait for what runs, drop what waits."""
        for lane in (self._recognition, self._synthesis, self._embedding, self._reading):
            lane.close()


def load_engines(settings: SpeechSettings, progress: Progress = silent) -> Engines:
    """Find, check and load the models: seconds, or minutes where one is downloaded. Raises ModelError."""
    store = ModelStore(settings.models_dir)
    folder = store.whisper(settings.whisper, progress)
    steps = 4
    progress("loading models", 0, steps)
    recognizer = Recognizer(folder, settings.threads, languages=settings.languages)
    progress("loading models", 1, steps)
    synthesizer = Synthesizer(
        store.chosen_voices(settings.languages, settings.voices),
        threads=settings.threads,
        speed=settings.speed,
        cache_bytes=settings.cache_bytes,
        store=settings.store(),
    )
    progress("loading models", 2, steps)
    embedder = Embedder()
    progress("loading models", 3, steps)
    _warm_up(recognizer, synthesizer, embedder, settings)
    progress("loading models", steps, steps)
    return Engines(recognizer, synthesizer, embedder, settings)


def _warm_up(recognizer: Recognizer, synthesizer: Synthesizer, embedder: Embedder, settings: SpeechSettings) -> None:
    """The first run of each engine is slow, and should not be a caller's."""
    noise = np.random.default_rng(0).normal(0, 300, 16_000).astype("<i2").tobytes()
    recognizer.transcribe(noise, language=settings.languages[0])
    for language in settings.languages:
        if language in synthesizer.languages:
            synthesizer.make("Guten Tag.", language)
    embedder.embed(["Guten Tag"])
