"""What callers take back: "nein, ich meinte den Reisepass", "nicht der Personalausweis, der Reisepass"."""

from __future__ import annotations

from voicebot.understanding.phrasebook import phrasebook
from voicebot.understanding.spans import Spans


def corrected(text: str, language: str) -> tuple[str, str]:
    """What is wanted instead, and what is turned down; the text itself and nothing where nothing is taken back.

    ``"nicht der Personalausweis, der Reisepass" → ("der Reisepass", "der Personalausweis")``
    """
    spans = Spans(text)
    for pattern in phrasebook(language).corrections:
        if found := pattern.fullmatch(spans.folded):
            rejected = spans.said(*found.span("rejected")) if "rejected" in pattern.groupindex else ""
            return spans.said(*found.span("wanted")), rejected
    return text, ""
