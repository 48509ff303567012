"""Dates by a table: "3 March 2026" in the language's words, and the German and international figures."""

# ruff: noqa: SIM905 - a row of words reads better than a column

import re

from voicebot.speech.spoken.surroundings import Surroundings, joiner, words_pattern
from voicebot.speech.spoken.table import Table
from voicebot.speech.spoken.words import Words
from voicebot.speech.spoken_rules import DIGITS, Rule, rule

_GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:1[5-9]\d\d|20\d\d)"
_DASH = r"\s*[-–]\s*"
_LAST_YEAR_OF_THIS_CENTURY = 40
"""In two digits: "26" is 2026, "58" a year of birth in the last century."""


def calendar_rules(table: Table, words: Words, surroundings: Surroundings) -> tuple[Rule, ...]:
    """Rules for dates with the day, and what joins two of them."""
    date, ranges = table.date, table.ranges
    written: dict[str, str] = {}
    for names in (_GERMAN, *date.also, date.months):
        said_as = date.months if names is _GERMAN else names
        written |= dict(zip(map(str.lower, names), said_as, strict=True))
    name = words_pattern(written)
    ending = rf"(?:\.|{date.day_ending})?" if date.day_ending else r"\.?"
    behind = rf"(?:\s*(?:{words_pattern(date.year_words)})(?!\w))?" if date.year_words else ""
    joining, joined = table.numbers.joining, joiner(ranges)

    def day_in_words(day: int, cases: tuple[str, ...] = ()) -> str:
        form = next(([date.cases[case]] for case in cases if case in date.cases), date.day_form)
        return date.days.get(day) or words.cardinal(day, form)

    def said(day: int, month: str, year: str | None, cases: tuple[str, ...]) -> str:
        day_said = day_in_words(day, cases)
        if not year:
            return date.short.format(day=day_said, month=month)
        number = int(year)
        if len(year) == 2:
            number += 2000 if number <= _LAST_YEAR_OF_THIS_CENTURY else 1900
        return date.full.format(day=day_said, month=month, year=words.cardinal(number, date.year_form))

    def with_name(match: re.Match[str]) -> str:
        month = written.get(re.sub(r"\s+", " ", match[2]).lower(), match[2])
        return said(int(match[1]), month, match[3], surroundings.forms(match)) + closing(match)

    def in_figures(match: re.Match[str]) -> str:
        return said(int(match[1]), date.months[int(match[2]) - 1], match[3], surroundings.forms(match)) + closing(match)

    def closing(match: re.Match[str]) -> str:
        """The full stop of an abbreviated word for the year also ends a sentence."""
        after = match.string[match.end() :].lstrip()
        return "." if match[3] and match[0].endswith(".") and (not after or after[0].isupper()) else ""

    def iso(match: re.Match[str]) -> str:
        return said(int(match[3]), date.months[int(match[2]) - 1], match[1], surroundings.forms(match))

    def span(match: re.Match[str]) -> str:
        first = match[1] if "." in match[1] else day_in_words(int(match[1]))
        return joined(match, ranges.dates, first, match[2])

    figures = rf"{_DAY}\.{_MONTH}\.(?:{_YEAR}|\d\d)?"
    return (
        rule(rf"(?<![\d.,])({figures}){_DASH}({figures})(?![\d.])", span, needs="."),
        rule(rf"(?<![\d.,])({_DAY})\.?{_DASH}({_DAY}{ending}\s+{name})(?!\w)", span, needs=DIGITS),
        rule(
            rf"(?<![\d.,])({_DAY}){ending}\s+({name})(?!\w)(?:,?\s+({_YEAR})(?!\d){joining}{behind})?",
            with_name,
            needs=DIGITS,
        ),
        rule(rf"(?<![\w.,])({_DAY})\.({_MONTH})\.({_YEAR}|\d\d(?!\d))(?!\d){joining}{behind}", in_figures, needs="."),
        rule(rf"(?<![\w.,])({_DAY})\.({_MONTH})\.()(?![\d.])", in_figures, needs="."),
        rule(rf"(?<![\w-])({_YEAR})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(?![\w-])", iso, needs="-"),
    )
