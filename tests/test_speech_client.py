"""The client against a stock Wyoming server, and against servers that misbehave."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from voicebot.speech.audio_store import Prepared
from voicebot.speech.client import SpeechClient, Transcription
from voicebot.speech.errors import EmbeddingUnsupported, SpeechError, SpeechUnavailable

# isort: split
# After voicebot.speech: it silences what wyoming.audio's import says on Python 3.11.
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.info import AsrModel, AsrProgram, Attribution, Describe, Info, TtsProgram, TtsVoice
from wyoming.server import AsyncEventHandler, AsyncServer
from wyoming.tts import Synthesize

ATTRIBUTION = Attribution(name="stock", url="")
COMMON = {"attribution": ATTRIBUTION, "installed": True, "description": None, "version": None}
MODEL = AsrModel(name="tiny", languages=["de"], **COMMON)
VOICE = TtsVoice(name="de_DE-x", languages=["de_DE"], **COMMON)
STOCK_ASR = AsrProgram(name="faster-whisper", models=[MODEL], **COMMON)
INFO = Info(
    asr=[STOCK_ASR],
    tts=[TtsProgram(name="piper", voices=[VOICE], **COMMON)],
)
FORMAT_22K = {"rate": 22_050, "width": 2, "channels": 1}


class Stock(AsyncEventHandler):
    """Does what the Wyoming package's own servers do: text and language, 22,050 Hz, no answer to others."""

    seen: list[Event]

    async def handle_event(self, event: Event) -> bool:
        type(self).seen.append(event)
        if Describe.is_type(event.type):
            await self.write_event(INFO.event())
        elif AudioStop.is_type(event.type):
            await self.write_event(Transcript(text=" Guten Tag ", language="de").event())
        elif Synthesize.is_type(event.type):
            tone = [math.sin(2 * math.pi * 440 * n / 22_050) for n in range(22_050)]
            pcm = (np.array(tone) * 10_000).astype("<i2").tobytes()
            await self.write_event(AudioStart(**FORMAT_22K).event())
            for start in range(0, len(pcm), 2048):
                await self.write_event(AudioChunk(**FORMAT_22K, audio=pcm[start : start + 2048]).event())
            await self.write_event(AudioStop().event())
        return True


@pytest.fixture
async def stock(tmp_path: Path) -> AsyncIterator[tuple[str, list[Event]]]:
    Stock.seen = []
    uri = f"unix://{tmp_path}/stock.sock"
    server = AsyncServer.from_uri(uri)
    await server.start(Stock)
    yield uri, Stock.seen
    await server.stop()


@contextlib.asynccontextmanager
async def answering(tmp_path: Path, answer: bytes, *, close: bool = True) -> AsyncIterator[str]:
    """A server that says `answer` to whoever comes."""
    writers = []

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await reader.readline()
        writer.write(answer)
        if close:
            writer.close()

    server = await asyncio.start_unix_server(accepted, f"{tmp_path}/odd.sock")
    try:
        yield f"unix://{tmp_path}/odd.sock"
    finally:
        server.close()
        for writer in writers:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()


async def test_stock_transcription(stock: tuple[str, list[Event]]) -> None:
    uri, seen = stock
    heard = await SpeechClient(uri).transcribe(bytes(100_000), hotwords=["Personalausweis"])
    assert heard == Transcription(text="Guten Tag", language="de")
    assert seen[0].data["transcript_terms"] == ["Personalausweis"]
    assert b"".join(event.payload or b"" for event in seen) == bytes(100_000)


async def test_stock_synthesis_comes_at_16_khz(stock: tuple[str, list[Event]]) -> None:
    uri, seen = stock
    pcm = b"".join([piece async for piece in SpeechClient(uri).synthesize("Hallo", "de")])
    samples = np.frombuffer(pcm, dtype="<i2")
    assert abs(len(samples) - 16_000) < 80
    assert np.argmax(np.abs(np.fft.rfft(samples[:16_000]))) * 16_000 / len(samples[:16_000]) == pytest.approx(
        440, abs=2
    )
    request = next(event for event in seen if event.type == "synthesize")
    assert request.data["voice"] == {"name": "de_DE-x"}


async def test_stock_has_no_embeddings(stock: tuple[str, list[Event]]) -> None:
    with pytest.raises(EmbeddingUnsupported):
        await SpeechClient(stock[0]).embed(["Hallo"])


async def test_stock_makes_nothing_ahead(stock: tuple[str, list[Event]]) -> None:
    uri, seen = stock
    assert await SpeechClient(uri).prepare("Hallo", "de") == Prepared(0, 0, 0)
    assert [event.type for event in seen] == ["describe"]


OURS = '{"type": "info", "data": {"asr": [{"name": "voicebot", "attribution": {"name": "", "url": ""},' + (
    ' "installed": true, "description": null, "version": null, "models": []}]}}'
)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ('{"type": "audio-start", "data": {}}\n{"type": "audio-stop", "data": {}}', Prepared(0, 0, 0)),
        ('{"type": "prepared", "data": {"made": 2, "size": 300, "limit": 1000}}', Prepared(2, 300, 1000)),
        ('{"type": "prepared", "data": {"made": 2, "size": -1, "limit": 1000}}', "whole numbers"),
        ('{"type": "prepared", "data": {"made": "x", "size": 1, "limit": 1000}}', "whole numbers"),
        ('{"type": "prepared", "data": {}}', "whole numbers"),
        ('{"type": "error", "data": {"text": "no voice"}}', "no voice"),
        ('{"type": "info"}', "closed the connection"),
    ],
)
async def test_what_our_own_server_says_of_what_it_made_ahead(
    tmp_path: Path, answer: str, says: Prepared | str
) -> None:
    async with answering(tmp_path, f"{OURS}\n{answer}\n".encode()) as uri:
        if isinstance(says, Prepared):
            assert await SpeechClient(uri).prepare("Hallo", "de") == says
        else:
            with pytest.raises(SpeechUnavailable, match=says):
                await SpeechClient(uri).prepare("Hallo", "de")


async def test_leaving_a_synthesis_early_closes_the_connection(stock: tuple[str, list[Event]]) -> None:
    async with contextlib.aclosing(SpeechClient(stock[0]).synthesize("Hallo", "de")) as pieces:
        async for piece in pieces:
            assert piece
            break
    handlers = {task for task in asyncio.all_tasks() if "wyoming" in task.get_name()}
    if handlers:
        _, open_still = await asyncio.wait(handlers, timeout=2)
        assert not open_still


async def test_nobody_there(tmp_path: Path) -> None:
    for uri in (f"unix://{tmp_path}/none.sock", "tcp://127.0.0.1:9"):
        client = SpeechClient(uri, connect_timeout=1)
        with pytest.raises(SpeechUnavailable, match="no speech process answers at"):
            await client.transcribe(b"")
        with pytest.raises(SpeechUnavailable):
            await client.info()
        with pytest.raises(SpeechUnavailable):
            async for _ in client.synthesize("Hallo", "de"):
                pass


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0\r\n",
        b'{"type": "transcript"}\n',
        b'{"type": "transcript", "data": {"text": "x", "context": {"hypotheses": 3}}}\n',
        b'{"type": "transcript", "data": {"text": "x", "context": [1]}}\n',
        b'{"type": "transcript", "payload_length": 9}\nx',
        b'{"type": "error", "data": {"text": "too busy"}}\n',
    ],
)
async def test_odd_answers(tmp_path: Path, answer: bytes) -> None:
    async with answering(tmp_path, answer) as uri:
        with pytest.raises(SpeechUnavailable) as caught:
            await SpeechClient(uri).transcribe(bytes(320))
    if b"busy" in answer:
        assert "too busy" in str(caught.value)


@pytest.mark.parametrize(
    "data", ["{}", '{"rate": 16000, "width": 4, "channels": 1}', '{"rate": "x", "width": 2, "channels": 1}']
)
async def test_odd_audio(tmp_path: Path, data: str) -> None:
    answer = f'{{"type": "info", "data": {{}}}}\n{{"type": "audio-chunk", "data": {data}}}\n'
    async with answering(tmp_path, answer.encode()) as uri:
        with pytest.raises(SpeechUnavailable):
            async for _ in SpeechClient(uri).synthesize("Hallo", "de"):
                pass


async def test_silence_is_not_waited_for(tmp_path: Path) -> None:
    async with answering(tmp_path, b"", close=False) as uri:
        client = SpeechClient(uri, connect_timeout=0.1, transcribe_timeout=0.1, synthesize_timeout=0.1)
        with pytest.raises(SpeechUnavailable, match=r"took more than 0\.1 s to recognize speech"):
            await client.transcribe(bytes(320))
        with pytest.raises(SpeechUnavailable, match="to describe itself"):
            await client.embed(["x"])


def test_a_wrong_address() -> None:
    with pytest.raises(SpeechError, match="no speech address"):
        SpeechClient("speech.sock")
