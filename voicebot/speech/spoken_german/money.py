"""Sums of money in German."""

import re

from voicebot.speech.numerals import LIMIT, german, german_before
from voicebot.speech.spoken_german.measures import UNIT, per_unit
from voicebot.speech.spoken_german.numbers import NUMBER, WHOLE, counted, number, whole
from voicebot.speech.spoken_rules import Rule, rule

_MANY = {"Mio": ("Million", "Millionen"), "Mrd": ("Milliarde", "Milliarden"), "Tsd": ("Tausend", "Tausend")}
_CURRENCIES = {"€": "Euro", "Euro": "Euro", "EUR": "Euro", "£": "Pfund", "CHF": "Franken"}
_CENTS = {"Euro": "Cent", "Dollar": "Cent", "Pfund": "Pence", "Franken": "Rappen"}
_AMOUNT = rf"({WHOLE})(?:,(\d+|[-–]{{1,2}})|\.(\d\d)(?!\d))?"
_CURRENCY = r"(€|Euro\b|EUR\b|US-Dollar\b|USD\b|\$|£|CHF\b)"
_NAMES = ("€", "Euro", "EUR", "Dollar", "USD", "$", "£", "CHF")
_PER = r"(€|\bEuro|\bEUR|\b[Cc]t|\bCent)\s?/\s?"


def _sum(written: str, decimals: str | None, currency: str) -> str:
    """ "12,50" is "zwölf Euro fünfzig", "0,80" is "achtzig Cent", "5,-" is "fünf Euro"."""
    name = _CURRENCIES.get(currency, "Dollar")
    decimals = decimals if decimals and decimals.isdigit() else ""
    if len(decimals) > 2 or whole(written) >= LIMIT:
        return counted(f"{written},{decimals}".rstrip(","), name, name)
    cents = int(decimals.ljust(2, "0")) if decimals else 0
    if cents and not whole(written):
        return f"{german_before(cents)} {_CENTS[name]}"
    return f"{counted(written, name, name)}{' ' + german(cents) if cents else ''}"


def _before_currency(match: re.Match[str]) -> str:
    return _sum(match[1], match[2] or match[3], match[4])


def _behind_currency(match: re.Match[str]) -> str:
    return _sum(match[2], match[3] or match[4], match[1])


def _many(match: re.Match[str]) -> str:
    currency = f" {_CURRENCIES.get(match[3], 'Dollar')}" if match[3] else ""
    return counted(match[1], *_MANY[match[2]]) + currency


def _thousand(match: re.Match[str]) -> str:
    return f"{number(match[1])} tausend Euro"


def _note(match: re.Match[str]) -> str:
    """ "5-€-Schein"."""
    return f"{german_before(int(match[1])).capitalize()}-Euro-"


def _without_currency(match: re.Match[str]) -> str:
    return counted(match[1], "Euro", "Euro")


RULES: tuple[Rule, ...] = (
    rule(rf"{_PER}({UNIT})(?!\w)", per_unit, needs="/"),
    rule(rf"{_PER}(?=[A-ZÄÖÜ])", r"\1 pro ", needs="/"),
    rule(rf"(?<![\d.,])({NUMBER})\s*(Mio|Mrd|Tsd)\b\.?(?:\s*{_CURRENCY})?", _many, words=tuple(_MANY)),
    rule(rf"(?<![\d.,])({NUMBER})\s*(?:T€|TEUR\b)", _thousand, words=("T€", "TEUR")),
    rule(rf"(?<![\d.,])({NUMBER}) (Millionen|Milliarden)\s*€", r"\1 \2 Euro", words=("n €", "n€")),
    rule(r"(?<![\w.,])(\d{1,9})[- ]€-", _note, words=("€-",)),
    rule(rf"(?<![\d.,]){_AMOUNT}\s*{_CURRENCY}(?!\s?\d)", _before_currency, words=_NAMES),
    rule(rf"(?:(?<=\W)|(?<=^))(€|EUR\b|US-\$|\$|£|CHF\b)\s*{_AMOUNT}(?!\d)", _behind_currency, words=_NAMES),
    rule(rf"(?<![\d.,]){_AMOUNT}\s*{_CURRENCY}", _before_currency, words=_NAMES),
    rule(rf"(?<![\d.,])({WHOLE}),[-–]{{1,2}}(?!\d)", _without_currency, words=(",-", ",–")),
)


def _first_sum(match: re.Match[str]) -> str:
    return f"{match[1]} {match[3]} {'bis' if match[2] in '-–' else match[2]} "


RANGES: tuple[Rule, ...] = (
    rule(
        rf"(?<![\w.,])(\d+,\d\d)\s?([-–]|bis|und|oder)\s?(?={NUMBER}\s?{_CURRENCY})",
        _first_sum,
        words=_NAMES,
    ),
)
"""With cents before the range, so that they are no decimals."""
