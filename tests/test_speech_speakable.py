"""What is written, and what the voice is given."""

import pytest

from voicebot.speech import numerals
from voicebot.speech.speakable import speakable

GERMAN = {
    # telephone numbers
    "02861/939-0": "null zwo acht sechs eins, neun drei neun, null",
    "Rufen Sie 02861/939-300 an.": "Rufen Sie null zwo acht sechs eins, neun drei neun, drei null null an.",
    "Tel.: 0 28 61 / 939-0": "Telefon: null zwo acht sechs eins, neun drei neun, null",
    "+49 2861/939-0": "plus vier neun, zwo acht sechs eins, neun drei neun, null",
    "(02861) 939-0": "null zwo acht sechs eins, neun drei neun, null",
    "Wählen Sie 112 oder 110.": "Wählen Sie eins eins zwei oder eins eins null.",
    "Die 115 hilft.": "Die eins eins fünf hilft.",
    "112 Euro und 115 Seiten": "einhundertzwölf Euro und einhundertfünfzehn Seiten",
    # times and days
    "8:30 Uhr": "acht Uhr dreißig",
    "um 08.00 Uhr": "um acht Uhr",
    "um 1:00 Uhr": "um ein Uhr",
    "bis 13 Uhr": "bis dreizehn Uhr",
    "8-12 Uhr": "acht bis zwölf Uhr",
    "Mo-Fr 8:00–12:30 Uhr": "Montag bis Freitag acht Uhr bis zwölf Uhr dreißig",
    "Do auch 14:00 - 17:30 Uhr": "Donnerstag auch vierzehn Uhr bis siebzehn Uhr dreißig",
    "So ist das. Mit Di und Do.": "So ist das. Mit Di und Do.",
    # money
    "37 €": "siebenunddreißig Euro",
    "37,00 Euro": "siebenunddreißig Euro",
    "22,80 €": "zweiundzwanzig Euro achtzig",
    "1 €": "ein Euro",
    "0,50 €": "fünfzig Cent",
    "1.200,50 €": "eintausendzweihundert Euro fünfzig",
    "€ 37,-": "siebenunddreißig Euro",
    # dates and ordinals
    "Am 3. Mai 2026 ist zu.": "Am dritten Mai zweitausendsechsundzwanzig ist zu.",
    "Stand: 01.03.2026": "Stand: erster März zweitausendsechsundzwanzig",
    "vom 24.12. bis 31.12.": "vom vierundzwanzigsten Dezember bis einunddreißigsten Dezember",
    "der 1. Januar": "der erste Januar",
    "im 2. Stock, Zimmer 12a": "im zweiten Stock, Zimmer zwölf a",
    "seit 1998": "seit neunzehnhundertachtundneunzig",
    # abbreviations
    "z. B. ein Foto, d. h. eins": "zum Beispiel ein Foto, das heißt eins",
    "Bahnhofstr. 5": "Bahnhofstraße fünf",
    "Str. des Friedens": "Straße des Friedens",
    "ca. 3–5 Wochen": "circa drei bis fünf Wochen",
    "§ 5 Abs. 2": "Paragraf fünf Absatz zwei",
    "19 % MwSt.": "neunzehn Prozent Mehrwertsteuer",
    # other numbers
    "46325 Borken": "vier sechs drei zwo fünf Borken",
    "3,5 km": "drei Komma fünf Kilometer",
    "16 Jahre": "sechzehn Jahre",
    # addresses
    "www.borken.de": "w w w Punkt borken Punkt de",
    "buergerbuero@borken.de": "buergerbuero ät borken Punkt de",
    # odd characters
    "„Hallo“ – wie geht’s?": "Hallo, wie geht's?",
    "Moment … bitte": "Moment, bitte",
    "Geld (bar) und/oder Karte 😀": "Geld, bar, und oder Karte",
    "Bürger:innen und Mitarbeiter*innen": "Bürgerinnen und Mitarbeiterinnen",
    "<speed level='50'>schnell": "speed level 'fünfzig' schnell",
    "Zu\u00adstän\u00addig": "Zuständig",
    "  \n ": "",
}

ENGLISH = {
    "Call 02861/939-0.": "Call zero two eight six one, nine three nine, zero.",
    "We open at 8:30.": "We open at eight thirty a m.",
    "from 2 pm to 4:15 p.m. Then": "from two p m to four fifteen p m. Then",
    "Mon-Fri 8:30-12:30": "Monday to Friday eight thirty a m to twelve thirty p m",
    "It costs €37.": "It costs thirty-seven euros.",
    "22.80 €, e.g. for children": "twenty-two euros eighty, for example for children",
    "1 euro": "one euro",
    "on 3 May 2026": "on the third of May twenty twenty-six",
    "May 3rd, 2026": "May the third, twenty twenty-six",
    "Dial 112 or 110.": "Dial one one two or one one zero.",
    "3-5 weeks, i.e. soon": "three to five weeks, that is soon",
    "the 2nd floor, room 121": "the second floor, room one hundred and twenty-one",
    "46325 Borken, Bahnhofstr. 5": "four six three two five Borken, Bahnhofstraße five",
    "“Hello” – how’s it?": "Hello, how's it?",
}


@pytest.mark.parametrize(("written", "said"), GERMAN.items())
def test_german(written: str, said: str) -> None:
    assert speakable(written, "de") == said


@pytest.mark.parametrize(("written", "said"), ENGLISH.items())
def test_english(written: str, said: str) -> None:
    assert speakable(written, "en_GB") == said


def test_a_language_without_rules_is_cleaned() -> None:
    assert speakable("« Merhaba » – 37 €…", "tr") == "Merhaba, 37."


@pytest.mark.parametrize(
    ("number", "german", "english"),
    [
        (0, "null", "zero"),
        (16, "sechzehn", "sixteen"),
        (21, "einundzwanzig", "twenty-one"),
        (101, "einhunderteins", "one hundred and one"),
        (1001, "eintausendeins", "one thousand and one"),
        (21_000, "einundzwanzigtausend", "twenty-one thousand"),
        (1_000_000, "eine Million", "one million"),
        (2_300_000, "zwei Millionen dreihunderttausend", "two million three hundred thousand"),
    ],
)
def test_numbers(number: int, german: str, english: str) -> None:
    assert numerals.german(number) == german
    assert numerals.english(number) == english


def test_ordinals() -> None:
    assert [numerals.german_ordinal(n) for n in (1, 3, 7, 8, 19, 20, 31, 101)] == [
        "erste", "dritte", "siebte", "achte", "neunzehnte", "zwanzigste", "einunddreißigste", "einhunderterste",
    ]  # fmt: skip
    assert [numerals.english_ordinal(n) for n in (1, 2, 3, 5, 9, 12, 20, 31)] == [
        "first", "second", "third", "fifth", "ninth", "twelfth", "twentieth", "thirty-first",
    ]  # fmt: skip


def test_years() -> None:
    assert [numerals.english_year(n) for n in (1998, 2000, 2005, 2026, 1900, 1905)] == [
        "nineteen ninety-eight", "two thousand", "two thousand and five",
        "twenty twenty-six", "nineteen hundred", "nineteen oh five",
    ]  # fmt: skip


def test_no_number_is_too_long() -> None:
    assert speakable("1234567890123", "de").startswith("eins zwo drei vier")
    with pytest.raises(ValueError, match="beyond"):
        numerals.german(numerals.LIMIT)
