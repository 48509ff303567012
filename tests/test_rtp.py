"""The bot's sound on the wire, taken by bare sockets: what was put in comes out, in time and without gaps."""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from programs import Line
from telephony.audio import read_wav
from telephony.endpoint import Endpoint
from telephony.events import CallEnded, Frame
from telephony.settings import SipSettings
from telephony.sipcall import SipCall
from voicebot.pico import speak
from voicebot.ports import free_port
from wire import Telephone, alaw, linear

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
            t = np.arange(3 * 16_000) / 16_000
            telephone.say((8000 * np.sin(2 * np.pi * 440 * t)).astype("<i2").tobytes())
            time.sleep(3.5)
            return telephone.heard()

    try:
        heard = await asyncio.to_thread(ring)
    finally:
        await endpoint.stop()
    await asyncio.wait(tasks)
    middle = heard[8000:16_000].astype(float)
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(spectrum) == 440
    # Everything but the tone is at least 30 dB below it.
    spectrum_power = spectrum**2
    tone = spectrum_power[435:446].sum()
    assert 10 * np.log10(tone / (spectrum_power.sum() - tone)) > 30
    # And it is as loud as it was: within 1 dB.
    assert abs(20 * np.log10(np.sqrt((middle**2).mean()) * np.sqrt(2) / 8000)) < 1


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
    gaps = np.diff([packet.at for packet in packets]) * 1000
    steps = {(after.sequence - before.sequence) & 0xFFFF for before, after in itertools.pairwise(packets)}
    assert len(packets) > 500
    assert steps == {1}, "packets were lost or reordered"
    # The machine may be busy with others: what is held against the bot is what a jitter buffer cannot hide.
    assert np.percentile(gaps, 99) <= 60, f"1 % of the gaps above {np.percentile(gaps, 99):.0f} ms"
    assert gaps.max() <= 150, f"largest gap {gaps.max():.0f} ms"
    assert {packet.payload_type for packet in packets} <= {8, 101}


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
