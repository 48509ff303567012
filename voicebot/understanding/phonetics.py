"""Kölner Phonetik: German words by their sound.

Hans Joachim Postel: Die Kölner Phonetik. Ein Verfahren zur Identifizierung von Personennamen auf der
Grundlage der Gestaltanalyse. IBM-Nachrichten 19 (1969), pages 925 to 931.

Words that recognition mangles keep most of their consonants ("Kassonalausweis", "Parkausweiß"), so their
codes stay alike where their spelling does not.
"""

from __future__ import annotations

from functools import lru_cache

_SIMPLE = {
    **dict.fromkeys("aeijouy", "0"),
    "b": "1",
    **dict.fromkeys("fvw", "3"),
    **dict.fromkeys("gkq", "4"),
    "l": "5",
    **dict.fromkeys("mn", "6"),
    "r": "7",
    **dict.fromkeys("sz", "8"),
}


def _letter(previous: str, letter: str, following: str) -> str:
    """The digits of one letter between its neighbours; empty for H and whatever is no letter."""
    if letter == "p":
        return "3" if following == "h" else "1"
    if letter in "dt":
        return "8" if following and following in "csz" else "2"
    if letter == "x":
        return "8" if previous and previous in "ckq" else "48"
    if letter == "c":
        if not previous:
            return "4" if following and following in "ahkloqrux" else "8"
        if previous in "sz":
            return "8"
        return "4" if following and following in "ahkoqux" else "8"
    return _SIMPLE.get(letter, "")


@lru_cache(maxsize=32_768)
def cologne(word: str) -> str:
    """The code of a word or of words written together, folded as by :func:`.normalise.fold`."""
    letters = [letter for letter in word if letter.isalpha()]
    neighbours = zip(["", *letters], letters, [*letters[1:], ""], strict=False)
    digits: list[str] = []
    for digit in "".join(_letter(*three) for three in neighbours):
        if not digits or digits[-1] != digit:
            digits.append(digit)
    return "".join(digits[:1]) + "".join(digit for digit in digits[1:] if digit != "0")
