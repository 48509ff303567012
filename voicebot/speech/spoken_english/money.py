"""Sums of money in English, euros mostly."""

import re

from voicebot.speech.numerals import english
from voicebot.speech.spoken_english.measures import UNIT, per_unit
from voicebot.speech.spoken_english.numbers import NUMBER, WHOLE, counted, number, whole
from voicebot.speech.spoken_rules import Rule, rule

_CURRENCIES = {
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "$": ("dollar", "dollars", "cent", "cents"),
}
_SIGNS = {"e": "€", "E": "€", "p": "£", "G": "£", "d": "$", "U": "$"}
"""Of a currency's name, by its first letter."""
_MANY = {"m": "million", "bn": "billion", "k": "thousand", "Mio": "million", "Mrd": "billion"}
_AMOUNT = rf"({WHOLE})(?:\.(\d+)|,(\d\d?|[-–]{{1,2}})(?!\d))?"
_NAME = r"(€|[Ee]uros?\b|EUR\b|£|pounds?\b|GBP\b|\$|dollars?\b|USD\b)"
_NAMES = ("€", "£", "$", "uro", "EUR", "pound", "GBP", "dollar", "USD")
_PER = r"(€|£|\$|\b(?:EUR|euros?|cents?|pounds?)|\bct)\s?/\s?"


def _currency(written: str) -> tuple[str, str, str, str]:
    return _CURRENCIES[_SIGNS.get(written[0], written[0])]


def _sum(written: str, decimals: str | None, currency: str) -> str:
    """ "12.50" is "twelve euros fifty", "0.80" is "eighty cents", "5,-" is "five euros"."""
    one, more, cent, cents = _currency(currency)
    decimals = decimals if decimals and decimals.isdigit() else ""
    if len(decimals) > 2:
        return counted(f"{written}.{decimals}", one, more)
    small = int(decimals.ljust(2, "0")) if decimals else 0
    if small and not whole(written):
        return counted(str(small), cent, cents)
    return f"{counted(written, one, more)}{' ' + english(small) if small else ''}"


def _behind_currency(match: re.Match[str]) -> str:
    decimals, many = match[3] or match[4], match[5]
    if many:
        written = f"{match[2]}.{decimals}" if decimals else match[2]
        return f"{number(written)} {_MANY.get(many, many)} {_currency(match[1])[1]}"
    return _sum(match[2], decimals, match[1])


def _before_currency(match: re.Match[str]) -> str:
    return _sum(match[1], match[2] or match[3], match[4])


def _many(match: re.Match[str]) -> str:
    return f"{number(match[1].replace(',', '.'))} {_MANY.get(match[2], match[2])} {_currency(match[3])[1]}"


def _pence(match: re.Match[str]) -> str:
    return counted(match[1], "penny", "pence")


def _without_currency(match: re.Match[str]) -> str:
    return counted(match[1], "euro", "euros")


def _first_sum(match: re.Match[str]) -> str:
    return f"{match[1]} {match[3]} {'to' if match[2] in '-–' else match[2]} "


RANGES: tuple[Rule, ...] = (
    rule(
        rf"(?<![\w.,])(\d+[.,]\d\d)\s?([-–]|to|and|or)\s?(?=\d+(?:[.,]\d\d)?\s?{_NAME})",
        _first_sum,
        words=_NAMES,
    ),
    rule(rf"([€£$])({NUMBER})\s?[-–]\s?(?=[€£$])", r"\1\2 to ", needs="€£$"),
    rule(r"([€£$])(\d+)\s?[-–]\s?(?=\d)", r"\2 to \1", needs="€£$"),
)
"""With cents before the range, so that they are no decimals."""

RULES: tuple[Rule, ...] = (
    rule(rf"{_PER}({UNIT})(?!\w)", per_unit, needs="/"),
    rule(rf"{_PER}(?=[a-z])", r"\1 per ", needs="/"),
    rule(rf"([€£$]\s?{NUMBER})\s?/\s?(?=[a-z])", r"\1 per ", needs="/"),
    rule(
        rf"(?<![\d.,])({NUMBER}|\d+,\d)\s*(million|billion|thousand|m|bn|k|Mio|Mrd)\b\.?\s*{_NAME}", _many, words=_NAMES
    ),
    rule(
        rf"(?:(?<=\W)|(?<=^))(€|EUR\b|£|GBP\b|US\$|\$)\s*{_AMOUNT}(?:\s?(million|billion|thousand|m|bn|k)\b)?",
        _behind_currency,
        words=_NAMES,
    ),
    rule(rf"(?<![\d.,]){_AMOUNT}\s*{_NAME}", _before_currency, words=_NAMES),
    rule(r"(?<![\w.,])(\d+)p\b", _pence, needs="p"),
    rule(r"(?<![\d.,])(\d+),[-–]{1,2}(?!\d)", _without_currency, words=(",-", ",–")),
)
