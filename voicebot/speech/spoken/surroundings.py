"""The words beside a number, which decide its form."""

import re
from collections.abc import Callable, Collection, Sequence

from voicebot.speech.spoken.table import Place, Ranges

_NEAR = 48
"""Characters beside a number that are looked at."""
_ANOTHER = r"(?:\s*(?:[-–,]|[^\W\d_]{1,4})\s*\d+(?!\w))?"
"""A second number before what is counted: "1-2 minutes", "1 or 2 minutes"."""
NEVER = r"(?!)"


def words_pattern(words: Collection[str]) -> str:
    """A pattern for any of some words, in capitals or not at their beginning.

    "…" is any beginning or ending of a word, and, standing alone between words, whatever one word or number.
    """
    return "(?:" + "|".join(map(_word, sorted(words, key=len, reverse=True))) + ")" if words else NEVER


def _word(written: str) -> str:
    escaped = re.escape(written).replace(r"\ …\ ", r"\s+\S+\s+").replace("…", r"\w*").replace(r"\ ", r"\s+")
    first = written[0]
    if first.lower() == first.upper():
        return escaped
    return f"[{first.lower()}{first.upper()}]{escaped[1:]}"


class Surroundings:
    """Finds the forms that a number takes where it stands."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = [
            (
                re.compile(place.figures),
                re.compile(rf"(?<!\w){words_pattern(place.after)}\s+$") if place.after else None,
                re.compile(rf"{_ANOTHER}\s*{words_pattern(place.before)}(?!\w)") if place.before else None,
                tuple(place.form),
            )
            for place in places
        ]

    def forms(self, match: re.Match[str]) -> tuple[str, ...]:
        """Names of forms, in the order of the table, for a number that was matched; its figures are the first group."""
        text, start, end = match.string, match.start(), match.end()
        found: list[str] = []
        for figures, after, before, forms in self._places:
            if (
                figures.search(match[1])
                and (after is None or after.search(text, max(0, start - _NEAR), start))
                and (before is None or before.match(text, end))
            ):
                found += forms
        return tuple(found)


def joiner(ranges: Ranges) -> Callable[[re.Match[str], str, str, str], str]:
    """How the two numbers of a range are joined by a template, or where the range has begun already."""
    begun = re.compile(rf"(?<!\w){words_pattern(ranges.start)}\s+$")

    def joined(match: re.Match[str], template: str, first: str, last: str) -> str:
        if ranges.after_start and begun.search(match.string, max(0, match.start() - _NEAR), match.start()):
            template = ranges.after_start
        return (template or ranges.numbers).format(first, last)

    return joined
