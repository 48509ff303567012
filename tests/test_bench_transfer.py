"""The bench of transfers: the tone by which two telephones know that they are connected, and when its targets hold."""

from __future__ import annotations

import numpy as np
import pytest

from telephony.audio import FRAME_BYTES, SILENCE, frames, read_wav
from telephony.bare import alaw, linear
from voicebot.bench_transfer import Passed, Result
from voicebot.calling.tone import CALLER_HZ, DESK_HZ, SURE_FRAMES, ToneEar, hum
from voicebot.pico import speak
from voicebot.share import share
from voicebot.switching import Method


def heard_at(hz: int, sound: bytes) -> float | None:
    """When a tone of that frequency is first heard in it, seconds."""
    ear = ToneEar(hz)
    certain = [number for number, frame in enumerate(frames(sound)) if ear.push(number / 50, frame)]
    assert len(certain) == (ear.began_at is not None)
    return ear.began_at


@pytest.mark.parametrize("hz", [CALLER_HZ, DESK_HZ])
def test_a_tone_is_heard_from_its_first_whole_frame_on(hz: int) -> None:
    late = bytes(FRAME_BYTES // 2)
    assert heard_at(hz, SILENCE * 10 + hum(hz, 0.2)) == pytest.approx(0.20)
    assert heard_at(hz, SILENCE * 10 + late + hum(hz, 0.2)) == pytest.approx(0.22)
    narrow = linear(alaw(np.frombuffer(hum(hz), "<i2")[::2].astype(np.int32)))
    assert heard_at(hz, np.repeat(narrow, 2).astype("<i2").tobytes()) == 0.0


@pytest.mark.parametrize("hz", [CALLER_HZ, DESK_HZ])
def test_nothing_else_is_taken_for_it(hz: int) -> None:
    other = CALLER_HZ if hz == DESK_HZ else DESK_HZ
    briefly = hum(hz, 0.02 * (SURE_FRAMES - 1))
    rustle = np.random.default_rng(5).normal(0, 3000, 32_000).astype("<i2").tobytes()
    for sound in (SILENCE * 50, hum(other), briefly + SILENCE, rustle, read_wav(share("prompts") / "hold.wav")):
        assert heard_at(hz, sound) is None
    announced = "Anruf zum Thema Personalausweis. Eins annehmen, zwei ablehnen."
    assert heard_at(hz, speak(announced)) is None


def attended(rings_s: float, joined_s: float = 0.2) -> Passed:
    return Passed(Method.ATTENDED, rings_s, dialled_s=0.02, recognition_s=0.4, joined_s=joined_s)


def blind(refer_s: float) -> Passed:
    return Passed(Method.BLIND, 5.0, refer_s=refer_s)


def test_targets_are_for_95_of_100() -> None:
    assert Result([attended(0.8)] * 97 + [attended(3.0)] * 3, []).holds
    assert not Result([attended(0.8)] * 90 + [attended(3.0)] * 10, []).holds
    assert not Result([attended(0.8, joined_s=0.6)], []).holds


def test_a_refer_may_be_neither_late_nor_early() -> None:
    assert Result([blind(0.08), blind(-0.08)], []).holds
    assert not Result([blind(0.12)], []).holds
    assert not Result([blind(-0.12)], []).holds, "the end of the announcement is not heard"


def test_whoever_is_not_passed_on_misses_the_target() -> None:
    assert not Result([attended(0.8)], ["„Ich möchte …“: the desk ringing; the bot heard nothing"]).holds


def test_the_naive_way_has_no_target() -> None:
    rows = {row.key: row.as_json() for row in Result([attended(0.8), blind(0.05)], []).rows}
    assert rows["naive_rings"] == {"calls": 1, "median_s": 5.0, "p95_s": 5.0, "target_s": None}
    assert rows["attended_rings"]["target_s"] == 1.0
    assert rows["attended_joined"]["median_s"] == 0.2
