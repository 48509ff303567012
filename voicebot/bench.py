"""``voicebot bench latency``: what a caller feels, measured on real calls, beside the naive way in the same run.

Callers of every kind ring a real line, one at a time and four at once. Times are those of the RTP at the caller, and
each is taken apart with the line's journal into stages that add up to it. The naive way takes the same utterances with
a fixed 0.8 s end of turn, ``WhisperModel.transcribe`` at its defaults after it, and synthesis of the whole reply after
that; its stages are measured on this machine and added up.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from voicebot import console
from voicebot.bench_bot import Bot, running_bot
from voicebot.calling.delays import Stage, parts
from voicebot.calling.journal import annotate, entries
from voicebot.calling.report import CallReport, TurnReport
from voicebot.calling.ring import RTP_PORT, RTP_PORTS, Job, Line, Phrases, ring_all
from voicebot.calling.scenario import Scenario, Turn
from voicebot.pico import speak
from voicebot.speech.errors import SpeechError
from voicebot.speech.models import ModelStore

CALLS: tuple[tuple[str, ...], ...] = (
    # Short questions, and the answer to what follows them.
    ("Was kostet ein Reisepass?", "Nein.", "Wann hat das Bürgerbüro geöffnet?", "Nein danke.",
     "Was kostet die Hundesteuer?", "Nein."),
    # Long ones, and reasons.
    ("Guten Tag, ich habe meinen Ausweis verloren, was muss ich jetzt tun?", "Nein.",
     "Ich bin umgezogen und möchte mich ummelden.", "Welche Unterlagen brauche ich für die Eheschließung?", "Nein.",
     "Wir haben einen Hund aus dem Tierheim geholt, muss ich dafür Steuern bezahlen?"),
    # A pause inside.
    ("Ich brauche [0.6] einen neuen Reisepass.", "Nein.", "Wo kann ich denn [0.5] Sperrmüll anmelden?",
     "Wie lange dauert das [0.4] ungefähr?", "Was brauche ich für [0.8] eine Geburtsurkunde?", "Nein."),
    # Digits.
    ("Bitte rufen Sie mich zurück.", "Schmidt.", "Null zwei acht sechs eins, neun drei neun, null.",
     "Am Vormittag.", "Um die Müllabfuhr.", "Nein."),
    ("Wie melde ich mein Gewerbe an?", "Und was kostet das?", "Nein.", "Wo ist der Wertstoffhof?", "Nein.",
     "Ich brauche eine Geburtsurkunde."),
)  # fmt: skip
"""Turns in calls of different kinds; no turn ends one."""
TURNS_A_CALL = 6
AT_ONCE = 4
NAIVE_END_OF_TURN_S = 0.8
SETTLED_S = 10.0
"""The line is still preparing sentences for some seconds after it has opened."""
PACKET_MS = 20
"""All that the callers' telephones gather, so that times are those of the RTP packets."""
TRIES = 3
"""How often somebody who is refused rings."""
JOURNAL_S = 3.0
"""How long the end of a call that is over for the caller may be missing from the journal."""
TARGETS = {1: (0.75, 1.2), AT_ONCE: (1.0, 1.8)}
BETTER = {1: (0.60, 1.0), AT_ONCE: (0.80, 1.5)}
"""Seconds, median and 95 %, by callers at once."""
GREETING_S, MEMORY_MIB = 0.5, 1536


@dataclass(frozen=True)
class Way:
    """Calls with so many callers at once."""

    at_once: int
    reports: list[CallReport]
    refused: int = 0
    """Calls that nobody answered, however often they rang."""

    @property
    def turns(self) -> list[TurnReport]:
        """What was said to the bot; not what was said to nobody, while it was passing the call on."""
        return [turn for report in self.reports for turn in _said(report) if not _is_passed_on(report, turn)]

    @property
    def passed_on(self) -> int:
        """Turns said while the bot passed the call on, as it does with one whom it has misheard."""
        return sum(_is_passed_on(report, turn) for report in self.reports for turn in _said(report))

    @property
    def latencies(self) -> list[float]:
        """Seconds, of turns that were answered after their end."""
        return [turn.latency_s for turn in self.turns if turn.latency_s is not None and not turn.cut_in]

    def as_json(self) -> dict[str, Any]:
        latencies = self.latencies
        return {
            "callers": self.at_once,
            "turns": len(latencies),
            "latency_median_s": round(statistics.median(latencies), 3),
            "latency_p95_s": round(percentile(latencies, 95), 3),
            "stages_s": {stage.name.lower(): round(seconds, 3) for stage, seconds in self.stages().items()},
            "cut_off": sum(turn.cut_in for turn in self.turns),
            "unanswered": sum(turn.latency_s is None and not turn.cut_in for turn in self.turns),
            "passed_on": self.passed_on,
            "refused": self.refused,
        }

    def stages(self) -> dict[Stage, float]:
        """The mean of each; they add up to the mean latency."""
        sums: dict[Stage, float] = defaultdict(float)
        timed = [turn for turn in self.turns if turn.latency_s is not None and not turn.cut_in]
        for part in itertools.chain.from_iterable(parts(turn) for turn in timed):
            sums[part.stage] += part.seconds
        return {stage: sums[stage] / len(timed) for stage in Stage if sums[stage]}

    @property
    def held(self) -> bool:
        median, worst = TARGETS[self.at_once]
        is_quick = statistics.median(self.latencies) <= median and percentile(self.latencies, 95) <= worst
        return is_quick and not self.refused


def _said(report: CallReport) -> list[TurnReport]:
    return [turn for turn in report.turns if not turn.did.startswith("hang up")]


def _is_passed_on(report: CallReport, turn: TurnReport) -> bool:
    """Whether a transfer was under way when the caller had finished, or began where the bot spoke into it."""
    at_s = turn.at_s if turn.cut_in or turn.ended_s is None else turn.ended_s
    steps = ("transfer", "transfer_outcome", "called_off")
    last = [entry.event for entry in report.journal if entry.event in steps and entry.at_s <= at_s]
    return last[-1:] == ["transfer"]


@dataclass(frozen=True)
class Figures:
    ways: list[Way]
    naive: list[float]
    """Seconds a turn."""
    memory_mib: float

    @property
    def greetings(self) -> list[float]:
        return [report.greeting_s for way in self.ways for report in way.reports if report.greeting_s is not None]


async def run_bench(folder: Path, options: argparse.Namespace) -> int:
    """Measure, print the table; 0 if the targets on two cores hold."""
    figures = await _measure(folder, options)
    if options.json:
        console.print_json(_as_json(figures))
    else:
        _table(figures)
    greeting = max(figures.greetings) <= GREETING_S
    return 0 if all(way.held for way in figures.ways) and greeting and figures.memory_mib <= MEMORY_MIB else 1


def percentile(values: Sequence[float], percent: float) -> float:
    return float(np.percentile(values, percent))


def _as_json(figures: Figures) -> dict[str, Any]:
    naive = statistics.median(figures.naive)
    alone = figures.ways[0].as_json()
    return {
        **{key: alone[key] for key in ("turns", "latency_median_s", "latency_p95_s", "unanswered")},
        "ways": [way.as_json() for way in figures.ways],
        "naive_median_s": round(naive, 3),
        "naive_p95_s": round(percentile(figures.naive, 95), 3),
        "times_faster": round(naive / alone["latency_median_s"], 2),
        "greeting_median_s": round(statistics.median(figures.greetings), 3),
        "greeting_max_s": round(max(figures.greetings), 3),
        "memory_mib": round(figures.memory_mib),
    }


def _table(figures: Figures) -> None:
    naive = statistics.median(figures.naive)
    print("caller's last sound to the bot's first, in the RTP at the caller")
    print(f"{'':24}{'turns':>6}{'median':>9}{'95 %':>9}{'target':>18}{'better':>18}")
    for way in figures.ways:
        told = way.as_json()
        name = "one call" if way.at_once == 1 else f"{way.at_once} calls at once"
        targets = "".join(
            f"{f'{median} s / {worst} s':>18}" for median, worst in (TARGETS[way.at_once], BETTER[way.at_once])
        )
        print(f"{name:24}{told['turns']:6}{told['latency_median_s']:8.2f}s{told['latency_p95_s']:8.2f}s{targets}")
    print(f"{'the naive way, one call':24}{len(figures.naive):6}{naive:8.2f}s{percentile(figures.naive, 95):8.2f}s")
    print(f"times faster: {naive / statistics.median(figures.ways[0].latencies):.2f}")
    print("\nmean seconds by stage")
    for way in figures.ways:
        stages = way.stages()
        summed = " + ".join(f"{stage} {seconds:.2f}" for stage, seconds in stages.items())
        print(f"{way.at_once}: {summed} = {sum(stages.values()):.2f}")
    for way in figures.ways:
        told = way.as_json()
        if told["cut_off"] or told["unanswered"] or told["passed_on"]:
            print(
                f"{way.at_once}: spoken into {told['cut_off']}, not answered {told['unanswered']} of {len(way.turns)};"
                f" {told['passed_on']} more were said while the call was passed on"
            )
        if way.refused:
            print(f"{way.at_once}: not answered at all: {way.refused} calls")
        slow = sorted(
            (turn for turn in way.turns if turn.latency_s and not turn.cut_in), key=lambda turn: -(turn.latency_s or 0)
        )
        print(f"{way.at_once}: slowest " + ", ".join(f"{turn.latency_s:.2f} s „{turn.did}“" for turn in slow[:3]))
    print(
        f"greeting after the ACK: {statistics.median(figures.greetings):.2f} s, at most {max(figures.greetings):.2f} s"
        f" (target {GREETING_S} s); memory of all processes: {figures.memory_mib:.0f} MiB (target {MEMORY_MIB})"
    )


async def _measure(folder: Path, options: argparse.Namespace) -> Figures:
    async with running_bot(folder) as bot:
        await asyncio.sleep(SETTLED_S)
        ways = [await _ring(bot, options, at_once) for at_once in ((1,) if options.one else (1, AT_ONCE))]
        memory_mib = bot.memory_mib()
    if not all(way.latencies for way in ways):
        raise SpeechError("the bot answered no turn: there is nothing to report")
    replies = [turn.transcript for way in ways for turn in way.turns if turn.transcript]
    with console.Bars() as bars:
        asked = [turn.did for turn in ways[0].turns][:: max(1, options.turns // 20)]
        naive = await asyncio.to_thread(_naive, asked, replies, bars)
    return Figures(ways, naive, memory_mib)


async def _ring(bot: Bot, options: argparse.Namespace, at_once: int) -> Way:
    """All calls, ``at_once`` at a time, with what the journal says of them."""
    scenarios = []
    for number in range(max(at_once, -(-options.turns // TURNS_A_CALL))):
        said = CALLS[number % len(CALLS)]
        # One more turn lets the last reply be heard to its end.
        turns = (*(Turn(say=text) for text in said), Turn(hang_up=True))
        scenarios.append(Scenario(f"bench {number}", turns, longest_s=60.0 * TURNS_A_CALL))
    codecs = tuple(codec.upper() for codec in options.codec or ("PCMA",))
    line = Line(f"sip:939@127.0.0.1:{bot.port}", "127.0.0.1", 0, codecs, events=False, jitter_buffer_ms=PACKET_MS)
    phrases = Phrases.of(scenarios)
    jobs = [Job(scenario, 1, line, phrases, RTP_PORT + RTP_PORTS * number) for number, scenario in enumerate(scenarios)]
    way = await asyncio.to_thread(_all, jobs, at_once)
    for report in way.reports:
        await bot.wait_until(lambda report=report: bot.events("ended", report.call), JOURNAL_S)  # type: ignore[misc]
        annotate(report, entries([told for told in bot.journal if told["call"] == report.call]))
    return way


def _all(jobs: Sequence[Job], at_once: int) -> Way:
    """Whoever is refused rings again: while the bot passes a call on, that takes two of the calls it can have."""
    reports: list[CallReport] = []
    waiting = list(jobs)
    label = "one call at a time" if at_once == 1 else f"{at_once} calls at once"
    with console.Bars() as bars:
        bars(label, 0, len(jobs))
        for _ in range(TRIES):
            refused = []
            for job, report in ring_all(waiting, at_once):
                report.drop_recording()
                if report.codec:
                    reports.append(report)
                    bars(label, len(reports), len(jobs))
                else:
                    refused.append(job)
            waiting = refused
            if not waiting:
                break
    return Way(at_once, reports, len(waiting))


def _naive(asked: list[str], replies: list[str], progress: Callable[[str, int, int], None]) -> list[float]:
    """The same turns the simple way: wait, recognise, then speak all of it; seconds a turn."""
    from faster_whisper import WhisperModel

    from voicebot.speech.synthesizer import Synthesizer

    store = ModelStore()
    model = WhisperModel(str(store.whisper("base")), device="cpu", compute_type="int8", cpu_threads=2)
    synthesizer = Synthesizer(store.chosen_voices(["de"], {}), cache_bytes=0)
    spoken = {text: np.frombuffer(speak(text), dtype="<i2").astype(np.float32) / 32768 for text in set(asked)}
    texts = [reply for reply in replies if reply] or ["Guten Tag"]
    seconds = []
    for number, question in enumerate(asked):
        progress("the naive way", number, len(asked))
        began = time.monotonic()
        segments, _ = model.transcribe(spoken[question])
        " ".join(segment.text for segment in segments)
        b"".join(synthesizer.synthesize(texts[number % len(texts)], "de"))
        seconds.append(NAIVE_END_OF_TURN_S + time.monotonic() - began)
    progress("the naive way", len(asked), len(asked))
    return seconds
