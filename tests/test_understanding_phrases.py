"""What callers say to the bot itself, aspects and emergencies: everything from the phrase files."""

import csv
import time
from pathlib import Path

import pytest

from voicebot.catalogue.city import ASPECTS
from voicebot.understanding.aspects import find_aspect
from voicebot.understanding.emergency import emergency_number
from voicebot.understanding.intents import control_intents, is_noise, leading_answer
from voicebot.understanding.phrasebook import LANGUAGES, phrasebook
from voicebot.understanding.result import Intent

DATA = Path(__file__).parent / "data_understanding"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows("emergencies.csv"), ids=lambda row: row["text"])
def test_emergencies_are_found(row: dict[str, str]) -> None:
    assert emergency_number(row["text"]) == row["number"]


@pytest.mark.parametrize("row", rows("no_emergencies.csv"), ids=lambda row: row["text"])
def test_where_only_the_word_occurs_there_is_no_emergency(row: dict[str, str]) -> None:
    assert emergency_number(row["text"]) is None


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        *(
            ("de", text, Intent.YES)
            for text in ["Ja", "jo", "Jau", "genau", "gerne", "Ja, gerne!", "passt schon", "ja ja", "Klar"]
        ),
        *(("de", text, Intent.YES) for text in ["Ja bitte", "Okay", "na gut"]),
        *(("de", text, Intent.NO) for text in ["Nein", "nee", "Nö", "Nein, das hilft mir nicht", "lieber nicht"]),
        *(("en", text, Intent.YES) for text in ["Yes please", "yeah", "sure"]),
        *(("en", text, Intent.NO) for text in ["No", "nope", "not really"]),
        ("de", "Mensch", Intent.HUMAN),
        ("de", "Geben Sie mir einen Mitarbeiter", Intent.HUMAN),
        ("de", "Zentrale bitte", Intent.HUMAN),
        ("de", "Ich will mit jemand Richtigem sprechen", Intent.HUMAN),
        ("en", "operator", Intent.HUMAN),
        ("en", "I want to talk to a real person", Intent.HUMAN),
        ("de", "Ja, bitte verbinden", Intent.CONNECT),
        ("de", "Verbinden Sie mich", Intent.CONNECT),
        ("de", "Stellen Sie mich bitte durch", Intent.CONNECT),
        ("en", "Put me through", Intent.CONNECT),
        ("de", "Datenschutz", Intent.PRIVACY),
        ("de", "Nehmen Sie das auf?", Intent.PRIVACY),
        ("de", "Zeichnen Sie das Gespräch etwa auf und speichern es?", Intent.PRIVACY),
        ("de", "Hört da jemand mit oder schneidet ihr das mit?", Intent.PRIVACY),
        ("en", "What about data protection?", Intent.PRIVACY),
        ("de", "Nochmal", Intent.REPEAT),
        ("de", "Wie bitte?", Intent.REPEAT),
        ("de", "Was?", Intent.REPEAT),
        ("de", "Ich möchte einen Rückruf", Intent.CALLBACK),
        ("de", "Kann ich eine Nachricht hinterlassen?", Intent.CALLBACK),
        ("en", "Call me back please", Intent.CALLBACK),
        ("de", "Tschüss", Intent.GOODBYE),
        ("de", "Auf Wiederhören", Intent.GOODBYE),
        ("de", "Danke, das war's", Intent.GOODBYE),
        ("de", "Nein danke, tschüss", Intent.GOODBYE),
        ("de", "Nein danke", Intent.SATISFIED),
        ("de", "Ja, das hilft mir", Intent.SATISFIED),
        ("en", "That helps, thank you", Intent.SATISFIED),
        ("de", "Nein danke, das war alles", Intent.GOODBYE),
        ("en", "No thank you, goodbye", Intent.GOODBYE),
        # said in the other language
        ("en", "Tschüss", Intent.GOODBYE),
        ("de", "yes please", Intent.YES),
    ],
)
def test_control_intents(language: str, text: str, intent: Intent) -> None:
    assert control_intents(text, language)[0] is intent


@pytest.mark.parametrize(
    "text",
    [
        "Was kostet ein Personalausweis?",
        "Ja, aber was kostet das denn?",
        "Ich möchte mich über einen Mitarbeiter beschweren",
        "Muss ich die Prüfung wiederholen?",
        "Wer verbindet mein Haus mit dem Kanal?",
        "Was mache ich mit meinem Hund?",
        "",
        "Nimmt der Sperrmüll alte Matratzen mit?",
        "Nehmen Sie Bewerbungen auf Papier an?",
        "Nehmen Sie für einen Stempel auf das Zeugnis Geld?",
        "Schneidet die Stadt die Bäume auf dem Gehweg?",
    ],
)
def test_questions_are_no_control_intents(text: str) -> None:
    assert control_intents(text, "de") == ()


@pytest.mark.parametrize(
    ("text", "answer", "rest"),
    [
        ("Ja, das war gut so weit", Intent.YES, "das war gut so weit"),
        ("Nee, ich habe noch was", Intent.NO, "ich habe noch was"),
        ("Jahreskarte", None, "jahreskarte"),
    ],
)
def test_leading_answer(text: str, answer: Intent | None, rest: str) -> None:
    assert leading_answer(text, "de") == (answer, rest)


@pytest.mark.parametrize(
    ("language", "text", "aspect"),
    [
        ("de", "Was kostet das?", "fee"),
        ("de", "Wie teuer ist ein Reisepass?", "fee"),
        ("de", "Was muss ich mitbringen?", "documents"),
        ("de", "Was brauche ich für einen Ausweis?", "documents"),
        ("de", "Welche Unterlagen brauche ich?", "documents"),
        ("de", "Wie lange dauert das?", "duration"),
        ("de", "Wann ist mein Pass fertig?", "duration"),
        ("de", "Wo muss ich hin?", "location"),
        ("de", "Bis wann muss ich mich ummelden?", "deadline"),
        ("de", "Wie lange habe ich Zeit?", "deadline"),
        ("de", "Geht das online?", "online"),
        ("de", "Welches Formular brauche ich?", "form"),
        ("de", "Wo finde ich das Formular?", "form"),
        ("de", "Brauche ich einen Termin?", "appointment"),
        ("de", "Wann hat das Amt auf?", "hours"),
        ("de", "Wann haben Sie offen?", "hours"),
        ("de", "Bis wann ist heute geöffnet?", "hours"),
        ("de", "Wer ist dafür zuständig?", "contact"),
        ("de", "Brauche ich dafür eine Genehmigung?", "requirements"),
        ("de", "Wer darf das beantragen?", "requirements"),
        ("de", "Ich habe die PIN vom Online-Ausweis vergessen", None),
        ("de", "Ich möchte einen Personalausweis", None),
        ("de", "Meine Papiere sind weg", None),
        ("de", "Mein Ausweis ist zu achtzig Prozent unlesbar", None),
        ("de", "Wann macht das Amt zu und was kostet das?", "hours"),
        ("en", "How much is it?", "fee"),
        ("en", "What are your opening hours?", "hours"),
        ("en", "What do I need to bring?", "documents"),
        ("en", "Do I need an appointment?", "appointment"),
        ("en", "How long does it take?", "duration"),
        ("en", "Where do I have to go?", "location"),
        ("en", "Can I do that online?", "online"),
    ],
)
def test_find_aspect(language: str, text: str, aspect: str | None) -> None:
    assert find_aspect(text, language) == aspect


@pytest.mark.parametrize("text", ["Untertitel der Amara.org-Community", "Untertitel im Auftrag des ZDF, 2020"])
def test_what_recognition_makes_of_silence_is_noise(text: str) -> None:
    assert is_noise(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_phrase_file_says_everything(language: str) -> None:
    book = phrasebook(language)
    assert set(book.aspects) == set(ASPECTS)
    spoken = set(Intent) - {Intent.SERVICE, Intent.DEPARTMENT, Intent.EMERGENCY, Intent.LANGUAGE, Intent.NOMATCH}
    assert spoken <= set(book.rules)
    assert {kind.number for kind in book.emergencies} == {"112", "110"}
    assert book.off_topic
    assert book.own.contains
    assert set(book.digits.values()) == set("+0123456789")


def test_a_looping_recogniser_costs_no_time() -> None:
    start = time.perf_counter()
    for text in ("ja " * 300 + "x", "nein danke " * 100 + "x", "bitte " * 11 + "x"):
        control_intents(text, "de")
        emergency_number(text)
    assert time.perf_counter() - start < 1
