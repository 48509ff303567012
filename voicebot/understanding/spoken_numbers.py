"""Numbers in words and numerals, mixed as recognition writes them: "dreiundzwanzig", "25 tausend", "zwo".

Everything works on folded words (see normalise.py). Nothing here raises on any text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from voicebot.understanding.normalise import fold
from voicebot.understanding.phrasebook import phrasebook
from voicebot.understanding.spoken_tables import spoken_table

#: The largest cardinal that is read.
LIMIT = 999_999
_TWO_NUMERALS = re.compile(r"\d \d")
_NUMERAL_ORDINAL = re.compile(r"(\d{1,6})(?:\.|st|nd|rd|th|s?te[rnsm]?)")


@dataclass(frozen=True)
class _Words:
    below_hundred: Mapping[str, int]
    tens: frozenset[str]
    hundreds: Mapping[str, int]
    """Words for whole hundreds: "сто", "двести"."""
    digits: Mapping[str, str]
    one: frozenset[str]
    """Words that are articles when alone: "ein", "a"."""
    joint: str
    """What joins units to tens ("und"); empty where the tens come first."""
    hundred: str
    thousand: str
    link: str
    """What may stand after hundreds and thousands: "hundert-und-eins"."""
    point: str
    separator: re.Pattern[str]
    """Between the thousands of a written number."""
    decimal: re.Pattern[str]
    fractions: Mapping[str, float]
    endings: tuple[str, ...]
    suffixes: tuple[tuple[str, str], ...]
    irregular: Mapping[str, str]


@cache
def _words(language: str) -> _Words:
    book, table = phrasebook(language), spoken_table(language)["numbers"]
    digits = {word: digit for word, digit in book.digits.items() if digit.isdigit()}
    units = {word: int(digit) for word, digit in digits.items()} | dict.fromkeys(table["one"], 1)
    tens = {**book.tens, **table["also"]}
    joined = {
        f"{unit}{book.joint}{ten}" if book.joint else ten + unit: tens[ten] + units[unit]
        for ten in tens
        for unit in units
        if tens[ten] in range(20, 100) and units[unit]
    }
    ordinals = table["ordinals"]
    return _Words(
        below_hundred={**units, **tens, **joined},
        tens=frozenset(word for word, value in tens.items() if value >= 20),
        hundreds={book.hundred: 100}
        | {word: value for word, value in tens.items() if value >= 100 and not value % 100},
        digits=digits,
        one=frozenset(table["one"]),
        joint=book.joint,
        hundred=book.hundred,
        thousand=table["thousand"],
        link=table["and"],
        point=table["point"],
        separator=re.compile(rf"(?<=\d){re.escape(table['grouping'])}(?=\d{{3}}(?!\d))"),
        decimal=re.compile(rf"(?<=\d){re.escape(table['decimal'])}(?=\d)"),
        fractions=table["fractions"],
        endings=tuple(sorted(ordinals["endings"], key=len, reverse=True)),
        suffixes=tuple((suffix, instead) for suffix, instead in ordinals["suffixes"]),
        irregular=ordinals["irregular"],
    )


def cardinal(text: str, language: str) -> int | None:
    """The number that the whole text says, from 0 to :data:`LIMIT`: ``"zwei tausend und fünf" → 2005``."""
    words = _words(language)
    folded = fold(words.separator.sub("", text))
    return None if _TWO_NUMERALS.search(folded) else _number(folded.replace(" ", ""), words)


def ordinal(text: str, language: str) -> int | None:
    """The place that the whole text says: ``"einundzwanzigster" → 21``, ``"3." → 3``, ``"twelfth" → 12``."""
    if written := _NUMERAL_ORDINAL.fullmatch(text.strip().lower()):
        return int(written[1])
    return _place(fold(text).replace(" ", ""), _words(language))


def quantity(text: str, language: str) -> float | None:
    """A number that need not be whole: ``"anderthalb" → 1.5``, ``"zwei Komma fünf" → 2.5``, ``"two and a half"``."""
    words = _words(language)
    text = words.decimal.sub(f" {words.point} ", words.separator.sub("", text))
    whole, point, decimals = fold(text).partition(f" {words.point} ")
    if point:
        return _decimal(cardinal(whole, language), digit_groups(decimals.split(), language))
    joined = fold(text).replace(" ", "")
    if joined in words.fractions:
        return words.fractions[joined]
    for fraction, value in words.fractions.items():
        head = joined.removesuffix(fraction)
        if head != joined and value < 1 and (number := _number(head.removesuffix(words.link), words)):
            return number + value
    number = cardinal(text, language)
    return None if number is None else float(number)


def _decimal(whole: int | None, decimals: Sequence[str]) -> float | None:
    return float(f"{whole}.{''.join(decimals)}") if whole is not None and decimals else None


def digit_groups(words: Sequence[str], language: str) -> list[str]:
    """The digits of folded words, a string for each number said: ``"28 einundsechzig null" → 28, 61, 0``."""
    groups, place = [], 0
    while place < len(words):
        group, used = read_digits(words, place, language)
        if group:
            groups.append(group)
        place += used
    return groups


def read_digits(folded: Sequence[str], place: int, language: str, longest: int = 4) -> tuple[str, int]:
    """The digits said at a place among folded words, empty for none, and how many words that took.

    Numerals keep their zeros. Words are joined only as far as one breath goes, "drei und zwanzig" or "zwei
    hundert", as telephone numbers are said in short groups.
    """
    words = _words(language)
    word = folded[place]
    if word.isdigit():
        return word, 1
    for used in range(longest, 1, -1):
        said, after = folded[place : place + used], folded[place + used : place + used + 1]
        if len(said) < used or _goes_on(said, after, words):
            continue
        if (joined := _joined(said, words)) is not None:
            return str(joined), used
    number = None if word in words.one else _number(word, words)
    return ("" if number is None else str(number)), 1


def _goes_on(said: Sequence[str], after: Sequence[str], words: _Words) -> bool:
    """Whether it goes on digit by digit: "eight hundred five five five" is not 805."""
    is_digit = said[-1] in words.digits and (said[-2] not in words.tens or said[-2] in words.hundreds)
    return is_digit and bool(after) and after[0] in words.digits


def _joined(said: Sequence[str], words: _Words) -> int | None:
    """What several words say together, or None where they are several numbers."""
    if len(said) == 2 and said[1] in (words.hundred, words.thousand):
        return _number("".join(said), words) if said[0] in words.below_hundred else None
    if words.joint:
        head, joint, tail = said[0], said[1] if len(said) == 3 else words.joint, said[-1].removeprefix(words.joint)
        is_one = len(said) == 3 or (len(said) == 2 and tail != said[-1])  # Arabic writes "and" and the tens as one
        fits = is_one and joint == words.joint and head in words.digits and tail in words.tens
        return _number(f"{head}{joint}{tail}", words) if fits else None
    if len(said) == 2 and (is_teen := words.below_hundred.get("".join(said))) is not None:
        return is_teen
    return _in_hundreds(said, words)


def _in_hundreds(said: Sequence[str], words: _Words) -> int | None:
    """ "Dokuz yüz otuz dokuz", "девятьсот тридцать девять": a hundred in one word or two, and what is below it."""
    value, rest = words.hundreds.get(said[0]), said[1:]
    if value is None and said[1] == words.hundred and said[0] in words.digits:
        value, rest = 100 * int(words.digits[said[0]]), said[2:]
    if not value:
        return None
    if len(rest) == 2:
        fits = rest[0] in words.tens and rest[1] in words.digits and rest[0] not in words.hundreds
        return value + words.below_hundred[rest[0]] + words.below_hundred[rest[1]] if fits else None
    if len(rest) == 1 and rest[0] not in words.hundreds and rest[0] not in words.one:
        below = words.below_hundred.get(rest[0], 0)
        return value + below if below else None
    return None


def with_numerals(text: str, language: str) -> str:
    """A folded text with numerals for its numbers, ordinals with a stop: ``"am 3. um halb 9"``.

    "Zwischen acht und zwanzig" stays two numbers: units and tens are joined only within a word.
    """
    words, folded = _words(language), text.split()
    taken, place = [], 0
    while place < len(folded):
        number, used = _ordinal_at(folded, place, words)
        written = f"{number}." if number else ""
        if not written:
            written, used = read_digits(folded, place, language, longest=2)
        taken.append(written or folded[place])
        place += used
    return " ".join(taken)


def _ordinal_at(folded: Sequence[str], place: int, words: _Words) -> tuple[int | None, int]:
    """The ordinal at a place, "dritten" or "twenty first", and how many words it takes."""
    if folded[place] in words.tens and not words.joint:
        number = _place("".join(folded[place : place + 2]), words) if place + 1 < len(folded) else None
        if number:
            return number, 2
    return _place(folded[place], words), 1


def _number(word: str, words: _Words) -> int | None:
    """The value of a number written as one word."""
    if word.isdigit():
        return int(word) if len(word) <= len(str(LIMIT)) else None
    head, thousand, tail = word.partition(words.thousand)
    if not thousand:
        return _below_thousand(word, words)
    count = _below_thousand(head, words) if head else 1
    rest = _below_thousand(tail.removeprefix(words.link), words) if tail else 0
    if not count or rest is None or count > 999 or rest > 999:
        return None
    return 1000 * count + rest


def _below_thousand(word: str, words: _Words) -> int | None:
    """Up to 999, and hundreds beyond it as years are said: "neunzehnhundertachtzig"."""
    if word.isdigit():
        return int(word) if len(word) <= 3 else None
    if word in words.below_hundred:
        return words.below_hundred[word]
    head, hundred, tail = word.partition(words.hundred)
    if not hundred:
        return None
    count = words.below_hundred.get(head, 0) if head else 1
    rest = words.below_hundred.get(tail.removeprefix(words.link), 0) if tail else 0
    is_whole = bool(count % 10) and (bool(rest) or not tail)
    return 100 * count + rest if is_whole else None


def _place(word: str, words: _Words) -> int | None:
    """The value of an ordinal written as one word."""
    for ending in words.endings:
        stem = word.removesuffix(ending)
        if ending and stem == word:
            continue
        for irregular, regular in words.irregular.items():
            if stem.endswith(irregular):
                return _number(stem.removesuffix(irregular) + regular, words)
        for suffix, instead in words.suffixes:
            cardinal_word = stem.removesuffix(suffix) + instead
            if stem.endswith(suffix) and cardinal_word not in words.one and (number := _number(cardinal_word, words)):
                return number
    return None
