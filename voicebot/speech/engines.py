"""The engines of a speech process, each with its thread, and the settings they are made from."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicebot.speech.embedder import Embedder
from voicebot.speech.lanes import Lane
from voicebot.speech.models import ModelStore, default_models_dir
from voicebot.speech.progress import Progress, silent
from voicebot.speech.recognizer import Recognition, Recognizer
from voicebot.speech.synthesizer import CACHE_BYTES, Synthesizer

_log = logging.getLogger(__name__)

WAITING = 16
"""Requests that may wait or run on each thread."""


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
    beam: int = 5
    nice: int = 15
    """Added to the process's niceness, so that media goes first; 0 leaves it."""
    cache_bytes: int = CACHE_BYTES
    """Synthesized audio kept in memory."""


class Engines:
    """Recognizer, synthesizer and embedder. Every method waits its turn; cancelling gives up the turn."""

    def __init__(
        self, recognizer: Recognizer, synthesizer: Synthesizer, embedder: Embedder, settings: SpeechSettings
    ) -> None:
        self.recognizer = recognizer
        self.synthesizer = synthesizer
        self.embedder = embedder
        self.settings = settings
        self._recognition = Lane("recognition", WAITING)
        self._synthesis = Lane("synthesis", WAITING)
        self._embedding = Lane("embedding", WAITING)

    async def transcribe(
        self, pcm: bytes, language: str | None, languages: Sequence[str], hotwords: Sequence[str]
    ) -> Recognition:
        """See Recognizer.transcribe."""

        def work(abandoned: Callable[[], bool]) -> Recognition:
            return self.recognizer.transcribe(
                pcm,
                language=language,
                languages=languages,
                hotwords=hotwords,
                beam=self.settings.beam,
                abandoned=abandoned,
            )

        return await self._recognition.run(work)

    async def speak(self, sentence: str, language: str, *, first: bool) -> bytes:
        """See Synthesizer.speak."""
        return await self._synthesis.run(lambda _: self.synthesizer.speak(sentence, language, first=first))

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See Embedder.embed."""
        return await self._embedding.run(lambda _: self.embedder.embed(texts))

    def close(self) -> None:
        """Wait for what runs, drop what waits."""
        for lane in (self._recognition, self._synthesis, self._embedding):
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
    )
    progress("loading models", 2, steps)
    embedder = Embedder(settings.threads)
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
            synthesizer.speak("Guten Tag.", language)
    embedder.embed(["Guten Tag"])
