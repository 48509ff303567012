"""Opening hours as they are said and written: days with the same hours together, the next opening."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from voicebot.catalogue.calendarwords import CalendarWords
from voicebot.catalogue.city import OpeningSpan
from voicebot.catalogue.tables import WEEKDAYS

TOWN_TIME = ZoneInfo("Europe/Berlin")
END_OF_DAY = time.max
"""As the end of a span: midnight, "24:00"."""
HOLIDAY = len(WEEKDAYS)
"""Stands beside the weekdays for days on which the town hall is closed: ``Ft``."""

_DAY_NAMES = (*WEEKDAYS, "Ft")
_DAY = f"(?:{'|'.join(_DAY_NAMES)})"
_DAY_LIST = rf"{_DAY}(?: ?- ?{_DAY})?(?: ?, ?{_DAY}(?: ?- ?{_DAY})?)*"
_TIME = r"(?:[01]\d|2[0-4]):[0-5]\d"
_TIME_LIST = rf"{_TIME} ?- ?{_TIME}(?: ?, ?{_TIME} ?- ?{_TIME})*"
_GROUP = re.compile(rf" ?({_DAY_LIST}) ({_TIME_LIST}) ?")


def town_day(at: datetime) -> date:
    """The day that a moment belongs to in the town."""
    return at.astimezone(TOWN_TIME).date()


class Span(NamedTuple):
    """From ``opens`` until before ``closes``, in the town's time."""

    opens: time
    closes: time


Week = Mapping[int, tuple[Span, ...]]
"""Spans by weekday from 0 (Monday), in their order; those of :data:`HOLIDAY` are for days off."""


class HoursError(ValueError):
    """What is wrong with written hours, in German, and how to mend it."""


def parse_week(text: str) -> Week:
    """Hours written as ``Mo-Fr 08:00-12:00, 14:00-16:00; Sa 09:00-12:00``; ``Ft`` are public holidays and days off.

    :raises HoursError: they are not written like that, or overlap
    """
    spans: dict[int, list[Span]] = defaultdict(list)
    for group in text.split(";"):
        found = _GROUP.fullmatch(group)
        if not found:
            like = "Mo-Fr 08:00-12:00, 14:00-16:00; Sa 09:00-12:00"
            raise HoursError(f"„{group.strip()}“ ist nicht lesbar; bitte wie „{like}“ schreiben")
        written = [_span(part) for part in found[2].split(",")]
        for day in _days(found[1]):
            spans[day] += written
    for day, of_day in spans.items():
        of_day.sort()
        for earlier, later in pairwise(of_day):
            if later.opens < earlier.closes:
                raise HoursError(f"{_DAY_NAMES[day]} überschneiden sich zwei Zeiten; bitte zusammenfassen")
    return {day: tuple(of_day) for day, of_day in spans.items()}


def _days(text: str) -> list[int]:
    days: list[int] = []
    for part in text.split(","):
        names = [name.strip() for name in part.split("-")]
        first, last = _DAY_NAMES.index(names[0]), _DAY_NAMES.index(names[-1])
        if last < first or (last == HOLIDAY != first):
            raise HoursError(f"„{part.strip()}“ ist keine Folge von Tagen; bitte zum Beispiel Mo-Fr schreiben")
        days += range(first, last + 1)
    return days


def _span(text: str) -> Span:
    opens, closes = (part.strip() for part in text.split("-"))
    try:
        span = Span(time.fromisoformat(opens), END_OF_DAY if closes == "24:00" else time.fromisoformat(closes))
    except ValueError:
        raise HoursError(f"„{text.strip()}“ hat keine Uhrzeit; bitte höchstens 24:00 schreiben") from None
    if span.opens >= span.closes:
        raise HoursError(f"{closes} liegt nicht nach {opens}; bitte die Zeiten prüfen")
    return span


def week_of(spans: Sequence[OpeningSpan]) -> Week:
    """A department's hours by weekday."""
    week: dict[int, list[Span]] = defaultdict(list)
    for span in spans:
        week[span.weekday].append(Span(span.opens, span.closes))
    return {day: tuple(sorted(of_day)) for day, of_day in week.items()}


def spoken_opening(opening: datetime, at: datetime, words: CalendarWords) -> str:
    """When it opens, seen from ``at``: "heute ab 14 Uhr", "am Montag ab 8 Uhr", "am 7. Januar ab 8 Uhr".

    Days up to six ahead have their name. Written so that the speech side reads it as a date and a clock.
    """
    local = opening.astimezone(TOWN_TIME)
    days = (local.date() - town_day(at)).days
    clock = spoken_clock(local.time(), words)
    if days <= 1:
        return (words.tomorrow_from if days == 1 else words.today_from).format(clock)
    if days <= 6:
        return words.day_from.format(words.days_on[local.weekday()], clock)
    return words.date_from.format(local.day, words.months[local.month - 1], clock)


def spoken_clock(moment: time, words: CalendarWords) -> str:
    """ "8 Uhr", "8:30 Uhr"; in English "8:00"."""
    return words.clock.format(_clock(moment, words))


def spoken_between(start: time, end: time, words: CalendarWords) -> str:
    """ "zwischen 8 und 10 Uhr"."""
    return words.between.format(_clock(start, words), _clock(end, words))


def spoken_reason(reason: str, words: CalendarWords) -> str:
    """A reason as it stands after "wegen"."""
    return words.because.get(reason, reason)


def spoken_hours(spans: Sequence[OpeningSpan], words: CalendarWords) -> str:
    """A week in one sentence: "Montag bis Mittwoch von 8 bis 16 Uhr, Donnerstag von 8 bis 18 Uhr".

    Empty if there are no hours. Times are written so that the speech side reads them as a clock.
    """
    days: dict[int, list[OpeningSpan]] = {}
    for span in sorted(spans, key=lambda span: (span.weekday, span.opens)):
        days.setdefault(span.weekday, []).append(span)
    groups: list[tuple[list[int], str]] = []
    for day, of_day in days.items():
        text = f" {words.both} ".join(
            words.span.format(_clock(span.opens, words), _clock(span.closes, words)) for span in of_day
        )
        if groups and groups[-1][1] == text and groups[-1][0][-1] == day - 1:
            groups[-1][0].append(day)
        else:
            groups.append(([day], text))
    return ", ".join(f"{_day_names(of_group, words)} {text}" for of_group, text in groups)


def _day_names(days: Sequence[int], words: CalendarWords) -> str:
    if len(days) == 1:
        return words.days[days[0]]
    if len(days) == 2:
        return f"{words.days[days[0]]} {words.both} {words.days[days[1]]}"
    return words.day_range.format(words.days_from[days[0]], words.days_to[days[-1]])


def _clock(moment: time, words: CalendarWords) -> str:
    """Full hours are bare before "Uhr"; English has no such word, and "8 to 16" would be read as two numbers."""
    return f"{moment.hour}" if words.bare_hours and not moment.minute else f"{moment.hour}:{moment.minute:02}"
