"""Which language an utterance is heard in, when the recognizer is in doubt."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from voicebot.calllanguage import CallLanguage
from voicebot.speech.client import Transcription
from voicebot.speech.listening import listen

LANGUAGES = ("de", "en")


class Ears:
    """Hears each language's text with its score; detects the first as given."""

    def __init__(self, texts: dict[str, tuple[str, float]], english: float, *, stock: bool = False) -> None:
        self.texts, self.shares, self.stock = texts, {"de": 1 - english, "en": english}, stock
        self.asked: list[str | None] = []

    async def transcribe(
        self, pcm: bytes, *, language: str | None, languages: Sequence[str], **_: object
    ) -> Transcription:
        self.asked.append(language)
        heard = language or max(self.shares, key=lambda code: self.shares[code])
        text, score = self.texts[heard]
        if self.stock:
            return Transcription(text, heard)
        return Transcription(text, heard, self.shares[heard], self.shares, [(text, score)])


ENGLISH = {"en": ("How much is a passport?", -0.25), "de": ("Haumatsch ist der Passport", -1.0)}
MUMBLED = {"en": ("We may the each mind develop an.", -0.9), "de": ("Wie melde ich mein Gewerbe an?", -0.4)}
GERMAN = CallLanguage("de")


@pytest.mark.parametrize(
    ("texts", "english", "expected", "decodes"),
    [
        # As usual: one decode.
        ({"de": ("Was kostet ein Reisepass?", -0.3)}, 0.02, "de", 1),
        # A short German question taken for English.
        (MUMBLED, 0.6, "de", 2),
        ({"en": ("Yeah.", -0.5), "de": ("Ja.", -0.4)}, 0.6, "de", 2),
        # Really English.
        (ENGLISH, 0.95, "en", 2),
        # Nothing was said.
        ({"en": ("", -0.9)}, 0.7, "de", 1),
    ],
)
async def test_the_better_fit_wins(
    texts: dict[str, tuple[str, float]], english: float, expected: str, decodes: int
) -> None:
    ears = Ears(texts, english)
    found = await listen(ears, b"", 3.5, GERMAN, LANGUAGES)
    assert (found.spoken, found.call.current) == (expected, expected)
    assert len(ears.asked) == decodes
    if found.transcription.text:
        assert found.transcription.text == texts[expected][0]


async def test_one_short_utterance_is_understood_and_changes_nothing() -> None:
    found = await listen(Ears(ENGLISH, 0.95), b"", 1.5, GERMAN, LANGUAGES)
    assert (found.transcription.text, found.spoken) == ("How much is a passport?", "en")
    assert found.call == CallLanguage("de", leaning="en", leaning_s=1.5)
    second = await listen(Ears(ENGLISH, 0.95), b"", 1.5, found.call, LANGUAGES)
    assert second.call == CallLanguage("en", before="de")


async def test_two_short_utterances_apart_change_nothing_either() -> None:
    found = await listen(Ears(ENGLISH, 0.95), b"", 1.5, GERMAN, LANGUAGES)
    between = await listen(Ears({"de": ("Ja, bitte.", -0.2)}, 0.1), b"", 0.8, found.call, LANGUAGES)
    assert between.call == GERMAN
    assert (await listen(Ears(ENGLISH, 0.95), b"", 1.5, between.call, LANGUAGES)).call.current == "de"


async def test_a_wrong_change_is_taken_back_by_the_next_utterance_however_short() -> None:
    wrong = (await listen(Ears(ENGLISH, 0.95), b"", 3.0, GERMAN, LANGUAGES)).call
    assert wrong == CallLanguage("en", before="de")
    german = Ears({"de": ("Nein.", -0.2), "en": ("Nine.", -1.2)}, 0.05)
    assert (await listen(german, b"", 0.5, wrong, LANGUAGES)).call == CallLanguage("de")


async def test_a_change_that_was_confirmed_is_not_taken_back_by_a_word() -> None:
    english = (await listen(Ears(ENGLISH, 0.95), b"", 3.0, GERMAN, LANGUAGES)).call
    confirmed = (await listen(Ears(ENGLISH, 0.95), b"", 1.0, english, LANGUAGES)).call
    german = Ears({"de": ("Nein.", -0.2), "en": ("Nine.", -1.2)}, 0.05)
    assert (await listen(german, b"", 0.5, confirmed, LANGUAGES)).call.current == "en"


async def test_who_asked_for_a_language_keeps_it_for_longer() -> None:
    doubtful = {"en": ("How much is a passport?", -0.5), "de": ("Haumatsch ist der Passport", -0.7)}
    assert (await listen(Ears(doubtful, 0.7), b"", 4.0, GERMAN, LANGUAGES)).call.current == "en"
    asked = CallLanguage("de", is_asked_for=True)
    assert (await listen(Ears(doubtful, 0.7), b"", 4.0, asked, LANGUAGES)).call == asked


async def test_a_stock_server_is_judged_by_its_text() -> None:
    ears = Ears({"en": ("How much is a new passport for my daughter?", 0), "de": ("?", 0)}, 0.9, stock=True)
    found = await listen(ears, b"", 3.5, GERMAN, LANGUAGES)
    assert (found.transcription.text, found.call.current) == ("How much is a new passport for my daughter?", "en")
