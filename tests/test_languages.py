"""Callers of eight languages: how a language is asked for, and what those hear whose language has no voice."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from talking import Talker, about, told
from telephony.events import TransferOutcome, TransferResult
from town import DAY, WORKING_HOURS, Scene, tone, town
from voicebot import dialogue as dialogues
from voicebot.briefing import brief
from voicebot.calllanguage import CallLanguage
from voicebot.catalogue.city import City, Fact, Route
from voicebot.desk.notes import Note, lines
from voicebot.dialogue import Dialogue, HangUp, Input, Kind, LeaveMessage, Say, State, Transfer
from voicebot.prompts import Prompts
from voicebot.routing import Action, Router
from voicebot.settings import Settings
from voicebot.switching import Plan
from voicebot.understanding.intents import asked_language
from voicebot.understanding.result import Intent, Understanding

LANGUAGES = Settings().speech.languages
ALL = Prompts.load(LANGUAGES)
EVENING = WORKING_HOURS.replace(hour=20)
TURKISH = "Yeni kimlik için ne getirmem lazım?"


class Caller(Talker):
    """A caller whose language is heard, of a bot that speaks what it has voices for."""

    def __init__(
        self,
        speaks: Collection[str] = ("de", "en"),
        city: City | None = None,
        at: datetime = WORKING_HOURS,
        caller: str = "",
    ) -> None:
        super().__init__()
        router = Router(city or town(), ALL)
        self.dialogue = Dialogue(router, "de", caller, speaks=frozenset(speaks), clock=lambda: at)

    def speaks_in(self, language: str, heard: Understanding) -> str:
        """As a session does: first what is spoken, then what is meant."""
        before = self.dialogue.caller_language
        self.dialogue.hears(CallLanguage(language, before=before if before != language else None))
        return self.hears(replace(heard, language=language))

    def asks_for(self, text: str) -> str:
        """By word, as understood."""
        return self.hears(replace(told(Intent.LANGUAGE, text), speaks=asked_language(text)))

    def say(self, key: str, language: str, **values: str) -> str:
        return ALL.say(key, language, **{"city": self.dialogue.router.city.name, **values})

    @property
    def said_in(self) -> list[str]:
        """The language of each sentence said last."""
        return [say.language for say in self.says]

    @property
    def transfer(self) -> Transfer:
        return next(action for action in self.actions if isinstance(action, Transfer))


# Asked for by word.


@pytest.mark.parametrize(
    ("text", "language"),
    [
        *(
            (text, "de")
            for text in ("Deutsch bitte", "auf Deutsch", "Können wir Deutsch sprechen?", "niemiecki proszę")
        ),
        *(
            (text, "en")
            for text in ("English please", "In English, please.", "Do you speak English?", "Englisch bitte")
        ),
        *((text, "nl") for text in ("Nederlands", "In het Nederlands alstublieft", "Spreekt u Nederlands?")),
        *((text, "nl") for text in ("Niederländisch bitte", "Do you speak Dutch?")),
        *((text, "tr") for text in ("Türkçe", "Türkçe konuşabilir miyiz?", "Türkçe lütfen", "Sprechen Sie Türkisch?")),
        *((text, "pl") for text in ("po polsku", "Po polsku, proszę.", "Czy mówi pan po polsku?", "Polnisch bitte")),
        *((text, "uk") for text in ("Українською", "Українською, будь ласка", "Ви розмовляєте українською?")),
        *((text, "uk") for text in ("Ukrainisch bitte", "Ukrainian please")),
        *((text, "ru") for text in ("По-русски", "По-русски, пожалуйста", "Вы говорите по-русски?", "Russisch bitte")),
        *(
            (text, "ar")
            for text in ("عربي", "بالعربية من فضلك", "هل تتكلم العربية؟", "Arabisch bitte", "Arabic please")
        ),
    ],
)
def test_a_language_is_asked_for_by_word(text: str, language: str) -> None:
    assert asked_language(text) == language
    caller = Caller(speaks=LANGUAGES)
    assert caller.asks_for(text) == caller.say("greeting_question", language)
    assert (caller.dialogue.language, caller.dialogue.caller_language) == (language, language)
    assert caller.dialogue.tongue is not None
    assert caller.dialogue.tongue.is_asked_for
    assert caller.decision.action is Action.LANGUAGE


@pytest.mark.parametrize(
    "text",
    [
        "Ich brauche eine Geburtsurkunde auf Englisch",
        "Wo kann ich einen Deutschkurs machen?",
        "Ich habe einen türkischen Führerschein",
        "I need a translation into German of my birth certificate",
        "Polski paszport i niemiecki meldunek, co mam zrobić?",
        "Türkçe doğum belgemi tercüme ettirmem lazım",
        "",
    ],
)
def test_papers_and_courses_ask_for_no_language(text: str) -> None:
    assert asked_language(text) is None


def test_what_was_spoken_of_goes_on_in_the_other_language() -> None:
    caller = Caller()
    caller.hears(about("personalausweis", "documents"))
    said = caller.asks_for("English please")
    assert said == caller.say("back", "en", service="identity card", desk="the citizens' office")
    assert caller.state is State.OFFERED
    assert isinstance(caller.takes(told(Intent.YES, "yes")), Kind)
    assert caller.transfer.department.key == "buergerbuero"


# By key.


def test_nine_names_the_keys_of_all_languages_with_a_voice() -> None:
    caller = Caller(speaks=("de", "en", "tr"))
    said = caller.presses("9")
    assert caller.state is State.LANGUAGES
    assert caller.said_in == ["de", "en", "tr"]
    assert said == " ".join(
        caller.say("language_key", language, number=str(place))
        for place, language in enumerate(("de", "en", "tr"), start=1)
    )


@pytest.mark.parametrize(("place", "language"), list(enumerate(LANGUAGES, start=1)))
def test_every_language_has_its_key(place: int, language: str) -> None:
    caller = Caller(speaks=LANGUAGES)
    caller.presses("9")
    assert caller.presses(str(place)) == caller.say("greeting_question", language)
    assert caller.state is State.LISTENING
    assert caller.said_in == [language]


def test_a_key_without_a_language_names_them_once_more() -> None:
    caller = Caller()
    named = caller.presses("9")
    assert caller.presses("7") == named
    assert caller.presses("3") == named
    assert caller.presses("9") == named
    assert caller.presses("*") == named
    assert caller.state is State.LANGUAGES


def test_zero_is_a_person_here_too() -> None:
    caller = Caller()
    caller.presses("9")
    caller.presses("0")
    assert caller.transfer.department.key == "zentrale"


def test_who_asks_a_question_instead_is_answered() -> None:
    caller = Caller()
    caller.presses("9")
    assert "Foto" in caller.hears(about("personalausweis", "documents"))


# The greeting.


def test_the_greeting_names_only_languages_with_a_voice() -> None:
    caller = Caller(speaks=("de", "en", "pl"))
    said = caller.happens(Input(Kind.STARTED))
    assert caller.said_in == ["de", "de", "en", "pl", "de"]
    assert caller.say("other_language", "pl") in said
    assert caller.say("other_language", "tr") not in said


def test_a_bot_with_one_voice_offers_no_other_language() -> None:
    caller = Caller(speaks=("de",))
    caller.happens(Input(Kind.STARTED))
    assert caller.said_in == ["de", "de", "de"]


# Understood, and not spoken.


def test_what_is_only_guessed_in_such_a_language_goes_to_the_switchboard() -> None:
    caller = Caller()
    caller.speaks_in("tr", about("personalausweis", "documents", TURKISH, confidence=0.2))
    assert caller.transfer.department.key == "zentrale"
    assert caller.transfer.service is None
    assert caller.transfer.wants == TURKISH


def test_a_question_in_a_language_without_a_voice_goes_to_its_department() -> None:
    caller = Caller()
    said = caller.speaks_in("tr", about("personalausweis", "documents", TURKISH))
    assert said == " ".join(
        (
            caller.say("no_voice", "de", spoken="Türkisch", desk="dem Bürgerbüro"),
            caller.say("no_voice", "en", spoken="Turkish", desk="the citizens' office"),
        )
    )
    assert caller.said_in == ["de", "en"]
    assert caller.state is State.TRANSFERRING
    assert caller.transfer.department.key == "buergerbuero"
    assert caller.transfer.service == "personalausweis"
    assert caller.transfer.wants == TURKISH
    assert caller.dialogue.language == "de"
    assert caller.dialogue.caller_language == "tr"


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each not in ("de", "en")])
def test_every_language_is_named_to_the_caller_and_the_desk(language: str) -> None:
    caller = Caller()
    said = caller.speaks_in(language, about("personalausweis", "fee"))
    name = ALL.texts("de")[f"language_{language}"]
    assert name in said
    assert ALL.texts("en")[f"language_{language}"] in said
    note = Note(
        call_id="x",
        caller="",
        language=caller.dialogue.caller_language,
        department="buergerbuero",
        created_at=datetime.now(UTC),
        token="secret",
    )
    briefing = brief(note, caller.transfer, caller.dialogue.router, Settings())
    assert f"Anrufer spricht {name}." in [say.text for say in briefing.spoken]
    assert f"Sprache: {name}" in lines(note, caller.dialogue.router.city)


def test_the_desk_hears_nothing_of_german() -> None:
    caller = Caller()
    caller.hears(told(Intent.HUMAN, "Mitarbeiter"))
    note = Note(
        call_id="x",
        caller="",
        language="de",
        department="zentrale",
        created_at=datetime.now(UTC),
        token="secret",
    )
    briefing = brief(note, caller.transfer, caller.dialogue.router, Settings())
    assert [say.text for say in briefing.spoken] == [ALL.say("desk_call", "de"), ALL.say("desk_keys", "de")]


@pytest.mark.parametrize(
    "heard",
    [
        told(Intent.HUMAN, "görevli"),
        told(Intent.CALLBACK, "beni geri arayın"),
        told(Intent.OVERVIEW, "neler yapabiliyorsunuz"),
        about("fuehrerschein", None, "Ehliyet için nereye gideyim?"),
    ],
)
def test_all_else_that_needs_an_answer_goes_to_the_switchboard(heard: Understanding) -> None:
    caller = Caller()
    caller.speaks_in("tr", heard)
    assert caller.said_in == ["de", "en"]
    assert caller.transfer.department.key == "zentrale"


def test_without_an_english_voice_it_is_said_in_german_alone() -> None:
    caller = Caller(speaks=("de",))
    caller.speaks_in("en", about("personalausweis", "fee", "How much is it?"))
    assert caller.said_in == ["de"]
    assert "Englisch" in caller.says[0].text
    assert caller.transfer.department.key == "buergerbuero"


@pytest.mark.parametrize("number", ["112", "110"])
def test_an_emergency_is_said_in_german_and_english(number: str) -> None:
    caller = Caller()
    caller.speaks_in("tr", replace(told(Intent.EMERGENCY, "Yangın var!"), emergency=number))
    assert [(say.text, say.language) for say in caller.says] == [
        (caller.say(f"emergency_{number}", language), language) for language in ("de", "en")
    ]
    assert all(say.protected for say in caller.says)
    assert caller.decision.action is Action.EMERGENCY


def test_an_emergency_is_said_in_the_callers_language_where_there_is_a_voice() -> None:
    caller = Caller(speaks=("de", "en", "tr"))
    caller.speaks_in("tr", replace(told(Intent.EMERGENCY, "Yangın var!"), emergency="112"))
    assert [(say.text, say.language) for say in caller.says] == [(caller.say("emergency_112", "tr"), "tr")]


def test_outside_of_opening_hours_nobody_is_rung_and_a_message_is_offered() -> None:
    caller = Caller(at=EVENING)
    said = caller.speaks_in("tr", about("personalausweis", "documents", TURKISH))
    assert caller.state is State.MESSAGE_OFFERED
    assert not any(isinstance(action, Transfer) for action in caller.actions)
    for language, spoken, desk in (("de", "Türkisch", "dem Bürgerbüro"), ("en", "Turkish", "the citizens' office")):
        assert caller.say("closed", language, desk=desk) in said
        assert caller.say("offer_message", language) in said
        assert caller.say("no_voice", language, spoken=spoken, desk=desk) not in said


def test_a_message_of_a_caller_without_a_voice_names_the_language() -> None:
    caller = Caller(at=EVENING, caller="0286112345")
    caller.speaks_in("tr", about("personalausweis", "documents", TURKISH))
    caller.speaks_in("tr", told(Intent.YES, "evet"))
    assert caller.state is State.NAME
    caller.speaks_in("tr", told(Intent.NOMATCH, "Ayşe Yılmaz"))
    caller.speaks_in("tr", told(Intent.YES, "evet"))
    left = next(action for action in caller.actions if isinstance(action, LeaveMessage))
    assert left.language == "tr"
    assert left.matter == TURKISH
    assert left.department == "buergerbuero"


def test_what_a_message_needs_is_asked_in_german_and_english_where_there_is_no_voice() -> None:
    caller = Caller(at=EVENING, caller="0286112345")
    caller.speaks_in("tr", about("personalausweis", "documents", TURKISH))
    for answer in (told(Intent.YES, "evet"), told(Intent.NOMATCH, "Ayşe Yılmaz"), told(Intent.YES, "evet")):
        said = caller.speaks_in("tr", answer)
        asked = {State.NAME: "message_name", State.OWN_NUMBER: "message_own_number"}.get(caller.state, "message_time")
        assert all(caller.say(asked, language) in said for language in ("de", "en"))
    said = caller.speaks_in("tr", told(Intent.NO, "hayır"))
    assert caller.state is State.CONFIRM
    assert all(caller.say("message_right", language) in said for language in ("de", "en"))


def test_a_language_without_a_voice_that_is_asked_for_brings_a_person() -> None:
    caller = Caller()
    said = caller.asks_for("Türkçe lütfen")
    assert "Türkisch" in said
    assert caller.said_in == ["de", "en"]
    assert caller.transfer.department.key == "zentrale"
    assert caller.dialogue.caller_language == "tr"


def test_what_was_spoken_of_is_what_the_person_gets() -> None:
    caller = Caller()
    caller.hears(about("personalausweis", "documents", "Was brauche ich für den Ausweis?"))
    caller.asks_for("Türkçe lütfen")
    assert caller.transfer.department.key == "buergerbuero"
    assert (caller.transfer.service, caller.transfer.wants) == ("personalausweis", "Was brauche ich für den Ausweis?")


def test_who_is_understood_in_turkish_may_ask_for_english() -> None:
    caller = Caller()
    caller.dialogue.hears(CallLanguage("tr"))
    assert caller.asks_for("English please") == caller.say("greeting_question", "en")
    assert caller.dialogue.caller_language == "en"


def test_thanks_and_goodbye_need_no_person() -> None:
    caller = Caller()
    caller.speaks_in("tr", told(Intent.GOODBYE, "iyi günler"))
    assert any(isinstance(action, HangUp) for action in caller.actions)


def test_a_caller_who_changes_to_german_is_answered() -> None:
    caller = Caller()
    caller.presses("9")
    caller.dialogue.hears(CallLanguage("tr"))
    assert "Foto" in caller.speaks_in("de", about("personalausweis", "documents"))


# An answer that is not translated.


def test_an_answer_without_a_translation_says_who_can_help_and_connects() -> None:
    caller = Caller(speaks=("de", "en", "tr"))
    said = caller.speaks_in("tr", about("personalausweis", "documents", TURKISH))
    desk = caller.dialogue.router.city.departments["buergerbuero"].with_name("tr")
    assert said == caller.say("not_translated", "tr", desk=desk)
    assert caller.transfer.department.key == "buergerbuero"
    assert caller.transfer.wants == TURKISH


def test_what_german_does_not_know_either_is_offered_and_not_connected() -> None:
    caller = Caller(speaks=("de", "en", "tr"))
    said = caller.speaks_in("tr", about("personalausweis", "deadline"))
    assert said == caller.say("no_source", "tr", desk="Bürgerbüro")
    assert caller.state is State.OFFERED


def test_an_answer_with_a_translation_is_given() -> None:
    city = town()
    service = city.services["personalausweis"]
    fact = Fact("personalausweis", "documents", "tr", "Bir fotoğraf getirin.", "§ 9 PAuswG", DAY)
    service = replace(service, facts=(*service.facts, fact))
    caller = Caller(speaks=("de", "tr"), city=replace(city, services={**city.services, service.key: service}))
    said = caller.speaks_in("tr", about("personalausweis", "documents", TURKISH))
    assert said.startswith("Bir fotoğraf getirin.")
    assert set(caller.said_in) == {"tr"}


def test_an_answer_without_a_translation_waits_for_the_morning() -> None:
    caller = Caller(speaks=("de", "en", "tr"), at=EVENING)
    said = caller.speaks_in("tr", about("personalausweis", "documents", TURKISH))
    assert caller.state is State.MESSAGE_OFFERED
    assert said.endswith(caller.say("offer_message", "tr"))


# In the middle of leaving a message.


@pytest.mark.parametrize(
    ("answers", "state", "question"),
    [
        ((), State.NAME, "message_name"),
        (("Anna Schmidt",), State.OWN_NUMBER, "message_own_number"),
        (("Anna Schmidt", Intent.NO), State.NUMBER, "message_number"),
        (("Anna Schmidt", Intent.YES), State.PREFERRED_TIME, "message_time"),
    ],
)
def test_a_message_goes_on_in_another_language(answers: tuple[str | Intent, ...], state: State, question: str) -> None:
    caller = Caller(caller="0286112345")
    caller.hears(told(Intent.CALLBACK, "Rückruf bitte"))
    for answer in answers:
        caller.hears(told(answer, "ja") if isinstance(answer, Intent) else told(Intent.NOMATCH, answer))
    assert caller.state is state
    assert caller.asks_for("English please") == caller.say(question, "en")
    assert caller.state is state


def test_the_keys_of_languages_lead_back_into_a_message() -> None:
    caller = Caller(caller="0286112345")
    caller.hears(told(Intent.CALLBACK, "Rückruf bitte"))
    caller.hears(told(Intent.NOMATCH, "Anna Schmidt"))
    named = caller.presses("9")
    assert caller.presses("8") == named
    assert caller.presses("2") == caller.say("message_own_number", "en")
    assert caller.state is State.OWN_NUMBER


def test_what_was_read_back_is_read_in_the_other_language() -> None:
    caller = Caller(caller="0286112345")
    caller.hears(told(Intent.CALLBACK, "Rückruf bitte"))
    for text in ("Anna Schmidt", "ja", "morgen Vormittag", "Es geht um den Hund"):
        caller.hears(told(Intent.YES if text == "ja" else Intent.NOMATCH, text))
    assert caller.state is State.CONFIRM
    said = caller.asks_for("English please")
    assert caller.say("message_noted_name", "en", name="Anna Schmidt") in said
    assert said.endswith(caller.say("message_right", "en"))
    assert caller.state is State.CONFIRM


def test_a_number_is_understood_in_the_callers_language() -> None:
    caller = Caller(at=EVENING)
    caller.speaks_in("tr", about("personalausweis", "documents", TURKISH))
    for intent, text in ((Intent.YES, "evet"), (Intent.NOMATCH, "Adım Ayşe Yılmaz")):
        caller.speaks_in("tr", told(intent, text))
    caller.speaks_in("tr", told(Intent.NOMATCH, "sıfır iki sekiz altı bir dokuz üç dokuz sıfır"))
    left = next(action for action in caller.actions if isinstance(action, LeaveMessage))
    assert (left.name, left.number) == ("Ayşe Yılmaz", "028619390")


def test_the_message_says_what_its_caller_speaks() -> None:
    caller = Caller(caller="0286112345")
    caller.hears(told(Intent.CALLBACK, "Rückruf bitte"))
    caller.asks_for("English please")
    caller.speaks_in("en", told(Intent.NOMATCH, "Anna Smith"))
    caller.speaks_in("en", told(Intent.YES, "yes"))
    left = next(action for action in caller.actions if isinstance(action, LeaveMessage))
    assert (left.name, left.language) == ("Anna Smith", "en")


# Who is rung.


def _route(place: int, extension: str, language: str) -> Route:
    return Route("buergerbuero", "", place, "extension", extension, "", 0, "", None, None, language, "", "Aushang", DAY)


@pytest.mark.parametrize(
    ("language", "rung"), [("tr", ["302", "301"]), ("ru", ["303", "301"]), ("pl", ["301"]), ("de", ["301"])]
)
def test_rows_with_a_language_ring_for_its_callers_and_first(language: str, rung: list[str]) -> None:
    city = replace(town(), routes=(_route(1, "301", ""), _route(2, "302", "tr"), _route(3, "303", "ru")))
    caller = Caller(city=city)
    if language == "de":
        caller.hears(about("personalausweis", "documents"))
        caller.hears(told(Intent.YES, "ja"))
    else:
        caller.speaks_in(language, about("personalausweis", "documents"))
    plan: Plan = caller.transfer.plan
    assert [target.target for target in plan.targets if target.department == "buergerbuero"] == rung


# A whole call.


async def test_on_a_call_the_note_and_the_journal_name_the_language() -> None:
    scene = Scene(
        lambda _target: TransferOutcome(TransferResult.CONNECTED, 200),
        speaks=frozenset({"de", "en"}),
        languages=LANGUAGES,
    )
    await scene.start()
    await scene.quiet()
    scene.ears.language = "tr"
    before = len(scene.said)
    scene.ears.texts.append("Personalausweis için ne getirmem lazım?")
    scene.call.say(tone(3.5))
    await scene.until(lambda: bool(scene.records))
    assert scene.said[before] == " ".join(
        (
            ALL.say("no_voice", "de", spoken="Türkisch", desk="dem Bürgerbüro"),
            ALL.say("no_voice", "en", spoken="Turkish", desk="the citizens' office"),
        )
    )
    assert next(details for _, what, details in scene.journal if what == "heard")["language"] == "tr"
    note = scene.records[-1].note
    assert (note.language, note.service, note.department) == ("tr", "personalausweis", "buergerbuero")
    await scene.over()


def test_what_a_session_hears_is_an_utterance() -> None:
    assert dialogues.heard(replace(told(Intent.LANGUAGE, "Türkçe"), speaks="tr")).kind is Kind.LANGUAGE
    assert dialogues.key("9") == Input(Kind.LANGUAGE, digits="9")
    assert isinstance(Caller().dialogue.say_in("pl", "wait"), Say)


# What is not asked for, and what is not lost.


@pytest.mark.parametrize(
    "text",
    [
        "Ich kann kein Englisch",
        "Nicht auf Englisch bitte",
        "Reden Sie nicht Englisch",
        "no English please",
        "Warum sprechen Sie Englisch?",
        "Ich verstehe kein Polnisch",
        "Ich kann kein Türkisch",
        "Türkçe bilmiyorum",
        "Almanca bilmiyorum",
        "Nie po niemiecku",
        "Не на немецком",
        "Not in German please",
    ],
)
def test_who_turns_a_language_down_does_not_ask_for_it(text: str) -> None:
    assert asked_language(text) is None


def test_a_no_before_the_wish_turns_nothing_down() -> None:
    assert asked_language("No, English please") == "en"
    assert asked_language("Nein, Englisch bitte") == "en"


def test_what_means_nothing_in_a_language_just_heard_brings_nobody_to_a_person() -> None:
    caller = Caller()
    caller.happens(Input(Kind.STARTED))
    said = caller.speaks_in("tr", told(Intent.NOMATCH, "anlaşılmaz"))
    assert said == caller.say("not_understood", "de")
    caller.speaks_in("tr", told(Intent.NOMATCH, "bir şey soracaktım"))
    assert caller.said_in == ["de", "en"]
    assert caller.transfer.department.key == "zentrale"


def test_a_language_that_is_not_switched_on_leads_to_a_person_and_is_not_claimed() -> None:
    router = Router(town(), Prompts.load(("de", "en")))
    talk = Dialogue(router, "de", speaks=frozenset(("de", "en")), clock=lambda: WORKING_HOURS)
    actions = talk.step(dialogues.heard(replace(told(Intent.LANGUAGE, "Türkisch bitte"), speaks="tr")))
    said = " ".join(action.text for action in actions if isinstance(action, Say))
    assert said == router.prompts.say("connecting_person", "de")
    assert talk.caller_language == "de"


def test_a_language_asked_for_among_their_keys_goes_on_with_the_message() -> None:
    caller = Caller(("de", "en", "tr"))
    caller.happens(Input(Kind.STARTED))
    caller.hears(told(Intent.CALLBACK, "Rückruf"))
    assert caller.dialogue.state is State.NAME
    caller.presses("9")
    assert caller.asks_for("Türkçe") == caller.say("message_name", "tr")
    assert caller.dialogue.state is State.NAME


def test_silence_among_the_keys_of_languages_names_all_of_them() -> None:
    caller = Caller(("de", "en", "tr"))
    caller.happens(Input(Kind.STARTED))
    named = caller.presses("9")
    assert caller.happens(Input(Kind.SILENCE)) == named


def test_a_doubtful_emergency_is_mentioned_in_german_and_english_to_who_has_no_voice() -> None:
    caller = Caller()
    caller.happens(Input(Kind.STARTED))
    said = caller.speaks_in("tr", replace(about("personalausweis", None, TURKISH), doubt="112"))
    assert said.startswith(caller.say("emergency_doubt_112", "de") + " " + caller.say("emergency_doubt_112", "en"))
