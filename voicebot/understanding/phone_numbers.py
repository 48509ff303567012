"""Telephone numbers as people say them: digit by digit, in pairs, with labels, slips and their corrections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from voicebot.understanding.normalise import fold
from voicebot.understanding.phrasebook import phrasebook
from voicebot.understanding.spoken_numbers import read_digits
from voicebot.understanding.spoken_tables import spoken_table

#: Fewer digits are no telephone number. ITU-T E.164 allows 15; the international prefix and an extension come on top.
_FEWEST, _MOST = 3, 20
#: A complete number has at least so many: what follows it is another.
_COMPLETE = 6
#: "Dreimal die neun" has so many words between, and nobody repeats longer groups.
_FILLERS, _LONGEST_REPEATED = 1, 2
#: Country codes after which "(0)" is said, though it is not dialled (ITU-T E.123, 7.2).
_WITHOUT_ZERO = ("+49", "+43", "+41", "+31", "+44")

_CORRECTION, _REJECTION, _RESTART = "=correction", "=rejection", "=restart"
_PREFIX, _NUMBER, _EXTENSION = "=0", "=1", "=2"
_SECTIONS = (_PREFIX, _NUMBER, _EXTENSION)


@dataclass
class _Section:
    """The digits after one label, in the groups in which they were said."""

    label: str
    replaces: bool = False
    """It came after "nein": it stands for the earlier one with the same label."""
    runs: list[list[str]] = field(default_factory=lambda: [[]])
    """A run for the beginning and for each correction."""

    def digits(self) -> str:
        said = ""
        for run in self.runs:
            said = _corrected(said, run)
        return said


@cache
def _marks(language: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    """Expressions of a folded text and the mark each stands for, in the order in which they are replaced."""
    table = spoken_table(language)["phone"]
    marks = {
        "restarts": _RESTART,
        "corrections": _CORRECTION,
        "rejections": _REJECTION,
        "prefixes": _PREFIX,
        "extensions": _EXTENSION,
        "numbers": _NUMBER,
    }
    return tuple((_any(table[name]), f" {mark} ") for name, mark in marks.items())


@cache
def _units(language: str) -> re.Pattern[str]:
    return re.compile("|".join(spoken_table(language)["phone"]["units"]))


@cache
def _homophones(language: str) -> Mapping[str, str]:
    table: Mapping[str, str] = spoken_table(language)["phone"]["homophones"]
    return table


def _any(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w=])(?:{'|'.join(patterns)})(?!\w)")


def phone_number(text: str, language: str) -> str | None:
    """The digits of a spoken telephone number in dialling order, ``+`` before a country code; None without one.

    ``"null zwo acht sechs eins, neun drei neun null" → "028619390"``, ``"dreiundzwanzig fünfzehn" → "2315"``,
    ``"… sieben, nein, sechs" → "…6"``, ``"939, Vorwahl 02861" → "02861939"``.
    """
    line = fold(text.replace("+", " plus "))
    for pattern, mark in _marks(language):
        line = pattern.sub(mark, line)
    number = _ordered(_sections(_after_restart(line.split(), language), language))
    number = number[max(number.rfind("+"), 0) :]
    for code in _WITHOUT_ZERO:
        if number.startswith(f"{code}0"):
            number = code + number.removeprefix(f"{code}0")
    return number if _FEWEST <= len(number.lstrip("+")) <= _MOST else None


def _after_restart(words: list[str], language: str) -> list[str]:
    """What was said after the last "noch mal von vorne" that a number follows."""
    for place in range(len(words) - 1, -1, -1):
        if words[place] == _RESTART:
            rest = [word for word in words[place:] if word != _RESTART]
            if len(_ordered(_sections(rest, language))) >= _FEWEST:
                return rest
    return [word for word in words if word != _RESTART]


def _sections(words: Sequence[str], language: str) -> list[_Section]:
    sections, after_correction = [_Section(_NUMBER)], False
    for word in _spoken(words, language):
        if word in _SECTIONS:
            sections.append(_Section(word, replaces=after_correction))
        elif word == _CORRECTION:
            sections[-1].runs.append([])
        else:
            sections[-1].runs[-1].append(word)
        after_correction = word == _CORRECTION
    return sections


def _spoken(words: Sequence[str], language: str) -> Iterator[str]:
    """The marks and the groups of digits among folded words."""
    homophones, units = _homophones(language), _units(language)
    place, was_digits = 0, False
    while place < len(words):
        word = words[place]
        digits, used = _group(words, place, language)
        if not digits and was_digits and word in homophones and place + 1 < len(words):
            digits = homophones[word] if _group(words, place + 1, language)[0] else ""
        place += used
        was_digits = bool(digits) and not (place < len(words) and units.fullmatch(words[place]))
        if was_digits:
            yield digits
        elif word == _REJECTION:
            # Only what comes at once: "ich bin nicht da, aber unter 02861 939" means its number.
            skipped, used = _group(words, place, language) if place < len(words) else ("", 0)
            place += used if skipped else 0
        elif word.startswith("="):
            yield word


def _group(words: Sequence[str], place: int, language: str) -> tuple[str, int]:
    """The digits at a place, repeated where that is said, and how many words that took."""
    times = phrasebook(language).repeats.get(words[place])
    if not times:
        return _once(words, place, language)
    for gap in range(1, min(_FILLERS + 2, len(words) - place)):
        digits, used = _once(words, place + gap, language)
        if 0 < len(digits) <= _LONGEST_REPEATED:
            return digits * times, gap + used
    return "", 1


def _once(words: Sequence[str], place: int, language: str) -> tuple[str, int]:
    """The digits at a place, ``plus`` and ``doppelvier`` in one word among them, and how many words that took."""
    book, word = phrasebook(language), words[place]
    if book.digits.get(word) == "+":
        return "+", 1
    for repeat, times in book.repeats.items():
        digit = book.digits.get(word.removeprefix(repeat), "") if word.startswith(repeat) else ""
        if digit:
            return digit * times, 1
    return read_digits(words, place, language)


def _corrected(said: str, run: Sequence[str]) -> str:
    """The digits so far with a correction put in the place of their end.

    After "56, nein, 57" the longest end that differs in its last digit only is replaced; otherwise as many
    digits as the first group of the correction has: "0287, nein, 6 1" goes on after the 6.
    """
    fresh = "".join(run)
    if not said or not fresh or (len(fresh) >= _COMPLETE - 1 and fresh[0] in "0+"):
        return fresh or said
    for length in range(min(len(said), len(fresh)), 1, -1):
        if said[-length:-1] == fresh[: length - 1] and said[-1] != fresh[length - 1]:
            return said[:-length] + fresh
    return said[: -len(run[0])] + fresh


def _ordered(sections: Iterable[_Section]) -> str:
    """The digits as they are dialled: area code, number, extension; of several whole numbers the first."""
    parts: list[tuple[str, str]] = []
    for section in sections:
        digits = section.digits()
        if not digits:
            continue
        if section.replaces:
            parts = [part for part in parts if part[0] != section.label]
        if section.label == _NUMBER and digits[0] in "0+" and _is_complete(parts):
            break
        parts.append((section.label, digits))
    # "02861, das ist die Vorwahl, 939": a label after its digits moves nothing.
    if any(label == _PREFIX and digits[0] not in "0+" for label, digits in parts):
        parts = [(label if label == _EXTENSION else _NUMBER, digits) for label, digits in parts]
    return "".join(digits for _, digits in sorted(parts, key=lambda part: part[0]))


def _is_complete(parts: Sequence[tuple[str, str]]) -> bool:
    return any(digits[0] in "0+" and len(digits) >= _COMPLETE for _, digits in parts)
