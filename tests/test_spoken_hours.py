"""What is said when somebody asks for hours: the week, and what is special now."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from town import town
from voicebot.catalogue.city import City, Closure
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.dialogue import Dialogue, Input, Kind, Say, heard, key
from voicebot.prompts import Prompts
from voicebot.routing import Decision, Router
from voicebot.understanding.result import Intent, Understanding

PROMPTS = Prompts.load(("de", "en"))
DAY = date(2026, 11, 22)
WEEK = "Bürgerbüro: Montag bis Freitag von 8 bis 16 Uhr."
CLOSURES = (
    Closure("", date(2026, 12, 24), date(2026, 12, 24), None, None, "Heiligabend", "Aushang", DAY),
    Closure("buergerbuero", date(2026, 2, 16), date(2026, 2, 16), time(8), time(12), "Rosenmontag", "Aushang", DAY),
)


def place(source: str = "Aushang") -> City:
    return replace(town(), region="NW", closures=tuple(replace(each, source=source) for each in CLOSURES))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOWN_TIME)


def asks(language: str = "de") -> Understanding:
    return Understanding("Wann?", language, Intent.DEPARTMENT, 1.0, department="buergerbuero", aspect="hours")


def asks_about(service: str) -> Understanding:
    return Understanding("Wann?", "de", Intent.SERVICE, 1.0, service=service, aspect="hours")


def decided(moment: str, question: Understanding, *, source: str = "Aushang", speak_samples: bool = False) -> Decision:
    return Router(place(source), PROMPTS, speak_samples).decide(question, at(moment))


@pytest.mark.parametrize(
    ("moment", "now"),
    [
        ("2026-11-24T10:00", ("Gerade ist geöffnet, bis 16 Uhr.",)),
        ("2026-11-24T07:00", ("Gerade ist geschlossen.", "Geöffnet ist wieder heute ab 8 Uhr.")),
        ("2026-11-24T16:00", ("Gerade ist geschlossen.", "Geöffnet ist wieder morgen ab 8 Uhr.")),
        ("2026-11-28T10:00", ("Heute ist geschlossen.", "Geöffnet ist wieder am Montag ab 8 Uhr.")),
        ("2026-06-04T10:00", ("Heute ist geschlossen, wegen Fronleichnam.", "Geöffnet ist wieder morgen ab 8 Uhr.")),
        ("2026-12-24T10:00", ("Heute ist geschlossen, wegen Heiligabend.", "Geöffnet ist wieder am Montag ab 8 Uhr.")),
        (
            "2026-12-25T10:00",
            ("Heute ist geschlossen, wegen des Ersten Weihnachtstages.", "Geöffnet ist wieder am Montag ab 8 Uhr."),
        ),
        ("2026-02-16T10:00", ("Gerade ist geöffnet, bis 12 Uhr.",)),
        ("2026-02-16T14:00", ("Gerade ist geschlossen, wegen Rosenmontag.", "Geöffnet ist wieder morgen ab 8 Uhr.")),
        ("2026-02-16T18:00", ("Gerade ist geschlossen.", "Geöffnet ist wieder morgen ab 8 Uhr.")),
    ],
)
def test_hours_and_what_is_special_now(moment: str, now: tuple[str, ...]) -> None:
    assert decided(moment, asks()).reply == (WEEK, *now)
    assert decided(moment, asks_about("personalausweis")).reply == (WEEK, *now)


def test_in_english() -> None:
    assert decided("2026-06-04T10:00", asks("en")).reply[1:] == (
        "It is closed today, because of Corpus Christi.",
        "It opens again tomorrow from 8:00.",
    )
    assert decided("2026-12-24T10:00", asks("en")).reply[1] == "It is closed today.", "the reason is German"
    assert decided("2026-11-24T10:00", asks("en")).reply[1] == "It is open now, until 16:00."


def test_without_a_time_nothing_is_said_of_now() -> None:
    assert Router(place(), PROMPTS).decide(asks()).reply == (WEEK,)


def test_closed_for_longer_than_anybody_plans() -> None:
    away = Closure("buergerbuero", date(2026, 11, 1), date(2027, 10, 31), None, None, "Umbau", "Aushang", DAY)
    router = Router(replace(place(), closures=(away,)), PROMPTS)
    assert router.decide(asks(), at("2026-11-24T10:00")).reply == (WEEK, "Heute ist geschlossen, wegen Umbau.")


def test_days_off_that_are_samples_are_spoken_as_samples_or_not_at_all() -> None:
    silent = decided("2026-12-24T10:00", asks(), source="sample")
    assert (silent.reply, silent.sample) == ((WEEK,), False)
    before = decided("2026-12-23T17:00", asks(), source="sample")
    assert before.reply == (WEEK,), "it would open tomorrow but for the sample, or would it not?"
    spoken = decided("2026-12-24T10:00", asks(), source="sample", speak_samples=True)
    assert (spoken.reply[1], spoken.sample) == ("Heute ist geschlossen, wegen Heiligabend.", True)
    assert decided("2026-11-24T10:00", asks(), source="sample", speak_samples=True).sample is False


def test_hours_that_are_not_known_have_no_now() -> None:
    router = Router(replace(place(), closures=()), PROMPTS)
    question = replace(asks(), department="kreis")
    assert router.decide(question, at("2026-11-24T10:00")).reply == ()


def test_the_conversation_asks_its_clock() -> None:
    city = replace(place(), services=dict(sorted(place().services.items(), reverse=True)))
    dialogue = Dialogue(Router(city, PROMPTS), "de", clock=lambda: at("2026-06-04T10:00"))
    texts = [do.text for do in dialogue.step(heard(asks())) if isinstance(do, Say)]
    assert "Heute ist geschlossen, wegen Fronleichnam." in texts
    dialogue = Dialogue(Router(city, PROMPTS), "de", clock=lambda: at("2026-06-04T10:00"))
    for happened in (Input(Kind.STARTED), key("1"), key("2")):
        texts = [do.text for do in dialogue.step(happened) if isinstance(do, Say)]
    assert "Heute ist geschlossen, wegen Fronleichnam." in texts, "by key, too"
