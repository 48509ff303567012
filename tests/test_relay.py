"""The relay that loses and delays: as much as it is told, only towards the bot, and it leaves nothing behind."""

from __future__ import annotations

import asyncio
import gc
import itertools
import socket
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from telephony.bare import Telephone
from telephony.relay import MOST_WAITING, Impairment, Relay
from voicebot.bench_loss import Answer, Result
from voicebot.evaluation.sets import Utterance
from voicebot.pico import speak


class Side(asyncio.DatagramProtocol):
    """A caller or a bot: keeps what arrives."""

    def __init__(self) -> None:
        self.came: list[int] = []
        self._news = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, packet: bytes, _sender: object) -> None:
        self.came.append(int(packet))
        self._news.set()

    async def has(self, count: int) -> None:
        """Wait until so many packets have come."""
        async with asyncio.timeout(10):
            while len(self.came) < count:
                self._news.clear()
                await self._news.wait()

    @property
    def address(self) -> tuple[str, int]:
        return self.transport.get_extra_info("sockname")

    def send(self, number: int, to: tuple[str, int]) -> None:
        self.transport.sendto(b"%d" % number, to)  # type: ignore[attr-defined]


@asynccontextmanager
async def relayed(impairment: Impairment) -> AsyncIterator[tuple[Side, Relay, Side]]:
    loop = asyncio.get_running_loop()
    relay = await Relay.open(impairment)
    sides = []
    for _ in range(2):
        _, side = await loop.create_datagram_endpoint(Side, local_addr=("127.0.0.1", 0))
        sides.append(side)
    caller, bot = sides
    relay.join(caller.address, bot.address)
    try:
        yield caller, relay, bot
    finally:
        await relay.close()
        for side in sides:
            side.transport.close()
        await asyncio.sleep(0)


async def send(side: Side, count: int, to: tuple[str, int]) -> None:
    """In small groups, so that no socket's buffer runs over."""
    for number in range(count):
        side.send(number, to)
        if number % 20 == 19:
            await asyncio.sleep(0.002)


async def taken(caller: Side, relay: Relay, bot: Side) -> None:
    """Wait until the relay has taken all that was sent to it: one packet more comes back the other way."""
    bot.send(0, relay.address)
    await caller.has(1)


async def test_it_loses_the_share_it_is_told_and_the_same_packets_each_time() -> None:
    received = []
    for jitter_s in (0.0, 0.01):
        async with relayed(Impairment(loss=0.1, jitter_s=jitter_s, seed=7)) as (caller, relay, bot):
            await send(caller, 2000, relay.address)
            await taken(caller, relay, bot)
            await bot.has(2000 - relay.lost)
            assert relay.lost + relay.passed == 2000
            # Three standard deviations of a binomial distribution are 40.
            assert 160 <= relay.lost <= 240
            received.append(set(bot.came))
            assert len(received[-1]) == relay.passed
    assert received[0] == received[1]


async def test_it_delays_by_up_to_the_jitter_and_packets_overtake_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    call_later, delays = loop.call_later, []

    def noted(delay_s: float, happens: Callable[..., object], *args: object) -> asyncio.TimerHandle:
        if "Relay" in happens.__qualname__:
            delays.append(delay_s)
        return call_later(delay_s, happens, *args)

    monkeypatch.setattr(loop, "call_later", noted)
    async with relayed(Impairment(jitter_s=0.06)) as (caller, relay, bot):
        await send(caller, 400, relay.address)
        await bot.has(400)
    assert sorted(bot.came) == list(range(400))
    assert bot.came != sorted(bot.came)
    assert len(delays) == 400
    assert 0 <= min(delays) <= 0.002
    assert 0.058 <= max(delays) <= 0.06
    # Half of the jitter; a standard deviation of the mean is 0.0009.
    assert 0.027 <= sum(delays) / 400 <= 0.033


async def test_what_the_bot_sends_is_passed_on_as_it_is() -> None:
    async with relayed(Impairment(loss=0.9, jitter_s=1.0)) as (caller, relay, bot):
        await send(bot, 200, relay.address)
        await caller.has(200)
        assert caller.came == list(range(200))
        assert (relay.lost, relay.passed) == (0, 0)


async def test_nobody_else_is_heard() -> None:
    async with relayed(Impairment()) as (caller, relay, bot):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(b"0", relay.address)
        caller.send(1, relay.address)
        await bot.has(1)
        assert bot.came == [1]
        assert caller.came == []


async def test_packets_under_way_are_bounded_and_lost_when_it_closes() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        async with relayed(Impairment(jitter_s=3600, seed=1)) as (caller, relay, bot):
            await send(caller, MOST_WAITING + 100, relay.address)
            await taken(caller, relay, bot)
            assert relay.lost >= 100
            address = relay.address
            await relay.close()
            assert relay.passed <= 1
            # The port is free again, and nothing is left to be sent.
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
                again.bind(address)
            assert len(bot.came) == relay.passed
        gc.collect()
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_five_points_are_what_a_network_may_cost() -> None:
    asked = Utterance("de", "Was kostet ein Reisepass?", "service", ("reisepass",))
    right, wrong = Answer(asked, "reisepass", ""), Answer(asked, "hundesteuer", "")

    def result(direct: int, impaired: int) -> Result:
        return Result([right] * direct + [wrong] * (20 - direct), [right] * impaired + [wrong] * (20 - impaired), 0, 0)

    assert result(18, 17).holds
    assert result(18, 17).cost == pytest.approx(0.05)
    assert not result(18, 16).holds
    assert result(16, 18).holds


@pytest.mark.interop
async def test_a_call_through_it_is_held_and_understood(start_line: Callable) -> None:
    relay = await Relay.open(Impairment(loss=0.03, jitter_s=0.06))
    question = speak("Was kostet ein Reisepass?")

    def ask(port: int) -> tuple[str, list[int]]:
        with Telephone("127.0.0.1", port, relay.address, relay.join) as telephone:
            telephone.ring()
            line.wait_for("says", call=telephone.call_id)
            telephone.say(question)
            heard = line.wait_for("heard", call=telephone.call_id)
            return heard["service"], [packet.sequence for packet in telephone.packets]

    try:
        with start_line() as line:
            service, sequence = await asyncio.to_thread(ask, line.port)
    finally:
        await relay.close()
    assert service == "reisepass"
    assert relay.lost > 0
    # What comes back does not suffer.
    assert len(sequence) > 50
    assert {(later - earlier) & 0xFFFF for earlier, later in itertools.pairwise(sequence)} == {1}
