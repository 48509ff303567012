"""Dates and years in German."""

# ruff: noqa: SIM905 - a row of words reads better than a column

import re

from voicebot.speech.numerals import german_ordinal, german_year
from voicebot.speech.spoken_german.ordinals import JOINT, closes, ending_of, joined
from voicebot.speech.spoken_rules import DIGITS, Rule, rule

MONTHS = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()
_SHORT_MONTHS = {
    **{month[:3]: month for month in MONTHS if len(month) > 4},
    **{"Mär": "März", "Mrz": "März", "Jun": "Juni", "Jul": "Juli", "Sept": "September"},
}
_MONTH = "(" + "|".join([*MONTHS, *(rf"{short}\b\.?" for short in _SHORT_MONTHS)]) + ")"
_LAST_YEAR_OF_THIS_CENTURY = 40
"""In two digits: "26" is 2026, "58" a year of birth in the last century."""


def year(written: str) -> str:
    """A year of two or four digits."""
    number = int(written)
    if len(written) == 2:
        number += 2000 if number <= _LAST_YEAR_OF_THIS_CENTURY else 1900
    return german_year(number)


def _date(match: re.Match[str]) -> str:
    day, month = int(match["day"]), int(match["month"])
    if not 1 <= day <= 31 or not 1 <= month <= 12:
        return match[0]
    ending = ending_of(match, "m")
    listed = re.sub(
        r"(\d\d?)\.(\d\d?)\.",
        lambda date: f"{date[1]}. {MONTHS[int(date[2]) - 1]}" if 1 <= int(date[2]) <= 12 else date[0],
        match["list"],
    )
    written = match["long"] or match["short"]
    said_year = f" {year(written)}" if written else ""
    full_stop = "." if match[0].endswith(".") and closes(match) else ""
    return f"{joined(listed, ending)}{german_ordinal(day, ending)} {MONTHS[month - 1]}{said_year}{full_stop}"


def _date_in_words(match: re.Match[str]) -> str:
    ending = ending_of(match, "m")
    month = _SHORT_MONTHS.get(match["month"].rstrip("."), match["month"])
    said_year = f" {year(match['long'])}" if match["long"] else ""
    return f"{joined(match['list'], ending)}{german_ordinal(int(match['day']), ending)} {month}{said_year}"


def _iso(match: re.Match[str]) -> str:
    day, month = int(match[3]), int(match[2])
    if not 1 <= day <= 31 or not 1 <= month <= 12:
        return match[0]
    return f"{german_ordinal(day, ending_of(match, 'm'))} {MONTHS[month - 1]} {year(match[1])}"


RULES: tuple[Rule, ...] = (
    rule(r"(?<=\b(?:19|20)\d\d)\s?[-–]\s?(?=\d{1,2}\.\s?\d)", " bis ", needs="-–"),
    rule(
        rf"(?<![\d.,-])\b(?P<list>(?:\d\d?\.(?:\s?\d\d?\.)?{JOINT}){{0,6}})"
        r"(?P<day>\d\d?)\.\s?(?P<month>\d\d?)\.(?:\s?(?P<long>\d{4})(?!\d)|(?P<short>\d\d)(?!\d|[.,:]\d)|(?!\d))",
        _date,
        needs=DIGITS,
    ),
    rule(
        r"(?:(?<=\b[Aa]m )|(?<=\b[VvDdZz][oeu][mn] ))(?P<list>)(?P<day>\d\d?)\.(?P<month>0?[1-9]|1[0-2])\b"
        r"(?![.,]?\d)(?P<long>)(?P<short>)",
        _date,
        needs=".",
    ),
    rule(
        rf"(?<![\d.,])\b(?P<list>(?:\d\d?\.{JOINT}){{0,6}})(?P<day>\d\d?)\.\s?(?P<month>{_MONTH})(?![^\W\d_])"
        r"(?:\s+(?P<long>\d{4})\b)?",
        _date_in_words,
        needs=DIGITS,
    ),
    rule(r"(?<![\w-])(\d{4})-(\d\d)-(\d\d)(?![\w-])", _iso, needs="-"),
    rule(r"(?<![\w/])(?P<list>)(?P<day>\d\d?)/(?P<month>\d\d?)/(?P<long>\d{4})(?P<short>)(?![\w/])", _date, needs="/"),
    rule(
        r"(?<![\w./-])(0[1-9]|1[0-2])/((?:19|20)\d\d)(?![\w./-])",
        lambda match: f"{MONTHS[int(match[1]) - 1]} {year(match[2])}",
        needs="/",
    ),
    rule(
        rf"\b({'|'.join(_SHORT_MONTHS)})\b\.?(?=\s?(?:[-–/]|bis)\s?{_MONTH}|\s+\d{{4}}\b)",
        lambda match: _SHORT_MONTHS[match[1]],
    ),
    rule(
        rf"(?<=\w)\s?[-–]\s?({'|'.join(_SHORT_MONTHS)})\b\.?",
        lambda match: f" bis {_SHORT_MONTHS[match[1]]}",
        needs="-–",
    ),
    rule(rf"\b({'|'.join(MONTHS)})\s?[-–]\s?(?=(?:{'|'.join(MONTHS)})\b)", r"\1 bis ", needs="-–"),
)
