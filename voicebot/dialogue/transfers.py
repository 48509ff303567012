"""Handing the caller on to a person, and what follows where that fails."""

from __future__ import annotations

from dataclasses import replace

from telephony.events import TransferResult
from voicebot.catalogue.city import Department
from voicebot.dialogue.inputs import Do, HangUp, Input, Say, State, Transfer
from voicebot.dialogue.talk import Talk
from voicebot.routing import Action

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
    """To the department, or to the switchboard where it is none of the town's."""
    target = talk.router.transferable(target)
    talk.target = target
    talk.decision = replace(talk.decision, action=Action.TRANSFER, department=target)
    talk.state = State.TRANSFERRING
    if not announcement:
        if target is talk.router.switchboard:
            announcement = (talk.say("connecting_person"),)
        else:
            announcement = (talk.say("connecting", desk=target.with_name(talk.language)),)
        if talk.wishes:
            announcement = (talk.say("wishes_there"), *announcement)
    return [*announcement, Transfer(target, talk.note)]


def transferred(talk: Talk, _: Input) -> list[Do]:
    talk.state = State.ENDING
    return [HangUp()]


def not_transferred(talk: Talk, happened: Input) -> list[Do]:
    assert happened.result is not None
    said = talk.say(_RESULT_PROMPTS[happened.result])
    if talk.target is talk.router.switchboard or happened.result is TransferResult.REFUSED:
        talk.state = State.MESSAGE_OFFERED
        return [said, talk.say("offer_message")]
    talk.state = State.FAILED
    return [said, talk.say("offer_switchboard")]


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


def out_of_order(talk: Talk, _: Input) -> list[Do]:
    if talk.state is State.TRANSFERRING:
        return []
    return transfer_to(talk, talk.router.switchboard, talk.insist("apology"))


def out_of_order_at_the_end(talk: Talk, _: Input) -> list[Do]:
    talk.state = State.ENDING
    return [talk.insist("apology_goodbye"), HangUp()]


def too_long(talk: Talk, _: Input) -> list[Do]:
    return transfer_to(talk, talk.router.switchboard, talk.say("too_long"))
