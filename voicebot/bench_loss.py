"""``voicebot bench loss``: what a bad network on the caller's side costs in understanding.

Each question of the sample town is asked twice, in a call of its own each time and as the call's first: once directly,
and once through a relay that loses packets on their way to the bot and delays the others. What was understood is read
from the line's journal. Nobody asks while another question is being understood.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from telephony.audio import RATE
from telephony.bare import Telephone, TelephoneError
from telephony.relay import Impairment, Relay
from voicebot import console
from voicebot.ask import load_router
from voicebot.bench_bot import Bot, running_bot
from voicebot.cli import UsageError
from voicebot.evaluation.measures import Share
from voicebot.evaluation.sets import Sets, Utterance, read_sets
from voicebot.knowledge import SAMPLE_CITY
from voicebot.pico import speak
from voicebot.settings import Settings
from voicebot.share import share

COST = 0.05
"""Share of the questions that the network may cost."""
GREETING_S = 30.0
"""The longest greeting that is waited for."""
QUIET_S = 0.9
UNDERSTOOD_S = 15.0
"""How long after its last sound a question may take to be understood, on a busy machine."""


@dataclass(frozen=True)
class Answer:
    """How one question was understood."""

    asked: Utterance
    service: str | None
    """The last service that the journal has for the call; None if there was none."""
    heard: str
    """As text, turn by turn."""

    @property
    def is_right(self) -> bool:
        return self.service in self.asked.services


@dataclass(frozen=True)
class Result:
    direct: list[Answer]
    impaired: list[Answer]
    lost: int
    """Packets that the relay dropped."""
    passed: int

    @property
    def cost(self) -> float:
        """Share of the questions that were understood directly and were not through the relay, net."""
        return _share(self.direct).value - _share(self.impaired).value

    @property
    def holds(self) -> bool:
        # Counts, because 30 questions have no binary fractions.
        return _share(self.direct).hits - _share(self.impaired).hits <= COST * len(self.direct)


async def run_bench_loss(folder: Path, options: argparse.Namespace) -> int:
    """Ask directly and through the relay, print both; 0 if it costs at most five points. Raises UsageError."""
    if not 0 <= options.loss < 1:
        raise UsageError(f"--loss {options.loss:g}: a share from 0 to below 1, such as 0.03")
    if not 0 <= options.jitter <= 1000:
        raise UsageError(f"--jitter {options.jitter:g}: milliseconds, 0 to 1000")
    if options.questions < 1:
        raise UsageError(f"--questions {options.questions}: at least 1")
    questions = await asyncio.to_thread(_questions, folder / "questions", options.questions)
    result = await _measure(folder / "bot", questions, Impairment(options.loss, options.jitter / 1000))
    if options.json:
        console.print_json(_json(result, options))
    else:
        _table(result, options)
    return 0 if result.holds else 1


def _questions(folder: Path, most: int) -> tuple[Utterance, ...]:
    """The sample town's German questions about services, spread evenly."""
    city = load_router(Settings.model_validate({"data": {"state_dir": folder}})).city
    sets = read_sets(share("data") / SAMPLE_CITY / "evaluation", city, "de")
    return Sets(questions=tuple(each for each in sets.questions if each.services)).limited(most).questions


async def _measure(folder: Path, questions: Sequence[Utterance], impairment: Impairment) -> Result:
    async with running_bot(folder) as bot:
        with console.Bars() as bars:
            asking = Asking(bot, lambda done: bars("calls", done, 2 * len(questions)))
            async with asyncio.TaskGroup() as group:
                # In turns, so that what else the machine does falls on both alike.
                pairs = [
                    (
                        group.create_task(asking.ask(asked, None)),
                        group.create_task(asking.ask(asked, replace(impairment, seed=number))),
                    )
                    for number, asked in enumerate(questions)
                ]
        direct, impaired = ([task.result() for task in side] for side in zip(*pairs, strict=True))
        return Result(direct, impaired, asking.lost, asking.passed)


class Asking:
    """One caller asks at a time, while the next one hears the greeting."""

    def __init__(self, bot: Bot, progress: Callable[[int], None]) -> None:
        self._bot = bot
        self._progress = progress
        self._calls = asyncio.Semaphore(2)
        self._floor = asyncio.Lock()
        self._done = 0
        self.lost = 0
        self.passed = 0

    async def ask(self, asked: Utterance, impairment: Impairment | None) -> Answer:
        """Ring, wait for the end of the greeting, ask, and hang up once it is understood.

        A call that goes wrong has understood nothing: that is the bot's fault, too.
        """
        async with self._calls:
            self._progress(self._done)
            pcm = await asyncio.to_thread(speak, asked.text)
            try:
                async with self._telephone(impairment) as telephone:
                    await self._greeted(telephone)
                    async with self._floor:
                        await self._understood(telephone, pcm)
            except TelephoneError as error:
                return Answer(asked, None, str(error))
            finally:
                self._done += 1
                self._progress(self._done)
        heard = self._bot.events("heard", telephone.call_id)
        services = [event["service"] for event in heard if event["service"]]
        return Answer(asked, services[-1] if services else None, " / ".join(event["text"] for event in heard))

    @contextlib.asynccontextmanager
    async def _telephone(self, impairment: Impairment | None) -> AsyncIterator[Telephone]:
        async with contextlib.AsyncExitStack() as stack:
            if impairment is None:
                telephone = Telephone("127.0.0.1", self._bot.port)
            else:
                relay = await Relay.open(impairment)
                stack.push_async_callback(self._close, relay)
                telephone = Telephone("127.0.0.1", self._bot.port, relay.address, relay.join)
            stack.push_async_callback(asyncio.to_thread, telephone.hang_up)
            yield telephone

    async def _close(self, relay: Relay) -> None:
        self.lost += relay.lost
        self.passed += relay.passed
        await relay.close()

    async def _greeted(self, telephone: Telephone) -> None:
        await asyncio.to_thread(telephone.ring)
        if not await self._bot.wait_until(lambda: self._bot.events("speaks", telephone.call_id), GREETING_S):
            raise TelephoneError("a call was answered, but not greeted")
        await asyncio.sleep(QUIET_S)
        await asyncio.to_thread(telephone.wait_for_silence, QUIET_S, GREETING_S)

    async def _understood(self, telephone: Telephone, pcm: bytes) -> None:
        telephone.say(pcm)

        def understood() -> bool:
            # Whoever pauses while asking is heard twice.
            heard = self._bot.events("heard", telephone.call_id, telephone.last_sent)
            return telephone.ended or (not telephone.speaking and bool(heard))

        await self._bot.wait_until(understood, len(pcm) / 2 / RATE + UNDERSTOOD_S)


def _share(answers: Sequence[Answer]) -> Share:
    return Share(sum(answer.is_right for answer in answers), len(answers))


def _json(result: Result, options: argparse.Namespace) -> dict[str, Any]:
    return {
        "loss": options.loss,
        "jitter_ms": options.jitter,
        "questions": len(result.direct),
        "direct": _share(result.direct).hits,
        "impaired": _share(result.impaired).hits,
        "cost_points": round(100 * result.cost, 1),
        "packets_lost": result.lost,
        "packets_passed": result.passed,
        "differ": [
            {"text": one.asked.text, "direct": [one.service, one.heard], "impaired": [other.service, other.heard]}
            for one, other in _differing(result)
        ],
    }


def _differing(result: Result) -> list[tuple[Answer, Answer]]:
    pairs = zip(result.direct, result.impaired, strict=True)
    return [(one, other) for one, other in pairs if one.is_right != other.is_right]


def _table(result: Result, options: argparse.Namespace) -> None:
    print(f"right service understood, {len(result.direct)} spoken questions: share, count, 95 % interval (Wilson)")
    for label, answers in (
        ("directly", result.direct),
        (f"{100 * options.loss:g} % loss, jitter {options.jitter:g} ms", result.impaired),
    ):
        counted = _share(answers)
        low, high = counted.interval
        print(
            f"{label:28}{100 * counted.value:6.1f} %{f'{counted.hits}/{counted.of}':>10}"
            f"   {100 * low:5.1f} to {100 * high:5.1f} %"
        )
    missed = "" if result.holds else "   MISSED"
    print(f"{'cost':28}{100 * result.cost:6.1f} points   ≤ {100 * COST:g} points{missed}")
    print(f"the relay lost {result.lost} of {result.lost + result.passed} packets to the bot")
    for one, other in _differing(result):
        print(f"„{one.asked.text}“")
        for label, answer in (("directly", one), ("relayed", other)):
            print(f"   {label:9} {'right' if answer.is_right else 'wrong'}: „{answer.heard}“ → {answer.service}")
