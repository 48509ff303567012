"""Handing the caller on to a person, and what follows where that fails."""

from __future__ import annotations

from dataclasses import replace

from telephony.events import TransferResult
from voicebot.catalogue.city import Department
from voicebot.catalogue.hours import spoken_opening
from voicebot.dialogue.inputs import CallOff, Do, HangUp, Input, Say, State
from voicebot.dialogue.talk import Talk
from voicebot.routing import Action
from voicebot.switching import Plan

_RESULT_PROMPTS = {
    TransferResult.BUSY: "busy",
    TransferResult.DECLINED: "declined",
    TransferResult.UNREACHABLE: "unreachable",
    TransferResult.NO_ANSWER: "no_answer",
    TransferResult.REFUSED: "refused",
}


def connect(talk: Talk, _: Input) -> list[Do]:
    return transfer_to(talk, talk.target)


def person(talk: Talk, happened: Input) -> list[Do]:
    talk.note_matter(happened.heard)
    return transfer_to(talk, talk.router.switchboard)


def transfer_to(talk: Talk, target: Department | None, *announcement: Say) -> list[Do]:
    """To the department, or to the switchboard where it is none of the town's; to nobody where all are closed."""
    target = talk.router.transferable(target)
    plan = talk.plan_for(target)
    talk.target = target
    talk.decision = replace(talk.decision, action=Action.TRANSFER, department=target)
    if not plan.targets:
        return _closed(talk, plan)
    talk.state = State.TRANSFERRING
    talk.tried = {each.department for each in plan.targets}
    if not announcement:
        if plan.department is talk.router.switchboard:
            announcement = (talk.say("connecting_person"),)
        else:
            announcement = (talk.say("connecting", desk=plan.department.with_name(talk.language)),)
        if talk.wishes:
            announcement = (talk.say("wishes_there"), *announcement)
    return [*announcement, talk.transfer(plan)]


def _closed(talk: Talk, plan: Plan) -> list[Do]:
    """No desk rings outside of its hours: when it will, how to get an appointment, and the offer to be called back."""
    talk.state = State.MESSAGE_OFFERED
    return [said for language in talk.told_in for said in _closed_in(talk, plan, language)]


def _closed_in(talk: Talk, plan: Plan, language: str) -> list[Do]:
    said: list[Do] = [talk.say_in(language, "closed", desk=plan.department.with_name(language))]
    if plan.opens is not None:
        opening = spoken_opening(plan.opens, talk.clock(), talk.prompts.calendar(language))
        said += [talk.say_in(language, "opens_again", opening=opening)]
    appointment = talk.router.appointment(talk.service, language)
    if appointment is not None and talk.decision.aspect != "appointment":
        said += talk.replies(appointment, language)
    return [*said, talk.say_in(language, "offer_message")]


def transferred(talk: Talk, _: Input) -> list[Do]:
    talk.state = State.ENDING
    return [HangUp()]


def not_transferred(talk: Talk, happened: Input) -> list[Do]:
    assert happened.result is not None
    result = _RESULT_PROMPTS[happened.result]
    switchboard = talk.router.switchboard
    is_last = talk.target is switchboard or switchboard.key in talk.tried
    if is_last or happened.result is TransferResult.REFUSED or not talk.plan_for(switchboard).targets:
        talk.state, offer = State.MESSAGE_OFFERED, "offer_message"
    else:
        talk.state, offer = State.FAILED, "offer_switchboard"
    return [talk.say_in(language, prompt) for language in talk.told_in for prompt in (result, offer)]


def call_off(_talk: Talk, _: Input) -> list[Do]:
    return [CallOff()]


def called_off(talk: Talk, _: Input) -> list[Do]:
    talk.state = State.LISTENING
    return [talk.say("called_off")]


def still_trying(talk: Talk, _: Input) -> list[Do]:
    return [talk.say("still_trying")]


def give_up(talk: Talk, prompt: str) -> list[Do]:
    """To the switchboard of the bot's own accord; where that has come to nothing already, the call ends."""
    if talk.gave_up:
        talk.state = State.ENDING
        return [talk.say("nobody_there"), HangUp()]
    talk.gave_up = True
    return transfer_to(talk, talk.router.switchboard, talk.say(prompt))


def once_more(talk: Talk, _: Input) -> list[Do]:
    """Where a name, a number or a choice was asked for: once more, then a person."""
    talk.misunderstood += 1
    return give_up(talk, "not_understood_person") if talk.misunderstood >= 2 else [talk.say("not_understood")]


def out_of_order(talk: Talk, happened: Input) -> list[Do]:
    if talk.state is State.TRANSFERRING:
        return []
    if not talk.plan_for(talk.router.switchboard).targets:
        return out_of_order_at_the_end(talk, happened)
    return transfer_to(talk, talk.router.switchboard, talk.insist("apology"))


def out_of_order_at_the_end(talk: Talk, _: Input) -> list[Do]:
    talk.state = State.ENDING
    return [talk.insist("apology_goodbye"), HangUp()]


def too_long(talk: Talk, _: Input) -> list[Do]:
    if not talk.plan_for(talk.router.switchboard).targets:
        talk.state = State.ENDING
        return [talk.say("too_long_goodbye"), HangUp()]
    return transfer_to(talk, talk.router.switchboard, talk.say("too_long"))
