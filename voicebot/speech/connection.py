"""One client of the speech process: a reader that never waits for a model, and a worker that does."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe
from wyoming.ping import Ping, Pong
from wyoming.tts import Synthesize

from voicebot.speech import wire
from voicebot.speech.audio_store import Prepared
from voicebot.speech.description import describe
from voicebot.speech.engines import Engines
from voicebot.speech.errors import ProtocolError, SpeechError
from voicebot.speech.lanes import LaneFull
from voicebot.speech.recognizer import Recognition

_log = logging.getLogger(__name__)

LONGEST_AUDIO_S = 120
LONGEST_TEXT = 5_000
"""Characters in one synthesis."""
MOST_TEXTS = 256
"""In one embedding."""
MOST_HOTWORDS = 64
REQUESTS_WAITING = 8
"""Of one client that does not wait for its answers."""
IDLE_S = 600.0
"""A client that sends nothing for so long is hung up on."""

Request = Callable[[], Awaitable[None]]


@dataclass
class Utterance:
    """What is to be recognized, while it comes in."""

    language: str | None = None
    languages: tuple[str, ...] = ()
    hotwords: tuple[str, ...] = ()
    favoured: str | None = None
    quick: bool = False
    suppress_noise: bool = False
    rate: int = wire.SAMPLE_RATE
    audio: bytearray = field(default_factory=bytearray)

    @classmethod
    def asked(cls, event: Event) -> "Utterance":
        """From a `transcribe` event. Raises ProtocolError."""
        request = Transcribe.from_event(event)
        context = request.context or {}
        if not isinstance(context, dict):
            raise ProtocolError("the context of a transcribe event is an object")
        words = context.get("hotwords") or [
            *(request.transcript_names or []),
            *(request.transcript_terms or []),
        ]
        return cls(
            language=_optional_text(request.language),
            languages=_texts(context.get("languages") or [], "languages", MOST_HOTWORDS),
            hotwords=_texts(words, "hotwords", MOST_HOTWORDS),
            favoured=_optional_text(context.get("favoured")),
            quick=context.get("quick") is True,
            suppress_noise=context.get("suppress_noise") is True,
        )

    def pcm(self) -> bytes:
        """At 16 kHz."""
        if self.rate == wire.SAMPLE_RATE:
            return bytes(self.audio)
        samples = np.frombuffer(self.audio, dtype="<i2")
        resampled: NDArray[np.int16] = soxr.resample(samples, self.rate, wire.SAMPLE_RATE)
        return resampled.astype("<i2", copy=False).tobytes()


class Connection:
    """Serves one client until it leaves. What it asked for and did not wait for is dropped."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, engines: Engines) -> None:
        self._reader = reader
        self._writer = writer
        self._engines = engines
        self._requests: asyncio.Queue[Request] = asyncio.Queue(REQUESTS_WAITING)
        self._current: asyncio.Task[None] | None = None
        self._utterance: Utterance | None = None
        self._sending = asyncio.Lock()

    async def run(self) -> None:
        """Read events until the client leaves."""
        worker = asyncio.create_task(self._work(), name="speech worker")
        try:
            with contextlib.suppress(OSError, TimeoutError):
                await self._read()
        finally:
            worker.cancel()
            self._writer.close()  # Before anything is awaited, as the process may be stopping.
            await asyncio.gather(worker, return_exceptions=True)
            await wire.hang_up(self._writer)

    async def _read(self) -> None:
        while True:
            try:
                async with asyncio.timeout(IDLE_S):
                    event = await wire.read_event(self._reader)
            except ProtocolError as error:
                await self._refuse(str(error), "bad-request")  # Where the next event begins is not known.
                return
            if event is None:
                return
            try:
                await self._take(event)
            except ProtocolError as error:
                await self._refuse(str(error), "bad-request")
            except (KeyError, TypeError, AttributeError, ValueError):
                await self._refuse(f"the event {event.type!r} lacks a field or has one of a wrong kind", "bad-request")

    async def _take(self, event: Event) -> None:
        if Transcribe.is_type(event.type):
            self._utterance = Utterance.asked(event)
        elif AudioStart.is_type(event.type):
            self._start_audio(event)
        elif AudioChunk.is_type(event.type):
            self._take_audio(event)
        elif AudioStop.is_type(event.type):
            utterance, self._utterance = self._utterance, None
            if utterance is None:
                raise ProtocolError("audio-stop without audio-start")
            await self._queue(lambda: self._transcribe(utterance))
        elif Synthesize.is_type(event.type):
            await self._queue(self._synthesis(event))
        elif event.type == "embed":
            texts = _texts(event.data["texts"], "texts", MOST_TEXTS)
            await self._queue(lambda: self._embed(texts))
        elif event.type == "cancel":
            self._cancel()
        elif Describe.is_type(event.type):
            await self._send(describe(self._engines))
        elif Ping.is_type(event.type):
            await self._send(Pong(text=event.data.get("text")).event())
        else:
            raise ProtocolError(f"this speech process does not know the event {event.type[:40]!r}")

    def _start_audio(self, event: Event) -> None:
        start = AudioStart.from_event(event)
        if start.width != wire.SAMPLE_WIDTH or start.channels != 1 or not 8_000 <= int(start.rate) <= 48_000:
            raise ProtocolError("audio must be 16 bit, mono, 8 to 48 kHz")
        self._utterance = self._utterance or Utterance()
        self._utterance.rate = int(start.rate)
        self._utterance.audio.clear()

    def _take_audio(self, event: Event) -> None:
        if self._utterance is None:
            raise ProtocolError("audio-chunk without audio-start")
        self._utterance.audio += event.payload or b""
        if len(self._utterance.audio) > LONGEST_AUDIO_S * wire.SAMPLE_WIDTH * self._utterance.rate:
            self._utterance = None
            raise ProtocolError(f"an utterance may last {LONGEST_AUDIO_S} s")

    async def _queue(self, request: Request) -> None:
        try:
            self._requests.put_nowait(request)
        except asyncio.QueueFull:
            await self._refuse(f"{REQUESTS_WAITING} requests of this connection wait already", "busy")

    def _cancel(self) -> None:
        """Drop the running request and those that wait."""
        while not self._requests.empty():
            self._requests.get_nowait()
        if self._current is not None:
            self._current.cancel()

    async def _work(self) -> None:
        while True:
            request = await self._requests.get()
            self._current = asyncio.create_task(self._answer(request), name="speech request")
            try:
                await asyncio.wait({self._current})
            finally:
                self._current.cancel()
                await asyncio.gather(self._current, return_exceptions=True)
                self._current = None

    async def _answer(self, request: Request) -> None:
        try:
            await request()
        except LaneFull as full:
            await self._refuse(f"too much {full} waits already", "busy")
        except (SpeechError, ValueError) as error:
            await self._refuse(str(error), "bad-request")
        except OSError:
            self._writer.close()
        except Exception:
            _log.exception("a request failed")
            await self._refuse("the speech process failed at this; its log says how", "failed")

    async def _transcribe(self, utterance: Utterance) -> None:
        recognition = await self._engines.transcribe(
            utterance.pcm(),
            utterance.language,
            utterance.languages,
            utterance.hotwords,
            utterance.favoured,
            utterance.quick,
            utterance.suppress_noise,
        )
        await self._send(_transcript(recognition))

    def _synthesis(self, event: Event) -> Request:
        request = Synthesize.from_event(event)
        text = request.text
        if not isinstance(text, str) or len(text) > LONGEST_TEXT:
            raise ProtocolError(f"a text to speak has at most {LONGEST_TEXT} characters")
        voice = request.voice
        language = self._language_of(voice.name, voice.language) if voice else self._engines.settings.languages[0]
        context = request.context or {}
        if not isinstance(context, dict):
            raise ProtocolError("the context of a synthesize event is an object")
        if context.get(wire.PREPARE):
            return lambda: self._prepare(text, language)
        return lambda: self._synthesize(text, language)

    def _language_of(self, name: str | None, language: str | None) -> str:
        for code, voice in self._engines.synthesizer.languages.items():
            if name == voice:
                return code
        if name:
            raise ProtocolError(f"there is no voice {name[:60]!r}")
        return language or self._engines.settings.languages[0]

    async def _synthesize(self, text: str, language: str) -> None:
        audio_format = {"rate": wire.SAMPLE_RATE, "width": wire.SAMPLE_WIDTH, "channels": 1}
        sentences = self._engines.synthesizer.sentences(text, language)
        await self._send(AudioStart(**audio_format).event())
        for index, sentence in enumerate(sentences):
            pcm = await self._engines.speak(sentence, language, first=index == 0)
            for start in range(0, len(pcm), wire.CHUNK_BYTES):
                piece = pcm[start : start + wire.CHUNK_BYTES]
                await self._send(AudioChunk(**audio_format, audio=piece).event())
        await self._send(AudioStop().event())

    async def _prepare(self, text: str, language: str) -> None:
        sentences = self._engines.synthesizer.sentences(text, language)
        each = [await self._engines.prepare(sentence, language) for sentence in sentences]
        limit = min((one.limit for one in each), default=self._engines.settings.store_bytes)
        prepared = Prepared(sum(one.made for one in each), sum(one.size for one in each), limit)
        await self._send(wire.prepared_event(prepared))

    async def _embed(self, texts: tuple[str, ...]) -> None:
        await self._send(wire.embedding_event(await self._engines.embed(texts)))

    async def _refuse(self, text: str, code: str) -> None:
        await self._send(Error(text=text, code=code).event())

    async def _send(self, event: Event) -> None:
        async with self._sending:
            await wire.write_event(self._writer, event)


def _transcript(recognition: Recognition) -> Event:
    context: dict[str, Any] = {
        "language_probability": recognition.language_probability,
        "language_probabilities": recognition.language_probabilities,
        "hypotheses": recognition.hypotheses,
        "no_speech_probability": recognition.no_speech_probability,
        "audio_s": recognition.audio_s,
        "decode_s": recognition.decode_s,
    }
    event: Event = Transcript(text=recognition.text, language=recognition.language, context=context).event()
    return event


def _texts(value: Any, name: str, most: int) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > most or not all(isinstance(text, str) for text in value):
        raise ProtocolError(f"{name} is a list of at most {most} texts")
    return tuple(value)


def _optional_text(value: Any) -> str | None:
    if value is not None and not isinstance(value, str):
        raise ProtocolError("a language is a text")
    return value
