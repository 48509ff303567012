"""``voicebot bench rtp``: whether the bot's RTP leaves in time while it recognises speech on several calls at once.

The callers are bare sockets, and the kernel stamps each packet on arrival: on loopback that is the moment in which it
was sent, whatever else the measuring process has to do. The naive way is measured in the same run: the speech process
at normal priority, the line not raised above it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from telephony.audio import FRAME_MS, RATE
from telephony.bare import Packet, Telephone, TelephoneError
from telephony.settings import MAX_CALLS
from voicebot import console
from voicebot.bench_bot import QUESTIONS, Bot, running_bot
from voicebot.cli import Failure, UsageError
from voicebot.pico import speak

TOLERANCE_MS = 5.0
SHARE = 0.999
"""Of the packets, that must come 20 ± 5 ms after the one before."""
LARGEST_GAP_MS = 60.0
PAUSE_S = 1.2
"""Between a caller's turns: long enough to end one, so that it is recognised, and short enough to keep on at it."""
GREETING_LIMIT_S = 10.0


@dataclass(frozen=True)
class Punctuality:
    """What arrived, over all calls."""

    packets: int
    lost: int
    """Sequence numbers that are missing."""
    disordered: int
    """Packets that came after a later one, or twice."""
    within: float
    """Share of packets that came 20 ± 5 ms after the one before."""
    deviation_ms: float
    """What 99.9 % of the gaps stay below, as a distance from 20 ms."""
    largest_gap_ms: float

    @property
    def holds(self) -> bool:
        in_order = not self.lost and not self.disordered
        return in_order and self.within >= SHARE and self.largest_gap_ms <= LARGEST_GAP_MS


def punctuality(calls: Sequence[Sequence[Packet]]) -> Punctuality:
    """Count the packets of each call, in the order of their arrival; every call has two at least."""
    gaps = np.concatenate([np.diff([packet.at for packet in call]) for call in calls]) * 1000
    steps = [
        # Sequence numbers have 16 bits (RFC 3550, 5.1): what looks like a leap over half of them is one back.
        (later.sequence - earlier.sequence + 0x8000) % 0x10000 - 0x8000
        for call in calls
        for earlier, later in itertools.pairwise(call)
    ]
    deviations = np.abs(gaps - FRAME_MS)
    return Punctuality(
        packets=sum(map(len, calls)),
        lost=max(0, sum(step - 1 for step in steps)),
        disordered=sum(step < 1 for step in steps),
        within=float(np.mean(deviations <= TOLERANCE_MS)),
        deviation_ms=float(np.quantile(deviations, SHARE)),
        largest_gap_ms=float(gaps.max()),
    )


@dataclass(frozen=True)
class Run:
    rtp: Punctuality
    turns: int
    """Turns of the callers that were recognised meanwhile."""
    cut_short: int
    """Calls that ended before their time."""

    @property
    def holds(self) -> bool:
        return self.rtp.holds and not self.cut_short


async def run_bench_rtp(folder: Path, options: argparse.Namespace) -> int:
    """Measure both ways, print the table; 0 if the targets hold for the bot. Raises UsageError, Failure."""
    if not 1 <= options.calls <= MAX_CALLS:
        raise UsageError(f"--calls {options.calls}: 1 to {MAX_CALLS}, as many as one line process holds")
    if not 5 <= options.seconds <= 600:
        raise UsageError(f"--seconds {options.seconds:g}: 5 to 600")
    with console.Bars() as bars:
        bars("this bot", 0, 1)
        bot = await _measure(folder / "bot", options, naive=False)
        bars("this bot", 1, 1)
        bars("the naive way", 0, 1)
        naive = await _measure(folder / "naive", options, naive=True)
        bars("the naive way", 1, 1)
    if options.json:
        console.print_json(
            {"calls": options.calls, "seconds": options.seconds, "bot": _json(bot), "naive": _json(naive)}
        )
    else:
        _table(bot, naive, options)
    return 0 if bot.holds else 1


async def _measure(folder: Path, options: argparse.Namespace, *, naive: bool) -> Run:
    environ = {"VOICEBOT_SIP_CALLERS_PER_PROCESS": str(MAX_CALLS)}
    if naive:
        environ["VOICEBOT_SPEECH_NICE"] = "0"
    questions = [speak(text) for text in QUESTIONS if len(text.split()) > 2]
    async with running_bot(folder, environ) as bot:
        if naive:
            _not_raised(bot.line.pid)
        async with contextlib.AsyncExitStack() as stack:
            callers = []
            for _ in range(options.calls):
                telephone = Telephone("127.0.0.1", bot.port)
                stack.push_async_callback(asyncio.to_thread, telephone.hang_up)
                await asyncio.to_thread(telephone.ring)
                callers.append(telephone)
            if not await bot.wait_until(lambda: len(bot.events("says")) >= options.calls, GREETING_LIMIT_S):
                raise TelephoneError("a call was answered, but not greeted")
            return await _talk(bot, callers, questions, options.seconds)


def _not_raised(pid: int) -> None:
    """Have every thread of a process run as any other program's."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        number = int(thread.name)
        os.sched_setscheduler(number, os.SCHED_OTHER, os.sched_param(0))
        os.setpriority(os.PRIO_PROCESS, number, 0)


async def _talk(bot: Bot, callers: list[Telephone], questions: list[bytes], seconds: float) -> Run:
    """Have all callers talk for that long, each from another question on."""

    async def keep_talking(telephone: Telephone, first: int) -> None:
        for number in itertools.count(first):
            pcm = questions[number % len(questions)]
            telephone.say(pcm)
            await asyncio.sleep(len(pcm) / 2 / RATE + PAUSE_S)

    since = [len(telephone.packets) for telephone in callers]
    turns = len(bot.events("heard"))
    async with asyncio.TaskGroup() as group:
        talking = [group.create_task(keep_talking(each, 2 * number)) for number, each in enumerate(callers)]
        await asyncio.sleep(seconds)
        for task in talking:
            task.cancel()
    cut_short = sum(telephone.ended for telephone in callers)
    packets = [telephone.packets[start:] for telephone, start in zip(callers, since, strict=True)]
    if any(len(call) < 2 for call in packets):
        raise Failure("a call ended at once: there is nothing to measure")
    return Run(punctuality(packets), len(bot.events("heard")) - turns, cut_short)


def _json(run: Run) -> dict[str, Any]:
    return {
        "packets": run.rtp.packets,
        "lost": run.rtp.lost,
        "disordered": run.rtp.disordered,
        "within_5_ms": round(run.rtp.within, 5),
        "deviation_p999_ms": round(run.rtp.deviation_ms, 2),
        "largest_gap_ms": round(run.rtp.largest_gap_ms, 2),
        "turns": run.turns,
        "cut_short": run.cut_short,
    }


def _table(bot: Run, naive: Run, options: argparse.Namespace) -> None:
    print(f"the bot's RTP on {options.calls} calls whose callers keep talking, {options.seconds:g} s, as it arrives")

    def row(name: str, ours: str, theirs: str, target: str = "") -> None:
        print(f"{name:32}{ours:>12}{theirs:>16}{target:>12}")

    row("", "this bot", "the naive way", "target")
    row("packets", str(bot.rtp.packets), str(naive.rtp.packets))
    row("lost", str(bot.rtp.lost), str(naive.rtp.lost), "0")
    row("out of order", str(bot.rtp.disordered), str(naive.rtp.disordered), "0")
    row("20 ± 5 ms after the one before", _percent(bot.rtp.within), _percent(naive.rtp.within), _percent(SHARE))
    row("99.9 % deviate by less than", f"{bot.rtp.deviation_ms:.1f} ms", f"{naive.rtp.deviation_ms:.1f} ms")
    largest = f"{LARGEST_GAP_MS:.0f} ms"
    row("largest gap", f"{bot.rtp.largest_gap_ms:.1f} ms", f"{naive.rtp.largest_gap_ms:.1f} ms", largest)
    row("turns recognised meanwhile", str(bot.turns), str(naive.turns))
    row("calls that ended early", str(bot.cut_short), str(naive.cut_short), "0")


def _percent(share: float) -> str:
    # Rounded down, so that what misses a target does not look like it.
    return f"{int(share * 100_000) / 1000:.3f} %"
