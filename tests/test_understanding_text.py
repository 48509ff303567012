"""Normalising, phonetics, spoken numbers and names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voicebot.understanding.normalise import Compounds, fold
from voicebot.understanding.numbers import extract_name, phone_number
from voicebot.understanding.phonetics import cologne
from voicebot.understanding.phrasebook import phrasebook


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Bürgerbüro?", "buergerbuero"),
        ("Wie groß ist Ihr Hund, bitte?", "wie gross ist ihr hund bitte"),
        ("Geht's auch am 3.4.?", "gehts auch am 3 4"),
        ("Café  –  Élysée", "cafe elysee"),
        ("", ""),
        ("…!", ""),
        ("𝞐", "α"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        ("Ja guten Tag, ich wollte mal fragen, was kostet ein Hund?", "was kostet ein hund"),
        ("Äh, also, hallo, Biotonne", "biotonne"),
        ("Guten Tag", "guten tag"),
    ],
)
def test_greetings_and_fillers_are_stripped(text: str, stripped: str) -> None:
    assert phrasebook("de").strip(fold(text)) == stripped


def test_compounds_are_split_into_known_words() -> None:
    compounds = Compounds(["hund", "hunde", "steuer", "anmeldung", "wohnung", "geber"])
    assert compounds.split("hundesteueranmeldung") == ("hunde", "steuer", "anmeldung")
    assert compounds.split("wohnungsgeber") == ("wohnung", "geber")
    assert compounds.split("hund") == ("hund",)
    assert compounds.split("kaninchenzucht") == ("kaninchenzucht",)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        # from Postel's paper and the examples in its wake
        ("wikipedia", "3412"),
        ("breschnew", "17863"),
        ("muellerluedenscheidt", "65752682"),
        ("heinzclassen", "068586"),
        ("xaver", "4837"),
        ("phase", "38"),
        ("", ""),
    ],
)
def test_cologne(word: str, code: str) -> None:
    assert cologne(word) == code


@pytest.mark.parametrize(("heard", "meant"), [("parkausweisz", "parkausweis"), ("maier", "meyer"), ("foto", "photo")])
def test_what_sounds_alike_has_one_code(heard: str, meant: str) -> None:
    assert cologne(heard) == cologne(meant)


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("de", "null zwo acht sechs eins neun drei neun null", "028619390"),
        ("de", "Meine Nummer ist 02861 93 90.", "028619390"),
        ("de", "02861/93-90", "028619390"),
        ("de", "zwei acht drei", "283"),
        ("de", "dreiundzwanzig fünfzehn", "2315"),
        ("de", "drei und zwanzig vierzig", "2340"),
        ("de", "einundzwanzig hundertfünf zweihundertdreizehn", "21105213"),
        ("de", "doppel vier sieben", "447"),
        ("de", "doppelvier acht acht", "4488"),
        ("de", "null eins sieben sechs, dreimal die neun", "0176999"),
        ("de", "plus vier neun zwo acht sechs eins", "+492861"),
        ("de", "+49 2861 939", "+492861939"),
        ("en", "oh two eight double six one", "028661"),
        ("en", "twenty three fifteen", "2315"),
        ("de", "ja bitte", None),
        ("de", "sieben", None),
        ("de", "", None),
        ("de", "eins " * 40, None),
    ],
)
def test_phone_number(language: str, text: str, number: str | None) -> None:
    assert phone_number(text, language) == number


@given(st.text(alphabet="0123456789", min_size=3, max_size=15), st.sampled_from(["de", "en"]))
def test_digits_come_back_one_by_one(digits: str, language: str) -> None:
    words = {digit: word for word, digit in phrasebook(language).digits.items()}
    assert phone_number(" ".join(words[digit] for digit in digits), language) == digits


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("de", "Mein Name ist Anna Schmidt.", "Anna Schmidt"),
        ("de", "Schmidt", "Schmidt"),
        ("de", "ja hier spricht frau meyer-lüders", "Frau Meyer-Lüders"),
        ("de", "Ähm, Müller ist mein Name", "Müller"),
        ("de", "Müller, mit Ü", "Müller"),
        ("de", "Anna von Bülow aus Gemen", "Anna von Bülow"),
        ("de", "ich heiße Yusuf Öztürk und wohne am Markt", "Yusuf Öztürk"),
        ("en", "My name is John Smith", "John Smith"),
        ("en", "It's Peter", "Peter"),
        ("de", "ja guten Tag", None),
        ("de", "", None),
    ],
)
def test_extract_name(language: str, text: str, name: str | None) -> None:
    assert extract_name(text, language) == name
