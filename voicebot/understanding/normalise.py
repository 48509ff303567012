"""Utterances brought into one shape: folded letters, no fillers, compounds opened."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_NOT_WORD = re.compile(r"[^0-9a-z]+")
_SHORTEST_PART = 4
#: Linking elements between the parts of a German compound, the empty one first.
_LINKS = ("", "s", "es", "n", "en", "e", "er")


def spell(text: str) -> str:
    """Lower case with ä, ö, ü and ß written out; everything else as it was."""
    return unicodedata.normalize("NFC", text).lower().translate(_GERMAN)


def fold(text: str) -> str:
    """Lower-case ASCII words and digits with single spaces: ``"Bürgerbüro?" → "buergerbuero"``."""
    plain = unicodedata.normalize("NFKD", spell(text))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _NOT_WORD.sub(" ", bare.replace("'", "").replace("’", "")).strip()


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
