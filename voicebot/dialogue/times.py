"""When somebody wants to be called back, as staff read it and as it is read back."""

from __future__ import annotations

from datetime import date, datetime, time

from voicebot.catalogue.calendarwords import CalendarWords
from voicebot.catalogue.hours import TOWN_TIME, spoken_between, spoken_clock
from voicebot.prompts import Prompts
from voicebot.understanding.times import preferred_time


def wished(text: str, language: str, now: datetime, prompts: Prompts, spoken: str | None = None) -> tuple[str, str]:
    """The wish in the town's language, for the staff, and as it is read back: in ``spoken``, or else in ``language``.

    The caller's own words where nothing is understood.

    Where only a day or only a time is, staff have the words besides: the other half may have been misheard.
    ``"übermorgen ab drei" → "Freitag, 27. November, ab 15 Uhr"``, ``"bis elf" → "bis 11 Uhr („bis elf“)"``
    """
    day, start, end = preferred_time(text, language, now.astimezone(TOWN_TIME).date())
    words = " ".join(text.split()).strip(" .,;!?")
    no_time = start is None and end is None
    if day is None and no_time:
        return words, words
    for_staff = _described(day, start, end, prompts.calendar(prompts.languages[0]))
    if day is None or no_time:
        for_staff += f" („{words}“)"
    return for_staff, _described(day, start, end, prompts.calendar(spoken or language))


def _described(day: date | None, start: time | None, end: time | None, words: CalendarWords) -> str:
    parts = []
    if day is not None:
        month = words.months[day.month - 1]
        parts.append(words.date.format(day=words.days[day.weekday()], number=day.day, month=month))
    if start is not None and start == end:
        parts.append(words.at.format(spoken_clock(start, words)))
    elif start is not None and end is not None:
        parts.append(spoken_between(start, end, words))
    elif start is not None:
        parts.append(words.after.format(spoken_clock(start, words)))
    elif end is not None:
        parts.append(words.until.format(spoken_clock(end, words)))
    return ", ".join(parts)
