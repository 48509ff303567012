"""From a match to what happens: an answer from the service data, a department, an external authority.

Plain functions over data. Nothing is answered without a source: see :func:`_spoken_fact`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from voicebot.catalogue.advice import Advice
from voicebot.catalogue.calendar import Calendar
from voicebot.catalogue.city import SAMPLE, City, Department, Service
from voicebot.catalogue.hours import spoken_clock, spoken_hours, spoken_opening, spoken_reason, town_day
from voicebot.catalogue.spoken import sentences
from voicebot.prompts import Prompts
from voicebot.switching import Plan, Rules, plan
from voicebot.understanding.result import Intent, Understanding


class Action(StrEnum):
    """What the caller wants, whatever the opening hours; the words of ``voicebot ask --json``."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    TRANSFER = "transfer"
    EXTERNAL = "external"
    EMERGENCY = "emergency"
    CALLBACK = "callback"
    NOMATCH = "nomatch"
    GOODBYE = "goodbye"
    PRIVACY = "privacy"
    LANGUAGE = "language"
    REPEAT = "repeat"
    BACK = "back"
    OVERVIEW = "overview"
    CONSULT = "consult"
    YES = "yes"
    NO = "no"


MOST_CHOICES = 3
#: "Ausweis oder Pass verloren" would be heard as two of the choices.
_ALTERNATIVES = re.compile(r"\s+(?:oder|or)\s+[\w-]+")
_BRACKETS = re.compile(r"\s*\(.*")


def _in_common(names: Sequence[Sequence[str]]) -> int:
    """How many first words all names share, so that each keeps one of its own."""
    most = min(map(len, names)) - 1
    return next((place for place in range(most) if len({name[place] for name in names}) > 1), max(most, 0))


@dataclass(frozen=True)
class Decision:
    action: Action
    reply: tuple[str, ...] = ()
    """What answers the question, a text at a time; the dialogue adds what to ask next."""
    department: Department | None = None
    service: str | None = None
    aspect: str | None = None
    sample: bool = False
    """Whether the reply is sample data, which the first such answer of a call says."""
    untranslated: bool = False
    """Whether there is an answer, and none in the caller's language."""


_ACTIONS = {
    Intent.EMERGENCY: Action.EMERGENCY,
    Intent.PRIVACY: Action.PRIVACY,
    Intent.LANGUAGE: Action.LANGUAGE,
    Intent.REPEAT: Action.REPEAT,
    Intent.SLOWER: Action.REPEAT,
    Intent.SIMPLER: Action.REPEAT,
    Intent.BACK: Action.BACK,
    Intent.STOP: Action.BACK,
    Intent.OVERVIEW: Action.OVERVIEW,
    Intent.CONSULT: Action.CONSULT,
    Intent.CALLBACK: Action.CALLBACK,
    Intent.SATISFIED: Action.GOODBYE,
    Intent.GOODBYE: Action.GOODBYE,
    Intent.YES: Action.YES,
    Intent.NO: Action.NO,
    Intent.NOMATCH: Action.NOMATCH,
}


@dataclass(frozen=True)
class Router:
    city: City
    prompts: Prompts
    speak_samples: bool = False
    rules: Rules = field(default_factory=Rules)

    def decide(self, heard: Understanding, at: datetime | None = None) -> Decision:
        """What follows from one utterance, by itself.

        :param at: with hours, what is special at this moment is said; None: only what holds in any week
        """
        if heard.intent is Intent.SERVICE and heard.service is not None:
            if self.choices(heard):
                department = self.city.department_of(heard.service)
                return Decision(Action.CLARIFY, (), department, heard.service, heard.aspect)
            return self._service(self.city.services[heard.service], heard.aspect, heard.language, at)
        if heard.intent is Intent.DEPARTMENT and heard.department is not None:
            department = self.city.departments[heard.department]
            if heard.aspect == "hours":
                return self._hours(department, heard, at)
            if department.kind == "extern":
                reply = self.external(department, heard.language)
                return Decision(Action.EXTERNAL, reply, department, heard.service, heard.aspect)
            return Decision(Action.TRANSFER, (), department, heard.service, heard.aspect)
        if heard.intent in (Intent.HUMAN, Intent.CONNECT):
            return Decision(Action.TRANSFER, department=self.switchboard)
        return Decision(_ACTIONS.get(heard.intent, Action.NOMATCH), service=heard.service, aspect=heard.aspect)

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar.of(self.city)

    @property
    def switchboard(self) -> Department:
        return self.city.departments[self.city.switchboard]

    def plan(self, department: Department, service: str | None, at: datetime, language: str) -> Plan:
        """Who is rung for a department, or a service of it, at that time."""
        return plan(self.city, self.calendar, department, service, at=at, language=language, rules=self.rules)

    def appointment(self, service: str | None, language: str) -> Decision | None:
        """How to get an appointment for a service, or None where nothing with a source is known."""
        if service is None or service not in self.city.services:
            return None
        text, sample = self._spoken_fact(self.city.services[service], "appointment", language)
        if text is None or self.city.services[service].fact("appointment", language) is None:
            return None
        return Decision(Action.ANSWER, (text,), self.city.department_of(service), service, "appointment", sample)

    @property
    def reports(self) -> tuple[str, ...]:
        """The services that take reports of damage or complaints."""
        return tuple(key for key, service in self.city.services.items() if service.reports)

    def transferable(self, department: Department | None) -> Department:
        """The department if it is the town's own, else the switchboard."""
        return self.switchboard if department is None or department.kind == "extern" else department

    def choices(self, heard: Understanding) -> tuple[str, ...]:
        """The services to choose from, as many as a listener keeps in mind; one where it is only doubtful."""
        known = (service for service in heard.choices if service in self.city.services)
        return tuple(dict.fromkeys(known))[:MOST_CHOICES]

    def advice(self, service: str | None, language: str) -> Advice | None:
        """The questions that are offered on a service, if they can be asked in that language."""
        advice = self.city.advice_on(service) if service else None
        return advice if advice and language in advice.languages else None

    def common_department(self, services: Sequence[str]) -> Department:
        """Who deals with all of them; the switchboard where nobody does."""
        departments = {self.city.services[service].department for service in services}
        return self.city.departments[departments.pop()] if len(departments) == 1 else self.switchboard

    def spoken_name(self, service: str, language: str) -> str:
        """A service's name without what stands in brackets."""
        return _BRACKETS.sub("", self.city.services[service].name(language)).strip()

    def short_names(self, services: Sequence[str], language: str) -> list[str]:
        """Names as they follow one another in a question: "Wohnsitz anmelden", "ummelden", "abmelden"."""
        whole = [self.spoken_name(service, language) for service in services]
        brief = [_ALTERNATIVES.sub("", name) for name in whole]
        names = [name.split() for name in (brief if len(set(brief)) == len(brief) else whole)]
        head = _in_common(names)
        tail = _in_common([name[head:][::-1] for name in names])
        last = len(names) - 1
        return [
            " ".join(name[head if place else 0 : len(name) - (tail if place < last else 0)])
            for place, name in enumerate(names)
        ]

    def simpler(self, given: Decision, language: str) -> Decision | None:
        """The overview of a service, or the first sentence of the answer given; None where that is no less."""
        if given.service is not None and given.aspect not in (None, "general"):
            text, sample = self._spoken_fact(self.city.services[given.service], "general", language)
            if text is not None and (text,) != given.reply:
                return replace(given, reply=(text,), aspect="general", sample=sample)
        spoken = [" ".join(words) for text in given.reply for words in sentences(text)]
        return replace(given, reply=(spoken[0],)) if len(spoken) > 1 else None

    def _service(self, service: Service, aspect: str | None, language: str, at: datetime | None) -> Decision:
        department = self.city.department_of(service.key)
        if department.kind == "extern":
            text, sample = self._spoken_fact(service, aspect, language)
            if text is None:
                text, sample = self._spoken_fact(service, "general", language)
            reply = (text,) if text else self.external(department, language)
            return Decision(Action.EXTERNAL, reply, department, service.key, aspect, sample)
        text, sample = self._spoken_fact(service, aspect, language)
        if text is None and aspect == "hours":
            hours, sample = self._spoken_hours(department, language, at)
            return Decision(Action.ANSWER, hours, department, service.key, aspect, sample)
        if text is None:
            own = self._spoken_fact(service, aspect, self.prompts.languages[0])[0]
            return Decision(Action.ANSWER, (), department, service.key, aspect, untranslated=own is not None)
        return Decision(Action.ANSWER, (text,), department, service.key, aspect, sample)

    def _hours(self, department: Department, heard: Understanding, at: datetime | None) -> Decision:
        reply, sample = self._spoken_hours(department, heard.language, at)
        return Decision(Action.ANSWER, reply, department, heard.service, "hours", sample)

    def _spoken_fact(self, service: Service, aspect: str | None, language: str) -> tuple[str | None, bool]:
        """The text of a fact with a source, and whether that source is ``sample``."""
        fact = service.fact(aspect or "general", language)
        if fact is None or (fact.is_sample and not self.speak_samples):
            return None, False
        return fact.text, fact.is_sample

    def _spoken_hours(self, department: Department, language: str, at: datetime | None) -> tuple[tuple[str, ...], bool]:
        """The week of a department and what is special now, and whether it is sample data; nothing where not known."""
        sample = any(span.source == SAMPLE for span in department.hours)
        if not department.hours or (sample and not self.speak_samples):
            return (), False
        hours = spoken_hours(department.hours, self.prompts.calendar(language))
        week = self.prompts.say("hours", language, department=department.name(language), hours=hours)
        now, sample_now = self._spoken_now(department, language, at) if at else ((), False)
        return (week, *now), sample or sample_now

    def _spoken_now(self, department: Department, language: str, at: datetime) -> tuple[tuple[str, ...], bool]:
        """ "Gerade ist geöffnet, bis 16 Uhr", or why not, and when again; and whether sample data say so."""
        words = self.prompts.calendar(language)
        closes = self.calendar.closes(department, at)
        opens = self.calendar.next_opening(department, at)
        sample = self.calendar.rests_on(SAMPLE, department, at, opens or at)
        if sample and not self.speak_samples:
            return (), False
        if closes:
            closing = spoken_clock(closes.time(), words)
            return (self.prompts.say("open_now", language, closing=closing),), sample
        is_day_off = not self.calendar.spans_on(department, town_day(at))
        foreign = language != self.prompts.languages[0]
        if reason := self.calendar.why_closed(department, at, words.holidays, foreign=foreign):
            prompt = "closed_today_because" if is_day_off else "closed_now_because"
            said = self.prompts.say(prompt, language, reason=spoken_reason(reason, words))
        else:
            said = self.prompts.say("closed_today" if is_day_off else "closed_now", language)
        if opens is None:
            return (said,), sample
        opening = spoken_opening(opens, at, words)
        return (said, self.prompts.say("opens_again", language, opening=opening)), sample

    def external(self, department: Department, language: str) -> tuple[str, ...]:
        """Who is responsible instead of the town, and their number."""
        reply = [self.prompts.say("external", language, department=department.name(language))]
        if department.extension:
            reply.append(self.prompts.say("external_number", language, number=department.extension))
        return tuple(reply)
