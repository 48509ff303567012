"""What to do next: a transition table, without input or output.

Everything that happens on a call is one :class:`Input`; :meth:`Dialogue.step` looks up state and input in
:data:`TABLE`, falls back to :data:`ANYWHERE`, and returns the actions to carry out in order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from telephony.events import TransferResult
from voicebot.catalogue.city import Department
from voicebot.prompts import Prompts
from voicebot.routing import Action, Decision, Router
from voicebot.understanding.numbers import extract_name, phone_number
from voicebot.understanding.result import Intent, Understanding


class State(StrEnum):
    LISTENING = "listening"
    OFFERED = "offered"
    """An answer was given; waiting for yes (connect) or no."""
    TRANSFERRING = "transferring"
    FAILED = "failed"
    """A transfer failed; the switchboard or a message is offered."""
    MESSAGE_OFFERED = "message_offered"
    NAME = "name"
    OWN_NUMBER = "own_number"
    NUMBER = "number"
    CONFIRM = "confirm"
    ENDING = "ending"


class Kind(StrEnum):
    """What an input amounts to."""

    STARTED = "started"
    QUESTION = "question"
    CONNECT = "connect"
    HUMAN = "human"
    YES = "yes"
    NO = "no"
    EMERGENCY = "emergency"
    PRIVACY = "privacy"
    REPEAT = "repeat"
    CALLBACK = "callback"
    SATISFIED = "satisfied"
    GOODBYE = "goodbye"
    NOT_UNDERSTOOD = "not_understood"
    NOISE = "noise"
    DIGITS = "digits"
    SILENCE = "silence"
    TRANSFERRED = "transferred"
    NOT_TRANSFERRED = "not_transferred"
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


@dataclass(frozen=True)
class Transfer:
    department: Department


@dataclass(frozen=True)
class LeaveMessage:
    name: str
    number: str
    matter: str
    department: str
    language: str


@dataclass(frozen=True)
class HangUp:
    """After everything before it has been spoken."""


Do = Say | Transfer | LeaveMessage | HangUp

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
    Intent.CALLBACK: Kind.CALLBACK,
    Intent.SATISFIED: Kind.SATISFIED,
    Intent.GOODBYE: Kind.GOODBYE,
    Intent.NOMATCH: Kind.NOT_UNDERSTOOD,
}
_KEYS = {"0": Kind.HUMAN, "1": Kind.YES, "2": Kind.NO, "*": Kind.REPEAT}
_RESULT_PROMPTS = {
    TransferResult.BUSY: "busy",
    TransferResult.DECLINED: "declined",
    TransferResult.UNREACHABLE: "unreachable",
    TransferResult.NO_ANSWER: "no_answer",
    TransferResult.REFUSED: "refused",
}


def heard(understanding: Understanding) -> Input:
    """An utterance as an input; one without any words is noise."""
    if not understanding.text.strip():
        return Input(Kind.NOISE)
    return Input(_KINDS[understanding.intent], understanding)


def key(digit: str) -> Input:
    """A single key; while a number is dictated keys are collected instead (:attr:`Dialogue.collects`)."""
    return Input(_KEYS.get(digit, Kind.NOISE), digits=digit)


@dataclass
class Dialogue:
    """One call's conversation. ``language`` may be changed from outside when the caller changes it."""

    router: Router
    language: str
    caller: str = ""
    """The caller's number as SIP gave it; empty if hidden."""
    state: State = State.LISTENING
    service: str | None = None
    """The service last spoken of, for follow-ups such as "und was kostet das?"."""
    decision: Decision = field(default_factory=lambda: Decision(Action.NOMATCH))
    """What the last utterance led to; ``voicebot ask`` reports it."""
    _target: Department | None = None
    _misunderstood: int = 0
    _silences: int = 0
    _matter: str = ""
    _name: str = ""
    _number: str = ""
    _question: list[Do] = field(default_factory=list)
    """What was said last, for "wie bitte?"."""
    _sample_announced: bool = False

    @property
    def prompts(self) -> Prompts:
        return self.router.prompts

    @property
    def expecting(self) -> str | None:
        """What the bot has just asked for, as understanding wants to know it."""
        return _EXPECTING.get(self.state)

    @property
    def collects(self) -> bool:
        """Whether keys belong to a number that ends with ``#``."""
        return self.state is State.NUMBER

    def step(self, happened: Input) -> list[Do]:
        """Take one input; the actions to carry out, in order."""
        if happened.kind not in (Kind.SILENCE, Kind.NOISE):
            self._silences = 0
        if happened.heard is not None:
            self.decision = self.router.decide(happened.heard)
        handler = TABLE[self.state].get(happened.kind) or ANYWHERE[happened.kind]
        misunderstood = self._misunderstood
        actions = handler(self, happened)
        if self._misunderstood == misunderstood and happened.kind not in (Kind.NOISE, Kind.SILENCE):
            self._misunderstood = 0
        if any(isinstance(action, Say) for action in actions) and happened.kind is not Kind.REPEAT:
            self._question = [action for action in actions if isinstance(action, Say)]
        return actions

    # What is said.

    def _say(self, prompt: str, *, protected: bool = False, **values: str) -> Say:
        values = {"city": self.router.city.name, **values}
        return Say(self.prompts.say(prompt, self.language, **values), self.language, protected)

    # Handlers, one for each way a conversation can go on.

    def _greet(self, _: Input) -> list[Do]:
        others = [language for language in self.prompts.languages if language != self.language]
        return [
            self._say("greeting", protected=True),
            self._say("greeting_person", protected=True),
            *(Say(self.prompts.say("other_language", language), language) for language in others),
            self._say("greeting_question"),
        ]

    def _answer(self, happened: Input) -> list[Do]:
        assert happened.heard is not None
        decision = self.decision
        self.service = decision.service or self.service
        self._matter = happened.heard.text
        self._target = decision.department
        if decision.action is Action.TRANSFER:
            return self._transfer_to(self._target)
        replies: list[Do] = [Say(text, self.language) for text in decision.reply]
        if decision.sample and not self._sample_announced:
            self._sample_announced = True
            replies.insert(0, self._say("sample_notice"))
        if decision.action is Action.EXTERNAL:
            self.state = State.LISTENING
            return [*replies, self._say("anything_else")]
        self.state = State.OFFERED
        assert self._target is not None
        prompt = "offer" if replies else "no_source"
        return [*replies, self._say(prompt, desk=self._target.with_name(self.language))]

    def _connect(self, _: Input) -> list[Do]:
        return self._transfer_to(self._target)

    def _person(self, happened: Input) -> list[Do]:
        if happened.heard is not None:
            self._matter = self._matter or happened.heard.text
        return self._transfer_to(self.router.switchboard)

    def _transfer_to(self, target: Department | None, *announcement: Say) -> list[Do]:
        if target is None or target.kind == "extern":
            target = self.router.switchboard
        self._target = target
        self.decision = replace(self.decision, action=Action.TRANSFER, department=target)
        self.state = State.TRANSFERRING
        if not announcement:
            if target is self.router.switchboard:
                announcement = (self._say("connecting_person"),)
            else:
                announcement = (self._say("connecting", desk=target.with_name(self.language)),)
        return [*announcement, Transfer(target)]

    def _transferred(self, _: Input) -> list[Do]:
        self.state = State.ENDING
        return [HangUp()]

    def _not_transferred(self, happened: Input) -> list[Do]:
        assert happened.result is not None
        said = self._say(_RESULT_PROMPTS[happened.result])
        if self._target is self.router.switchboard or happened.result is TransferResult.REFUSED:
            self.state = State.MESSAGE_OFFERED
            return [said, self._say("offer_message")]
        self.state = State.FAILED
        return [said, self._say("offer_switchboard")]

    def _satisfied(self, _: Input) -> list[Do]:
        self.state = State.LISTENING
        return [self._say("satisfied")]

    def _another_question(self, _: Input) -> list[Do]:
        self.state = State.LISTENING
        return [self._say("anything_else")]

    def _ask(self, _: Input) -> list[Do]:
        return [self._say("greeting_question")]

    def _ask_name(self, happened: Input) -> list[Do]:
        self.decision = replace(self.decision, action=Action.CALLBACK)
        if happened.heard is not None and happened.kind is Kind.CALLBACK:
            self._matter = self._matter or happened.heard.text
        self.state = State.NAME
        return [self._say("message_name")]

    def _take_name(self, happened: Input) -> list[Do]:
        if happened.heard is None:
            return self._repeat(happened)
        self._name = extract_name(happened.heard.text, self.language) or happened.heard.text
        if self.caller:
            self.state = State.OWN_NUMBER
            return [self._say("message_own_number")]
        return self._ask_number(happened)

    def _ask_number(self, _: Input) -> list[Do]:
        self.state = State.NUMBER
        return [self._say("message_number")]

    def _take_own_number(self, _: Input) -> list[Do]:
        self._number = self.caller
        return self._confirm()

    def _take_number(self, happened: Input) -> list[Do]:
        spoken = happened.heard.text if happened.heard else ""
        number = happened.digits or phone_number(spoken, self.language)
        if not number:
            return self._not_understood(happened)
        self._number = number
        return self._confirm()

    def _confirm(self) -> list[Do]:
        # Kept at once: whoever hangs up now is called back all the same.
        self.state = State.CONFIRM
        message = LeaveMessage(
            self._name,
            self._number,
            self._matter,
            (self._target or self.router.switchboard).key,
            self.language,
        )
        return [message, self._say("message_confirm", name=self._name, number=self._number)]

    def _stored(self, _: Input) -> list[Do]:
        self.state = State.ENDING
        return [self._say("message_stored"), HangUp()]

    def _goodbye(self, _: Input) -> list[Do]:
        self.state = State.ENDING
        return [self._say("goodbye"), HangUp()]

    def _emergency(self, happened: Input) -> list[Do]:
        assert happened.heard is not None
        self.state = State.LISTENING
        return [self._say(f"emergency_{happened.heard.emergency or '112'}", protected=True)]

    def _privacy(self, _: Input) -> list[Do]:
        if self.state is State.ENDING:
            self.state = State.LISTENING
        return [self._say("privacy"), *self._question[-1:]]

    def _repeat(self, _: Input) -> list[Do]:
        return list(self._question)

    def _not_understood(self, happened: Input) -> list[Do]:
        self._misunderstood += 1
        if self._misunderstood >= 2:
            return self._transfer_to(self.router.switchboard, self._say("not_understood_person"))
        return [self._say("not_understood")]

    def _silence(self, _: Input) -> list[Do]:
        self._silences += 1
        if self._silences == 1:
            return [self._say("silence")] if self.state is State.LISTENING else list(self._question[-1:])
        if self._silences == 2:
            return [self._say("silence_keys")]
        self.state = State.ENDING
        return [self._say("silence_goodbye"), HangUp()]

    def _out_of_order(self, _: Input) -> list[Do]:
        if self.state is State.TRANSFERRING:
            return []
        return self._transfer_to(self.router.switchboard, self._say("apology", protected=True))

    def _out_of_order_at_the_end(self, _: Input) -> list[Do]:
        self.state = State.ENDING
        return [self._say("apology_goodbye", protected=True), HangUp()]

    def _too_long(self, _: Input) -> list[Do]:
        return self._transfer_to(self.router.switchboard, self._say("too_long"))

    def _hang_up(self, _: Input) -> list[Do]:
        return [HangUp()]

    def _nothing(self, _: Input) -> list[Do]:
        return []


Handler = Callable[[Dialogue, Input], list[Do]]

_EXPECTING = {
    State.OFFERED: "yes_no",
    State.FAILED: "yes_no",
    State.MESSAGE_OFFERED: "yes_no",
    State.OWN_NUMBER: "yes_no",
    State.CONFIRM: "yes_no",
    State.NAME: "name",
    State.NUMBER: "number",
}

ANYWHERE: dict[Kind, Handler] = {
    Kind.STARTED: Dialogue._greet,
    Kind.QUESTION: Dialogue._answer,
    Kind.CONNECT: Dialogue._connect,
    Kind.HUMAN: Dialogue._person,
    Kind.YES: Dialogue._another_question,
    Kind.NO: Dialogue._another_question,
    Kind.EMERGENCY: Dialogue._emergency,
    Kind.PRIVACY: Dialogue._privacy,
    Kind.REPEAT: Dialogue._repeat,
    Kind.CALLBACK: Dialogue._ask_name,
    Kind.SATISFIED: Dialogue._goodbye,
    Kind.GOODBYE: Dialogue._goodbye,
    Kind.NOT_UNDERSTOOD: Dialogue._not_understood,
    Kind.NOISE: Dialogue._nothing,
    Kind.DIGITS: Dialogue._nothing,
    Kind.SILENCE: Dialogue._silence,
    # A transfer that was given up succeeds late: the caller has somebody to talk to.
    Kind.TRANSFERRED: Dialogue._transferred,
    Kind.NOT_TRANSFERRED: Dialogue._nothing,
    Kind.OUT_OF_ORDER: Dialogue._out_of_order,
    Kind.TOO_LONG: Dialogue._too_long,
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

TABLE: dict[State, dict[Kind, Handler]] = {
    State.LISTENING: {
        Kind.YES: Dialogue._ask,
        Kind.NO: Dialogue._goodbye,
    },
    State.OFFERED: {
        Kind.YES: Dialogue._connect,
        Kind.NO: Dialogue._satisfied,
        Kind.SATISFIED: Dialogue._satisfied,
    },
    State.TRANSFERRING: {
        **dict.fromkeys(Kind, Dialogue._nothing),
        Kind.EMERGENCY: Dialogue._emergency,
        Kind.TRANSFERRED: Dialogue._transferred,
        Kind.NOT_TRANSFERRED: Dialogue._not_transferred,
    },
    State.FAILED: {
        Kind.YES: Dialogue._person,
        Kind.CONNECT: Dialogue._person,
        Kind.NO: Dialogue._ask_name,
        Kind.OUT_OF_ORDER: Dialogue._out_of_order,
    },
    State.MESSAGE_OFFERED: {
        Kind.YES: Dialogue._ask_name,
        Kind.NO: Dialogue._goodbye,
        Kind.OUT_OF_ORDER: Dialogue._out_of_order_at_the_end,
    },
    State.NAME: dict.fromkeys(_NAME_AND_NUMBER_ARE_WORDS, Dialogue._take_name),
    State.OWN_NUMBER: {
        Kind.YES: Dialogue._take_own_number,
        Kind.NO: Dialogue._ask_number,
        Kind.SATISFIED: Dialogue._ask_number,
        Kind.QUESTION: Dialogue._take_number,
        Kind.NOT_UNDERSTOOD: Dialogue._take_number,
    },
    State.NUMBER: dict.fromkeys((*_NAME_AND_NUMBER_ARE_WORDS, Kind.DIGITS), Dialogue._take_number),
    State.CONFIRM: {
        Kind.YES: Dialogue._stored,
        Kind.NO: Dialogue._ask_number,
        Kind.SILENCE: Dialogue._stored,
        Kind.SATISFIED: Dialogue._stored,
        Kind.GOODBYE: Dialogue._stored,
    },
    State.ENDING: {**dict.fromkeys(Kind, Dialogue._nothing), Kind.TRANSFERRED: Dialogue._hang_up},
}
