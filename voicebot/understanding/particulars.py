"""What callers say about a message they leave: which part they mean, what is right instead, what is to be reported."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache

from voicebot.understanding.normalise import fold
from voicebot.understanding.numbers import extract_name, phone_number
from voicebot.understanding.spans import Spans
from voicebot.understanding.spelling import spellings
from voicebot.understanding.spoken_tables import spoken_table
from voicebot.understanding.times import preferred_time

_PARTS = ("name", "number", "preferred_time", "matter", "place", "since")
#: Fewer digits within a correction are rather a house's number or an hour.
_FEWEST_DIGITS = 5


@dataclass(frozen=True)
class Correction:
    """A part that is to be changed: ``name``, ``number``, ``preferred_time``, ``matter``, ``place`` or ``since``."""

    part: str
    text: str = ""
    """What was said about it; empty: only that it is wrong."""


@cache
def _any(language: str, table: str, key: str) -> re.Pattern[str]:
    patterns = sorted(spoken_table(language)[table][key], key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)")


def correction(text: str, language: str, parts: Collection[str], today: date) -> Correction | None:
    """The first of ``parts`` that an utterance names or holds, and what is right; None where it does neither.

    ``"nein, die Nummer ist 02861 939" → number``, ``"der Name ist falsch" → name`` without a text.
    """
    folded = fold(text)
    is_only_wrong = bool(_any(language, "messages", "wrong").search(folded))
    found = [
        (match.start(), part)
        for part in _PARTS
        if part in parts and (match := _any(language, "messages", part).search(folded))
    ]
    if found:
        part = min(found)[1]
        says = not is_only_wrong and _says(part, text, language, today)
        return Correction(part, _right(part, text, language) if says else "")
    for part in ("number", "name", "preferred_time"):
        if part in parts and not is_only_wrong and _says(part, text, language, today):
            return Correction(part, _right(part, text, language))
    return None


def _says(part: str, text: str, language: str, today: date) -> bool:
    """Whether an utterance holds something that can be this part."""
    if part == "number":
        return len(phone_number(text, language) or "") >= _FEWEST_DIGITS
    if part == "name":
        introduced = _any(language, "messages", "name").search(fold(text))
        return any(spellings(text, language)) or bool(introduced and extract_name(text, language))
    if part == "preferred_time":
        return any(preferred_time(text, language, today))
    return bool(_right(part, text, language))


def _right(part: str, text: str, language: str) -> str:
    """What is right instead, as it was said: without the "nein" before it, a matter also without "es geht um"."""
    if part in ("name", "number", "preferred_time"):
        return text  # whoever reads these finds them anywhere
    table = spoken_table(language)["messages"]
    skipped = {*table["denials"], *(table["before"] if part == "matter" else ())}
    skipped |= {word for words in table[part] for word in words.split()} if part == "matter" else set()
    spans = Spans(text)
    for word in re.finditer(r"\S+", spans.folded):
        if word[0] not in skipped:
            return spans.said(word.start(), len(spans.folded))
    return ""


def is_no_answer(text: str, language: str) -> bool:
    """Whether an utterance says nothing but that it does not matter, or is not known."""
    rest = _any(language, "messages", "whenever").sub(" ", fold(text))
    around = spoken_table(language)["messages"]["around"]
    return all(word in around for word in rest.split())


def announces_report(text: str, language: str) -> bool:
    """Whether something is said to be broken, missing or a nuisance, or is to be reported."""
    folded = fold(text)
    if _any(language, "reports", "unless").search(folded):
        return False
    return bool(_any(language, "reports", "words").search(folded))


def accepts_report(text: str, language: str) -> bool:
    """Whether what was offered to be taken down shall be: "ja, nehmen Sie das auf"."""
    return bool(_any(language, "reports", "accept").search(fold(text)))
