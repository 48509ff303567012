"""A call over lists and WAV files, in virtual time: for tests and for trying a conversation.

No clock runs: each :meth:`MemoryCall.next_event` is one tick of 20 ms, so a minute's call takes as long as
the code under test needs.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from telephony.audio import FRAME_MS, SILENCE, frames, write_wav
from telephony.call import Call
from telephony.events import CallEnded, Digit, Established, Event, Frame, TransferOutcome, TransferResult
from telephony.outgoing import ACCOUNT, Outgoing
from telephony.player import Player
from telephony.settings import EndpointError

TICK_S = FRAME_MS / 1000
CATCH_UP = 50
"""Turns of the event loop that a dialled leg waits for its caller's clock. After that the caller's call is not being
looked at, and nothing would ever move.
"""


def _connected(_other: Call) -> TransferOutcome:
    return TransferOutcome(TransferResult.CONNECTED, 200, "OK")


def _nobody(uri: str, _outgoing: Outgoing) -> MemoryCall:
    raise EndpointError(f"cannot call {uri!r}: no desk is there")


class MemoryCall:
    """A caller who speaks, presses keys and hangs up as told; or a desk that is dialled, which does the same.

    ``on_transfer`` answers a REFER with the outcome that the far side would report, ``on_connect`` one with Replaces.
    ``on_dial`` gives the desk that is rung, or raises EndpointError: ``call.dial`` stands for an endpoint's. What
    happens by itself stands in ``schedule``, with its virtual second::

        MemoryCall(schedule=[(0.2, Ringing(180)), (3.0, Established("PCMA")), (9.0, Digit("1"))])
    """

    def __init__(
        self,
        on_transfer: Callable[[str], TransferOutcome | CallEnded | None] = lambda _target: None,
        remote: str = "0286112345",
        *,
        on_connect: Callable[[Call], TransferOutcome | CallEnded | None] = _connected,
        on_dial: Callable[[str, Outgoing], MemoryCall] = _nobody,
        schedule: Iterable[tuple[float, Event]] = (),
        legs: int = 1,
    ) -> None:
        self.id = "memory"
        self.remote = remote
        self.peer = "pbx.example"
        self.now = 0.0
        """Virtual seconds since the call was answered; of a desk, since it was dialled."""
        self.transfers: list[str] = []
        self.users_to_user: list[str] = []
        """What went along with each of them."""
        self.connects: list[Call] = []
        """Calls with which the caller was to be connected by Replaces."""
        self.dialled: list[tuple[str, Outgoing]] = []
        self.bridged: MemoryCall | None = None
        self.was_bridged = False
        self.digits_sent = ""
        self.heard: list[bytes] = []
        """What the caller said, a frame a tick."""
        self.said: list[bytes] = []
        """What the bot said, a frame a tick."""
        self.hung_up: int | None = None
        self._on_transfer, self._on_connect, self._on_dial = on_transfer, on_connect, on_dial
        self._schedule = deque(sorted(schedule, key=lambda item: item[0]))
        self._legs = legs
        self._desks: list[MemoryCall] = []
        self._clock: MemoryCall | None = None
        """The caller for whom this desk was dialled: neither runs ahead of the other."""
        self._dialled_at = 0.0
        """On the caller's clock."""
        self._player = Player()
        self._speech: deque[bytes] = deque()
        self._events: deque[Event] = deque()
        self._ended: CallEnded | None = None
        self._timer: tuple[float, Event] | None = None

    # The caller's side.

    def say(self, pcm: bytes) -> None:
        """Have the caller speak, after whatever was queued before."""
        self._speech.extend(frames(pcm))

    def pause(self, seconds: float) -> None:
        self._speech.extend([SILENCE] * round(seconds * 1000 / FRAME_MS))

    def press(self, digits: str) -> None:
        self._events.extend(Digit(digit) for digit in digits)

    def happens(self, after_s: float, event: Event) -> None:
        """Schedule an event so many virtual seconds from now."""
        self._schedule = deque(sorted([*self._schedule, (self.now + after_s, event)], key=lambda item: item[0]))

    def caller_hangs_up(self) -> None:
        self._end(CallEnded(200, "Normal call clearing"))

    @property
    def speaking(self) -> bool:
        """Whether the caller still has something to say."""
        return bool(self._speech)

    def save(self, path: Path) -> None:
        """Stereo WAV: the caller left, the bot right."""
        write_wav(path, [b"".join(self.heard), b"".join(self.said)])

    # The bot's side: telephony.call.Call.

    async def answer(self) -> None:
        self._events.append(Established("L16"))

    async def next_event(self) -> Event:
        # Let tasks of the conversation run between ticks, as they do beside a real media clock.
        for _ in range(3):
            await asyncio.sleep(0)
        await self._keep_step()
        if self._ended is not None:
            return self._ended
        if self._events:
            return self._events.popleft()
        if self._timer is not None and self.now >= self._timer[0]:
            event, self._timer = self._timer[1], None
            return event
        if self._schedule and self.now + TICK_S / 2 > self._schedule[0][0]:
            _, event = self._schedule.popleft()
            if isinstance(event, CallEnded):
                self._end(event)
            return event
        self.now += TICK_S
        heard = self._speech.popleft() if self._speech else SILENCE
        played = self._player.next_frame() if self.bridged is None else SILENCE
        self.heard.append(heard)
        self.said.append(played if self.bridged is None else self.bridged.heard[-1] if self.bridged.heard else SILENCE)
        return Frame(heard, played, self.now)

    async def _keep_step(self) -> None:
        """Wait, as a desk, until the caller's clock has come as far as ours."""
        if self._clock is None:
            return
        for _ in range(CATCH_UP):
            if self._ended is not None or self._clock.ended or self._clock.now >= self._dialled_at + self.now:
                return
            await asyncio.sleep(0)

    def play(self, pcm: bytes) -> None:
        self._player.play(pcm)

    def flush(self) -> None:
        self._player.flush()

    def stop(self) -> int:
        return self._player.stop()

    @property
    def playing(self) -> bool:
        return self._player.playing

    async def send_digits(self, digits: str) -> None:
        self.digits_sent += digits

    async def transfer(self, target: str, *, timeout: float, user_to_user: str = "") -> None:
        self.transfers.append(target)
        self.users_to_user.append(user_to_user)
        self._referred(self._on_transfer(target), timeout)

    async def connect(self, other: Call, *, timeout: float) -> None:
        self.connects.append(other)
        outcome = self._on_connect(other)
        self._referred(outcome, timeout)
        if isinstance(outcome, TransferOutcome) and outcome.result is TransferResult.CONNECTED:
            # The caller's INVITE has replaced this leg.
            assert isinstance(other, MemoryCall)
            other._end(CallEnded(200, "Replaced"))

    async def bridge(self, other: Call) -> None:
        assert isinstance(other, MemoryCall)
        if self.ended or other.ended:
            return
        for leg, far in ((self, other), (other, self)):
            await leg.unbridge()
            leg._player.stop()
            leg.bridged, leg.was_bridged = far, True

    async def unbridge(self) -> None:
        if self.bridged is not None:
            self.bridged.bridged = None
            self.bridged = None

    @property
    def ended(self) -> bool:
        return self._ended is not None

    @property
    def free_legs(self) -> int:
        """As an endpoint's: how many desks may still be dialled."""
        return self._legs - sum(not desk.ended for desk in self._desks)

    async def dial(self, uri: str, outgoing: Outgoing = ACCOUNT) -> MemoryCall:
        """As an endpoint's: ring a desk. EndpointError if no leg is free, or ``on_dial`` raises it."""
        self.dialled.append((uri, outgoing))
        if not self.free_legs:
            raise EndpointError(f"cannot call {uri!r}: all legs are taken")
        desk = self._on_dial(uri, outgoing)
        desk.remote = uri
        desk._clock, desk._dialled_at = self, self.now
        self._desks.append(desk)
        return desk

    def _referred(self, outcome: TransferOutcome | CallEnded | None, timeout: float) -> None:
        if isinstance(outcome, CallEnded):
            self._end(outcome)
        elif outcome is not None and outcome.code == 0:
            self._timer = (self.now + timeout, outcome)
        elif outcome is not None:
            self._events.append(outcome)

    async def hang_up(self, code: int = 0) -> None:
        self.hung_up = code
        self._end(CallEnded(code or 200, "hung up by the bot"))

    def _end(self, ended: CallEnded) -> None:
        self._player.stop()
        self._speech.clear()
        if self.bridged is not None:
            self.bridged.bridged = None
            self.bridged = None
        self._ended = self._ended or ended
