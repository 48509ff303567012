"""The answer to "Meinen Sie anmelden, ummelden oder abmelden?"."""

from __future__ import annotations

from dataclasses import replace

from voicebot.dialogue import answers, transfers
from voicebot.dialogue.inputs import Do, Input, Kind, State
from voicebot.dialogue.talk import Choosing, Talk
from voicebot.understanding.choices import choose, none_of_them, numbered
from voicebot.understanding.corrections import corrected
from voicebot.understanding.result import SURE, Intent


def take(talk: Talk, happened: Input) -> list[Do]:
    """One of the choices, none of them, or a question of its own."""
    assert talk.choosing is not None
    heard = happened.heard
    if heard is not None and none_of_them(heard.text, talk.language):
        return _none(talk)
    if len(talk.choosing.services) == 1 and happened.kind in (Kind.YES, Kind.NO):
        return _chosen(talk, talk.choosing, 0, happened) if happened.kind is Kind.YES else _none(talk)
    place = _place(talk, talk.choosing, happened)
    if place is not None:
        return _chosen(talk, talk.choosing, place, happened)
    if happened.kind is Kind.QUESTION:
        return answers.answer(talk, happened)
    return _none(talk) if happened.kind is Kind.NO and not happened.digits else _once_more(talk)


def _place(talk: Talk, choosing: Choosing, happened: Input) -> int | None:
    services = choosing.services
    if happened.digits:
        place = int(happened.digits) - 1
        return place if place < len(services) else None
    heard = happened.heard
    if heard is None:
        return None
    wanted, rejected = corrected(heard.text, talk.language)
    by_number = numbered(wanted, len(services), talk.language)
    if by_number is not None:
        return by_number
    names = [talk.router.city.services[service].name(talk.language) for service in services]
    chosen = choose(wanted, names, talk.language)
    if rejected and chosen is not None:
        return chosen
    if happened.kind is Kind.QUESTION and not heard.choices:
        if heard.service in services:
            return services.index(heard.service)
        if heard.confidence >= SURE:
            return None
    return chosen


def _chosen(talk: Talk, choosing: Choosing, place: int, happened: Input) -> list[Do]:
    aspect = choosing.asked.aspect
    if aspect is None and happened.heard is not None:
        aspect = happened.heard.aspect
    service = choosing.services[place]
    heard = replace(choosing.asked, intent=Intent.SERVICE, service=service, aspect=aspect, choices=(), then=())
    talk.decision = talk.decide(heard)
    return answers.follow(talk, heard, talk.decision)


def _none(talk: Talk) -> list[Do]:
    if talk.clarified >= answers.MOST_QUESTIONS_BACK:
        return answers.to_person(talk)
    talk.state = State.LISTENING
    # Whoever is not understood now either is put through.
    talk.misunderstood += 1
    return [talk.say("clarify_other")]


def _once_more(talk: Talk) -> list[Do]:
    assert talk.choosing is not None
    if talk.misunderstood:
        return transfers.once_more(talk, Input(Kind.NOT_UNDERSTOOD))
    talk.misunderstood += 1
    if len(talk.choosing.services) == 1:
        return [talk.say("clarify_one", **answers.named(talk, talk.choosing.services)), talk.say("keys_yes_no")]
    return answers.choose_by_key(talk, talk.choosing.services)
