"""The speech process with real models: what it answers, what it refuses, what it drops."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from voicebot.speech import wire
from voicebot.speech.client import SpeechClient
from voicebot.speech.engines import Engines, SpeechSettings, load_engines
from voicebot.speech.errors import SpeechError, SpeechUnavailable
from voicebot.speech.lanes import Lane, LaneFull, Precedence
from voicebot.speech.recognizer import Recognition
from voicebot.speech.server import Listening, serve

# isort: split
from wyoming.asr import Transcribe
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event
from wyoming.ping import Ping

FORMAT = {"rate": 16_000, "width": 2, "channels": 1}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> SpeechSettings:
    return SpeechSettings(models_dir=tmp_path_factory.mktemp("models"), nice=0)


@pytest.fixture(scope="module")
def engines(settings: SpeechSettings) -> Iterator[Engines]:
    engines = load_engines(settings)
    yield engines
    for lane in (engines._recognition, engines._synthesis, engines._embedding, engines._reading):
        lane.close()


@pytest.fixture
async def uri(
    tmp_path: Path, engines: Engines, settings: SpeechSettings, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[str]:
    """A server over engines that are loaded once."""
    monkeypatch.setattr("voicebot.speech.server.load_engines", lambda *_: engines)
    monkeypatch.setattr(engines, "close", lambda: None)
    async with serving(f"unix://{tmp_path}/speech.sock", settings) as listening:
        yield listening.uri


@contextlib.asynccontextmanager
async def serving(uri: str, settings: SpeechSettings) -> AsyncIterator[Listening]:
    stop = asyncio.Event()
    ready: asyncio.Future[Listening] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(uri, settings, ready=ready.set_result, stop=stop))
    try:
        await asyncio.wait({task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        yield ready.result()
    finally:
        stop.set()
        await task


@contextlib.asynccontextmanager
async def raw(uri: str) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await wire.Address.parse(uri).connect()
    try:
        yield reader, writer
    finally:
        await wire.hang_up(writer)


async def ask(uri: str, *events: Event) -> Event | None:
    """The first answer to `events`."""
    async with raw(uri) as (reader, writer):
        for event in events:
            await wire.write_event(writer, event)
        async with asyncio.timeout(10):
            return await wire.read_event(reader)


async def speak(client: SpeechClient, text: str, language: str) -> bytes:
    return b"".join([piece async for piece in client.synthesize(text, language)])


class SlowRecognizer:
    """Stands where the recognizer stands, and counts; its decodes last until `go`."""

    def __init__(self) -> None:
        self.started = 0
        self.abandoned = 0
        self.go = threading.Event()

    def transcribe(self, pcm: bytes, *, abandoned: Callable[[], bool], **_: object) -> Recognition:
        self.started += 1
        while not self.go.wait(0.005):
            if abandoned():
                self.abandoned += 1
                break
        return Recognition("fertig", "de", 1.0)


@pytest.fixture
def slow(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowRecognizer]:
    recognizer = SlowRecognizer()
    monkeypatch.setattr(engines, "recognizer", recognizer)
    yield recognizer
    recognizer.go.set()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what is waited for happens on another thread
            await asyncio.sleep(0.005)


# What it answers


@pytest.mark.models
async def test_there_and_back(uri: str) -> None:
    client = SpeechClient(uri)
    for text, language in (("Wann hat das Bürgerbüro auf?", "de"), ("How much is a passport?", "en")):
        pcm = await speak(client, text, language)
        heard = await client.transcribe(pcm + bytes(8000))
        assert heard.language == language
        assert heard.text.lower().strip("?").split()[-1] in text.lower()
        assert heard.hypotheses[0][0] == heard.text
        assert heard.language_probability == heard.language_probabilities[language]
        assert heard.no_speech_probability is not None
        assert heard.decode_s


@pytest.mark.models
async def test_hotwords_reach_the_recognizer(uri: str, engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = []
    prompt = engines.recognizer._prompt
    monkeypatch.setattr(
        engines.recognizer, "_prompt", lambda tokenizer, words: prompts.append(tuple(words)) or prompt(tokenizer, words)
    )
    client = SpeechClient(uri)
    pcm = await speak(client, "Ich brauche einen Personalausweis.", "de")
    await client.transcribe(pcm)
    again = await client.transcribe(pcm, language="de", hotwords=("Personalausweis", "Reisepass"))
    assert prompts == [(), ("Personalausweis", "Reisepass")]
    assert again.hypotheses[0][0] == again.text


@pytest.mark.models
async def test_a_quick_decode_follows_one_hypothesis(uri: str) -> None:
    client = SpeechClient(uri)
    pcm = await speak(client, "Ich brauche einen Personalausweis.", "de")
    quick, thorough = await client.transcribe(pcm, quick=True), await client.transcribe(pcm)
    assert len(quick.hypotheses) == 1 < len(thorough.hypotheses)
    assert quick.text == quick.hypotheses[0][0]


@pytest.mark.models
async def test_fixed_and_allowed_languages(uri: str) -> None:
    client = SpeechClient(uri)
    pcm = await speak(client, "Ich möchte mit dem Standesamt sprechen.", "de")
    assert (await client.transcribe(pcm, language="en")).language == "en"
    assert (await client.transcribe(pcm, languages=["en", "fr"])).language != "de"
    with pytest.raises(SpeechUnavailable, match="does not know the language xx"):
        await client.transcribe(pcm, language="xx")


@pytest.mark.models
async def test_other_rates_are_resampled(uri: str) -> None:
    pcm = await speak(SpeechClient(uri), "Guten Tag.", "de")
    half = np.frombuffer(pcm, dtype="<i2")[::2].tobytes()
    audio_format = {**FORMAT, "rate": 8000}
    answer = await ask(
        uri,
        AudioStart(**audio_format).event(),
        AudioChunk(**audio_format, audio=half).event(),
        AudioStop().event(),
    )
    assert answer
    assert answer.type == "transcript"
    assert "tag" in answer.data["text"].lower()


@pytest.mark.models
async def test_embeddings(uri: str, tmp_path: Path) -> None:
    client = SpeechClient(uri)
    texts = [f"Frage Nummer {n}" for n in range(70)]
    vectors = await client.embed(texts)
    assert vectors.shape == (70, 384)
    assert (await client.embed([])).shape == (0, 384)
    reports: list[tuple[str, int, int]] = []
    cached = await client.embed_cached(texts, tmp_path / "x.npz", lambda *report: reports.append(report))
    np.testing.assert_allclose(cached, vectors, atol=2e-3)  # kept in a byte a component
    assert [done for _, done, _ in reports] == [0, 64, 70]
    reports.clear()
    await client.embed_cached(texts, tmp_path / "x.npz", lambda *report: reports.append(report))
    assert not reports


@pytest.mark.models
async def test_audio_comes_in_chunks_of_100_ms(uri: str) -> None:
    sizes = [len(piece) async for piece in SpeechClient(uri).synthesize("Guten Tag. Auf Wiedersehen.", "de")]
    assert max(sizes) == wire.CHUNK_BYTES
    assert len(sizes) > 10


@pytest.mark.models
async def test_info_and_ping(uri: str) -> None:
    info = await SpeechClient(uri).info()
    assert info.asr[0].models[0].languages == ["de", "en"]
    assert {voice.name for voice in info.tts[0].voices} >= {"pico-de-DE", "en_US-joe-medium"}
    answer = await ask(uri, Ping(text="x").event())
    assert answer
    assert (answer.type, answer.data) == ("pong", {"text": "x"})


# What it refuses


@pytest.mark.models
@pytest.mark.parametrize(
    ("event", "says"),
    [
        (Event("dance"), "does not know the event 'dance'"),
        (Event("synthesize"), "lacks a field"),
        (Event("synthesize", {"text": 3}), "at most 5000"),
        (Event("synthesize", {"text": "x" * 5001}), "at most 5000"),
        (Event("synthesize", {"text": "x", "voice": {"name": "none"}}), "no voice 'none'"),
        (Event("synthesize", {"text": "x", "voice": {"language": "tlh"}}), "no voice for the language 'tlh'"),
        (Event("synthesize", {"text": "x", "voice": 3}), "lacks a field"),
        (Event("synthesize", {"text": "x", "context": 3}), "context of a synthesize event"),
        (Event("synthesize", {"text": 3, "context": {"prepare": True}}), "at most 5000"),
        (Event("transcribe", {"context": {"hotwords": 3}}), "hotwords is a list"),
        (Event("transcribe", {"context": {"languages": [3]}}), "languages is a list"),
        (Event("transcribe", {"language": 3}), "a language is a text"),
        (Event("audio-start", {"rate": 16_000, "width": 4, "channels": 1}), "16 bit, mono"),
        (Event("audio-start", {}), "lacks a field"),
        (Event("audio-chunk", payload=b"x"), "without audio-start"),
        (Event("audio-stop"), "without audio-start"),
        (Event("embed", {"texts": "x"}), "texts is a list"),
        (Event("embed", {"texts": ["x"] * 257}), "at most 256"),
        (Event("embed"), "lacks a field"),
    ],
)
async def test_a_wrong_event_gets_an_error(uri: str, event: Event, says: str) -> None:
    answer = await ask(uri, event)
    assert answer
    assert answer.type == "error"
    assert says in answer.data["text"]


@pytest.mark.models
async def test_after_an_error_the_connection_goes_on(uri: str) -> None:
    async with raw(uri) as (reader, writer):
        await wire.write_event(writer, Event("dance"))
        await wire.read_event(reader)
        await wire.write_event(writer, wire.embed_event(["x"]))
        answer = await wire.read_event(reader)
    assert answer
    assert answer.type == "embedding"


@pytest.mark.models
async def test_noise_on_the_wire(uri: str) -> None:
    async with raw(uri) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\n\r\n")
        answer = await wire.read_event(reader)
        assert answer
        assert answer.type == "error"
        assert await wire.read_event(reader) is None


@pytest.mark.models
async def test_an_utterance_has_a_longest_length(uri: str) -> None:
    chunk = AudioChunk(**FORMAT, audio=bytes(3_000_000)).event()
    answer = await ask(uri, AudioStart(**FORMAT).event(), chunk, chunk)
    assert answer
    assert "120 s" in answer.data["text"]


# What it drops


async def start_decode(writer: asyncio.StreamWriter) -> None:
    await wire.write_event(writer, Transcribe(language="de").event())
    await wire.write_event(writer, AudioStart(**FORMAT).event())
    await wire.write_event(writer, AudioStop().event())


@pytest.mark.models
async def test_a_decode_whose_client_is_gone_is_never_started(uri: str, slow: SlowRecognizer) -> None:
    async with raw(uri) as (reader, first), raw(uri) as (_, second):
        for writer in (first, second):
            await start_decode(writer)
        await until(lambda: slow.started == 2)
        async with raw(uri) as (_, third):
            await start_decode(third)
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)
        slow.go.set()
        answer = await wire.read_event(reader)
    assert answer
    assert answer.data["text"] == "fertig"
    assert slow.started == 2


@pytest.mark.models
async def test_closing_abandons_a_running_decode(uri: str, slow: SlowRecognizer) -> None:
    async with raw(uri) as (_, writer):
        await start_decode(writer)
        await until(lambda: slow.started == 1)
    await until(lambda: slow.abandoned == 1)


@pytest.mark.models
async def test_cancel_drops_what_runs_and_what_waits(uri: str, slow: SlowRecognizer) -> None:
    async with raw(uri) as (reader, writer):
        await start_decode(writer)
        await start_decode(writer)
        await until(lambda: slow.started == 1)
        await wire.write_event(writer, Event("cancel"))
        await until(lambda: slow.abandoned == 1)
        slow.go.set()
        await wire.write_event(writer, Ping().event())
        answer = await wire.read_event(reader)
        assert answer
        assert answer.type == "pong"
        await start_decode(writer)
        answer = await wire.read_event(reader)
        assert answer
        assert answer.type == "transcript"
    assert slow.started == 2


@pytest.mark.models
async def test_cancelling_the_client_task_is_enough(uri: str, slow: SlowRecognizer) -> None:
    task = asyncio.create_task(SpeechClient(uri).transcribe(bytes(3200)))
    await until(lambda: slow.started == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: slow.abandoned == 1)


@pytest.mark.models
async def test_requests_are_bounded(uri: str, slow: SlowRecognizer) -> None:
    async with raw(uri) as (reader, writer):
        for _ in range(10):
            await start_decode(writer)
        answer = await wire.read_event(reader)
    assert answer
    assert answer.data["code"] == "busy"


@pytest.mark.models
async def test_a_failing_engine_is_an_error_event(
    uri: str, engines: Engines, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(engines.recognizer, "transcribe", fail)
    with pytest.raises(SpeechUnavailable, match="its log says how"):
        await SpeechClient(uri).transcribe(bytes(3200))
    assert "out of memory" in caplog.text


# Lanes


async def test_a_lane_is_bounded() -> None:
    lane = Lane("work", 2)
    go = threading.Event()
    tasks = [asyncio.create_task(lane.run(lambda _: go.wait(5))) for _ in range(2)]
    await asyncio.sleep(0.01)
    with pytest.raises(LaneFull):
        await lane.run(lambda _: None)
    go.set()
    assert await asyncio.gather(*tasks) == [True, True]
    assert await lane.run(lambda _: 3) == 3
    lane.close()


async def test_a_lane_of_two_threads_does_two_things_at_once() -> None:
    lane = Lane("work", 4, 2)
    both = threading.Barrier(2, timeout=5)
    assert sorted(await asyncio.gather(*(lane.run(lambda _: both.wait()) for _ in range(2)))) == [0, 1]
    lane.close()


async def test_work_that_nobody_waits_for_comes_last() -> None:
    precedence = Precedence()
    await precedence.last()
    with precedence.first():
        with precedence.first():
            waiting = [asyncio.create_task(precedence.last()) for _ in range(3)]
            await asyncio.sleep(0)
        waiting[0].cancel()
        await asyncio.sleep(0)
        assert [task.done() for task in waiting] == [True, False, False]
    await asyncio.gather(*waiting[1:])


# Starting and stopping


@pytest.mark.models
async def test_an_address_in_use(uri: str, settings: SpeechSettings) -> None:
    with pytest.raises(SpeechError, match="is in use; stop the other process"):
        await serve(uri, settings)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SpeechError, match=f"tcp://127.0.0.1:{port} is in use"):
            await serve(f"tcp://127.0.0.1:{port}", settings)


async def test_addresses_that_cannot_be(tmp_path: Path, settings: SpeechSettings) -> None:
    (tmp_path / "file").write_text("x")
    for uri, says in (
        (f"unix://{tmp_path}/file", "is in use"),
        (f"unix://{tmp_path}/file/speech.sock", "cannot listen"),
        (f"unix://{tmp_path}/{'x' * 200}", "cannot listen"),
        ("tcp://203.0.113.1:10300", "cannot listen"),
        ("http://localhost:1", "no speech address"),
    ):
        with pytest.raises(SpeechError, match=says):
            await serve(uri, settings)
    assert (tmp_path / "file").read_text() == "x"


@pytest.mark.models
async def test_a_stale_socket_is_replaced_and_removed(uri: str, tmp_path: Path, settings: SpeechSettings) -> None:
    path = tmp_path / "stale.sock"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))
    async with serving(f"unix://{path}", settings) as listening:
        await SpeechClient(listening.uri).info()
    assert not path.exists()


@pytest.mark.models
async def test_tcp_takes_a_free_port(uri: str, settings: SpeechSettings) -> None:
    async with serving("tcp://127.0.0.1:0", settings) as listening:
        assert not listening.uri.endswith(":0")
        assert (await SpeechClient(listening.uri).info()).asr[0].name == "voicebot"
        assert "German: pico-de-DE (fallback" in listening.voices


PROCESS = """
import asyncio, sys
from pathlib import Path
from voicebot.speech.engines import SpeechSettings
from voicebot.speech.server import serve
settings = SpeechSettings(models_dir=Path(sys.argv[2]), nice=int(sys.argv[3]))
asyncio.run(serve(sys.argv[1], settings, ready=lambda listening: print(listening.uri, flush=True)))
"""


@pytest.mark.models
def test_a_process_of_its_own(tmp_path: Path, settings: SpeechSettings) -> None:
    path = tmp_path / "speech.sock"
    command = [sys.executable, "-W", "error", "-c", PROCESS, f"unix://{path}", str(settings.models_dir), "7"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == f"unix://{path}\n"
        threads = [int(entry.name) for entry in Path(f"/proc/{process.pid}/task").iterdir()]
        assert {os.getpriority(os.PRIO_PROCESS, thread) for thread in threads} == {
            os.getpriority(os.PRIO_PROCESS, 0) + 7
        }
        heard = asyncio.run(SpeechClient(f"unix://{path}").transcribe(bytes(32_000)))
        assert heard.text == ""
        started = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert time.monotonic() - started < 3
        assert process.stderr.read() == ""
    assert not path.exists()
