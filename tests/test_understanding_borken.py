"""How well the sample city is understood, on questions that are no examples and fitted nothing."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from voicebot.catalogue.city import City
from voicebot.catalogue.folder import read_folder
from voicebot.knowledge import CLASSIFIERS, embeddings_path, misheard_as, shipped_classifiers, shipped_embeddings
from voicebot.speech.embedder import Embedder
from voicebot.speech.embedding_cache import EmbeddingCache
from voicebot.trained import train_cached
from voicebot.understanding.clauses import clauses
from voicebot.understanding.hypotheses import Hypothesis
from voicebot.understanding.normalise import fold
from voicebot.understanding.understander import Understander, texts_to_embed

HERE = Path(__file__).parent
Embed = Callable[[str], NDArray[np.float32] | None]


def questions() -> list[dict[str, str]]:
    with (HERE / "data_understanding" / "heldout.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def city() -> City:
    return read_folder(HERE.parent / "data" / "borken")


@dataclass
class Accuracy:
    right: float
    """Intent right, and the service or department with it."""
    service: float
    first_three: float
    aspect: float


def measure(understander: Understander, embed: Embed) -> Accuracy:
    right, service, three, aspect = [], [], [], []
    for row in questions():
        vector = embed(row["text"])
        parts = clauses(row["text"], row["language"]) if vector is not None else []
        told = [(part, own) for part in parts if (own := embed(part)) is not None]
        got = understander.understand(row["text"], row["language"], vector, clauses=told)
        services = row["service"].split("|")
        is_right = got.intent in row["intent"].split("|")
        if row["service"]:
            service.append(got.service in services)
            three.append(any(key in services for key, _ in got.candidates))
            is_right &= got.service in services or got.department == row["department"] != ""
        elif row["department"]:
            is_right &= got.department == row["department"]
        if row["aspect"]:
            aspect.append(got.aspect == row["aspect"])
        right.append(is_right)
    return Accuracy(
        right=float(np.mean(right)),
        service=float(np.mean(service)),
        first_three=float(np.mean(three)),
        aspect=float(np.mean(aspect)),
    )


def test_held_out_questions_are_no_examples(city: City) -> None:
    texts = {fold(text) for text in texts_to_embed(city)}
    assert not [row["text"] for row in questions() if fold(row["text"]) in texts]
    assert sum(row["language"] == "de" for row in questions()) >= 120
    assert sum(row["language"] == "en" for row in questions()) >= 30


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder(threads=1)  # more of them wait for each other on a busy machine


@pytest.fixture(scope="module")
def understander(city: City, embedder: Embedder) -> Understander:
    """As the bot makes it, from its own archives: a line that was started before has filled them."""
    path = embeddings_path(None)
    misheard = misheard_as(city, None)
    vectors = embedder.embed_cached(texts_to_embed(city, misheard), path, shipped=shipped_embeddings())
    kept = path.with_name(CLASSIFIERS)
    trained = train_cached(kept, city, vectors, shipped=shipped_classifiers(), misheard=misheard)
    return Understander(city, vectors, trained)


@pytest.mark.models
def test_by_words_and_sound_where_the_embedder_fails(understander: Understander) -> None:
    got = measure(understander, lambda _: None)
    assert got.right >= 0.80
    assert got.service >= 0.88
    assert got.first_three >= 0.94
    assert got.aspect >= 0.80


@pytest.mark.models
def test_by_meaning_too(understander: Understander, embedder: Embedder) -> None:
    got = measure(understander, lambda text: embedder.embed([text])[0])
    assert got.right >= 0.92
    assert got.service >= 0.95
    assert got.first_three >= 0.98
    assert got.aspect >= 0.85


@pytest.mark.models
@pytest.mark.parametrize("asked", ["Wann haben Sie offen?", "Wann macht ihr zu?", "Wann habt ihr auf?"])
def test_when_somebody_is_there_is_a_question_about_the_town_hall_or_what_was_asked_before(
    understander: Understander, embedder: Embedder, asked: str
) -> None:
    vector = embedder.embed([asked])[0]
    first = understander.understand(asked, "de", vector)
    assert (first.service, first.aspect, first.choices) == ("oeffnungszeiten", "hours", ())
    later = understander.understand(asked, "de", vector, last_service="fundbuero")
    assert later.service == ("oeffnungszeiten" if "habt" in asked else "fundbuero")


@pytest.mark.models
def test_what_it_costs_is_no_question_about_anything_before_something_was_named(
    understander: Understander, embedder: Embedder
) -> None:
    asked = "Und was kostet das?"
    assert understander.understand(asked, "de", embedder.embed([asked])[0]).service is None


@pytest.mark.models
def test_the_shipped_vectors_are_those_of_the_shipped_texts(city: City, embedder: Embedder, tmp_path: Path) -> None:
    texts = texts_to_embed(city, misheard_as(city, None))
    cache = EmbeddingCache(tmp_path / "empty.npz", texts, shipped_embeddings())
    assert not len(cache), "mend with: voicebot import data/borken, voicebot models embed data/borken/embeddings.npz"
    vectors = cache.finish()
    some = range(0, len(texts), 997)
    again = embedder.embed([texts[place] for place in some])
    assert float((vectors[list(some)] * again).sum(axis=1).min()) > 0.995


@pytest.mark.models
def test_no_question_of_the_evaluation_is_an_example(city: City) -> None:
    texts = {fold(text) for text in texts_to_embed(city, misheard_as(city, None))}
    folder = HERE.parent / "data" / "borken" / "evaluation"
    for path in folder.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            assert not [row["text"] for row in csv.DictReader(file) if fold(row["text"]) in texts], path.name


@pytest.mark.models
@pytest.mark.parametrize(
    ("text", "intent", "service", "aspect"),
    [
        # Somebody is named, and an answer is wanted.
        ("Darf jemand anderes meinen fertigen Reisepass abholen?", "service", "reisepass", "requirements"),
        ("Um wie viel Uhr sind die Leute vom Standesamt morgens für Sterbefälle da?", "service", "sterbefall", "hours"),
        # Whom to talk to about something: its department, not the switchboard.
        (
            "Mit wem kann ich denn reden, wenn meine Nachbarn ihr Kind verwahrlosen lassen?",
            "department",
            "kinderschutz",
            "contact",
        ),
        # A place is nobody.
        ("Ich suche einen Platz im Kindergarten für meinen Sohn", "service", "kita", None),
    ],
)
def test_people_are_named_for_different_reasons(
    understander: Understander, embedder: Embedder, text: str, intent: str, service: str, aspect: str | None
) -> None:
    parts = clauses(text, "de")
    told = list(zip(parts, embedder.embed(parts), strict=True)) if parts else []
    got = understander.understand(text, "de", embedder.embed([text])[0], clauses=told)
    assert (got.intent, got.service) == (intent, service)
    if aspect is not None:
        assert got.aspect == aspect


LEARNED, GARBLED = (
    "Unser Adventskranz hat die Gardine angesteckt und es wird immer mehr",
    "Unser Adventsgrad hat die Gardinen angeseilt",
)


@pytest.mark.models
@pytest.mark.parametrize(
    ("weighs", "is_emergency"),
    [
        # A bad line has made an emergency of one hypothesis in three.
        (0.3, False),
        (0.6, True),
    ],
)
def test_what_no_phrase_names_needs_half_of_the_hypotheses(
    understander: Understander, embedder: Embedder, weighs: float, is_emergency: bool
) -> None:
    learned, garbled = embedder.embed([LEARNED, GARBLED])
    readings = [Hypothesis(GARBLED, 1 - weighs, garbled), Hypothesis(LEARNED, weighs, learned)]
    got = understander.understand(GARBLED, "de", garbled, hypotheses=readings)
    assert (got.intent == "emergency") is is_emergency


@pytest.mark.models
@pytest.mark.parametrize(
    "text",
    [
        "Mitarbeiter bitte, ich brauche einen Termin für den Personalausweis",
        "Einen Sachbearbeiter bitte, wo muss ich hin mit dem Sperrmüll",
        "Holen Sie mir jemand ran, der mir sagt, was ein Führungszeugnis kostet",
    ],
)
def test_whoever_asks_for_a_person_gets_one_whatever_else_is_asked(
    understander: Understander, embedder: Embedder, text: str
) -> None:
    got = understander.understand(text, "de", embedder.embed([text])[0])
    assert got.intent in ("department", "human")
