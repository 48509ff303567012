"""Days as people say them: "übermorgen", "nächste Woche Dienstag", "am dritten Zwölften".

Every day is found relative to a given day; nothing here reads a clock, and nothing raises on any text. A day
without a year, and a weekday, is the next one; "nächsten Dienstag" too (Duden: unmittelbar folgend).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta
from functools import cache, partial

from voicebot.understanding.normalise import fold
from voicebot.understanding.spoken_numbers import quantity, with_numerals
from voicebot.understanding.spoken_tables import spoken_table

#: What is read where a day or a time was taken out of a line.
GONE = " | "
_CENTURY = 2000
#: Longest time until a 29th of February (Gregorian calendar).
_LEAP_YEARS = 8


@dataclass(frozen=True)
class _Dates:
    offsets: tuple[tuple[re.Pattern[str], int], ...]
    explicit: tuple[re.Pattern[str], ...]
    day: tuple[re.Pattern[str], ...]
    count: tuple[re.Pattern[str], ...]
    shifted: tuple[re.Pattern[str], ...]
    """Weekdays of another week than the next seven days."""
    weekday: tuple[re.Pattern[str], ...]
    week: tuple[re.Pattern[str], ...]
    idioms: Mapping[str, int]
    units: Mapping[str, int]
    """Days; 0 for a month."""
    weekdays: Mapping[str, int]
    """From Monday, 0 (`date.weekday`)."""
    months: Mapping[str, int]


@cache
def _dates(language: str) -> _Dates:
    table = spoken_table(language)["dates"]
    weekdays, months = "|".join(table["weekdays"]), "|".join(table["months"])

    def expressions(patterns: Iterable[str]) -> tuple[re.Pattern[str], ...]:
        named = (each.replace("{weekdays}", weekdays).replace("{months}", months) for each in patterns)
        return tuple(re.compile(rf"(?<!\w)(?:{each})(?!\w)") for each in named)

    return _Dates(
        offsets=tuple((expressions([pattern])[0], days) for pattern, days in table["offsets"]),
        explicit=expressions(table["explicit"]),
        day=expressions(table["day"]),
        count=expressions(table["count"]),
        shifted=expressions(table["shifted"]),
        weekday=expressions(table["weekday"]),
        week=expressions(table["week"]),
        idioms=table["idioms"],
        units=table["units"],
        weekdays=table["weekdays"],
        months=table["months"],
    )


@cache
def _written(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), instead) for pattern, instead in spoken_table(language)["times"]["written"])


@cache
def _ignored(language: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(spoken_table(language)['times']['ignored'])})(?!\w)")


def time_line(text: str, language: str) -> str:
    """A folded text with numerals for numbers, ``8h30`` for "8:30" and ``3d12d`` for "3.12.", without greetings."""
    text = text.lower()
    for pattern, instead in _written(language):
        text = pattern.sub(instead, text)
    return with_numerals(_ignored(language).sub(GONE, fold(text)), language)


def spoken_date(text: str, language: str, today: date) -> date | None:
    """The first day that a text names, seen from ``today``; None without one: ``"am dritten Zwölften"``."""
    return take_date(time_line(text, language), language, today)[0]


def take_date(line: str, language: str, today: date) -> tuple[date | None, str]:
    """The day in a line of :func:`time_line`, and the line without it."""
    dates = _dates(language)
    ways: tuple[tuple[Iterable[re.Pattern[str]], Callable[[re.Match[str]], date | None]], ...] = (
        (dates.explicit, partial(_explicit, dates, today)),
        (dates.shifted, partial(_weekday, dates, today)),
        (dates.count, partial(_after, language, today)),
        (dates.weekday, partial(_weekday, dates, today)),
        (dates.week, partial(_week, today)),
        (dates.day, partial(_day_of_month, today)),
        *(((pattern,), partial(_in_days, today, days)) for pattern, days in dates.offsets),
    )
    for patterns, read in ways:
        for pattern in patterns:
            for found in pattern.finditer(line):
                if day := _safely(read, found):
                    return day, line[: found.start()] + GONE + line[found.end() :]
    return None, line


def _safely(read: Callable[[re.Match[str]], date | None], found: re.Match[str]) -> date | None:
    """No day where the calendar has none: the 31st of February, the end of all years."""
    try:
        return read(found)
    except (ValueError, OverflowError):
        return None


def _group(found: re.Match[str], name: str) -> str:
    return found.groupdict().get(name) or ""


def _in_days(today: date, days: float, _: re.Match[str]) -> date:
    return today + timedelta(days=int(days))


def _explicit(dates: _Dates, today: date, found: re.Match[str]) -> date | None:
    day, month = int(found["day"]), dates.months.get(found["month"]) or int(found["month"])
    if year := _group(found, "year").replace(" ", ""):
        return date(int(year) if len(year) == 4 else _CENTURY + int(year), month, day)
    for later in range(today.year, min(today.year + _LEAP_YEARS, MAXYEAR) + 1):
        if (day_then := _existing(later, month, day)) and day_then >= today:
            return day_then
    return None


def _day_of_month(today: date, found: re.Match[str]) -> date | None:
    """The next such day: no later than the second month from now has a 31st."""
    for later in range(3):
        year, month = divmod(today.year * 12 + today.month - 1 + later, 12)
        if (day := _existing(year, month + 1, int(found["day"]))) and day >= today:
            return day
    return None


def _existing(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _after(language: str, today: date, found: re.Match[str]) -> date | None:
    said, unit, dates = found["count"], found["unit"], _dates(language)
    count = quantity(said, language)
    if count is None:
        return None
    days = dates.idioms.get(f"{said} {unit}", count * dates.units[unit])
    return today + timedelta(days=int(days)) if dates.units[unit] else _months_later(today, int(count))


def _months_later(today: date, months: int) -> date:
    """The same day of a later month, or its last one."""
    year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def _weekday(dates: _Dates, today: date, found: re.Match[str]) -> date:
    wanted = dates.weekdays[found["weekday"]]
    if weeks := _weeks(found):
        return _monday(today, weeks) + timedelta(days=wanted)
    ahead = (wanted - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=ahead + (7 if _group(found, "more") else 0))


def _week(today: date, found: re.Match[str]) -> date:
    """A day for a whole week: its Monday, its Wednesday for the middle, its Friday for the end."""
    day = 2 if _group(found, "middle") else 4 if _group(found, "end") else 0
    return _monday(today, _weeks(found) or 1) + timedelta(days=day)


def _weeks(found: re.Match[str]) -> int:
    """Weeks from this one, 0 where none was named."""
    if weeks := _group(found, "weeks"):
        return int(weeks) if weeks.isdigit() else 1
    return 2 if _group(found, "later") else 1 if _group(found, "coming") else 0


def _monday(today: date, weeks: int) -> date:
    return today + timedelta(days=7 * weeks - today.weekday())
