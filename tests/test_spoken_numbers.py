"""Numbers and telephone numbers as they are said and as recognition writes them."""

# ruff: noqa: SIM905 - a row of words reads better than a column

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.speech.numerals import (
    english,
    english_digits,
    english_ordinal,
    german,
    german_digits,
    german_ordinal,
    german_year,
)
from voicebot.understanding.numbers import phone_number
from voicebot.understanding.spoken_numbers import LIMIT, cardinal, digit_groups, ordinal, quantity, with_numerals
from voicebot.understanding.spoken_tables import spoken_table


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("de", "null", 0),
        ("de", "ein", 1),
        ("de", "zwo", 2),
        ("de", "fuffzig", 50),
        ("de", "Einundzwanzig", 21),
        ("de", "drei und zwanzig", 23),
        ("de", "zwo-und-dreißig", 32),
        ("de", "hundert", 100),
        ("de", "hundertundeins", 101),
        ("de", "zwei hundert fünf", 205),
        ("de", "neunzehnhundertachtundneunzig", 1998),
        ("de", "tausendundeins", 1001),
        ("de", "zwei tausend und fünf", 2005),
        ("de", "12.500", 12_500),
        ("de", "25 tausend", 25_000),
        ("de", "hunderttausend", 100_000),
        ("de", "neunhundertneunundneunzigtausendneunhundertneunundneunzig", 999_999),
        ("de", "eine Million", None),
        ("de", "28 61", None),
        ("de", "hundertnull", None),
        ("de", "Hund", None),
        ("de", "und", None),
        ("de", "", None),
        ("en", "zero", 0),
        ("en", "twenty-one", 21),
        ("en", "forty two", 42),
        ("en", "a hundred", 100),
        ("en", "one hundred and five", 105),
        ("en", "twenty-six hundred", 2600),
        ("en", "two thousand and five", 2005),
        ("en", "12,500", 12_500),
        ("en", "hello", None),
    ],
)
def test_cardinal(language: str, text: str, number: int | None) -> None:
    assert cardinal(text, language) == number


@pytest.mark.parametrize(
    ("language", "text", "place"),
    [
        ("de", "erste", 1),
        ("de", "dritten", 3),
        ("de", "siebter", 7),
        ("de", "achtes", 8),
        ("de", "einundzwanzigster", 21),
        ("de", "hundertste", 100),
        ("de", "hunderterste", 101),
        ("de", "3.", 3),
        ("de", "14ten", 14),
        ("de", "drei", None),
        ("de", "beste", None),
        ("en", "first", 1),
        ("en", "twelfth", 12),
        ("en", "twentieth", 20),
        ("en", "twenty first", 21),
        ("en", "23rd", 23),
        ("en", "and", None),
    ],
)
def test_ordinal(language: str, text: str, place: int | None) -> None:
    assert ordinal(text, language) == place


@pytest.mark.parametrize(
    ("language", "text", "amount"),
    [
        ("de", "anderthalb", 1.5),
        ("de", "zweieinhalb", 2.5),
        ("de", "drei und ein halb", 3.5),
        ("de", "eine halbe", 0.5),
        ("de", "dreiviertel", 0.75),
        ("de", "zwei Komma fünf", 2.5),
        ("de", "1,75", 1.75),
        ("de", "sieben", 7.0),
        ("de", "viel", None),
        ("en", "two and a half", 2.5),
        ("en", "one point five", 1.5),
        ("en", "half", 0.5),
    ],
)
def test_quantity(language: str, text: str, amount: float | None) -> None:
    assert quantity(text, language) == amount


def test_both_languages_have_the_same_tables() -> None:
    german_tables, english_tables = spoken_table("de"), spoken_table("en")
    assert set(german_tables) == set(english_tables)
    for section in ("numbers", "phone", "times", "dates"):
        assert set(german_tables[section]) == set(english_tables[section])


def test_numerals_take_the_places_of_words() -> None:
    assert with_numerals("am dritten zwoelften um halb neun", "de") == "am 3. 12. um halb 9"
    assert with_numerals("zwischen acht und zwanzig", "de") == "zwischen 8 und 20"
    assert with_numerals("the twenty first at eight forty five", "en") == "the 21. at 8 45"
    assert digit_groups("28 einundsechzig und null".split(), "de") == ["28", "61", "0"]


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("de", "28 61", "2861"),
        ("de", "02861/939", "02861939"),
        ("de", "0286 1 939 0", "028619390"),
        ("de", "null zwo acht sechs eins, neununddreißig, einundvierzig", "028613941"),
        ("de", "null eins sieben sechs dreihundertzwölf siebenhundert", "0176312700"),
        ("de", "zwei hundert drei und zwanzig", "20023"),
        ("de", "null eins fünf zwei doppel null sieben", "0152007"),
        ("de", "plus vier neun, zwo acht sechs eins, neun drei neun", "+492861939"),
        ("de", "+49 (0) 2861 939", "+492861939"),
        ("de", "Vorwahl null zwo acht sechs eins, dann neun drei neun, Durchwahl null", "028619390"),
        ("de", "neun drei neun, und die Vorwahl ist 02861", "02861939"),
        ("de", "02861, das ist die Vorwahl, und 939", "02861939"),
        ("de", "939, das ist hinter der Vorwahl", "939"),
        ("de", "Durchwahl 12, Vorwahl 02861, Nummer 939", "0286193912"),
        ("de", "null zwo acht sieben, nein, sechs", "0286"),
        ("de", "0287, nein, sechs eins neun drei", "0286193"),
        ("de", "02861 56, nein, fünf sieben, acht", "02861578"),
        ("de", "null zwo acht einundzwanzig, Quatsch, zwoundzwanzig", "02822"),
        ("de", "02867, nicht sieben, sondern sechs, 1 939", "02861939"),
        ("de", "Vorwahl 02861, nein, Vorwahl 02862, Nummer 939", "02862939"),
        ("de", "02861 555, noch mal von vorne: 02861 939 0", "028619390"),
        ("de", "02862 939, nein, die Nummer ist 02861 939", "02861939"),
        ("de", "02861 9390, können Sie das noch mal wiederholen?", "028619390"),
        ("de", "Ab 14 Uhr unter 02861 939", "02861939"),
        ("de", "02861 939 oder 0171 1234567", "02861939"),
        ("de", "null ein sieben sechs", "0176"),
        ("de", "zwei, dreimal die neun, zweimal fünfundvierzig", "29994545"),
        ("de", "Ich habe es zweimal versucht, 02861 939", "02861939"),
        ("de", "02861 939, nein danke", "02861939"),
        ("de", "Ich bin nicht da, aber unter 02861 939 erreichbar", "02861939"),
        ("de", "morgen um halb neun, zwischen zwei und vier oder gegen sechs unter 02861 939", "02861939"),
        ("en", "oh two eight six one, nine three nine", "02861939"),
        ("en", "oh to eight for five", "02845"),
        ("en", "zero two eight, double six, triple one", "02866111"),
        ("en", "eight hundred five five five", "800555"),
        ("en", "plus four nine two eight six one", "+492861"),
        ("en", "area code 02861, number 939, extension twelve", "0286193912"),
        ("en", "02861 938, sorry, 939", "02861939"),
        ("en", "seven seven seven, no, six", "776"),
        ("en", "oh two eight six seven, not seven but six", "02866"),
        ("en", "between nine and eleven on 02861 939", "02861939"),
        ("en", "call me after 3 pm on 02861 939", "02861939"),
        ("en", "nothing", None),
    ],
)
def test_phone_number(language: str, text: str, number: str | None) -> None:
    assert phone_number(text, language) == number


@settings(deadline=None)
@given(st.integers(0, LIMIT))
def test_numbers_in_words_come_back(number: int) -> None:
    assert cardinal(german(number), "de") == number
    assert cardinal(english(number), "en") == number


@settings(deadline=None)
@given(st.integers(1, LIMIT))
def test_ordinals_in_words_come_back(place: int) -> None:
    assert ordinal(german_ordinal(place, "en"), "de") == place
    assert ordinal(english_ordinal(place), "en") == place


@settings(deadline=None)
@given(st.integers(1100, 1999))
def test_years_in_words_come_back(year: int) -> None:
    assert cardinal(german_year(year), "de") == year


@st.composite
def groupings(draw: st.DrawFn, *, longest: int) -> list[str]:
    """Digits of a telephone number in the groups in which somebody says them."""
    digits = draw(st.text("0123456789", min_size=3, max_size=15))
    groups = []
    while digits:
        length = draw(st.integers(1, longest))
        groups.append(digits[:length])
        digits = digits[length:]
    return groups


@settings(deadline=None)
@given(groupings(longest=3), st.data())
def test_german_phone_numbers_in_any_grouping_come_back(groups: list[str], data: st.DataObject) -> None:
    said = []
    for group in groups:
        ways = [german_digits(group), group]
        if not group.startswith("0"):
            ways.append(german(int(group)))
        if len(group) == 2 and group[0] == group[1]:
            ways.append(f"doppel {german_digits(group[0])}")
        said.append(data.draw(st.sampled_from(ways)))
    separator = data.draw(st.sampled_from([" ", ", ", " – "]))
    assert phone_number("Meine Nummer ist " + separator.join(said), "de") == "".join(groups)


@settings(deadline=None)
@given(groupings(longest=2), st.data())
def test_english_phone_numbers_in_any_grouping_come_back(groups: list[str], data: st.DataObject) -> None:
    said = []
    for group in groups:
        ways = [english_digits(group), group]
        # "Twenty" before another digit is what nobody can tell from "twenty-one".
        if len(group) == 2 and group[0] != "0" and (group[1] != "0" or group == "10"):
            ways.append(english(int(group)))
        if len(group) == 2 and group[0] == group[1]:
            ways.append(f"double {english_digits(group[0])}")
        said.append(data.draw(st.sampled_from(ways)))
    assert phone_number(", ".join(said), "en") == "".join(groups)


VOCABULARY = sorted(
    {
        *"nein noch mal vorwahl durchwahl nummer doppel plus und null ein eins hundert zwei nicht".split(),
        *"sondern tausend oder uhr + ++ =0 =restart dreiundzwanzig 0049 ²³ ٣".split(),
        *"no double hundred thousand and oh to sorry again not between".split(),
        *spoken_table("de")["numbers"]["also"],
    }
)


@settings(deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(VOCABULARY)).map(" ".join)), st.sampled_from(["de", "en", "fr"]))
def test_nothing_raises(text: str, language: str) -> None:
    number = phone_number(text, language)
    assert number is None or number.removeprefix("+").isdigit()
    for read in (cardinal, ordinal, quantity, with_numerals):
        read(text, language)
