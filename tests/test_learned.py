"""What is fitted to a city: the classifier, its archive, the lexicon and the weights of the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from voicebot import trained
from voicebot.catalogue.city import City, Department, Example, Service
from voicebot.understanding import fitting, matching
from voicebot.understanding.aspects import Aspects, sentences
from voicebot.understanding.aspects import train as train_aspects
from voicebot.understanding.learned import Classifier
from voicebot.understanding.lexicon import Lexicon
from voicebot.understanding.matching import Matcher, Scores, references
from voicebot.understanding.misheard import Misheard
from voicebot.understanding.understander import Understander

QUESTIONS = {
    "ausweis": ("Personalausweis", ["Mein Ausweis ist abgelaufen", "Ich brauche einen Perso", "Ausweis verlängern"]),
    "muell": ("Mülltonne", ["Meine Tonne ist zu klein", "Wir brauchen eine größere Mülltonne", "Die Tonne ist kaputt"]),
    "hund": ("Hundesteuer", ["Ich habe einen Hund gekauft", "Was kostet die Steuer für den Dackel", "Hund anmelden"]),
}


@pytest.fixture(scope="module")
def city() -> City:
    department = Department("amt", {"de": "Amt"}, "stadt", "1", "sample", date(2026, 1, 1))
    services = {
        key: Service(key, {"de": name}, "amt", "", (), tuple(Example("de", text) for text in texts))
        for key, (name, texts) in QUESTIONS.items()
    }
    return City("Ort", "amt", {"amt": department}, services)


def test_classes_are_told_by_parts_of_words() -> None:
    texts = ["mülltonne tauschen", "ausweis verlängern", "hund anmelden"]
    classifier = Classifier.fit(texts, None, np.arange(3), 3)
    assert [int(classifier.scores(text, None).argmax()) for text in ("tonnentausch", "ausweise", "hunde")] == [0, 1, 2]


def test_meaning_counts_where_letters_do_not() -> None:
    vectors = np.eye(3, 4, dtype=np.float32)
    classifier = Classifier.fit(["aaa", "bbb", "ccc"], vectors, np.arange(3), 3)
    assert int(classifier.scores("zzz", vectors[1]).argmax()) == 1


def test_the_same_texts_give_the_same_weights() -> None:
    made = [Classifier.fit(["eins", "zwei"], None, np.arange(2), 2).arrays() for _ in range(2)]
    assert all(np.array_equal(made[0][name], made[1][name]) for name in made[0])


def test_one_to_measure_time_with_is_of_the_size_of_a_fitted_one() -> None:
    fitted = Classifier.fit(["aaa", "bbb", "ccc"], np.eye(3, 4, dtype=np.float32), np.arange(3), 3)
    made = fitted, Classifier.unlearned(3, 4)
    sizes = [{name: array.shape for name, array in each.arrays().items()} for each in made]
    assert sizes[0] == sizes[1]


def test_progress_reaches_its_end() -> None:
    told: list[tuple[int, int]] = []
    Classifier.fit(["eins", "zwei"], None, np.arange(2), 2, lambda *done: told.append(done))
    assert told[-1][0] == told[-1][1] == len(told)


def test_what_was_fitted_is_kept_until_the_texts_change(city: City, tmp_path: Path) -> None:
    path = tmp_path / "kept" / "classifiers.npz"
    told: list[tuple[int, int]] = []
    first = trained.train_cached(path, city, None, lambda *done: told.append(done))
    assert told
    told.clear()
    again = trained.train_cached(path, city, None, lambda *done: told.append(done))
    assert not told
    np.testing.assert_array_equal(again.services.scores("perso", None), first.services.scores("perso", None))
    smaller = City("Ort", "amt", city.departments, {"hund": city.services["hund"]})
    trained.train_cached(path, smaller, None, lambda *done: told.append(done))
    assert told
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04broken"])
def test_a_damaged_archive_is_fitted_anew(city: City, tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "classifiers.npz"
    path.write_bytes(damage)
    trained.train_cached(path, city, None)
    told: list[int] = []
    trained.train_cached(path, city, None, lambda done, _: told.append(done))
    assert not told


def test_cross_validation_judges_every_example_without_it(city: City) -> None:
    vectors = np.random.default_rng(1).normal(size=(len(references(city)), 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    judged = fitting.cross_validate(city, vectors, (), lambda *_: None)
    own = [each for each in judged if each.service < len(city.services)]
    assert len(own) == sum(len(texts) for _, texts in QUESTIONS.values())
    full, lexical = fitting.fit(judged)
    assert full.learned + full.terms + full.words > 0
    assert lexical.nearest == 0


def test_cross_validation_judges_what_was_misheard_without_its_text(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    learned_from: list[list[str]] = []

    def train(city: City, vectors: Scores, texts: Sequence[tuple[str, str]]) -> Classifier:
        learned_from.append([text for _, text in texts])
        return matching.train(city, vectors, texts=texts)

    monkeypatch.setattr(fitting, "train", train)
    misheard = [Misheard("ausweis", "Ausweis verlängern", "Ausreise verlängern")]
    vectors = np.eye(len(references(city)) + 1, dtype=np.float32)
    judged = fitting.cross_validate(city, vectors, misheard, lambda *_: None)
    assert len(judged) == len(references(city)) - len(city.services) + 1
    assert all(("Ausweis verlängern" in texts) == ("Ausreise verlängern" in texts) for texts in learned_from)
    assert sum("Ausreise verlängern" not in texts for texts in learned_from) == 1


def test_probabilities_add_up(city: City) -> None:
    likely = Matcher(city).evidence("Mein Perso ist weg").probabilities()
    assert likely.shape == (4,)
    assert likely.sum() == pytest.approx(1)


def test_a_lexicon_knows_words_by_spelling_and_sound() -> None:
    lexicon = Lexicon({"personalausweis": {0: 1.0}, "fuehrerschein": {1: 1.0}, "pass": {2: 0.5}})

    def found(heard: str) -> set[str]:
        return {lexicon.words[place] for place in lexicon.alike(heard)[0]}

    assert found("kassonalausweis") == {"personalausweis"}
    assert found("vuehrerschein") == {"fuehrerschein"}
    assert found("pass") == {"pass"}
    assert found("spass") == found("xyz") == found("") == set()


def test_owners_get_the_best_of_their_words() -> None:
    lexicon = Lexicon({"pass": {0: 0.5, 1: 1.0}, "passamt": {0: 1.0}})
    scores = np.zeros(2, np.float32)
    for word in ("pass", "passamt"):
        lexicon.raise_to(scores, *lexicon.alike(word))
    assert scores.tolist() == [1.0, 1.0]


def test_aspects_are_learned_from_sentences(city: City) -> None:
    assert len({text for _, text in sentences()}) > 2_000
    random = np.random.default_rng(2)
    around = random.normal(size=(len(sentences()), 8)).astype(np.float32)
    aspects = Aspects(train_aspects(city, random.normal(size=(len(references(city)), 8)).astype(np.float32), around))
    place = next(at for at, (aspect, _) in enumerate(sentences()) if aspect == "duration")
    assert aspects.find(sentences()[place][1], "de", around[place] / np.linalg.norm(around[place])) == "duration"
    assert aspects.find("Was kostet das", "de", None) == "fee"
    assert aspects.find("Da wird man ja arm von", "de", None) is None


def test_a_rejected_service_is_not_found_again(city: City) -> None:
    understander = Understander(city)
    heard = understander.understand("Personalausweis oder Hund", "de", None, rejected="Personalausweis")
    assert heard.service != "ausweis"
    assert "ausweis" not in dict(heard.candidates)
