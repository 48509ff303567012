"""``voicebot route``: where a call would go at a moment, and why, without a call."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from voicebot import console
from voicebot import dialogue as dialogues
from voicebot.ask import clock_at, load_comprehension, load_router
from voicebot.catalogue.calendarwords import shipped
from voicebot.catalogue.city import Department
from voicebot.catalogue.hours import spoken_opening, spoken_reason
from voicebot.cli import UsageError
from voicebot.dialogue import Dialogue
from voicebot.routing import Action, Router
from voicebot.settings import Settings
from voicebot.switching import Plan, Rules, Target, plan

_WEEKDAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_ACTIONS = {
    Action.ANSWER: "Auskunft, danach auf Wunsch verbinden",
    Action.CLARIFY: "Rückfrage, was gemeint ist; hier der Weg für das Wahrscheinlichste",
    Action.TRANSFER: "verbinden",
    Action.EXTERNAL: "andere Behörde, sie wird nur genannt",
    Action.EMERGENCY: "Notruf, verbunden wird nicht",
    Action.CALLBACK: "Rückruf",
}


@dataclass(frozen=True)
class _Asked:
    """What the call is about."""

    text: str | None
    language: str
    action: Action
    service: str | None
    department: Department | None
    confidence: float


def run_route(settings: Settings, options: argparse.Namespace) -> None:
    """Print the way of one call. Raises UsageError, StoreError, PromptError, ModelError."""
    languages = settings.speech.languages
    if options.lang is not None and options.lang not in languages:
        raise UsageError(f"--lang {options.lang}: there are {', '.join(languages)}")
    by_key = options.department is not None or options.service is not None
    if by_key == (options.text is not None):
        raise UsageError("say what the call is about: a text, or --department or --service with a key")
    at = clock_at(options.at)
    router = load_router(settings)
    # A few typed words tell too little of the language by which rows of the table are chosen.
    language = options.lang or languages[0]
    asked = (
        _named(router, options, language)
        if by_key
        else asyncio.run(_understood(settings, router, options.text, language, at))
    )
    plans = _plans(router, asked, at, settings.transfer.rules())
    if options.json:
        console.print_json(_report(router, asked, at, plans))
    else:
        print("\n".join(_lines(router, asked, at, plans)))


def _named(router: Router, options: argparse.Namespace, language: str) -> _Asked:
    city = router.city
    if options.service is not None and options.service not in city.services:
        raise UsageError(f"--service {options.service}: there is no such key in services.csv")
    if options.department is not None and options.department not in city.departments:
        raise UsageError(f"--department {options.department}: there is no such key in departments.csv")
    key = options.department if options.department is not None else city.services[options.service].department
    department = city.departments[key]
    action = Action.EXTERNAL if department.kind == "extern" else Action.TRANSFER
    return _Asked(None, language, action, options.service, department, 1.0)


async def _understood(settings: Settings, router: Router, text: str, language: str, at: datetime) -> _Asked:
    """As ``voicebot ask`` understands it."""
    comprehension = await load_comprehension(settings, router)
    dialogue = Dialogue(router, language, clock=lambda: at)
    heard = await comprehension.understand(
        text, dialogue.language, expecting=dialogue.expecting, last_service=dialogue.service
    )
    dialogue.step(dialogues.heard(heard))
    decision = dialogue.decision
    return _Asked(
        text, dialogue.language, decision.action, decision.service, decision.department, round(heard.confidence, 3)
    )


def _plans(router: Router, asked: _Asked, at: datetime, rules: Rules) -> list[Plan]:
    """The chain of the department, and that of the switchboard for when nobody answers there."""
    if asked.action in (Action.EXTERNAL, Action.EMERGENCY, Action.CALLBACK):
        return []
    first = router.transferable(asked.department)
    ways = [(first, asked.service)]
    if first.key != router.switchboard.key:
        ways.append((router.switchboard, None))
    return [
        plan(router.city, router.calendar, department, service, at=at, language=asked.language, rules=rules)
        for department, service in ways
    ]


def _lines(router: Router, asked: _Asked, at: datetime, plans: list[Plan]) -> list[str]:
    first = router.transferable(asked.department)
    lines = [f"Zeitpunkt: {_moment(at)}, Sprache {asked.language}"]
    if asked.text is not None:
        lines.append(f"Gesagt: „{asked.text}“")
        lines.append(
            f"Verstanden: {_ACTIONS.get(asked.action, asked.action.value)} (Sicherheit {asked.confidence:.2f})"
        )
    if asked.service:
        lines.append(f"Dienstleistung: {router.city.services[asked.service].name('de')} ({asked.service})")
    if asked.department is None:
        lines.append("Stelle: keine; wer einen Menschen verlangt, kommt zur Zentrale")
    else:
        state = "" if asked.department.kind == "extern" else f", {_state(router, asked.department, at)}"
        lines.append(f"Stelle: {asked.department.name('de')} ({asked.department.key}){state}")
    if asked.action is Action.EXTERNAL and asked.department is not None:
        number = asked.department.extension or "keine Nummer bekannt"
        return [*lines, f"Es klingelt niemand; genannt wird: {asked.department.name('de')}, {number}"]
    if asked.action is Action.EMERGENCY:
        return [*lines, "Es klingelt niemand; genannt wird der Notruf"]
    for step, each in enumerate(plans, start=1):
        what = router.switchboard if step > 1 else first
        lines.append(f"{step}. {'Meldet sich niemand, ' if step > 1 else ''}{what.name('de')}:")
        lines += [f"   - {reason}" for reason in each.reasons]
        lines.append(f"   = {_result(each, at)}")
    return [*lines, f"{len(plans) + 1}. {'Sonst ' if plans else ''}Rückruf durch: {first.name('de')}"]


def _state(router: Router, department: Department, at: datetime) -> str:
    if closes := router.calendar.closes(department, at):
        return f"geöffnet bis {closes:%H:%M} Uhr" if department.hours else "ohne Öffnungszeiten"
    reason = router.calendar.why_closed(department, at)
    return f"geschlossen wegen {spoken_reason(reason, shipped())}" if reason else "geschlossen"


def _result(found: Plan, at: datetime) -> str:
    if found.targets:
        ringing = ", dann ".join(target.target for target in found.targets)
        return f"Es klingelt: {ringing}. Angesagt wird: {found.department.name('de')}."
    if found.opens is None:
        return "Es klingelt niemand, auch nicht in nächster Zeit."
    return f"Es klingelt niemand. Wieder zu erreichen {spoken_opening(found.opens, at, shipped())}."


def _moment(at: datetime) -> str:
    return f"{_WEEKDAYS[at.weekday()]}, {at:%d.%m.%Y}, {at:%H:%M} Uhr"


def _report(router: Router, asked: _Asked, at: datetime, plans: list[Plan]) -> dict[str, Any]:
    return {
        "text": asked.text,
        "language": asked.language,
        "at": at.isoformat(),
        "action": asked.action.value,
        "service": asked.service,
        "department": asked.department.key if asked.department else None,
        "confidence": asked.confidence,
        "ways": [
            {
                "department": each.department.key,
                "targets": [_target(target) for target in each.targets],
                "opens": each.opens.isoformat() if each.opens else None,
                "reasons": list(each.reasons),
            }
            for each in plans
        ],
        "callback": router.transferable(asked.department).key,
    }


def _target(target: Target) -> dict[str, Any]:
    return {
        "department": target.department,
        "kind": target.kind,
        "target": target.target,
        "method": target.method.value,
        "ring_s": target.ring_s,
        "identity": target.identity,
    }
