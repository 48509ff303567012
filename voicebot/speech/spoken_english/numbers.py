"""Cardinals, decimals and ranges in English."""

import re

from voicebot.speech.numerals import LIMIT, english, english_digits
from voicebot.speech.spoken_rules import DIGITS, Rule, rule

WHOLE = r"(?:\d{1,3}(?:,\d{3})+|\d+)"
NUMBER = rf"{WHOLE}(?:\.\d+)?"
_POSTAL_CODE = 5
_LONGEST = 9
"""Digits without commas that are still a number and no code."""


def whole(written: str) -> int:
    """1,200 is 1200."""
    return int(written.replace(",", ""))


def cardinal(written: str) -> str:
    """A number in words; digit by digit what is too long for it, and what begins with a nought."""
    digits = written.replace(",", "")
    if int(digits) >= LIMIT or (len(digits) > 1 and digits[0] == "0"):
        return english_digits(digits)
    return english(int(digits))


def number(written: str) -> str:
    """A cardinal, "1,200", or a decimal, "3.5"."""
    before, _, after = written.partition(".")
    return f"{cardinal(before)} point {english_digits(after)}" if after else cardinal(before)


def counted(written: str, one: str, more: str) -> str:
    """A number with what it counts."""
    return f"{number(written)} {one if written == '1' else more}"


def _bounds(match: re.Match[str]) -> str:
    """A range goes up; what does not is two numbers, as in a telephone number."""
    first, last = match[1], match[2]
    goes_up = whole(first.partition(".")[0]) <= whole(last.partition(".")[0])
    if goes_up and not re.match(r"0\d", last):
        return f"{first} to {last}"
    return ", ".join(english_digits(re.sub(r"\D", "", each)) for each in (first, last))


def _outline(match: re.Match[str]) -> str:
    return " point ".join(cardinal(part) for part in match[0].split("."))


def _decimal_comma(match: re.Match[str]) -> str:
    """As it is written in Germany: "3,5"."""
    return number(f"{match[1]}.{match[2]}")


def _plain(match: re.Match[str]) -> str:
    digits = match[0].replace(",", "")
    if digits != match[0] or (len(digits) == _POSTAL_CODE and digits.endswith("000")):
        return cardinal(digits)
    return english_digits(digits) if len(digits) == _POSTAL_CODE or len(digits) > _LONGEST else cardinal(digits)


RANGES: tuple[Rule, ...] = (
    rule(r"(?:(?<=\s)|(?<=^)|(?<=\())-(?=\d)(?<!\d -)", "minus ", needs="-"),
    rule(rf"(?<![\w.,/])({NUMBER})\s?[-–]\s?({NUMBER})(?![\d/-]|,-|,–)", _bounds, needs="-–"),
)
"""Before what is counted, which stands only behind the last number."""

RULES: tuple[Rule, ...] = (
    rule(r"(?<=[^\W\d_])-(?=\d)", " ", needs="-"),
    rule(r"(?<=\d)\+(?!\s?\d)", " plus", needs="+"),
    rule(r"(?<![\w/])24/7(?![\w/])", "twenty-four seven", needs="/"),
    rule(r"(?<=\d)\s?/\s?(?=\d)", " slash ", needs="/"),
    rule(r"(?<=\d)\s?:\s?(?=\d)", " to ", needs=":"),
    rule(r"(?<![\w,.])\d+\.\d+(?:\.\d+)+", _outline, needs="."),
    rule(rf"(?<![\w.,]){WHOLE}\.\d+(?!\w)", lambda match: number(match[0]), needs="."),
    rule(r"(?<![\d,.])\d{1,2}(?:,\d{1,2}){2,}(?![\d,])", lambda match: match[0].replace(",", ", "), needs=","),
    rule(r"(?<![\w.,])(\d+),(\d{1,2})(?![\d,])", _decimal_comma, needs=","),
    rule(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])", " ", needs=DIGITS),
    rule(rf"(?<![.,]){WHOLE}(?!\d)", _plain, needs=DIGITS),
    rule(r"\d+", lambda match: english_digits(match[0]), needs=DIGITS),
)
"""Whatever has been left."""
