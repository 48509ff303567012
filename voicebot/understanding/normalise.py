"""Utterances brought into one shape: folded letters, no fillers, compounds opened."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from anyascii import anyascii

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
#: Letters that have no decomposition and are written without their strokes and dots by whoever has no such key.
_BARE = str.maketrans({"ł": "l", "ı": "i", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "\u0640": None})
_APOSTROPHES = re.compile("['’‘ʼ`´]")
_APART = re.compile(r"[\W_]+")
_SHORTEST_PART = 4
#: Linking elements between the parts of a German compound, the empty one first.
_LINKS = ("", "s", "es", "n", "en", "e", "er")


def spell(text: str) -> str:
    """Lower case with ä, ö, ü and ß written out and no other marks on letters; everything else as it was."""
    text = unicodedata.normalize("NFC", text).lower().translate(_GERMAN)
    return text if text.isascii() else _unmarked(unicodedata.normalize("NFD", text)).translate(_BARE)


def fold(text: str) -> str:
    """Lower-case words and digits with single spaces: ``"Bürgerbüro?" → "buergerbuero"``, ``"Żółć" → "zolc"``.

    Letters of other scripts stay: ``"Паспорт, будь ласка" → "паспорт будь ласка"``.
    """
    bare = _APOSTROPHES.sub("", spell(text))
    if not bare.isascii():
        bare = "".join(map(_plain_digit, _unmarked(unicodedata.normalize("NFKD", bare))))
        bare = _APOSTROPHES.sub("", spell(bare))  # what was one sign may be a capital, or several signs, now
    return _APART.sub(" ", bare).strip()


def latin(folded: str) -> str:
    """Folded words in Latin letters, so that "анмельдунг" is like "anmeldung": ``"термін" → "termin"``."""
    if folded.isascii():
        return folded
    return " ".join(filter(None, (_APART.sub("", anyascii(word).lower()) for word in folded.split())))


def script(text: str) -> str:
    """``latin``, ``cyrillic``, ``arabic``, …: the script of the first letter; Latin where there is none."""
    if text.isascii():
        return "latin"
    letter = next(filter(str.isalpha, text), "a")
    return unicodedata.name(letter, "LATIN").split()[0].lower()


def _unmarked(text: str) -> str:
    return "".join(letter for letter in text if not unicodedata.combining(letter))


def _plain_digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char


class Compounds:
    """Splits compounds into words of a vocabulary: ``hundesteuerbescheid → hundesteuer, bescheid``."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._words = frozenset(word for word in vocabulary if len(word) >= _SHORTEST_PART and word.isalpha())
        self._known: dict[str, tuple[str, ...]] = {}

    def split(self, word: str) -> tuple[str, ...]:
        """The parts of a folded word with the fewest parts, or the word alone where it has none."""
        if len(word) < 2 * _SHORTEST_PART or not word.isalpha():
            return (word,)
        if word not in self._known:
            self._known[word] = min(self._splits(word, word), key=_clumsiness, default=(word,))
            if len(self._known) > 20_000:
                self._known.pop(next(iter(self._known)))
        return self._known.get(word, (word,))

    def _splits(self, rest: str, whole: str) -> list[tuple[str, ...]]:
        found: list[tuple[str, ...]] = []
        if rest in self._words and rest != whole:
            found.append((rest,))
        for end in range(_SHORTEST_PART, len(rest) - _SHORTEST_PART + 1):
            head = rest[:end]
            if head not in self._words:
                continue
            for link in _LINKS:
                tail = rest[end + len(link) :]
                if len(tail) >= _SHORTEST_PART and rest.startswith(link, end):
                    found.extend((head, *parts) for parts in self._splits(tail, whole))
        return found


def _clumsiness(parts: tuple[str, ...]) -> tuple[int, int]:
    """Few parts are better, then few letters left to the links between them."""
    return len(parts), -sum(map(len, parts))
