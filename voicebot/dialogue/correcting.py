"""What was read back is not right, or not wanted: "nein, die Nummer ist …", "der Name stimmt nicht", "zurück"."""

from __future__ import annotations

from dataclasses import replace

from voicebot.dialogue import answers, consulting, messages
from voicebot.dialogue.draft import CALLBACK, PARTS, REPORT, Draft
from voicebot.dialogue.inputs import Do, Input, Kind, State
from voicebot.dialogue.talk import Talk
from voicebot.understanding.particulars import correction

_PROMPTS = {CALLBACK: "correct_callback", REPORT: "correct_report"}
_KEYS = {
    CALLBACK: ("name", "number", "preferred_time", "matter"),
    REPORT: ("place", "matter", "since", "number"),
}
"""What the keys from 1 on stand for, as these prompts say."""


def correct(talk: Talk, happened: Input) -> list[Do]:
    """What is right instead, or the question for it; whoever asks something else is answered."""
    if corrected := _corrected(talk, happened):
        return corrected
    if happened.kind is Kind.QUESTION:
        return answers.answer(talk, happened)
    talk.state = State.CORRECTING
    return [talk.say(_PROMPTS[talk.draft.kind])]


def take(talk: Talk, happened: Input) -> list[Do]:
    """Which part is wrong, by word or key."""
    if happened.digits:
        place = int(happened.digits) - 1 if happened.digits.isdigit() else -1
        parts = _KEYS[talk.draft.kind]
        return _ask_again(talk, parts[place], happened) if 0 <= place < len(parts) else []
    return _corrected(talk, happened) or messages.ask_again(talk)


def never_mind(talk: Talk, _: Input) -> list[Do]:
    """Nothing is to be changed after all."""
    return messages.read_back(talk)


def back(talk: Talk, happened: Input) -> list[Do]:
    """To the part asked for before; before the first one, out of the message."""
    draft = talk.draft
    parts = PARTS[draft.kind]
    asked = parts.index(draft.missing) if draft.missing else len(parts)
    before = [part for part in parts[:asked] if part != "matter" or draft.kind != REPORT]
    if not before:
        talk.draft = Draft()
        return consulting.back(talk, happened)
    return _ask_again(talk, before[-1], happened)


def _corrected(talk: Talk, happened: Input) -> list[Do]:
    """The correction taken over, or the part asked for that is only said to be wrong; empty where none is named."""
    heard = happened.heard
    if heard is None:
        return []
    found = correction(heard.text, talk.caller_language, PARTS[talk.draft.kind], talk.clock().date())
    if found is None:
        return []
    if not found.text:
        return _ask_again(talk, found.part, happened)
    said = replace(happened, heard=replace(heard, text=found.text))
    match found.part:
        case "name":
            return messages.take_name(talk, said)
        case "number":
            return messages.take_number(talk, said)
        case "preferred_time":
            return messages.take_time(talk, said)
        case "place" if talk.draft.place:
            # "Nein, Hausnummer sieben" keeps the street.
            both = f"{talk.draft.place}; {found.text}"
            return messages.put(talk, said, place=both[: messages.LONGEST_TEXT])
        case part:
            return messages.put(talk, said, **{part: found.text[: messages.LONGEST_TEXT]})


def _ask_again(talk: Talk, part: str, happened: Input) -> list[Do]:
    """One part anew; what is known of the others stays."""
    talk.draft = replace(talk.draft, **{part: None})  # type: ignore[arg-type]
    if part == "matter":
        talk.matter = ""
        talk.wishes.clear()
    if part == "number" and talk.draft.kind == CALLBACK and talk.state in (State.CONFIRM, State.CORRECTING):
        return messages.ask_number(talk, happened)  # whichever it was, it was the wrong one
    return messages.ask(talk, part, by_key=bool(happened.digits))
