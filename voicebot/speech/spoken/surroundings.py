"""The words beside a number, which decide its form."""

import re
from collections.abc import Iterable, Sequence

from voicebot.speech.spoken.table import Place

_NEAR = 48
"""Characters beside a number that are looked at."""
NEVER = r"(?!)"


def words_pattern(words: Iterable[str]) -> str:
    """A pattern for any of some words, in capitals or not at their beginning; "…" is any ending or beginning."""
    parts = []
    for word in sorted(words, key=len, reverse=True):
        if word[0] == "…":
            parts.append(r"\w*" + re.escape(word[1:]).replace(r"\ ", r"\s+"))
            continue
        first, rest = word[0], re.escape(word[1:]).replace("…", r"\w*").replace(r"\ ", r"\s+")
        both = {first.lower(), first.upper()}
        parts.append(("[" + "".join(sorted(both)) + "]" if len(both) > 1 else re.escape(first)) + rest)
    return "(?:" + "|".join(parts) + ")" if parts else NEVER


class Surroundings:
    """Finds the forms that a number takes where it stands."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._places = [
            (
                re.compile(rf"(?<!\w){words_pattern(place.after)}\s+$") if place.after else None,
                re.compile(rf"\s*{words_pattern(place.before)}(?!\w)") if place.before else None,
                tuple(place.form),
            )
            for place in places
        ]

    def forms(self, match: re.Match[str]) -> tuple[str, ...]:
        """Names of forms, in the order of the table, for the number that was matched."""
        return self.forms_at(match.string, match.start(), match.end())

    def forms_at(self, text: str, start: int, end: int) -> tuple[str, ...]:
        """Names of forms for the number at this place."""
        found: list[str] = []
        for after, before, forms in self._places:
            if (after is None or after.search(text, max(0, start - _NEAR), start)) and (
                before is None or before.match(text, end)
            ):
                found += forms
        return tuple(found)
