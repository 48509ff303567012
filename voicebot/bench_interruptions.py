"""``voicebot bench interruptions``: whether callers can interrupt the bot, and whether a cough cannot.

While the bot answers, the caller coughs, says "mhm", stands in a street, or hears nothing of it at all because the
telephone returns the bot's own voice; the bot may fall silent for it, and has to go on. Then the caller interrupts
with the next question: the bot has to fall silent, and to hear it from its first word. What the caller hears is timed
by the RTP packets, with the kernel's own receive times; what the bot made of it is read from the line's journal.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice, product
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz

from telephony.audio import RATE
from telephony.bare import Echo, Packet, Telephone, TelephoneError, linear
from voicebot import console
from voicebot.bench import SETTLED_S, percentile
from voicebot.bench_bot import Bot, running_bot
from voicebot.calling.sounds import bare, cough, noise
from voicebot.cli import UsageError
from voicebot.evaluation.measures import Share
from voicebot.pico import speak
from voicebot.speech.errors import SpeechError
from voicebot.understanding.normalise import fold

QUESTIONS = (
    "Was brauche ich für einen Personalausweis?",
    "Wie melde ich mich um?",
    "Was kostet die Hundesteuer?",
    "Welche Unterlagen brauche ich für die Geburtsurkunde?",
    "Wie melde ich ein Gewerbe an?",
    "Wo kann ich Sperrmüll anmelden?",
)
"""With answers that take some seconds."""
BACKCHANNELS = ("Mhm.", "Okay.", "Aha.", "Ja.", "Genau.")
"""Said to show that one listens (Yngve 1970, "On getting a word in edgewise")."""
ECHOES = tuple(Echo(*each) for each in product((15.0, 25.0), (20.0, 60.0, 120.0)))
"""Return loss and delay: of a hybrid without and with a good balance, and of a loudspeaker telephone."""
NOISE_S = 1.5
SILENCED_S, MOST_ENDED = 0.25, 0.05
"""From the caller's first sound to the bot's last one; share of other sounds that end the bot's turn."""
INTO_S, OBSERVED_S = 1.5, 3.0
"""How far into an answer a sound comes, and how long after it the bot is watched."""
ECHO_S = 6.0
"""How much of an answer is watched while the caller is silent and its echo comes back."""
GREETED_S, ANSWERED_S = 30.0, 8.0
"""The longest greeting that is waited for, and the longest wait for an answer."""
QUIET_S, PAUSE_S = 0.9, 0.4
"""Silence after which the bot has finished, and after which it has stopped."""
LOUD = 500
"""Peak of a packet that is more than a codec's idle noise, of 32768."""
ALIKE = 60.0
"""Of the first word of what was said and of what was heard, per cent; a later word is hardly ever that alike."""

KINDS = ("cough", "noise", "backchannel", "echo")
SOUNDS_A_CALL = 5

Made = tuple[str, str, bytes]
"""A sound's kind, its name, and 16 kHz PCM."""


@dataclass(frozen=True)
class Sound:
    """What was heard of a caller who did not want to interrupt, and what the bot did."""

    kind: str
    what: str
    ended: bool
    """Whether the caller was given the turn."""
    went_on: bool
    """Whether the bot fell silent for a moment."""
    heard: str = ""
    """What it was taken for, where the caller was given the turn."""
    cut_off: str = ""
    """What the bot said no more then, from the sentence that it was in."""

    @property
    def is_answer(self) -> bool:
        """Whether it was a word said into a question; to that, "ja" is an answer."""
        return self.kind == "backchannel" and self.ended and self.cut_off.endswith("?")


@dataclass(frozen=True)
class Interruption:
    said: str
    silenced_s: float | None
    """None where the bot did not stop."""
    heard: str | None
    """None where nothing was."""

    @property
    def is_whole(self) -> bool:
        """Whether it was heard from its first word."""
        first, *_ = fold(self.said).split()
        beginning = fold(self.heard or "").split()[:2]
        return any(fuzz.ratio(first, word) >= ALIKE for word in beginning)


@dataclass
class Result:
    sounds: list[Sound] = field(default_factory=list)
    interruptions: list[Interruption] = field(default_factory=list)
    missed: int = 0
    """Sounds that were not made, as the bot was not speaking, or was passing the call on."""

    def ended(self, kind: str = "") -> Share:
        """How many sounds of a kind, or of all, took the bot's turn."""
        mine = [each for each in self.sounds if kind in ("", each.kind) and not each.is_answer]
        return Share(sum(each.ended for each in mine), len(mine))

    @property
    def silenced(self) -> list[float]:
        return [each.silenced_s for each in self.interruptions if each.silenced_s is not None]

    @property
    def whole(self) -> Share:
        return Share(sum(each.is_whole for each in self.interruptions), len(self.interruptions))

    @property
    def holds(self) -> bool:
        stopped = len(self.silenced) == len(self.interruptions) > 0
        if not all(self.ended(kind).of for kind in KINDS):
            return False
        return stopped and percentile(self.silenced, 50) <= SILENCED_S and self.ended().value <= MOST_ENDED


async def run_bench_interruptions(folder: Path, options: argparse.Namespace) -> int:
    """Measure and print; 0 if both targets hold. Raises UsageError, SpeechError."""
    if options.turns < 1:
        raise UsageError(f"--turns {options.turns}: at least 1")
    result = Result()
    async with running_bot(folder) as bot:
        await asyncio.sleep(SETTLED_S)
        with console.Bars() as bars:
            plan = _plan(options.turns)
            for number, (echo, sounds) in enumerate(plan):
                bars("calls", number, len(plan))
                await _Call(bot, result, echo).run(sounds)
            bars("calls", len(plan), len(plan))
    if not result.sounds or not result.interruptions:
        raise SpeechError("the bot was interrupted in no answer: there is nothing to report")
    if options.json:
        console.print_json(_json(result))
    else:
        _table(result)
    return 0 if result.holds else 1


def _plan(count: int) -> list[tuple[Echo | None, list[Made]]]:
    """Calls with an echo or without, and the sounds of each."""
    made: dict[str, list[tuple[str, bytes]]] = {
        "cough": [(f"cough {seed}", cough(seed)) for seed in range(1, 6)],
        "noise": [("street", noise(NOISE_S))],
        "backchannel": [(text, bare(speak(text))) for text in BACKCHANNELS],
    }
    sources = {kind: cycle(sounds) for kind, sounds in made.items()}
    others = [(kind, *next(sources[kind])) for kind in islice(cycle(made), count - count // len(KINDS))]
    return [
        *((None, others[start : start + SOUNDS_A_CALL]) for start in range(0, len(others), SOUNDS_A_CALL)),
        *((echo, [_returned(echo)]) for echo in islice(cycle(ECHOES), count // len(KINDS))),
    ]


def _returned(echo: Echo) -> Made:
    """No sound of the caller's own."""
    return "echo", f"{echo.return_loss_db:g} dB, {echo.delay_ms:g} ms", b""


class _Call:
    """A caller who listens to answers, makes a sound in each, and interrupts it with the next question."""

    def __init__(self, bot: Bot, result: Result, echo: Echo | None) -> None:
        self._bot = bot
        self._result = result
        self._telephone = Telephone("127.0.0.1", bot.port, echo=echo)
        self._questions = cycle(QUESTIONS)

    async def run(self, sounds: Sequence[Made]) -> None:
        """From the first ring to the end; a call that goes wrong leaves out the sounds that are still to come."""
        before = len(self._result.sounds) + self._result.missed
        try:
            async with contextlib.AsyncExitStack() as stack:
                stack.push_async_callback(asyncio.to_thread, self._telephone.hang_up)
                await asyncio.to_thread(self._telephone.ring)
                await self._finished()
                await self._asks(next(self._questions))
                for kind, name, pcm in sounds:
                    await self._sounds(kind, name, pcm)
                    await self._interrupts(next(self._questions))
        except TelephoneError:
            self._result.missed += len(sounds) - (len(self._result.sounds) + self._result.missed - before)

    async def _finished(self) -> None:
        """The greeting is over."""
        if not await self._bot.wait_until(lambda: self._events("speaks"), GREETED_S):
            raise TelephoneError("a call was answered, but not greeted")
        await asyncio.to_thread(self._telephone.wait_for_silence, QUIET_S, GREETED_S)

    async def _asks(self, text: str) -> float:
        """Say it, and wait for the answer to begin; when its first sound was sent, in wall clock seconds."""
        pcm = bare(await asyncio.to_thread(speak, text))
        began = self._now()
        self._telephone.say(pcm)
        ends = began + len(pcm) / 2 / RATE
        await self._bot.wait_until(
            lambda: self._events("speaks", max(ends, self._last("heard", began))), ANSWERED_S + len(pcm) / 2 / RATE
        )
        return began

    async def _sounds(self, kind: str, name: str, pcm: bytes) -> None:
        await asyncio.sleep(INTO_S)
        if not self._is_speaking():
            self._result.missed += 1
            return
        began = self._now()
        if pcm:
            self._telephone.say(pcm)
        await asyncio.sleep(ECHO_S if not pcm else len(pcm) / 2 / RATE + OBSERVED_S)
        ended, heard = self._events("interrupted", began), self._events("heard", began)
        self._result.sounds.append(
            Sound(
                kind,
                name,
                bool(ended),
                bool(self._events("goes_on", began)),
                heard[0]["text"] if heard else "",
                next(iter(ended[0]["unsaid"]), "") if ended else "",
            )
        )

    async def _interrupts(self, text: str) -> None:
        if not self._is_speaking():
            await asyncio.to_thread(self._telephone.wait_for_silence, QUIET_S, GREETED_S)
            await self._asks(text)
            return
        began = await self._asks(text)
        heard = self._events("heard", began)
        silenced = silenced_s(self._telephone.packets, began)
        if silenced != 0:  # otherwise it had just finished
            self._result.interruptions.append(Interruption(text, silenced, heard[0]["text"] if heard else None))

    def _is_speaking(self) -> bool:
        """Whether the bot is heard. Raises TelephoneError once the caller is being passed on, who hears music then."""
        if self._events("transfer"):
            raise TelephoneError("passed on: the first question was misheard")
        return self._telephone.heard_sound(max(0, len(self._telephone.packets) - round(PAUSE_S * 50)))

    def _now(self) -> float:
        """The kernel's clock, by the last packet."""
        return self._telephone.packets[-1].at if self._telephone.packets else 0.0

    def _last(self, event: str, since: float) -> float:
        return max((each["at"] for each in self._events(event, since)), default=float("inf"))

    def _events(self, event: str, since: float = 0.0) -> list[dict[str, Any]]:
        return self._bot.events(event, self._telephone.call_id, since)


def silenced_s(packets: Sequence[Packet], since: float) -> float | None:
    """Seconds from then to the bot's last sound before its first pause.

    0 where it made no sound any more, None where it has not paused a second later.
    """
    last = since
    for packet in packets:
        if packet.at < since:
            continue
        if packet.at - last >= PAUSE_S:
            return last - since
        if np.abs(linear(packet.payload)).max() > LOUD:
            last = packet.at
        if last - since > 1.0:
            return None
    return None


def _json(result: Result) -> dict[str, Any]:
    return {
        "interruptions": len(result.interruptions),
        "stopped": len(result.silenced),
        "silenced_s": {
            "median": round(statistics.median(result.silenced), 3) if result.silenced else None,
            "p95": round(percentile(result.silenced, 95), 3) if result.silenced else None,
        },
        "from_first_word": result.whole.hits,
        "sounds": {
            kind: {"of": share.of, "ended_the_turn": share.hits}
            for kind, share in ((kind, result.ended(kind)) for kind in KINDS)
        },
        "answers": sum(each.is_answer for each in result.sounds),
        "missed": result.missed,
    }


def _table(result: Result) -> None:
    times, stopped = result.silenced, Share(len(result.silenced), len(result.interruptions))
    late = "" if times and statistics.median(times) <= SILENCED_S and stopped.hits == stopped.of else "   MISSED"
    print(f"{'interrupted by a question, the bot stops':44}{stopped.hits:>6}/{stopped.of}")
    if times:
        print(
            f"{'  after the first sound, median / 95 %':44}{statistics.median(times):>6.2f} / "
            f"{percentile(times, 95):.2f} s   ≤ {SILENCED_S:g} s{late}"
        )
    print(f"{'  heard from its first word':44}{result.whole.hits:>6}/{result.whole.of}")
    for kind in KINDS:
        share = result.ended(kind)
        paused = sum(each.went_on for each in result.sounds if each.kind == kind)
        print(f"{kind + ': takes the turn':44}{share.hits:>6}/{share.of}   fell silent for a moment: {paused}")
    share = result.ended()
    low, high = share.interval
    print(
        f"{'all of these':44}{100 * share.value:>6.1f} %   ≤ {100 * MOST_ENDED:g} %"
        f"{'' if share.value <= MOST_ENDED else '   MISSED'}   ({100 * low:.1f} to {100 * high:.1f} %)"
    )
    if result.missed:
        print(f"not made, as the bot was not speaking or was passing the call on: {result.missed}")
    for each in result.sounds:
        if each.ended:
            what = "answered a question" if each.is_answer else "took the turn"
            print(f"{what}: {each.kind}, {each.what}, heard as „{each.heard}“ while the bot said „{each.cut_off}“")
    for interruption in result.interruptions:
        if not interruption.is_whole:
            print(f"„{interruption.said}“ heard as „{interruption.heard or ''}“")
