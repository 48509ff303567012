"""The bench of interruptions: when the bot stopped, what counts, and the echo of its telephone."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import numpy as np
import pytest

from telephony.audio import RATE
from telephony.bare import SAMPLES, Echo, Packet, Telephone, alaw
from telephony.endpoint import Endpoint
from telephony.events import CallEnded, Frame
from telephony.settings import SipSettings
from telephony.sipcall import SipCall
from voicebot.bench_interruptions import KINDS, Interruption, Result, Sound, silenced_s
from voicebot.ports import free_port

LOUD = alaw(np.full(SAMPLES, 8000, np.int32))
QUIET = alaw(np.zeros(SAMPLES, np.int32))


def packets(*spans: tuple[float, bytes]) -> list[Packet]:
    """Packets of 20 ms, each kind of sound for so many seconds."""
    payloads = [payload for seconds, payload in spans for _ in range(round(seconds * 50))]
    return [Packet(100 + 0.02 * number, number, SAMPLES * number, 8, each) for number, each in enumerate(payloads)]


def test_the_bot_stopped_at_its_last_sound_before_a_pause() -> None:
    heard = packets((1.0, LOUD), (0.1, QUIET), (0.1, LOUD), (1.0, QUIET), (1.0, LOUD))
    assert silenced_s(heard, 101.0) == pytest.approx(0.18)
    assert silenced_s(packets((1.2, LOUD), (0.5, QUIET)), 101.0) == pytest.approx(0.18)


def test_a_bot_that_speaks_on_has_not_stopped() -> None:
    assert silenced_s(packets((4.0, LOUD)), 101.0) is None
    assert silenced_s([], 101.0) is None
    assert silenced_s(packets((1.0, LOUD), (2.0, QUIET)), 101.0) == 0  # it had just finished


@pytest.mark.parametrize(
    ("heard", "is_whole"),
    [
        ("Was kostet die Hundesteuer?", True),
        ("Was kostet dich?", True),
        ("die Hundesteuer", False),
        ("und was kostet", True),
        ("", False),
        (None, False),
    ],
)
def test_a_question_is_whole_if_its_first_word_was_heard(heard: str | None, is_whole: bool) -> None:
    assert Interruption("Was kostet die Hundesteuer?", 0.2, heard).is_whole is is_whole


def test_what_holds() -> None:
    held = [Sound(kind, kind, ended=False, went_on=True) for kind in KINDS]
    stopped = Interruption("Was?", 0.2, "Was?")
    assert Result(held, [stopped]).holds
    assert not Result(held * 4 + [Sound("noise", "street", ended=True, went_on=False)], [stopped]).holds
    answer = Sound("backchannel", "Ja.", ended=True, went_on=False, heard="Ja.", cut_off="Hilft Ihnen das?")
    assert Result([*held, answer], [stopped]).holds
    assert not Result([*held, replace(answer, cut_off="Er kostet siebzig Euro.")], [stopped]).holds
    assert not Result(held[:-1], [stopped]).holds
    assert not Result(held, [stopped, Interruption("Was?", None, "Was?")]).holds
    assert not Result(held, [Interruption("Was?", 0.3, "Was?")]).holds
    assert not Result(held, []).holds


async def test_a_telephone_returns_what_it_hears_later_and_fainter() -> None:
    port, frames = free_port(), []

    async def speak_and_listen(call: SipCall) -> None:
        await call.answer()
        call.play(np.full(RATE, 8000, "<i2").tobytes())
        call.flush()
        while not isinstance(event := await call.next_event(), CallEnded):
            if isinstance(event, Frame):
                frames.append(event)

    tasks: list[asyncio.Task[None]] = []
    settings = SipSettings(host="127.0.0.1", udp_port=port, tcp_port=None, rtp_port=23_100)
    endpoint = Endpoint(settings, lambda call: tasks.append(asyncio.create_task(speak_and_listen(call))))
    await endpoint.start()

    def ring() -> None:
        with Telephone("127.0.0.1", port, echo=Echo(20.0, 100.0)) as telephone:
            telephone.ring()
            time.sleep(2.5)

    try:
        await asyncio.to_thread(ring)
    finally:
        await endpoint.stop()
    await asyncio.wait(tasks)
    said, returned = (
        next(frame.at for frame in frames if np.abs(np.frombuffer(getattr(frame, side), "<i2")).max() > 300)
        for side in ("played", "heard")
    )
    assert 0.1 <= returned - said < 0.6  # and what both jitter buffers take
    peak = max(np.abs(np.frombuffer(frame.heard, "<i2").astype(np.int32)).max() for frame in frames)
    assert 600 < peak < 1600  # a step rings in a resampler
