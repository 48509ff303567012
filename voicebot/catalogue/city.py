"""The city as plain, immutable data: what understanding and routing work on.

The database (:mod:`voicebot.catalogue.store`) is read once into a :class:`City`; nothing below a call's
session ever waits for a query.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

from voicebot.catalogue.advice import SAMPLE, Advice

__all__ = ["ASPECTS", "SAMPLE", "City", "Closure", "Department", "Example", "Fact", "OpeningSpan", "Route", "Service"]

#: What a question can be about. ``general`` is the overview of a service.
ASPECTS = (
    "general",
    "documents",
    "fee",
    "hours",
    "contact",
    "location",
    "duration",
    "deadline",
    "form",
    "online",
    "appointment",
    "requirements",
)


@dataclass(frozen=True)
class OpeningSpan:
    """One span of opening hours; ``weekday`` counts from 0 (Monday), times are Europe/Berlin."""

    weekday: int
    opens: time
    closes: time
    source: str
    as_of: date


@dataclass(frozen=True)
class Closure:
    """Days with other hours than in an ordinary week, or with none; several spans a day are several of these."""

    department: str
    """Key of the department, or empty: all of the town's."""
    first: date
    last: date
    opens: time | None
    """Europe/Berlin; None where it is closed all day, as is ``closes``."""
    closes: time | None
    reason: str
    """As it is said after "wegen": "Betriebsausflug"."""
    source: str
    as_of: date


@dataclass(frozen=True)
class Route:
    """One target of the chain of a department or of a single service: who is rung, when, and how."""

    department: str
    """Whose chain it is; empty where it is a service's."""
    service: str
    position: int
    """Within its chain, in ascending order."""
    kind: str
    """``extension``, ``sip``, ``number``, or ``department``: the one that stands in."""
    target: str
    """Digits, a SIP URI, a number in E.164, or a department's key."""
    method: str
    """``blind``, ``attended`` or ``bridge``; empty: that of the settings."""
    ring_s: int
    """Seconds it may ring; 0: those of the settings."""
    hours: str
    """As :func:`voicebot.catalogue.hours.parse_week` reads them; empty: the department's."""
    valid_from: date | None
    """First and last day on which it counts; None: without limit."""
    valid_until: date | None
    language: str
    """Only for callers of this language; empty: for everybody."""
    identity: str
    """What shows the caller's number and matter on its display: empty, ``from`` or ``asserted``."""
    source: str
    as_of: date


@dataclass(frozen=True)
class Department:
    """A department of the town hall, or another authority (``kind == "extern"``)."""

    key: str
    names: Mapping[str, str]
    """Spoken name by language, with ``de`` always there, without an article: "Bürgerbüro"."""
    kind: str
    """``stadt`` is transferred to; ``extern`` is only named."""
    extension: str
    """Extension, telephone number of an external authority, or empty."""
    source: str
    as_of: date
    aliases: tuple[str, ...] = ()
    """Other words callers use for it: "Meldeamt", "town hall"."""
    hours: tuple[OpeningSpan, ...] = ()
    after_with: Mapping[str, str] = field(default_factory=dict)
    """By language, how the name stands after "mit" or "with": "dem Bürgerbüro", "the citizens' office"."""
    email: str = ""
    """Where notes and messages for it are sent; empty: nowhere."""

    def name(self, language: str) -> str:
        return self.names.get(language) or self.names["de"]

    def with_name(self, language: str) -> str:
        return self.after_with.get(language) or self.name(language)


@dataclass(frozen=True)
class Fact:
    """One answer, ready to be spoken: at most three short sentences."""

    service: str
    aspect: str
    language: str
    text: str
    source: str
    """A statute, a page, a document; or ``sample``."""
    as_of: date

    @property
    def is_sample(self) -> bool:
        return self.source == SAMPLE


@dataclass(frozen=True)
class Example:
    """A question that a caller might ask about a service."""

    language: str
    text: str


@dataclass(frozen=True)
class Service:
    key: str
    names: Mapping[str, str]
    department: str
    leika: str
    """14 digits of the federal service catalogue, or empty."""
    keywords: tuple[str, ...] = ()
    """Synonyms and everyday words, in the town's language or any other."""
    examples: tuple[Example, ...] = ()
    facts: tuple[Fact, ...] = ()
    reports: bool = False
    """Whether reports of damage or complaints are taken down for it."""
    translated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Keywords in other languages, by language."""

    def name(self, language: str) -> str:
        return self.names.get(language) or self.names["de"]

    @property
    def terms(self) -> tuple[str, ...]:
        """Everything it is called, in every language: names and keywords."""
        others = (keyword for keywords in self.translated.values() for keyword in keywords)
        return tuple(dict.fromkeys((*self.names.values(), *self.keywords, *others)))

    def fact(self, aspect: str, language: str) -> Fact | None:
        """The fact for an aspect in that language, or none; never one of another language."""
        for fact in self.facts:
            if fact.aspect == aspect and fact.language == language:
                return fact
        return None


@dataclass(frozen=True)
class City:
    """One town: everything the bot knows, read-only. ``revision`` changes when the data do."""

    name: str
    switchboard: str
    """Key of the department that takes every call nobody else does."""
    departments: Mapping[str, Department] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    revision: str = ""
    advice: Mapping[str, Advice] = field(default_factory=dict)
    region: str = ""
    """Whose public holidays are kept, as in ISO 3166-2 without the country: ``NW``; empty: none are."""
    bridge_days: bool = False
    """Whether the town hall is closed on a working day between a public holiday and a weekend."""
    closures: tuple[Closure, ...] = ()
    """By department, first day and time."""
    routes: tuple[Route, ...] = ()
    """By department, service and position."""

    def department_of(self, service: str) -> Department:
        return self.departments[self.services[service].department]

    def advice_on(self, service: str) -> Advice | None:
        """The tree of questions that is offered on a service, or none."""
        return next((advice for advice in self.advice.values() if service in advice.services), None)
