"""Times by a table: "8:30" and what stands between two of them."""

import re

from voicebot.speech.spoken.surroundings import Surroundings, joiner, words_pattern
from voicebot.speech.spoken.table import Clock, Table
from voicebot.speech.spoken.words import Words
from voicebot.speech.spoken_rules import DIGITS, Rule, rule

_HOUR = r"(?:[01]?\d|2[0-4])"
_TIME = rf"{_HOUR}:[0-5]\d"


def clock_rules(table: Table, words: Words, surroundings: Surroundings) -> tuple[Rule, ...]:
    """Rules for times of the 24-hour clock. A span is first written as the table joins two times, and then read."""
    time, ranges = table.time, table.ranges
    joined = joiner(ranges)
    said_behind = rf"(?:\s*(?:Uhr|{words_pattern(time.words)})(?!\w))" if time.words else r"(?:\s*Uhr(?!\w))"
    joint = r"\s*(?:[-–]|(?<=\s)bis(?=\s))\s*"
    quarter = rf"{_HOUR}\.(?:00|15|30|45)(?![\d.]|\s?[%€])"
    introduced: list[Rule] = []
    if time.introduced:
        pattern = rf"(?<!\w){words_pattern(time.introduced)}\s+{quarter}(?:\s*[-–]\s*{quarter})?"
        introduced.append(rule(pattern, lambda match: match[0].replace(".", ":"), needs="."))

    def between(match: re.Match[str]) -> str:
        return joined(match, ranges.times, match[1], match[2])

    def clock(match: re.Match[str]) -> str:
        return said(int(match[1]), int(match[2]), surroundings.forms(match))

    def full_hour(match: re.Match[str]) -> str:
        return said(int(match[1]), 0, surroundings.forms(match))

    def said(hour: int, minute: int, cases: tuple[str, ...]) -> str:
        parts: list[Clock] = [time.cases[case] for case in cases if case in time.cases]
        parts.append(time)
        key = f"{hour}:{minute:02}"
        if exact := next((part.exact[key] for part in parts if key in part.exact), None):
            return exact
        template = _first([part.minutes for part in parts]) if minute else _first([part.full for part in parts])
        below_ten = _first([part.below_ten for part in parts])
        template = next((part.by_minute[minute] for part in parts if minute in part.by_minute), template)
        minute_form = next((part.minute_form for part in parts if part.minute_form), [])
        minutes = words.cardinal(minute, minute_form)
        text = template or "{hour} {minute}"
        return text.format(
            hour=name(hour, parts),
            next=name((hour + 1) % 24, parts),
            minute=below_ten.format(minutes) if below_ten and minute < 10 else minutes,
            hours=time.hour.noun(words.kind(str(hour)), cases) if time.hour else "",
            minutes=time.minute.noun(words.kind(str(minute)), cases) if time.minute else "",
            part=next((part.parts[hour] for part in parts if hour in part.parts), ""),
        ).strip()

    def name(hour: int, parts: list[Clock]) -> str:
        if named := next((part.hours[hour] for part in parts if hour in part.hours), None):
            return named
        return words.cardinal(hour, next((part.form for part in parts if part.form), []))

    return (
        *introduced,
        rule(
            rf"(?<![\d.,:])({_HOUR})\.([0-5]\d)(?=\s*[-–]\s*{_HOUR}[.:][0-5]\d{said_behind}|{said_behind})",
            r"\1:\2",
            needs=".",
        ),
        rule(rf"(?<![\d.,:])({_HOUR})(?=\s*[-–]\s*{_HOUR}(?::[0-5]\d)?{said_behind})(?!:)", r"\1:00", needs=DIGITS),
        rule(rf"(?<![\d:])({_TIME}){said_behind}?{joint}({_TIME})(?![\d:]){said_behind}?", between, needs=":"),
        rule(rf"(?<![\d:])({_HOUR}):([0-5]\d)(?![\d:]){said_behind}?{table.numbers.joining}", clock, needs=":"),
        rule(rf"(?<![\d.,:])({_HOUR})\s?Uhr(?!\w)", full_hour, words=("Uhr",)),
    )


def _first(values: list[str | None]) -> str | None:
    return next((value for value in values if value is not None), None)
