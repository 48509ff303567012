"""What can happen on a call, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from telephony.events import TransferResult
from voicebot.catalogue.city import Department
from voicebot.switching import Plan
from voicebot.understanding.result import Intent, Understanding


class State(StrEnum):
    LISTENING = "listening"
    OFFERED = "offered"
    """An answer was given; waiting for yes (connect) or no."""
    CLARIFYING = "clarifying"
    """One to three services are named; waiting for one of them, or for a yes to the only one."""
    MENU = "menu"
    """What can be done by key alone was named."""
    ADVICE_OFFERED = "advice_offered"
    """An answer was given; waiting for "Fragen" or "verbinden"."""
    LANGUAGES = "languages"
    """The keys of the languages were named."""
    CONSULTING = "consulting"
    """A question of an advice was asked."""
    EMERGENCY_ASKED = "emergency_asked"
    """Nothing was understood but that it may be an emergency; waiting for yes, no, or what it is about."""
    TRANSFERRING = "transferring"
    FAILED = "failed"
    """A transfer failed; the switchboard or a message is offered."""
    MESSAGE_OFFERED = "message_offered"
    NAME = "name"
    OWN_NUMBER = "own_number"
    NUMBER = "number"
    PREFERRED_TIME = "preferred_time"
    MATTER = "matter"
    REPORT_OFFERED = "report_offered"
    """Something is broken or a nuisance; waiting for "aufnehmen" or "verbinden"."""
    PLACE = "place"
    SINCE = "since"
    CONTACT = "contact"
    """Whether a report may be asked back about, by telephone."""
    CONFIRM = "confirm"
    """All of a message was read back."""
    CORRECTING = "correcting"
    """Waiting for which part of it is wrong."""
    KEEPING = "keeping"
    """The message is being stored; the caller is told only when it is."""
    ENDING = "ending"


class Kind(StrEnum):
    """What an input amounts to."""

    STARTED = "started"
    QUESTION = "question"
    CONNECT = "connect"
    HUMAN = "human"
    YES = "yes"
    NO = "no"
    THIRD = "third"
    """The key 3: the third of the choices."""
    EMERGENCY = "emergency"
    PRIVACY = "privacy"
    REPEAT = "repeat"
    SLOWER = "slower"
    SIMPLER = "simpler"
    BACK = "back"
    OVERVIEW = "overview"
    CONSULT = "consult"
    CALLBACK = "callback"
    WAIT = "wait"
    STOP = "stop"
    """Leave off what is going on: "abbrechen"."""
    GO_ON = "go_on"
    LANGUAGE = "language"
    """Another language is wanted; none is named where a key asks for it."""
    SATISFIED = "satisfied"
    GOODBYE = "goodbye"
    NOT_UNDERSTOOD = "not_understood"
    NOISE = "noise"
    DIGITS = "digits"
    SILENCE = "silence"
    TRANSFERRED = "transferred"
    NOT_TRANSFERRED = "not_transferred"
    CALLED_OFF = "called_off"
    """The transfer under way was ended, as the caller wished."""
    STILL_TRYING = "still_trying"
    """Nobody has taken the call for a while."""
    KEPT = "kept"
    """The complete message is stored; ``digits`` is the reference of a report."""
    NOT_KEPT = "not_kept"
    OUT_OF_ORDER = "out_of_order"
    TOO_LONG = "too_long"


@dataclass(frozen=True)
class Input:
    kind: Kind
    heard: Understanding | None = None
    digits: str = ""
    result: TransferResult | None = None


@dataclass(frozen=True)
class Say:
    text: str
    language: str
    protected: bool = False
    """Whether the caller cannot interrupt it: the disclosure (AI Act, Art. 50) and emergency advice."""
    slow: bool = False
    """Whether a pause follows, to take it in."""


@dataclass(frozen=True)
class Transfer:
    plan: Plan
    service: str | None = None
    aspect: str | None = None
    wants: str = ""
    """What the caller wants, in their words and with what they have answered, for whoever takes the call."""
    said: str = ""
    """What they have been told already."""
    note: str = ""
    """What they have answered in an advice."""

    @property
    def department(self) -> Department:
        """Whom the caller is told about."""
        return self.plan.department


@dataclass(frozen=True)
class CallOff:
    """End the transfer under way, if it still can be; an input tells."""


@dataclass(frozen=True)
class LeaveMessage:
    """Keep this for the staff; a later one of the same call replaces it."""

    name: str
    number: str
    matter: str
    department: str
    language: str
    kind: str = "callback"
    """``callback`` or ``report``."""
    preferred_time: str = ""
    place: str = ""
    since: str = ""
    complete: bool = False
    """Whether the caller has confirmed it, and is to be told what became of it: :attr:`Kind.KEPT` or
    :attr:`Kind.NOT_KEPT`."""


@dataclass(frozen=True)
class HangUp:
    """After everything before it has been spoken."""


Do = Say | Transfer | CallOff | LeaveMessage | HangUp

_KINDS = {
    Intent.SERVICE: Kind.QUESTION,
    Intent.DEPARTMENT: Kind.QUESTION,
    Intent.HUMAN: Kind.HUMAN,
    Intent.CONNECT: Kind.CONNECT,
    Intent.YES: Kind.YES,
    Intent.NO: Kind.NO,
    Intent.EMERGENCY: Kind.EMERGENCY,
    Intent.PRIVACY: Kind.PRIVACY,
    Intent.REPEAT: Kind.REPEAT,
    Intent.SLOWER: Kind.SLOWER,
    Intent.SIMPLER: Kind.SIMPLER,
    Intent.BACK: Kind.BACK,
    Intent.OVERVIEW: Kind.OVERVIEW,
    Intent.CONSULT: Kind.CONSULT,
    Intent.CALLBACK: Kind.CALLBACK,
    Intent.WAIT: Kind.WAIT,
    Intent.STOP: Kind.STOP,
    Intent.GO_ON: Kind.GO_ON,
    Intent.LANGUAGE: Kind.LANGUAGE,
    Intent.SATISFIED: Kind.SATISFIED,
    Intent.GOODBYE: Kind.GOODBYE,
    Intent.NOMATCH: Kind.NOT_UNDERSTOOD,
}
_KEYS = {
    "0": Kind.HUMAN,
    "1": Kind.YES,
    "2": Kind.NO,
    "3": Kind.THIRD,
    "9": Kind.LANGUAGE,
    "*": Kind.REPEAT,
    "#": Kind.BACK,
}


def heard(understanding: Understanding) -> Input:
    """An utterance as an input; one without any words is noise."""
    if not understanding.text.strip():
        return Input(Kind.NOISE)
    return Input(_KINDS[understanding.intent], understanding)


def key(digit: str) -> Input:
    """A single key; while a number is dictated keys are collected instead (:attr:`.Dialogue.collects`)."""
    return Input(_KEYS.get(digit, Kind.NOISE), digits=digit)
