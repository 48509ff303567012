"""Which side of a service a question is about: its fee, its papers, its hours."""

from __future__ import annotations

from voicebot.understanding.normalise import fold
from voicebot.understanding.phrasebook import phrasebook


def find_aspect(text: str, language: str) -> str | None:
    """One of :data:`voicebot.catalogue.city.ASPECTS`, or None where the question does not say."""
    folded = fold(text)
    aspects = phrasebook(language).aspects
    return next((aspect for aspect, rule in aspects.items() if rule.matches(folded)), None)
