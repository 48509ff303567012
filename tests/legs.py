"""The bot's side of calls in this process, watched: for tests of the SIP endpoint."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from phone import Hearing
from programs import WORKER
from telephony.endpoint import Endpoint
from telephony.events import CallEnded, Established, Event, Frame
from telephony.outgoing import ACCOUNT, Outgoing
from telephony.settings import MAX_CALLS, SipSettings
from telephony.sipcall import SipCall
from voicebot.ports import free_port

E = TypeVar("E", bound=Event)

PATIENCE_S = 15.0
rtp_ports = itertools.cycle(range(29_000 + 4_000 * WORKER, 32_600 + 4_000 * WORKER, 400))


class Leg:
    """A call whose events are kept as they come."""

    def __init__(self, call: SipCall) -> None:
        self.call = call
        self.events: list[Event] = []
        """Without frames."""
        self.frames = 0
        self.hearing = Hearing()
        self._news = asyncio.Condition()
        self._pump = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            event = await self.call.next_event()
            async with self._news:
                if isinstance(event, Frame):
                    self.frames += 1
                    self.hearing.push(event.heard)
                else:
                    self.events.append(event)
                self._news.notify_all()
            if isinstance(event, CallEnded):
                return

    async def until(self, reached: Any, what: str) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S), self._news:
                await self._news.wait_for(reached)
        except TimeoutError:
            raise AssertionError(f"{what} did not come; {self.hearing.hz} Hz and {self.events}") from None

    async def event(self, kind: type[E], count: int = 1) -> E:
        """The first such event, or another one by its count, whether it has come or is to come."""
        await self.until(lambda: len(self.all(kind)) >= count, kind.__name__)
        return self.all(kind)[count - 1]

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    async def hears(self, hz: int) -> None:
        await self.until(lambda: self.hearing.hz == hz, f"{hz} Hz")

    async def ended(self) -> CallEnded:
        return await self.event(CallEnded)

    async def close(self) -> None:
        await self.call.hang_up()
        await self._pump


class Bot:
    """An endpoint that answers, and rings others."""

    def __init__(self, **settings: Any) -> None:
        self.port = free_port()
        self.uri = f"sip:939@127.0.0.1:{self.port}"
        self._arrived: asyncio.Queue[SipCall] = asyncio.Queue()
        values = {"host": "127.0.0.1", "udp_port": self.port, "tcp_port": None, "rtp_port": next(rtp_ports)}
        self.endpoint = Endpoint(SipSettings(**{**values, **settings}), self._arrived.put_nowait)
        self.legs: list[Leg] = []

    async def taken(self) -> Leg:
        """The next call that arrives, answered."""
        async with asyncio.timeout(PATIENCE_S):
            call = await self._arrived.get()
        await call.answer()
        return await self._established(call)

    async def dial(self, uri: str, outgoing: Outgoing = ACCOUNT) -> Leg:
        leg = Leg(await self.endpoint.dial(uri, outgoing))
        self.legs.append(leg)
        return leg

    async def reach(self, uri: str, outgoing: Outgoing = ACCOUNT) -> Leg:
        """Dial somebody who answers."""
        leg = await self.dial(uri, outgoing)
        await leg.event(Established)
        return leg

    async def _established(self, call: SipCall) -> Leg:
        leg = Leg(call)
        self.legs.append(leg)
        await leg.event(Established)
        return leg

    async def all_free(self) -> None:
        """Wait until PJSIP has closed every call, on both sides."""
        async with asyncio.timeout(PATIENCE_S):
            while self.endpoint.free_legs < MAX_CALLS or await self.endpoint.run(
                lambda: len(self.endpoint._ended_legs)
            ):
                # Each turn of the control thread takes up to 10 ms.
                await self.endpoint.run(lambda: None)


@asynccontextmanager
async def bot(**settings: Any) -> AsyncIterator[Bot]:
    """A bot while the block runs; no leg may be left behind."""
    it = Bot(**settings)
    await it.endpoint.start()
    try:
        yield it
        for leg in it.legs:
            await leg.close()
        await it.all_free()
        assert not it.endpoint._legs
    finally:
        await it.endpoint.stop()
