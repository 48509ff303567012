"""``voicebot bench transfer``: how long a caller waits for a desk, measured over real calls, both ways in turns.

Attended, the desk is rung while the caller is told; blind, once that has been said, which is the naive way to do both.
A caller asks in a call of its own, a desk phone in a process of its own answers, and after its key both hum: what each
hears of the other says when they are connected. Times of caller and desk are on one machine's clock.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from telephony.call import Call
from telephony.endpoint import Endpoint
from telephony.events import CallEnded, Established, Frame, Referred
from telephony.sipcall import SipCall
from voicebot import console
from voicebot.bench_bot import Bot, running_bot
from voicebot.caller import telephone
from voicebot.calling.ear import Ear
from voicebot.calling.loudness import is_loud
from voicebot.calling.tone import CALLER_HZ, DESK_HZ, ToneEar, hum
from voicebot.catalogue.city import Route
from voicebot.catalogue.folder import read_folder
from voicebot.catalogue.store import open_database, write_city, writing
from voicebot.cli import Failure, UsageError
from voicebot.knowledge import SAMPLE_CITY
from voicebot.pico import speak
from voicebot.ports import free_port
from voicebot.processes import end, events, spawn
from voicebot.share import share
from voicebot.speech.errors import SpeechError
from voicebot.switching import Method

MOST_CALLS = 200
QUESTION = "Was kostet ein Reisepass?"
"""What callers of the Bürgerbüro ask first: they are passed on while they are answered."""
AS_OF = date(2026, 11, 22)
WISHES = {
    Method.ATTENDED: ("buergerbuero", "300", "Ja, verbinden."),
    Method.BLIND: ("standesamt", "340", "Ich möchte mit dem Standesamt sprechen."),
}
"""By how they are put through: whom callers ask for, at which extension, and in which words."""
RINGS_S, JOINED_S, REFER_S = 1.0, 0.5, 0.1
"""Targets at 95 %."""
SETTLED_S = 10.0
"""The line is still preparing sentences for some seconds after it has opened."""
GREETED_S, CONNECTED_S, ENDED_S = 40.0, 30.0, 5.0
"""How long a greeting, the whole of a transfer and its end may take before the call counts as failed."""
RTP_PORT = 18_000
CODECS = ("PCMA",)


@dataclass(frozen=True)
class Passed:
    """One caller who was passed on; seconds."""

    method: Method
    rings_s: float
    """From the caller's last sound to the desk ringing."""
    dialled_s: float | None = None
    """Of that, from the bot's decision on; None, like those below, for blind transfers."""
    recognition_s: float | None = None
    """Of that, the recognition of what the caller said."""
    joined_s: float | None = None
    """From the desk's key to both hearing each other."""
    refer_s: float | None = None
    """From the announcement's last sound to the REFER, both as they come to the caller: what the caller's jitter buffer
    holds back is heard after it, and makes this less than nothing. None for attended transfers.
    """


@dataclass(frozen=True)
class Row:
    """What is printed of one figure."""

    name: str
    key: str
    seconds: Sequence[float]
    target: float | None = None
    both_ways: bool = False
    """Whether too early is as wrong as too late."""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def p95(self) -> float:
        return float(np.percentile(np.abs(self.seconds) if self.both_ways else self.seconds, 95))

    @property
    def holds(self) -> bool:
        return self.target is None or self.p95 <= self.target

    def as_json(self) -> dict[str, Any]:
        return {
            "calls": len(self.seconds),
            "median_s": round(self.median, 3),
            "p95_s": round(self.p95, 3),
            "target_s": self.target,
        }


@dataclass(frozen=True)
class Result:
    passed: Sequence[Passed]
    failed: Sequence[str]
    """What went wrong with each of the other calls."""

    @property
    def rows(self) -> list[Row]:
        def of(method: Method, what: Callable[[Passed], float | None]) -> list[float]:
            return [each for one in self.passed if one.method is method and (each := what(one)) is not None]

        every = [
            Row(
                "attended: caller's last sound to the desk ringing",
                "attended_rings",
                of(Method.ATTENDED, lambda one: one.rings_s),
                RINGS_S,
            ),
            Row("   of which recognition", "attended_recognition", of(Method.ATTENDED, lambda one: one.recognition_s)),
            Row("   of which from the decision on", "attended_dialled", of(Method.ATTENDED, lambda one: one.dialled_s)),
            Row("announced first, then rung (blind)", "naive_rings", of(Method.BLIND, lambda one: one.rings_s)),
            Row(
                "attended: the desk's key to both hearing each other",
                "attended_joined",
                of(Method.ATTENDED, lambda one: one.joined_s),
                JOINED_S,
            ),
            Row(
                "blind: announcement's last sound to REFER",
                "blind_refer",
                of(Method.BLIND, lambda one: one.refer_s),
                REFER_S,
                both_ways=True,
            ),
        ]
        return [row for row in every if row.seconds]

    @property
    def holds(self) -> bool:
        return not self.failed and all(row.holds for row in self.rows)


async def run_bench_transfer(folder: Path, options: argparse.Namespace) -> int:
    """Measure, print the table; 0 if the targets hold and every caller was passed on. Raises UsageError, Failure."""
    if not 2 <= options.calls <= MOST_CALLS:
        raise UsageError(f"--calls {options.calls}: 2 to {MOST_CALLS}, every other one attended")
    result = await _measure(folder, options.calls)
    if not result.passed:
        raise Failure(f"nobody was passed on: {result.failed[0]}")
    if options.json:
        console.print_json(
            {**{row.key: row.as_json() for row in result.rows}, "failed": len(result.failed), "holds": result.holds}
        )
    else:
        _table(result)
    return 0 if result.holds else 1


def _table(result: Result) -> None:
    print(f"{'seconds, over real calls':54}{'calls':>6}{'median':>9}{'95 %':>9}{'target':>9}")
    for row in result.rows:
        target = f"{row.target:.1f} s" if row.target is not None else ""
        missed = "" if row.holds else "   MISSED"
        print(f"{row.name:54}{len(row.seconds):6}{row.median:7.2f} s{row.p95:7.2f} s{target:>9}{missed}")
    for why in result.failed:
        print(f"not passed on: {why}")


async def _measure(folder: Path, calls: int) -> Result:
    port, desk_port = free_port(), free_port()
    await asyncio.to_thread(_write_town, folder)
    environ = {
        "VOICEBOT_TRANSFER_HOST": f"127.0.0.1:{desk_port}",
        "VOICEBOT_TRANSFER_LEGS_PER_HOUR": str(2 * calls),
    }
    async with _desk(desk_port) as desk, running_bot(folder, environ) as bot:
        await asyncio.sleep(SETTLED_S)
        endpoint = Endpoint(
            telephone("127.0.0.1", port, RTP_PORT, user="0286112345", codecs=CODECS), lambda _call: None
        )
        await endpoint.start()
        try:
            with console.Bars() as bars:
                asking = _Asking(endpoint, bot, desk, lambda done: bars("calls", done, calls))
                async with asyncio.TaskGroup() as group:
                    methods = [list(WISHES)[number % len(WISHES)] for number in range(calls)]
                    tasks = [group.create_task(asking.ask(method)) for method in methods]
        finally:
            await endpoint.stop()
    results = [task.result() for task in tasks]
    return Result(
        [each for each in results if isinstance(each, Passed)], [each for each in results if isinstance(each, str)]
    )


def _write_town(folder: Path) -> None:
    """The sample town, in which the departments of :data:`WISHES` are reached in the way that stands there."""
    city = read_folder(share("data") / SAMPLE_CITY)
    routes = tuple(
        Route(
            department, "", 1, "extension", extension, method, 0, "", None, None, "", "", "sample", date(2026, 11, 22)
        )
        for method, (department, extension, _) in WISHES.items()
    )
    engine = open_database(f"sqlite:///{folder / 'voicebot.sqlite'}")
    try:
        with writing(engine) as session:
            write_city(session, replace(city, routes=routes))
    finally:
        engine.dispose()


class Desk:
    """The desk phone, as its process tells of it; only one call is there at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._told: list[dict[str, Any]] = []
        self._news = asyncio.Condition()

    def forget(self) -> None:
        """What was told so far was about another call."""
        self._told.clear()

    async def event(self, name: str) -> dict[str, Any]:
        """The first one of that name about the present call, whether it has come or is to come."""
        async with self._news:
            await self._news.wait_for(lambda: self._first(name))
        first = self._first(name)
        assert first is not None
        return first

    def _first(self, name: str) -> dict[str, Any] | None:
        return next((told for told in self._told if told["event"] == name), None)

    async def follow(self) -> None:
        async for event in events(self._process):
            async with self._news:
                self._told.append(event)
                self._news.notify_all()


@contextlib.asynccontextmanager
async def _desk(port: int) -> AsyncIterator[Desk]:
    process = await spawn("desk", "--port", str(port), "--hum", piped=True)
    desk = Desk(process)
    follower = asyncio.create_task(desk.follow())
    try:
        ready = asyncio.create_task(desk.event("ready"))
        over = asyncio.create_task(process.wait())
        await asyncio.wait((ready, over), return_when=asyncio.FIRST_COMPLETED)
        for task in (ready, over):
            task.cancel()
        if process.returncode is not None:
            raise SpeechError("the desk phone did not start; its message stands above")
        yield desk
    finally:
        await end(process)
        follower.cancel()


class _Asking:
    """One caller is passed on at a time, while the next one hears the greeting."""

    def __init__(self, endpoint: Endpoint, bot: Bot, desk: Desk, progress: Callable[[int], None]) -> None:
        self._endpoint = endpoint
        self._bot = bot
        self._desk = desk
        self._progress = progress
        self._calls = asyncio.Semaphore(2)
        self._floor = asyncio.Lock()
        self._done = 0

    async def ask(self, method: Method) -> Passed | str:
        """Ring, ask for the department, be passed on, and hang up; what went wrong, where something did."""
        _, _, sentence = WISHES[method]
        async with self._calls:
            self._progress(self._done)
            pcm = await asyncio.to_thread(speak, sentence)
            caller = _Caller(await self._endpoint.dial(f"sip:939@127.0.0.1:{self._bot.port}"))
            try:
                return await self._passed_on(caller, method, pcm)
            except TimeoutError:
                heard = ", ".join(f"„{each['text']}“" for each in self._bot.events("heard", caller.call.id))
                return f"„{sentence}“: {caller.missing}; the bot heard {heard or 'nothing'}"
            finally:
                await caller.close()
                self._done += 1
                self._progress(self._done)

    async def _passed_on(self, caller: _Caller, method: Method, pcm: bytes) -> Passed:
        await caller.until(lambda: caller.ear.finished, "a greeting", GREETED_S)
        async with self._floor:
            self._desk.forget()
            if method is Method.ATTENDED:
                answers = len(self._bot.events("speaks", caller.call.id))
                caller.say(await asyncio.to_thread(speak, QUESTION))
                await caller.until(
                    lambda: len(self._bot.events("speaks", caller.call.id)) > answers, "an answer", GREETED_S
                )
            caller.say(pcm)
            try:
                async with asyncio.timeout(CONNECTED_S):
                    measured = await (self._attended(caller) if method is Method.ATTENDED else self._blind(caller))
                await caller.until(lambda: caller.connected, "an answer of the desk", ENDED_S)
            finally:
                await caller.close()
            caller.missing = "the end of the desk's call"
            async with asyncio.timeout(ENDED_S):
                await self._desk.event("over")
        return measured

    async def _attended(self, caller: _Caller) -> Passed:
        caller.missing = "the desk ringing"
        rings_at = (await self._desk.event("rings"))["at"]
        caller.missing = "the desk's key"
        pressed_at = (await self._desk.event("presses"))["at"]
        caller.hum()
        caller.missing = "the desk hearing the caller"
        desk_s = (await self._desk.event("hears"))["after_key_s"]
        await caller.until(lambda: caller.desk_heard_at, "the caller hearing the desk", CONNECTED_S)
        caller_s = _wall(caller.desk_heard_at) - pressed_at
        decided_at = self._bot.events("transfer", caller.call.id)[-1]["at"]
        return Passed(
            Method.ATTENDED,
            rings_at - _wall(caller.said_at),
            dialled_s=rings_at - decided_at,
            recognition_s=self._bot.events("heard", caller.call.id)[-1]["recognition_s"],
            joined_s=max(desk_s, caller_s),
        )

    async def _blind(self, caller: _Caller) -> Passed:
        caller.missing = "the desk ringing"
        rings_at = (await self._desk.event("rings"))["at"]
        await caller.until(lambda: caller.connected, "an answer of the desk", CONNECTED_S)
        return Passed(
            Method.BLIND, rings_at - _wall(caller.said_at), refer_s=caller.referred_at - caller.announced_until
        )


def _wall(at: float) -> float:
    """A time of the monotonic clock as seconds since 1970, as the desk tells them."""
    return at + time.time() - time.monotonic()


class _Caller:
    """One call of a caller, and when what was heard; times on the monotonic clock."""

    def __init__(self, call: SipCall) -> None:
        self.call = call
        self.ear = Ear()
        self.said_at = 0.0
        """The caller's last sound."""
        self.announced_until = 0.0
        """The bot's last one."""
        self.referred_at = 0.0
        self.connected = False
        """Whether the desk has answered the call to which the bot referred."""
        self.desk_heard_at = 0.0
        """The first of the desk's tone, over the bot or without it."""
        self.missing = ""
        """What is waited for."""
        self._humming = False
        self._leg: Call | None = None
        self._news = asyncio.Condition()
        self._following = {asyncio.create_task(self._follow(call))}

    def say(self, pcm: bytes) -> None:
        self.call.play(pcm)
        self.call.flush()

    def hum(self) -> None:
        """From now on, and listen for the desk doing the same."""
        self._humming = True

    async def until(self, reached: Callable[[], object], what: str, limit_s: float) -> None:
        """Wait for something; TimeoutError if it does not come in time, or the call ends without a transfer."""
        self.missing = what
        async with asyncio.timeout(limit_s), self._news:
            await self._news.wait_for(lambda: reached() or (self.call.ended and self._leg is None))
        if not reached():
            raise TimeoutError

    async def close(self) -> None:
        """Hang up both calls, and let them end."""
        for call in filter(None, (self._leg, self.call)):
            await call.hang_up()
        await asyncio.wait(self._following, timeout=ENDED_S)
        for task in self._following:
            task.cancel()

    async def _follow(self, call: Call) -> None:
        tone = ToneEar(DESK_HZ)
        while True:
            event = await call.next_event()
            match event:
                case Frame():
                    if call is self.call:
                        self._tick(event)
                    self._hum(call, tone, event)
                case Referred(_, leg):
                    self.referred_at, self._leg = time.monotonic(), leg
                    self._following.add(asyncio.create_task(self._follow(leg)))
                case Established() if call is self._leg:
                    self.connected = True
            async with self._news:
                self._news.notify_all()
            if isinstance(event, CallEnded):
                return

    def _tick(self, frame: Frame) -> None:
        if is_loud(frame.played) and not self._humming:
            self.said_at = frame.at
        loud = is_loud(frame.heard)
        if loud:
            self.announced_until = frame.at
        self.ear.push(frame.at, loud=loud, caller_speaks=self.call.playing, caller_ended_at=self.said_at)

    def _hum(self, call: Call, tone: ToneEar, frame: Frame) -> None:
        """Hum and listen on one of the two calls: which of them connects us first is not ours to know."""
        if not self._humming:
            return
        if tone.push(frame.at, frame.heard) and tone.began_at is not None and not self.desk_heard_at:
            self.desk_heard_at = tone.began_at
        if not call.playing:
            call.play(hum(CALLER_HZ))
