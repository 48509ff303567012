"""What callers say to the bot itself in six languages more, and that German and English stay what they are."""

from __future__ import annotations

import csv
from datetime import date, time
from importlib.resources import files
from pathlib import Path

import pytest

from voicebot.understanding.choices import numbered
from voicebot.understanding.emergency import emergency_number
from voicebot.understanding.intents import asked_language, control_intents
from voicebot.understanding.normalise import fold
from voicebot.understanding.numbers import phone_number
from voicebot.understanding.phrasebook import LANGUAGES
from voicebot.understanding.result import Intent
from voicebot.understanding.times import clock_time, preferred_time

NEW = tuple(language for language in LANGUAGES if language not in ("de", "en"))

INTENTS: dict[str, list[tuple[Intent, tuple[str, ...]]]] = {
    "nl": [
        (Intent.YES, ("Ja graag", "Jazeker", "Klopt, dat is goed")),
        (Intent.NO, ("Nee", "Nee hoor", "Liever niet")),
        (Intent.HUMAN, ("Mag ik een medewerker?", "Ik wil met een mens praten", "nul")),
        (Intent.CONNECT, ("Verbind me maar door",)),
        (Intent.REPEAT, ("Kunt u dat herhalen?", "Wat zei u?")),
        (Intent.GOODBYE, ("Tot ziens", "Dat was alles, bedankt")),
        (Intent.CALLBACK, ("Kunt u mij terugbellen?",)),
        (Intent.WAIT, ("Momentje",)),
    ],
    "tr": [
        (Intent.YES, ("Evet", "Olur, lütfen", "Tabii ki")),
        (Intent.NO, ("Hayır", "Yok, istemiyorum", "Hayır, olmaz")),
        (Intent.HUMAN, ("Bir memurla görüşmek istiyorum", "Gerçek bir insanla konuşayım", "sıfır")),
        (Intent.CONNECT, ("Beni bağlar mısınız?",)),
        (Intent.REPEAT, ("Tekrar eder misiniz?", "Ne dediniz, anlamadım")),
        (Intent.GOODBYE, ("Hoşça kalın", "Teşekkürler, iyi günler")),
        (Intent.CALLBACK, ("Beni geri arayabilir misiniz?",)),
        (Intent.WAIT, ("Bir dakika bekleyin",)),
    ],
    "pl": [
        (Intent.YES, ("Tak, poproszę", "No jasne", "Zgadza się")),
        (Intent.NO, ("Nie", "Raczej nie", "Nie, nie trzeba")),
        (Intent.HUMAN, ("Chcę rozmawiać z człowiekiem", "Poproszę z pracownikiem", "zero")),
        (Intent.CONNECT, ("Proszę mnie połączyć",)),
        (Intent.REPEAT, ("Proszę powtórzyć", "Słucham? Co pan powiedział?")),
        (Intent.GOODBYE, ("Do widzenia", "To wszystko, dziękuję")),
        (Intent.CALLBACK, ("Czy możecie do mnie oddzwonić?",)),
        (Intent.WAIT, ("Chwileczkę",)),
    ],
    "uk": [
        (Intent.YES, ("Так, будь ласка", "Звичайно", "Так, вірно")),
        (Intent.NO, ("Ні", "Ні, не треба", "Мабуть, ні")),
        (Intent.HUMAN, ("Я хочу поговорити з людиною", "Покличте працівника", "нуль")),
        (Intent.CONNECT, ("З'єднайте мене, будь ласка",)),
        (Intent.REPEAT, ("Повторіть, будь ласка", "Що ви сказали?")),
        (Intent.GOODBYE, ("До побачення", "Дякую, це все")),
        (Intent.CALLBACK, ("Передзвоніть мені, будь ласка",)),
        (Intent.WAIT, ("Хвилинку",)),
    ],
    "ru": [
        (Intent.YES, ("Да, пожалуйста", "Конечно", "Да, верно")),
        (Intent.NO, ("Нет", "Нет, не надо", "Пожалуй, нет")),
        (Intent.HUMAN, ("Хочу поговорить с человеком", "Позовите сотрудника", "ноль")),
        (Intent.CONNECT, ("Соедините меня, пожалуйста",)),
        (Intent.REPEAT, ("Повторите, пожалуйста", "Что вы сказали?")),
        (Intent.GOODBYE, ("До свидания", "Спасибо, это всё")),
        (Intent.CALLBACK, ("Перезвоните мне, пожалуйста",)),
        (Intent.WAIT, ("Минуточку",)),
    ],
    "ar": [
        (Intent.YES, ("نعم", "نعم من فضلك", "أكيد")),
        (Intent.NO, ("لا", "لا شكرا لا أريد", "لا ليس كذلك")),
        (Intent.HUMAN, ("أريد التحدث مع موظف", "أريد أن أتكلم مع إنسان", "صفر")),
        (Intent.CONNECT, ("حولني من فضلك",)),
        (Intent.REPEAT, ("أعد من فضلك", "ماذا قلت؟")),
        (Intent.GOODBYE, ("مع السلامة", "شكرا هذا كل شيء")),
        (Intent.CALLBACK, ("هل يمكنكم الاتصال بي لاحقا؟",)),
        (Intent.WAIT, ("لحظة من فضلك",)),
    ],
}
EMERGENCIES = {
    "nl": (
        ("Mijn keuken staat in brand!", "112"),
        ("Mijn buurman ligt op de grond en ademt niet", "112"),
        ("Er breekt iemand bij ons in", "110"),
    ),
    "tr": (("Mutfakta yangın çıktı!", "112"), ("Babam nefes almıyor", "112"), ("Eve hırsız giriyor!", "110")),
    "pl": (("Pali się u mnie w kuchni!", "112"), ("Mąż nie oddycha", "112"), ("Ktoś się do nas włamuje!", "110")),
    "uk": (("У нас пожежа на кухні!", "112"), ("Чоловік не дихає", "112"), ("До нас лізе грабіжник у вікно!", "110")),
    "ru": (("У нас пожар на кухне!", "112"), ("Муж не дышит", "112"), ("К нам ломится грабитель!", "110")),
    "ar": (("هناك حريق في المطبخ", "112"), ("ابني وقع ولا يتنفس", "112"), ("لص يقتحم بيتي الآن", "110")),
}
HARMLESS = {
    "nl": ("Hoe kan ik bij de vrijwillige brandweer?", "Mijn straatlantaarn brandt niet"),
    "tr": ("Gönüllü itfaiyeye nasıl üye olurum?", "Sokak lambası yanmıyor"),
    "pl": ("Jak zapisać się do straży pożarnej?", "Lampa na ulicy się nie pali"),
    "uk": ("Як вступити до добровільної пожежної команди?", "Ліхтар на вулиці не горить"),
    "ru": ("Как вступить в добровольную пожарную дружину?", "Фонарь на улице не горит"),
    "ar": ("كيف أنضم إلى الإطفاء المتطوع؟", "مصباح الشارع لا يعمل"),
}
PHONES = {
    "nl": "nul twee acht zes één, negen drie negen nul",
    "tr": "sıfır iki sekiz altı bir, dokuz üç dokuz sıfır",
    "pl": "zero dwa osiem sześć jeden, dziewięć trzy dziewięć zero",
    "uk": "нуль два вісім шість один, дев'ять три дев'ять нуль",
    "ru": "ноль два восемь шесть один, девять три девять ноль",
    "ar": "صفر اثنان ثمانية ستة واحد تسعة ثلاثة تسعة صفر",
}
CHOICES = {
    "nl": ("één", "de tweede", "nummer drie", "de laatste"),
    "tr": ("bir", "ikinci", "üç numara", "sonuncusu"),
    "pl": ("jeden", "to drugie", "numer trzy", "ostatnie"),
    "uk": ("один", "друге", "номер три", "останнє"),
    "ru": ("один", "второе", "номер три", "последнее"),
    "ar": ("واحد", "الثاني", "رقم ثلاثة", "الأخير"),
}
"""The first, the second, and the third of three in two ways."""
TIMES: dict[str, tuple[tuple[str, str], ...]] = {
    "nl": (("half negen", "08:30"), ("kwart over acht", "08:15"), ("tien uur", "10:00")),
    "tr": (("sekiz buçuk", "08:30"), ("saat onda", "10:00"), ("dokuzu çeyrek geçe", "09:15")),
    "pl": (("wpół do dziewiątej", "08:30"), ("o dziesiątej", "10:00"), ("kwadrans po ósmej", "08:15")),
    "uk": (("о пів на дев'яту", "08:30"), ("о десятій", "10:00"), ("чверть на дев'яту", "08:15")),
    "ru": (("половина девятого", "08:30"), ("в десять часов", "10:00"), ("четверть девятого", "08:15")),
    "ar": (("الثامنة والنصف", "08:30"), ("الساعة العاشرة", "10:00"), ("الثامنة والربع", "08:15")),
}
TOMORROW_MORNING = {
    "nl": "morgenochtend",
    "tr": "yarın sabah",
    "pl": "jutro rano",
    "uk": "завтра вранці",
    "ru": "завтра утром",
    "ar": "غدا صباحا",
}
TODAY = date(2026, 11, 25)
"""A Wednesday."""


def test_every_new_language_is_in_every_table() -> None:
    for table in (INTENTS, EMERGENCIES, HARMLESS, PHONES, CHOICES, TIMES, TOMORROW_MORNING):
        assert set(table) == set(NEW)
    for language in NEW:
        said = [text for _, texts in INTENTS[language] for text in texts]
        assert len(said) + len(EMERGENCIES[language]) >= 12


def test_none_of_them_is_copied_from_the_phrase_files() -> None:
    rows = files("voicebot.understanding").joinpath("phrases", "emergencies.csv").read_text(encoding="utf-8")
    known = {fold(row["text"]) for row in csv.DictReader(rows.splitlines())}
    said = [text for table in EMERGENCIES.values() for text, _ in table]
    said += [text for texts in HARMLESS.values() for text in texts]
    assert not known & {fold(text) for text in said}


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [(language, text, intent) for language, rows in INTENTS.items() for intent, texts in rows for text in texts],
)
def test_what_is_said_to_the_bot_itself(language: str, text: str, intent: Intent) -> None:
    assert control_intents(text, language)[:1] == (intent,)


@pytest.mark.parametrize(
    ("text", "number"), [row for rows in EMERGENCIES.values() for row in rows], ids=lambda value: str(value)
)
def test_emergencies(text: str, number: str) -> None:
    assert emergency_number(text) == number


@pytest.mark.parametrize("text", [text for texts in HARMLESS.values() for text in texts])
def test_no_emergencies(text: str) -> None:
    assert emergency_number(text) is None


@pytest.mark.parametrize(("language", "text"), PHONES.items())
def test_telephone_numbers(language: str, text: str) -> None:
    assert phone_number(text, language) == "028619390"
    assert phone_number("02861 939 0", language) == "028619390"


@pytest.mark.parametrize(("language", "texts"), CHOICES.items())
def test_choices_and_names_of_keys(language: str, texts: tuple[str, ...]) -> None:
    assert [numbered(text, 3, language) for text in texts] == [0, 1, 2, 2]


@pytest.mark.parametrize(
    ("language", "text", "clock"), [(language, *row) for language, rows in TIMES.items() for row in rows]
)
def test_times(language: str, text: str, clock: str) -> None:
    assert clock_time(text, language) == time.fromisoformat(clock)


@pytest.mark.parametrize(("language", "text"), TOMORROW_MORNING.items())
def test_a_wish_for_tomorrow_morning(language: str, text: str) -> None:
    day, start, end = preferred_time(text, language, TODAY)
    assert day == date(2026, 11, 26)
    assert start is not None
    assert end is not None
    assert start < end <= time(12)


@pytest.mark.parametrize("call_language", NEW)
@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Ich möchte mit einem Menschen sprechen", Intent.HUMAN),
        ("I want to talk to a real person", Intent.HUMAN),
        ("Auf Wiederhören", Intent.GOODBYE),
        ("goodbye", Intent.GOODBYE),
        ("Wie bitte?", Intent.REPEAT),
    ],
)
def test_german_and_english_are_understood_in_every_call(call_language: str, text: str, intent: Intent) -> None:
    assert control_intents(text, call_language)[:1] == (intent,)


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("text", ["no", "ne", "tak", "nie", "да", "нет", "так", "evet", "hayır", "نعم"])
def test_yes_and_no_of_other_languages_are_none_in_german_and_english(language: str, text: str) -> None:
    """ "No" is yes in Polish, "ne" is what in Turkish and a no in German, as "nie" is never."""
    expected = (Intent.NO,) if text in ("no", "ne", "nie") else ()
    assert control_intents(text, language)[:1] == expected


def _rows(name: str) -> list[dict[str, str]]:
    with (Path(__file__).parent.parent / "data" / "borken" / "evaluation" / name).open(encoding="utf-8-sig") as file:
        return [row for row in csv.DictReader(file) if row["language"] in ("de", "en")]


def test_german_and_english_questions_do_not_meet_new_phrases() -> None:
    texts = [(row["text"], row["language"]) for row in (*_rows("questions.csv"), *_rows("off_topic.csv"))]
    assert len(texts) > 300
    assert [text for text, _ in texts if asked_language(text)] == []


@pytest.mark.parametrize(
    ("language", "text", "number"),
    [
        ("tr", "sıfır yüz yetmiş altı, dokuz yüz otuz dokuz on bir", "017693911"),
        ("ru", "ноль сто семьдесят шесть девятьсот тридцать девять четыреста двенадцать", "0176939412"),
        ("pl", "zero sto siedemdziesiąt sześć dziewięćset trzydzieści dziewięć", "0176939"),
        ("uk", "нуль сто сімдесят шість дев'ятсот тридцять дев'ять", "0176939"),
        ("ar", "صفر تلاتة وعشرين خمسة", "0235"),
        ("ru", "ноль восемьсот пять пять пять", "0800555"),
        ("en", "oh eight hundred five five five", "0800555"),
    ],
)
def test_hundreds_in_several_words_are_one_group(language: str, text: str, number: str) -> None:
    assert phone_number(text, language) == number
