"""The SIP endpoint under many short calls, rung by bare sockets: none lost, none left behind."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections import Counter

import pytest

from telephony.bare import Telephone, TelephoneError
from telephony.endpoint import Endpoint
from telephony.events import CallEnded
from telephony.relay import Impairment, Relay
from telephony.settings import JITTER_BUFFER_MS, SipSettings
from telephony.sipcall import SipCall
from voicebot.ports import free_port


class Answering:
    """Answers every call and listens until it ends."""

    def __init__(self) -> None:
        self.calls: set[asyncio.Task[None]] = set()
        self.ended = 0

    def take(self, call: SipCall) -> None:
        task = asyncio.create_task(self._hold(call))
        self.calls.add(task)
        task.add_done_callback(self.calls.discard)

    async def _hold(self, call: SipCall) -> None:
        await call.answer()
        while not isinstance(await call.next_event(), CallEnded):
            pass
        self.ended += 1


async def ring(answering: Answering, callers: int, calls: int, length_s: float, taken: int = 4) -> Counter[str]:
    """That many callers at once, each ringing again as soon as it has hung up; what the calls came to."""
    port = free_port()
    rtp_port = 20_000 + (os.getpid() % 100) * 400
    settings = SipSettings(host="127.0.0.1", udp_port=port, tcp_port=None, rtp_port=rtp_port, callers=taken)
    endpoint = Endpoint(settings, answering.take)
    await endpoint.start()
    outcomes: Counter[str] = Counter()

    def caller() -> None:
        for _ in range(calls):
            try:
                with Telephone("127.0.0.1", port) as telephone:
                    telephone.ring()
                    time.sleep(length_s)
                outcomes["answered"] += 1
            except TelephoneError as error:
                outcomes[str(error)] += 1

    try:
        await asyncio.gather(*(asyncio.to_thread(caller) for _ in range(callers)))
        if answering.calls:
            await asyncio.wait(answering.calls, timeout=5)
        assert await endpoint.run(lambda: len(endpoint._legs)) == 0
    finally:
        await endpoint.stop()
    return outcomes


async def test_a_call_in_the_slot_of_one_just_ended_is_not_touched_by_it() -> None:
    """BYE and the next INVITE are read together, and the new call takes the old one's slot."""
    answering = Answering()
    assert await ring(answering, callers=3, calls=10, length_s=0.3) == {"answered": 30}
    assert answering.ended == 30


@pytest.mark.parametrize("taken", [2, 4])
async def test_a_flood_is_answered_or_busy_and_the_process_lives(taken: int) -> None:
    """Whether PJSIP turns away what is too much, or we do."""
    answering = Answering()
    outcomes = await ring(answering, callers=10, calls=15, length_s=0.02, taken=taken)
    assert set(outcomes) <= {"answered", "SIP/2.0 486 Busy Here"}
    assert outcomes["answered"] == answering.ended > 0
    assert outcomes.total() == 150


async def test_sound_that_comes_with_jitter_is_kept() -> None:
    """PJSIP's own buffer discards about a tenth of it."""
    port, answering = free_port(), Answering()
    endpoint = Endpoint(SipSettings(host="127.0.0.1", udp_port=port, tcp_port=None), answering.take)
    relay = await Relay.open(Impairment(jitter_s=0.06))
    loop = asyncio.get_running_loop()

    def statistics() -> tuple[int, int]:
        [leg] = endpoint._legs
        buffer = leg.getStreamStat(0).jbuf
        return buffer.minPrefetch, buffer.discard

    def ring_through_the_relay() -> tuple[int, int]:
        with Telephone("127.0.0.1", port, relay.address, relay.join) as telephone:
            telephone.ring()
            time.sleep(6)
            return asyncio.run_coroutine_threadsafe(endpoint.run(statistics), loop).result(5)

    await endpoint.start()
    try:
        prefetch, discarded = await asyncio.to_thread(ring_through_the_relay)
    finally:
        await endpoint.stop()
        await relay.close()
    # The buffer counts frames of 10 ms, two a packet.
    assert prefetch == JITTER_BUFFER_MS // 10
    assert relay.passed > 200
    assert discarded <= 0.04 * 2 * relay.passed


async def test_nothing_that_is_printed_while_the_endpoint_stops_is_lost(capfd: pytest.CaptureFixture[str]) -> None:
    """The journal's last lines are written then: PJSIP must not have standard output taken away."""
    settings = SipSettings(host="127.0.0.1", udp_port=free_port(), tcp_port=None)
    endpoint = Endpoint(settings, Answering().take)
    await endpoint.start()
    stopped = threading.Event()

    def write() -> int:
        lines = 0
        while not stopped.is_set():
            os.write(1, b"line\n")
            lines += 1
            time.sleep(0.0005)
        return lines

    writing = asyncio.create_task(asyncio.to_thread(write))
    await endpoint.stop()
    stopped.set()
    written = await writing
    assert written > 0
    assert capfd.readouterr().out.count("line\n") == written
