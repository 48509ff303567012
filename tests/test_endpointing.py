"""How long a silence ends a turn, by what was said before it."""

from __future__ import annotations

import pytest

from voicebot.endpointing import PATIENCE, patience_ms
from voicebot.understanding.result import Intent, Understanding


def heard(text: str, intent: Intent = Intent.NOMATCH, confidence: float = 0.0, **about: str | bool) -> Understanding:
    return Understanding(text, "de", intent, confidence, **about)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "expecting", "expected"),
    [
        (heard("Ja.", Intent.YES, 1.0), "yes_no", PATIENCE.answered),
        (heard("Mitarbeiter", Intent.HUMAN, 1.0), None, PATIENCE.answered),
        (heard("Hallo.", Intent.REPEAT, 1.0), None, PATIENCE.told),
        (heard("Ja, guten Tag.", Intent.YES, 1.0), None, PATIENCE.told),
        (heard("Ja, guten Tag.", Intent.YES, 1.0), "yes_no", PATIENCE.answered),
        (heard("Hilfe, es brennt!", Intent.EMERGENCY, 1.0), None, PATIENCE.answered),
        (heard("Haus mit Blut", Intent.EMERGENCY, 1.0), None, PATIENCE.told),
        (heard("Was kostet der Pass?", Intent.SERVICE, 0.99, aspect="fee"), None, PATIENCE.asked),
        (heard("Was kostet der Pass?", Intent.SERVICE, 0.9, aspect="fee"), None, PATIENCE.told),
        (heard("Wie früh vor dem Umzug.", Intent.SERVICE, 0.99, aspect="deadline"), None, PATIENCE.told),
        (heard("Ist der Fuß bei Platz?", Intent.SERVICE, 0.7, aspect="location"), None, PATIENCE.told),
        (heard("Ich bin umgezogen.", Intent.SERVICE, 0.9), None, PATIENCE.told),
        (heard("Thank you.", Intent.GOODBYE, 1.0), None, PATIENCE.told),
        (heard("Danke, das war alles.", Intent.GOODBYE, 1.0), "yes_no", PATIENCE.answered),
        (heard("Ich bin umgezogen und", Intent.SERVICE, 0.9), None, PATIENCE.unfinished),
        (heard("Ich brauche"), None, PATIENCE.unfinished),
        (heard("Ich melde mein Gewerbe an", Intent.SERVICE, 0.9), None, PATIENCE.unfinished),
        (heard("Wie melde ich mein Gewerbe an?", Intent.SERVICE, 0.99), None, PATIENCE.asked),
        (heard("Und was kostet das?", Intent.SERVICE, 0.99, aspect="fee"), None, PATIENCE.asked),
        (heard("Und was kostet das?", Intent.SERVICE, 0.9, aspect="fee", follows_up=True), None, PATIENCE.asked),
        (heard("Und die Gebühr", Intent.SERVICE, 0.9, aspect="fee", follows_up=True), None, PATIENCE.told),
        (heard("Wie viel Zeit habe ich, damit?", Intent.SERVICE, 0.99), None, PATIENCE.unfinished),
        (heard("Unser Stammbuch ist.", Intent.SERVICE, 0.99), None, PATIENCE.unfinished),
        (heard("Wo steht, was mein Hund kosten wird und ist?", Intent.SERVICE, 0.99), None, PATIENCE.asked),
        (heard("Kann ich Ihnen ein Foto von dem Wagen?", Intent.SERVICE, 0.99), None, PATIENCE.told),
        (heard("Was soll ich mitbringen, und kann mein Mann?", Intent.SERVICE, 0.99), None, PATIENCE.told),
        (heard("Kann ich Ihnen ein Foto von dem Wagen schicken?", Intent.SERVICE, 0.99), None, PATIENCE.asked),
        (heard("Wo muss ich mit dem Sperrmüll hin?", Intent.SERVICE, 0.99), None, PATIENCE.asked),
        (heard("Wissen Sie, ob ich kommen muss?", Intent.SERVICE, 0.99), None, PATIENCE.asked),
        (heard("Und wie", Intent.YES, 1.0), None, PATIENCE.told),
        (heard("Und wie", Intent.YES, 1.0), "yes_no", PATIENCE.answered),
        (heard("Können Sie?"), None, PATIENCE.unfinished),
        (heard("Was brauche ich?", Intent.SERVICE, 0.9, aspect="documents"), None, PATIENCE.unfinished),
        (heard("Der Dings, äh"), None, PATIENCE.unfinished),
        (heard("Der Dings da"), None, PATIENCE.unfinished),
        (heard("Der Dings da hinten links"), None, PATIENCE.unclear),
        (heard("Kein Gedanke."), "yes_no", PATIENCE.unclear),
        (heard("Was kostet der Pass?", Intent.SERVICE, 0.3), None, PATIENCE.unclear),
        (heard("null zwei acht sechs eins"), "number", PATIENCE.unfinished),
        (heard("0 2 8 6 1, 9 3 9, 0"), "number", PATIENCE.dictated),
        (heard("null zwo acht sechs eins, neun drei neun, null null"), "number", PATIENCE.dictated),
        (heard("null eins sieben eins, zwei drei vier fünf sechs sieben acht"), "number", PATIENCE.dictated),
        (heard("null eins sieben eins, zwei drei vier, fünf sechs"), "number", PATIENCE.unfinished),
        (heard("zwei acht drei, neun drei neun, null"), "number", PATIENCE.unclear),
        (heard("neun drei neun"), "number", PATIENCE.unfinished),
        (heard("Das weiß die Nachbarin"), "number", PATIENCE.unclear),
        (heard("Schmidt"), "name", PATIENCE.told),
        (heard("Am Vormittag."), "words", PATIENCE.told),
        (heard("Um die Müllabfuhr und"), "words", PATIENCE.unfinished),
        (heard("Bitte rufen Sie mich zurück.", Intent.CALLBACK, 1.0), None, PATIENCE.asked),
        (heard(""), None, PATIENCE.asked),
    ],
)
def test_patience(said: Understanding, expecting: str | None, expected: int) -> None:
    assert patience_ms(said, expecting) == expected


def test_the_question_that_opens_a_call_is_waited_for_longer() -> None:
    question = heard("Was kostet der Pass?", Intent.SERVICE, 0.99, aspect="fee")
    assert patience_ms(question, None, opens=True) == PATIENCE.opening > PATIENCE.asked
    assert patience_ms(heard("Mitarbeiter", Intent.HUMAN, 1.0), None, opens=True) == PATIENCE.answered


def test_a_town_may_want_more_of_it() -> None:
    more = PATIENCE.scaled(2 * PATIENCE.told)
    assert (more.answered, more.told, more.unfinished) == (600, 2080, 2800)
