"""Another language: asked for by word or key, or spoken without the bot having a voice for it."""

from __future__ import annotations

from voicebot.calllanguage import CallLanguage
from voicebot.catalogue.city import Department
from voicebot.dialogue import answers, messages, transfers
from voicebot.dialogue.inputs import Do, Input, Kind, State
from voicebot.dialogue.talk import Talk

_QUESTIONS = {
    State.NUMBER: "message_number",
    State.MESSAGE_OFFERED: "offer_message",
    State.FAILED: "offer_switchboard",
    State.EMERGENCY_ASKED: "emergency_ask",
}
"""What is asked in a state that goes on in another language."""
_PARTS = frozenset(
    {
        State.NAME,
        State.OWN_NUMBER,
        State.PREFERRED_TIME,
        State.MATTER,
        State.PLACE,
        State.SINCE,
        State.CONTACT,
    }
)
"""Those in which the part of a message is asked for that is missing."""
_MATTERS = frozenset(
    {
        Kind.QUESTION,
        Kind.NOT_UNDERSTOOD,
        Kind.HUMAN,
        Kind.CONNECT,
        Kind.CALLBACK,
        Kind.OVERVIEW,
        Kind.CONSULT,
    }
)
"""What somebody says who has to be brought to a person, if the bot does not speak their language."""
_LIKELY = 0.5
"""Confidence of a service below which somebody who cannot be asked back is rather put through to the switchboard: its
department would be the wrong one more often than not."""
_OPEN = frozenset(
    {
        State.LISTENING,
        State.MENU,
        State.LANGUAGES,
        State.OFFERED,
        State.CLARIFYING,
        State.ADVICE_OFFERED,
        State.CONSULTING,
        State.REPORT_OFFERED,
    }
)


def needs_a_person(talk: Talk, happened: Input) -> bool:
    """Whether it is said in a language that the bot understands and does not speak."""
    is_foreign = happened.heard is not None and not talk.can_speak(talk.caller_language)
    # What means nothing in the language it was just taken for may not be in it: the next utterance tells.
    is_doubtful = happened.kind is Kind.NOT_UNDERSTOOD and talk.tongue is not None and talk.tongue.before is not None
    return is_foreign and not is_doubtful and talk.state in _OPEN and happened.kind in _MATTERS


def to_person(talk: Talk, happened: Input) -> list[Do]:
    """To the department it is about, or to the switchboard; whoever answers is told the language."""
    assert happened.heard is not None
    talk.matter = happened.heard.text
    is_guess = happened.heard.service is not None and happened.heard.confidence < _LIKELY
    talk.service = happened.heard.service if not happened.heard.choices and not is_guess else None
    return _without_voice(talk, None if is_guess else talk.decision.department)


def _without_voice(talk: Talk, department: Department | None) -> list[Do]:
    desk = talk.router.transferable(department)
    spoken = talk.caller_language
    said = [
        talk.say_in(
            language, "no_voice", spoken=talk.prompts.language_name(spoken, language), desk=desk.with_name(language)
        )
        for language in talk.wide_languages
    ]
    return transfers.transfer_to(talk, desk, *said)


def change(talk: Talk, happened: Input) -> list[Do]:
    """Go on in the language that was asked for, or to a person where it has no voice; by key, name the keys of all."""
    wanted = happened.heard.speaks if happened.heard else None
    if wanted is None:
        return choose(talk, happened) if talk.state is State.LANGUAGES else _name_keys(talk)
    if talk.state is State.LANGUAGES:
        talk.state = talk.left
    if wanted not in talk.prompts.languages:
        return transfers.person(talk, happened)
    if not talk.can_speak(wanted) and talk.state in _OPEN:
        talk.hears(CallLanguage(wanted, is_asked_for=True))
        return _without_voice(talk, talk.router.city.department_of(talk.service) if talk.service else None)
    return _go_on_in(talk, wanted)


def choose(talk: Talk, happened: Input) -> list[Do]:
    """The language of a key, or all of them once more."""
    place = int(happened.digits) if happened.digits.isdigit() else 0
    languages = talk.spoken_languages
    if not 1 <= place <= len(languages):
        return _name_keys(talk)
    talk.state = talk.left
    return _go_on_in(talk, languages[place - 1])


def _name_keys(talk: Talk) -> list[Do]:
    if talk.state is not State.LANGUAGES:
        talk.left, talk.state = talk.state, State.LANGUAGES
    return [
        talk.say_in(language, "language_key", number=str(place))
        for place, language in enumerate(talk.spoken_languages, 1)
    ]


def _go_on_in(talk: Talk, language: str) -> list[Do]:
    talk.hears(CallLanguage(language, is_asked_for=True))
    if talk.state in (State.CONFIRM, State.CORRECTING):
        return messages.read_back(talk)
    if talk.state in _PARTS and talk.draft.missing:
        return messages.ask(talk, talk.draft.missing)
    if talk.state in _QUESTIONS:
        return [talk.say(_QUESTIONS[talk.state])]
    talk.state = State.LISTENING
    if talk.service is None or not talk.topics:
        return [talk.say("greeting_question")]
    return answers.come_back_to(talk, talk.service)
