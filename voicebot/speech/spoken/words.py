"""Numbers in words, from num2words or a table, put right and inflected as the language's table says."""

import logging
import re
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from voicebot.speech.spoken.table import Form, Table, Unit

_log = logging.getLogger(__name__)

LIMIT = 1_000_000_000_000
"""From here on digits are said one by one."""


class Words:
    """The number words of one language."""

    def __init__(self, table: Table) -> None:
        self._numbers = table.numbers
        self._forms = table.forms
        self._replace = _compiled(table.numbers.replace)
        self._form_replace = {name: _compiled(form.replace) for name, form in table.forms.items()}
        self._plural = [(kind, re.compile(pattern)) for kind, pattern in table.plural.items()]
        self._decimal = table.decimal
        self._said = lru_cache(maxsize=2048)(self._say)

    def digits(self, written: str) -> str:
        """Digit by digit."""
        return " ".join(self._numbers.digits[int(digit)] for digit in written)

    def cardinal(self, number: int, forms: Sequence[str] = ()) -> str:
        """A number in words, inflected by `forms`; digit by digit where it has none."""
        return self._said(number, tuple(form for form in forms if form in self._forms))

    def number(self, written: str, forms: Sequence[str] = ()) -> str:
        """A whole number or, with a full stop, a decimal, in figures without other signs."""
        whole, _, part = written.partition(".")
        if not part:
            return self._whole(whole, forms)
        decimal = self._decimal
        if self._is_half(whole, part):
            return f"{self._whole(whole, forms)} {decimal.half}"
        if decimal.whole and (unit := decimal.parts.get(len(part))):
            return f"{self.counted(whole, decimal.whole, forms)} {self.counted(part.lstrip('0') or '0', unit, forms)}"
        leading = len(part) - len(part.lstrip("0"))
        said = self.digits(part)
        if not decimal.digits and leading < len(part) <= 3:
            said = f"{self.digits(part[:leading])} {self.cardinal(int(part))}".strip()
        return f"{self._whole(whole, forms)} {decimal.point} {said}"

    def counted(self, written: str, unit: Unit, cases: Sequence[str] = ()) -> str:
        """A number with what it counts."""
        if not any(case in unit.cases for case in cases) and written in unit.whole:
            return unit.whole[written]
        forms = (*unit.form, *cases)
        whole, _, part = written.partition(".")
        decimal = self._decimal
        if decimal.half_noun != "fraction" and self._is_half(whole, part):
            noun = unit.noun(self.kind(whole), cases)
            if decimal.half_noun == "between":
                return f"{unit.whole.get(whole) or self._whole(whole, forms) + ' ' + noun} {decimal.half}"
            return f"{self.number(written, forms)} {noun}"
        return f"{self.number(written, forms)} {unit.noun(self.kind(written), cases)}".strip()

    def kind(self, written: str) -> str:
        """Which word follows a number: one, two, few, many, other or fraction, as the table tells them apart."""
        if "." in written:
            return "fraction"
        return next((kind for kind, pattern in self._plural if pattern.search(written)), "other")

    def _is_half(self, whole: str, part: str) -> bool:
        """Whether it is a number and a half, and the language has a word for that."""
        return bool(self._decimal.half) and part.rstrip("0") == "5" and whole.strip("0") != ""

    def _whole(self, written: str, forms: Sequence[str]) -> str:
        if len(written) > 1 and written[0] == "0":
            return self.digits(written)
        return self.cardinal(int(written), forms) if len(written) < 13 else self.digits(written)

    def _say(self, number: int, names: tuple[str, ...]) -> str:
        forms = [self._forms[name] for name in names]
        for form in reversed(forms):
            if number in form.exact:
                return form.exact[number]
        said = self._base(number, forms)
        if said is None:
            return self.digits(str(number))
        for name in names:
            for pattern, replacement in self._form_replace[name]:
                said = pattern.sub(replacement, said)
        return said

    def _base(self, number: int, forms: Sequence[Form]) -> str | None:
        numbers = self._numbers
        plain = not any(form.ordinal or form.options for form in forms)
        if plain and number in numbers.exact:
            return numbers.exact[number]
        if number in numbers.words:
            return numbers.words[number]
        if plain and numbers.hundred and 1100 <= number <= 1999:
            hundreds, rest = divmod(number, 100)
            return f"{self._say(hundreds, ())}{numbers.hundred}{self._say(rest, ()) if rest else ''}"
        said = _library(number, numbers.library, forms) if numbers.library and number < LIMIT else None
        if said:
            for pattern, replacement in self._replace:
                said = pattern.sub(replacement, said)
        return said or None


def _library(number: int, language: str, forms: Sequence[Form]) -> str | None:
    from num2words import num2words

    options: dict[str, Any] = {key: value for form in forms for key, value in form.options.items()}
    to = "ordinal" if any(form.ordinal for form in forms) else "cardinal"
    try:
        return str(num2words(number, lang=language, to=to, **options)).strip()
    except Exception as error:  # of whatever kind: a language's module raises IndexError, TypeError and others
        _warn(language, to, type(error).__name__)
        return None


@cache
def _warn(language: str, to: str, error: str) -> None:
    _log.warning("num2words lacks a %s number in %s (%s); it is said digit by digit", to, language, error)


def _compiled(replacements: Sequence[tuple[str, str]]) -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(pattern), replacement) for pattern, replacement in replacements]
