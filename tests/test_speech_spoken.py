"""How the languages with a table are read aloud, and what is needed of a table for one more."""

# ruff: noqa: SIM905 - a row of words reads better than a column

from __future__ import annotations

import csv
import logging
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from voicebot.speech import spoken
from voicebot.speech.speakable import speakable
from voicebot.speech.spoken import table as spoken_table
from voicebot.speech.spoken.reading import reading_rules
from voicebot.speech.spoken.table import Table, languages, load, read
from voicebot.speech.spoken.words import Words
from voicebot.speech.spoken_rules import apply

ROOT = Path(__file__).parent
LANGUAGES = sorted(languages())
NEEDED = ("ar", "nl", "pl", "ru", "tr", "uk")

CASES = {
    "nl": {
        "5 €/m² en 5€-10€": "vijf euro per vierkante meter en vijf tot tien euro",
        "kamer 2.14": "kamer twee punt veertien",
        "2x per jaar": "twee keer per jaar",
        "3.-5. März 2026": "drie tot vijf maart tweeduizend zesentwintig",
        "van 8:00 tot 12:30 uur": "van acht uur tot twaalf uur dertig",
        "Mo 8.30-12.30 uur": "Mo acht uur dertig tot twaalf uur dertig",
        "om 14:00": "om veertien uur",
        "om 14 Uhr": "om veertien uur",
        "op 3 maart 2026": "op drie maart tweeduizend zesentwintig",
        "tot 03.12.2026": "tot drie december tweeduizend zesentwintig",
        "1.250 € of 37,00 €": "twaalfhonderdvijftig euro of zevenendertig euro",
        "22,80 Euro, 0,50 €": "tweeëntwintig euro tachtig, vijftig cent",
        "1 250,50 €": "twaalfhonderdvijftig euro vijftig",
        "€ 12,50": "twaalf euro vijftig",
        "1998, 1001 en 101": "negentienhonderdachtennegentig, duizend een en honderdeen",
        "2,75 km": "twee komma vijfenzeventig kilometer",
        "1 min, 2 min": "één minuut, twee minuten",
        "10-15 dagen": "tien tot vijftien dagen",
        "de 3e verdieping": "de derde verdieping",
        "kamer 112 of 112 euro": "kamer honderdtwaalf of honderdtwaalf euro",
        "35 x 45 mm": "vijfendertig bij vijfenveertig millimeter",
        "-5 °C": "min vijf graden Celsius",
        "46325 Borken, 43001 mensen": "vier zes drie twee vijf Borken, drieënveertigduizend een mensen",
        "stad@borken.de": "stad apenstaartje borken punt de",
    },
    "tr": {
        "saat 14:00'te": "saat on dörtte",
        "saat 14:00'e kadar": "saat on dörde kadar",
        "8:00'den 12:30'a kadar": "sekizden on iki otuza kadar",
        "8:05": "sekiz sıfır beş",
        "3 Mart 2026'da": "üç Mart iki bin yirmi altıda",
        "03.12.2026": "üç Aralık iki bin yirmi altı",
        "1.250 €": "bin iki yüz elli euro",
        "22,80 Euro": "yirmi iki euro seksen sent",
        "%19 veya 19 %": "yüzde on dokuz veya yüzde on dokuz",
        "3. kat, 4'üncü kat": "üçüncü kat, dördüncü kat",
        "3,5 km": "üç buçuk kilometre",
        "1.234.567": "bir milyon iki yüz otuz dört bin beş yüz altmış yedi",
        "10-15 gün": "on ila on beş gün",
        "20 m²": "yirmi metrekare",
        "10 bis 15": "on ila on beş",
        "stadt@borken.de": "stadt et işareti borken nokta de",
    },
    "pl": {
        "12 km, 22 km, 112 km": "dwanaście kilometrów, dwadzieścia dwa kilometry, sto dwanaście kilometrów",
        "21 km": "dwadzieścia jeden kilometrów",
        "2-3 tygodnie, 2-3 zdjęcia": "od dwóch do trzech tygodni, dwa-trzy zdjęcia",
        "od 16. roku życia": "od szesnastego roku życia",
        "1,5 godziny": "półtorej godziny",
        "między 10 a 15 euro": "między dziesięcioma a piętnastoma euro",
        "o 8.30": "o ósmej trzydzieści",
        "18-letni": "osiemnastoletni",
        "w 2 egzemplarzach": "w dwóch egzemplarzach",
        "5 000 000": "pięć milionów",
        "co 15 min.": "co piętnaście minut",
        "od 8:00 do 12:30": "od ósmej do dwunastej trzydzieści",
        "o godz. 14:00": "o godzinie czternastej",
        "do godz. 16": "do godziny szesnastej",
        "między 8:00 a 12:30": "między ósmą a dwunastą trzydzieści",
        "8:00-12:30": "od ósmej do dwunastej trzydzieści",
        "3 marca 2026 r. jest": "trzeciego marca dwa tysiące dwudziestego szóstego roku jest",
        "w 2026 roku": "w dwa tysiące dwudziestym szóstym roku",
        "1 euro, 1.250 €": "jedno euro, tysiąc dwieście pięćdziesiąt euro",
        "do 22,80 Euro": "do dwudziestu dwóch euro osiemdziesięciu centów",
        "2 km, 5 km, 3,5 km": "dwa kilometry, pięć kilometrów, trzy i pół kilometra",
        "2 minuty, 22 osoby": "dwie minuty, dwadzieścia dwie osoby",
        "10-15 dni": "od dziesięciu do piętnastu dni",
        "z 2 zdjęciami": "z dwoma zdjęciami",
        "3. piętro": "trzecie piętro",
        "02861 939-0 lub -222": "zero dwa osiem sześć jeden, dziewięć trzy dziewięć, zero lub dwa dwa dwa",
        "do 512 dni": "do pięciuset dwunastu dni",
    },
    "uk": {
        "11 км, 12 км, 22 км": "одинадцять кілометрів, дванадцять кілометрів, двадцять два кілометри",
        "16-річний": "шістнадцятирічний",
        "1-2 дні": "один-два дні",
        "з 8:00 до 12:30": "з восьмої до дванадцятої тридцять",
        "о 14:00": "о чотирнадцятій",
        "між 8:00 і 12:30": "між восьмою і дванадцятою тридцять",
        "о 3:05": "о третій нуль п'ять",
        "3 березня 2026 року": "третього березня дві тисячі двадцять шостого року",
        "до 1.250 €": "до тисячі двохсот п'ятдесяти євро",
        "22,80 Euro": "двадцять два євро вісімдесят центів",
        "21 км, 22 м²": "двадцять один кілометр, двадцять два квадратні метри",
        "3,5 км і 2,25 кг": "три з половиною кілометри і дві цілих двадцять п'ять сотих кілограма",
        "22 хвилини": "двадцять дві хвилини",
        "через 1 годину": "через одну годину",
        "протягом 14 днів": "протягом чотирнадцяти днів",
        "з 2 фотографіями": "з двома фотографіями",
        "3-й поверх": "третій поверх",
        "10-15 днів": "від десяти до п'ятнадцяти днів",
        "1 %, 19 %": "один відсоток, дев'ятнадцять відсотків",
    },
    "ru": {
        "111 км, 12 км, 22 км": "сто одиннадцать километров, двенадцать километров, двадцать два километра",
        "2-3 недели": "две-три недели",
        "к 1 марта": "к первому марта",
        "на 2 года": "на два года",
        "16-летний": "шестнадцатилетний",
        "1,5 часа": "полтора часа",
        "3-5 марта": "с третьего до пятого марта",
        "2-х": "двух",
        "на 2-м этаже": "на втором этаже",
        "в понедельник, 3 марта": "в понедельник, третьего марта",
        "в 8:30": "в восемь тридцать",
        "с 8:00 до 12:30": "с восьми до двенадцати тридцати",
        "в 14:00": "в четырнадцать часов",
        "до 14:00 часов": "до четырнадцати",
        "3 марта 2026 г. и": "третьего марта две тысячи двадцать шестого года и",
        "Это 03.12.2026 г. Потом": "Это третьего декабря две тысячи двадцать шестого года. Потом",
        "в 2026 году": "в две тысячи двадцать шестом году",
        "до 1.250 €": "до тысячи двухсот пятидесяти евро",
        "1 250,50 евро": "тысяча двести пятьдесят евро пятьдесят центов",
        "3,5 км, 5,5 км": "три с половиной километра, пять с половиной километров",
        "2,25 кг": "две целых двадцать пять сотых килограмма",
        "22 страницы": "двадцать две страницы",
        "в течение 14 дней": "в течение четырнадцати дней",
        "через 1 неделю": "через одну неделю",
        "с 2 фотографиями": "с двумя фотографиями",
        "10-15 €": "от десяти до пятнадцати евро",
    },
    "ar": {
        "من الساعة 8:00 حتى 12:30": "من الساعة الثامنة حتى الثانية عشرة والنصف",
        "الساعة 8:00-12:30": "الساعة الثامنة إلى الثانية عشرة والنصف",
        "8:45 و 17:15": "التاسعة إلا ربعا و الخامسة والربع بعد الظهر",
        "14:05 بعد الظهر": "الثانية وخمس دقائق بعد الظهر",
        "3 مارس 2026": "الثالث من مارس ألفين وستة وعشرين",
        "03.12.2026": "الثالث من كانون الأول ألفين وستة وعشرين",
        "٣٧ يورو": "سبعة وثلاثين يورو",
        "١٬٢٥٠٫٥٠ €": "ألف ومئتين وخمسين يورو وخمسين سنتا",
        "200 و 2000 و 202.000": "مئتين و ألفين و مئتين واثنين ألف",
        "200 €": "مئتي يورو",
        "1 km, 2 km, 5 km, 20 km": "كيلومتر واحد, كيلومترين, خمسة كيلومترات, عشرين كيلومترا",
        "3,5 km": "ثلاثة كيلومترات ونصف",
        "5 دقائق": "خمس دقائق",
        "12 صورة, 25 صفحة": "اثنتا عشرة صورة, خمس وعشرين صفحة",
        "خلال 10-15 دقيقة": "خلال عشر إلى خمس عشرة دقيقة",
        "19 %": "تسعة عشر بالمئة",
        "02861 939-0": "صفر اثنان ثمانية ستة واحد, تسعة ثلاثة تسعة, صفر",
        "11.000": "أحد عشر ألف",
        "2.000.000": "مليونين",
        "هل هذا صحيح؟ نعم، 37": "هل هذا صحيح? نعم, سبعة وثلاثين",
    },
}


CARDINALS = {
    "nl": {1: "één", 21: "eenentwintig", 101: "honderdeen", 1001: "duizend een", 2022: "tweeduizend tweeëntwintig"},
    "tr": {12: "on iki", 101: "yüz bir", 666: "altı yüz altmış altı", 1000: "bin", 7048: "yedi bin kırk sekiz"},
    "pl": {22: "dwadzieścia dwa", 600: "sześćset", 1000: "tysiąc", 2001: "dwa tysiące jeden"},
    "uk": {19: "дев'ятнадцять", 1000: "тисяча", 1001: "тисяча один", 2002: "дві тисячі два", 5000: "п'ять тисяч"},
    "ru": {40: "сорок", 1000: "тысяча", 2001: "две тысячи один", 21_000: "двадцать одна тысяча"},
    "ar": {25: "خمسة وعشرين", 200: "مئتين", 1012: "ألف واثنا عشر", 2002: "ألفين واثنين", 1_000_000: "مليون"},
}  # fmt: skip


def authored() -> Iterator[tuple[str, str, str]]:
    """The cases of each language's author: language, what is written, what is said."""
    for path in sorted((ROOT / "data_spoken").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield path.stem, row["written"], row["said"]


def test_there_is_a_table_for_every_language_that_is_needed() -> None:
    assert set(NEEDED) <= set(LANGUAGES)


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [(language, written, said) for language, cases in CASES.items() for written, said in cases.items()],
)
def test_written_and_said(language: str, written: str, said: str) -> None:
    assert speakable(written, language) == said


@pytest.mark.parametrize(("language", "written", "said"), list(authored()))
def test_cases_of_the_languages_authors(language: str, written: str, said: str) -> None:
    assert speakable(written, language) == said


@pytest.mark.parametrize("language", NEEDED)
def test_cardinals(language: str) -> None:
    words = Words(load(language))
    assert {number: words.cardinal(number) for number in CARDINALS[language]} == CARDINALS[language]


@pytest.mark.parametrize("language", NEEDED)
def test_there_are_cases_enough(language: str) -> None:
    assert len([each for each, *_ in authored() if each == language]) >= 30


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_stays_as_it_is(language: str) -> None:
    for code, _, said in authored():
        if code == language:
            assert speakable(said, language) == said


# Nothing is left of any text

SIGNS = (
    "§ € % km m² kg °C Uhr bis . , : - – / + ( ) ' \u00a0 ½ Nr. Str. EUR Euro borken.de a@b.de €/m² x × ' * #"
).split(" ")
WORDS = (
    "tot van uur maart e de ile arası Mart 'te . kat od do o godz. marca r. roku w 2026 minuty з до о року березня "
    "-й -го с года г. марта часов من إلى الساعة مارس عام دقائق und oder Tel. Telefon März ٣ ④ ² Ⅳ"
).split(" ")
NUMBERS = st.one_of(
    st.integers(0, 10**9 - 1).map(str),
    st.integers(0, 9999).map(str),
    st.integers(0, 10**9 - 1).map(lambda number: f"{number:,}".replace(",", ".")),
    st.integers(0, 10**9 - 1).map(lambda number: f"{number:,}".replace(",", " ")),
    st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda pair: f"{pair[0]}:{pair[1]:02}"),
    st.tuples(st.integers(0, 99_999), st.integers(0, 999)).map(lambda pair: f"{pair[0]},{pair[1]}"),
    st.dates().map(lambda day: f"{day:%d.%m.%Y}"),
    st.sampled_from(["02861/939-0", "+49 2861 939 0", "112", "116117", "8.30", "1/2", "007"]),
)


@settings(deadline=None)
@given(
    st.one_of(
        st.text(),
        st.lists(st.one_of(NUMBERS, st.sampled_from([*SIGNS, *WORDS]))).map(" ".join),
        st.lists(st.one_of(NUMBERS, st.sampled_from([*SIGNS, *WORDS]))).map("".join),
    ),
    st.sampled_from(LANGUAGES),
)
def test_neither_digit_nor_sign_is_left_of_any_text(text: str, language: str) -> None:
    said = speakable(text, language)
    assert not [char for char in said if unicodedata.category(char)[0] in "NS" or char in "/#@&*%§="]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_has_words_of_its_own(language: str) -> None:
    words = Words(load(language))
    said = [words.cardinal(number) for number in range(10_000)]
    assert len(set(said)) == len(said)
    assert not [each for each in said if any(map(str.isdigit, each))]


# A table for one more language

NINTH = """
[numbers]
digits = ["zero", "uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto", "nove"]
words = { 5 = "cinque", 8 = "otto", 10 = "dieci", 30 = "trenta" }
[decimal]
point = "virgola"
[time]
full = "{hour}"
minutes = "{hour} e {minute}"
[date]
months = ["gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"]
[money]
euro = "euro"
cent = { one = "centesimo", other = "centesimi" }
[units]
"%" = "per cento"
[ranges]
numbers = "da {} a {}"
[telephone]
plus = "più"
[web]
signs = { "." = "punto", "@" = "chiocciola" }
"""  # noqa: E501


def said_by(table: Table, text: str) -> str:
    return apply(reading_rules(table), text)


def test_a_language_without_a_library_says_its_words_and_else_digits() -> None:
    table = read(NINTH.encode(), "it.toml")
    assert said_by(table, "8:30") == "otto e trenta"
    assert said_by(table, "10 %, 47 €") == "dieci per cento, quattro sette euro"
    assert said_by(table, "5-10") == "da cinque a dieci"
    assert said_by(table, "02861 939-0") == "zero due otto sei uno, nove tre nove, zero"
    assert said_by(table, "5 marzo 2026") == "cinque marzo due zero due sei"


def test_a_language_that_the_library_does_not_know_is_said_digit_by_digit(caplog: pytest.LogCaptureFixture) -> None:
    table = read(NINTH.replace("[numbers]", '[numbers]\nlibrary = "xx"').encode(), "xx.toml")
    with caplog.at_level(logging.WARNING):
        assert said_by(table, "47 km") == "quattro sette km"
    assert "num2words lacks a cardinal number in xx (NotImplementedError)" in caplog.text


@pytest.mark.parametrize(
    ("written", "instead", "told"),
    [
        ('point = "virgola"', "punkt = 1", "it.toml: decimal.punkt: Extra inputs are not permitted"),
        ('"marzo", ', "", "it.toml: date.months: List should have at least 12 items"),
        ("[decimal]", "[decimal", "it.toml: Expected ']'"),
        ("[decimal]", '[[where]]\nform = "x"\nafter = ["a"]\n[decimal]', "it.toml: Value error, no such form: x"),
        ("[decimal]", '[[where]]\nform = []\n[decimal]', "it.toml: where.0: Value error, needs `after` or `before`"),
        ("[numbers]", 'before = [["(", ""]]\n[numbers]', "it.toml: before.0: Value error, '(' is no pattern"),
        ("[numbers]", 'before = [["a", "\\\\1"]]\n[numbers]', "it.toml: before.0: Value error, '\\\\1' cannot"),
        ("[numbers]", 'ordinals = [["(o|a)", "x"]]\n[numbers]', "it.toml: ordinals.0.0: Value error, '(o|a)' must"),
        ('"da {} a {}"', '"da {} a {} e {}"', "it.toml: ranges.numbers: Value error, 'da {} a {} e {}' does not go"),
        ('"{hour}"', '"{ora}"', "it.toml: time.full: Value error, '{ora}' does not go together"),
        (', "@" = "chiocciola"', "", "it.toml: web: Value error, signs must have a word for @"),
        ("[decimal]", '[plural]\nsome = "1"\n[decimal]', "it.toml: Value error, no such kind of number: some"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_table_is_told_with_its_place(written: str, instead: str, told: str) -> None:
    with pytest.raises(ValueError, match=r".") as error:
        read(NINTH.replace(written, instead).encode(), "it.toml")
    assert str(error.value).startswith(told)
    assert "\n" not in str(error.value)


def test_a_table_with_a_mistake_is_logged_once_and_texts_are_cleaned(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(code: str) -> Table:
        raise ValueError(f"{code}.toml: broken")

    monkeypatch.setattr("voicebot.speech.spoken.table.load", broken)
    spoken.rules.cache_clear()
    try:
        with caplog.at_level(logging.ERROR):
            assert [speakable("« 37 »", "nl") for _ in range(2)] == ["37", "37"]
        assert len(caplog.records) == 1
        assert "nl.toml: broken" in caplog.text
    finally:
        spoken.rules.cache_clear()


def keys(model: type[BaseModel], before: str = "") -> Iterator[str]:
    """The table's keys with those of its parts, as docs/spoken.md writes them."""
    for name, field in model.model_fields.items():
        part = re.search(r"voicebot\.speech\.spoken\.table\.(\w+)", repr(field.annotation))
        inner: type[BaseModel] = getattr(spoken_table, part[1]) if part else BaseModel
        as_one = inner is BaseModel or name == "cases" or (inner is spoken_table.Unit and name != "units")
        if as_one or inner in (spoken_table.Place, spoken_table.Clock):
            yield f"{before}{name}"
        else:
            middle = {"units": ".<unit>", "forms": ".<name>"}.get(name, "")
            yield from keys(inner, f"{before}{name}{middle}.")


@pytest.mark.parametrize("key", [*keys(Table), *(f"plural.{kind}" for kind in ("one", "two", "few", "many"))])
def test_every_key_is_documented(key: str) -> None:
    text = (ROOT.parent / "docs" / "spoken.md").read_text(encoding="utf-8")
    documented = {name for line in text.splitlines() for name in documented_in(line)}
    assert any(each == key or each.startswith(f"{key}.") for each in documented)


def documented_in(line: str) -> Iterator[str]:
    """The keys of a row of the table; what begins with a full stop is of the same part as the key before."""
    if not line.startswith("| `"):
        return
    part = ""
    for name in re.findall(r"`([^`]+)`", line.split(" | ")[0]):
        if not name.startswith("."):
            part = name.rpartition(".")[0]
        yield name if not name.startswith(".") else part + name


# Import time


@pytest.mark.parametrize(("languages_said", "loaded"), [(("de", "en"), False), (("nl",), True)])
def test_num2words_is_imported_only_where_a_language_needs_it(languages_said: tuple[str, ...], loaded: bool) -> None:
    code = (
        "import sys\nfrom voicebot.speech.speakable import speakable\n"
        f"for each in {languages_said!r}: speakable('37 €', each)\n"
        "print('num2words' in sys.modules, 'voicebot.speech.spoken.table' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.split() == [str(loaded)] * 2
