"""A message for the staff: asked for part by part, kept as soon as it is of use, read back as a whole.

Callback wishes and reports go the same way; :data:`.draft.PARTS` says what each holds. Keys alone suffice: what cannot
be typed is skipped by any key.
"""

from __future__ import annotations

from dataclasses import replace

from voicebot.dialogue import transfers
from voicebot.dialogue.draft import PARTS, REPORT, Draft
from voicebot.dialogue.inputs import Do, HangUp, Input, Kind, LeaveMessage, State
from voicebot.dialogue.talk import Talk
from voicebot.dialogue.times import wished
from voicebot.routing import Action
from voicebot.understanding.dialling import Problem, is_callable, problem, with_area_code, written
from voicebot.understanding.numbers import extract_name, phone_number
from voicebot.understanding.particulars import is_no_answer
from voicebot.understanding.result import SURE, Understanding

LONGEST_TEXT = 500
"""Characters of what is kept in the caller's words."""
_LONGEST_READ_BACK = 160
"""A matter that was told at length is not read back; it is not asked for again either."""
_NOTED = {
    "name": "message_noted_name",
    "number": "message_noted_number",
    "preferred_time": "message_noted_preferred_time",
    "matter": "message_noted_matter",
    "place": "message_noted_place",
    "since": "message_noted_since",
}
_IMPOSSIBLE = {
    Problem.TOO_SHORT: "message_number_short",
    Problem.TOO_LONG: "message_number_long",
    Problem.UNKNOWN: "message_number_unknown",
}


def ask_name(talk: Talk, happened: Input) -> list[Do]:
    """Begin a callback wish, or go on with the message that was begun."""
    talk.decision = replace(talk.decision, action=Action.CALLBACK)
    if happened.kind is Kind.CALLBACK:
        talk.note_matter(happened.heard)
    return ask_next(talk, happened)


def ask_next(talk: Talk, happened: Input) -> list[Do]:
    """The question for what is not known yet, or all of it read back; kept meanwhile as far as it is of use."""
    draft = talk.draft
    if draft.matter is None and (known := _known_matter(talk)):
        draft = talk.draft = replace(draft, matter=known)
    part = draft.missing
    if part is None:
        return read_back(talk)
    kept: list[Do] = [_message(talk)] if draft.suffices else []
    return [*kept, *ask(talk, part, by_key=bool(happened.digits))]


def ask(talk: Talk, part: str, *, by_key: bool = False) -> list[Do]:
    """The question for one part; with the keys that answer it for whoever is using keys."""
    draft = talk.draft
    match part:
        case "name":
            talk.state = State.NAME
            prompt = "message_name"
        case "number" if draft.kind == REPORT:
            talk.state = State.CONTACT
            return [*talk.say_widely("report_contact_own" if is_callable(talk.caller) else "report_contact")]
        case "number" if is_callable(talk.caller) and not draft.number_doubted:
            talk.state = State.OWN_NUMBER
            return [*talk.say_widely("message_own_number")]
        case "number":
            talk.state = State.NUMBER
            return [*talk.say_widely("message_number")]
        case "preferred_time":
            talk.state = State.PREFERRED_TIME
            return [*talk.say_widely("message_time"), *(talk.say_widely("keys_time") if by_key else [])]
        case "matter":
            talk.state = State.MATTER
            prompt = "report_matter" if draft.kind == REPORT else "message_matter"
        case "place":
            talk.state = State.PLACE
            prompt = "report_place"
        case _:
            talk.state = State.SINCE
            return [*talk.say_widely("report_since"), *(talk.say_widely("keys_since") if by_key else [])]
    return [*talk.say_widely(prompt), *(talk.say_widely("keys_skip") if by_key else [])]


# The answers.


def take_name(talk: Talk, happened: Input) -> list[Do]:
    """A name is spoken; whoever has only keys goes on without one."""
    if happened.heard is None and not happened.digits:
        return talk.repeat()
    heard = happened.heard
    name = "" if heard is None else extract_name(heard.text, talk.caller_language) or _brief(heard)
    return put(talk, happened, name=name)


def ask_number(talk: Talk, _: Input) -> list[Do]:
    talk.state = State.NUMBER
    return [*talk.say_widely("message_number")]


def take_own_number(talk: Talk, happened: Input) -> list[Do]:
    return put(talk, happened, number=talk.caller)


def take_number(talk: Talk, happened: Input) -> list[Do]:
    spoken = happened.heard.text if happened.heard else ""
    said = happened.digits or phone_number(spoken, talk.caller_language)
    if not said:
        return ask_again(talk)
    number = with_area_code(said, talk.area_code)
    wrong = problem(number)
    if wrong is not None and not talk.draft.number_doubted:
        talk.draft = replace(talk.draft, number_doubted=True)
        talk.state = State.NUMBER
        return [*talk.say_widely(_IMPOSSIBLE[wrong], number=number), *talk.say_widely("message_number_again")]
    talk.draft = replace(talk.draft, number_doubted=False)
    return put(talk, happened, number=number if wrong is None else said)


def ask_again(talk: Talk) -> list[Do]:
    """The question once more where its answer was not understood, then a person."""
    talk.misunderstood += 1
    if talk.misunderstood >= 2:
        return transfers.give_up(talk, "not_understood_person")
    regret = talk.say_widely("message_not_understood")
    return [*regret, *(each for each in talk.repeat() if each not in regret)]


def take_contact(talk: Talk, happened: Input) -> list[Do]:
    """Yes to being asked back about a report."""
    if is_callable(talk.caller):
        return take_own_number(talk, happened)
    return ask_number(talk, happened)


def decline_contact(talk: Talk, happened: Input) -> list[Do]:
    return put(talk, happened, number="")


def take_contact_number(talk: Talk, happened: Input) -> list[Do]:
    """A number instead of a yes; the question once more where it is neither."""
    if happened.heard is not None and phone_number(happened.heard.text, talk.caller_language):
        return take_number(talk, happened)
    return ask_again(talk)


def take_time(talk: Talk, happened: Input) -> list[Do]:
    """A wish, or none: whatever is said will do, as staff read it."""
    heard = happened.heard
    if heard is None:
        prompt = {"1": "time_forenoon", "2": "time_afternoon"}.get(happened.digits)
        if prompt is None:
            return put(talk, happened, preferred_time="", spoken_time="")
        for_staff = talk.prompts.say(prompt, talk.prompts.languages[0])
        return put(talk, happened, preferred_time=for_staff, spoken_time=talk.say(prompt).text)
    if is_no_answer(heard.text, talk.caller_language):
        return put(talk, happened, preferred_time="", spoken_time="")
    for_staff, spoken = wished(heard.text, talk.caller_language, talk.clock(), talk.prompts, talk.language)
    return put(talk, happened, preferred_time=for_staff[:LONGEST_TEXT], spoken_time=spoken[:LONGEST_TEXT])


def take_matter(talk: Talk, happened: Input) -> list[Do]:
    """What it is about; where it names a service, the message goes to its department."""
    heard = happened.heard
    if heard is not None and talk.draft.kind != REPORT and talk.service is None:
        service, likelihood = heard.candidates[0] if heard.candidates else ("", 0.0)
        if likelihood >= SURE and service in talk.router.city.services:
            talk.service, talk.target = service, talk.router.city.department_of(service)
    return put(talk, happened, matter=_words(talk, happened))


def take_place(talk: Talk, happened: Input) -> list[Do]:
    return put(talk, happened, place=_words(talk, happened))


def take_since(talk: Talk, happened: Input) -> list[Do]:
    prompt = {"1": "since_today", "2": "since_days", "3": "since_long"}.get(happened.digits)
    return put(talk, happened, since=talk.say(prompt).text if prompt else _words(talk, happened))


def put(talk: Talk, happened: Input, **parts: str) -> list[Do]:
    """Take parts into the message and go on."""
    talk.draft = replace(talk.draft, **parts)  # type: ignore[arg-type]
    return ask_next(talk, happened)


# What was taken.


def read_back(talk: Talk) -> list[Do]:
    """All of it, in one go, as it is kept now: whoever hangs up is called back all the same."""
    talk.state = State.CONFIRM
    draft = talk.draft
    says = [talk.say("message_noted")]
    for part in PARTS[draft.kind]:
        if text := _spoken(talk, draft, part):
            placeholder = part if part in ("name", "number") else "words"
            says.append(talk.say(_NOTED[part], **{placeholder: text}))
    kept: list[Do] = [_message(talk)] if draft.suffices else []
    return [*kept, *says, *talk.say_widely("message_right")]


def finish(talk: Talk, _: Input) -> list[Do]:
    """It is right; what became of it is told when it is stored."""
    talk.state = State.KEEPING
    return [replace(_message(talk), complete=True)]


def kept(talk: Talk, happened: Input) -> list[Do]:
    """It is stored; ``digits`` is the number of a report."""
    talk.state = State.ENDING
    if happened.digits:
        return [*talk.say_widely("report_stored", reference=happened.digits), HangUp()]
    return [*talk.say_widely("message_stored"), HangUp()]


def not_kept(talk: Talk, _: Input) -> list[Do]:
    return transfers.give_up(talk, "message_not_stored")


def _known_matter(talk: Talk) -> str:
    """What was spoken of on this call, and what still waited."""
    said = (text.rstrip(" .,;!") for text in (talk.matter, *(wish.text for wish in talk.wishes)))
    return " / ".join(dict.fromkeys(filter(None, said)))[:LONGEST_TEXT]


def _message(talk: Talk) -> LeaveMessage:
    draft = talk.draft
    return LeaveMessage(
        draft.name or "",
        draft.number or "",
        draft.matter or "",
        talk.router.transferable(talk.target).key,
        talk.caller_language,
        draft.kind,
        draft.preferred_time or "",
        draft.place or "",
        draft.since or "",
    )


def _spoken(talk: Talk, draft: Draft, part: str) -> str:
    """A part as it is read back; empty where there is nothing to read."""
    if part == "number":
        return written(draft.number or "")
    if part == "preferred_time":
        return draft.spoken_time
    text: str = getattr(draft, part) or ""
    if part == "matter" and draft.kind != REPORT and talk.service and text == _known_matter(talk):
        return talk.router.spoken_name(talk.service, talk.language)
    return text if len(text) <= _LONGEST_READ_BACK else ""


def _words(talk: Talk, happened: Input) -> str:
    """What was said, empty where that is nothing, or where a key skipped it."""
    heard = happened.heard
    if heard is None or is_no_answer(heard.text, talk.caller_language):
        return ""
    return _brief(heard)


def _brief(heard: Understanding) -> str:
    """As it was said, in a line, without the full stop that recognition puts at the end."""
    return " ".join(heard.text.split())[:LONGEST_TEXT].rstrip(" .,;!")
