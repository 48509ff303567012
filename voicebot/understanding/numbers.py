"""What a callback needs: a number and a name, as people say them. Best effort: the bot reads them back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from rapidfuzz import fuzz

from voicebot.understanding.normalise import fold
from voicebot.understanding.phone_numbers import phone_number
from voicebot.understanding.phrasebook import Phrasebook, phrasebook
from voicebot.understanding.spelling import Spelled, apply_hint, spellings
from voicebot.understanding.spoken_tables import spoken_table

__all__ = ["extract_name", "phone_number"]

_LONGEST_NAME = 4
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
#: A word heard is the one that is spelled from this likeness on, of 100.
_ALIKE = 50


def extract_name(text: str, language: str) -> str | None:
    """The name in "mein Name ist Anna Schmidt", "hier spricht Frau Meyer", "Schmidt"; None without one.

    What is spelled wins over what was heard: ``"Anna Meier, M E Y E R" → "Anna Meyer"``, and ``"Meier mit A
    Ypsilon" → "Mayer"``.
    """
    text = unicodedata.normalize("NFC", text)
    found = list(spellings(text, language))
    if not found:
        return _heard_name(text, language)
    name = _heard_name(_around_spellings(text, found, language), language) or ""
    for each in found:
        name = _respelled(name, each, _is_surname(text[: each.start], language), language)
    return name or None


def _around_spellings(text: str, found: Sequence[Spelled], language: str) -> str:
    """A text without its spellings and what is said about them."""
    rest, place = "", 0
    for each in found:
        rest, place = f"{rest}{text[place : each.start]}, ", each.end
    return _around(language).sub(" ", rest + text[place:])


@cache
def _around(language: str) -> re.Pattern[str]:
    said = sorted(spoken_table(language)["spelling"]["around"], key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(said)})(?!\w)", re.IGNORECASE)


def _is_surname(before: str, language: str) -> bool:
    """Whether a spelling was announced as the surname."""
    said = fold(before)
    return any(said.endswith(fold(each)) for each in spoken_table(language)["spelling"]["surname"])


def _respelled(name: str, found: Spelled, is_surname: bool, language: str) -> str:
    """A name as heard with the spelling of the word of it that sounds most like it, else of the last one."""
    book, words = phrasebook(language), name.split()
    likeness = [-1.0 if fold(word) in book.titles else fuzz.ratio(fold(word), fold(found.name)) for word in words]
    if found.is_hint:
        return " ".join([*words[:-1], apply_hint(words[-1], found, language)]) if words else ""
    if not words or (is_surname and max(likeness) < _ALIKE):
        return " ".join([*words, found.name])
    place = likeness.index(max(likeness)) if max(likeness) >= _ALIKE else len(words) - 1
    return " ".join([*words[:place], found.name, *words[place + 1 :]])


def _heard_name(text: str, language: str) -> str | None:
    book = phrasebook(language)
    words = _WORD.findall(text)
    folded = [fold(word).replace(" ", "") for word in words]
    surnames = frozenset(spoken_table(language)["spelling"]["surnames"])
    # What is empty is in no list of words that are no names.
    folded = ["" if _is_name(words, place) and word in surnames else word for place, word in enumerate(folded)]
    name = _name(words, folded, _after_introduction(folded, book), book)
    return name or _name(words, folded, 0, book)


def _is_name(words: Sequence[str], place: int) -> bool:
    """Whether a word can be a name though it is a common word too: capitals within a sentence, or alone."""
    return words[place][0].isupper() and (place > 0 or len(words) == 1)


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
    if len(taken) > 2 and taken[0] == taken[-1]:  # "Müller, Andreas Müller"
        taken = taken[1:]
    return " ".join(taken[:_LONGEST_NAME]) or None


def _capital(word: str) -> str:
    return "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
