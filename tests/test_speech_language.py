"""When the language changes, and when it does not."""

import pytest

from voicebot.speech.language import decide_language, text_shares

DE_EN = ("de", "en")


@pytest.mark.parametrize(
    ("text", "probabilities", "spoken_s", "current", "expected"),
    [
        # A whole sentence in the other language changes it, either way.
        ("How much is a new passport, please?", {"en": 0.98, "de": 0.01}, 3.0, "de", "en"),
        ("Was kostet ein neuer Reisepass?", {"de": 0.97, "en": 0.01}, 3.0, "en", "de"),
        # The same language stays.
        ("Was kostet ein neuer Reisepass?", {"de": 0.97, "en": 0.01}, 3.0, "de", "de"),
        # A short utterance that Whisper is unsure of does not.
        ("Yeah, bitter", {"en": 0.5, "de": 0.4}, 0.8, "de", "de"),
        ("Okay.", {"en": 0.9, "de": 0.05}, 0.6, "de", "de"),
        ("Ja.", {"en": 0.6, "de": 0.3}, 0.4, "de", "de"),
        ("No.", {"en": 0.9, "de": 0.05}, 0.5, "de", "de"),
        # Unless its text is clearly the other one.
        ("English please", {"en": 0.8, "de": 0.1}, 1.0, "de", "en"),
        ("Do you speak English?", {"en": 0.9, "de": 0.05}, 1.4, "de", "en"),
        ("Nein danke", {"de": 0.8, "en": 0.1}, 1.0, "en", "de"),
        # And Whisper does not hear the current one.
        ("English please", {"en": 0.1, "de": 0.85}, 1.0, "de", "de"),
        # Long, but the two disagree.
        ("Passport.", {"en": 0.6, "de": 0.4}, 3.0, "de", "de"),
        # A stock server gives no probabilities.
        ("I would like to speak to the registry office", {}, 3.0, "de", "en"),
        ("Ich möchte mit dem Standesamt sprechen", {}, 3.0, "de", "de"),
        # At the beginning there is no language yet.
        ("Good morning, I lost my passport.", {"en": 0.98}, 3.0, None, "en"),
        ("Guten Tag", {"de": 0.6, "en": 0.2}, 0.8, None, "de"),
        ("", {}, 0.0, None, "de"),
        # A language that is not allowed is not taken.
        ("Bonjour, je voudrais un passeport", {"fr": 0.97, "de": 0.02, "en": 0.001}, 3.0, "de", "de"),
        ("Guten Tag zusammen", {"de": 0.9}, 3.0, "fr", "de"),
    ],
)
def test_decision(
    text: str, probabilities: dict[str, float], spoken_s: float, current: str | None, expected: str
) -> None:
    assert decide_language(text, probabilities, spoken_s, current, DE_EN) == expected


def test_one_language_is_always_it() -> None:
    assert decide_language("How are you today?", {"en": 0.99}, 5.0, "de", ["de"]) == "de"
    with pytest.raises(ValueError, match="no language"):
        decide_language("", {}, 0.0, None, [])


def test_three_languages() -> None:
    assert decide_language("Je voudrais un nouveau passeport", {"fr": 0.9}, 3.0, "de", ["de", "en", "fr"]) == "fr"


def test_an_empty_text_says_nothing() -> None:
    assert text_shares("", DE_EN) == pytest.approx({"de": 0.5, "en": 0.5})
