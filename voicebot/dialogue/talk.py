"""One call's conversation so far: what every handler works on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from voicebot.advice import Consultation
from voicebot.calllanguage import CallLanguage
from voicebot.catalogue.calendarwords import CalendarWords
from voicebot.catalogue.city import Department
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.dialogue.draft import Draft
from voicebot.dialogue.inputs import Do, Input, Say, State, Transfer
from voicebot.prompts import Prompts
from voicebot.routing import Action, Decision, Router
from voicebot.switching import Plan
from voicebot.understanding.result import SURE, Intent, Understanding

WIDELY_SPOKEN = "en"
"""What is said to somebody whose language the bot does not speak, beside the town's own."""


@dataclass(frozen=True)
class Topic:
    """A service that was spoken of, and what was said about it."""

    heard: Understanding
    decision: Decision
    service: str


@dataclass(frozen=True)
class Choosing:
    """A question with choices that waits for its answer."""

    asked: Understanding
    """What the caller said that may be about each of them."""
    services: tuple[str, ...]


@dataclass
class Talk:
    router: Router
    language: str
    """What the bot speaks."""
    caller: str = ""
    """The caller's number as SIP gave it; empty if hidden."""
    state: State = State.LISTENING
    left: State = State.LISTENING
    """Where the conversation was when the keys of the languages were named."""
    service: str | None = None
    """The service last spoken of, for follow-ups such as "und was kostet das?"."""
    decision: Decision = field(default_factory=lambda: Decision(Action.NOMATCH))
    """What the last utterance led to; ``voicebot ask`` reports it."""
    target: Department | None = None
    """Whom a yes connects to."""
    wondered: str | None = None
    """What was asked about something that was not understood: "was kostet das?"."""
    tried: set[str] = field(default_factory=set)
    """Departments that the transfer under way, or the last one, tries."""
    misunderstood: int = 0
    silences: int = 0
    question: list[Say] = field(default_factory=list)
    """What was said last, for "wie bitte?"."""
    topics: list[Topic] = field(default_factory=list)
    """Of different services, the last one last, for "zurück"."""
    wishes: deque[Understanding] = field(default_factory=deque)
    """What was asked in the same breath and waits for its answer."""
    choosing: Choosing | None = None
    consultation: Consultation | None = None
    """The questions under way, or those just answered."""
    advised: set[str] = field(default_factory=set)
    """Advice that was declined or came to its end, and is not offered again."""
    clarified: int = 0
    """Questions back since the last answer."""
    matter: str = ""
    draft: Draft = field(default_factory=Draft)
    """The message that the caller is leaving."""
    reports: bool = False
    """Whether it was chosen by key that something is to be reported, and not yet what."""
    sample_announced: bool = False
    gave_up: bool = False
    """Whether the bot has handed the caller on without being asked to."""
    waits: bool = False
    """Whether the caller has asked for a moment."""
    unheard: list[Say] = field(default_factory=list)
    """What the caller's interruption cut off, for "weiter"."""
    area_code: str = ""
    """Of the town, for numbers that are said without one."""
    clock: Callable[[], datetime] = lambda: datetime.now(TOWN_TIME)
    speaks: frozenset[str] | None = None
    """Languages that there is a voice for; None: all that have prompts."""
    tongue: CallLanguage | None = None
    """What the caller speaks; None: what the bot speaks."""
    warned_of: set[str] = field(default_factory=set)
    """Emergency numbers that were mentioned because it might be an emergency."""

    def memento(self) -> Mapping[str, Any]:
        """All that may change, for :meth:`restore`."""
        # Lists, sets and queues hold what does not change; everything else is replaced, never changed.
        kept = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: copy(value) if isinstance(value, list | set | deque) else value for name, value in kept.items()}

    def restore(self, memento: Mapping[str, Any]) -> None:
        """As it was: what has been said since was said to half a sentence."""
        for name, value in memento.items():
            setattr(self, name, copy(value) if isinstance(value, list | set | deque) else value)

    @property
    def prompts(self) -> Prompts:
        return self.router.prompts

    def hears(self, tongue: CallLanguage) -> None:
        """Take note of what the caller speaks, and speak it where there is a voice for it."""
        self.tongue = tongue
        if self.can_speak(tongue.current):
            self.language = tongue.current

    @property
    def caller_language(self) -> str:
        """What the caller speaks: what desks are told, and are chosen by."""
        return self.tongue.current if self.tongue else self.language

    def can_speak(self, language: str) -> bool:
        """Whether the bot has prompts and a voice for a language."""
        return language in self.prompts.languages and (self.speaks is None or language in self.speaks)

    @property
    def spoken_languages(self) -> list[str]:
        """All that the bot speaks, the town's first."""
        return [language for language in self.prompts.languages if self.can_speak(language)]

    @property
    def wide_languages(self) -> list[str]:
        """For a caller whose language the bot does not speak: the town's, and English where there is a voice."""
        return [each for each in dict.fromkeys((self.prompts.languages[0], WIDELY_SPOKEN)) if self.can_speak(each)]

    @property
    def told_in(self) -> list[str]:
        """What something is said in that the caller must understand: their own language, or else those of many."""
        return [self.language] if self.can_speak(self.caller_language) else self.wide_languages

    @property
    def words(self) -> CalendarWords:
        """Days, times and dates in the call's language."""
        return self.prompts.calendar(self.language)

    def say(self, prompt: str, **values: str) -> Say:
        return self.say_in(self.language, prompt, **values)

    def say_in(self, language: str, prompt: str, **values: str) -> Say:
        """The same in another language than the call's."""
        return Say(self.prompts.say(prompt, language, **{"city": self.router.city.name, **values}), language)

    def say_widely(self, prompt: str, **values: str) -> list[Say]:
        """What a caller must understand, whether or not there is a voice for their language."""
        return [self.say_in(language, prompt, **values) for language in self.told_in]

    def insist(self, prompt: str) -> Say:
        """What is said to its end, whatever the caller does."""
        return replace(self.say(prompt), protected=True)

    def insist_widely(self, prompt: str) -> list[Say]:
        """The same, so that a caller whose language has no voice may understand it."""
        return [replace(each, protected=True) for each in self.say_widely(prompt)]

    def decide(self, heard: Understanding) -> Decision:
        """What follows from an utterance now."""
        return self.router.decide(heard, self.clock())

    @property
    def note(self) -> str:
        """What was answered so far, as staff read it."""
        return self.consultation.summary("de") if self.consultation and self.consultation.answers else ""

    def plan_for(self, department: Department) -> Plan:
        """Who would be rung for a department now."""
        return self.router.plan(department, self.service, self.clock(), self.caller_language)

    def transfer(self, plan: Plan) -> Transfer:
        """What is to be done to pass the caller on, and what the desk is told."""
        topic = self.topics[-1] if self.topics and self.topics[-1].service == self.service else None
        return Transfer(
            plan,
            service=self.service,
            aspect=topic.decision.aspect if topic else None,
            wants=" / ".join(dict.fromkeys(filter(None, (self.note, self.matter)))),
            said=" ".join(topic.decision.reply) if topic else "",
            note=self.note,
        )

    def replies(self, decision: Decision, language: str | None = None) -> list[Do]:
        """The decision's answer; the first sample of a call is called one."""
        replies: list[Do] = [Say(text, language or self.language) for text in decision.reply]
        if decision.sample and not self.sample_announced:
            self.sample_announced = True
            replies.insert(0, self.say("sample_notice"))
        return replies

    def remember(self, heard: Understanding, decision: Decision) -> None:
        """What is spoken of now."""
        self.matter = " / ".join(filter(None, (self.note, heard.text)))
        self.wondered = None
        if decision.action is not Action.TRANSFER:
            self.consultation = None
        self.target = decision.department
        if decision.service is None:
            return
        self.service = decision.service
        if self.topics and self.topics[-1].service == decision.service:
            self.topics.pop()
        self.topics.append(Topic(heard, decision, decision.service))

    def note_matter(self, heard: Understanding | None) -> None:
        """What it is about, where that is not known and an utterance that asks for something else tells it."""
        if heard is None or self.matter:
            return
        is_named = heard.service is not None or (bool(heard.candidates) and heard.candidates[0][1] >= SURE)
        if is_named or heard.intent in (Intent.SERVICE, Intent.DEPARTMENT):
            self.matter = heard.text

    def repeat(self) -> list[Do]:
        """What was said last, or what is said first where nothing was."""
        return list(self.question) or [self.say("greeting_question")]


Handler = Callable[[Talk, Input], list[Do]]
