"""The line's side of speech: recognition, synthesis and embeddings over Wyoming, ours or a stock server.

Every operation opens a connection of its own. Cancelling the task, or leaving the iterator, closes the
connection, and that is what tells the server to drop the work.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.error import Error
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize, SynthesizeVoice

from voicebot.speech import wire
from voicebot.speech.audio_store import Prepared
from voicebot.speech.embedding_cache import DIM, LABEL, EmbeddingCache
from voicebot.speech.errors import EmbeddingUnsupported, ProtocolError, SpeechUnavailable
from voicebot.speech.progress import Progress, silent

FORMAT = {"rate": wire.SAMPLE_RATE, "width": wire.SAMPLE_WIDTH, "channels": 1}
SEND_BYTES = wire.SAMPLE_RATE * wire.SAMPLE_WIDTH
"""One second a chunk: the audio is complete when it is sent."""
EMBED_BATCH = 64
"""Texts in one request."""


@dataclass(frozen=True)
class Transcription:
    """What was heard. All but `text` and `language` is empty or None from a stock Wyoming server."""

    text: str
    language: str | None
    language_probability: float | None = None
    """0 to 1."""
    language_probabilities: dict[str, float] = field(default_factory=dict)
    hypotheses: list[tuple[str, float]] = field(default_factory=list)
    """Texts with their mean log probability a token, best first; the first is `text`."""
    no_speech_probability: float | None = None
    decode_s: float | None = None
    """Seconds the recognizer took, without waiting."""


class SpeechClient:
    """A speech process at `uri` (`unix:///path` or `tcp://host:port`); no connection between operations.

    Timeouts are seconds: to connect, for a whole recognition, embedding or making ahead, and between two events of a
    synthesis. Every failure raises SpeechUnavailable; a wrong `uri` raises SpeechError here.
    """

    def __init__(
        self,
        uri: str,
        *,
        connect_timeout: float = 3.0,
        transcribe_timeout: float = 20.0,
        synthesize_timeout: float = 15.0,
        embed_timeout: float = 15.0,
        prepare_timeout: float = 120.0,
    ) -> None:
        self.uri = uri
        self._address = wire.Address.parse(uri)
        self._connect_timeout = connect_timeout
        self._transcribe_timeout = transcribe_timeout
        self._synthesize_timeout = synthesize_timeout
        self._embed_timeout = embed_timeout
        self._prepare_timeout = prepare_timeout
        self._info: Info | None = None

    async def info(self) -> Info:
        """What the server is and has (Wyoming's Info)."""
        async with self._connection() as connection, self._limit(self._connect_timeout, "to describe itself"):
            await connection.send(Describe().event())
            return _parsed(Info.from_event, await connection.await_event("info"))

    async def transcribe(
        self,
        pcm: bytes,
        *,
        language: str | None = None,
        languages: Sequence[str] = ("de", "en"),
        hotwords: Sequence[str] = (),
        favoured: str | None = None,
        quick: bool = False,
        suppress_noise: bool = False,
    ) -> Transcription:
        """Recognize 16 kHz s16le mono `pcm`. Without `language` the likeliest of `languages` is taken.

        A `favoured` language is taken unless another one is much likelier. `quick`: one hypothesis, in less time.
        `suppress_noise`: what a filter leaves of it.
        """
        context: dict[str, Any] = {"languages": list(languages)}
        if favoured:
            context["favoured"] = favoured
        if quick:
            context["quick"] = True
        if suppress_noise:
            context["suppress_noise"] = True
        if hotwords:
            context["hotwords"] = list(hotwords)
        request = Transcribe(language=language, context=context, transcript_terms=list(hotwords) or None)
        async with (
            self._connection() as connection,
            self._limit(self._transcribe_timeout, "to recognize speech"),
        ):
            await connection.send(request.event())
            await connection.send(AudioStart(**FORMAT).event())
            for start in range(0, len(pcm), SEND_BYTES):
                await connection.send(AudioChunk(**FORMAT, audio=pcm[start : start + SEND_BYTES]).event())
            await connection.send(AudioStop().event())
            return _transcription(await connection.await_event("transcript"))

    async def synthesize(self, text: str, language: str) -> AsyncIterator[bytes]:
        """Speak `text`: 16 kHz s16le mono, in pieces as they are ready, sentence after sentence.

        Leave it early inside `contextlib.aclosing`, so that the connection closes at once.
        """
        request = Synthesize(text=text, voice=await self._voice(language))
        async with self._connection() as connection:
            async with self._limit(self._synthesize_timeout, "to take the text"):
                await connection.send(request.event())
            to_16k = _To16k()
            while True:
                async with self._limit(self._synthesize_timeout, "to speak"):
                    event = await connection.receive()
                if AudioChunk.is_type(event.type):
                    if pcm := to_16k.push(_parsed(AudioChunk.from_event, event)):
                        yield pcm
                elif AudioStop.is_type(event.type):
                    if pcm := to_16k.flush():
                        yield pcm
                    return

    async def prepare(self, text: str, language: str) -> Prepared:
        """Have the speech process make `text` ahead, without a caller's work waiting for it; no audio comes back.

        A server that is not ours keeps nothing.
        """
        nothing = Prepared(0, 0, 0)
        if not is_ours(await self._known_info()):
            return nothing
        voice = SynthesizeVoice(language=language)
        async with self._connection() as connection, self._limit(self._prepare_timeout, "to make speech ahead"):
            await connection.send(Synthesize(text=text, voice=voice, context={wire.PREPARE: True}).event())
            while True:
                event = await connection.receive()
                if event.type == "prepared":
                    return wire.prepared_of(event)
                if AudioStop.is_type(event.type):  # It is older than this, and has spoken instead.
                    return nothing

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of shape (len(texts), 384). Raises EmbeddingUnsupported if the server has none."""
        if not is_ours(await self._known_info()):
            raise EmbeddingUnsupported(f"{self.uri} is a stock Wyoming server and gives no embeddings")
        batches = [np.zeros((0, DIM), dtype=np.float32)]
        async with self._connection() as connection:
            for start in range(0, len(texts), EMBED_BATCH):
                batch = list(texts[start : start + EMBED_BATCH])
                async with self._limit(self._embed_timeout, f"to embed {len(batch)} texts"):
                    await connection.send(wire.embed_event(batch))
                    batches.append(wire.vectors_of(await connection.await_event("embedding")))
        return np.concatenate(batches)

    async def embed_cached(self, texts: Sequence[str], path: Path, progress: Progress = silent) -> NDArray[np.float32]:
        """The same, from the archive at `path` as far as it has them: see EmbeddingCache."""
        cache = await asyncio.to_thread(EmbeddingCache, path, texts)
        for start, batch in cache.missing(EMBED_BATCH):
            progress(LABEL, start, len(cache))
            cache.add(batch, await self.embed(batch))
        if len(cache):
            progress(LABEL, len(cache), len(cache))
        return await asyncio.to_thread(cache.finish)

    async def _known_info(self) -> Info:
        """Asked once."""
        if self._info is None:
            self._info = await self.info()
        return self._info

    async def _voice(self, language: str) -> SynthesizeVoice:
        """Ours chooses by language; a stock server wants the name of a voice."""
        info = await self._known_info()
        if not is_ours(info):
            for program in info.tts:
                for voice in program.voices:
                    if voice.installed and any(_same_language(tag, language) for tag in voice.languages):
                        return SynthesizeVoice(name=voice.name)
        return SynthesizeVoice(language=language)

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator["_Connection"]:
        try:
            async with asyncio.timeout(self._connect_timeout):
                reader, writer = await self._address.connect()
        except (OSError, TimeoutError) as error:
            raise SpeechUnavailable(f"no speech process answers at {self.uri}: {_reason(error)}") from error
        try:
            yield _Connection(self.uri, reader, writer)
        except (OSError, ProtocolError) as error:
            raise SpeechUnavailable(f"the speech process at {self.uri} broke off: {_reason(error)}") from error
        finally:
            await wire.hang_up(writer)

    @contextlib.asynccontextmanager
    async def _limit(self, seconds: float, task: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            raise SpeechUnavailable(f"{self.uri} took more than {seconds:g} s {task}") from error


class _Connection:
    def __init__(self, uri: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._uri = uri
        self._reader = reader
        self._writer = writer

    async def send(self, event: Event) -> None:
        await wire.write_event(self._writer, event)

    async def receive(self) -> Event:
        event = await wire.read_event(self._reader)
        if event is None:
            raise SpeechUnavailable(f"the speech process at {self._uri} closed the connection")
        if Error.is_type(event.type):
            text = event.data.get("text") or "an error without a text"
            raise SpeechUnavailable(f"the speech process at {self._uri} refused: {text}")
        return event

    async def await_event(self, kind: str) -> Event:
        """The next event of this type; others, such as partial transcripts, are passed over."""
        while True:
            event = await self.receive()
            if event.type == kind:
                return event


class _To16k:
    """Streamed PCM of any rate to 16 kHz mono. A stock Piper server sends 22,050 Hz."""

    def __init__(self) -> None:
        self._stream: soxr.ResampleStream | None = None
        self._rate = wire.SAMPLE_RATE

    def push(self, chunk: AudioChunk) -> bytes:
        numbers = (chunk.rate, chunk.width, chunk.channels)
        if not all(isinstance(number, int) for number in numbers):
            raise ProtocolError("audio whose format is not given in whole numbers")
        if chunk.width != wire.SAMPLE_WIDTH or chunk.channels < 1 or not 4_000 <= chunk.rate <= 192_000:
            raise ProtocolError(f"audio of {chunk.rate} Hz in {chunk.channels} × {chunk.width} bytes is not usable")
        frame = wire.SAMPLE_WIDTH * chunk.channels
        pcm: bytes = chunk.audio[: len(chunk.audio) // frame * frame]
        if chunk.channels == 1 and chunk.rate == wire.SAMPLE_RATE:
            return pcm
        samples = np.frombuffer(pcm, dtype="<i2").reshape(-1, chunk.channels)[:, 0]
        if chunk.rate == wire.SAMPLE_RATE:
            return samples.tobytes()
        if self._stream is None or chunk.rate != self._rate:
            self._rate = chunk.rate
            self._stream = soxr.ResampleStream(chunk.rate, wire.SAMPLE_RATE, 1, dtype="int16")
        return _bytes(self._stream.resample_chunk(np.ascontiguousarray(samples)))

    def flush(self) -> bytes:
        if self._stream is None:
            return b""
        return _bytes(self._stream.resample_chunk(np.zeros(0, dtype=np.int16), last=True))


def _bytes(samples: NDArray[np.int16]) -> bytes:
    return samples.astype("<i2", copy=False).tobytes()


def _transcription(event: Event) -> Transcription:
    transcript = _parsed(Transcript.from_event, event)
    context = transcript.context or {}
    try:
        return Transcription(
            text=str(transcript.text).strip(),
            language=transcript.language,
            language_probability=_number(context.get("language_probability")),
            language_probabilities={
                str(code): float(value) for code, value in (context.get("language_probabilities") or {}).items()
            },
            hypotheses=[(str(text), float(score)) for text, score in context.get("hypotheses") or []],
            no_speech_probability=_number(context.get("no_speech_probability")),
            decode_s=_number(context.get("decode_s")),
        )
    except (TypeError, ValueError, AttributeError) as error:
        raise ProtocolError("the transcript's context has another shape than ours") from error


def _parsed(parse: Callable[[Event], Any], event: Event) -> Any:
    try:
        return parse(event)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProtocolError(f"its event {event.type!r} lacks a field or has one of a wrong kind") from error


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def is_ours(info: Info) -> bool:
    """Whether a server has our extensions: embeddings, speech made ahead, hypotheses."""
    return any(program.name == "voicebot" for program in info.asr)


def voiced(info: Info, languages: Sequence[str]) -> frozenset[str]:
    """Those of `languages` that a server has a voice for."""
    tags = {tag for program in info.tts for voice in program.voices if voice.installed for tag in voice.languages}
    return frozenset(each for each in languages if any(_same_language(tag, each) for tag in tags))


def _same_language(tag: str, language: str) -> bool:
    return tag.replace("_", "-").split("-")[0].lower() == language.replace("_", "-").split("-")[0].lower()


def _reason(error: BaseException) -> str:
    return str(error) or type(error).__name__
