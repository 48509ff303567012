"""Advice during a call: offered, asked, answered by voice and key, and handed on with its answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from talking import Talker, about, told
from telephony.events import TransferResult
from voicebot.dialogue import Input, Kind, LeaveMessage, State, Transfer
from voicebot.routing import Action
from voicebot.understanding.result import Intent

WOHNEN = about("wohnen", None, "Wie ist das mit dem Wohnen?")
YES, NO = told(Intent.YES, "ja"), told(Intent.NO, "nein")
BLUBB = told(Intent.NOMATCH, "Blubb")


def consulted(*answers: str, speak_samples: bool = False, caller: str = "") -> Talker:
    """In the midst of the questions, after these answers by key."""
    talker = Talker(caller=caller, speak_samples=speak_samples)
    talker.hears(WOHNEN)
    talker.presses("3")
    for answer in answers:
        talker.presses(answer)
    return talker


def handed_to(talker: Talker) -> tuple[str, str]:
    """The department to which the caller is passed on, and what it is told of their answers."""
    transfer = talker.actions[-1]
    assert isinstance(transfer, Transfer)
    return transfer.department.key, transfer.note


def test_it_is_offered_with_the_answer() -> None:
    talker = Talker()
    said = talker.hears(WOHNEN)
    assert said == "Wohnen general. " + talker.prompt("offer_advice", desk="dem Bürgerbüro")
    assert talker.state is State.ADVICE_OFFERED


@pytest.mark.parametrize("intent", [Intent.CONSULT, Intent.YES])
def test_it_begins_by_word(intent: Intent) -> None:
    talker = Talker()
    talker.hears(WOHNEN)
    assert talker.hears(told(intent, "Fragen")).endswith("Wohnen Sie zur Miete?")
    assert (talker.state, talker.decision.action) == (State.CONSULTING, Action.CONSULT)


@pytest.mark.parametrize("key", ["1", "verbinden"])
def test_connecting_stays_one_word_or_key_away(key: str) -> None:
    talker = Talker()
    talker.hears(WOHNEN)
    talker.presses(key) if key == "1" else talker.hears(told(Intent.CONNECT, key))
    assert handed_to(talker) == ("buergerbuero", "")


def test_answered_by_voice_to_its_end() -> None:
    talker = consulted()
    assert talker.hears(YES) == "Wie viele sind Sie?"
    said = talker.hears(told(Intent.NOMATCH, "wir sind zu zweit"))
    assert said == "Das lohnt sich. " + talker.prompt("offer", desk="dem Bürgerbüro")
    assert talker.state is State.OFFERED
    assert talker.hears(NO) == talker.prompt("satisfied")


def test_samples_are_spoken_only_where_they_may() -> None:
    said = consulted("1", "2", speak_samples=True)
    assert "Es kostet nichts." in " ".join(say.text for say in said.says)
    assert said.says[0].text == said.prompt("sample_notice")


def test_an_ending_may_connect_with_the_answers_noted() -> None:
    talker = consulted("1", "3")
    assert talker.says[0].text == "Das prüfen wir."
    assert handed_to(talker) == ("buergerbuero", "Wohnen: Miete; viele")


def test_an_ending_elsewhere_names_who_is_responsible() -> None:
    talker = consulted("2")
    assert "Kreis" in talker.says[0].text
    assert talker.state is State.LISTENING
    assert not any(isinstance(action, Transfer) for action in talker.actions)


@pytest.mark.parametrize("back", ["#", "zurück"])
def test_one_step_back_and_then_out_of_it(back: str) -> None:
    def go_back() -> str:
        return talker.presses("#") if back == "#" else talker.hears(told(Intent.BACK, back))

    talker = consulted("1")
    assert go_back() == "Wohnen Sie zur Miete?"
    assert go_back() == talker.prompt("back", service="Wohnen", desk="dem Bürgerbüro")
    assert talker.state is State.OFFERED


def test_back_from_the_ending_to_the_last_question() -> None:
    talker = consulted("1", "2")
    assert talker.presses("#") == "Wie viele sind Sie?"
    assert talker.state is State.CONSULTING


@pytest.mark.parametrize("intent", [Intent.HUMAN, Intent.CONNECT])
def test_a_person_gets_the_answers(intent: Intent) -> None:
    talker = consulted("1")
    talker.hears(told(intent, "Mensch"))
    assert handed_to(talker) == ("buergerbuero", "Wohnen: Miete")


def test_an_office_asked_for_gets_them_too() -> None:
    talker = consulted("1")
    talker.hears(replace(told(Intent.DEPARTMENT, "das Bürgerbüro bitte"), department="buergerbuero"))
    assert handed_to(talker) == ("buergerbuero", "Wohnen: Miete")


def test_not_understood_reads_the_keys_and_then_rings_a_person() -> None:
    talker = consulted("1")
    keys = talker.prompt("advice_keys_three", first="allein", second="zu zweit", third="mehr")
    assert talker.hears(BLUBB) == keys
    talker.hears(BLUBB)
    assert handed_to(talker) == ("buergerbuero", "Wohnen: Miete")


def test_an_answer_in_between_starts_the_count_anew() -> None:
    talker = consulted()
    talker.hears(BLUBB)
    talker.presses("1")
    talker.hears(BLUBB)
    assert talker.state is State.CONSULTING


def test_a_question_of_ones_own_leads_out_of_it() -> None:
    talker = consulted("1")
    assert "Ausweis documents." in talker.hears(about("ausweis", "documents", "Was brauche ich für den Ausweis?"))
    assert talker.state is State.OFFERED


def test_a_message_after_it_holds_the_answers() -> None:
    talker = consulted("1", "0", caller="0286112345")
    talker.happens(Input(Kind.NOT_TRANSFERRED, result=TransferResult.REFUSED))
    talker.presses("1")
    talker.hears(told(Intent.NOMATCH, "Anna Schmidt"))
    talker.presses("1")
    left = next(action for action in talker.actions if isinstance(action, LeaveMessage))
    assert left.matter == "Wohnen: Miete"


def test_it_is_not_offered_a_second_time() -> None:
    talker = consulted("1", "2")
    assert talker.hears(WOHNEN).endswith(talker.prompt("offer", desk="dem Bürgerbüro"))


def test_whoever_declined_is_not_offered_it_with_every_answer() -> None:
    talker = Talker()
    talker.hears(WOHNEN)
    assert talker.hears(NO) == talker.prompt("satisfied")
    assert talker.hears(WOHNEN).endswith(talker.prompt("offer", desk="dem Bürgerbüro"))
    assert talker.hears(told(Intent.CONSULT, "Beratung")).endswith("Wohnen Sie zur Miete?")


def test_asked_for_where_there_is_none_gets_the_overview() -> None:
    talker = Talker()
    assert talker.hears(told(Intent.CONSULT, "Beratung")) == talker.prompt("overview")
