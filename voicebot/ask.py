"""``voicebot ask``: understanding and dialogue without audio."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicebot import console
from voicebot import dialogue as dialogues
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.catalogue.store import open_database
from voicebot.cli import UsageError
from voicebot.dialogue import Dialogue, Input, Kind, Say, State
from voicebot.knowledge import Comprehension, city_or_sample, comprehend
from voicebot.prompts import Prompts
from voicebot.routing import Router
from voicebot.settings import Settings
from voicebot.speech.embedder import Embedder
from voicebot.speech.language import decide_language
from voicebot.understanding.result import Understanding

_FIRST_YEAR, _LAST_YEAR = 1991, 2099
_SPOKEN_S = 60.0
"""A typed text is no short utterance: its language may change at once."""


def run_ask(settings: Settings, lines: Iterable[str], options: argparse.Namespace) -> None:
    """Print what the bot makes of each line, and what it would say."""
    languages = settings.speech.languages
    if options.lang is not None and options.lang not in languages:
        raise UsageError(f"--lang {options.lang}: there are {', '.join(languages)}")
    clock_at(options.at)
    asyncio.run(_ask_all(settings, load_router(settings), lines, options))


def load_router(settings: Settings) -> Router:
    """The city, the prompts and what may be spoken, as these settings say. Raises StoreError, PromptError."""
    engine = open_database(settings.database_url)
    try:
        city = city_or_sample(engine, console.note)
    finally:
        engine.dispose()
    prompts = Prompts.load(settings.speech.languages, settings.data.prompts_dir)
    return Router(city, prompts, settings.data.speak_samples, settings.transfer.rules())


async def load_comprehension(settings: Settings, router: Router) -> Comprehension:
    """Understanding with the embedder in this process. Raises ModelError."""
    embedder = Embedder()

    async def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        return embedder.embed(texts)

    with console.Bars() as bars:
        return await comprehend(router.city, embed, settings.speech.models_dir, bars)


def written_language(text: str, current: str, languages: Sequence[str]) -> str:
    """The language of a typed utterance, one of ``languages``."""
    return decide_language(text, {}, _SPOKEN_S, current, languages)


async def _ask_all(settings: Settings, router: Router, lines: Iterable[str], options: argparse.Namespace) -> None:
    languages = settings.speech.languages
    comprehension = await load_comprehension(settings, router)

    def caller() -> Dialogue:
        return Dialogue(router, languages[0], area_code=settings.sip.area_code, clock=lambda: clock_at(options.at))

    dialogue = caller()
    for text in lines:
        if not text:
            continue
        if not options.chat:
            dialogue = caller()
        language = options.lang or written_language(text, dialogue.language, languages)
        heard = await comprehension.understand(
            text, language, expecting=dialogue.expecting, last_service=dialogue.service
        )
        dialogue.language = language
        actions = dialogue.step(dialogues.heard(heard))
        if dialogue.state is State.KEEPING:
            actions += dialogue.step(Input(Kind.KEPT))  # nothing is stored here
        said = [each for each in actions if isinstance(each, Say)]
        _print(_report(heard, dialogue, said), as_json=options.json)


def clock_at(at: str | None) -> datetime:
    """The time to answer at, Europe/Berlin. Raises UsageError."""
    if at is None:
        return datetime.now(TOWN_TIME)
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise UsageError(f"--at {at}: write it as 2026-11-23T10:00") from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise UsageError(f"--at {at}: there are calendars from {_FIRST_YEAR} to {_LAST_YEAR}")
    return moment.replace(tzinfo=TOWN_TIME) if moment.tzinfo is None else moment.astimezone(TOWN_TIME)


def _report(heard: Understanding, dialogue: Dialogue, said: list[Say]) -> dict[str, Any]:
    decision = dialogue.decision
    department = decision.department
    return {
        "text": heard.text,
        "language": heard.language,
        "service": decision.service,
        "aspect": decision.aspect,
        "confidence": round(heard.confidence, 3),
        "action": decision.action.value,
        "department": department.key if department else None,
        "extension": (department.extension or None) if department else None,
        "reply": " ".join(say.text for say in said),
        "candidates": [[service, score] for service, score in heard.candidates],
    }


def _print(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        console.print_json(report)
        return
    what = report["service"] or report["department"] or "-"
    print(f"{report['action']} {what} {report['aspect'] or ''} ({report['confidence']:.2f})".replace("  ", " "))
    print(f"  {report['reply']}")
