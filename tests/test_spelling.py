"""Names spelled with letters and alphabets."""

# ruff: noqa: SIM905 - a row of words reads better than a column

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.understanding.numbers import extract_name
from voicebot.understanding.spelling import spelled
from voicebot.understanding.spoken_tables import spoken_table


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("de", "M wie Martha, E, Y, E, R", "Meyer"),
        ("de", "Em wie Martha, E wie Emil, Ypsilon, E, Er wie Richard", "Meyer"),
        ("de", "Emil Ida Nordpol", "Ein"),
        ("de", "Düsseldorf Aachen Chemnitz Köln Essen Leipzig", "Dackel"),
        ("de", "Mike Echo Yankee Echo Romeo", "Meyer"),
        ("de", "W E B E R", "Weber"),
        ("de", "M-E-Y-E-R", "Meyer"),
        ("de", "M. E. Y. E. R.", "Meyer"),
        ("de", "Em Eh Ypsilon Eh Er", "Meyer"),
        ("de", "We Eh Be Eh Er", "Weber"),
        ("de", "H O Doppel-F M A Doppel-N", "Hoffmann"),
        ("de", "M, Ü wie Übermut, zweimal L, E, R", "Müller"),
        ("de", "M, U mit zwei Punkten, L, L, E, R", "Müller"),
        ("de", "München Umlaut Unna Leipzig Leipzig Essen Rostock", "Müller"),
        ("de", "Ä wie Ärger, N, N, E", "Änne"),
        ("de", "S T R A U scharfes S", "Strauß"),
        ("de", "G R O Eszett", "Groß"),
        ("de", "Schule Otto Ludwig Zacharias", "Scholz"),
        ("de", "S wie Schule, E, E", "See"),
        ("de", "L Ü D E R S Bindestrich K O C H", "Lüders-Koch"),
        ("de", "A N N A neues Wort W E B E R", "Anna Weber"),
        ("de", "B wie Paula, A, U, L", "Paul"),
        ("de", "K wie Cäsar, O, C, H", "Koch"),
        ("de", "Ich heiße MEYER", "Meyer"),
        ("de", "Otto", None),
        ("de", "Anton Emil Richter", None),
        ("de", "Ja das ist er, es geht um die EU", None),
        ("de", "Ich bin bei der AOK", None),
        ("de", "Karl Friedrich Otto", None),
        ("de", "Karl E. Otto", None),
        ("de", "J. R. R. Tolkien aus NRW", None),
        ("de", "", None),
        ("en", "S M I T H", "Smith"),
        ("en", "J-O-N-E-S hyphen B R O W N", "Jones-Brown"),
        ("en", "B as in Bravo, R, O, W, N", "Brown"),
        ("en", "M for Mike, E, double L, E, R", "Meller"),
        ("en", "double u, E, B, E, R", "Weber"),
        ("en", "bee are oh double you en", "Brown"),
        ("en", "Sierra Mike India Tango Hotel", "Smith"),
        ("en", "P as in Bravo, E, N", "Ben"),
        ("en", "I see you are here", None),
    ],
)
def test_spelled(language: str, text: str, name: str | None) -> None:
    assert spelled(text, language) == name


@pytest.mark.parametrize(
    ("language", "text", "name"),
    [
        ("de", "Meier, mit A Ypsilon: M A Y E R", "Mayer"),
        ("de", "Meier, mit A Ypsilon, M A Y E R", "Mayer"),
        ("de", "Mein Name ist Anna Meier, M E Y E R", "Anna Meyer"),
        ("de", "ich heiße Maier, ich buchstabiere: Martha Emil Ypsilon Emil Richard", "Meyer"),
        ("de", "Vorname Anna, Nachname M E Y E R", "Anna Meyer"),
        ("de", "Anna, A N N A, Schmitz", "Anna Schmitz"),
        ("de", "Anna von Bühlow, B Ü L O W", "Anna von Bülow"),
        ("de", "Herr Kok, K wie Kaufmann, O, C, H", "Herr Koch"),
        ("de", "Das schreibt sich M E Y E R", "Meyer"),
        ("de", "Lüders-Kog, das ist L U mit Punkten D E R S Bindestrich K O C H", "Lüders-Koch"),
        ("de", "Meier mit Y", "Meyer"),
        ("de", "Frau Meier mit A I", "Frau Maier"),
        ("de", "Schmidt mit Doppel-T", "Schmitt"),
        ("de", "Schmitt mit DT", "Schmidt"),
        ("de", "Hofmann mit zwei F", "Hoffmann"),
        ("de", "Hoffmann mit einem F", "Hofmann"),
        ("de", "Müller, mit Ü", "Müller"),
        ("de", "Hier ist Claudia Weiß mit scharfem S", "Claudia Weiß"),
        ("de", "Weiss mit scharfem S", "Weiß"),
        ("de", "Fischer mit V", "Vischer"),
        ("de", "Stefan mit PH", "Stephan"),
        ("de", "Müller, Andreas Müller, M Ü L L E R", "Andreas Müller"),
        ("en", "My name is John Smyth, S M I T H", "John Smith"),
        ("en", "Brown, B R O W N E", "Browne"),
        ("en", "first name John, last name S M I T H", "John Smith"),
        ("en", "Smith with a Y", "Smyth"),
    ],
)
def test_what_is_spelled_wins_over_what_was_heard(language: str, text: str, name: str) -> None:
    assert extract_name(text, language) == name


@pytest.mark.parametrize(
    ("language", "alphabet", "letters"),
    [
        ("de", "letters", string.ascii_lowercase + "ß"),
        ("de", "din_1996", string.ascii_lowercase.replace("y", "") + "äöü"),
        ("de", "din_2022", string.ascii_lowercase.replace("y", "")),
        ("en", "letters", string.ascii_lowercase),
        ("en", "icao", string.ascii_lowercase),
    ],
)
def test_every_alphabet_is_complete(language: str, alphabet: str, letters: str) -> None:
    table = spoken_table(language)["spelling"][alphabet]
    assert set(letters) <= set(table)
    words = [word for names in table.values() for word in names.split()]
    assert len(words) == len(set(words))


NAMES = st.text("bcdfghjklmnopqrstuvwxyzäöü", min_size=2, max_size=12).map(lambda letters: "a" + letters)
"""With a vowel: rows of consonants are rather abbreviations."""


@settings(deadline=None)
@given(NAMES, st.sampled_from([" ", ", ", "-", ". "]))
def test_any_row_of_letters_comes_back(name: str, separator: str) -> None:
    assert spelled(separator.join(name.upper()), "de") == name.capitalize()


@settings(deadline=None)
@given(NAMES, st.sampled_from(["din_1996", "din_2022", "icao"]), st.data())
def test_any_name_in_any_alphabet_comes_back(name: str, alphabet: str, data: st.DataObject) -> None:
    table = spoken_table("en" if alphabet == "icao" else "de")["spelling"][alphabet]
    said = [f"{letter} wie {data.draw(st.sampled_from(table.get(letter, letter).split()))}" for letter in name]
    assert spelled(", ".join(said), "de") == name.capitalize()


VOCABULARY = (
    "mit einem zwei doppel umlaut A Ü ß e em er es wie Martha Nordpol Bindestrich neues wort : ; . scharfes S DT MEYER "
    "Meier von und double u for as in Mike hyphen surname i̇ İ Å ﬁ"
).split()


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(VOCABULARY)).map(" ".join)), st.sampled_from(["de", "en", "fr"]))
def test_nothing_raises(text: str, language: str) -> None:
    spelled(text, language)
    name = extract_name(text, language)
    assert name is None or name.strip()
