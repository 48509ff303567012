"""Opening hours as they are said: days with the same hours together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from voicebot.catalogue.city import OpeningSpan

TOWN_TIME = ZoneInfo("Europe/Berlin")
_DAYS = {
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_SPAN = {"de": "von {} bis {} Uhr", "en": "from {} to {}"}
_AND = {"de": "und", "en": "and"}
_TO = {"de": "bis", "en": "to"}


def is_open(spans: Sequence[OpeningSpan], at: datetime) -> bool:
    """Whether a desk with these hours is open; one without any is taken to be, as nothing says otherwise."""
    local = at.astimezone(TOWN_TIME)
    return not spans or any(
        span.weekday == local.weekday() and span.opens <= local.time() < span.closes for span in spans
    )


def spoken_hours(spans: Sequence[OpeningSpan], language: str) -> str:
    """A week in one sentence: "Montag bis Mittwoch von 8 bis 16 Uhr, Donnerstag von 8 bis 18 Uhr".

    Empty if there are no hours. Times are written so that the speech side reads them as a clock.
    """
    days: dict[int, list[OpeningSpan]] = {}
    for span in sorted(spans, key=lambda span: (span.weekday, span.opens)):
        days.setdefault(span.weekday, []).append(span)
    groups: list[tuple[list[int], str]] = []
    for day, of_day in days.items():
        text = f" {_AND[language]} ".join(
            _SPAN[language].format(_clock(span.opens, language), _clock(span.closes, language)) for span in of_day
        )
        if groups and groups[-1][1] == text and groups[-1][0][-1] == day - 1:
            groups[-1][0].append(day)
        else:
            groups.append(([day], text))
    return ", ".join(f"{_day_names(of_group, language)} {text}" for of_group, text in groups)


def _day_names(days: Sequence[int], language: str) -> str:
    names = _DAYS[language]
    if len(days) == 1:
        return names[days[0]]
    joint = _TO[language] if len(days) > 2 else _AND[language]
    return f"{names[days[0]]} {joint} {names[days[-1]]}"


def _clock(moment: time, language: str) -> str:
    """Full hours are bare before "Uhr"; English has no such word, and "8 to 16" would be read as two numbers."""
    bare = language == "de" and not moment.minute
    return f"{moment.hour}" if bare else f"{moment.hour}:{moment.minute:02}"
