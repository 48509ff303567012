"""Words and forms for days, times and dates in one language: the table ``[calendar]`` of its prompts."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from voicebot.share import share


@dataclass(frozen=True)
class CalendarWords:
    """Lists begin with Monday or January; forms have their places in braces."""

    days: tuple[str, ...]
    days_on: tuple[str, ...]
    """ "am Montag"; the first place of :attr:`day_from`."""
    days_from: tuple[str, ...]
    """The first day of :attr:`day_range`, as languages with cases need it; so is the second."""
    days_to: tuple[str, ...]
    months: tuple[str, ...]
    """As after the number of a day."""
    day_range: str
    both: str
    """Joins two days, or the last of several."""
    span: str
    date: str
    """With ``{day}``, ``{number}`` and ``{month}``."""
    today_from: str
    tomorrow_from: str
    day_from: str
    date_from: str
    """Number of the day, month, time."""
    between: str
    after: str
    until: str
    at: str
    clock: str = "{}"
    """A time that stands alone: "{} Uhr"."""
    bare_hours: bool = False
    """Whether a full hour is written without minutes: "8 Uhr"."""
    holidays: str = ""
    """The language of public holidays' names, as the package ``holidays`` calls it; empty: they have no name."""
    because: Mapping[str, str] = field(default_factory=dict)
    """Reasons for being closed that stand in another form after "wegen"."""

    @classmethod
    def read(cls, table: Mapping[str, Any]) -> CalendarWords:
        """The words of a ``[calendar]``. Raises ValueError, which says what is wrong with which key."""
        values: dict[str, Any] = {}
        for each in fields(cls):
            key = _KEYS.get(each.name, each.name)
            if key in table:
                values[each.name] = _value(each.name, key, table[key])
            elif each.name in _PLACES or each.name in _LISTS:
                raise ValueError(f"calendar.{key}: missing")
        known = {_KEYS.get(each.name, each.name) for each in fields(cls)}
        if unknown := sorted(set(table) - known):
            raise ValueError(f"calendar.{unknown[0]}: unknown")
        return cls(**values)


@cache
def shipped(language: str = "de") -> CalendarWords:
    """The words that came with the installation; German is what staff read."""
    text = (share("prompts") / f"{language}.toml").read_text(encoding="utf-8")
    return CalendarWords.read(tomllib.loads(text)["calendar"])


_KEYS = {"both": "and", "after": "from"}
"""Fields that the table calls what Python does not let them be called."""
_LISTS = {"days": 7, "days_on": 7, "days_from": 7, "days_to": 7, "months": 12}
_PLACES = {
    "day_range": ["", ""],
    "both": [],
    "span": ["", ""],
    "date": ["day", "month", "number"],
    "today_from": [""],
    "tomorrow_from": [""],
    "day_from": ["", ""],
    "date_from": ["", "", ""],
    "between": ["", ""],
    "after": [""],
    "until": [""],
    "at": [""],
}
_NEEDED_PLACES = {**_PLACES, "clock": [""]}


def _value(name: str, key: str, value: Any) -> Any:
    if name in _LISTS:
        if not isinstance(value, list) or len(value) != _LISTS[name] or not all(map(_is_said, value)):
            raise ValueError(f"calendar.{key}: must be a list of {_LISTS[name]} words")
        return tuple(value)
    if name == "because":
        if not isinstance(value, dict) or not all(map(_is_said, value.values())):
            raise ValueError(f"calendar.{key}: must be a table of texts")
        return value
    if name == "bare_hours":
        if not isinstance(value, bool):
            raise ValueError(f"calendar.{key}: must be true or false")
        return value
    if not _is_said(value):
        raise ValueError(f"calendar.{key}: must be a text that says something")
    places = sorted(place for _, place, _, _ in string.Formatter().parse(value) if place is not None)
    if name in _NEEDED_PLACES and places != _NEEDED_PLACES[name]:
        needed = "".join(f" {{{place}}}" for place in _NEEDED_PLACES[name]) or " no {…}"
        raise ValueError(f"calendar.{key}: must have{needed}")
    return value


def _is_said(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
