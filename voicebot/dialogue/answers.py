"""Answering questions, one wish after the other."""

from __future__ import annotations

from dataclasses import replace

from voicebot.catalogue.spoken import sentences
from voicebot.dialogue import messages, reports, transfers
from voicebot.dialogue.inputs import Do, HangUp, Input, Kind, State
from voicebot.dialogue.talk import Choosing, Talk
from voicebot.routing import Action, Decision
from voicebot.understanding.aspects import find_aspect
from voicebot.understanding.corrections import corrected
from voicebot.understanding.result import Intent, Understanding

MOST_SENTENCES = 5
"""Two answers in one turn may not be longer together."""
MOST_QUESTIONS_BACK = 2
"""After as many a person has to find out what is meant."""


def answer(talk: Talk, happened: Input) -> list[Do]:
    assert happened.heard is not None
    heard = _with_corrected_aspect(talk, happened.heard)
    if heard.aspect is None and heard.intent is Intent.SERVICE:
        heard = replace(heard, aspect=talk.wondered)
    talk.decision = talk.decide(heard)
    return follow(talk, heard, talk.decision)


def follow(talk: Talk, heard: Understanding, decision: Decision, *, is_second: bool = False) -> list[Do]:
    """What a question leads to, and the offer that goes with it."""
    if decision.action is Action.CLARIFY:
        return _ask_which(talk, heard)
    talk.clarified = 0
    talk.remember(heard, decision)
    if decision.action is Action.TRANSFER:
        return transfers.transfer_to(talk, talk.target)
    if reports.may_begin(talk, decision):
        return reports.begin(talk, by_key=True)
    if reports.is_announced(talk, heard, decision):
        return reports.offer(talk, heard, decision)
    if decision.untranslated and decision.department is not None:
        desk = talk.router.transferable(decision.department)
        first = [talk.say("wishes_there")] if talk.wishes else []
        said = talk.say("not_translated", desk=desk.with_name(talk.language))
        return transfers.transfer_to(talk, desk, *first, said)
    replies = talk.replies(decision)
    if decision.action is Action.EXTERNAL:
        talk.state = State.LISTENING
        if talk.wishes and not is_second:
            return [*replies, *(next_wish(talk, "second_wish") or [talk.say("anything_else")])]
        return [*replies, *(_offer_advice(talk) or [talk.say("anything_else")])]
    if replies and not is_second and (second := _second(talk, decision)):
        wish, following = second
        talk.wishes.popleft()
        return [*replies, talk.say("second_wish"), *follow(talk, wish, following, is_second=True)]
    return offer(talk, decision, replies)


def offer(talk: Talk, decision: Decision, replies: list[Do]) -> list[Do]:
    """An answer and what may follow it: a few questions, or to be connected."""
    talk.target = decision.department
    advice = _offer_advice(talk)
    return [*replies, *advice] if advice else offer_to_connect(talk, decision, replies)


def offer_to_connect(talk: Talk, decision: Decision, replies: list[Do]) -> list[Do]:
    assert decision.department is not None
    talk.state = State.OFFERED
    talk.target = decision.department
    prompt = "offer" if replies else "no_source"
    return [*replies, talk.say(prompt, desk=decision.department.with_name(talk.language))]


def come_back_to(talk: Talk, service: str) -> list[Do]:
    """What was spoken of, and the question what more is wanted of it."""
    department = talk.router.city.department_of(service)
    talk.service, talk.target = service, department
    name = talk.router.spoken_name(service, talk.language)
    if department.kind == "extern":
        talk.state = State.LISTENING
        return [talk.say("back_external", service=name)]
    talk.state = State.OFFERED
    return [talk.say("back", service=name, desk=department.with_name(talk.language))]


def _offer_advice(talk: Talk) -> list[Do]:
    """The offer of a few questions about the service just spoken of; empty where there are none, or no more."""
    advice = talk.router.advice(talk.service, talk.language)
    if advice is None or advice.key in talk.advised:
        return []
    talk.state = State.ADVICE_OFFERED
    if talk.target is None or talk.target.kind == "extern":
        return [talk.say("offer_advice_alone")]
    return [talk.say("offer_advice", desk=talk.target.with_name(talk.language))]


def settled(talk: Talk, prompt: str) -> list[Do]:
    """What was asked is answered: on to the next wish, or ``prompt`` where none waits."""
    talk.state = State.LISTENING
    return next_wish(talk, "next_wish") or [talk.say(prompt)]


def next_wish(talk: Talk, introduction: str) -> list[Do]:
    """The answer to the next wish that waits; empty where none does."""
    while talk.wishes:
        wish = talk.wishes.popleft()
        said = talk.say(introduction)
        match wish.intent:
            case Intent.SERVICE | Intent.DEPARTMENT:
                talk.decision = talk.decide(wish)
                return [said, *follow(talk, wish, talk.decision, is_second=True)]
            case Intent.HUMAN:
                return transfers.transfer_to(talk, talk.router.switchboard)
            case Intent.CONNECT:
                return transfers.transfer_to(talk, talk.target)
            case Intent.PRIVACY:
                return [talk.say("privacy")]
            case Intent.CALLBACK:
                return messages.ask_name(talk, Input(Kind.CALLBACK, wish))
            case Intent.NOMATCH:
                return [talk.say("wish_not_understood")]
            case _:
                continue  # a thank-you or a yes is no wish
    return []


def satisfied(talk: Talk, _: Input) -> list[Do]:
    return settled(talk, "satisfied")


def another_question(talk: Talk, _: Input) -> list[Do]:
    return settled(talk, "anything_else")


def leave(talk: Talk, happened: Input) -> list[Do]:
    """Nothing more is wanted, unless something still waits."""
    return next_wish(talk, "next_wish") or goodbye(talk, happened)


def goodbye(talk: Talk, _: Input) -> list[Do]:
    talk.state = State.ENDING
    return [talk.say("goodbye"), HangUp()]


def _second(talk: Talk, first: Decision) -> tuple[Understanding, Decision] | None:
    """The next wish and its answer, if both answers are short enough for one turn."""
    if not talk.wishes:
        return None
    wish = talk.wishes[0]
    decision = talk.decide(wish)
    texts = (*first.reply, *decision.reply)
    is_plain = decision.action is Action.ANSWER and bool(decision.reply)
    fits = sum(len(sentences(text)) for text in texts) <= MOST_SENTENCES
    return (wish, decision) if is_plain and fits else None


def _with_corrected_aspect(talk: Talk, heard: Understanding) -> Understanding:
    """ "Nein, ich meinte den Reisepass" asks what was asked before, about another service."""
    # An aspect that no phrase names is a guess from the service's name alone.
    if heard.intent is not Intent.SERVICE or not talk.topics or find_aspect(heard.text, heard.language):
        return heard
    wanted, _ = corrected(heard.text, heard.language)
    return replace(heard, aspect=talk.topics[-1].heard.aspect) if wanted != heard.text else heard


def _ask_which(talk: Talk, heard: Understanding) -> list[Do]:
    """The question back, at most :data:`MOST_QUESTIONS_BACK` times until something is answered."""
    services = talk.router.choices(heard)
    talk.target = talk.router.common_department(services)
    talk.matter = heard.text
    if talk.clarified >= MOST_QUESTIONS_BACK:
        return to_person(talk)
    talk.clarified += 1
    talk.choosing = Choosing(heard, services)
    talk.state = State.CLARIFYING
    if len(services) == 1:
        return [talk.say("clarify_one", **named(talk, services))]
    prompt = "clarify_three" if len(services) > 2 else "clarify_two"
    return [talk.say(prompt, **named(talk, services))]


def choose_by_key(talk: Talk, services: tuple[str, ...], *before: Do) -> list[Do]:
    """Services with the keys that choose them."""
    talk.state = State.CLARIFYING
    prompt = "clarify_keys_three" if len(services) > 2 else "clarify_keys_two"
    return [*before, talk.say(prompt, **named(talk, services))]


def named(talk: Talk, services: tuple[str, ...]) -> dict[str, str]:
    """The choices as the placeholders of a prompt."""
    names = talk.router.short_names(services, talk.language)
    return dict(zip(("first", "second", "third"), names, strict=False))


def to_person(talk: Talk) -> list[Do]:
    """What is meant has to be found out by a person."""
    desk = talk.router.transferable(talk.target)
    return transfers.transfer_to(talk, desk, talk.say("clarify_person", desk=desk.with_name(talk.language)))
