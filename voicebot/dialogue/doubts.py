"""What may be an emergency, and may be none: one sentence about it, and on with the conversation."""

from __future__ import annotations

from voicebot.dialogue.inputs import Do, Input, State
from voicebot.dialogue.talk import Talk
from voicebot.understanding.numbers import phone_number
from voicebot.understanding.spelling import spellings

_TO_NOBODY = (State.TRANSFERRING, State.ENDING)
"""States in which what is said is not said to the bot."""
_OUT_OF_CONTEXT = (State.PREFERRED_TIME, State.PLACE, State.SINCE, State.CORRECTING)
"""States in which a few words are asked for that sound like nothing, or like anything: a street, "seit gestern"."""


def warn(talk: Talk, happened: Input, before: State, actions: list[Do]) -> list[Do]:
    """The actions after the number to dial, if it is in doubt and was not mentioned on this call."""
    number = _unmentioned(talk, happened)
    if number is None or before in _TO_NOBODY or _is_an_answer(talk, happened, before):
        return actions
    talk.warned_of.add(number)
    return [*talk.insist_widely(f"emergency_doubt_{number}"), *actions]


def _is_an_answer(talk: Talk, happened: Input, before: State) -> bool:
    """Whether it is plainly what was asked for: letters and digits by themselves resemble anything."""
    text = happened.heard.text if happened.heard else ""
    if before is State.NAME:
        return any(spellings(text, talk.caller_language))
    if before in (State.NUMBER, State.OWN_NUMBER, State.CONTACT, State.CONFIRM):
        return phone_number(text, talk.caller_language) is not None
    return before in _OUT_OF_CONTEXT


def ask(talk: Talk, happened: Input) -> list[Do]:
    """The question whether it is an emergency, where nothing else was understood; empty where that is no question."""
    number = _unmentioned(talk, happened)
    if number is None:
        return []
    # The number that is named there is everybody's.
    talk.warned_of.update((number, "112"))
    talk.state = State.EMERGENCY_ASKED
    return [talk.say("emergency_ask")]


def _unmentioned(talk: Talk, happened: Input) -> str | None:
    number = happened.heard.doubt if happened.heard else None
    return None if number in talk.warned_of else number
