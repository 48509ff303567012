"""Passing a caller on: the targets of a plan one after the other, until somebody takes the call.

Blind, the PBX rings the desk and the bot is gone. Attended and bridged, the bot rings the desk itself, says in a
sentence what it is about, and joins both when the desk presses 1; the caller waits meanwhile and can call it off.
What cannot be done in one way is done in the other: no free leg means blind, a PBX that refuses REFER means bridged.

Driven by the caller's media clock through :meth:`Handover.tick`: every wait is a count of frames.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from telephony.audio import FRAMES_A_SECOND
from telephony.call import Call
from telephony.events import (
    CallEnded,
    Digit,
    Established,
    Event,
    Frame,
    Ringing,
    TransferOutcome,
    TransferProgress,
    TransferResult,
    transfer_result,
)
from telephony.outgoing import Outgoing
from telephony.settings import EndpointError
from voicebot.dialogue import Say
from voicebot.speaker import Speaker
from voicebot.switching import Method, Plan, Target
from voicebot.voice import Voice

log = logging.getLogger(__name__)

ASKED_AGAIN_FRAMES = 4 * FRAMES_A_SECOND
"""Pause after which a desk that has pressed no key is asked once more."""
QUESTIONS = 3
"""How often a desk is asked; a voicemail presses nothing."""
REPLACED_S = 8.0
"""How long a PBX may take to join two calls that are up already."""
ACCEPT, DECLINE = "1", "2"
_WAITING_EVENTS = 64

Tell = Callable[[str, dict[str, Any]], None]


class Phones(Protocol):
    """What places calls."""

    @property
    def free_legs(self) -> int:
        """How many more calls this process can hold."""

    def allowed(self) -> bool:
        """Whether one more leg may go out within this hour; counts it."""

    async def dial(self, uri: str, outgoing: Outgoing) -> Call:
        """Ring somebody. Raises EndpointError."""


class Records(Protocol):
    """Keeps what was tried; nobody waits for it."""

    def begins(self, target: Target, method: Method) -> None:
        """A target is being tried."""

    def rings(self) -> None:
        """The desk's telephone rings."""

    def answers(self) -> None:
        """Somebody, or something, has picked up."""

    def ends(self, outcome: str, code: int) -> None:
        """What came of it."""


@dataclass(frozen=True)
class Briefing:
    """What a desk is told of a call before it takes it."""

    spoken: Sequence[Say]
    note: str = ""
    """What the caller has answered already, for the journal."""
    display: str = ""
    """What it is about and the caller's number, for the desk's display."""
    number: str = ""
    private: bool = False
    """Whether the caller hides the number."""
    user_to_user: str = ""
    call_info: str = ""
    """Where the note can be read."""

    def outgoing(self, target: Target) -> Outgoing:
        return Outgoing(
            display_name=self.display,
            number=self.number,
            identity=target.identity,
            private=self.private,
            user_to_user=self.user_to_user,
            call_info=self.call_info,
        )


class Phase(StrEnum):
    """How far it is, as far as the caller's ear is concerned."""

    ANNOUNCED = "announced"
    REFERRED = "referred"
    """The PBX has the call: it cannot be called off (RFC 3515 knows no way)."""
    RINGING = "ringing"
    """A desk is rung or asked; the caller waits with the bot."""
    JOINED = "joined"
    """Caller and desk talk."""


@dataclass(frozen=True)
class _Timeout:
    """A wait is over."""

    number: int
    """Which one: one that has been given up may still be in the inbox."""


class _Quiet:
    """Everything has been said to the caller."""


class Handover:
    """One attempt to find somebody for a caller; held and ended by the session."""

    def __init__(
        self,
        call: Call,
        plan: Plan,
        briefing: Briefing,
        *,
        host: str,
        phones: Phones,
        voice: Voice,
        is_quiet: Callable[[], bool],
        timeout_s: float,
        tell: Tell,
        records: Records,
    ) -> None:
        """:param host: where extensions are, host[:port]

        :param is_quiet: whether everything has been said to the caller
        :param timeout_s: how long nothing may be heard of a blind transfer
        """
        self._call = call
        self._plan = plan
        self._briefing = briefing
        self._host = host
        self._phones = phones
        self._voice = voice
        self._is_quiet = is_quiet
        self._timeout_s = timeout_s
        self._tell = tell
        self._records = records
        self._inbox: asyncio.Queue[Event | _Timeout | _Quiet] = asyncio.Queue(_WAITING_EVENTS)
        self._frames = 0
        self._deadline = 0
        """Frame at which the present wait is over; 0 without one."""
        self._waits = 0
        self._waits_for_quiet = False
        self._desk: Call | None = None
        self._desk_speaker: Speaker | None = None
        self._code = 0
        self._reason = ""
        """SIP status of the last target."""
        self._was_voicemail = False
        self.phase = Phase.ANNOUNCED
        self._is_called_off = False
        self._running = asyncio.create_task(self._run())

    @property
    def outcome(self) -> TransferOutcome | None:
        """What came of it, or of the last target; None while it is under way. Raises what a defect of ours raised.

        While a call is bridged it is under way, until the desk hangs up.
        """
        return self._running.result() if self._running.done() else None

    def call_off(self) -> bool:
        """End it as the caller wishes, unless it is too late; :meth:`close` is still to be called."""
        if self.phase not in (Phase.ANNOUNCED, Phase.RINGING):
            return False
        self._is_called_off = True
        self._running.cancel()
        return True

    async def close(self) -> None:
        """Give up what is under way, the desk's leg with it, and wait until that is done."""
        self._running.cancel()
        await asyncio.wait([self._running])

    async def _run(self) -> TransferOutcome:
        """Try the targets in turn."""
        result = TransferResult.UNREACHABLE
        try:
            for target in self._plan.targets:
                result = await self._try(target)
                if result is TransferResult.CONNECTED:
                    break
                if self.phase is Phase.REFERRED and not self._code:
                    # The PBX was told to ring the desk and never said how it went: it may be ringing still,
                    # and nothing is dialled twice.
                    break
        except asyncio.CancelledError:
            self._records.ends(self._given_up(), 0)
            raise
        finally:
            await self._leave_desk()
        return TransferOutcome(result, self._code, self._reason)

    def _given_up(self) -> str:
        """What is kept of a target when the attempt ends from outside: by the caller, or because the call is over."""
        match self.phase:
            case Phase.JOINED:
                return "connected"
            case Phase.REFERRED:
                return "unknown"  # a PBX that hangs up after the 202 has taken the call (RFC 3515 asks for a NOTIFY)
            case _:
                return "cancelled" if self._is_called_off else "abandoned"

    def tick(self) -> None:
        """Every 20 ms of the caller's call."""
        self._frames += 1
        if self._deadline and self._frames >= self._deadline:
            self._deadline = 0
            self._put(_Timeout(self._waits))
        if self._waits_for_quiet and self._is_quiet():
            self._waits_for_quiet = False
            self._put(_Quiet())

    def take(self, event: TransferProgress | TransferOutcome) -> None:
        """What the PBX tells of the caller's leg."""
        self._put(event)

    def _put(self, event: Event | _Timeout | _Quiet) -> None:
        with contextlib.suppress(asyncio.QueueFull):  # keys without end: nobody means them
            self._inbox.put_nowait(event)

    async def _try(self, target: Target) -> TransferResult:
        method = target.method
        if method is not Method.BLIND and self._phones.free_legs < 1:
            method = Method.BLIND
        if method is Method.BLIND:
            await self._quiet()
        if not self._phones.allowed():
            self._tell("transfer_limit", {})
            return TransferResult.UNREACHABLE
        self._code, self._reason, self._was_voicemail = 0, "", False
        uri = target.uri(self._host)
        told = {"department": target.department, "target": uri, "method": method, "note": self._briefing.note}
        self._tell("transfer", told)
        self._records.begins(target, method)
        if method is Method.BLIND:
            result = await self._refer(uri)
            if result is TransferResult.REFUSED and self._phones.free_legs >= 1:
                self._tell("transfer_bridged", {"target": uri, "code": self._code})
                result = await self._ring(uri, target, Method.BRIDGE, asks=False)
        else:
            result = await self._ring(uri, target, method, asks=True)
        self._records.ends("voicemail" if self._was_voicemail else result, self._code)
        self._tell("transfer_outcome", {"result": result, "code": self._code, "reason": self._reason})
        return result

    async def _refer(self, uri: str) -> TransferResult:
        self.phase = Phase.REFERRED
        await self._call.transfer(uri, timeout=self._timeout_s, user_to_user=self._briefing.user_to_user)
        return await self._referred()

    async def _referred(self) -> TransferResult:
        """How the REFER under way ends."""
        while True:
            match await self._next():
                case TransferProgress(code, reason):
                    self._tell("transfer_progress", {"code": code, "reason": reason})
                    if code == 180:
                        self._records.rings()
                case TransferOutcome(result, code, reason):
                    self._code, self._reason = code, reason
                    return result

    async def _ring(self, uri: str, target: Target, method: Method, *, asks: bool) -> TransferResult:
        """Ring the desk on a leg of our own, ask it, and join it with the caller."""
        self.phase = Phase.RINGING
        try:
            desk = await self._phones.dial(uri, self._briefing.outgoing(target))
        except EndpointError as error:
            log.warning("%s cannot be rung: %s", uri, error)
            return TransferResult.UNREACHABLE
        self._desk = desk
        following = asyncio.create_task(self._follow(desk))
        try:
            failed = await self._answered(target.ring_s)
            if failed is None and asks:
                failed = await self._asked(desk)
            if failed is not None:
                return failed
            return await self._join(desk, method)
        finally:
            following.cancel()
            await self._leave_desk()

    async def _follow(self, desk: Call) -> None:
        """Pass on what happens on the desk's leg, and speak into it as its clock ticks."""
        while True:
            event = await desk.next_event()
            if not isinstance(event, Frame):
                self._put(event)
            elif self._desk_speaker is not None:
                self._desk_speaker.tick()
            if isinstance(event, CallEnded):
                return

    async def _answered(self, ring_s: int) -> TransferResult | None:
        """Wait until somebody picks up; what it is where nobody does."""
        self._wait(ring_s * FRAMES_A_SECOND)
        while True:
            match await self._next():
                case Ringing():
                    self._tell("desk_rings", {})
                    self._records.rings()
                case Established():
                    self._tell("desk_answers", {})
                    self._records.answers()
                    return None
                case CallEnded(code, reason):
                    self._code, self._reason = code, reason
                    return transfer_result(code)
                case _Timeout():
                    self._code, self._reason = 408, "rang too long"
                    return TransferResult.NO_ANSWER

    async def _asked(self, desk: Call) -> TransferResult | None:
        """Say what it is about until a key is pressed; None for "yes"."""
        speaker = self._desk_speaker = Speaker(desk, self._voice)
        try:
            for _ in range(QUESTIONS):
                speaker.say(self._briefing.spoken)
                answer = await self._key(speaker)
                if answer == ACCEPT:
                    return None
                if answer is not None:
                    return TransferResult.DECLINED
        finally:
            self._desk_speaker = None
            speaker.stop()
        # Picked up, and no key: an answering machine, or a desk that does not know what is asked.
        self._was_voicemail = True
        return TransferResult.NO_ANSWER

    async def _key(self, speaker: Speaker) -> str | None:
        """The desk's answer: a key, ``""`` where it hangs up, None where it only listens."""
        heard_out = False
        self._wait(FRAMES_A_SECOND)
        while True:
            match await self._next():
                case Digit(digit) if digit in (ACCEPT, DECLINE):
                    self._tell("desk_key", {"digit": digit})
                    return digit
                case CallEnded(code, reason):
                    self._code, self._reason = code, reason
                    return ""
                case _Timeout() if speaker.speaking:
                    self._wait(FRAMES_A_SECOND // 5)
                case _Timeout() if not heard_out:
                    heard_out = True
                    self._wait(ASKED_AGAIN_FRAMES)
                case _Timeout():
                    return None

    async def _join(self, desk: Call, method: Method) -> TransferResult:
        """Let both talk at once, and have the PBX take over where it can."""
        self.phase = Phase.JOINED
        await self._call.bridge(desk)
        self._tell("joined", {"method": method})
        if method is Method.ATTENDED:
            await self._call.connect(desk, timeout=REPLACED_S)
            if await self._replaced():
                return TransferResult.CONNECTED
            self._tell("transfer_bridged", {"target": "", "code": self._code})
        while True:
            match await self._next():
                case CallEnded():
                    return TransferResult.CONNECTED
                case TransferOutcome(TransferResult.CONNECTED):
                    return TransferResult.CONNECTED

    async def _replaced(self) -> bool:
        """Whether the PBX has joined both without us; a desk that hangs up now has talked, too."""
        while True:
            match await self._next():
                case TransferProgress(code, reason):
                    self._tell("transfer_progress", {"code": code, "reason": reason})
                case TransferOutcome(result, code, reason):
                    self._code, self._reason = code, reason
                    return result is TransferResult.CONNECTED
                case CallEnded():
                    # The PBX ends the desk's leg when another call has taken its place (RFC 3891, section 3).
                    return True

    async def _quiet(self) -> None:
        """Wait until the announcement has been heard: a REFER ends what is being said."""
        if self._is_quiet():
            return
        self._waits_for_quiet = True
        while not isinstance(await self._next(), _Quiet):
            pass

    def _wait(self, frames: int) -> None:
        """Put a timeout into the inbox after so many frames, instead of the one that was set before."""
        self._waits += 1
        self._deadline = self._frames + frames

    async def _next(self) -> Event | _Timeout | _Quiet:
        while True:
            event = await self._inbox.get()
            if not isinstance(event, _Timeout) or event.number == self._waits:
                return event

    async def _leave_desk(self) -> None:
        desk, self._desk = self._desk, None
        if desk is not None:
            self._deadline = 0
            await desk.hang_up()
