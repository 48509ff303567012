"""What a line does between calls: one text at a time, and none for as long as anybody calls."""

from __future__ import annotations

import asyncio

import pytest

from town import Scene
from voicebot import ahead, line
from voicebot.ahead import MIB, Calls, speak_ahead
from voicebot.briefing import spoken_ahead
from voicebot.repertoire import fixed, repertoire, transfers
from voicebot.speech.audio_store import Prepared
from voicebot.speech.errors import SpeechUnavailable

TEXTS = [(f"Satz {number}.", "de") for number in range(6)]
LIMIT = 2 * MIB


class Making:
    """Makes a text when it is let, and says what came of it."""

    def __init__(self, *, size: int = 10, limit: int = LIMIT, at_once: bool = True) -> None:
        self.begun: list[str] = []
        self.made: list[str] = []
        self.failing: set[str] = set()
        self.under_way = 0
        self.most_at_once = 0
        self._prepared = Prepared(1, size, limit)
        self._at_once = at_once
        self.go = asyncio.Event()

    async def prepare(self, text: str, language: str) -> Prepared:
        self.begun.append(text)
        self.under_way += 1
        self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            if not self._at_once:
                await self.go.wait()
            if text in self.failing:
                raise SpeechUnavailable("no speech process answers")
            self.made.append(text)
            return self._prepared
        finally:
            self.under_way -= 1


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "PAUSE_S", 0.0)


async def turns(count: int = 20) -> None:
    """Let everything go on that can."""
    for _ in range(count):
        await asyncio.sleep(0)


def texts(*numbers: int) -> list[str]:
    return [TEXTS[number][0] for number in numbers]


async def test_all_texts_are_made_one_after_the_other() -> None:
    making, notes = Making(), list[str]()
    await speak_ahead(TEXTS, making, Calls(), notes.append)
    assert making.made == texts(*range(6))
    assert making.most_at_once == 1
    assert notes == ["speech for all 6 texts is there, 6 sentences of it new"]


async def test_a_call_gets_way_at_once_and_the_text_is_begun_again() -> None:
    making, calls = Making(at_once=False), Calls()
    task = asyncio.create_task(speak_ahead(TEXTS, making, calls, lambda _: None))
    await turns()
    assert making.under_way == 1
    calls.began()
    calls.began()
    await turns()
    assert making.under_way == 0
    calls.ended()
    await turns()
    assert making.begun == texts(0)
    calls.ended()
    await turns()
    assert making.begun == texts(0, 0)
    making.go.set()
    await task
    assert making.made == texts(*range(6))


async def test_nothing_is_begun_during_a_call() -> None:
    making, calls = Making(), Calls()
    calls.began()
    task = asyncio.create_task(speak_ahead(TEXTS, making, calls, lambda _: None))
    await turns()
    assert not making.begun
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_stopping_leaves_nothing_running() -> None:
    making = Making(at_once=False)
    before = asyncio.all_tasks()
    task = asyncio.create_task(speak_ahead(TEXTS, making, Calls(), lambda _: None))
    await turns()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert making.under_way == 0
    assert asyncio.all_tasks() == before


async def test_where_nothing_is_kept_it_stops() -> None:
    making, notes = Making(limit=0), list[str]()
    await speak_ahead(TEXTS, making, Calls(), notes.append)
    assert making.begun == texts(0)
    assert not notes


async def test_it_stops_before_what_was_made_first_is_driven_out() -> None:
    making, notes = Making(size=MIB), list[str]()
    await speak_ahead(TEXTS, making, Calls(), notes.append)
    assert making.made == texts(0, 1, 2)
    (note,) = notes
    assert note.startswith("speech.cache_mib = 2 is too little to keep all that can be said")


async def test_what_failed_is_tried_once_more_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    making = Making()
    making.failing = set(texts(1, 2))
    await speak_ahead(TEXTS, making, Calls(), lambda _: None)
    assert making.begun == texts(0, 1, 2, 3, 4, 5, 1, 2)
    assert making.made == texts(0, 3, 4, 5)
    assert len(caplog.records) == 1


async def test_a_failure_of_the_work_is_raised_to_who_asked() -> None:
    async def fails() -> None:
        raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        await Calls().apart_from(fails)


async def test_a_line_holds_what_it_must_and_has_the_rest_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    scene, making = Scene(), Making()
    parts = scene._parts
    monkeypatch.setattr(line, "SpeechClient", lambda _: making)
    await line._speak_ahead(parts, Calls(), lambda _: None)
    held = (
        fixed(parts.router.prompts, scene.city, ("de", "en"))
        + transfers(parts.router, ("de", "en"))
        + spoken_ahead(parts.router)
    )
    assert making.made == [text for text, _ in (*held, *repertoire(parts.router))]
    scene.mouth.broken = True
    for text, language in held:
        assert [part async for part in parts.voice.speech(text, language)]


async def test_a_line_goes_on_where_speech_fails_for_a_while(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scene, making = Scene(), Making()
    scene.mouth.broken = True
    monkeypatch.setattr(line, "SpeechClient", lambda _: making)
    await line._speak_ahead(scene._parts, Calls(), lambda _: None)
    assert making.made
    assert "sentences are made when they are needed" in caplog.text
