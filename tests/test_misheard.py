"""What recognition makes of the examples on bad lines: made, kept, and learned from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from voicebot import mishearing
from voicebot.catalogue.city import City, Department, Example, Service
from voicebot.evaluation.noise import coloured
from voicebot.knowledge import misheard_as
from voicebot.speech.models import ModelStore
from voicebot.trained import train_cached
from voicebot.understanding.misheard import Misheard, of_city, read_misheard, write_misheard
from voicebot.understanding.understander import texts_to_embed, train

PASS = "Was brauche ich für einen neuen Personalausweis?"
ROWS = [
    Misheard("ausweis", PASS, "Was brauche ich für einen neuen Kassonalausweis?"),
    Misheard("ausweis", "Ausweis verlängern", ""),
    Misheard("", "Schönes Wetter, heute", "Schöner Setter, heute"),
]


@pytest.fixture
def city() -> City:
    department = Department("amt", {"de": "Amt"}, "stadt", "1", "sample", date(2026, 1, 1))
    asked = {"ausweis": ("Ausweis", [PASS, "Ausweis verlängern"]), "hund": ("Hund", ["Hund anmelden"])}
    services = {
        key: Service(key, {"de": name}, "amt", "", (), tuple(Example("de", text) for text in texts))
        for key, (name, texts) in asked.items()
    }
    return City("Ort", "amt", {"amt": department}, services)


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "misheard.csv"
    write_misheard(path, ROWS)
    assert read_misheard(path) == ROWS


@pytest.mark.parametrize("content", [b"", b"service,text\nausweis,x\n", b"service,text,heard\n\xff\n", b"\0"])
def test_another_file_is_as_good_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "misheard.csv"
    assert read_misheard(path) == []
    path.write_bytes(content)
    assert read_misheard(path) == []


def test_what_was_heard_is_on_disk_before_the_next_is_spoken(tmp_path: Path) -> None:
    path = tmp_path / "misheard.csv"

    def rows() -> Iterator[Misheard]:
        yield ROWS[0]
        assert read_misheard(path) == ROWS[:1]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_misheard(path, rows())
    assert read_misheard(path) == ROWS[:1]


def test_only_what_the_city_still_asks_is_learned_from(city: City) -> None:
    gone = Misheard("ausweis", "Diese Frage steht nicht mehr da", "Diese Sage geht nicht mehr ja")
    moved = replace(ROWS[0], service="hund")
    assert of_city(city, [*ROWS, ROWS[0], gone, moved]) == (ROWS[0],)


def test_a_town_has_its_own_beside_those_of_the_sample(city: City, tmp_path: Path) -> None:
    write_misheard(tmp_path / "misheard.csv", ROWS)
    assert misheard_as(city, tmp_path) == (ROWS[0],)


def test_a_word_that_recognition_writes_is_learned(city: City) -> None:
    services = train(city, None, misheard=ROWS[:1]).services
    plain = train(city, None).services
    word = "kassonalausweis"
    assert int(services.scores(word, None).argmax()) == 0
    assert services.scores("kasson", None)[0] > plain.scores("kasson", None)[0]


def test_meanings_of_what_was_misheard_follow_all_others(city: City) -> None:
    texts = texts_to_embed(city, ROWS[:1])
    assert texts == [*texts_to_embed(city), ROWS[0].heard]
    vectors = np.zeros((len(texts), 8), np.float32)
    vectors[:, 0] = 1
    vectors[-1] = np.eye(8)[5]
    services = train(city, vectors, misheard=ROWS[:1]).services
    assert int(services.scores("", vectors[-1]).argmax()) == 0


def test_the_archive_is_made_anew_where_something_else_was_misheard(city: City, tmp_path: Path) -> None:
    path, told = tmp_path / "classifiers.npz", list[int]()
    for rows, is_new in ((ROWS[:1], True), (ROWS[:1], False), ((), True)):
        told.clear()
        train_cached(path, city, None, lambda done, _: told.append(done), misheard=rows)
        assert bool(told) == is_new


def test_a_text_is_always_said_in_the_same_way_and_never_as_it_is_measured() -> None:
    texts = [f"Frage Nummer {number}" for number in range(200)]
    lines = [mishearing.line_of(text, "de") for text in texts]
    assert lines == [mishearing.line_of(text, "de") for text in reversed(texts)][::-1]
    assert {line.colour for line in lines} == {"brown", "pink", "white"}
    assert all(line.voice or abs(line.throat - 1) > 0.05 for line in lines)
    assert 0.3 < np.mean([bool(line.voice) for line in lines]) < 0.5
    assert all(mishearing.line_of(text, "pl").voice for text in texts)  # Pico speaks no Polish


def test_services_take_turns(city: City) -> None:
    assert [key for key, _ in mishearing.sentences(city, "de")] == ["ausweis", "hund", "ausweis"]
    assert mishearing.sentences(city, "tr") == []


@pytest.mark.parametrize(("power", "fall_db"), [(0.0, 0.0), (1.0, 9.0), (2.0, 18.1)])
def test_noise_falls_with_its_colour(power: float, fall_db: float) -> None:
    spectrum = np.abs(np.fft.rfft(coloured(8000, power))) ** 2
    hertz = np.fft.rfftfreq(40 * 8000, 1 / 8000)
    low, high = (spectrum[(hertz > middle * 0.8) & (hertz < middle * 1.25)].mean() for middle in (250, 2000))
    assert 10 * np.log10(low / high) == pytest.approx(fall_db, abs=0.5)


@pytest.mark.models
def test_sentences_are_spoken_and_heard_and_those_known_are_not_said_again(tmp_path: Path) -> None:
    model = ModelStore(tmp_path).whisper("base")
    said = [("hund", "Muss ich meinen neuen Hund bei der Stadt anmelden?"), ("ausweis", PASS)]
    known = [Misheard(*said[1], "so wie es dasteht")]
    told: list[tuple[int, int]] = []
    rows = list(mishearing.mishear(said, known, "de", model, lambda *done: told.append(done)))
    assert rows[0] == known[0]  # first, so that it is on disk again before anything can stop it
    assert (rows[1].service, rows[1].text) == said[0]
    assert rows[1].heard != said[0][1]
    assert told == [(1, 2), (2, 2)]
