"""Speech made ahead, through the server and its client, with a real voice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from test_speech_server import SlowRecognizer, raw, serving, speak, until
from voicebot.speech import wire
from voicebot.speech.audio_store import FOLDER, Prepared
from voicebot.speech.client import SpeechClient
from voicebot.speech.engines import Engines, SpeechSettings
from voicebot.speech.synthesizer import Synthesizer

# isort: split
from wyoming.audio import AudioChunk
from wyoming.tts import Synthesize, SynthesizeVoice

TEXT = "Bringen Sie den alten Ausweis mit. Er kostet 46,00 €."
FIRST, SECOND = "Bringen Sie den alten Ausweis mit.", "Er kostet sechsundvierzig Euro."


class Mouth(Synthesizer):
    """The Pico voice, which can be kept waiting at a sentence; what it made is known."""

    def __init__(self, settings: SpeechSettings) -> None:
        super().__init__({}, store=settings.store())
        self.made: list[str] = []
        self.held = ""
        self.go = threading.Event()

    def make(self, sentence: str, language: str) -> bytes:
        self.made.append(sentence)
        if sentence == self.held:
            assert self.go.wait(10)
        return super().make(sentence, language)


class Speech:
    """A speech process without its models; each start is as after a restart."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings = SpeechSettings(models_dir=folder, nice=0)
        self.recognizer = SlowRecognizer()
        monkeypatch.setattr("voicebot.speech.server.load_engines", lambda *_: self.engines())

    def engines(self) -> Engines:
        self.mouth = Mouth(self.settings)
        nothing: Any = None
        recognizer: Any = self.recognizer
        return Engines(recognizer, self.mouth, nothing, self.settings)

    @property
    def kept(self) -> int:
        folder = self.settings.models_dir / FOLDER
        return len(list(folder.iterdir())) if folder.exists() else 0


@pytest.fixture
def speech(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Speech:
    return Speech(tmp_path / "models", monkeypatch)


@pytest.fixture
async def client(tmp_path: Path, speech: Speech) -> AsyncIterator[SpeechClient]:
    async with serving(f"unix://{tmp_path}/speech.sock", speech.settings) as listening:
        yield SpeechClient(listening.uri)
        speech.recognizer.go.set()
        speech.mouth.go.set()


async def test_it_is_made_once(client: SpeechClient, speech: Speech) -> None:
    prepared = await client.prepare(TEXT, "de")
    assert prepared.made == 2
    assert prepared.size > 20_000
    assert prepared.limit == speech.settings.store_bytes
    assert await client.prepare(TEXT, "de") == Prepared(0, prepared.size, prepared.limit)
    assert len(await speak(client, TEXT, "de")) > 64_000
    assert speech.mouth.made == [FIRST, SECOND]
    assert speech.kept == 2


async def test_a_restarted_process_finds_everything(tmp_path: Path, speech: Speech) -> None:
    spoken = []
    for number in range(2):
        async with serving(f"unix://{tmp_path}/{number}.sock", speech.settings) as listening:
            client = SpeechClient(listening.uri)
            assert (await client.prepare(TEXT, "de")).made == 2 * (number == 0)
            spoken.append(await speak(client, TEXT, "de"))
            assert speech.mouth.made == ([FIRST, SECOND] if number == 0 else [])
    assert spoken[0] == spoken[1]


async def test_no_audio_comes_back(client: SpeechClient) -> None:
    async with raw(client.uri) as (reader, writer):
        voice = SynthesizeVoice(language="de")
        await wire.write_event(writer, Synthesize(TEXT, voice, context={wire.PREPARE: True}).event())
        answer = await wire.read_event(reader)
        assert answer
        assert answer.type == "prepared"
        await wire.write_event(writer, Synthesize(FIRST, voice).event())
        answer = await wire.read_event(reader)
        assert answer
        assert answer.type == "audio-start"


async def test_what_a_call_needs_made_is_not_kept(client: SpeechClient, speech: Speech) -> None:
    await speak(client, "Ich habe notiert: Erika Mustermann.", "de")
    assert speech.kept == 0


async def test_it_waits_until_nobody_is_being_listened_to(client: SpeechClient, speech: Speech) -> None:
    listening = asyncio.create_task(client.transcribe(bytes(3200)))
    await until(lambda: speech.recognizer.started == 1)
    preparing = asyncio.create_task(client.prepare(TEXT, "de"))
    await asyncio.sleep(0.1)
    assert not speech.mouth.made
    speech.recognizer.go.set()
    assert (await listening).text == "fertig"
    assert (await preparing).made == 2


async def test_what_is_there_is_found_although_somebody_is_being_listened_to(
    client: SpeechClient, speech: Speech
) -> None:
    await client.prepare(TEXT, "de")
    listening = asyncio.create_task(client.transcribe(bytes(3200)))
    await until(lambda: speech.recognizer.started == 1)
    assert (await client.prepare(TEXT, "de")).made == 0
    listening.cancel()


async def test_what_is_there_does_not_wait_for_what_is_made(client: SpeechClient, speech: Speech) -> None:
    await client.prepare(TEXT, "de")
    speech.mouth.held = "Das dauert."
    slow = asyncio.create_task(speak(client, "Das dauert.", "de"))
    await until(lambda: "Das dauert." in speech.mouth.made)
    async with asyncio.timeout(5):
        assert await speak(client, TEXT, "de")
    assert not slow.done()
    speech.mouth.go.set()
    assert await slow


async def test_who_leaves_makes_nothing_more(client: SpeechClient, speech: Speech) -> None:
    speech.mouth.held = FIRST
    preparing = asyncio.create_task(client.prepare(TEXT, "de"))
    await until(lambda: speech.mouth.made == [FIRST])
    preparing.cancel()
    await asyncio.gather(preparing, return_exceptions=True)
    await asyncio.sleep(0.1)
    speech.mouth.go.set()
    assert (await client.prepare(FIRST, "de")).made == 0
    assert speech.mouth.made == [FIRST]


async def test_the_first_sentence_is_sent_before_the_second_is_made(client: SpeechClient, speech: Speech) -> None:
    speech.mouth.held = SECOND
    async with raw(client.uri) as (reader, writer):
        await wire.write_event(writer, Synthesize(TEXT, SynthesizeVoice(language="de")).event())
        heard = b""
        async with asyncio.timeout(5):
            while len(heard) < len(speech.mouth.remembered(FIRST, "de") or bytes(1_000_000)):
                event = await wire.read_event(reader)
                assert event
                if AudioChunk.is_type(event.type):
                    heard += event.payload or b""
        assert heard == speech.mouth.remembered(FIRST, "de")
        assert speech.mouth.remembered(SECOND, "de") is None
        speech.mouth.go.set()
        event = await wire.read_event(reader)
        assert event
        assert AudioChunk.is_type(event.type)


async def test_with_the_cache_switched_off_nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speech = Speech(tmp_path / "models", monkeypatch)
    speech.settings = SpeechSettings(models_dir=tmp_path / "models", nice=0, store_bytes=0)
    async with serving(f"unix://{tmp_path}/speech.sock", speech.settings) as listening:
        assert await SpeechClient(listening.uri).prepare(TEXT, "de") == Prepared(0, 0, 0)
        assert not speech.mouth.made
