"""Phrases said to the bot itself that steer the conversation, and questions that hold none of them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from town import Scene
from voicebot.understanding.corrections import corrected
from voicebot.understanding.intents import control_intents
from voicebot.understanding.result import Intent

EXAMPLES = Path(__file__).parent.parent / "data" / "borken" / "examples.csv"
STEERING = {Intent.OVERVIEW, Intent.SLOWER, Intent.SIMPLER, Intent.BACK, Intent.CONSULT}
GERMAN = {
    Intent.OVERVIEW: [
        *(
            "Was können Sie alles?",
            "Ich habe eine Frage",
            "Guten Tag, ich hätte da mal eine Frage",
            "Ich brauche Hilfe",
        ),
        *("Bin ich da richtig bei der Stadt?", "Bin ich hier richtig bei der Stadt Borken?", "Können Sie mir helfen?"),
        *(
            "Wobei können Sie mir helfen?",
            "Wer sind Sie denn?",
            "Ja, ich habe eine Frage",
            "Ist da die Stadtverwaltung?",
        ),
    ],
    Intent.SLOWER: ["langsamer", "Können Sie das bitte langsamer sagen?", "nicht so schnell", "Das war zu schnell"],
    Intent.SIMPLER: ["in einfachen Worten", "Können Sie das einfacher erklären?", "In leichter Sprache bitte"],
    Intent.BACK: ["zurück", "bitte zurück", "zurück zum vorherigen Thema", "einen Schritt zurück", "von vorn"],
    Intent.REPEAT: ["wie bitte", "nochmal", "Können Sie das wiederholen?"],
    Intent.CONSULT: ["Fragen", "Beratung bitte", "Stellen Sie mir die Fragen"],
    Intent.CALLBACK: ["Rufen Sie mich zurück"],
}
ENGLISH = {
    Intent.OVERVIEW: ["What can you do?", "I have a question", "Can you help me?", "Is this the town hall?"],
    Intent.SLOWER: ["slower please", "Could you speak more slowly?"],
    Intent.SIMPLER: ["in simple words", "Can you say that in plain English?"],
    Intent.BACK: ["go back please"],
    Intent.CONSULT: ["questions"],
}


@pytest.mark.parametrize(
    ("language", "text", "intent"),
    [
        *(("de", text, intent) for intent, texts in GERMAN.items() for text in texts),
        *(("en", text, intent) for intent, texts in ENGLISH.items() for text in texts),
    ],
)
def test_what_steers(language: str, text: str, intent: Intent) -> None:
    assert control_intents(text, language)[0] is intent


@pytest.mark.parametrize(
    "text",
    [
        "Ich habe eine Frage zum Wohngeld",
        "Ich brauche Hilfe beim Wohngeldantrag",
        "Können Sie mir beim Formular helfen?",
        "Was können Sie mir zum Reisepass sagen?",
        "Bin ich hier richtig beim Standesamt?",
        "Rentenberatung",
        "Ich will meinen Führerschein zurück",
    ],
)
def test_a_question_of_its_own_does_not(text: str) -> None:
    assert control_intents(text, "de") == ()


def test_no_example_question_steers_or_takes_something_back() -> None:
    with EXAMPLES.open(encoding="utf-8", newline="") as file:
        examples = [(row["text"], row["language"]) for row in csv.DictReader(file)]
    assert [text for text, language in examples if STEERING & set(control_intents(text, language))] == []
    assert [text for text, language in examples if corrected(text, language) != (text, "")] == []


# On a call.


async def test_slower_leaves_pauses_between_the_sentences() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Was brauche ich für einen neuen Personalausweis?")
    answer = scene.said[-1]
    before = scene.call.now
    await scene.caller_says("Langsamer bitte")
    assert scene.said[-1] == answer
    assert scene.call.now - before > 1.5 + len(answer) * 0.05 + 0.8
    scene.call.caller_hangs_up()
    await scene.over()


async def test_the_hash_key_goes_back() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Was brauche ich für einen neuen Personalausweis?")
    await scene.caller_says("Wo beantrage ich einen Führerschein?")
    scene.call.press("#")
    wanted = scene.prompt("back", service="Personalausweis", desk="dem Bürgerbüro")
    await scene.until(lambda: scene.said[-1] == wanted)
    scene.call.caller_hangs_up()
    await scene.over()


async def test_a_general_question_gets_the_overview() -> None:
    scene = Scene()
    await scene.start()
    await scene.quiet()
    await scene.caller_says("Was können Sie alles?")
    assert scene.said[-1] == scene.prompt("overview")
    scene.call.caller_hangs_up()
    await scene.over()
