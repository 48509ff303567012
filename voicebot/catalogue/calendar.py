"""When a desk is open: its week, days with other hours, public holidays and bridge days.

All of it is in the town's time, Europe/Berlin, whatever the time zone of the moment asked for. Which rule counts
on a day, the first that says anything:

1. a closure of the department for this day alone,
2. a day off of the whole town: a closure of all departments, a public holiday, a bridge day; closures for this
   day alone lift the other two,
3. a closure of the department for several days; other hours then count on those days that have any in its week,
4. the week.

Where closures overlap, that for the fewest days counts. Other hours of the whole town only shorten what a department
has: nobody opens by them who is closed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from voicebot.catalogue.city import City, Closure, Department
from voicebot.catalogue.hours import END_OF_DAY, HOLIDAY, TOWN_TIME, Span, parse_week, town_day, week_of

REGIONS = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH")
"""The states (ISO 3166-2:DE) whose public holidays are known."""
BRIDGE_DAY = "Brückentag"
SEARCHED_DAYS = 60
"""So far ahead the next opening is looked for."""

_DAY = timedelta(days=1)
_ALWAYS = (Span(time.min, END_OF_DAY),)
_LONGEST_PAUSE = 400
"""Days; nothing is due in a town that is closed for longer, and the search for a working day must end."""
_HOLIDAY_LANGUAGES = ("de", "en_US", "uk")
"""Of the names of Germany's public holidays, as the package ``holidays`` has them."""


@cache
def public_holidays(region: str, year: int, language: str = "de") -> Mapping[date, str]:
    """Names of a state's public holidays in a year; empty where there is no region."""
    if not region:
        return {}
    import holidays  # takes 0.1 s, for which commands without a calendar need not wait

    found = holidays.country_holidays("DE", subdiv=region, years=year, language=language)
    return dict(found)


@dataclass(frozen=True)
class _Rule:
    """What closures say about a day."""

    spans: tuple[Span, ...]
    """Empty: closed."""
    reason: str
    days: int
    """For how many days it is meant."""


@dataclass(frozen=True)
class Calendar:
    """When each department of a city is open. Moments are aware; those returned are in the town's time."""

    region: str
    bridge_days: bool
    closures: Mapping[str, Sequence[Closure]]
    """By department, that for the fewest days first."""

    @classmethod
    def of(cls, city: City) -> Calendar:
        """The city's; the first one of a process reads this year's public holidays, which takes 0.2 s."""
        closures: dict[str, list[Closure]] = defaultdict(list)
        for closure in sorted(
            city.closures, key=lambda each: (each.last - each.first, each.first, each.opens or time.min)
        ):
            closures[closure.department].append(closure)
        for language in _HOLIDAY_LANGUAGES:
            public_holidays(city.region, datetime.now(TOWN_TIME).year, language)
        return cls(city.region, city.bridge_days, {key: tuple(each) for key, each in closures.items()})

    def is_open(self, department: Department, at: datetime, hours: str = "") -> bool:
        """Whether a desk is open; one without any hours is on every day that is not off.

        :param hours: hours of its own, as :func:`.hours.parse_week` reads them, instead of the department's
        """
        return self.closes(department, at, hours) is not None

    def closes(self, department: Department, at: datetime, hours: str = "") -> datetime | None:
        """When a desk that is open now closes; None where it is not open."""
        moment = at.astimezone(UTC)
        day = town_day(at)
        for opens, closes in self._moments(department, day, hours):
            if opens <= moment < closes:
                return closes.astimezone(TOWN_TIME)
        return None

    def spans_on(self, department: Department, day: date, hours: str = "") -> tuple[Span, ...]:
        """When a desk is open on a day, in order; a whole day is 00:00 to :data:`.hours.END_OF_DAY`."""
        week = parse_week(hours) if hours else week_of(department.hours)
        ordinary = week.get(day.weekday(), ()) if week else _ALWAYS
        own, town = self._closure(department.key, day), self._closure("", day)
        is_this_day = own is not None and own.days == 1
        if (own and not own.spans) or (self._off(day) and not is_this_day):
            return week.get(HOLIDAY, ())
        if own and hours:
            ordinary = _both(own.spans, ordinary)
        elif own and (ordinary or is_this_day):
            ordinary = own.spans
        return _both(town.spans, ordinary) if town and town.spans and not is_this_day else ordinary

    def next_opening(self, department: Department, after: datetime, hours: str = "") -> datetime | None:
        """The first moment from ``after`` on at which a desk is open: ``after`` itself where it is open then.

        None where it stays closed for :data:`SEARCHED_DAYS`.
        """
        moment = after.astimezone(UTC)
        first = town_day(after)
        for ahead in range(SEARCHED_DAYS + 1):
            for opens, closes in self._moments(department, first + ahead * _DAY, hours):
                if moment < closes:
                    return max(opens, moment).astimezone(TOWN_TIME)
        return None

    def why_closed(
        self, department: Department, at: datetime, holidays: str = "de", *, foreign: bool = False
    ) -> str | None:
        """The public holiday or the closure by which a desk is closed; None where it is open, or closed as usual.

        :param holidays: the language of public holidays' names, as the package ``holidays`` has it; empty: none
        :param foreign: whether reasons of closures, which are in the town's language, are left out
        """
        local = at.astimezone(TOWN_TIME)
        day = local.date()
        if self.is_open(department, at):
            return None
        ordinary = week_of(department.hours).get(day.weekday(), ()) if department.hours else _ALWAYS
        is_usual = not any(span.opens <= local.time() < span.closes for span in ordinary)
        own, town = self._closure(department.key, day), self._closure("", day)
        if own and own.days == 1:
            return self._reason(own, is_usual=is_usual, foreign=foreign)
        if self._off(day):
            if holidays in _HOLIDAY_LANGUAGES and self._is_public_holiday(day):
                return public_holidays(self.region, day.year, holidays)[day]
            if town and not town.spans:
                return self._reason(town, is_usual=is_usual, foreign=foreign)
            return None if foreign or self._is_public_holiday(day) else BRIDGE_DAY
        for rule in filter(None, (own, town)):
            if reason := self._reason(rule, is_usual=is_usual, foreign=foreign):
                return reason
        return None

    def rests_on(self, source: str, department: Department, since: datetime, until: datetime) -> bool:
        """Whether closures from this source say something about a department's days from ``since`` to ``until``."""
        first, last = town_day(since), town_day(until)
        closures = (*self.closures.get(department.key, ()), *self.closures.get("", ()))
        return any(each.source == source and each.first <= last and first <= each.last for each in closures)

    def is_working_day(self, day: date) -> bool:
        """Whether it is one of Monday to Friday on which the town hall is not closed as a whole."""
        return day.weekday() < 5 and not self._off(day)

    def add_working_days(self, moment: datetime, days: int) -> datetime:
        """The same time of day so many working days later.

        What comes in on a day off counts as having come at the beginning of the next working day.

        :param days: 0 or more
        """
        local = moment.astimezone(TOWN_TIME)
        day, clock = local.date(), local.time().replace(fold=0)
        if not self.is_working_day(day):
            day, clock = self._working_day_after(day), time.min
        for _ in range(days):
            day = self._working_day_after(day)
        return _moment(day, clock).astimezone(TOWN_TIME)

    def _working_day_after(self, day: date) -> date:
        later = [day + ahead * _DAY for ahead in range(1, _LONGEST_PAUSE)]
        weekdays = (each for each in later if each.weekday() < 5)
        return next(filter(self.is_working_day, later), None) or next(weekdays)

    def _moments(self, department: Department, day: date, hours: str) -> Iterator[tuple[datetime, datetime]]:
        """The spans of a day in UTC: compared in a time zone of its own, an hour would be missing or be there twice."""
        for span in self.spans_on(department, day, hours):
            opens = _moment(day, span.opens)
            if span.closes == END_OF_DAY:
                closes = _moment(day + _DAY, time.min)
            else:
                closes = max(_moment(day, span.closes.replace(fold=fold)) for fold in (0, 1))
            if opens < closes:  # an hour that the clock skips is none
                yield opens, closes

    def _closure(self, department: str, day: date) -> _Rule | None:
        covering = [each for each in self.closures.get(department, ()) if each.first <= day <= each.last]
        if not covering:
            return None
        chosen = [each for each in covering if (each.first, each.last) == (covering[0].first, covering[0].last)]
        spans = () if any(each.opens is None for each in chosen) else tuple(_spans(chosen))
        return _Rule(spans, covering[0].reason, (covering[0].last - covering[0].first).days + 1)

    def _off(self, day: date) -> bool:
        """Whether the town hall as a whole is closed by date."""
        town = self._closure("", day)
        if town and not town.spans:
            return True
        if town and town.days == 1:
            return False
        return self._is_public_holiday(day) or self._is_bridge_day(day)

    def _is_public_holiday(self, day: date) -> bool:
        return day in public_holidays(self.region, day.year)

    def _is_bridge_day(self, day: date) -> bool:
        if not self.bridge_days or day.weekday() >= 5 or self._is_public_holiday(day):
            return False
        around = (day - _DAY, day + _DAY)
        return any(map(self._is_public_holiday, around)) and all(
            each.weekday() >= 5 or self._is_public_holiday(each) for each in around
        )

    def _reason(self, rule: _Rule, *, is_usual: bool, foreign: bool) -> str | None:
        if foreign or (rule.spans and is_usual):
            return None
        return rule.reason


def _spans(closures: Sequence[Closure]) -> Iterator[Span]:
    for each in closures:
        if each.opens is not None and each.closes is not None:
            yield Span(each.opens, each.closes)


def _both(one: Sequence[Span], other: Sequence[Span]) -> tuple[Span, ...]:
    """Where both are open."""
    common = (Span(max(a.opens, b.opens), min(a.closes, b.closes)) for a in one for b in other)
    return tuple(sorted(span for span in common if span.opens < span.closes))


def _moment(day: date, clock: time) -> datetime:
    """In UTC. A time that a clock change skips is as long after it as it would have been."""
    return datetime.combine(day, clock, TOWN_TIME).astimezone(UTC)
