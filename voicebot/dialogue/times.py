"""When somebody wants to be called back, as staff read it and as it is read back."""

from __future__ import annotations

from datetime import date, datetime, time

from voicebot.catalogue.hours import DAYS, MONTHS, TOWN_TIME, spoken_clock
from voicebot.understanding.times import preferred_time

_DATE = {"de": "{day}, {number}. {month}", "en": "{day}, {number} {month}"}
_BETWEEN = {"de": "zwischen {} und {}", "en": "between {} and {}"}
_FROM = {"de": "ab {}", "en": "from {}"}
_UNTIL = {"de": "bis {}", "en": "until {}"}
_AT = {"de": "um {}", "en": "at {}"}


def wished(text: str, language: str, now: datetime) -> tuple[str, str]:
    """The wish in German, for the staff, and in ``language``; the caller's own words where nothing is understood.

    Where only a day or only a time is, staff have the words besides: the other half may have been misheard.
    ``"übermorgen ab drei" → "Freitag, 27. November, ab 15 Uhr"``, ``"bis elf" → "bis 11 Uhr („bis elf“)"``
    """
    day, start, end = preferred_time(text, language, now.astimezone(TOWN_TIME).date())
    words = " ".join(text.split()).strip(" .,;!?")
    no_time = start is None and end is None
    if day is None and no_time:
        return words, words
    for_staff = _described(day, start, end, "de")
    if day is None or no_time:
        for_staff += f" („{words}“)"
    return for_staff, _described(day, start, end, language)


def _described(day: date | None, start: time | None, end: time | None, language: str) -> str:
    language = language if language in _DATE else "de"
    parts = []
    if day is not None:
        parts.append(
            _DATE[language].format(
                day=DAYS[language][day.weekday()], number=day.day, month=MONTHS[language][day.month - 1]
            )
        )
    if start is not None and start == end:
        parts.append(_AT[language].format(spoken_clock(start, language)))
    elif start is not None and end is not None:
        first, last = (spoken_clock(each, language) for each in (start, end))
        parts.append(_BETWEEN[language].format(first.removesuffix(" Uhr"), last))
    elif start is not None:
        parts.append(_FROM[language].format(spoken_clock(start, language)))
    elif end is not None:
        parts.append(_UNTIL[language].format(spoken_clock(end, language)))
    return ", ".join(parts)
