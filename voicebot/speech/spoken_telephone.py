"""Telephone numbers, in whatever way they are written, digit by digit in groups that can be written down."""

import re
from collections.abc import Callable

from voicebot.speech.spoken_rules import DIGITS, Rule, rule

_TAIL = r"((?:\s*(?:,|und|and|oder|or|/)\s*[-–]\s?\d{1,4}(?!\d))*)"
"""Other extensions of the same number: "02861/939-0 oder -222"."""
_NUMBER = r"(?:\+\d\d ?|\(?0)(?: ?\d| ?[/()–.-] ?(?=[\d(])){5,}(?!\w|[.,:]\d)"
_NO_DATE = r"(?!\d\d?[-./]\d\d?[-./]\d{2,4}(?!\d)|0\d?[.:]\d\d\s*[-–]|0\d/(?:19|20)\d\d(?!\d))"
_EXTENSION = re.compile(r"\s*(\w*)[,/]?\s*[-–]\s?(\d+)")
_SEPARATOR = re.compile(r"\s*(?:[/()–.-]|,|\b(?:und|and|oder|or)\b)\s*")
_PREFIX = re.compile(r"0(?:1[5-7]\d|800|180|900|700|137)")
"""Mobile networks and service numbers, which are no part of the number behind them."""
_LONGEST_GROUP = 5


def telephone_rules(
    digits: Callable[[str], str], *, plus: str, short: str, clear: Callable[[str], str], introduced: str
) -> tuple[Rule, ...]:
    """Rules for numbers with their area code, those `introduced` by a word, and the `short` public ones.

    :param digits: the words for some digits; `plus` is the one for the sign before a country code
    :param short: pattern of numbers that are known, such as 112, and of nothing else in their surroundings; their
        digits are said in the words of `clear`
    :param introduced: pattern of what makes the digits behind it a telephone number
    """

    def number(match: re.Match[str]) -> str:
        written, start = match[1].strip(), []
        if written[0] == "+":
            start = [f"{plus} {digits(written[1:3])}"]
            written = written[3:].replace("(0)", " ").strip()
        elif written.startswith("0049"):
            start = [digits("0049")]
            written = written[4:].replace("(0)", " ").strip()
        more = _EXTENSION.sub(extension, match[2])
        return ", ".join([*start, *(digits(group) for group in _groups(written))]) + more

    def extension(match: re.Match[str]) -> str:
        return f"{' ' + match[1] if match[1] else ','} {digits(match[2])}"

    return (
        rule(rf"(?<![\w.,/]){_NO_DATE}({_NUMBER}){_TAIL}", number, needs=DIGITS),
        rule(
            rf"\b({introduced}[:\s]\s*[-–]?\s?)(\d(?:[ /–-]{{0,3}}\d)+)(?!\s*(?:Uhr|h\b|[ap]\.? ?m\b)|[:.,]?\d|\s?€)",
            lambda match: match[1].rstrip(" -–") + " " + ", ".join(digits(group) for group in _groups(match[2])),
            needs=DIGITS,
        ),
        rule(short, lambda match: clear(re.sub(r"\D", "", match[0])), needs=DIGITS),
    )


def _groups(written: str) -> list[str]:
    """Digits as they are grouped in writing; longer ones than can be kept in mind are parted."""
    found = []
    separated = [part for part in _SEPARATOR.split(written) if part]
    for part in separated:
        pieces = part.split()
        if len(separated) > 1 and any(len(piece) < 3 for piece in pieces):
            pieces = ["".join(pieces)]
        for piece in pieces:
            found += _parted(re.sub(r"\D", "", piece))
    return [group for group in found if group]


def _parted(digits: str) -> list[str]:
    if len(digits) <= _LONGEST_GROUP:
        return [digits]
    if prefix := _PREFIX.match(digits):
        return [prefix[0], *_parted(digits[prefix.end() :])]
    if len(digits) % 3 == 0:
        return [digits[at : at + 3] for at in range(0, len(digits), 3)]
    first = 3 if len(digits) % 2 else 2
    return [digits[:first], *(digits[at : at + 2] for at in range(first, len(digits), 2))]
