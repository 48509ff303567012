"""What is made ahead of calls is what is said on them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from itertools import cycle
from pathlib import Path

import pytest

from town import town
from voicebot.advice import Consultation
from voicebot.catalogue.city import ASPECTS, City
from voicebot.catalogue.folder import read_folder
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.dialogue import Dialogue, Do, Input, Kind, Say, State, heard, key
from voicebot.prompts import Prompts
from voicebot.repertoire import fixed, repertoire, transfers
from voicebot.routing import Router
from voicebot.understanding.result import Intent, Understanding

ROOT = Path(__file__).parent.parent
LANGUAGES = ("de", "en")


@pytest.fixture(scope="module")
def borken() -> City:
    return read_folder(ROOT / "data" / "borken")


@pytest.fixture(scope="module")
def prompts() -> Prompts:
    return Prompts.load(LANGUAGES)


def said(actions: list[Do]) -> set[tuple[str, str]]:
    return {(each.text, each.language) for each in actions if isinstance(each, Say)}


def questions(city: City) -> Iterator[Understanding]:
    """Every question about a service or a department, in every language."""
    for language in LANGUAGES:
        for aspect in (None, *ASPECTS):
            for service in city.services:
                yield Understanding("x", language, Intent.SERVICE, 1.0, service=service, aspect=aspect)
            for department in city.departments:
                yield Understanding("x", language, Intent.DEPARTMENT, 1.0, department=department, aspect=aspect)


@pytest.mark.parametrize("speak_samples", [True, False])
def test_every_reply_of_the_router_is_there(borken: City, prompts: Prompts, speak_samples: bool) -> None:
    router = Router(borken, prompts, speak_samples)
    texts = set(repertoire(router))
    replies = {(text, asked.language) for asked in questions(borken) for text in router.decide(asked).reply}
    assert len(replies) > 300
    assert replies <= texts


@pytest.mark.parametrize("speak_samples", [True, False])
def test_so_is_all_that_follows_on_a_call(borken: City, prompts: Prompts, speak_samples: bool) -> None:
    """Each question, then yes, no, back, simpler or a repetition: nothing is said that is not there."""
    router = Router(borken, prompts, speak_samples)
    texts = set(repertoire(router))
    days = [datetime(2026, 11, day, tzinfo=TOWN_TIME) for day in range(23, 30)]
    moments = cycle([day.replace(hour=hour, minute=45) for day in days for hour in (0, 7, 14)])
    following = (
        Input(Kind.STARTED),
        *(
            heard(Understanding("x", "", intent, 1.0))
            for intent in (Intent.YES, Intent.NO, Intent.BACK, Intent.SIMPLER, Intent.CONSULT)
        ),
    )
    missing = set()
    for asked in questions(borken):
        for after in following:
            dialogue = Dialogue(router, asked.language, clock=lambda: next(moments))
            missing |= said(dialogue.step(heard(asked))) - texts
            was_simpler = after.heard is not None and after.heard.intent is Intent.SIMPLER
            # The beginning of an answer is found a sentence at a time.
            whole = " ".join(text for text, _ in texts) if was_simpler else ""
            missing |= {each for each in said(dialogue.step(after)) - texts if each[0] not in whole}
    # When a desk with hours of its own, or after days off, can be reached again is said as it is needed.
    opening = {language: prompts.say("opens_again", language, opening="…").split("…")[0] for language in LANGUAGES}
    assert not {(text, language) for text, language in missing if not text.startswith(opening[language])}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_advice_can_be_given_to_its_end(borken: City, prompts: Prompts, language: str) -> None:
    router = Router(borken, prompts, speak_samples=True)
    texts = set(repertoire(router))

    def walk(dialogue_of: list[str], consultation: Consultation) -> None:
        dialogue = Dialogue(router, language, clock=lambda: datetime(2026, 11, 25, 10, tzinfo=TOWN_TIME))
        service = consultation.advice.services[0]
        spoken = said(dialogue.step(heard(Understanding("x", language, Intent.SERVICE, 1.0, service=service))))
        spoken |= said(dialogue.step(heard(Understanding("x", language, Intent.CONSULT, 1.0))))
        for digit in dialogue_of:
            spoken |= said(dialogue.step(key(digit)))
        assert spoken <= texts
        if consultation.step is None:
            return
        assert dialogue.state is State.CONSULTING
        assert said(dialogue.step(heard(Understanding("Blubb", language, Intent.NOMATCH, 1.0)))) <= texts
        for place, choice in enumerate(consultation.step.choices, start=1):
            walk([*dialogue_of, str(place)], consultation.answered(choice))

    advices = [advice for advice in borken.advice.values() if language in advice.languages]
    assert advices
    for advice in advices:
        walk([], Consultation(advice))


def test_every_prompt_is_there_but_those_with_what_callers_choose_or_say(borken: City, prompts: Prompts) -> None:
    texts = repertoire(Router(borken, prompts, speak_samples=True))
    german = [text for text, language in texts if language == "de"]
    own = prompts.texts("de")
    missing = {name for name, prompt in own.items() if not any(_is_filled(prompt, text) for text in german)}
    assert missing == {
        "message_noted_name",
        "message_noted_number",
        "message_noted_preferred_time",
        "message_noted_matter",
        "message_noted_place",
        "message_noted_since",
        "message_number_short",
        "message_number_long",
        "message_number_unknown",
        "report_stored",
        "clarify_two",
        "clarify_three",
        "clarify_keys_two",
        "clarify_keys_three",
        "closed_now_because",
        "closed_today_because",
        "desk_caller_speaks",
        "no_voice",  # all languages are spoken
    }


def test_what_is_said_to_callers_without_a_voice_is_there(borken: City) -> None:
    prompts = Prompts.load(("de", "en", "tr", "pl"))
    texts = repertoire(Router(borken, prompts), ("de", "en", "pl"))
    keys = {prompts.say("language_key", each, number=str(place)) for place, each in enumerate(("de", "en", "pl"), 1)}
    assert keys <= {text for text, _ in texts}
    for language, spoken in (("de", "Türkisch"), ("en", "Turkish")):
        for department in borken.departments.values():
            said = prompts.say("no_voice", language, spoken=spoken, desk=department.with_name(language))
            assert ((said, language) in texts) == (department.kind != "extern")
    assert not any("Polnisch" in text for text, _ in texts if "verstehe ich" in text)


def _is_filled(prompt: str, text: str) -> bool:
    """Whether the text is the prompt with something in its placeholders."""
    parts = [re.escape(part) for part in re.split(r"\{\w+\}", prompt)]
    return re.fullmatch(".+".join(parts), text) is not None


def test_samples_only_where_they_may_be_spoken() -> None:
    router = Router(town(), Prompts.load(LANGUAGES))
    fee = ("Er kostet sechsundvierzig Euro.", "de")
    assert fee not in repertoire(router)
    assert fee in repertoire(Router(router.city, router.prompts, speak_samples=True))


def test_a_small_town_says_what_its_data_say() -> None:
    router = Router(town(), Prompts.load(LANGUAGES))
    texts = repertoire(router)
    assert len(texts) == len(set(texts))
    assert {
        ("Bringen Sie ein Foto mit.", "de"),
        ("Den Führerschein macht der Kreis.", "de"),
        ("Die Telefonnummer ist 02861681100.", "de"),
        ("Bürgerbüro: Montag bis Freitag von 8 bis 16 Uhr.", "de"),
        ("Ich verbinde Sie mit dem Bürgerbüro. Einen Moment bitte.", "de"),
        ("Wir waren beim Thema Führerschein. Was möchten Sie dazu wissen?", "de"),
        ("citizens' office: Monday to Friday from 8:00 to 16:00.", "en"),
    } <= set(texts)
    assert not [text for text, language in texts if language == "en" and "Foto" in text]
    assert not [text for text, _ in texts if "{" in text]


def test_only_the_languages_that_are_served() -> None:
    router = Router(town(), Prompts.load(("de",)))
    assert {language for _, language in repertoire(router)} == {"de"}


def test_what_most_calls_need_comes_first() -> None:
    router = Router(town(), Prompts.load(LANGUAGES))
    first = fixed(router.prompts, router.city, LANGUAGES)
    assert repertoire(router)[: len(first)] == list(dict.fromkeys(first))
    assert set(transfers(router, router.prompts.languages)) <= set(repertoire(router))
