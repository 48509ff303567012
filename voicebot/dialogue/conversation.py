"""The conversation as a session drives it: one input, and what is to be done."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from voicebot.dialogue import doubts, languages
from voicebot.dialogue.inputs import Do, Input, Kind, Say, State
from voicebot.dialogue.table import ANYWHERE, EXPECTING, MESSAGE, TABLE
from voicebot.dialogue.talk import Talk
from voicebot.understanding.result import SURE, Intent, Understanding

_NO_MISTAKE = (Kind.NOISE, Kind.SILENCE, Kind.KEPT, Kind.NOT_KEPT)
"""Says nothing about whether the bot understands."""
_THE_SAME_AGAIN = (Kind.REPEAT, Kind.SLOWER, Kind.WAIT, Kind.GO_ON)
_ONE_ANSWER = (*MESSAGE, State.TRANSFERRING, State.ENDING)
"""States in which an utterance holds no further wishes."""


class Dialogue(Talk):
    """One call's conversation."""

    @property
    def expecting(self) -> str | None:
        """What the bot has just asked for: ``yes_no``, ``choice``, ``name``, ``number``, ``words``, or None."""
        if self.state is State.CLARIFYING and self.choosing and len(self.choosing.services) == 1:
            return "yes_no"
        return EXPECTING.get(self.state)

    @property
    def collects(self) -> bool:
        """Whether keys belong to a number that ends with ``#``."""
        return self.state is State.NUMBER

    def step(self, happened: Input) -> list[Do]:
        """Take one input; the actions to carry out, in order."""
        if self.waits and _is_aside(happened):
            return []
        self.waits = False
        if happened.kind not in _NO_MISTAKE:
            self.silences = 0
        if happened.heard is not None:
            first = self._first_wish(happened.heard)
            kind = Kind.EMERGENCY if first.intent is Intent.EMERGENCY else happened.kind
            happened = replace(happened, kind=kind, heard=first)
            self.decision = self.decide(first)
        handler = TABLE[self.state].get(happened.kind) or ANYWHERE[happened.kind]
        if languages.needs_a_person(self, happened):
            handler = languages.to_person
        misunderstood = self.misunderstood
        before = self.state
        actions = doubts.warn(self, happened, before, handler(self, happened))
        if self.misunderstood == misunderstood and happened.kind not in _NO_MISTAKE:
            self.misunderstood = 0
        said = [action for action in actions if isinstance(action, Say)]
        if said and happened.kind not in _THE_SAME_AGAIN:
            self.question = said
            self.unheard = []
        return actions

    def interrupted(self, unheard: list[Say]) -> None:
        """The caller has cut off what was being said: know what they have not heard."""
        self.unheard = unheard
        if any(say == self.say("sample_notice") for say in unheard):
            self.sample_announced = False

    def _first_wish(self, understanding: Understanding) -> Understanding:
        """What to see to now; what else was asked in the same breath waits behind it."""
        danger = [wish for wish in understanding.then if wish.intent is Intent.EMERGENCY]
        if danger:
            return danger[0]
        if self.state not in _ONE_ANSWER:
            waiting = {_subject(wish): wish for wish in (*understanding.then, *self.wishes)}
            waiting.pop(_subject(understanding), None)
            self.wishes = deque(waiting.values())
        return replace(understanding, then=())


def _is_aside(happened: Input) -> bool:
    """Whether it is surely not meant for a bot that was asked to wait: talk in the room, or nothing."""
    if happened.kind in (Kind.NOT_UNDERSTOOD, Kind.NOISE):
        return True
    return happened.kind is Kind.QUESTION and happened.heard is not None and happened.heard.confidence < SURE


def _subject(wish: Understanding) -> tuple[str | None, ...]:
    """What a wish is about; two that were not understood are two."""
    about = (wish.intent, wish.service, wish.aspect, wish.department)
    return (*about, wish.text) if wish.intent is Intent.NOMATCH else about
