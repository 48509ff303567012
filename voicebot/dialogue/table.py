"""The transitions: what follows from an input, state by state.

``State.LISTENING: {Kind.NO: leave}`` reads: when nothing is open, a no ends the call. What a state does not
name is looked up in :data:`ANYWHERE`.
"""

from __future__ import annotations

from voicebot.dialogue import (
    answers,
    clarifying,
    consulting,
    controls,
    correcting,
    languages,
    menu,
    messages,
    misunderstanding,
    reports,
    transfers,
)
from voicebot.dialogue.inputs import Kind, State
from voicebot.dialogue.talk import Handler

EXPECTING = {
    State.OFFERED: "yes_no",
    State.CLARIFYING: "choice",
    State.ADVICE_OFFERED: "yes_no",
    State.CONSULTING: "choice",
    State.EMERGENCY_ASKED: "yes_no",
    State.FAILED: "yes_no",
    State.MESSAGE_OFFERED: "yes_no",
    State.OWN_NUMBER: "yes_no",
    State.REPORT_OFFERED: "yes_no",
    State.CONTACT: "yes_no",
    State.CONFIRM: "yes_no",
    State.NAME: "name",
    State.NUMBER: "number",
    State.PREFERRED_TIME: "words",
    State.MATTER: "words",
    State.PLACE: "words",
    State.SINCE: "words",
    State.CORRECTING: "words",
}
"""What the bot has just asked for, as understanding wants to know it."""

MESSAGE = (
    State.NAME,
    State.OWN_NUMBER,
    State.NUMBER,
    State.PREFERRED_TIME,
    State.MATTER,
    State.PLACE,
    State.SINCE,
    State.CONTACT,
    State.CONFIRM,
    State.CORRECTING,
    State.KEEPING,
)
"""States in which a message is left."""

ANYWHERE: dict[Kind, Handler] = {
    Kind.STARTED: controls.greet,
    Kind.QUESTION: answers.answer,
    Kind.CONNECT: transfers.connect,
    Kind.HUMAN: transfers.person,
    Kind.YES: answers.another_question,
    Kind.NO: answers.another_question,
    Kind.THIRD: controls.nothing,
    Kind.EMERGENCY: controls.emergency,
    Kind.PRIVACY: controls.privacy,
    Kind.REPEAT: controls.repeat,
    Kind.SLOWER: controls.slower,
    Kind.SIMPLER: controls.simpler,
    Kind.BACK: consulting.back,
    Kind.OVERVIEW: controls.overview,
    Kind.CONSULT: consulting.begin,
    Kind.CALLBACK: messages.ask_name,
    Kind.WAIT: controls.wait,
    Kind.STOP: answers.another_question,
    Kind.GO_ON: controls.go_on,
    Kind.LANGUAGE: languages.change,
    Kind.SATISFIED: answers.leave,
    Kind.GOODBYE: answers.goodbye,
    Kind.NOT_UNDERSTOOD: misunderstanding.not_understood,
    Kind.NOISE: controls.nothing,
    Kind.DIGITS: controls.nothing,
    Kind.SILENCE: controls.silence,
    # A transfer that was given up succeeds late: the caller has somebody to talk to.
    Kind.TRANSFERRED: transfers.transferred,
    Kind.NOT_TRANSFERRED: controls.nothing,
    Kind.CALLED_OFF: controls.nothing,
    Kind.STILL_TRYING: controls.nothing,
    Kind.KEPT: controls.nothing,
    Kind.NOT_KEPT: controls.nothing,
    Kind.OUT_OF_ORDER: transfers.out_of_order,
    Kind.TOO_LONG: transfers.too_long,
}
"""What happens in every state that says nothing else."""

_NAME_AND_NUMBER_ARE_WORDS: tuple[Kind, ...] = (
    Kind.QUESTION,
    Kind.CONNECT,
    Kind.YES,
    Kind.NO,
    Kind.CALLBACK,
    Kind.NOT_UNDERSTOOD,
)
_ANYTHING_IS_WORDS = (*_NAME_AND_NUMBER_ARE_WORDS, Kind.THIRD, Kind.SATISFIED)
_A_CHOICE: tuple[Kind, ...] = (
    Kind.QUESTION,
    Kind.YES,
    Kind.NO,
    Kind.THIRD,
    Kind.NOT_UNDERSTOOD,
)

TABLE: dict[State, dict[Kind, Handler]] = {
    State.LISTENING: {
        Kind.YES: menu.ask,
        Kind.NO: menu.leave,
        Kind.THIRD: menu.open_menu,
    },
    State.MENU: {
        Kind.YES: menu.first,
        Kind.NO: menu.second,
        Kind.THIRD: menu.third,
        Kind.NOISE: menu.other,
    },
    State.LANGUAGES: dict.fromkeys((Kind.YES, Kind.NO, Kind.THIRD, Kind.NOISE), languages.choose),
    State.OFFERED: {
        Kind.YES: transfers.connect,
        Kind.NO: answers.satisfied,
        Kind.SATISFIED: answers.satisfied,
    },
    State.ADVICE_OFFERED: {
        Kind.YES: consulting.offered_yes,
        Kind.THIRD: consulting.begin,
        Kind.NO: consulting.declined,
        Kind.SATISFIED: consulting.declined,
    },
    State.CONSULTING: {
        **dict.fromkeys((*_A_CHOICE, Kind.OVERVIEW, Kind.CONSULT, Kind.SATISFIED), consulting.take),
        Kind.HUMAN: consulting.person,
        Kind.CONNECT: consulting.person,
    },
    State.CLARIFYING: dict.fromkeys(_A_CHOICE, clarifying.take),
    State.EMERGENCY_ASKED: {
        Kind.YES: controls.emergency,
        Kind.NO: menu.ask_again,
    },
    State.TRANSFERRING: {
        **dict.fromkeys(Kind, controls.nothing),
        Kind.EMERGENCY: controls.emergency,
        Kind.TRANSFERRED: transfers.transferred,
        Kind.NOT_TRANSFERRED: transfers.not_transferred,
        Kind.STOP: transfers.call_off,
        Kind.BACK: transfers.call_off,
        Kind.CALLED_OFF: transfers.called_off,
        Kind.STILL_TRYING: transfers.still_trying,
    },
    State.FAILED: {
        Kind.YES: transfers.person,
        Kind.CONNECT: transfers.person,
        Kind.NO: messages.ask_name,
        Kind.OUT_OF_ORDER: transfers.out_of_order,
    },
    State.MESSAGE_OFFERED: {
        Kind.YES: messages.ask_name,
        Kind.NO: answers.leave,
        Kind.OUT_OF_ORDER: transfers.out_of_order_at_the_end,
    },
    State.NAME: {**dict.fromkeys(_NAME_AND_NUMBER_ARE_WORDS, messages.take_name), Kind.BACK: correcting.back},
    State.OWN_NUMBER: {
        Kind.YES: messages.take_own_number,
        Kind.NO: messages.ask_number,
        Kind.SATISFIED: messages.ask_number,
        Kind.QUESTION: messages.take_number,
        Kind.NOT_UNDERSTOOD: messages.take_number,
        Kind.BACK: correcting.back,
    },
    State.NUMBER: {
        **dict.fromkeys((*_NAME_AND_NUMBER_ARE_WORDS, Kind.DIGITS), messages.take_number),
        Kind.BACK: correcting.back,
    },
    State.PREFERRED_TIME: {**dict.fromkeys(_ANYTHING_IS_WORDS, messages.take_time), Kind.BACK: correcting.back},
    State.MATTER: {**dict.fromkeys(_ANYTHING_IS_WORDS, messages.take_matter), Kind.BACK: correcting.back},
    State.REPORT_OFFERED: {
        Kind.YES: reports.accept,
        Kind.NO: answers.satisfied,
        Kind.SATISFIED: answers.satisfied,
        Kind.THIRD: transfers.connect,
        Kind.NOT_UNDERSTOOD: reports.other_words,
        Kind.PRIVACY: controls.privacy_or_report,
    },
    State.PLACE: {**dict.fromkeys(_ANYTHING_IS_WORDS, messages.take_place), Kind.BACK: correcting.back},
    State.SINCE: {**dict.fromkeys(_ANYTHING_IS_WORDS, messages.take_since), Kind.BACK: correcting.back},
    State.CONTACT: {
        Kind.YES: messages.take_contact,
        Kind.NO: messages.decline_contact,
        Kind.SATISFIED: messages.decline_contact,
        Kind.QUESTION: messages.take_contact_number,
        Kind.NOT_UNDERSTOOD: messages.take_contact_number,
        Kind.BACK: correcting.back,
    },
    State.CONFIRM: {
        Kind.YES: messages.finish,
        Kind.NO: correcting.correct,
        Kind.QUESTION: correcting.correct,
        Kind.NOT_UNDERSTOOD: correcting.correct,
        Kind.BACK: correcting.back,
        Kind.SILENCE: messages.finish,
        Kind.SATISFIED: messages.finish,
        Kind.GOODBYE: messages.finish,
    },
    State.CORRECTING: {
        **dict.fromkeys((*_ANYTHING_IS_WORDS, Kind.NOISE), correcting.take),
        Kind.SATISFIED: correcting.never_mind,
        Kind.BACK: correcting.never_mind,
    },
    State.KEEPING: {
        **dict.fromkeys(Kind, controls.nothing),
        Kind.EMERGENCY: controls.emergency,
        Kind.KEPT: messages.kept,
        Kind.NOT_KEPT: messages.not_kept,
        Kind.SILENCE: messages.not_kept,
    },
    State.ENDING: {**dict.fromkeys(Kind, controls.nothing), Kind.TRANSFERRED: controls.hang_up},
}
