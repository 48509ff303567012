"""Built-in telephones over real SIP and RTP: a caller who speaks, and a desk phone that answers.

Both run in processes of their own, as real ones do. Times are taken at the telephone's audio port, behind its
jitter buffer: what a person would hear, a little later than on the wire.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from telephony.audio import FRAMES_A_SECOND
from telephony.call import Call
from telephony.endpoint import Endpoint
from telephony.events import CallEnded, Established, Frame, Held, Referred, Replaced
from telephony.settings import SipSettings
from telephony.sipcall import SipCall
from voicebot.calling.ear import Ear
from voicebot.calling.loudness import is_loud
from voicebot.calling.report import CallReport, TurnReport
from voicebot.calling.scenario import Scenario, Turn
from voicebot.calling.sounds import Speak, sound
from voicebot.calling.tone import CALLER_HZ, DESK_HZ, ToneEar, hum

Tell = Callable[[str, dict[str, Any]], None]

KEY_S = 0.2
"""From one key to the next, as PJSIP sends them."""
LISTENS_FRAMES = 5 * FRAMES_A_SECOND // 2
"""How long a desk listens to who asks for its key."""
TALK_S = 3
"""How long a caller who was connected talks before hanging up."""
LEAVE_S = 10.0
"""How long the call that a transfer began may take to end once the one with the bot is over."""


class Caller:
    """Plays one scenario on one call."""

    def __init__(
        self, scenario: Scenario, speak: Speak, tell: Tell, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``clock`` is that of the frames."""
        self._scenario = scenario
        self._speak = speak
        self._tell = tell
        self._clock = clock
        self.report = CallReport(scenario.name)
        self._turns: deque[tuple[Turn, bytes]] = deque()
        """What is still to be done, with what is heard of it."""
        self._ear = Ear()
        self._established_at = 0.0
        self._first_sound_at = 0.0
        """Of the present turn; this and those below on the clock."""
        self._ended_at = 0.0
        """The caller's last sound or key."""
        self._waits_until: float | None = None
        self._referred_at: float | None = None
        self._legs: dict[asyncio.Task[None], Call] = {}
        """Calls that the bot referred us to."""
        self._hung_up = False
        self._being_transferred = False

    async def run(self, endpoint: Endpoint, uri: str) -> CallReport:
        """Ring ``uri`` and play the scenario to its end; always leaves the call hung up."""
        # Speech is made before ringing: the caller must not think while the bot waits.
        self._turns.extend((turn, sound(turn, self._speak)) for turn in self._scenario.turns)
        self._tell("dialled", {"uri": uri})
        call = await endpoint.dial(uri)
        try:
            async with asyncio.timeout(self._scenario.longest_s):
                await self._talk(call)
        except TimeoutError:
            self.report.ended_by = f"the scenario's limit of {self._scenario.longest_s:g} s"
        finally:
            if self.report.codec:
                self.report.length_s = self._clock() - self._established_at
            await call.hang_up()
            await self._leave_legs()
        return self.report

    async def _leave_legs(self) -> None:
        if self._legs:
            await asyncio.wait(self._legs, timeout=LEAVE_S)
        for following, leg in self._legs.items():
            if not following.done():
                await leg.hang_up()
                following.cancel()

    async def _talk(self, call: SipCall) -> None:
        while True:
            match await call.next_event():
                case Frame() as frame:
                    await self._tick(call, frame)
                case Established(codec):
                    self.report.call, self.report.codec = call.id, codec
                    self._established_at = self._ended_at = self._clock()
                    self._tell("established", {"codec": codec})
                case Referred(target, leg):
                    self._referred(target, leg)
                case CallEnded(code, reason):
                    by = "bot" if code == 200 else f"{code} {reason}"
                    self.report.ended_by = "caller" if self._hung_up else by
                    self._tell("ended", {"by": self.report.ended_by})
                    return
                case _:
                    pass

    def _referred(self, target: str, leg: Call) -> None:
        self._tell("referred", {"target": target})
        self._referred_at = self._clock()
        at_s = round(self._referred_at - self._established_at, 3)
        transfer = {"target": target, "outcome": "unknown", "at_s": at_s}
        self.report.transfers.append(transfer)
        self._being_transferred = True
        self._legs[asyncio.create_task(self._follow(leg, transfer))] = leg

    async def _tick(self, call: SipCall, frame: Frame) -> None:
        if not self.report.codec:
            return
        if not self.report.heard:
            self.report.audio_from_s = frame.at - self._established_at
        self.report.heard.append(frame.heard)
        self.report.said.append(frame.played)
        self._listen(call, frame)
        if self._turns and self._is_due(self._turns[0][0], call, frame.at):
            self._waits_until = None
            await self._do(call, *self._turns.popleft(), frame.at)

    def _listen(self, call: SipCall, frame: Frame) -> None:
        if is_loud(frame.played):
            self._ended_at = frame.at
            self._first_sound_at = self._first_sound_at or frame.at
        loud = is_loud(frame.heard)
        if self._ear.push(frame.at, loud=loud, caller_speaks=call.playing, caller_ended_at=self._ended_at):
            self._bot_began()
        if not self.report.turns:
            self.report.greeting += frame.heard
            return
        turn = self.report.turns[-1]
        turn.reply += frame.heard
        silent_since = self._ear.silent_since
        if silent_since is not None and 0 < self._first_sound_at < silent_since:
            turn.silenced_s = silent_since - self._first_sound_at

    def _bot_began(self) -> None:
        began_at = self._ear.began_at
        if began_at is None:
            self.report.turns[-1].cut_in = True
            self._tell("cut_in", {})
        elif not self.report.turns:
            self.report.greeting_s = began_at - self._established_at
            self._tell("greeted", {"after_s": round(self.report.greeting_s, 3)})
        elif self._first_sound_at:
            turn = self.report.turns[-1]
            turn.ended_s, turn.latency_s = self._ended_at - self._established_at, began_at - self._ended_at
            self._tell("answered", {"after_s": round(turn.latency_s, 3)})

    def _is_due(self, turn: Turn, call: SipCall, at: float) -> bool:
        if call.playing or (self._waits_until is not None and at < self._waits_until):
            return False
        if turn.after_refer_s is not None:
            return self._referred_at is not None and at - self._referred_at >= turn.after_refer_s
        if turn.after_own_s is not None:
            return at - self._ended_at >= turn.after_own_s
        if turn.after_s is not None:
            return self._ear.began_at is not None and at - self._ear.began_at >= turn.after_s
        if self._being_transferred:
            return False
        return self._ear.quiet if self._waits_until is not None else self._ear.finished

    async def _do(self, call: SipCall, turn: Turn, pcm: bytes, at: float) -> None:
        self._ear.caller_begins()
        self._first_sound_at = 0.0
        self._referred_at = None
        self.report.turns.append(TurnReport(turn.label, at - self._established_at, turn.press))
        did = {
            "say": turn.say,
            "play": turn.play,
            "press": turn.press,
            "wait_s": turn.wait_s,
            "hang_up": turn.hang_up,
        }
        self._tell("does", did)
        if turn.wait_s:
            self._waits_until = at + turn.wait_s
        elif turn.press:
            self._first_sound_at = at
            self._ended_at = at + KEY_S * (len(turn.press) - 1)
            await call.send_digits(turn.press)
        elif turn.hang_up:
            self._hung_up = True
            await call.hang_up()
            for leg in self._legs.values():
                await leg.hang_up()
        else:
            call.play(pcm)
            call.flush()

    async def _follow(self, leg: Call, transfer: dict[str, Any]) -> None:
        """The call that the bot referred us to: talk for a moment, then hang up."""
        frames = 0
        while True:
            match await leg.next_event():
                case Established():
                    transfer["outcome"] = "connected"
                    self._tell("connected", {"target": transfer["target"]})
                case Frame() as frame:
                    if transfer["outcome"] == "connected":
                        frames += 1
                        self.report.heard.append(frame.heard)
                        self.report.said.append(frame.played)
                    if frames == TALK_S * FRAMES_A_SECOND:
                        await leg.hang_up()
                case CallEnded(code, reason):
                    if transfer["outcome"] != "connected":
                        transfer["outcome"] = f"{code} {reason}"
                        self._being_transferred = False
                    return
                case _:
                    pass


class Desk:
    """A desk phone: rings, answers (or does not), says its name, and stays until the other side leaves."""

    def __init__(
        self,
        tell: Tell,
        *,
        code: int = 200,
        ring_s: float = 0.6,
        greeting: bytes = b"",
        press: str = "",
        hums: bool = False,
    ) -> None:
        self._tell = tell
        self._code = code
        """200 answers; 486 or 603 reject; 0 rings for ever."""
        self._ring_s = ring_s
        self._greeting = greeting
        self._press = press
        """The key that answers a bot that asks: 1 takes the call, 2 does not; empty: none."""
        self._humming = hum(DESK_HZ) if hums else b""
        """Heard instead of the greeting for as long as the call lasts."""
        self._calls: set[asyncio.Task[None]] = set()

    def take(self, call: SipCall) -> None:
        task = asyncio.create_task(self._hold(call))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _hold(self, call: SipCall) -> None:
        self._tell("rings", {"extension": call.local, "caller": call.remote})
        await call.answer(180)
        answer = asyncio.create_task(self._answer(call))
        listened = 0
        talks = False
        ear, pressed_at = ToneEar(CALLER_HZ), 0.0
        try:
            while True:
                match await call.next_event():
                    case Established():
                        talks = True
                        self._tell("talks", {"extension": call.local})
                        call.play(self._humming or self._greeting)
                        call.flush()
                    case Replaced(remote):
                        self._tell("replaced", {"extension": call.local, "caller": remote})
                    case Frame(heard, _, at) if talks:
                        listened += 1
                        if self._press and listened == LISTENS_FRAMES:
                            pressed_at = time.monotonic()
                            self._tell("presses", {"extension": call.local, "digit": self._press})
                            await call.send_digits(self._press)
                        if self._humming and not call.playing:
                            call.play(self._humming)
                        if self._humming and pressed_at and ear.push(at, heard):
                            after_s = round((ear.began_at or at) - pressed_at, 3)
                            self._tell("hears", {"extension": call.local, "hz": CALLER_HZ, "after_key_s": after_s})
                    case CallEnded():
                        self._tell("over", {"extension": call.local})
                        return
                    case Frame() | Held() | _:
                        pass
        finally:
            answer.cancel()

    async def _answer(self, call: SipCall) -> None:
        await asyncio.sleep(self._ring_s)
        if self._code:
            await call.answer(self._code)


def telephone(host: str, port: int, rtp_port: int, *, user: str, codecs: tuple[str, ...]) -> SipSettings:
    """Settings of a built-in telephone."""
    return SipSettings(
        host=host,
        udp_port=port,
        tcp_port=None,
        rtp_port=rtp_port,
        user=user,
        user_agent="voicebot telephone",
        codecs=codecs,
        follow_transfers=True,
    )
