"""Which language an utterance is heard in, when the recognizer is in doubt."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from voicebot.speech.client import Transcription
from voicebot.speech.listening import listen

LANGUAGES = ("de", "en")


class Ears:
    """Hears each language's text with its score; detects the first as given."""

    def __init__(self, texts: dict[str, tuple[str, float]], english: float, *, stock: bool = False) -> None:
        self.texts, self.shares, self.stock = texts, {"de": 1 - english, "en": english}, stock
        self.asked: list[str | None] = []

    async def transcribe(self, pcm: bytes, *, language: str | None, languages: Sequence[str]) -> Transcription:
        self.asked.append(language)
        heard = language or max(self.shares, key=lambda code: self.shares[code])
        text, score = self.texts[heard]
        if self.stock:
            return Transcription(text, heard)
        return Transcription(text, heard, self.shares[heard], self.shares, [(text, score)])


@pytest.mark.parametrize(
    ("texts", "english", "expected", "decodes"),
    [
        # As usual: one decode.
        ({"de": ("Was kostet ein Reisepass?", -0.3)}, 0.02, "de", 1),
        # A short German question taken for English.
        (
            {"en": ("We may the each mind develop an.", -0.9), "de": ("Wie melde ich mein Gewerbe an?", -0.4)},
            0.6,
            "de",
            2,
        ),
        ({"en": ("Yeah.", -0.5), "de": ("Ja.", -0.4)}, 0.6, "de", 2),
        # Really English.
        ({"en": ("How much is a passport?", -0.25), "de": ("Haumatsch ist der Passport", -1.0)}, 0.95, "en", 2),
        # Nothing was said.
        ({"en": ("", -0.9)}, 0.7, "de", 1),
    ],
)
async def test_the_better_fit_wins(
    texts: dict[str, tuple[str, float]], english: float, expected: str, decodes: int
) -> None:
    ears = Ears(texts, english)
    heard, language = await listen(ears, b"", 1.5, "de", LANGUAGES)
    assert language == expected
    assert len(ears.asked) == decodes
    if heard.text:
        assert heard.text == texts[expected][0]


async def test_a_stock_server_is_judged_by_its_text() -> None:
    ears = Ears({"en": ("How much is a new passport for my daughter?", 0), "de": ("?", 0)}, 0.9, stock=True)
    heard, language = await listen(ears, b"", 3.5, "de", LANGUAGES)
    assert (heard.text, language) == ("How much is a new passport for my daughter?", "en")
