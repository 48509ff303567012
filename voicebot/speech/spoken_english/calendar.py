"""Dates, years and other ordinals in English, as they are said in Britain."""

# ruff: noqa: SIM905 - a row of words reads better than a column

import re

from voicebot.speech.numerals import english, english_digits, english_ordinal, english_year, roman
from voicebot.speech.spoken_rules import DIGITS, ROMAN, Rule, rule

MONTHS = "January February March April May June July August September October November December".split()
_SHORT_MONTHS = {
    **{month[:3]: month for month in MONTHS if len(month) > 4},
    "Jun": "June",
    "Jul": "July",
    "Sept": "September",
}
_MONTH = "(?:" + "|".join([*MONTHS, *(rf"{short}\b\.?" for short in _SHORT_MONTHS)]) + ")"
_NTH = "(?:st|nd|rd|th)?"
_LAST_YEAR_OF_THIS_CENTURY = 40
"""In two digits: "26" is 2026, "58" a year of birth in the last century."""


def year(written: str | None) -> str:
    """A year of two or four digits after a space; empty without one."""
    if not written:
        return ""
    number = int(written)
    if len(written) == 2:
        number += 2000 if number <= _LAST_YEAR_OF_THIS_CENTURY else 1900
    return f" {english_year(number)}"


def _month(written: str) -> str:
    return _SHORT_MONTHS.get(written.rstrip("."), written)


def _days(written: str, last: str) -> str:
    """ "24/" before 25 is "the twenty-fourth and twenty-fifth"."""
    said = re.sub(r"\s?[/&]\s?", " and ", written)
    said = re.sub(r"\s?[-–]\s?|\s?\bto\b\s?", " to the ", said)
    said = re.sub(r"\s?(,|\band\b|\bor\b)\s?", lambda joint: f"{'' if joint[1] == ',' else ' '}{joint[1]} ", said)
    said = re.sub(r"(\d+)(?:st|nd|rd|th|\.)?", lambda day: english_ordinal(int(day[1])), said)
    return f"the {said}{english_ordinal(int(last))}"


def _date(match: re.Match[str]) -> str:
    return f"{_days(match[1] or '', match[2])} of {_month(match[3])}{year(match[4])}"


def _date_american(match: re.Match[str]) -> str:
    return f"{_month(match[1])} the {english_ordinal(int(match[2]))}{',' if match[3] else ''}{year(match[3])}"


def _numbers(match: re.Match[str]) -> str:
    """Day, month and year in the German or British order."""
    day, month = int(match[2]), int(match[3])
    if not 1 <= day <= 31 or not 1 <= month <= 12:
        return match[0]
    listed = re.sub(r"\d\d?\.(\d\d?)\.", lambda date: _in_words(date[0]), match[1] or "")
    if listed != (match[1] or ""):
        joint = re.sub(r"^.*?([^.]*)$", r"\1", match[1])
        joint = re.sub(r"\s?[-–]\s?", " to ", re.sub(r"\s?/\s?", " and ", joint))
        return f"{_in_words(match[1])}{joint}the {english_ordinal(day)} of {MONTHS[month - 1]}{year(match[4])}"
    return f"{_days(match[1] or '', match[2])} of {MONTHS[month - 1]}{year(match[4])}"


def _in_words(written: str) -> str:
    day, month = re.findall(r"\d+", written)[:2]
    return f"the {english_ordinal(int(day))} of {MONTHS[(int(month) - 1) % 12]}"


def _iso(match: re.Match[str]) -> str:
    day, month = int(match[3]), int(match[2])
    if not 1 <= day <= 31 or not 1 <= month <= 12:
        return match[0]
    return f"the {english_ordinal(day)} of {MONTHS[month - 1]}{year(match[1])}"


def _decade(match: re.Match[str]) -> str:
    words = year(match[1]).strip() if len(match[1]) == 4 else english(int(match[1]))
    return words[:-1] + "ies" if words.endswith("y") else words + "s"


def _school_year(match: re.Match[str]) -> str:
    after = match[2]
    return f"{english_year(int(match[1]))} {english_year(int(after)) if len(after) == 4 else _short(after)}"


def _short(written: str) -> str:
    return english(int(written)) if written[0] != "0" else english_digits(written)


def _ruler(match: re.Match[str]) -> str:
    return f"{match[1]} the {english_ordinal(roman(match[2])).capitalize()}"


_RULERS = (
    "Albert|Benedict|Charles|Christian|Edward|Elizabeth|Ernest|Ferdinand|Francis|Frederick|Friedrich|George|Gregory"
    "|Heinrich|Henry|Innocent|James|Johannes|John|Joseph|Karl|Leo|Leopold|Louis|Ludwig|Mary|Maximilian|Napoleon"
    "|Nicholas|Otto|Paul|Philip|Pius|Richard|Rudolf|Urban|Wilhelm|William"
)
_LABELS = (
    "Hartz|SGB|S G B|[Pp]art|[Cc]hapter|[Vv]olume|[Ll]evel|[Gg]rade|[Cc]are level|[Cc]are grade|[Cc]lass|[Cc]ategory"
    "|[Ss]tage|[Pp]hase|[Ss]ection|[Gg]roup|[Tt]ype|[Ss]chedule|Pflegegrad|[Bb]ook"
)
_OF_A_YEAR = (
    r"(?![,.:/-]?\d|\s?(?:€|£|\$|%|m\b|km|kg|m²|people|euros?|pounds|residents|inhabitants|citizens|households|hours"
    r"|square|metres|kilometres|pages|copies|visitors|times|words|members|tonnes|litres|steps|points|places)\b)"
)

RULES: tuple[Rule, ...] = (
    rule(rf"\b({_MONTH})\s?[-–]\s?(?=\d{{1,2}}\b)", r"\1 to ", needs="-–"),
    rule(
        rf"(?<![\d.,/])\b(?:the )?((?:\d\d?{_NTH}(?:\s?[-–/&]\s?|\s(?:and|to|or)\s|,\s)){{0,6}})(\d\d?){_NTH}(?: of)?"
        rf"\.?\s?({_MONTH})(?![a-z])(?:,? (\d{{4}})\b)?",
        _date,
        needs=DIGITS,
    ),
    rule(rf"\b({_MONTH}) (?:the )?(\d\d?){_NTH}(?![\d:.%]|,\d)\b(?:,? (\d{{4}})\b)?", _date_american, needs=DIGITS),
    rule(
        rf"\b({'|'.join(_SHORT_MONTHS)})\b\.?(?=\s?(?:[-–/]|to|and)\s?{_MONTH}|\s+\d{{4}}\b)",
        lambda match: _month(match[1]),
    ),
    rule(
        rf"\b({'|'.join(MONTHS)})\s?[-–]\s?({_MONTH})(?![a-z])",
        lambda match: f"{match[1]} to {_month(match[2])}",
        needs="-–",
    ),
    rule(r"(?<=\.(?:19|20)\d\d)\s?[-–]\s?(?=\d{1,2}\.\d)", " to ", needs="-–"),
    rule(
        r"(?<![\w.,-])((?:\d\d?\.(?:\d\d?\.)?\s?(?:/|and|[-–])\s?){0,6})(\d\d?)\.(\d\d?)\.(\d{4}|\d\d(?!\d)|)(?!\d)",
        _numbers,
        needs=".",
    ),
    rule(r"(?<![\w/])()(\d\d?)/(\d\d?)/(\d{4}|\d\d)(?![\w/])", _numbers, needs="/"),
    rule(r"(?<![\w-])(\d{4})-(\d\d)-(\d\d)(?![\w-])", _iso, needs="-"),
    rule(
        r"(?<![\w./-])(0[1-9]|1[0-2])/((?:19|20)\d\d)(?![\w./-])",
        lambda match: f"{MONTHS[int(match[1]) - 1]}{year(match[2])}",
        needs="/",
    ),
    rule(
        r"(?<![\d,.])\b(\d{1,3}(?:,\d{3})*)(?:st|nd|rd|th)\b",
        lambda match: english_ordinal(int(match[1].replace(",", ""))),
        needs=DIGITS,
    ),
    rule(r"(?<![\w.,])'?((?:1[1-9]|20)\d0|\d0)'?s\b", _decade, needs="s"),
    rule(r"(?<![\w./])((?:19|20)\d\d)\s?/\s?(\d\d(?:\d\d)?)(?![\w./])", _school_year, needs="/"),
    rule(
        rf"(?<![\w.,/])((?:19|20)\d\d)\s?[-–]\s?(?=(?:19|20)\d\d{_OF_A_YEAR})",
        lambda match: f"{english_year(int(match[1]))} to ",
        needs="-–",
    ),
    rule(
        rf"(?<![\w.,/:-])(?<!room )(?<!section )(?<!number )((?:1[1-9]|20)\d\d)\b{_OF_A_YEAR}",
        lambda match: english_year(int(match[1])),
        needs=DIGITS,
    ),
    rule(rf"\b({_RULERS}) ({ROMAN})\b\.?", _ruler, words=(" I", " V", " X")),
    rule(
        rf"\b({_LABELS})([ -])({ROMAN})\b",
        lambda match: f"{match[1]}{match[2]}{english(roman(match[3]))}",
        words=(" I", " V", " X", "-I", "-V", "-X"),
    ),
    rule(
        rf"(?<=[^\W\d_][ -])(?=[IVX]{{2}}){ROMAN}\b",
        lambda match: english(roman(match[0])),
        words=("II", "IV", "IX", "VI", "XI", "XV", "XX"),
    ),
)
