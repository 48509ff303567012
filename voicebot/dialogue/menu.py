"""What can be done by key alone: for whoever cannot, or does not want to, speak to a machine."""

from __future__ import annotations

from dataclasses import replace

from voicebot.dialogue import answers, messages
from voicebot.dialogue.inputs import Do, Input, State
from voicebot.dialogue.talk import Choosing, Talk
from voicebot.routing import MOST_CHOICES
from voicebot.understanding.result import Intent, Understanding


def open_menu(talk: Talk, _: Input, prompt: str = "menu") -> list[Do]:
    """Name the keys; what was said before stays open to be said."""
    talk.state = State.MENU
    more = [talk.say("menu_report")] if talk.router.reports else []
    return [talk.say(prompt), *([talk.say("menu")] if prompt != "menu" else []), *more]


def ask(talk: Talk, happened: Input) -> list[Do]:
    """A yes to "Was kann ich für Sie tun?": what, then? The key for it asks for the menu."""
    if happened.digits:
        return open_menu(talk, happened)
    return answers.next_wish(talk, "next_wish") or [talk.say("greeting_question")]


def leave(talk: Talk, happened: Input) -> list[Do]:
    """A no to it ends the call; its key may have been meant otherwise."""
    return open_menu(talk, happened) if happened.digits else answers.leave(talk, happened)


def first(talk: Talk, happened: Input) -> list[Do]:
    """The services that are asked for most: those that stand first in the town's data."""
    if not happened.digits:
        return ask(talk, happened)
    services = tuple(talk.router.city.services)[:MOST_CHOICES]
    talk.choosing = Choosing(_nothing_said(talk), services)
    return answers.choose_by_key(talk, services)


def second(talk: Talk, happened: Input) -> list[Do]:
    """The hours of the office most people want: the one of the first service."""
    if not happened.digits:
        return answers.leave(talk, happened)
    service = next(iter(talk.router.city.services.values()))
    asked = Understanding("", talk.language, Intent.DEPARTMENT, 1.0, department=service.department, aspect="hours")
    talk.decision = talk.decide(asked)
    return answers.follow(talk, asked, talk.decision)


def third(talk: Talk, happened: Input) -> list[Do]:
    return messages.ask_name(talk, happened)


def other(talk: Talk, happened: Input) -> list[Do]:
    """The key 4: a report, of what is reported most. Other keys have no meaning."""
    services = talk.router.reports[:MOST_CHOICES]
    if happened.digits != "4" or not services:
        return []
    talk.reports = True
    if len(services) == 1:
        asked = replace(_nothing_said(talk), service=services[0])
        talk.decision = talk.router.decide(asked)
        return answers.follow(talk, asked, talk.decision)
    talk.choosing = Choosing(_nothing_said(talk), services)
    return answers.choose_by_key(talk, services)


def _nothing_said(talk: Talk) -> Understanding:
    return Understanding("", talk.language, Intent.SERVICE, 1.0)


def ask_again(talk: Talk, _: Input) -> list[Do]:
    """It was no emergency: what is it, then?"""
    talk.state = State.LISTENING
    return [talk.say("greeting_question")]
