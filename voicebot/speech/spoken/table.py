"""What a language's table says: the TOML file `<code>.toml` of this folder, read and checked.

The keys are explained in docs/spoken.md.
"""

import re
import tomllib
from collections.abc import Callable, Sequence
from importlib.resources import files
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

_CODE = re.compile(r"[a-z]{2,3}")


def _pattern(written: str) -> str:
    """Checks what becomes part of a larger pattern, whose groups are counted."""
    try:
        groups = re.compile(f"(?:{written})").groups
    except re.error as error:
        raise ValueError(f"{written!r} is no pattern: {error}") from None
    if groups:
        raise ValueError(f"{written!r} must not have groups other than (?:…)")
    return written


def _list(written: object) -> object:
    return [written] if isinstance(written, str) else written


def _other_only(written: object) -> object:
    return {"other": written} if isinstance(written, str) else written


def _replacement(pair: tuple[str, str]) -> tuple[str, str]:
    try:
        pattern = re.compile(pair[0])
    except re.error as error:
        raise ValueError(f"{pair[0]!r} is no pattern: {error}") from None
    try:
        pattern.sub(pair[1], "")
    except (re.error, IndexError) as error:
        raise ValueError(f"{pair[1]!r} cannot take the place of {pair[0]!r}: {error}") from None
    return pair


def _template(*names: str) -> Callable[[str], str]:
    """A check of a text with these names in braces, or with a pair of braces for each of two values."""

    def check(written: str) -> str:
        try:
            written.format(*([""] * (2 - len(names))), **dict.fromkeys(names, ""))
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            allowed = ", ".join(f"{{{name}}}" for name in names) or "{} and {}"
            raise ValueError(f"{written!r} does not go together ({error}); {allowed} can be used") from None
        return written

    return check


Word = Annotated[str, Field(min_length=1)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Replacements = list[Annotated[tuple[str, str], AfterValidator(_replacement)]]
Names = Annotated[list[str], BeforeValidator(_list)]
"""One name, or several."""
ClockText = Annotated[str, AfterValidator(_template("hour", "hours", "minute", "minutes", "next", "part"))]
DateText = Annotated[str, AfterValidator(_template("day", "month", "year"))]
SumText = Annotated[str, AfterValidator(_template("euros", "cents"))]
PairText = Annotated[str, AfterValidator(_template())]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Form(_Part):
    """How a number is inflected, or made an ordinal."""

    ordinal: bool = False
    options: dict[str, str | bool] = {}
    replace: Replacements = []
    exact: dict[int, str] = {}


class Place(_Part):
    """Words beside a number that decide its form."""

    form: Names
    figures: Pattern = ""
    after: list[Word] = []
    before: list[Word] = []

    @model_validator(mode="after")
    def _somewhere(self) -> Self:
        if not self.after and not self.before:
            raise ValueError("needs `after` or `before`")
        return self


class Numbers(_Part):
    library: str = ""
    digits: list[str] = Field(min_length=10, max_length=10)
    words: dict[int, str] = {}
    replace: Replacements = []
    exact: dict[int, str] = {}
    hundred: str = ""
    minus: str = ""
    apostrophe: bool = False

    @property
    def joining(self) -> str:
        """A pattern for the apostrophe before an ending, which is one word with the number that is read."""
        return r"(?:'(?=[^\W\d_]))?" if self.apostrophe else ""


class _Noun(_Part):
    other: str
    one: str | None = None
    two: str | None = None
    few: str | None = None
    many: str | None = None
    fraction: str | None = None

    def after(self, kind: str) -> str:
        """The word behind a number of this kind."""
        said: str | None = getattr(self, kind, None)
        return self.other if said is None else said


class Unit(_Noun):
    """What is counted: its word for each kind of number, and the form it asks of the number."""

    also: list[Word] = []
    form: Names = []
    whole: dict[str, str] = {}
    cases: dict[str, Annotated[_Noun, BeforeValidator(_other_only)]] = {}

    def noun(self, kind: str, cases: Sequence[str]) -> str:
        """The word behind a number of this kind, in the first of `cases` it is given in."""
        for case in cases:
            if case in self.cases:
                return self.cases[case].after(kind)
        return self.after(kind)


UnitOrWord = Annotated[Unit, BeforeValidator(_other_only)]
"""One word alone is said after any number."""


class Decimal(_Part):
    point: str = ""
    digits: bool = True
    half: str = ""
    half_noun: Literal["fraction", "whole", "between"] = "fraction"
    whole: UnitOrWord | None = None
    parts: dict[int, UnitOrWord] = {}


class Clock(_Part):
    """Times in one case; what is missing is as in the case without a name."""

    form: Names = []
    minute_form: Names = []
    hours: dict[int, str] = {}
    full: ClockText | None = None
    minutes: ClockText | None = None
    below_ten: PairText | None = None
    by_minute: dict[int, ClockText] = {}
    parts: dict[int, str] = {}
    exact: dict[str, str] = {}


class Time(Clock):
    words: list[Word] = []
    introduced: list[Word] = []
    hour: UnitOrWord | None = None
    minute: UnitOrWord | None = None
    cases: dict[str, Clock] = {}


class Date(_Part):
    months: list[Word] = Field(min_length=12, max_length=12)
    also: list[Annotated[list[Word], Field(min_length=12, max_length=12)]] = []
    days: dict[int, str] = {}
    day_form: Names = []
    cases: dict[str, str] = {}
    day_ending: Pattern = ""
    year_form: Names = []
    year_words: list[Word] = []
    short: DateText = "{day} {month}"
    full: DateText = "{day} {month} {year}"


class Money(_Part):
    names: list[Word] = []
    euro: UnitOrWord
    cent: UnitOrWord
    both: SumText = "{euros} {cents}"
    cent_said: bool = True


class Ranges(_Part):
    numbers: PairText
    few: PairText = ""
    times: PairText = ""
    dates: PairText = ""
    start: list[Word] = []
    after_start: PairText = ""


class Telephone(_Part):
    plus: str
    words: list[Word] = []
    alternatives: list[Word] = []
    short: dict[str, str] = {}
    not_after: list[Word] = []
    not_before: list[Word] = []


class Web(_Part):
    signs: dict[str, str]
    domains: dict[str, str] = {}

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if missing := sorted({"@", "."} - {*self.signs}):
            raise ValueError(f"signs must have a word for {' and '.join(missing)}")
        return self


class Table(_Part):
    """All that a language's file says."""

    numbers: Numbers
    plural: dict[str, Pattern] = {}
    forms: dict[str, Form] = {}
    where: list[Place] = []
    ordinals: list[tuple[Pattern, str]] = []
    decimal: Decimal
    time: Time
    date: Date
    money: Money
    units: dict[Word, UnitOrWord]
    ranges: Ranges
    telephone: Telephone
    web: Web
    abbreviations: dict[Word, str] = {}
    before: Replacements = []
    after: Replacements = []

    @model_validator(mode="after")
    def _known(self) -> Self:
        """Forms that are referred to must be there, except in `where`, which may name a case of the times only."""
        used = [
            *self.date.day_form,
            *self.date.year_form,
            *self.date.cases.values(),
            *self.time.form,
            *self.time.minute_form,
        ]
        used += [form for _, form in self.ordinals]
        used += [form for case in self.time.cases.values() for form in (*case.form, *case.minute_form)]
        used += [form for unit in (*self.units.values(), self.money.euro, self.money.cent) for form in unit.form]
        if unknown := sorted({*used} - {*self.forms}):
            raise ValueError(f"no such form: {', '.join(unknown)}")
        cases = {*self.forms, *self.time.cases, *self.date.cases}
        if unknown := sorted({form for place in self.where for form in place.form} - cases):
            raise ValueError(f"no such form: {', '.join(unknown)}")
        if unknown := sorted({*self.plural} - {"one", "two", "few", "many"}):
            raise ValueError(f"no such kind of number: {', '.join(unknown)}")
        return self


def languages() -> frozenset[str]:
    """ISO 639 codes of the languages with a table."""
    names = [file.name for file in files(__package__).iterdir()]
    stems = [name.removesuffix(".toml") for name in names if name.endswith(".toml")]
    return frozenset(stem for stem in stems if _CODE.fullmatch(stem))


def load(code: str) -> Table:
    """The table of one of the `languages`. Raises ValueError with one line that names file and key."""
    name = f"{code}.toml"
    return read(files(__package__).joinpath(name).read_bytes(), name)


def read(content: bytes, name: str) -> Table:
    """A table from a file's content. Raises ValueError with one line that names the file and the key."""
    try:
        raw: dict[str, Any] = tomllib.loads(content.decode("utf-8"))
        return Table.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"{name}: {where + ': ' if where else ''}{first['msg']}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{name}: {error}") from None
