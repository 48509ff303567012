"""From a match to what happens: an answer from the service data, a department, an external authority.

Plain functions over data. Nothing is answered without a source: see :func:`_spoken_fact`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from voicebot.catalogue.city import SAMPLE, City, Department, Service
from voicebot.catalogue.hours import spoken_hours
from voicebot.prompts import Prompts
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
    REPEAT = "repeat"
    YES = "yes"
    NO = "no"


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


_ACTIONS = {
    Intent.EMERGENCY: Action.EMERGENCY,
    Intent.PRIVACY: Action.PRIVACY,
    Intent.REPEAT: Action.REPEAT,
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

    def decide(self, heard: Understanding) -> Decision:
        """What follows from one utterance, by itself."""
        if heard.intent is Intent.SERVICE and heard.service is not None:
            return self._service(self.city.services[heard.service], heard.aspect, heard.language)
        if heard.intent is Intent.DEPARTMENT and heard.department is not None:
            department = self.city.departments[heard.department]
            if heard.aspect == "hours":
                return self._hours(department, heard)
            if department.kind == "extern":
                reply = self._external(department, heard.language)
                return Decision(Action.EXTERNAL, reply, department, heard.service, heard.aspect)
            return Decision(Action.TRANSFER, (), department, heard.service, heard.aspect)
        if heard.intent in (Intent.HUMAN, Intent.CONNECT):
            return Decision(Action.TRANSFER, department=self.switchboard)
        return Decision(_ACTIONS.get(heard.intent, Action.NOMATCH), service=heard.service)

    @property
    def switchboard(self) -> Department:
        return self.city.departments[self.city.switchboard]

    def _service(self, service: Service, aspect: str | None, language: str) -> Decision:
        department = self.city.department_of(service.key)
        if department.kind == "extern":
            text, _ = self._spoken_fact(service, aspect, language)
            if text is None:
                text, _ = self._spoken_fact(service, "general", language)
            reply = (text,) if text else self._external(department, language)
            return Decision(Action.EXTERNAL, reply, department, service.key, aspect)
        text, sample = self._spoken_fact(service, aspect, language)
        if text is None and aspect == "hours":
            hours = self._spoken_hours(department, language)
            if hours is not None:
                return Decision(Action.ANSWER, (hours[0],), department, service.key, aspect, hours[1])
        if text is None:
            return Decision(Action.ANSWER, (), department, service.key, aspect)
        return Decision(Action.ANSWER, (text,), department, service.key, aspect, sample)

    def _hours(self, department: Department, heard: Understanding) -> Decision:
        hours = self._spoken_hours(department, heard.language)
        reply, sample = ((hours[0],), hours[1]) if hours else ((), False)
        return Decision(Action.ANSWER, reply, department, heard.service, "hours", sample)

    def _spoken_fact(self, service: Service, aspect: str | None, language: str) -> tuple[str | None, bool]:
        """The text of a fact with a source, and whether that source is ``sample``."""
        fact = service.fact(aspect or "general", language)
        if fact is None or (fact.is_sample and not self.speak_samples):
            return None, False
        return fact.text, fact.is_sample

    def _spoken_hours(self, department: Department, language: str) -> tuple[str, bool] | None:
        sample = any(span.source == SAMPLE for span in department.hours)
        if not department.hours or (sample and not self.speak_samples):
            return None
        hours = spoken_hours(department.hours, language)
        return self.prompts.say("hours", language, department=department.name(language), hours=hours), sample

    def _external(self, department: Department, language: str) -> tuple[str, ...]:
        reply = [self.prompts.say("external", language, department=department.name(language))]
        if department.extension:
            reply.append(self.prompts.say("external_number", language, number=department.extension))
        return tuple(reply)
