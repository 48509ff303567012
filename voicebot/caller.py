"""Built-in telephones over real SIP and RTP: a caller who speaks, and a desk phone that answers.

Both run in processes of their own, as real ones do. Times are taken at the telephone's audio port, behind its
jitter buffer: what a person would hear, a little later than on the wire.
"""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from telephony.audio import FRAME_MS, FRAMES_A_SECOND, write_wav
from telephony.call import Call
from telephony.endpoint import Endpoint
from telephony.events import CallEnded, Established, Frame, Held, Referred
from telephony.settings import SipSettings
from telephony.sipcall import SipCall

Tell = Callable[[str, dict[str, Any]], None]
Speak = Callable[[str], bytes]
"""A text as 16 kHz PCM."""

LOUD = 250
"""Peak sample from which a frame counts as sound: -42 dB below full scale, above any codec's idle noise."""
QUIET_S = 0.9
"""Silence of the bot after which the caller takes their turn: longer than a pause between its sentences."""


class ScenarioError(Exception):
    """A scenario file that cannot be played; the message says what and where."""


@dataclass(frozen=True)
class Turn:
    """What the caller does when it is their turn: speak, press keys, wait, or hang up."""

    say: str = ""
    press: str = ""
    wait_s: float = 0.0
    hang_up: bool = False


@dataclass(frozen=True)
class Scenario:
    name: str
    turns: tuple[Turn, ...]
    longest_s: float = 120.0

    @classmethod
    def load(cls, path: Path) -> Scenario:
        """Read ``[[turn]]`` tables of ``say``, ``press``, ``wait_s`` or ``hang_up``."""
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ScenarioError(f"{path}: no such file") from None
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise ScenarioError(f"{path}: cannot be read: {error}") from None
        turns = data.pop("turn", [])
        name, longest = data.pop("name", path.stem), data.pop("longest_s", cls.longest_s)
        if data:
            raise ScenarioError(f"{path}: {', '.join(data)}: unknown; there are name, longest_s and [[turn]]")
        return cls(str(name), tuple(_turn(turn, path) for turn in turns), float(longest))


def _turn(data: Mapping[str, Any], path: Path) -> Turn:
    unknown = data.keys() - {"say", "press", "wait_s", "hang_up"}
    if unknown or not data:
        raise ScenarioError(f"{path}: a turn has one of say, press, wait_s, hang_up, not {sorted(unknown)}")
    return Turn(**data)


@dataclass
class TurnReport:
    """One thing the caller did and what came of it."""

    did: str
    latency_s: float | None = None
    """From the caller's last sound to the bot's first; None if the bot said nothing."""
    reply: bytes = b""
    """The bot's speech until the caller's next turn."""


@dataclass
class CallReport:
    scenario: str
    codec: str = ""
    greeting_s: float | None = None
    """From our ACK to the first sound of the bot."""
    greeting: bytes = b""
    turns: list[TurnReport] = field(default_factory=list)
    transfers: list[dict[str, Any]] = field(default_factory=list)
    """Refer-To and how the referred call went."""
    ended_by: str = ""
    """``caller``, ``bot``, or a SIP status and reason."""
    heard: list[bytes] = field(default_factory=list)
    said: list[bytes] = field(default_factory=list)

    def save(self, path: Path) -> None:
        """Stereo WAV: the caller left, the bot right."""
        write_wav(path, [b"".join(self.said), b"".join(self.heard)])


class Caller:
    """Plays one scenario on one call."""

    def __init__(self, scenario: Scenario, speak: Speak, tell: Tell) -> None:
        self._scenario = scenario
        self._speak = speak
        self._tell = tell
        self.report = CallReport(scenario.name)
        self._turns = list(scenario.turns)
        self._established_at = 0.0
        self._last_sound_at = 0.0
        self._quiet_frames = 0
        self._heard_since_turn = False
        self._waiting_frames = 0
        self._legs: list[asyncio.Task[None]] = []
        self._hung_up = False
        self._being_transferred = False

    async def run(self, endpoint: Endpoint, uri: str) -> CallReport:
        """Ring ``uri`` and play the scenario to its end; always leaves the call hung up."""
        # Speech is made before ringing: the caller must not think while the bot waits.
        self._pcm = {turn.say: self._speak(turn.say) for turn in self._turns if turn.say}
        self._tell("dialled", {"uri": uri})
        call = await endpoint.dial(uri)
        try:
            async with asyncio.timeout(self._scenario.longest_s):
                await self._talk(call)
        except TimeoutError:
            self.report.ended_by = f"the scenario's limit of {self._scenario.longest_s:g} s"
        finally:
            await call.hang_up()
            if self._legs:
                await asyncio.wait(self._legs, timeout=10)
                for leg in self._legs:
                    leg.cancel()
        return self.report

    async def _talk(self, call: SipCall) -> None:
        while True:
            match await call.next_event():
                case Frame() as frame:
                    await self._tick(call, frame)
                case Established(codec):
                    self.report.codec = codec
                    self._established_at = asyncio.get_running_loop().time()
                    self._tell("established", {"codec": codec})
                case Referred(target, leg):
                    self._tell("referred", {"target": target})
                    transfer = {"target": target, "outcome": "unknown"}
                    self.report.transfers.append(transfer)
                    self._being_transferred = True
                    self._legs.append(asyncio.create_task(self._follow(leg, transfer)))
                case CallEnded(code, reason):
                    by = "bot" if code == 200 else f"{code} {reason}"
                    self.report.ended_by = "caller" if self._hung_up else by
                    self._tell("ended", {"by": self.report.ended_by})
                    return
                case _:
                    pass

    async def _tick(self, call: SipCall, frame: Frame) -> None:
        if not self.report.codec:
            return
        self.report.heard.append(frame.heard)
        self.report.said.append(frame.played)
        if _loud(frame.played):
            self._last_sound_at = frame.at
        if _loud(frame.heard):
            self._quiet_frames = 0
            if not self._heard_since_turn:
                self._heard_since_turn = True
                self._first_sound(frame.at)
        else:
            self._quiet_frames += 1
        if self._heard_since_turn:
            self._keep_reply(frame.heard)
        if not call.playing and self._heard_since_turn and self._quiet_frames > QUIET_S * FRAMES_A_SECOND:
            await self._next_turn(call)

    def _first_sound(self, at: float) -> None:
        if not self.report.turns:
            self.report.greeting_s = at - self._established_at
            self._tell("greeted", {"after_s": round(self.report.greeting_s, 3)})
        elif self._last_sound_at:
            turn = self.report.turns[-1]
            turn.latency_s = at - self._last_sound_at
            self._tell("answered", {"after_s": round(turn.latency_s, 3)})

    def _keep_reply(self, pcm: bytes) -> None:
        if self.report.turns:
            self.report.turns[-1].reply += pcm
        else:
            self.report.greeting += pcm

    async def _next_turn(self, call: SipCall) -> None:
        if self._waiting_frames > 0:
            self._waiting_frames -= 1
            return
        if not self._turns or self._being_transferred:
            return
        turn = self._turns.pop(0)
        if turn.wait_s:
            self._waiting_frames = round(turn.wait_s * 1000 / FRAME_MS)
            return
        self._heard_since_turn = False
        self._last_sound_at = 0.0
        self.report.turns.append(TurnReport(turn.say or turn.press or "hang up"))
        self._tell("does", {"say": turn.say, "press": turn.press, "hang_up": turn.hang_up})
        if turn.say:
            call.play(self._pcm[turn.say])
            call.flush()
        elif turn.press:
            self._last_sound_at = asyncio.get_running_loop().time()
            await call.send_digits(turn.press)
        else:
            self._hung_up = True
            await call.hang_up()

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
                    if frames == 3 * FRAMES_A_SECOND:
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

    def __init__(self, tell: Tell, *, code: int = 200, ring_s: float = 0.6, greeting: bytes = b"") -> None:
        self._tell = tell
        self._code = code
        """200 answers; 486 or 603 reject; 0 rings for ever."""
        self._ring_s = ring_s
        self._greeting = greeting
        self._calls: set[asyncio.Task[None]] = set()

    def take(self, call: SipCall) -> None:
        task = asyncio.create_task(self._hold(call))
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)

    async def _hold(self, call: SipCall) -> None:
        self._tell("rings", {"extension": call.local, "caller": call.remote})
        await call.answer(180)
        answer = asyncio.create_task(self._answer(call))
        try:
            while True:
                match await call.next_event():
                    case Established():
                        self._tell("talks", {"extension": call.local})
                        call.play(self._greeting)
                        call.flush()
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


def _loud(pcm: bytes) -> bool:
    return int(np.abs(np.frombuffer(pcm, dtype="<i2").astype(np.int32)).max()) >= LOUD
