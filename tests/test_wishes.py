"""Several wishes in one breath, and those that are only one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.understanding.wishes import split

WORDS = ["und", "was", "kostet", "das", "außerdem", "ein", "Reisepass", "ach", "ja", ".", "?", "wann", "offen", "ich"]


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        (
            "Was kostet ein Reisepass und außerdem, wann haben Sie offen?",
            ["Was kostet ein Reisepass", "wann haben Sie offen?"],
        ),
        (
            "Was brauche ich für den Personalausweis und was kostet das?",
            ["Was brauche ich für den Personalausweis", "was kostet das?"],
        ),
        (
            "Ich möchte einen Reisepass beantragen und ich wollte auch noch fragen, wann der Wertstoffhof auf hat.",
            ["Ich möchte einen Reisepass beantragen", "wann der Wertstoffhof auf hat"],
        ),
        (
            "Ich möchte wissen, was ein Ausweis kostet, und dann noch wie ich meinen Wohnsitz ummelde",
            ["Ich möchte wissen, was ein Ausweis kostet", "wie ich meinen Wohnsitz ummelde"],
        ),
        (
            "Was kostet der Hund? Ach ja, und wo ist der Wertstoffhof?",
            ["Was kostet der Hund?", "wo ist der Wertstoffhof?"],
        ),
        (
            "Was kostet die Hundesteuer? Wann kommt der Sperrmüll?",
            ["Was kostet die Hundesteuer?", "Wann kommt der Sperrmüll?"],
        ),
        ("Was kostet das und wie lange dauert das?", ["Was kostet das", "wie lange dauert das?"]),
        (
            "Ich brauche einen Personalausweis und einen Reisepass.",
            ["Ich brauche einen Personalausweis", "Ich brauche einen Reisepass"],
        ),
        (
            "Ich brauche Auskunft zum Wohngeld sowie zum Elterngeld",
            ["Ich brauche Auskunft zum Wohngeld", "zum Elterngeld"],
        ),
    ],
)
def test_several(text: str, wishes: list[str]) -> None:
    assert split(text, "de") == wishes


@pytest.mark.parametrize(
    "text",
    [
        "Was kostet ein Reisepass?",
        "Ich bin umgezogen. Was muss ich tun?",
        "Am 22. Mai ziehe ich um. Wann muss ich mich ummelden?",
        "Guten Tag. Mein Name ist Müller. Ich brauche eine Geburtsurkunde.",
        "Ich will meinen Hund an- und abmelden",
        "Was kosten Personalausweis und Reisepass?",
        "Wo und wann hat das Bürgerbüro offen?",
        "Wie und wo kann ich mich anmelden?",
        "Ich brauche einen Reisepass für mich und meine Frau",
        "Ich habe meinen Ausweis verloren und ich brauche einen neuen",
        "Ich bin umgezogen und muss mich ummelden",
        "Ja. Und danke.",
        "",
    ],
)
def test_one(text: str) -> None:
    assert split(text, "de") == [text]


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ("What does a passport cost and also when are you open?", ["What does a passport cost", "when are you open?"]),
        ("I need a passport and an identity card", ["I need a passport", "I need an identity card"]),
        ("I moved. What do I have to do?", ["I moved. What do I have to do?"]),
        ("I need a passport for me and my wife", ["I need a passport for me and my wife"]),
    ],
)
def test_in_english(text: str, wishes: list[str]) -> None:
    assert split(text, "en") == wishes


@settings(deadline=None)
@given(st.text(max_size=100), st.sampled_from(["de", "en"]))
def test_there_is_always_one(text: str, language: str) -> None:
    parts = split(text, language)
    assert parts
    assert len(parts) == 1 or all(part.strip() for part in parts)


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS)))
def test_words_are_kept_in_their_order(words: list[str]) -> None:
    text = " ".join(words)
    place = 0
    for part in split(text, "de"):
        found = text.find(part, place)
        assert found >= 0
        place = found + len(part)
