"""Conversations as the transition table has them: no sound, no models."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talking import Talker, about, told
from telephony.events import TransferResult
from voicebot.dialogue import HangUp, Input, Kind, LeaveMessage, State, Transfer
from voicebot.routing import Action
from voicebot.understanding.result import Intent, Understanding

RESIDENCE = ("anmelden", "ummelden", "abmelden")
AMBIGUOUS = replace(about("anmelden", "fee", "Was kostet Melden?"), choices=RESIDENCE)


# Which of them?


def test_a_question_back_names_what_differs() -> None:
    talker = Talker()
    assert talker.hears(AMBIGUOUS) == "Meinen Sie Wohnsitz anmelden, ummelden oder abmelden?"
    assert talker.state is State.CLARIFYING
    assert talker.decision.action is Action.CLARIFY
    assert talker.decision.service == "anmelden"


@pytest.mark.parametrize(
    ("answer", "service"),
    [
        (told(Intent.NOMATCH, "die zweite"), "ummelden"),
        (told(Intent.NOMATCH, "das letzte"), "abmelden"),
        (told(Intent.NOMATCH, "eins"), "anmelden"),
        (told(Intent.YES, "ja, abmelden"), "abmelden"),
        (about("anmelden", None, "nein, nicht anmelden, ummelden", 0.8), "ummelden"),
        (about("ummelden", None, "ummelden", 0.4), "ummelden"),
        (replace(about("anmelden", None, "abmelden", 0.4), choices=RESIDENCE), "abmelden"),
    ],
)
def test_a_choice_gets_what_was_asked_at_first(answer: Understanding, service: str) -> None:
    talker = Talker()
    talker.hears(AMBIGUOUS)
    assert f"Gebühr {service}" in talker.hears(answer)
    assert (talker.decision.service, talker.decision.aspect) == (service, "fee")
    assert talker.state is State.OFFERED


@pytest.mark.parametrize(("key", "service"), [("1", "anmelden"), ("2", "ummelden"), ("3", "abmelden")])
def test_a_choice_by_key(key: str, service: str) -> None:
    talker = Talker()
    talker.hears(AMBIGUOUS)
    assert f"Gebühr {service}" in talker.presses(key)


def test_a_new_question_is_just_one() -> None:
    talker = Talker()
    talker.hears(AMBIGUOUS)
    assert "Ausweis documents" in talker.hears(about("ausweis", "documents", "Was brauche ich für den Ausweis?"))


def test_names_are_short_where_they_are_read_one_after_the_other() -> None:
    talker = Talker()
    read = talker.hears(replace(about("ausweis", None), choices=("ausweis", "verlust")))
    assert read == "Meinen Sie Personalausweis oder Ausweis verloren melden?"


def test_none_of_them_asks_for_other_words_and_then_for_a_person() -> None:
    talker = Talker()
    talker.hears(AMBIGUOUS)
    assert talker.hears(told(Intent.NOMATCH, "keins davon")) == talker.prompt("clarify_other")
    assert talker.state is State.LISTENING
    talker.hears(told(Intent.NOMATCH, "Blubb"))
    assert talker.state is State.MENU
    talker.hears(told(Intent.NOMATCH, "Blubb"))
    assert talker.state is State.TRANSFERRING


def test_not_understood_reads_the_keys_and_then_rings_a_person() -> None:
    talker = Talker()
    talker.hears(AMBIGUOUS)
    assert "Drei ist abmelden" in talker.hears(told(Intent.NOMATCH, "Blubb"))
    assert talker.hears(told(Intent.NOMATCH, "Blubb")) == talker.prompt("not_understood_person")
    assert talker.state is State.TRANSFERRING


@settings(deadline=None)
@given(st.lists(st.sampled_from(["again", "none", "no", "blubb", "repeat", "two"]), min_size=1, max_size=12))
def test_no_one_is_asked_back_more_than_twice(answers: list[str]) -> None:
    inputs = {
        "again": AMBIGUOUS,
        "none": told(Intent.NOMATCH, "keins davon"),
        "no": told(Intent.NO, "nein"),
        "blubb": told(Intent.NOMATCH, "Blubb"),
        "repeat": told(Intent.REPEAT, "wie bitte"),
        "two": replace(AMBIGUOUS, choices=RESIDENCE[:2]),
    }
    talker, asked = Talker(), 0
    for answer in answers:
        said = talker.hears(inputs[answer])
        asked += answer in ("again", "two") and said.startswith("Meinen Sie")
        if talker.state in (State.TRANSFERRING, State.ENDING):
            break
    assert asked <= 2


# Several wishes.


def test_two_short_answers_come_in_one_turn() -> None:
    talker = Talker()
    said = talker.hears(replace(about("ausweis", "documents"), then=(about("ummelden", "fee"),)))
    assert said.index("Ausweis documents") < said.index(talker.prompt("second_wish")) < said.index("Gebühr ummelden")
    assert said.count(talker.prompt("offer", desk="dem Bürgerbüro")) == 1
    assert talker.decision.service == "ausweis"
    assert talker.service == "ummelden"


def test_a_third_wish_follows_when_the_others_are_settled() -> None:
    talker = Talker()
    wishes = (about("ummelden", "fee"), about("abmelden", "fee"))
    assert "abmelden" not in talker.hears(replace(about("ausweis", "documents"), then=wishes))
    said = talker.hears(told(Intent.SATISFIED, "nein danke"))
    assert said.startswith(talker.prompt("next_wish"))
    assert "Gebühr abmelden" in said
    assert talker.hears(told(Intent.NO, "nein")) == talker.prompt("satisfied")


def test_what_cannot_be_answered_at_once_waits() -> None:
    talker = Talker()
    said = talker.hears(replace(about("ausweis", "documents"), then=(about("ausweis", "deadline"),)))
    assert talker.prompt("second_wish") not in said
    assert talker.prompt("no_source", desk="dem Bürgerbüro") in talker.hears(told(Intent.NO, "nein"))


def test_after_another_authority_the_next_wish_is_answered_in_the_same_turn() -> None:
    talker = Talker()
    said = talker.hears(replace(about("fuehrerschein", None), then=(about("ummelden", "fee"),)))
    assert "Kreis" in said
    assert "Gebühr ummelden" in said
    assert talker.state is State.OFFERED


def test_who_is_connected_is_told_where_to_ask_the_rest() -> None:
    talker = Talker()
    assert talker.hears(replace(told(Intent.HUMAN, "Mensch"), then=(about("ausweis", "fee"),))).startswith(
        talker.prompt("wishes_there")
    )


def test_a_wish_not_understood_is_asked_for() -> None:
    talker = Talker()
    talker.hears(replace(about("ausweis", "documents"), then=(told(Intent.NOMATCH, "Blubb"),)))
    assert talker.hears(told(Intent.NO, "nein")) == talker.prompt("wish_not_understood")


def test_a_question_to_the_bot_itself_may_wait_too() -> None:
    talker = Talker()
    talker.hears(replace(about("ausweis", "documents"), then=(told(Intent.PRIVACY, "Nehmen Sie das auf?"),)))
    assert talker.hears(told(Intent.NO, "nein")) == talker.prompt("privacy")


def test_a_message_holds_every_wish() -> None:
    talker = Talker(caller="0286112345")
    talker.hears(replace(about("ausweis", "deadline", "Frist?"), then=(about("ummelden", "deadline", "Und dort?"),)))
    talker.hears(told(Intent.CALLBACK, "Rückruf bitte"))
    talker.hears(told(Intent.NOMATCH, "Anna Schmidt"))
    talker.hears(told(Intent.YES, "ja"))
    left = next(action for action in talker.actions if isinstance(action, LeaveMessage))
    assert left.matter == "Frist? / Und dort?"


def test_the_same_wish_twice_is_answered_once() -> None:
    talker = Talker()
    talker.hears(replace(about("ausweis", "documents"), then=(about("ausweis", "documents"),)))
    assert not talker.dialogue.wishes


def test_danger_comes_before_every_wish() -> None:
    talker = Talker()
    fire = replace(told(Intent.EMERGENCY, "es brennt"), emergency="112")
    assert talker.hears(replace(about("ausweis", "fee"), then=(fire,))) == talker.prompt("emergency_112")


# What is said to the bot itself.


def test_a_general_question_gets_the_overview() -> None:
    talker = Talker()
    assert talker.hears(told(Intent.OVERVIEW, "Was können Sie alles?")) == talker.prompt("overview")
    assert talker.decision.action is Action.OVERVIEW


def test_slower_says_the_same_sentence_by_sentence() -> None:
    talker = Talker()
    before = talker.hears(about("ausweis", None))
    assert talker.hears(told(Intent.SLOWER, "langsamer")) == before
    assert len(talker.says) == 3
    assert all(say.slow for say in talker.says)
    assert talker.hears(told(Intent.REPEAT, "nochmal")) == before
    assert not any(say.slow for say in talker.says)


def test_simpler_is_the_overview_of_the_service() -> None:
    talker = Talker()
    talker.hears(about("ausweis", "documents"))
    said = talker.hears(told(Intent.SIMPLER, "in einfachen Worten"))
    assert said.startswith(talker.prompt("simpler_general") + " Ausweis general.")
    assert said.endswith(talker.prompt("offer", desk="dem Bürgerbüro"))
    assert talker.hears(told(Intent.SIMPLER, "einfacher")).startswith(talker.prompt("simpler_none"))


def test_simpler_is_the_first_sentence_where_the_overview_was_said() -> None:
    talker = Talker()
    talker.hears(about("ausweis", None))
    said = talker.hears(told(Intent.SIMPLER, "einfacher"))
    assert said.startswith(talker.prompt("simpler") + " Ausweis general.")
    assert "Zweiter Satz." not in said


def test_back_goes_to_the_service_before_and_then_to_the_beginning() -> None:
    talker = Talker()
    talker.hears(about("ausweis", "documents"))
    talker.hears(about("ummelden", "fee"))
    said = talker.hears(told(Intent.BACK, "zurück"))
    assert said == talker.prompt("back", service="Personalausweis", desk="dem Bürgerbüro")
    assert (talker.service, talker.state) == ("ausweis", State.OFFERED)
    assert talker.presses("#") == talker.prompt("back_start")
    assert talker.state is State.LISTENING


def test_back_from_a_question_back() -> None:
    talker = Talker()
    talker.hears(about("ausweis", "documents"))
    talker.hears(AMBIGUOUS)
    assert "Personalausweis" in talker.presses("#")


def test_a_correction_keeps_what_was_asked() -> None:
    talker = Talker()
    talker.hears(about("anmelden", "fee"))
    assert "Gebühr ummelden" in talker.hears(about("ummelden", None, "Nein, ich meinte ummelden"))


# Whatever happens.

TRANSFERS = [
    Input(Kind.TRANSFERRED, result=TransferResult.CONNECTED),
    Input(Kind.NOT_TRANSFERRED, result=TransferResult.BUSY),
    Input(Kind.NOT_TRANSFERRED, result=TransferResult.REFUSED),
]
UTTERANCES = [
    AMBIGUOUS,
    about("ausweis", "documents"),
    about("fuehrerschein", None),
    about("wohnen", None),
    told(Intent.NOMATCH, "zu zweit"),
    replace(about("ausweis", None), then=(AMBIGUOUS, about("fuehrerschein", "fee"), told(Intent.NOMATCH, "Blubb"))),
    replace(told(Intent.DEPARTMENT, "Bürgerbüro"), department="buergerbuero"),
    *(told(intent, intent.value) for intent in Intent if intent not in (Intent.SERVICE, Intent.DEPARTMENT)),
    told(Intent.NOMATCH, "die zweite"),
    told(Intent.NOMATCH, "keins davon"),
    replace(told(Intent.NOMATCH, "Er rührt sich nicht"), doubt="112"),
    replace(about("ausweis", None, "Mein Ausweis wurde geraubt"), doubt="110"),
]
SILENT_KEYS = (Kind.THIRD,)
"""A key without a meaning where it is pressed."""


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(UTTERANCES),
            st.sampled_from([*"0123*#", Kind.SILENCE, Kind.OUT_OF_ORDER, Kind.TOO_LONG]),
            st.sampled_from(TRANSFERS),
        ),
        max_size=14,
    ),
    st.sampled_from(["", "0286112345"]),
)
def test_nothing_that_happens_leaves_the_caller_without_an_answer(
    happenings: list[Understanding | str | Input], caller: str
) -> None:
    talker = Talker(caller=caller)
    talker.happens(Input(Kind.STARTED))
    for happening in happenings:
        before, waited = talker.state, talker.dialogue.waits
        kind = talker.takes(happening)
        if before in (State.TRANSFERRING, State.ENDING) or (waited and talker.dialogue.waits):
            continue  # asked to wait, the bot does not answer what is said in the room
        stray = kind in (Kind.TRANSFERRED, Kind.NOT_TRANSFERRED, *SILENT_KEYS)
        assert talker.says or stray or any(isinstance(action, HangUp) for action in talker.actions), (before, kind)
        leaving = any(isinstance(action, Transfer | HangUp) for action in talker.actions)
        assert leaving == (talker.state in (State.TRANSFERRING, State.ENDING))


def test_a_doubtful_question_is_asked_back_and_a_yes_answers_it() -> None:
    for answer, key in ((told(Intent.YES, "Ja"), "1"), (told(Intent.NO, "Nein"), "2")):
        for happens in (answer, key):
            talker = Talker()
            doubtful = replace(about("ausweis", "documents"), confidence=0.4, choices=("ausweis",))
            assert talker.hears(doubtful) == talker.prompt("clarify_one", first="Personalausweis")
            assert talker.dialogue.expecting == "yes_no"
            talker.takes(happens)
            said = " ".join(say.text for say in talker.says)
            if key == "1":
                assert said.startswith("Ausweis documents.")
            else:
                assert said == talker.prompt("clarify_other")


def test_a_correction_asks_what_was_asked_before_whatever_aspect_was_guessed() -> None:
    talker = Talker()
    talker.hears(about("anmelden", "fee"))
    guessed = about("ummelden", "documents", "Nein, ich meinte die Ummeldung")
    assert talker.hears(guessed).startswith("Gebühr ummelden.")


def test_what_was_asked_of_something_not_understood_is_answered_once_it_is_named() -> None:
    talker = Talker()
    wondering = replace(told(Intent.NOMATCH, "Was muss ich da mitbringen?"), aspect="documents")
    assert talker.hears(wondering) == talker.prompt("not_understood")
    assert (talker.decision.action, talker.decision.aspect) == (Action.NOMATCH, "documents")
    assert talker.hears(about("ausweis", None, "Personalausweis")).startswith("Ausweis documents.")
    assert talker.hears(about("ausweis", None, "Noch einmal zum Personalausweis")).startswith("Ausweis general.")
