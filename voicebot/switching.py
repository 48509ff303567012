"""Where a call goes: the chain of targets for a department or a service, at a moment.

Plain functions over data. A target comes from the town's routing table or is a department's extension; nothing that a
caller says becomes part of one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from voicebot.catalogue.calendar import SEARCHED_DAYS, Calendar
from voicebot.catalogue.calendarwords import shipped
from voicebot.catalogue.city import City, Department, Route
from voicebot.catalogue.hours import TOWN_TIME, HoursError, parse_week, spoken_opening, spoken_reason, town_day


class Method(StrEnum):
    """How a call is passed on."""

    BLIND = "blind"
    """REFER, and the bot is gone (RFC 5589, section 6)."""
    ATTENDED = "attended"
    """The bot asks the desk first, then REFER with Replaces (RFC 5589, section 7)."""
    BRIDGE = "bridge"
    """The bot asks the desk first and stays between the two."""


@dataclass(frozen=True)
class Rules:
    """What holds where the routing table says nothing."""

    method: Method = Method.ATTENDED
    ring_s: int = 20
    external_numbers: bool = False
    """Whether numbers outside of the PBX are dialled at all."""


@dataclass(frozen=True)
class Target:
    """Whom to ring."""

    department: str
    """Key of the department that answers there."""
    kind: str
    """``extension``, ``sip`` or ``number``."""
    target: str
    method: Method
    ring_s: int
    identity: str = ""
    """What shows the caller's number and matter on its display: empty, ``from`` or ``asserted``."""

    def uri(self, host: str) -> str:
        """As a SIP URI; extensions and numbers (RFC 3261, 19.1.6) are at ``host``, which is host[:port]."""
        if self.kind == "sip":
            return self.target
        return f"sip:{self.target}@{host}{';user=phone' if self.kind == 'number' else ''}"


@dataclass(frozen=True)
class Plan:
    department: Department
    """Whom the caller is told about: who answers at the first target, or who was asked for."""
    targets: tuple[Target, ...]
    """To be rung now, in this order; empty: nobody."""
    opens: datetime | None
    """When somebody can be rung next, where there are no targets."""
    reasons: tuple[str, ...]
    """German, a line a step: what was considered, and why it is rung or not."""


def plan(
    city: City,
    calendar: Calendar,
    department: Department,
    service: str | None,
    *,
    at: datetime,
    language: str,
    rules: Rules,
) -> Plan:
    """Who is rung for a department, or for a service of it, at a moment.

    A service's own chain is followed only where the call goes to the department of that service.
    """
    # Of a department that a call still knows but the town no longer has, the switchboard takes the calls.
    department = city.departments.get(department.key, city.departments[city.switchboard])
    search = _Search(city, calendar, at.astimezone(UTC), language, rules)
    routes = _routes(city, department, service)
    if routes and routes[0].service:
        search.reasons.append(f"Für „{city.services[routes[0].service].name('de')}“ gibt es eigene Ziele.")
    search.follow(department, routes, ())
    targets = tuple(search.targets)
    return Plan(
        city.departments[targets[0].department] if targets else department,
        targets,
        None if targets or not search.openings else min(search.openings).astimezone(TOWN_TIME),
        tuple(search.reasons),
    )


def dead_ends(city: City, calendar: Calendar, *, at: datetime, languages: Sequence[str], rules: Rules) -> list[str]:
    """Departments and services with a chain by which nobody is rung in the next weeks, with the caller's language."""
    chains = dict.fromkeys(
        (route.department or city.services[route.service].department, route.service) for route in city.routes
    )
    found = []
    for department, service in chains:
        for language in languages:
            way = plan(city, calendar, city.departments[department], service, at=at, language=language, rules=rules)
            if not way.targets and way.opens is None:
                found.append(f"{service or department} ({language})")
    return found


def _routes(city: City, department: Department, service: str | None) -> list[Route]:
    """The chain of the service where it has one, else that of the department; empty where neither has."""
    routes: list[Route] = []
    if service and service in city.services and city.services[service].department == department.key:
        routes = [route for route in city.routes if route.service == service]
    routes = routes or [route for route in city.routes if route.department == department.key]
    return sorted(routes, key=lambda route: route.position)


@dataclass
class _Search:
    """The way along a chain, and what was found on it."""

    city: City
    calendar: Calendar
    at: datetime
    """In UTC, as are the openings: in the town's time an hour of the year is there twice."""
    language: str
    rules: Rules
    targets: list[Target] = field(default_factory=list)
    openings: list[datetime] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def follow(self, department: Department, routes: Sequence[Route], by: tuple[Route, ...]) -> None:
        """Consider a department's rows, or its own extension where it has none.

        :param by: the rows by which it stands in for another one, and that for yet another one
        """
        if department.kind == "extern":
            self._note(f"{department.name('de')}: andere Behörde, dorthin wird nicht verbunden")
        elif routes:
            # Whoever speaks the caller's language is rung before those who may not.
            for route in sorted(routes, key=lambda route: route.language != self.language):
                self._consider(department, route, by)
        elif department.extension:
            # The switchboard takes what nobody else does, and need not be asked first.
            method = Method.BLIND if department.key == self.city.switchboard else self.rules.method
            target = Target(department.key, "extension", department.extension, method, self.rules.ring_s)
            self._try(department, target, None, by)
        else:
            self._note(f"{department.name('de')}: keine Durchwahl eingetragen")

    def _consider(self, department: Department, route: Route, by: tuple[Route, ...]) -> None:
        complaint = self._never(route)
        if route.kind == "department":
            self._stand_in(route, by, complaint)
            return
        method = Method(route.method) if route.method else self.rules.method
        ring_s = route.ring_s or self.rules.ring_s
        target = Target(department.key, route.kind, route.target, method, ring_s, route.identity)
        if complaint:
            self._note(f"{self._described(target)}: übersprungen, {complaint}")
        else:
            self._try(department, target, route, by)

    def _stand_in(self, route: Route, by: tuple[Route, ...], complaint: str) -> None:
        substitute = self.city.departments.get(route.target)
        if substitute is None:
            self._note(f"Vertretung: {route.target} übersprungen, diese Stelle gibt es nicht")
            return
        begun = {each.department for each in (route, *by)} | {each.target for each in by}
        complaint = complaint or ("wurde schon versucht" if substitute.key in begun else "")
        if complaint:
            self._note(f"Vertretung: {substitute.name('de')} übersprungen, {complaint}")
            return
        own = self._owner(route).key == substitute.key
        self._note(f"{'Dann wie sonst' if own else 'Vertretung'}: {substitute.name('de')}")
        self.follow(substitute, _routes(self.city, substitute, None), (*by, route))

    def _never(self, route: Route) -> str:
        """Why a row does not count for this caller, at whatever time; empty where it may."""
        if route.language and route.language != self.language:
            return f"nur für die Sprache {route.language}"
        if route.valid_until and town_day(self.at) > route.valid_until:
            return f"galt nur bis {route.valid_until:%d.%m.%Y}"
        try:
            if route.hours:
                parse_week(route.hours)
        except HoursError as error:  # no import lets them pass; a call must survive them all the same
            return f"die Zeiten sind falsch: {error}"
        if route.kind == "number" and not self.rules.external_numbers:
            return "Nummern außerhalb der Anlage sind abgeschaltet (transfer.external_numbers)"
        return ""

    def _try(self, department: Department, target: Target, route: Route | None, by: tuple[Route, ...]) -> None:
        """Ring it, or find out when it may be rung."""
        what = self._described(target)
        if any((target.kind, target.target) == (each.kind, each.target) for each in self.targets):
            self._note(f"{what}: übersprungen, steht schon in der Kette")
            return
        rows = (*filter(None, (route,)), *by)
        begins = max((row.valid_from for row in rows if row.valid_from), default=None)
        ends = min((row.valid_until for row in rows if row.valid_until), default=None)
        opens = self._opening(self._hours(department, route, by), begins, ends)
        if opens == self.at:
            self.targets.append(target)
            self._note(f"{what}: klingelt, {_how(target)}")
            return
        if opens is not None:
            self.openings.append(opens)
        again = f"wieder {spoken_opening(opens, self.at, shipped())}" if opens else "auf absehbare Zeit niemand da"
        self._note(f"{what}: übersprungen, {self._closed(department, route, begins)}; {again}")

    def _hours(
        self, department: Department, route: Route | None, by: tuple[Route, ...]
    ) -> list[tuple[Department, str]]:
        """Whose calendar must be open, and with which hours of its own: those of the target, and of who lent it."""
        own = [(department, route.hours if route else "")]
        lent = [(self._owner(row), row.hours) for row in by if row.hours]
        return own + lent

    def _owner(self, route: Route) -> Department:
        return self.city.departments[route.department or self.city.services[route.service].department]

    def _opening(
        self, hours: Sequence[tuple[Department, str]], begins: date | None, ends: date | None
    ) -> datetime | None:
        """The first moment from now on at which all these hours are open, within the days on which it is valid."""
        moment = self.at
        if begins and begins > town_day(self.at):
            moment = datetime.combine(begins, time.min, TOWN_TIME).astimezone(UTC)
        last = moment + timedelta(days=SEARCHED_DAYS)
        while True:
            later = moment
            for department, own in hours:
                opens = self.calendar.next_opening(department, later, own)
                if opens is None:
                    return None
                later = opens.astimezone(UTC)
            if later > last or (ends and town_day(later) > ends):
                return None
            if later == moment:
                return moment
            moment = later

    def _closed(self, department: Department, route: Route | None, begins: date | None) -> str:
        if begins and begins > town_day(self.at):
            return f"gilt erst ab {begins:%d.%m.%Y}"
        if reason := self.calendar.why_closed(department, self.at):
            return f"geschlossen wegen {spoken_reason(reason, shipped())}"
        if route and route.hours:
            return f"außerhalb seiner Zeiten ({route.hours})"
        return "außerhalb der Öffnungszeiten"

    def _described(self, target: Target) -> str:
        kind = {"extension": "Durchwahl", "sip": "SIP-Ziel", "number": "Rufnummer"}[target.kind]
        return f"{kind} {target.target} ({self.city.departments[target.department].name('de')})"

    def _note(self, reason: str) -> None:
        self.reasons.append(reason)


def _how(target: Target) -> str:
    if target.method is Method.BLIND:
        return "ohne Rückfrage"
    stays = ", der Assistent bleibt in der Leitung" if target.method is Method.BRIDGE else ""
    return f"höchstens {target.ring_s} Sekunden, mit Rückfrage{stays}"
