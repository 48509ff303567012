"""Leaving a message or a report, as the transition table has it: no sound, no models, no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talking import PROMPTS, Talker, about, place, told
from voicebot.catalogue.city import City
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.dialogue import HangUp, Input, Kind, LeaveMessage, State, Transfer
from voicebot.dialogue.times import wished
from voicebot.routing import Action
from voicebot.speech.speakable import speakable
from voicebot.understanding.dialling import Problem, is_callable, problem, with_area_code, written
from voicebot.understanding.particulars import Correction, accepts_report, announces_report, correction, is_no_answer
from voicebot.understanding.result import Intent, Understanding

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=TOWN_TIME)
CALLER = "0286112345"


def words(text: str) -> Understanding:
    return told(Intent.NOMATCH, text)


def town() -> City:
    """Two services take reports."""
    city = place()
    services = {key: replace(service, reports=key in ("wohnen", "verlust")) for key, service in city.services.items()}
    return replace(city, services=services, advice={})


def talker(caller: str = CALLER, area_code: str = "") -> Talker:
    result = Talker(town(), caller)
    result.dialogue.clock = lambda: NOW
    result.dialogue.area_code = area_code
    return result


def left(talker: Talker) -> LeaveMessage:
    """The message that was just kept."""
    [message] = [action for action in talker.actions if isinstance(action, LeaveMessage)]
    return message


def asked_for_the_number(caller: str = "", area_code: str = "") -> Talker:
    result = talker(caller, area_code)
    result.hears(told(Intent.CALLBACK, "Bitte rufen Sie mich zurück"))
    result.hears(words("Anna Schmidt"))
    return result


def read_back() -> Talker:
    """Everything is known, and read out."""
    result = asked_for_the_number(CALLER)
    result.hears(told(Intent.YES, "ja"))
    result.hears(words("übermorgen ab drei"))
    result.hears(words("um meinen Bauantrag"))
    assert result.state is State.CONFIRM
    return result


# A callback.


def test_a_callback_from_beginning_to_end() -> None:
    t = talker()
    assert t.hears(told(Intent.CALLBACK, "Bitte rufen Sie mich zurück")) == t.prompt("message_name")
    assert t.decision.action is Action.CALLBACK
    assert t.hears(words("mein Name ist Müller, M Ü Doppel-L E R")) == t.prompt("message_own_number")
    assert t.hears(told(Intent.YES, "ja")) == t.prompt("message_time")
    assert t.hears(words("übermorgen zwischen zehn und zwölf")) == t.prompt("message_matter")
    said = t.hears(words("um meinen Bauantrag"))
    assert said == (
        "Ich habe notiert: Name: Müller. Telefon 02861 12345. Zeit: Freitag, 27. November, zwischen 10 und 12 Uhr."
        " Anliegen: um meinen Bauantrag. Ist das richtig?"
    )
    assert t.hears(told(Intent.YES, "ja")) == ""
    assert left(t) == LeaveMessage(
        *("Müller", CALLER, "um meinen Bauantrag", "zentrale", "de", "callback"),
        *("Freitag, 27. November, zwischen 10 und 12 Uhr", "", "", True),
    )
    assert t.state is State.KEEPING
    assert t.happens(Input(Kind.KEPT)) == t.prompt("message_stored")
    assert any(isinstance(action, HangUp) for action in t.actions)


def test_a_message_is_kept_as_soon_as_somebody_could_be_called_and_with_every_step_after_it() -> None:
    t = asked_for_the_number(CALLER)
    assert not [action for action in t.actions if isinstance(action, LeaveMessage)]
    t.hears(told(Intent.YES, "ja"))
    assert (left(t).name, left(t).number, left(t).complete) == ("Anna Schmidt", CALLER, False)
    t.hears(words("vormittags"))
    assert left(t).preferred_time == "zwischen 8 und 12 Uhr („vormittags“)"
    t.hears(words("Bauantrag"))
    assert left(t).matter == "Bauantrag"


def test_a_callback_by_key_alone() -> None:
    t = talker()
    for key in "33":
        t.presses(key)
    assert t.state is State.NAME
    for key in "1121":
        t.presses(key)
    assert t.state is State.CONFIRM
    assert (left(t).name, left(t).number, left(t).preferred_time, left(t).matter) == ("", CALLER, "nachmittags", "")
    t.presses("1")
    assert left(t).complete


def test_what_was_spoken_of_is_the_matter_and_is_not_asked_for() -> None:
    t = talker()
    t.hears(about("ausweis", "documents", "Was brauche ich für den Ausweis?"))
    t.hears(told(Intent.CALLBACK, "Rufen Sie mich zurück"))
    t.hears(words("Anna Schmidt"))
    t.hears(told(Intent.YES, "ja"))
    said = t.hears(words("egal"))
    assert t.state is State.CONFIRM
    assert "Anliegen: Personalausweis." in said
    assert (left(t).matter, left(t).department) == ("Was brauche ich für den Ausweis?", "buergerbuero")


def test_a_wish_to_be_called_that_names_what_for_is_the_matter() -> None:
    t = talker()
    t.hears(replace(told(Intent.CALLBACK, "Rückruf wegen Wohnen"), candidates=(("wohnen", 0.9),)))
    assert t.dialogue.matter == "Rückruf wegen Wohnen"
    other = talker()
    other.hears(replace(told(Intent.CALLBACK, "Rückruf bitte"), candidates=(("wohnen", 0.1),)))
    assert other.dialogue.matter == ""


def test_the_matter_decides_whose_message_it_is() -> None:
    t = asked_for_the_number(CALLER)
    t.hears(told(Intent.YES, "ja"))
    t.hears(words("egal"))
    t.hears(replace(words("um meinen Ausweis"), candidates=(("ausweis", 0.9),)))
    assert left(t).department == "buergerbuero"


@pytest.mark.parametrize("said", ["egal", "Das ist mir egal", "jederzeit", "weiß nicht", "nein"])
def test_no_wish_as_to_the_time_is_fine(said: str) -> None:
    t = asked_for_the_number(CALLER)
    t.hears(told(Intent.YES, "ja"))
    t.hears(words(said))
    assert left(t).preferred_time == ""
    assert t.state is State.MATTER


def test_a_vague_wish_is_kept_in_the_callers_words() -> None:
    t = asked_for_the_number(CALLER)
    t.hears(told(Intent.YES, "ja"))
    t.hears(words("wenn mein Mann zu Hause ist"))
    assert left(t).preferred_time == "wenn mein Mann zu Hause ist"


def test_thanks_in_the_middle_do_not_end_the_call() -> None:
    t = asked_for_the_number(CALLER)
    t.hears(told(Intent.YES, "ja"))
    t.hears(told(Intent.SATISFIED, "nein danke"))
    assert t.state is State.MATTER


@pytest.mark.parametrize(
    ("text", "language", "german", "spoken"),
    [
        ("am Donnerstag ab 14 Uhr", "de", "Donnerstag, 26. November, ab 14 Uhr", None),
        ("um halb neun", "de", "um 8:30 Uhr („um halb neun“)", "um 8:30 Uhr"),
        ("am Onnestag bis elf.", "de", "bis 11 Uhr („am Onnestag bis elf“)", "bis 11 Uhr"),
        ("morgen", "de", "Donnerstag, 26. November („morgen“)", "Donnerstag, 26. November"),
        ("on Friday after two", "en", "Freitag, 27. November, ab 14 Uhr", "Friday, 27 November, from 14:00"),
        ("sometime", "en", "sometime", "sometime"),
    ],
)
def test_times_are_in_german_for_the_staff(text: str, language: str, german: str, spoken: str | None) -> None:
    assert wished(text, language, NOW, PROMPTS) == (german, spoken or german)


# The number.


def test_a_caller_without_a_number_that_can_be_rung_is_not_offered_it() -> None:
    for caller in ("", "anonymous", "300", "voicebot"):
        assert asked_for_the_number(caller).state is State.NUMBER


@pytest.mark.parametrize(
    ("said", "prompt"),
    [
        ("null eins sieben eins eins zwei drei", "message_number_short"),
        ("0 2 8 6 1 1 2 3 4 5 6 7 8 9 0 1 2 3", "message_number_long"),
        ("0 9 9 9 9 1 2 3 4 5", "message_number_unknown"),
    ],
)
def test_an_impossible_number_is_asked_again_once_with_the_reason(said: str, prompt: str) -> None:
    t = asked_for_the_number()
    answer = t.hears(words(said))
    assert answer == f"{t.prompt(prompt, number=problem_number(said))} {t.prompt('message_number_again')}"
    assert t.state is State.NUMBER
    t.hears(words(said))
    assert t.state is State.PREFERRED_TIME
    assert left(t).number == problem_number(said)


def problem_number(said: str) -> str:
    spoken = {"null": "0", "eins": "1", "zwei": "2", "drei": "3", "sieben": "7"}
    return "".join(spoken.get(word, word) for word in said.split())


def test_a_local_number_gets_the_towns_area_code_where_that_is_known() -> None:
    t = asked_for_the_number(area_code="02861")
    t.hears(words("neun drei neun eins zwei"))
    assert left(t).number == "0286193912"
    other = asked_for_the_number()
    other.hears(words("neun drei neun eins zwei"))
    assert left(other).number == "93912"


def test_a_number_is_typed_or_said_instead_of_the_own_one() -> None:
    t = asked_for_the_number(CALLER)
    assert t.hears(told(Intent.NO, "nein")) == t.prompt("message_number")
    t.happens(Input(Kind.DIGITS, digits="01711234567"))
    assert left(t).number == "01711234567"
    other = asked_for_the_number(CALLER)
    other.hears(words("lieber unter null eins sieben eins eins zwei drei vier fünf sechs sieben"))
    assert left(other).number == "01711234567"


@pytest.mark.parametrize(
    ("number", "wrong", "shown"),
    [
        ("0286112345", None, "02861 12345"),
        ("01711234567", None, "0171 1234567"),
        ("+31612345678", None, "+31 6 12345678"),
        ("+4928619390", None, "02861 9390"),
        ("93912", None, "93912"),
        ("0171123", Problem.TOO_SHORT, "0171123"),
        ("0999912345", Problem.UNKNOWN, "0999912345"),
        ("+99912345678", Problem.UNKNOWN, "+99912345678"),
        ("028611234567890123", Problem.TOO_LONG, "028611234567890123"),
        ("", None, ""),
    ],
)
def test_numbers_are_checked_and_written_in_groups(number: str, wrong: Problem | None, shown: str) -> None:
    assert problem(number) is wrong
    assert written(number) == shown


def test_who_can_be_rung_from_outside() -> None:
    assert is_callable("0286112345")
    assert is_callable("+4928619390")
    assert not any(is_callable(caller) for caller in ("", "300", "anonymous", "028x", "0", "0999912345"))
    assert with_area_code("939", "02861") == "02861939"
    assert with_area_code("0171939", "02861") == "0171939"


# Put right.


@pytest.mark.parametrize(
    ("said", "part", "value"),
    [
        ("Nein, die Nummer ist null zwei acht sechs eins neun drei neun", "number", "02861939"),
        ("Nein, mein Name ist Anna Schmitz", "name", "Anna Schmitz"),
        ("Nein, Meyer mit E Y", "name", "Meyer"),
        ("Nein, lieber am Montag um neun", "preferred_time", "Montag, 30. November, um 9 Uhr"),
        ("Nein, es geht um Wohngeld", "matter", "Wohngeld"),
    ],
)
@pytest.mark.parametrize("intent", [Intent.NO, Intent.NOMATCH])
def test_each_part_is_put_right_in_one_breath(intent: Intent, said: str, part: str, value: str) -> None:
    t = read_back()
    before = left(t)
    t.hears(told(intent, said))
    assert t.state is State.CONFIRM
    assert left(t) == replace(before, **{part: value})


@pytest.mark.parametrize(
    ("said", "state", "part"),
    [
        ("die Nummer stimmt nicht", State.NUMBER, "number"),
        ("der Name ist falsch", State.NAME, "name"),
        ("die Zeit ist falsch", State.PREFERRED_TIME, "preferred_time"),
        ("das Anliegen ist falsch", State.MATTER, "matter"),
    ],
)
def test_what_is_only_wrong_is_asked_again_and_the_rest_stays(said: str, state: State, part: str) -> None:
    t = read_back()
    before = left(t)
    t.hears(told(Intent.NO, said))
    assert t.state is state
    value = "01711234567" if part == "number" else "Neu"
    t.hears(words(value))
    assert t.state is State.CONFIRM
    assert left(t) == replace(before, **{part: value})


@pytest.mark.parametrize(
    ("key", "state"),
    [("1", State.NAME), ("2", State.NUMBER), ("3", State.PREFERRED_TIME), ("4", State.MATTER)],
)
def test_each_part_is_chosen_by_key(key: str, state: State) -> None:
    t = read_back()
    assert t.presses("2") == t.prompt("correct_callback")
    t.presses("8")
    assert t.state is State.CORRECTING
    t.presses(key)
    assert t.state is state
    t.happens(Input(Kind.DIGITS, digits="01711234567")) if state is State.NUMBER else t.presses("1")
    assert t.state is State.CONFIRM


def test_a_no_alone_asks_what_to_change_and_a_word_answers_it() -> None:
    t = read_back()
    assert t.hears(told(Intent.NO, "nein")) == t.prompt("correct_callback")
    assert t.hears(words("die Nummer")) == t.prompt("message_number")


def test_nothing_to_change_after_all() -> None:
    t = read_back()
    said = " ".join(say.text for say in t.says)
    t.presses("2")
    assert t.presses("#") == said


def test_not_understood_twice_while_correcting_is_a_person() -> None:
    t = read_back()
    t.presses("2")
    t.hears(words("Blubb"))
    t.hears(words("Blubb"))
    assert t.state is State.TRANSFERRING


def test_back_asks_what_was_asked_before() -> None:
    t = read_back()
    for state in (State.MATTER, State.PREFERRED_TIME, State.OWN_NUMBER, State.NAME):
        t.presses("#")
        assert t.state is state
    t.presses("#")
    assert t.state is State.LISTENING


def test_a_question_in_between_is_answered_and_the_message_goes_on_where_it_was() -> None:
    t = read_back()
    assert "Ausweis documents" in t.hears(about("ausweis", "documents", "Was brauche ich für den Ausweis?"))
    assert "Anna Schmidt" in t.hears(told(Intent.CALLBACK, "Rufen Sie mich zurück"))
    assert t.state is State.CONFIRM


def test_silence_while_it_is_read_back_keeps_it() -> None:
    t = read_back()
    t.happens(Input(Kind.SILENCE))
    assert left(t).complete


@pytest.mark.parametrize("happened", [Kind.NOT_KEPT, Kind.SILENCE])
def test_what_could_not_be_stored_goes_to_a_person(happened: Kind) -> None:
    t = read_back()
    t.presses("1")
    assert t.happens(Input(happened)) == t.prompt("message_not_stored")
    assert any(isinstance(action, Transfer) for action in t.actions)


def test_while_it_is_stored_only_danger_counts() -> None:
    t = read_back()
    t.presses("1")
    assert t.hears(words("Hallo?")) == ""
    assert t.hears(replace(told(Intent.EMERGENCY, "es brennt"), emergency="112")) == t.prompt("emergency_112")
    assert t.happens(Input(Kind.KEPT)) == ""


def test_whoever_says_nothing_hears_the_keys() -> None:
    t = asked_for_the_number(CALLER)
    t.hears(told(Intent.YES, "ja"))
    assert t.happens(Input(Kind.SILENCE)) == t.prompt("message_time")
    assert t.happens(Input(Kind.SILENCE)) == f"{t.prompt('message_time')} {t.prompt('keys_time')}"


# A report.

BROKEN = about("verlust", None, "Die Laterne vor Haus fünf ist kaputt")


def test_a_report_from_beginning_to_end() -> None:
    t = talker()
    assert t.hears(BROKEN) == t.prompt("report_offer", desk="dem Bürgerbüro")
    assert t.state is State.REPORT_OFFERED
    assert t.hears(told(Intent.YES, "ja bitte")) == t.prompt("report_place")
    assert t.hears(words("Bahnhofstraße, vor Haus fünf")) == t.prompt("report_since")
    assert (left(t).kind, left(t).place, left(t).complete) == ("report", "Bahnhofstraße, vor Haus fünf", False)
    assert t.hears(words("seit gestern")) == t.prompt("report_contact_own")
    assert t.hears(told(Intent.YES, "ja")) == t.prompt("message_name")
    assert t.hears(words("Anna Schmidt")) == (
        "Ich habe notiert: Anliegen: Die Laterne vor Haus fünf ist kaputt. Ort: Bahnhofstraße, vor Haus fünf."
        " Seit wann: seit gestern. Telefon 02861 12345. Name: Anna Schmidt. Ist das richtig?"
    )
    t.hears(told(Intent.YES, "ja"))
    assert left(t) == LeaveMessage(
        *("Anna Schmidt", CALLER, "Die Laterne vor Haus fünf ist kaputt", "buergerbuero", "de", "report"),
        *("", "Bahnhofstraße, vor Haus fünf", "seit gestern", True),
    )
    said = t.happens(Input(Kind.KEPT, digits="47115"))
    assert said == t.prompt("report_stored", reference="47115")
    assert said.count("47115") == 2
    assert any(isinstance(action, HangUp) for action in t.actions)


def test_a_house_number_put_right_keeps_the_street() -> None:
    t = talker()
    t.hears(BROKEN)
    t.presses("1")
    t.hears(words("Bahnhofstraße vor Haus fünf"))
    t.hears(words("seit gestern"))
    t.presses("2")
    t.hears(told(Intent.NO, "Nein, es ist Hausnummer sieben"))
    assert left(t).place == "Bahnhofstraße vor Haus fünf; es ist Hausnummer sieben"


def test_a_report_without_a_contact_asks_for_no_name() -> None:
    t = talker("")
    t.hears(BROKEN)
    t.presses("1")
    t.hears(words("am Bahnhof"))
    assert t.hears(words("weiß nicht")) == t.prompt("report_contact")
    t.hears(told(Intent.SATISFIED, "nein danke"))
    assert t.state is State.CONFIRM
    assert (left(t).name, left(t).number, left(t).since) == ("", "", "")


def test_a_contact_may_be_another_number() -> None:
    t = talker()
    t.hears(BROKEN)
    t.presses("1")
    t.hears(words("am Bahnhof"))
    t.hears(words("seit gestern"))
    t.hears(words("Ja, unter null eins sieben eins eins zwei drei vier fünf sechs sieben"))
    assert left(t).number == "01711234567"


def test_a_report_by_key_alone() -> None:
    t = talker()
    t.presses("1")
    assert t.state is State.MENU
    assert t.prompt("menu_report") in " ".join(say.text for say in t.says)
    assert t.presses("4") == t.prompt("clarify_keys_two", first="Ausweis verloren melden", second="Wohnen")
    t.presses("2")
    assert t.state is State.PLACE
    assert t.prompt("keys_skip") in " ".join(say.text for say in t.says)
    for key in "1211":
        t.presses(key)
    assert t.state is State.CONFIRM
    assert (left(t).matter, left(t).since, left(t).number) == ("Wohnen", "seit einigen Tagen", CALLER)


def test_the_menu_has_no_such_key_where_nothing_takes_reports() -> None:
    t = Talker(place())
    assert t.presses("1") == t.prompt("menu")
    assert t.presses("4") == ""


@pytest.mark.parametrize("happens", [told(Intent.CONNECT, "verbinden"), "3"])
def test_a_report_may_go_to_the_desk_instead(happens: Understanding | str) -> None:
    t = talker()
    t.hears(BROKEN)
    t.takes(happens)
    assert [action.department.key for action in t.actions if isinstance(action, Transfer)] == ["buergerbuero"]


def test_in_other_words_is_a_yes_too() -> None:
    t = talker()
    t.hears(BROKEN)
    assert t.hears(words("Nehmen Sie es bitte auf")) == t.prompt("report_place")


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("Ja, nehmen Sie das bitte auf", State.PLACE),
        ("Ja, nehmen Sie das auf?", State.PLACE),
        ("Nehmen Sie das auf?", State.REPORT_OFFERED),
    ],
)
def test_taking_down_is_no_recording(said: str, state: State) -> None:
    t = talker()
    t.hears(BROKEN)
    t.hears(told(Intent.PRIVACY, said))
    assert t.state is state


def test_what_is_not_understood_is_asked_again_and_then_a_person() -> None:
    t = talker()
    offer = t.hears(BROKEN)
    for _ in range(2):
        assert t.hears(words("Blubb")) == f"{t.prompt('message_not_understood')} {offer}"
        assert t.hears(told(Intent.REPEAT, "wie bitte")).endswith(offer)
    t.hears(words("Blubb"))
    t.hears(words("Blubb"))
    assert t.state is State.TRANSFERRING


@pytest.mark.parametrize("said", ["Müller, M Ü Doppel-L E R", "Anna Schmidt"])
def test_what_resembles_danger_by_chance_is_no_reason_to_mention_it(said: str) -> None:
    t = talker()
    t.hears(told(Intent.CALLBACK, "Rückruf bitte"))
    warns = t.hears(replace(words(said), doubt="112")).startswith(t.prompt("emergency_doubt_112"))
    assert warns == ("Doppel" not in said)
    other = talker()
    other.hears(BROKEN)
    other.presses("1")
    assert other.hears(replace(words("Bahnhofstraße vor Haus fünf"), doubt="110")) == other.prompt("report_since")


def test_a_report_that_is_not_wanted() -> None:
    t = talker()
    t.hears(BROKEN)
    assert t.hears(told(Intent.NO, "nein")) == t.prompt("satisfied")


def test_a_question_about_it_is_just_answered() -> None:
    t = talker()
    t.hears(about("wohnen", None, "Was ist Wohnen?"))
    assert t.state is State.OFFERED


def test_a_question_and_a_report_in_one_are_both_seen_to() -> None:
    t = talker()
    said = t.hears(about("wohnen", None, "Die Heizung ist kaputt, wann haben Sie offen?"))
    assert said == f"Wohnen general. {t.prompt('report_offer', desk='dem Bürgerbüro')}"


def test_what_takes_no_reports_offers_none() -> None:
    t = talker()
    t.hears(about("ausweis", None, "Mein Ausweis ist kaputt"))
    assert t.state is State.OFFERED


@pytest.mark.parametrize(
    ("key", "state"), [("1", State.PLACE), ("2", State.MATTER), ("3", State.SINCE), ("4", State.CONTACT)]
)
def test_each_part_of_a_report_is_chosen_by_key(key: str, state: State) -> None:
    t = talker()
    t.hears(BROKEN)
    t.presses("1")
    for said in ("am Bahnhof", "seit gestern"):
        t.hears(words(said))
    t.presses("2")
    assert t.presses("2") == t.prompt("correct_report")
    t.presses(key)
    assert t.state is state


# Whatever happens.

HAPPENINGS = [
    *(BROKEN, about("ausweis", "documents"), words("Bahnhofstraße 5"), words("egal"), words("Anna Schmidt")),
    *(
        words("null eins sieben eins eins zwei drei"),
        words("nein, die Nummer ist 0171 1234567"),
        words("der Name ist falsch"),
    ),
    *(told(intent, intent.value) for intent in Intent if intent not in (Intent.SERVICE, Intent.DEPARTMENT)),
    *"0123456789*#",
    Input(Kind.DIGITS, digits="01711234567"),
    *(Kind.SILENCE, Kind.OUT_OF_ORDER, Kind.TOO_LONG),
    *(Input(Kind.KEPT, digits="47115"), Input(Kind.NOT_KEPT)),
]
BEGINNINGS = [told(Intent.CALLBACK, "Rückruf"), BROKEN]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(BEGINNINGS),
    st.lists(st.sampled_from(HAPPENINGS), max_size=16),
    st.sampled_from(["", CALLER, "300"]),
)
def test_whoever_leaves_a_message_is_always_answered(
    beginning: Understanding, happenings: list[Understanding | str | Kind | Input], caller: str
) -> None:
    t = talker(caller)
    t.hears(beginning)
    for happening in happenings:
        before, waited = t.state, t.dialogue.waits
        kind = t.takes(happening)  # type: ignore[arg-type]
        kept = [action for action in t.actions if isinstance(action, LeaveMessage)]
        # Nothing goes to the staff that they could do nothing with, and complete is only what was confirmed.
        assert all(message.number or message.kind == "report" for message in kept)
        assert all(message.complete == (t.state is State.KEEPING) for message in kept)
        if before in (State.TRANSFERRING, State.ENDING, State.KEEPING) or (waited and t.dialogue.waits):
            continue
        is_stray = kind in (Kind.KEPT, Kind.NOT_KEPT, Kind.THIRD, Kind.NOISE, Kind.DIGITS)
        assert t.says or kept or is_stray or any(isinstance(action, HangUp) for action in t.actions), (before, kind)


# As it is said.


@pytest.mark.parametrize(
    ("prompt", "language", "values", "spoken"),
    [
        ("report_stored", "de", {"reference": "47115"}, "die Nummer vier sieben eins eins fünf."),
        ("report_stored", "en", {"reference": "47115"}, "the number four seven one one five."),
        (
            "message_noted_number",
            "de",
            {"number": written(CALLER)},
            "null zwo acht sechs eins, eins zwo drei vier fünf",
        ),
        ("message_noted_number", "en", {"number": written(CALLER)}, "oh two eight six one, one two three four five"),
        ("message_noted_number", "de", {"number": written("93912")}, "neun drei neun eins zwo"),
        ("message_number_short", "de", {"number": "0171123"}, "null eins sieben eins, eins zwo drei"),
    ],
)
def test_numbers_are_read_digit_by_digit(prompt: str, language: str, values: dict[str, str], spoken: str) -> None:
    said = speakable(PROMPTS.say(prompt, language, **values), language)
    assert said.count(spoken) == (2 if prompt == "report_stored" else 1), said


# What is understood.

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("nein", "de", None),
        ("nein, das ist falsch", "de", None),
        ("die Nummer stimmt nicht", "de", Correction("number")),
        ("nein, Hausnummer 7", "de", Correction("place", "Hausnummer 7")),
        ("nein, seit letzter Woche", "de", Correction("since", "seit letzter Woche")),
        ("no, the place is the station", "en", Correction("place", "the place is the station")),
        ("the number is wrong", "en", Correction("number")),
        ("no, it is about housing", "en", Correction("matter", "housing")),
    ],
)
def test_corrections(text: str, language: str, found: Correction | None) -> None:
    assert correction(text, language, ("matter", "place", "since", "number"), TODAY) == found


@pytest.mark.parametrize(
    "text",
    [
        *("Die Laterne vor Haus 5 ist kaputt", "Ich möchte ein Schlagloch melden", "Da ist ein Loch in der Straße"),
        *("Unsere Mülltonne wurde nicht geleert", "Ich will mich beschweren", "Die Straßenlampe flackert"),
        *("Auf dem Spielplatz ist die Schaukel abgebrochen", "Wie melde ich ein Schlagloch?"),
    ],
)
def test_what_announces_a_report(text: str) -> None:
    assert announces_report(text, "de")


@pytest.mark.parametrize(
    "text",
    [
        *("Was kostet eine neue Tonne?", "Ich möchte mich anmelden", "Wann kommt die Müllabfuhr?"),
        *("Ich möchte mich ummelden", "Ich habe das gestern gemeldet"),
    ],
)
def test_what_does_not(text: str) -> None:
    assert not announces_report(text, "de")


def test_english_reports() -> None:
    assert announces_report("The street light is broken", "en")
    assert announces_report("I would like to report a pothole", "en")
    assert not announces_report("I have already reported it", "en")
    assert accepts_report("yes take it down please", "en")


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40), st.sampled_from(["de", "en"]))
def test_nothing_raises_on_any_text(text: str, language: str) -> None:
    correction(text, language, ("name", "number", "preferred_time", "matter"), TODAY)
    is_no_answer(text, language)
    announces_report(text, language)
    accepts_report(text, language)
    wished(text, language, NOW, PROMPTS)
    problem(text)
    written(text)
    is_callable(text)


def test_every_language_can_do_it() -> None:
    for language in PROMPTS.languages:
        assert is_no_answer("egal" if language == "de" else "any time", language)
