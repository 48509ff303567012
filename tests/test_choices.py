"""One of a few choices, by number, place or word, and what takes something back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.understanding.choices import choose, none_of_them, numbered
from voicebot.understanding.corrections import corrected

RESIDENCE = ["Wohnsitz anmelden nach Zuzug", "Wohnsitz ummelden in der Stadt", "Wohnsitz abmelden ins Ausland"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        *((text, 0) for text in ["eins", "1.", "die Eins bitte", "das erste", "ersteres", "Anmeldung", "an melden"]),
        *((text, 1) for text in ["zwo", "Nummer zwei", "die zweite", "das mittlere", "ummelden", "umelden bitte"]),
        *((text, 2) for text in ["drei", "ich nehme das letzte", "drittens", "ich will mich abmelden", "ins Ausland"]),
        ("nicht das erste, sondern das zweite", 1),
        *(
            (text, None)
            for text in ["ja", "Wohnsitz", "vier", "null", "ich habe zwei Kinder", "anmelden oder ummelden"]
        ),
        *((text, None) for text in ["", "?!", "keins davon", "Wetter"]),
    ],
)
def test_which_is_meant(text: str, place: int | None) -> None:
    assert choose(text, RESIDENCE, "de") == place


@pytest.mark.parametrize(
    ("text", "options", "language", "place"),
    [
        ("ja genau", ["Ja", "Nein"], "de", 0),
        ("nee", ["Ja", "Nein"], "de", 1),
        ("über achtzehn", ["unter achtzehn", "über achtzehn"], "de", 1),
        ("den Reisepaß", ["Personalausweis", "Reisepass"], "de", 1),
        ("the second one", ["register", "move"], "en", 1),
        ("the last", ["register", "move", "leave"], "en", 2),
        ("das letzte", ["register", "move"], "en", 1),
    ],
)
def test_other_choices(text: str, options: list[str], language: str, place: int | None) -> None:
    assert choose(text, options, language) == place


@pytest.mark.parametrize(
    "text", ["keins davon", "Nein, keins davon.", "nichts von beidem", "weder noch", "was anderes"]
)
def test_none_of_them(text: str) -> None:
    assert none_of_them(text, "de")
    assert numbered(text, 3, "de") is None


def test_in_english_too() -> None:
    assert none_of_them("none of these", "en")
    assert not none_of_them("the first one", "en")


@settings(deadline=None)
@given(st.text(max_size=60), st.lists(st.text(max_size=20), max_size=4), st.sampled_from(["de", "en"]))
def test_a_place_is_one_of_the_options(text: str, options: list[str], language: str) -> None:
    place = choose(text, options, language)
    assert place is None or 0 <= place < len(options)


@pytest.mark.parametrize(
    ("language", "text", "wanted", "rejected"),
    [
        ("de", "Nein, ich meinte den Reisepass", "den Reisepass", ""),
        ("de", "Nein, ich meinte, was kostet der Reisepass?", "was kostet der Reisepass?", ""),
        ("de", "Nicht der Personalausweis, der Reisepass", "der Reisepass", "der Personalausweis"),
        ("de", "nicht Personalausweis sondern Reisepass", "Reisepass", "Personalausweis"),
        ("de", "Nee, den Führerschein", "den Führerschein", ""),
        ("de", "Nein, nicht ummelden, anmelden", "anmelden", "ummelden"),
        ("de", "Der Reisepass, nicht der Personalausweis", "Der Reisepass", "der Personalausweis"),
        ("en", "No, I meant the passport", "the passport", ""),
        ("en", "not the identity card, the passport", "the passport", "the identity card"),
    ],
)
def test_corrections(language: str, text: str, wanted: str, rejected: str) -> None:
    assert corrected(text, language) == (wanted, rejected)


@pytest.mark.parametrize(
    "text",
    [
        "Nein danke",
        "Nein, das hilft mir nicht",
        "nein das meine ich nicht",
        "Was kostet ein Reisepass?",
        "Nein",
        "",
        "…",
    ],
)
def test_what_takes_nothing_back(text: str) -> None:
    assert corrected(text, "de") == (text, "")


@settings(deadline=None)
@given(st.text(max_size=80), st.sampled_from(["de", "en"]))
def test_corrections_never_lose_what_is_wanted(text: str, language: str) -> None:
    wanted, rejected = corrected(text, language)
    assert wanted in text
    assert rejected in text
    assert bool(wanted.strip()) == bool(text.strip())
