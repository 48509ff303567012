"""Emergencies: the caller is sent to 112 or 110 at once, in whatever language it is said."""

from __future__ import annotations

from voicebot.understanding.normalise import fold
from voicebot.understanding.phrasebook import LANGUAGES, phrasebook


def emergency_number(text: str) -> str | None:
    """``112`` or ``110`` where somebody is in danger now, else None.

    Every language is tried whatever the call's own is: a frightened caller falls back into theirs, and
    the recogniser may be wrong about it.
    """
    folded = fold(text)
    for language in LANGUAGES:
        book = phrasebook(language)
        if book.past.matches(folded):
            continue
        is_harmless = book.harmless.matches(folded)
        for kind in book.emergencies:
            if (kind.is_certain or not is_harmless) and kind.rule.matches(folded):
                return kind.number
    return None
