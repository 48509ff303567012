"""Times of day as people say them, and when they want to be called: "am Donnerstag zwischen zehn und zwölf".

Nothing here reads a clock, and nothing raises on any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from functools import cache, partial
from typing import Any

from voicebot.understanding.dates import GONE, take_date, time_line
from voicebot.understanding.spoken_tables import spoken_table

_HALF_DAY = 12
_MINUTES = 24 * 60
#: Hours 1 to 6 mean the afternoon where a call during office hours is arranged.
_NO_OFFICE_HOUR = 7
_TIME = r"(?:[@~]\d{4}|\d{1,2}(?: [1-5]\d)?)"
"""A time already found (``@``: its half of the day is known), or bare numerals where only a time can stand."""


@dataclass(frozen=True)
class _Clock:
    minutes: int
    """From midnight."""
    is_sure: bool
    """Which half of the day is meant was said."""

    def in_half(self, later: Iterable[int]) -> _Clock:
        """This time in the part of the day that was named: twelve hours later where that part needs it."""
        if self.is_sure:
            return self
        return _Clock(self.minutes + _HALF_DAY * 60 * (self.minutes // 60 in later), is_sure=True)

    def at_work(self) -> _Clock:
        hour = self.minutes // 60
        return self.in_half(range(1, _NO_OFFICE_HOUR)) if 0 < hour < _NO_OFFICE_HOUR else self

    def time(self) -> time:
        return time(*divmod(self.minutes % _MINUTES, 60))


@dataclass(frozen=True)
class _Span:
    start: _Clock | None
    end: _Clock | None

    def settled(self) -> _Span:
        """A span that ends after it begins, "zwei bis 16 Uhr" and "elf bis eins" included."""
        start, end = self.start, self.end
        if not start or not end:
            return self
        half = _HALF_DAY * 60
        if end.is_sure and not start.is_sure and start.at_work().minutes < end.minutes:
            start = start.at_work()
        if not end.is_sure and end.minutes < start.minutes and end.minutes < half:
            end = replace(end, minutes=end.minutes + half)
        return _Span(start, end)


@dataclass(frozen=True)
class _Daypart:
    pattern: re.Pattern[str]
    span: tuple[time, time]
    later: frozenset[int]


@dataclass(frozen=True)
class _Rule:
    pattern: re.Pattern[str]
    base: int
    sign: int


@dataclass(frozen=True)
class _Times:
    one: re.Pattern[str]
    meridiem: tuple[tuple[re.Pattern[str], int], ...]
    """Times before "am" and "pm", with their hours."""
    clocks: tuple[_Rule, ...]
    named: tuple[tuple[re.Pattern[str], int], ...]
    spans: tuple[re.Pattern[str], ...]
    """What holds both a ``start`` and an ``end``."""
    halves: tuple[re.Pattern[str], ...]
    """What holds one of them."""
    exact: tuple[re.Pattern[str], ...]
    dayparts: tuple[_Daypart, ...]


@cache
def _times(language: str) -> _Times:
    table = spoken_table(language)["times"]
    hour = rf"(?P<hour>\d{{1,2}}|{table['one']})"
    bare = rf"{_TIME}(?![.\w])(?! (?:{table['units']})(?!\w))"

    def expression(pattern: str) -> re.Pattern[str]:
        for name in ("start", "end"):
            pattern = pattern.replace(f"{{{name}}}", f"(?P<{name}>{bare})")
        return re.compile(rf"(?<![\w@~])(?:{pattern.replace('{hour}', hour)})(?!\w)")

    return _Times(
        one=re.compile(table["one"]),
        meridiem=tuple((expression(f"({_TIME}) {word}"), hours) for word, hours in table["meridiem"].items()),
        clocks=tuple(
            _Rule(expression(rule["pattern"]), rule.get("base", 0), rule.get("sign", 1)) for rule in table["clocks"]
        ),
        named=tuple((expression(pattern), hour) for pattern, hour in table["named"]),
        spans=tuple(map(expression, table["between"])),
        halves=tuple(map(expression, (*table["from"], *table["until"]))),
        exact=(*map(expression, table["at"]), re.compile(r"(?P<start>[@~]\d{4})")),
        dayparts=tuple(_daypart(each, expression(each["pattern"])) for each in table["dayparts"]),
    )


def _daypart(table: Mapping[str, Any], pattern: re.Pattern[str]) -> _Daypart:
    start, end = map(time.fromisoformat, table["span"])
    return _Daypart(pattern, (start, end), frozenset(table["later"]))


def clock_time(text: str, language: str) -> time | None:
    """The first time of day that a text names: ``"Viertel nach acht" → 08:15``, ``"um drei nachmittags" → 15:00``.

    Without a word for the part of the day the hour is taken as it was said: ``"halb neun" → 08:30``.
    """
    start, end = time_span(text, language, with_dayparts=False)
    return start or end


def time_span(text: str, language: str, *, with_dayparts: bool = True) -> tuple[time | None, time | None]:
    """From when until when: ``"ab vierzehn Uhr" → (14:00, None)``, ``"bis elf" → (None, 11:00)``.

    A single time is both its beginning and its end. A part of the day alone ("vormittags") is a span too, and
    bounds the other side of "vormittags ab zehn", unless ``with_dayparts`` is switched off.
    """
    times = _times(language)
    line = _with_clocks(time_line(text, language), times)
    daypart = _daypart_in(line, times)
    start, end = _span(line, times, daypart, at_work=False)
    return _bounded(start, end, daypart.span) if daypart and with_dayparts else (start, end)


def preferred_time(text: str, language: str, today: date) -> tuple[date | None, time | None, time | None]:
    """When somebody wants to be called back: the day, from when, until when; None for what was not said.

    The times are those of :func:`time_span`, but in office hours: "um drei" is 15:00 without further words.
    ``"am Donnerstag zwischen zehn und zwölf" → (Thursday, 10:00, 12:00)``.
    """
    times = _times(language)
    line = _with_clocks(time_line(text, language), times)
    # Before the day is taken out: "Montag Morgen" is a morning, "morgen" alone a day.
    daypart = _daypart_in(line, times)
    day, line = take_date(line, language, today)
    start, end = _span(line, times, daypart, at_work=True)
    return (day, *(_bounded(start, end, daypart.span) if daypart else (start, end)))


def _daypart_in(line: str, times: _Times) -> _Daypart | None:
    return next((part for part in times.dayparts if part.pattern.search(line)), None)


def _span(line: str, times: _Times, daypart: _Daypart | None, *, at_work: bool) -> tuple[time | None, time | None]:
    line = daypart.pattern.sub(" ", line) if daypart else line
    span = _named_span(" ".join(line.split()), times)
    start, end = (_in_daypart(clock, daypart, at_work=at_work) for clock in (span.start, span.end))
    span = _Span(start, end).settled()
    return _time(span.start), _time(span.end)


def _time(clock: _Clock | None) -> time | None:
    return clock.time() if clock else None


def _bounded(start: time | None, end: time | None, part: tuple[time, time]) -> tuple[time | None, time | None]:
    """A half-open span within a part of the day, where it lies there."""
    if start is None and (end is None or part[0] < end):
        start = part[0]
    if end is None and start is not None and start < part[1]:
        end = part[1]
    return start, end


def _in_daypart(clock: _Clock | None, daypart: _Daypart | None, *, at_work: bool) -> _Clock | None:
    if clock and daypart:
        return clock.in_half(daypart.later)
    return clock.at_work() if clock and at_work else clock


def _named_span(line: str, times: _Times) -> _Span:
    for pattern in times.spans:
        if (found := pattern.search(line)) and (start := _clock(found["start"])) and (end := _clock(found["end"])):
            return _Span(start, end)
    bounds: dict[str, _Clock] = {}
    for pattern in times.halves:
        if found := pattern.search(line):
            for name, said in found.groupdict().items():
                if clock := _clock(said):
                    bounds.setdefault(name, clock)
            # "Nicht vor zehn" is no "vor zehn".
            line = line[: found.start()] + GONE + line[found.end() :]
    if bounds:
        return _Span(bounds.get("start"), bounds.get("end"))
    for pattern in times.exact:
        if (found := pattern.search(line)) and (clock := _clock(found["start"])):
            return _Span(clock, clock)
    return _Span(None, None)


def _clock(said: str) -> _Clock | None:
    """The time of a mark or of bare numerals, None for what no clock shows."""
    if said[0] in "@~":
        return _Clock(int(said[1:3]) * 60 + int(said[3:]), is_sure=said[0] == "@")
    hour, _, minute = said.partition(" ")
    return _shown(int(hour), int(minute or 0), is_sure=hour.startswith("0"))


def _shown(hour: int, minutes: int, *, is_sure: bool) -> _Clock | None:
    """An hour of the clock and minutes from it, also backwards."""
    if hour > 24 or not -60 < minutes < 60:
        return None
    return _Clock((hour * 60 + minutes) % _MINUTES, is_sure=is_sure or hour > _HALF_DAY or hour == 0)


def _with_clocks(line: str, times: _Times) -> str:
    """A line with every clock time as a mark: ``~0830``, or ``@1530`` where the half of the day is known."""
    for rule in times.clocks:
        line = rule.pattern.sub(partial(_mark, rule, times), line)
    for pattern, hour in times.named:
        line = pattern.sub(f"@{hour:02}00", line)
    for pattern, hours in times.meridiem:
        line = pattern.sub(partial(_in_half, hours), line)
    return line


def _in_half(hours: int, found: re.Match[str]) -> str:
    """The mark of a time before or after noon (12 p.m. is noon)."""
    clock = _clock(found[1])
    return f"@{_Clock(clock.minutes % (_HALF_DAY * 60) + hours * 60, is_sure=True).time():%H%M}" if clock else found[0]


def _mark(rule: _Rule, times: _Times, found: re.Match[str]) -> str:
    said = found["hour"]
    hour = 1 if times.one.fullmatch(said) else int(said)
    minutes = rule.base + rule.sign * int(found.groupdict().get("minute") or 0)
    clock = _shown(hour, minutes, is_sure=said.startswith("0"))
    return f"{'@' if clock.is_sure else '~'}{clock.time():%H%M}" if clock else found[0]
