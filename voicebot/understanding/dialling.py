"""Telephone numbers as a network dials them: whether there can be such a number, and how it is written.

Google's libphonenumber knows the numbering plans; that a number can exist does not say that somebody has it.
"""

from __future__ import annotations

import re
from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, ValidationResult

REGION = "DE"
"""Where numbers without a country code belong (ISO 3166)."""
_DIALLED_FROM_ANYWHERE = ("0", "+")
_DIALLED = re.compile(r"\+?\d{3,20}")


class Problem(StrEnum):
    """Why a number cannot be rung."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNKNOWN = "unknown"
    """No network has numbers that begin like this."""


_PROBLEMS = {
    ValidationResult.TOO_SHORT: Problem.TOO_SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: Problem.TOO_SHORT,
    ValidationResult.TOO_LONG: Problem.TOO_LONG,
}


def with_area_code(number: str, area_code: str) -> str:
    """A number as it is dialled from anywhere: ``"939123", "02861" → "02861939123"``; as it is without an area code."""
    return number if number.startswith(_DIALLED_FROM_ANYWHERE) else area_code + number


def problem(number: str) -> Problem | None:
    """What is wrong with a dialled number. Nothing can be said of a local one, so it is none of these."""
    if not number.startswith(_DIALLED_FROM_ANYWHERE):
        return None
    parsed = _parsed(number)
    if parsed is None:
        return Problem.UNKNOWN
    reason = phonenumbers.is_possible_number_with_reason(parsed)
    if reason == ValidationResult.IS_POSSIBLE:
        if phonenumbers.is_valid_number(parsed):
            return None
        # An area code with hardly anything behind it is possible by its length alone.
        return Problem.TOO_SHORT if _grows_valid(number) else Problem.UNKNOWN
    return _PROBLEMS.get(reason, Problem.UNKNOWN)


def is_callable(caller: str) -> bool:
    """Whether what SIP gave as the caller can be rung from outside: no name, no extension, nothing hidden."""
    return bool(_DIALLED.fullmatch(caller)) and caller.startswith(_DIALLED_FROM_ANYWHERE) and problem(caller) is None


def written(number: str) -> str:
    """A number in the groups in which it is read: ``"02861939123" → "02861 939123"``; as it is where it is none."""
    parsed = _parsed(number) if number.startswith(_DIALLED_FROM_ANYWHERE) and problem(number) is None else None
    if parsed is None:
        return number
    at_home = parsed.country_code == phonenumbers.country_code_for_region(REGION)
    return phonenumbers.format_number(
        parsed, PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    )


def _parsed(number: str) -> PhoneNumber | None:
    try:
        return phonenumbers.parse(number, REGION)
    except NumberParseException:
        return None


def _grows_valid(number: str) -> bool:
    """Whether more digits would make it a number."""
    longer = (_parsed(number + "1" * more) for more in range(1, 8))
    return any(parsed is not None and phonenumbers.is_valid_number(parsed) for parsed in longer)
