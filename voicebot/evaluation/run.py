"""``voicebot evaluate``: every question is put to the bot by a caller of its own, and the answers are counted."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from voicebot import console
from voicebot import dialogue as dialogues
from voicebot.ask import load_comprehension, load_router, written_language
from voicebot.catalogue.city import City
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.cli import UsageError
from voicebot.dialogue import Dialogue
from voicebot.evaluation import measures
from voicebot.evaluation.baseline import Rapidfuzz, everything, names
from voicebot.evaluation.measures import Measure, Outcome, Pair, Target, count
from voicebot.evaluation.noise import Samples
from voicebot.evaluation.plot import plot_calibration
from voicebot.evaluation.report import Baseline, Report, as_json, print_report
from voicebot.evaluation.sets import Sets, Utterance, read_foreign, read_off_topic, read_sets
from voicebot.evaluation.spoken import Ears, SpokenCaller, load_noise
from voicebot.knowledge import SAMPLE_CITY, Comprehension, embeddings_path, misheard_as, shipped_embeddings
from voicebot.routing import Action, Router
from voicebot.settings import Settings
from voicebot.share import share
from voicebot.speech.embedder import Embedder
from voicebot.speech.models import ModelStore
from voicebot.speech.progress import Progress
from voicebot.speech.recognizer import Recognizer
from voicebot.understanding import fitting
from voicebot.understanding.matching import FULL, LEXICAL
from voicebot.understanding.result import Understanding
from voicebot.understanding.understander import texts_to_embed

TARGETS = {
    "first": Target(0.93),
    "first_three": Target(0.98),
    "aspect": Target(0.92),
    "wrong_department": Target(0.02, at_most=True),
    "off_topic": Target(0.04, at_most=True),
    "emergencies": Target(1.0),
    "false_emergencies": Target(0.01, at_most=True),
    "spoken_first": Target(0.85),
    "noisy_first": Target(0.75),
}
"""Of the city's own sets in its own language; the questions of somebody else were asked of another town hall."""
FOREIGN_TARGETS = {"first": Target(0.85)}
"""Of its sets in another language; that of "spoken_first" holds for English alone."""
SPOKEN_ENGLISH = Target(0.80)
LANGUAGE_RIGHT = Target(0.97)
OWN_LANGUAGE_LOST = Target(0.01, at_most=True)
LONG_S = 3.0
"""Seconds of speech from which its language must be known."""


ASKED_AT = datetime(2026, 11, 25, 10, 0, tzinfo=TOWN_TIME)
"""When all questions are asked: a Wednesday morning, so that the measure is the same at any time."""


@dataclass(frozen=True)
class Bot:
    """The bot without its telephone."""

    router: Router
    comprehension: Comprehension
    languages: Sequence[str]

    async def ask(self, asked: Utterance) -> Outcome:
        """What a fresh caller's typed question leads to, as ``voicebot ask`` would report it."""
        dialogue = Dialogue(self.router, self.languages[0], clock=lambda: ASKED_AT)
        language = written_language(asked.text, dialogue.language, self.languages)
        began = time.perf_counter()
        heard = await self.comprehension.understand(
            asked.text, language, expecting=dialogue.expecting, last_service=dialogue.service
        )
        seconds = time.perf_counter() - began
        dialogue.language = language
        return replace(outcome(dialogue, heard), understanding_s=seconds)


def outcome(dialogue: Dialogue, heard: Understanding) -> Outcome:
    """Let the dialogue take what was heard, and say what it decided."""
    dialogue.step(dialogues.heard(heard))
    decision = dialogue.decision
    return Outcome(
        action=decision.action,
        service=decision.service,
        wishes=tuple(each.service for each in (heard, *heard.then) if each.service),
        choices=heard.choices,
        candidates=heard.candidates,
        aspect=decision.aspect,
        department=decision.department.key if decision.department else None,
        number=heard.emergency,
        doubt=heard.doubt,
        text=heard.text,
    )


Ask = Callable[[Utterance], Awaitable[Outcome]]


@dataclass(frozen=True)
class SpokenBot:
    """The same, with its ears."""

    bot: Bot
    caller: SpokenCaller

    async def ask(self, asked: Utterance) -> Outcome:
        """What a fresh caller's spoken question leads to."""
        dialogue = Dialogue(self.bot.router, self.bot.languages[0], clock=lambda: ASKED_AT)
        heard = await self.caller.say(asked.text, asked.language)
        if heard is None:
            return Outcome(Action.NOMATCH)
        dialogue.language = heard.understanding.language
        return replace(
            outcome(dialogue, heard.understanding),
            understanding_s=heard.understanding_s,
            language=heard.understanding.language,
            spoken_s=self.caller.spoken_s,
        )


async def ask_all(ask: Ask, asked: Sequence[Utterance], label: str, progress: Progress) -> list[Pair]:
    pairs = []
    for number, each in enumerate(asked):
        progress(label, number, len(asked))
        pairs.append((each, await ask(each)))
    if asked:
        progress(label, len(asked), len(asked))
    return pairs


def run_evaluate(settings: Settings, options: argparse.Namespace) -> int:
    """Measure and print; 1 if a target is missed. Raises DataError, UsageError."""
    if options.plot and not options.plot.parent.is_dir():
        raise UsageError(f"--plot {options.plot}: there is no folder {options.plot.parent}")
    router = load_router(settings)
    if options.cross_validate:
        return _cross_validate(settings, router.city)
    sets = _sets(options, router.city, settings.speech.languages[0])
    report = asyncio.run(_measure(settings, router, sets, options))
    if options.plot:
        try:
            plot_calibration(report.calibration, options.plot)
        except OSError as error:
            raise UsageError(f"--plot {options.plot}: {error.strerror or error}") from None
    if options.json:
        console.print_json(as_json(report))
    else:
        print_report(report)
    return 1 if report.is_missed else 0


def _cross_validate(settings: Settings, city: City) -> int:
    """Print what the weights of the evidence would be if they were fitted to this city."""
    path = embeddings_path(settings.speech.models_dir)
    with console.Bars() as bars:
        misheard = misheard_as(city, settings.speech.models_dir)
        vectors = Embedder().embed_cached(texts_to_embed(city, misheard), path, bars, shipped_embeddings())
        judged = fitting.cross_validate(city, vectors, misheard, partial(bars, "cross-validating"))
    for name, weighing, used in zip(("FULL", "LEXICAL"), fitting.fit(judged), (FULL, LEXICAL), strict=True):
        share = fitting.share_right(judged, weighing, blind=name == "LEXICAL")
        print(f"{name}: {weighing}")
        print(f"  right service first: {share:.1%} of {len(judged)} examples never seen; in use: {used}")
    return 0


def _sets(options: argparse.Namespace, city: City, default_language: str) -> Sets:
    if options.limit is not None and options.limit < 1:
        raise UsageError(f"--limit {options.limit}: at least 1")
    if (options.questions is None) != (options.services is None):
        raise UsageError("--questions and --services belong together: the questions, and which services they mean")
    own = options.folder or (share("data") / SAMPLE_CITY / "evaluation" if _is_own(options) else None)
    sets = read_sets(own, city, options.language) if own else Sets()
    if options.questions:
        foreign = read_foreign(options.questions, options.services, city, options.language or default_language)
        sets = replace(sets, questions=foreign.questions, not_ours=foreign.not_ours)
    if options.off_topic:
        sets = replace(sets, off_topic=read_off_topic(options.off_topic, options.language))
    if not any(vars(sets).values()):
        raise UsageError("there is nothing to measure: no question was found")
    return sets.limited(options.limit) if options.limit else sets


def _is_own(options: argparse.Namespace) -> bool:
    return options.questions is None and options.off_topic is None


async def _measure(settings: Settings, router: Router, sets: Sets, options: argparse.Namespace) -> Report:
    comprehension = await load_comprehension(settings, router)
    bot = Bot(router, comprehension, settings.speech.languages)
    # The first questions pay for what is loaded when it is first used.
    for text in ("Guten Tag", "Was kostet das?"):
        await bot.ask(Utterance("", text))
    with console.Bars() as bars:
        questions = await ask_all(bot.ask, sets.questions, "questions", bars)
        found = measures.question_measures(questions, router.city.switchboard)
        found += _by_language(questions, settings.speech.languages[0])
        found += await _other_measures(bot, sets, bars)
        spoken = await _ask_aloud(bot, settings, sets, options, bars)
    for key, label, pairs in spoken:
        found += _spoken_measures(key, label, pairs, settings.speech.languages[0])
    targets = {"off_topic": TARGETS["off_topic"]} if options.questions else _targets(sets, settings.speech.languages[0])
    return Report(
        city=router.city.name,
        measures=[replace(each, target=each.target or targets.get(each.key)) for each in found],
        baselines=_baselines(router.city, sets.questions),
        confusions={
            "text": measures.confusions(questions),
            **{
                label: measures.confusions([pair for pair in pairs if pair[0].intent == "service"])
                for _, label, pairs in spoken
            },
        },
        calibration=measures.calibration(questions),
        times=measures.times([each.understanding_s for _, each in questions]),
    )


def _targets(sets: Sets, own: str) -> dict[str, Target]:
    """What must hold: of one language that of it, of several what holds for each of them."""
    asked = {each.language for each in sets.questions}
    if asked <= {own}:
        return TARGETS
    english = {"spoken_first": SPOKEN_ENGLISH} if asked == {"en"} else {}
    return FOREIGN_TARGETS | english if own not in asked else {}


def _by_language(pairs: Sequence[Pair], own: str) -> list[Measure]:
    """The right service first, each language by itself where there are several."""
    of: dict[str, list[Pair]] = defaultdict(list)
    for pair in measures.about_services(pairs):
        of[pair[0].language].append(pair)
    if len(of) < 2:
        return []
    return [
        Measure(
            f"first_{language}",
            f"  right service first, {language}",
            count(asked, measures.is_first),
            TARGETS["first"] if language == own else FOREIGN_TARGETS["first"],
        )
        for language, asked in of.items()
    ]


async def _other_measures(bot: Bot, sets: Sets, progress: Progress) -> list[Measure]:
    off_topic = await ask_all(bot.ask, sets.off_topic, "off topic", progress)
    emergencies = await ask_all(bot.ask, sets.emergencies, "emergencies", progress)
    harmless = await ask_all(bot.ask, sets.no_emergencies, "no emergencies", progress)
    vague = await ask_all(bot.ask, sets.clarify, "general questions", progress)
    several = await ask_all(bot.ask, sets.several, "several wishes", progress)
    not_ours = await ask_all(bot.ask, sets.not_ours, "services not ours", progress)
    return [
        *_off_topic(off_topic),
        Measure("emergencies", "emergencies found", count(emergencies, measures.is_emergency)),
        Measure("emergencies_warned", "emergencies found or warned of", count(emergencies, measures.is_warned)),
        Measure("false_emergencies", "falsely taken for an emergency", count(harmless, measures.is_emergency)),
        Measure("false_warnings", "harmless sentences with a warning", count(harmless, measures.is_warned)),
        Measure("clarify", "general questions asked back", count(vague, measures.is_action(Action.CLARIFY))),
        Measure("clarify_well", "  offering only what fits", count(vague, measures.is_asked_back_well)),
        Measure("several", "several wishes, all found", count(several, measures.are_all_found)),
        Measure("not_ours", "about services not ours, yet answered", count(not_ours, measures.is_sent_somewhere)),
    ]


async def _ask_aloud(
    bot: Bot, settings: Settings, sets: Sets, options: argparse.Namespace, progress: Progress
) -> list[tuple[str, str, list[Pair]]]:
    """Questions about services, and what is there for its language alone, spoken.

    :returns: key and label of each way that was asked for, and what came of it
    """
    ways: list[tuple[str, str, Samples | None]] = [("spoken", "spoken", None)] if options.speech else []
    if options.noise:
        ways.append(("noisy", f"in noise, {options.snr:g} dB", load_noise(options.noise)))
    if not ways:
        return []
    model = ModelStore(settings.speech.models_dir).whisper(settings.speech.model, progress)
    ears = Ears(Recognizer(model, settings.speech.threads, languages=bot.languages))
    caller = SpokenCaller(ears, bot.comprehension, bot.languages, snr=options.snr)
    asked = [each for each in sets.questions if each.intent == "service"] + list(sets.spoken)
    found = []
    try:
        for key, label, noise in ways:
            aloud = SpokenBot(bot, replace(caller, noise=noise))
            found.append((key, label, await ask_all(aloud.ask, asked, label, progress)))
    finally:
        ears.close()
    return found


def _spoken_measures(key: str, label: str, pairs: Sequence[Pair], own: str) -> list[Measure]:
    asked = measures.about_services(pairs)
    long = [(utterance, outcome) for utterance, outcome in pairs if outcome.spoken_s >= LONG_S]
    in_own = [pair for pair in pairs if pair[0].language == own]
    is_clear = key == "spoken"
    return [
        Measure(f"{key}_first", f"{label}: right service first", count(asked, measures.is_first)),
        Measure(f"{key}_first_three", f"{label}: among the first three", count(asked, measures.is_among_three)),
        Measure(f"{key}_wrong_department", f"{label}: to a wrong department", count(asked, measures.is_sent_wrong)),
        Measure(
            f"{key}_language",
            f"{label}: language right, from {LONG_S:g} s on",
            count(long, measures.is_in_its_language),
            LANGUAGE_RIGHT if is_clear else None,
        ),
        Measure(
            f"{key}_lost",
            f"{label}: {own} lost to another language",
            count(in_own, measures.is_lost_to_another),
            OWN_LANGUAGE_LOST if is_clear else None,
        ),
    ]


def _off_topic(pairs: Sequence[Pair]) -> list[Measure]:
    """All of them, and each list by itself where there are several."""
    lists: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        lists[pair[0].language].append(pair)
    found = [
        Measure("off_topic", "off topic answered with a service", count(pairs, measures.is_sent_somewhere)),
        Measure("off_topic_asked_back", "off topic asked back", count(pairs, measures.is_action(Action.CLARIFY))),
    ]
    if len(lists) > 1:
        found += [
            Measure(f"off_topic_{name}", f"  answered, of {name}", count(of_list, measures.is_sent_somewhere))
            for name, of_list in lists.items()
        ]
    return found


def _baselines(city: City, questions: Sequence[Utterance]) -> list[Baseline]:
    asked = [each for each in questions if each.intent == "service"]
    if not asked:
        return []
    found = []
    for name, texts in (("rapidfuzz, names", names(city)), ("rapidfuzz, all words", everything(city))):
        way = Rapidfuzz(texts)
        pairs = [(each, way.ask(each.text)) for each in asked]
        taken = measures.times([answer.understanding_s for _, answer in pairs])
        assert taken is not None
        first, three = (count(pairs, hit) for hit in (measures.is_first, measures.is_among_three))
        found.append(Baseline(name, first, three, taken))
    return found
