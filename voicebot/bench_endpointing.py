"""``voicebot bench endpointing``: who is cut off at a pause, and how long everybody else waits for an answer.

Questions nobody has tuned anything to are spoken with a pause inside, sent through a telephone line, and taken in
turns as on a call: the same voice activity, recognition, understanding and patience, frame by frame. Calls begin with
such questions; below stands what would become of them later in a call. Beside both, in the same run, ends of turn after
a fixed silence.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import random
import re
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from telephony.audio import FRAME_MS, RATE, frames
from voicebot import console
from voicebot.ask import load_comprehension, load_router
from voicebot.calling.loudness import spans
from voicebot.calling.sounds import bare
from voicebot.calllanguage import CallLanguage
from voicebot.catalogue.city import City
from voicebot.endpointing import PATIENCE, patience_ms
from voicebot.evaluation.measures import Share
from voicebot.evaluation.sets import Utterance, read_sets
from voicebot.evaluation.spoken import Ears, through_telephone
from voicebot.hearing import Heard, hear
from voicebot.knowledge import SAMPLE_CITY, Comprehension
from voicebot.listener import RESUMED_MS
from voicebot.pico import speak
from voicebot.routing import Router
from voicebot.settings import Settings
from voicebot.share import share
from voicebot.speech.models import ModelStore
from voicebot.speech.recognizer import Recognizer
from voicebot.speech.vad import VoiceActivity
from voicebot.turns import Paused, Resumed, TurnEnded, Turns

PAUSES_S = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
FIXED_MS = (500, 800)
MOST_CUT_OFF = 0.04
_FEWEST_WORDS = 5
_CLAUSE = re.compile(r"[,.;!?]\s|\s(?:und|oder|aber|weil|dass|ob|wenn|denn)\s")


@dataclass(frozen=True)
class Halves:
    """An utterance with a pause inside."""

    before: str
    after: str
    pause_s: float


@dataclass(frozen=True)
class Way:
    """How an end of turn is found."""

    name: str
    fixed_ms: int | None = None
    """After so much silence; None to go by what is understood."""
    opens: bool = False
    """Whether what is said is the first of a call."""


THIS_BOT = Way("this bot", opens=True)
WAYS = (
    THIS_BOT,
    Way("later in a call"),
    *(Way(f"after {fixed / 1000:.1f} s", fixed) for fixed in FIXED_MS),
)


@dataclass(frozen=True)
class Taken:
    """How one utterance was taken."""

    cut_off: bool
    wait_s: float
    """From the caller's last sound to the decision that the turn is over."""
    taken_back: bool = False
    """Whether the caller went on soon enough for the answer to be taken back; that it was is not measured here."""


def halves(texts: Sequence[str], count: int) -> list[Halves]:
    """Texts with pauses: every other one between clauses where it has some, the others between any two words."""
    chance = random.Random(1)
    long = [text for text in texts if len(text.split()) >= _FEWEST_WORDS]
    chosen = long[:: max(1, len(long) // count)][:count]
    found = []
    for number, text in enumerate(chosen):
        clauses = [match.start() + 1 for match in _CLAUSE.finditer(text)]
        words = [match.start() for match in re.finditer(r"\s", text)][1:-1]
        place = chance.choice(clauses if clauses and number % 2 else words)
        found.append(Halves(text[:place].strip(), text[place:].strip(), PAUSES_S[number % len(PAUSES_S)]))
    return found


class Ear:
    """What a call hears with."""

    def __init__(self, ears: Ears, comprehension: Comprehension, languages: Sequence[str]) -> None:
        self.ears = ears
        self.comprehension = comprehension
        self.languages = languages
        self._heard: dict[bytes, Heard] = {}
        """Of the utterance that is being taken, in one way after the other."""

    def forget(self) -> None:
        self._heard.clear()

    async def patience(self, speech: Paused, *, opens: bool) -> tuple[int, int]:
        """Milliseconds of silence that end the turn, and those that deciding it took."""
        heard = self._heard.get(speech.pcm) or await self._hear(speech)
        self._heard[speech.pcm] = heard
        took = math.ceil((heard.recognition_s + heard.understanding_s) * 1000)
        return patience_ms(heard.understanding, None, opens=opens), took

    async def _hear(self, speech: Paused) -> Heard:
        return await hear(
            self.ears,
            self.comprehension,
            speech.pcm,
            speech.spoken_s,
            language=CallLanguage(self.languages[0]),
            languages=self.languages,
            expecting=None,
            last_service=None,
        )

    async def take(self, pcm: bytes, end_s: float, way: Way) -> Taken:
        """Take the first turn of 16 kHz ``pcm``, whose last sound is at ``end_s`` seconds."""
        fixed_ms = way.fixed_ms
        activity, turns = VoiceActivity(), Turns()
        turns.end_ms = fixed_ms or PATIENCE.unfinished
        decided_at, patience, now, last_sound = math.inf, PATIENCE.unfinished, 0, 0
        sound = iter(frames(pcm))
        for frame in sound:
            now += FRAME_MS
            if fixed_ms is None:
                turns.end_ms = patience if now >= decided_at else PATIENCE.unfinished
            for event in turns.push(frame, activity.push(frame)):
                match event:
                    case Paused() if fixed_ms is None:
                        patience, took = await self.patience(event, opens=way.opens)
                        decided_at = now + took
                        last_sound = now - turns.silence_ms
                    case Resumed():
                        decided_at = math.inf
                    case TurnEnded() if now / 1000 < end_s:
                        resumed = _next_turn(sound, activity, turns, now)
                        return Taken(True, now / 1000 - end_s, fixed_ms is None and resumed - last_sound <= RESUMED_MS)
                    case TurnEnded():
                        return Taken(False, now / 1000 - end_s)
        return Taken(cut_off=False, wait_s=PATIENCE.unfinished / 1000)


def _next_turn(sound: Iterator[bytes], activity: VoiceActivity, turns: Turns, now: float) -> float:
    """When the caller is heard again, milliseconds."""
    for frame in sound:
        now += FRAME_MS
        turns.push(frame, activity.push(frame))
        if turns.speaking:
            return now
    return math.inf


def run_bench_endpointing(settings: Settings, options: argparse.Namespace) -> int:
    """Measure and print; 1 if too many are cut off. Raises DataError, ModelError, StoreError."""
    router = load_router(settings)
    asked = _questions(router.city)
    model = ModelStore(settings.speech.models_dir).whisper(settings.speech.model)
    ears = Ears(Recognizer(model, settings.speech.threads, languages=settings.speech.languages))
    try:
        ways = asyncio.run(_measure(settings, router, ears, halves([each.text for each in asked], options.turns)))
    finally:
        ears.close()
    adaptive = ways[THIS_BOT.name]
    if options.json:
        console.print_json({name: _figures(taken) for name, taken in ways.items()})
    else:
        _print(ways)
    return 0 if _cut_off(adaptive).value <= MOST_CUT_OFF else 1


def _questions(city: City) -> tuple[Utterance, ...]:
    sets = read_sets(share("data") / SAMPLE_CITY / "evaluation", city, "de")
    return tuple(each for each in sets.questions if each.intent == "service")


async def _measure(settings: Settings, router: Router, ears: Ears, spoken: Sequence[Halves]) -> dict[str, list[Taken]]:
    comprehension = await load_comprehension(settings, router)
    ear = Ear(ears, comprehension, settings.speech.languages)
    ways: dict[str, list[Taken]] = {way.name: [] for way in WAYS}
    with console.Bars() as bars:
        for number, each in enumerate(spoken):
            bars("utterances", number, len(spoken))
            pcm, end_s = _sound(each)
            ear.forget()
            for way in WAYS:
                ways[way.name].append(await ear.take(pcm, end_s, way))
        bars("utterances", len(spoken), len(spoken))
    return ways


def _sound(each: Halves) -> tuple[bytes, float]:
    """As a line delivers it, and when its last sound is over."""
    quiet = bytes(2 * round(each.pause_s * RATE))
    pcm = through_telephone(bare(speak(each.before)) + quiet + bare(speak(each.after)) + bytes(4 * RATE))
    return pcm, spans(list(frames(pcm)))[-1][1]


def _cut_off(taken: Sequence[Taken]) -> Share:
    return Share(sum(each.cut_off for each in taken), len(taken))


def _figures(taken: Sequence[Taken]) -> dict[str, float]:
    waits = [each.wait_s for each in taken if not each.cut_off]
    return {
        "utterances": len(taken),
        "cut_off": round(_cut_off(taken).value, 4),
        "taken_back": sum(each.taken_back for each in taken),
        "wait_median_s": round(statistics.median(waits), 3) if waits else math.nan,
    }


def _print(ways: dict[str, list[Taken]]) -> None:
    print(f"questions with a pause of {PAUSES_S[0]} to {PAUSES_S[-1]} s inside, spoken by Pico through A-law")
    print(f"{'end of turn':16}{'cut off':>18}{'wait, median':>14}{'target':>10}")
    for name, taken in ways.items():
        off, figures = _cut_off(taken), _figures(taken)
        low, high = off.interval
        target = f"≤ {MOST_CUT_OFF:.0%}" if name == THIS_BOT.name else ""
        print(
            f"{name:16}{off.value:8.1%} {off.hits:3}/{off.of:<5}{figures['wait_median_s']:12.2f} s{target:>10}"
            f"   95 % interval {low:.1%} to {high:.1%}"
        )
    off, back = _cut_off(ways[THIS_BOT.name]), sum(each.taken_back for each in ways[THIS_BOT.name])
    if off.hits:
        print(f"of the {off.hits} that this bot spoke into, {back} went on soon enough for the answer to be taken back")
