"""The bot's sound on the wire, taken by bare sockets: what was put in comes out, in time and without gaps."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from programs import Line
from telephony import priority
from telephony.audio import read_wav
from telephony.bare import Packet, Telephone, alaw, linear
from telephony.endpoint import Endpoint
from telephony.events import CallEnded, Frame
from telephony.settings import SipSettings
from telephony.sipcall import SipCall
from voicebot.bench_rtp import LARGEST_GAP_MS, punctuality
from voicebot.pico import speak
from voicebot.ports import free_port

SPEECH = Path(__file__).parent.parent.parent / "shared" / "speech"


@pytest.fixture(scope="module")
def line(start_line: Callable) -> Iterator[Line]:
    with start_line() as running:
        yield running


def test_alaw_there_and_back() -> None:
    codes = bytes(range(256))
    assert alaw(linear(codes)) == codes


async def echo(call: SipCall) -> None:
    """Send back what is heard."""
    await call.answer()
    while not isinstance(event := await call.next_event(), CallEnded):
        if isinstance(event, Frame):
            call.play(event.heard)


async def test_440_hz_in_440_hz_out() -> None:
    tasks: list[asyncio.Task[None]] = []
    port = free_port()
    settings = SipSettings(host="127.0.0.1", udp_port=port, tcp_port=None, rtp_port=23_000)
    endpoint = Endpoint(settings, lambda call: tasks.append(asyncio.create_task(echo(call))))
    await endpoint.start()

    def ring() -> np.ndarray:
        with Telephone("127.0.0.1", port) as telephone:
            telephone.ring()
            t = np.arange(5 * 16_000) / 16_000
            telephone.say((8000 * np.sin(2 * np.pi * 440 * t)).astype("<i2").tobytes())
            time.sleep(5.5)
            return telephone.heard()

    try:
        heard = await asyncio.to_thread(ring)
    finally:
        await endpoint.stop()
    await asyncio.wait(tasks)
    # PJSIP's jitter buffer begins with 80 ms and gives back what a steady line does not need within two seconds, by
    # playing a little faster. And a busy machine keeps this telephone from sending in time now and then: one second
    # after that and without that is looked for.
    seconds = [heard[start : start + 8000].astype(float) for start in range(16_000, 32_001, 1000)]
    middle = max(seconds, key=over_the_rest_db)
    assert over_the_rest_db(middle) > 30
    # And it is as loud as it was: within 1 dB.
    assert abs(20 * np.log10(np.sqrt((middle**2).mean()) * np.sqrt(2) / 8000)) < 1


def over_the_rest_db(second: np.ndarray) -> float:
    """How far 440 Hz are above all other frequencies together."""
    power = np.abs(np.fft.rfft(second * np.hanning(len(second)))) ** 2
    tone = power[435:446].sum()
    return float(10 * np.log10(tone / (power.sum() - tone)))


def packets_at(*arrivals: tuple[int, float]) -> list[Packet]:
    return [Packet(at_ms / 1000, sequence, 0, 8, b"") for sequence, at_ms in arrivals]


def test_punctuality_counts_what_arrived() -> None:
    in_time = packets_at((65_534, 0), (65_535, 20), (0, 41), (1, 65.9))
    found = punctuality([in_time])
    assert (found.packets, found.lost, found.disordered, found.within) == (4, 0, 0, 1.0)
    assert found.largest_gap_ms == pytest.approx(24.9)
    assert found.holds
    late = punctuality([in_time, packets_at((7, 0), (8, 61), (9, 80))])
    assert (late.lost, late.within, late.holds) == (0, 4 / 5, False)
    assert late.largest_gap_ms == pytest.approx(61)


def test_lost_and_overtaken_packets_are_no_gaps_but_counted() -> None:
    lost = punctuality([packets_at((1, 0), (2, 20), (5, 40))])
    assert (lost.lost, lost.disordered, lost.within, lost.holds) == (2, 0, 1.0, False)
    overtaken = punctuality([packets_at((1, 0), (3, 20), (2, 40), (4, 60))])
    assert (overtaken.lost, overtaken.disordered, overtaken.holds) == (0, 1, False)


@pytest.mark.interop
def test_no_gap_and_no_loss_while_speech_is_recognised(line: Line) -> None:
    question = speak("Was brauche ich für einen neuen Personalausweis?")
    with Telephone("127.0.0.1", line.port) as telephone:
        telephone.ring()
        line.wait_for("says", call=telephone.call_id)
        time.sleep(1)
        for number in range(3):
            telephone.say(question)
            line.wait_until(
                lambda n=number: len(line.events("heard", call=telephone.call_id)) > n, "the question to be heard", 30
            )
            time.sleep(2)
        packets = list(telephone.packets)
    # The kernel's times: this process may be late itself, and its buffer holds a thousand packets and more.
    found = punctuality([packets])
    assert found.packets > 500
    assert (found.lost, found.disordered) == (0, 0)
    # Where media may not go before other programs, a busy machine decides.
    if may_go_first():
        assert found.largest_gap_ms <= LARGEST_GAP_MS, found
    assert {packet.payload_type for packet in packets} <= {8, 101}


@pytest.mark.interop
def test_media_go_first_while_a_call_is_up(line: Line) -> None:
    if not may_go_first():
        pytest.skip("real-time scheduling is not allowed here")
    with Telephone("127.0.0.1", line.port) as telephone:
        telephone.ring()
        line.wait_for("says", call=telephone.call_id)
        priorities = [
            ((thread / "comm").read_text(encoding="ascii").strip(), os.sched_getparam(int(thread.name)).sched_priority)
            for thread in Path(f"/proc/{line.pid}/task").iterdir()
        ]
    # PJSIP raises its clock itself, as far as its policy goes and the system's limits allow.
    assert dict(priorities)["clock"] >= priority.MEDIA
    assert min(number for _, number in priorities) == priority.CONVERSATION


def may_go_first() -> bool:
    """Whether this machine allows real-time scheduling, found out by a thread that is over at once."""
    allowed: list[bool] = []

    def attempt() -> None:
        with contextlib.suppress(PermissionError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(priority.CONVERSATION))
            allowed.append(True)

    thread = threading.Thread(target=attempt)
    thread.start()
    thread.join()
    return bool(allowed)


@pytest.mark.interop
def test_the_greeting_follows_the_ack_at_once(line: Line) -> None:
    with Telephone("127.0.0.1", line.port) as telephone:
        telephone.ring()
        line.wait_for("says", call=telephone.call_id)
        time.sleep(1.5)
        loud = next(packet for packet in telephone.packets if np.abs(linear(packet.payload)).max() > 500)
        # Half a second is what the benchmark asks for; here only that nothing waits for synthesis.
        assert loud.at - telephone.acknowledged < 1.5


@pytest.mark.interop
def test_two_callers_are_heard_at_once(line: Line) -> None:
    heard: dict[str, str] = {}

    def ask(text: str) -> None:
        with Telephone("127.0.0.1", line.port) as telephone:
            telephone.ring()
            line.wait_for("says", call=telephone.call_id)
            telephone.say(speak(text))
            heard[text] = line.wait_for("heard", call=telephone.call_id)["service"]

    asked = {"Was kostet ein Reisepass?": "reisepass", "Ich möchte meinen Hund anmelden.": "hundesteuer"}
    threads = [threading.Thread(target=ask, args=(text,)) for text in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert heard == asked


@pytest.mark.models
@pytest.mark.skipif(not SPEECH.is_dir(), reason="the recorded human speech is not on this machine")
@pytest.mark.parametrize(
    ("clip", "words"),
    [
        ("telephone_de/miko_agent-pass.wav", ("passwort",)),
        ("thorsten/sample01-gt.wav", ("sagenhaft", "lecker")),
    ],
)
def test_a_human_is_heard_through_the_line(line: Line, clip: str, words: tuple[str, ...]) -> None:
    with Telephone("127.0.0.1", line.port) as telephone:
        telephone.ring()
        line.wait_for("says", call=telephone.call_id)
        telephone.say(read_wav(SPEECH / clip))
        heard = line.wait_for("heard", call=telephone.call_id)["text"].lower()
    assert all(word in heard for word in words), heard
