"""One leg of the SIP endpoint as the event loop sees it: the :class:`telephony.call.Call` of a real line.

Knows no PJSIP: requests go to a :class:`Leg` on the control thread, and what happened comes back as calls on the
loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from telephony.call import Call, EventQueue
from telephony.events import (
    CallEnded,
    Event,
    TransferOutcome,
    TransferProgress,
    TransferResult,
    transfer_result,
)
from telephony.outgoing import refer_to
from telephony.player import Player
from telephony.settings import EndpointError

log = logging.getLogger(__name__)


class LegError(Exception):
    """PJSIP refuses a request, mostly because the call has just ended."""


class Leg(Protocol):
    """The SIP side of a call; every method on the control thread, raising :class:`LegError`."""

    over: bool

    def respond(self, code: int) -> None:
        """Answer the INVITE."""

    def end(self, code: int) -> None:
        """BYE, CANCEL or a final response, as the state asks for."""

    def send_digits(self, digits: str) -> None:
        """RFC 4733 events."""

    def refer(self, target: str) -> None:
        """REFER with that value of Refer-To."""

    def refer_replacing(self, other: Leg) -> None:
        """REFER to the far side of the other leg, in whose place this one's is to be (Replaces)."""

    def bridge(self, other: Leg) -> None:
        """Connect the media of both far sides."""

    def unbridge(self) -> None:
        """Connect both far sides with their own ports again."""


class Control(Protocol):
    async def run(self, request: Callable[[], bool]) -> bool:
        """Carry out a request on the control thread; EndpointError once it has stopped."""


class SipCall:
    """One leg; the :class:`telephony.call.Call` of a real line."""

    def __init__(self, control: Control, remote: str) -> None:
        self.id = ""
        self.remote = remote
        self.peer = ""
        self.local = ""
        """The user part that was dialled."""
        self._control = control
        self.leg: Leg | None = None
        """PJSIP's side, touched on the control thread only; None once the call is over."""
        self.player = Player()
        self._events = EventQueue()
        self._transfer_timer: asyncio.TimerHandle | None = None
        self._open_refers = 0
        """REFERs whose outcome has not been told by the far side."""
        self._given_up_refers = 0
        """Those of them that :class:`TransferOutcome` has called ``NO_ANSWER``."""
        self.ended = False

    @property
    def there(self) -> Leg:
        """The leg, on the control thread; LegError once the call is over."""
        if self.leg is None or self.leg.over:
            raise LegError("the other call is over")
        return self.leg

    async def answer(self, code: int = 200) -> None:
        """Send a response to the INVITE: 200 accepts it, 180 rings, any other final one rejects it."""
        await self._do(lambda leg: leg.respond(code))

    async def next_event(self) -> Event:
        return await self._events.get()

    def play(self, pcm: bytes) -> None:
        self.player.play(pcm)

    def flush(self) -> None:
        self.player.flush()

    def stop(self) -> int:
        return self.player.stop()

    @property
    def playing(self) -> bool:
        return self.player.playing

    async def send_digits(self, digits: str) -> None:
        await self._do(lambda leg: leg.send_digits(digits))

    async def transfer(self, target: str, *, timeout: float, user_to_user: str = "") -> None:
        await self._refer(lambda leg: leg.refer(refer_to(target, user_to_user)), timeout)

    async def connect(self, other: Call, *, timeout: float) -> None:
        far = _same_line(other)
        await self._refer(lambda leg: leg.refer_replacing(far.there), timeout)

    async def _refer(self, send: Callable[[Leg], None], timeout: float) -> None:
        self._open_refers += 1
        self._cancel_timer()
        loop = asyncio.get_running_loop()
        self._transfer_timer = loop.call_later(timeout, self._transfer_silent)

        if not await self._do(send):
            self.refer_ended(TransferResult.REFUSED, 500, "REFER could not be sent")

    async def bridge(self, other: Call) -> None:
        far = _same_line(other)
        if await self._do(lambda leg: leg.bridge(far.there)):
            # Nobody would hear it before the bridge is undone.
            self.stop()
            far.stop()

    async def unbridge(self) -> None:
        await self._do(lambda leg: leg.unbridge())

    async def hang_up(self, code: int = 0) -> None:
        self.player.stop()
        await self._do(lambda leg: leg.end(code))

    async def _do(self, request: Callable[[Leg], None]) -> bool:
        """Carry out a request on the control thread; False if the call is over or refuses it."""

        def on_control_thread() -> bool:
            if self.leg is None or self.leg.over:
                return False
            try:
                request(self.leg)
            except LegError as error:
                # The far side was faster: a BYE or CANCEL is on its way to us as an event.
                log.debug("call %s: %s", self.id, error)
                return False
            return True

        if self.ended:
            return False
        try:
            return await self._control.run(on_control_thread)
        except EndpointError:
            # The process is leaving, and has hung up on its own.
            return False

    # What happened, told by the leg on the loop's thread.

    def arrived(self, event: Event) -> None:
        if isinstance(event, CallEnded):
            self.ended = True
            self._cancel_timer()
        self._events.put(event)

    def transfer_status(self, code: int, reason: str, *, final: bool) -> None:
        if final:
            self.refer_ended(transfer_result(code), code, reason)
        elif self._open_refers:
            self._events.put(TransferProgress(code, reason))

    def refer_ended(self, result: TransferResult, code: int, reason: str) -> None:
        if not self._open_refers:
            return
        self._open_refers -= 1
        if result is not TransferResult.CONNECTED and self._given_up_refers:
            # PJSIP does not say whose NOTIFY it was, and the oldest desk has rung longest. Were it the newer
            # one's, its timer would still tell; the other way round a good transfer would be taken for failed.
            self._given_up_refers -= 1
            return
        self._cancel_timer()
        self._events.put(TransferOutcome(result, code, reason))

    def _transfer_silent(self) -> None:
        # The subscription stays: a late success still comes as an outcome.
        self._given_up_refers += 1
        self._events.put(TransferOutcome(TransferResult.NO_ANSWER, 0, "no final NOTIFY"))

    def _cancel_timer(self) -> None:
        if self._transfer_timer is not None:
            self._transfer_timer.cancel()
            self._transfer_timer = None


def _same_line(call: Call) -> SipCall:
    if not isinstance(call, SipCall):
        raise TypeError(f"{call!r} is no call of this endpoint")
    return call
