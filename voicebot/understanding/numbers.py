"""Telephone numbers and names as people say them, for callbacks. Best effort: the bot reads them back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voicebot.understanding.normalise import fold
from voicebot.understanding.phrasebook import Phrasebook, phrasebook

#: Fewer digits are no telephone number, more are none either (ITU-T E.164 allows 15).
_FEWEST, _MOST = 3, 20
_LONGEST_NAME = 4
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def phone_number(text: str, language: str) -> str | None:
    """The digits of a spoken telephone number in order, ``+`` before a country code; None without one.

    ``"null zwo acht sechs eins, neun drei neun null" → "028619390"``, ``"dreiundzwanzig fünfzehn" → "2315"``.
    """
    book = phrasebook(language)
    spoken = "".join(_digits(fold(text.replace("+", " plus ")).split(), book))
    number = spoken[spoken.rfind("+") :] if "+" in spoken else spoken
    return number if _FEWEST <= len(number.lstrip("+")) <= _MOST else None


def _digits(words: list[str], book: Phrasebook) -> Iterator[str]:
    place, times = 0, 1
    while place < len(words):
        if repeat := book.repeats.get(words[place]):
            times, place = repeat, place + 1
            continue
        value, used = _value(words[place:], book)
        if value:
            yield value * times
            times = 1
        place += used


def _value(words: list[str], book: Phrasebook) -> tuple[str, int]:
    """The digits that the next words say, and how many words that took."""
    word, *rest = words
    digit = book.digits.get(word)
    if digit and len(rest) > 1 and rest[0] == book.joint and book.tens.get(rest[1], 0) >= 20:
        return str(book.tens[rest[1]] + int(digit)), 3
    if word in book.tens:
        unit = book.digits.get(rest[0], "0") if rest and not book.joint else "0"
        if book.tens[word] >= 20 and unit not in "0+":
            return str(book.tens[word] + int(unit)), 2
        return str(book.tens[word]), 1
    if word.isdigit():
        return word, 1
    return digit or _compound(word, book), 1


def _compound(word: str, book: Phrasebook) -> str:
    """``dreiundzwanzig → 23``, ``hundertfuenf → 105``, ``doppelvier → 44``; empty for any other word."""
    for repeat, times in book.repeats.items():
        if digit := book.digits.get(word.removeprefix(repeat)):
            return digit * times
    if not book.joint:
        return ""
    hundreds, hundred, below = word.rpartition(book.hundred)
    if hundred and (value := _below_hundred(below, book)) is not None:
        count = _unit(hundreds, book) if hundreds else 1
        return str(100 * count + value) if count else ""
    return str(_below_hundred(word, book) or "") if word else ""


def _below_hundred(word: str, book: Phrasebook) -> int | None:
    if not word:
        return 0
    if word in book.tens:
        return book.tens[word]
    unit, joint, ten = word.partition(book.joint)
    if joint and ten in book.tens:
        digit = _unit(unit, book)
        return book.tens[ten] + digit if digit else None
    return _unit(word, book) or None


def _unit(word: str, book: Phrasebook) -> int:
    """The value of ``drei`` or ``ein``, 0 for any other word."""
    digit = book.digits.get(word) or book.digits.get(word + "s", "0")
    return int(digit) if digit.isdigit() else 0


def extract_name(text: str, language: str) -> str | None:
    """The name in "mein Name ist Anna Schmidt", "hier spricht Frau Meyer", "Schmidt"; None without one."""
    book = phrasebook(language)
    words = _WORD.findall(text)
    folded = [fold(word).replace(" ", "") for word in words]
    name = _name(words, folded, _after_introduction(folded, book), book)
    return name or _name(words, folded, 0, book)


def _after_introduction(folded: list[str], book: Phrasebook) -> int:
    line = " ".join(folded) + " "
    ends = [found.end() for found in book.names.finditer(line)]
    return line[: ends[-1]].count(" ") if ends else 0


def _name(words: list[str], folded: list[str], start: int, book: Phrasebook) -> str | None:
    """The run of words that can be a name, from the first such word at or after ``start``."""
    taken: list[str] = []
    for place in range(start, len(words)):
        word = folded[place]
        between = taken and word in book.nobility and place + 1 < len(words)
        if word in book.titles or between or not (word in book.not_names or word in book.stopwords):
            if not word.isdigit():
                taken.append(words[place] if between else _capital(words[place]))
        elif taken:
            break
    while taken and fold(taken[-1]) in book.titles:
        taken.pop()
    return " ".join(taken[:_LONGEST_NAME]) or None


def _capital(word: str) -> str:
    return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
