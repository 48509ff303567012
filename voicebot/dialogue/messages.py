"""A message for the staff: name, number, and both read back."""

from __future__ import annotations

from dataclasses import replace

from voicebot.dialogue.inputs import Do, HangUp, Input, Kind, LeaveMessage, State
from voicebot.dialogue.talk import Talk
from voicebot.dialogue.transfers import once_more
from voicebot.routing import Action
from voicebot.understanding.numbers import extract_name, phone_number


def ask_name(talk: Talk, happened: Input) -> list[Do]:
    talk.decision = replace(talk.decision, action=Action.CALLBACK)
    if happened.heard is not None and happened.kind is Kind.CALLBACK:
        talk.matter = talk.matter or happened.heard.text
    talk.state = State.NAME
    return [talk.say("message_name")]


def take_name(talk: Talk, happened: Input) -> list[Do]:
    """A name is spoken; whoever has only keys goes on without one."""
    if happened.heard is None and not happened.digits:
        return talk.repeat()
    talk.name = (
        "" if happened.heard is None else extract_name(happened.heard.text, talk.language) or happened.heard.text
    )
    if talk.caller:
        talk.state = State.OWN_NUMBER
        return [talk.say("message_own_number")]
    return ask_number(talk, happened)


def ask_number(talk: Talk, _: Input) -> list[Do]:
    talk.state = State.NUMBER
    return [talk.say("message_number")]


def take_own_number(talk: Talk, _: Input) -> list[Do]:
    talk.number = talk.caller
    return _confirm(talk)


def take_number(talk: Talk, happened: Input) -> list[Do]:
    spoken = happened.heard.text if happened.heard else ""
    number = happened.digits or phone_number(spoken, talk.language)
    if not number:
        return once_more(talk, happened)
    talk.number = number
    return _confirm(talk)


def _confirm(talk: Talk) -> list[Do]:
    # Kept at once: whoever hangs up now is called back all the same.
    talk.state = State.CONFIRM
    message = LeaveMessage(
        talk.name,
        talk.number,
        " / ".join(dict.fromkeys(filter(None, (talk.matter, *(wish.text for wish in talk.wishes))))),
        (talk.target or talk.router.switchboard).key,
        talk.language,
    )
    if not talk.name:
        return [message, talk.say("message_confirm_number", number=talk.number)]
    return [message, talk.say("message_confirm", name=talk.name, number=talk.number)]


def stored(talk: Talk, _: Input) -> list[Do]:
    talk.state = State.ENDING
    return [talk.say("message_stored"), HangUp()]
