"""Times, days and wishes for callbacks as they are said."""

# ruff: noqa: SIM905 - a row of words reads better than a column

from __future__ import annotations

from datetime import date, time, timedelta
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voicebot.speech.numerals import german, german_before
from voicebot.speech.speakable import speakable
from voicebot.understanding.dates import spoken_date
from voicebot.understanding.times import clock_time, preferred_time, time_span

TODAY = date(2026, 11, 25)
"""A Wednesday."""


def at(written: str | None) -> time | None:
    return time.fromisoformat(written) if written else None


@pytest.mark.parametrize(
    ("language", "text", "clock"),
    [
        ("de", "halb neun", "08:30"),
        ("de", "Viertel nach acht", "08:15"),
        ("de", "Viertel vor neun", "08:45"),
        ("de", "viertel neun", "08:15"),
        ("de", "drei viertel neun", "08:45"),
        ("de", "dreiviertel neun", "08:45"),
        ("de", "3/4 9", "08:45"),
        ("de", "fünf vor halb neun", "08:25"),
        ("de", "fünf nach halb neun", "08:35"),
        ("de", "zehn nach neun", "09:10"),
        ("de", "zwanzig Minuten vor zehn", "09:40"),
        ("de", "acht Uhr dreißig", "08:30"),
        ("de", "zwanzig Uhr fünfzehn", "20:15"),
        ("de", "um ein Uhr", "01:00"),
        ("de", "um eins", "01:00"),
        ("de", "um acht", "08:00"),
        ("de", "so gegen halb zehn", "09:30"),
        ("de", "um drei nachmittags", "15:00"),
        ("de", "nachmittags um halb vier", "15:30"),
        ("de", "acht Uhr abends", "20:00"),
        ("de", "zwölf Uhr nachts", "00:00"),
        ("de", "zwölf Uhr mittags", "12:00"),
        ("de", "gegen Mittag", "12:00"),
        ("de", "8:30 Uhr", "08:30"),
        ("de", "8.30 Uhr", "08:30"),
        ("de", "um 8.30", "08:30"),
        ("de", "14uhr", "14:00"),
        ("de", "24 Uhr", "00:00"),
        ("de", "25 Uhr", None),
        ("de", "vormittags", None),
        ("de", "sieben Kinder", None),
        ("de", "", None),
        ("en", "half past eight", "08:30"),
        ("en", "half eight", "08:30"),
        ("en", "quarter to nine", "08:45"),
        ("en", "a quarter past nine", "09:15"),
        ("en", "ten to nine", "08:50"),
        ("en", "five past twelve", "12:05"),
        ("en", "3 pm", "15:00"),
        ("en", "at 3pm", "15:00"),
        ("en", "8:15 p.m.", "20:15"),
        ("en", "12:30 a.m.", "00:30"),
        ("en", "twelve pm", "12:00"),
        ("en", "eight thirty am", "08:30"),
        ("en", "three o'clock in the afternoon", "15:00"),
        ("en", "at eight", "08:00"),
        ("en", "noon", "12:00"),
        ("en", "two of us", None),
    ],
)
def test_clock_time(language: str, text: str, clock: str | None) -> None:
    assert clock_time(text, language) == at(clock)


@pytest.mark.parametrize(
    ("language", "text", "start", "end"),
    [
        ("de", "vormittags", "08:00", "12:00"),
        ("de", "am Nachmittag", "12:00", "18:00"),
        ("de", "ab vierzehn Uhr", "14:00", None),
        ("de", "nach 16 Uhr", "16:00", None),
        ("de", "nicht vor zehn", "10:00", None),
        ("de", "bis elf", None, "11:00"),
        ("de", "spätestens um zwölf", None, "12:00"),
        ("de", "zwischen neun und elf", "09:00", "11:00"),
        ("de", "zwischen halb neun und Viertel nach zehn", "08:30", "10:15"),
        ("de", "zwischen acht und zwanzig Uhr", "08:00", "20:00"),
        ("de", "von neun bis elf Uhr", "09:00", "11:00"),
        ("de", "9:00-11:00 Uhr", "09:00", "11:00"),
        ("de", "von elf bis eins", "11:00", "13:00"),
        ("de", "von zwei bis 16 Uhr", "14:00", "16:00"),
        ("de", "zwischen zwei und vier nachmittags", "14:00", "16:00"),
        ("de", "vormittags ab zehn", "10:00", "12:00"),
        ("de", "nachmittags bis vier", "12:00", "16:00"),
        ("de", "um zehn", "10:00", "10:00"),
        ("de", "in drei Tagen", None, None),
        ("de", "egal", None, None),
        ("en", "in the morning", "08:00", "12:00"),
        ("en", "after 2 pm", "14:00", None),
        ("en", "before noon", None, "12:00"),
        ("en", "between nine and eleven", "09:00", "11:00"),
        ("en", "from 2 to 4 pm", "14:00", "16:00"),
        ("en", "from ten to twelve", "10:00", "12:00"),
    ],
)
def test_time_span(language: str, text: str, start: str | None, end: str | None) -> None:
    assert time_span(text, language) == (at(start), at(end))


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("de", "heute Nachmittag", "2026-11-25"),
        ("de", "heute Morgen", "2026-11-25"),
        ("de", "morgen", "2026-11-26"),
        ("de", "übermorgen", "2026-11-27"),
        ("de", "am Montag", "2026-11-30"),
        ("de", "am Mittwoch", "2026-12-02"),
        ("de", "Donnerstagvormittag", "2026-11-26"),
        ("de", "nächsten Dienstag", "2026-12-01"),
        ("de", "übernächsten Dienstag", "2026-12-08"),
        ("de", "nächste Woche Donnerstag", "2026-12-03"),
        ("de", "Donnerstag nächster Woche", "2026-12-03"),
        ("de", "Montag in einer Woche", "2026-12-07"),
        ("de", "in zwei Wochen am Montag", "2026-12-07"),
        ("de", "nächste Woche", "2026-11-30"),
        ("de", "Ende nächster Woche", "2026-12-04"),
        ("de", "in zwei Wochen", "2026-12-09"),
        ("de", "in anderthalb Wochen", "2026-12-05"),
        ("de", "in acht Tagen", "2026-12-02"),
        ("de", "in vierzehn Tagen", "2026-12-09"),
        ("de", "in einem Monat", "2026-12-25"),
        ("de", "am dritten Zwölften", "2026-12-03"),
        ("de", "am dritten Zwölften zweitausendsiebenundzwanzig", "2027-12-03"),
        ("de", "am fünften Mai", "2027-05-05"),
        ("de", "am 3. Dezember", "2026-12-03"),
        ("de", "3.12.", "2026-12-03"),
        ("de", "1.2.27", "2027-02-01"),
        ("de", "am fünften", "2026-12-05"),
        ("de", "am 3.", "2026-12-03"),
        ("de", "am einunddreißigsten", "2026-12-31"),
        ("de", "am 29. Februar", "2028-02-29"),
        ("de", "am 31.2.", None),
        ("de", "Guten Morgen", None),
        ("de", "in dieser Woche", None),
        ("en", "tomorrow", "2026-11-26"),
        ("en", "the day after tomorrow", "2026-11-27"),
        ("en", "this afternoon", "2026-11-25"),
        ("en", "next Tuesday", "2026-12-01"),
        ("en", "Thursday next week", "2026-12-03"),
        ("en", "a week on Monday", "2026-12-07"),
        ("en", "in a fortnight", "2026-12-09"),
        ("en", "in two weeks", "2026-12-09"),
        ("en", "on the third of December", "2026-12-03"),
        ("en", "December 3rd", "2026-12-03"),
        ("en", "May the 5th, 2027", "2027-05-05"),
        ("en", "on the 3rd", "2026-12-03"),
        ("en", "I may call", None),
    ],
)
def test_spoken_date(language: str, text: str, day: str | None) -> None:
    assert spoken_date(text, language, TODAY) == (date.fromisoformat(day) if day else None)


@pytest.mark.parametrize(
    ("language", "text", "day", "start", "end"),
    [
        ("de", "am Donnerstag zwischen zehn und zwölf", "2026-11-26", "10:00", "12:00"),
        ("de", "Guten Morgen, morgen Nachmittag ab drei", "2026-11-26", "15:00", "18:00"),
        ("de", "morgen um drei", "2026-11-26", "15:00", "15:00"),
        ("de", "morgen früh um acht", "2026-11-26", "08:00", "08:00"),
        ("de", "am Montag Morgen", "2026-11-30", "07:00", "10:00"),
        ("de", "Montag ab 14 Uhr", "2026-11-30", "14:00", None),
        ("de", "am 3.12. um 8.30 Uhr", "2026-12-03", "08:30", "08:30"),
        ("de", "am fünften um halb zehn", "2026-12-05", "09:30", "09:30"),
        ("de", "Am 5.12. um 10.", "2026-12-05", "10:00", "10:00"),
        ("de", "von 8.30 bis 9.45", None, "08:30", "09:45"),
        ("de", "ab 3.12. vormittags", "2026-12-03", "08:00", "12:00"),
        ("de", "übermorgen gegen Mittag", "2026-11-27", "12:00", "12:00"),
        ("de", "in zwei bis drei Wochen", "2026-12-16", None, None),
        ("de", "jederzeit nach vier", None, "16:00", None),
        ("de", "ist mir egal", None, None, None),
        ("en", "on Thursday between ten and twelve", "2026-11-26", "10:00", "12:00"),
        ("en", "tomorrow at three", "2026-11-26", "15:00", "15:00"),
        ("en", "next Monday after 2 pm", "2026-11-30", "14:00", None),
        ("en", "tomorrow morning", "2026-11-26", "08:00", "12:00"),
        ("en", "any time", None, None, None),
    ],
)
def test_preferred_time(language: str, text: str, day: str | None, start: str | None, end: str | None) -> None:
    expected = (date.fromisoformat(day) if day else None, at(start), at(end))
    assert preferred_time(text, language, TODAY) == expected


@settings(deadline=None)
@given(st.times())
def test_times_in_words_come_back(clock: time) -> None:
    clock = clock.replace(second=0, microsecond=0)
    minutes = f" {german(clock.minute)}" if clock.minute else ""
    assert clock_time(f"um {german_before(clock.hour)} Uhr{minutes}", "de") == clock
    assert clock_time(speakable(f"{clock:%H:%M} Uhr", "de"), "de") == clock


@settings(deadline=None)
@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_dates_in_words_come_back(day: date) -> None:
    assert spoken_date(speakable(f"am {day.day}.{day.month}.{day.year}", "de"), "de", TODAY) == day
    assert spoken_date(f"am {day:%d.%m.%Y}", "de", TODAY) == day


@settings(deadline=None)
@given(st.integers(0, 27))
def test_a_weekday_is_never_today_nor_later_than_in_a_week(days: int) -> None:
    today = TODAY + timedelta(days)
    for name in ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"):
        day = spoken_date(f"am {name}", "de", today)
        assert day and timedelta(1) <= day - today <= timedelta(7)


def test_a_wish_costs_less_than_a_millisecond() -> None:
    spent = []
    for _ in range(50):
        start = thread_time()
        preferred_time("am besten am Donnerstag, dem dritten Zwölften, zwischen halb neun und zehn", "de", TODAY)
        spent.append(thread_time() - start)
    assert min(spent) < 0.001


VOCABULARY = (
    "um ab bis zwischen und von nach vor halb viertel uhr morgen am frueh in wochen monaten 3. 12. 31. 24 99 999999 "
    "februar nächste dienstag 8:30 0:00 29.2. 3.12.2026 99:99 @2500 ~0830 1h1 1d1d at pm am past to half may next"
).split()


@settings(deadline=None)
@given(
    st.one_of(st.text(), st.lists(st.sampled_from(VOCABULARY)).map(" ".join)),
    st.sampled_from(["de", "en"]),
    st.one_of(st.dates(), st.just(date.max), st.just(date.min)),
)
def test_nothing_raises(text: str, language: str, today: date) -> None:
    clock_time(text, language)
    time_span(text, language)
    preferred_time(text, language, today)
