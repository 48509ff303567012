"""Long utterances are taken apart, so that a question in a story is heard."""

from __future__ import annotations

import numpy as np
import pytest

from voicebot.catalogue.city import ASPECTS
from voicebot.understanding.aspects import Aspects
from voicebot.understanding.clauses import clauses

STORY = "Meine Tante ist zu uns gezogen, sie bringt zwei Katzen mit, und jetzt frage ich mich, was das alles kostet"


def test_a_story_has_clauses() -> None:
    assert clauses(STORY, "de") == ["Meine Tante ist zu uns gezogen", "jetzt frage ich mich", "was das alles kostet"]


@pytest.mark.parametrize("text", ["", "Was kostet das?", "Ja, gut, was kostet es denn, wenn ich komme?"])
def test_what_is_short_has_none(text: str) -> None:
    assert clauses(text, "de") == []


def test_what_goes_on_without_a_stop_has_none() -> None:
    assert clauses("wort " * 30, "de") == []


def test_a_word_or_two_stay_with_what_is_beside_them() -> None:
    found = clauses(
        "Ja, guten Tag, ähm, ich habe gestern meinen Ausweis auf dem Markt verloren, weg, was mache ich denn nun?", "de"
    )
    assert all(len(each.split()) >= 4 for each in found)
    assert sum(len(each.split()) for each in found) == 19


def test_of_a_very_long_story_the_ends_are_kept() -> None:
    told = [f"das ist der Satz Nummer {number}" for number in range(12)]
    found = clauses(", ".join(told), "de")
    assert found == [told[0], *told[-2:]]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Unser Sohn ist letzte Woche auf die Welt gekommen wo melden wir das an"),
        ("en", "Our son was born last week at the hospital here where do we register him"),
        ("nl", "Onze zoon is vorige week hier in het ziekenhuis geboren waar melden wij hem aan"),
        ("pl", "Nasz syn urodził się w zeszłym tygodniu w szpitalu gdzie mamy go zgłosić"),
        ("ru", "Наш сын родился на прошлой неделе здесь в больнице где нам его зарегистрировать"),
        ("uk", "Наш син народився минулого тижня тут у лікарні де нам його зареєструвати"),
        ("tr", "Oğlumuz geçen hafta buradaki hastanede dünyaya gözlerini açtı nereye kaydettireceğiz onu şimdi"),
        ("ar", "ولد ابننا الأسبوع الماضي في المستشفى هنا في المدينة أين يمكننا أن نسجله"),
    ],
)
def test_a_question_begins_a_clause_where_nobody_writes_a_comma(language: str, text: str) -> None:
    assert len(clauses(text, language)) == 2


class ByEmbedding:
    """Stands for a fitted classifier: what an embedding says, whatever the words."""

    def scores(self, _text: str, vector: np.ndarray) -> np.ndarray:
        return np.array(vector, np.float32)


def says(aspect: str | None, surely: float) -> np.ndarray:
    vector = np.zeros(len(ASPECTS) + 1, np.float32)
    vector[len(ASPECTS) if aspect is None else ASPECTS.index(aspect)] = surely
    return vector


def test_the_clause_that_asks_most_plainly_counts() -> None:
    aspects = Aspects(ByEmbedding())  # type: ignore[arg-type]
    told = [("wir wohnen in Weseke", says(None, 6)), ("und das Ganze jetzt", says("fee", 6))]
    assert aspects.find("x", "de", says(None, 3)) is None
    assert aspects.find("x", "de", says(None, 3), told) == "fee"
    assert aspects.find("x", "de", says(None, 3), told[:1]) is None
