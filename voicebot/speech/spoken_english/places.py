"""Statutes, houses and postal codes: numbers that count nothing, in English."""

import re

from voicebot.speech.numerals import english, english_digits
from voicebot.speech.spoken_rules import DIGITS, Rule, rule

_STREET = "(?:straße|[Ss]treet|[Ww]eg|[Rr]oad|[Pp]latz|[Rr]ing|[Ww]all|[Aa]llee|[Mm]arkt|[Hh]agen|number)"


def _sections(match: re.Match[str]) -> str:
    """A number of a statute is a cardinal, never a year."""
    return f"{match[1]} {english(int(match[2]))}{' ' + match[3] if match[3] else ''}"


def _house(match: re.Match[str]) -> str:
    """ "12a-c" with the letters by themselves, so that no unit is seen in them."""
    return f"{match[1]}{english(int(match[2]))} {match[3]}{' to ' + match[4] if match[4] else ''}"


def _spaced(match: re.Match[str]) -> str:
    return f"{match[1]} {english_digits(match[2].replace(' ', ''))}"


LAW_RULES: tuple[Rule, ...] = (
    rule(r"§§\s*", "sections ", needs="§"),
    rule(r"§\s*", "section ", needs="§"),
    rule(r"(?<=\d)( ?[a-z])? ?ff\.?(?=\W|$)", lambda match: f"{match[1] or ''} and following", needs="f"),
    rule(r"(?<=\d)( ?[a-z])? f\.(?=\W|$)", lambda match: f"{match[1] or ''} and following", needs="f"),
    rule(r"\b([Ss]ection|[Aa]rticle) (\d{1,9})(?: ?([a-z])\b)?(?![.,]?\d)", _sections, needs=DIGITS),
)

RULES: tuple[Rule, ...] = (
    rule(
        rf"({_STREET} )(\d{{1,4}}) ?([a-z])(?:\s?[-–]\s?([a-z]))?(?![\w-])",
        _house,
        needs=DIGITS,
    ),
    rule(r"\bD[- ](?=\d{5} [A-ZÄÖÜ])", "", needs="D"),
    rule(
        r"\b(P O Box|[Pp]ostcode|[Pp]ost code|PLZ):? (\d[\d ]*\d)\b",
        _spaced,
        needs=DIGITS,
    ),
)
