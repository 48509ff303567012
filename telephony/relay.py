"""A relay for media that loses packets and delays others: a bad network between a caller and a bot.

Only what goes to the bot suffers; what comes back is passed on as it is. Each packet is lost, or delayed by up to the
jitter, on its own account, so packets overtake each other (RFC 3550, 6.4.1 calls jitter what this makes).
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass
from typing import cast

from telephony.bare import Address

MOST_WAITING = 1000
"""Packets under way at once; what comes on top of them is lost. One call has three of them at 60 ms."""


@dataclass(frozen=True)
class Impairment:
    """What the network does to the packets of one direction."""

    loss: float = 0.0
    """Share of packets that never arrive, 0 to 1."""
    jitter_s: float = 0.0
    """Each packet is delayed by 0 to so many seconds, evenly distributed."""
    seed: int = 0


class Relay(asyncio.DatagramProtocol):
    """One UDP socket that both sides send to: ``relay = await Relay.open(Impairment(loss=0.03))``."""

    def __init__(self, impairment: Impairment) -> None:
        self._impairment = impairment
        self._random = random.Random(impairment.seed)
        self._waiting: set[asyncio.TimerHandle] = set()
        self._sides: tuple[Address, Address] | None = None
        self._closed = asyncio.Event()
        self._transport: asyncio.DatagramTransport
        self.passed = 0
        """Packets sent on to the bot."""
        self.lost = 0
        """Packets to the bot that were dropped."""

    @classmethod
    async def open(cls, impairment: Impairment, host: str = "127.0.0.1") -> Relay:
        """On a free port of ``host``."""
        loop = asyncio.get_running_loop()
        _, relay = await loop.create_datagram_endpoint(lambda: cls(impairment), local_addr=(host, 0))
        return relay

    @property
    def address(self) -> Address:
        host, port = self._transport.get_extra_info("sockname")
        return host, port

    def join(self, caller: Address, bot: Address) -> None:
        """Pass on what these two send, from now on; from any thread. Whoever else sends is not heard."""
        self._sides = caller, bot

    async def close(self) -> None:
        """Give the socket back; packets under way are lost."""
        for packet in self._waiting:
            packet.cancel()
        self._waiting.clear()
        self._transport.close()
        await self._closed.wait()

    # asyncio.DatagramProtocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Python 3.11's own class for it is no subclass of DatagramTransport.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def connection_lost(self, _error: Exception | None) -> None:
        self._closed.set()

    def datagram_received(self, packet: bytes, sender: Address) -> None:
        if self._sides is None:
            return
        caller, bot = self._sides
        if sender == bot:
            self._transport.sendto(packet, caller)
        elif sender == caller:
            self._impair(packet, bot)

    def _impair(self, packet: bytes, bot: Address) -> None:
        # Both are drawn for every packet: which ones are lost does not depend on the jitter.
        lost, delay_s = self._random.random(), self._random.uniform(0.0, self._impairment.jitter_s)
        if lost < self._impairment.loss or len(self._waiting) >= MOST_WAITING:
            self.lost += 1
            return

        def pass_on() -> None:
            self._waiting.discard(timer)
            self.passed += 1
            self._transport.sendto(packet, bot)

        timer = asyncio.get_running_loop().call_later(delay_s, pass_on)
        self._waiting.add(timer)
