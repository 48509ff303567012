"""Languages by their sound: what the layer decides, where it has no say, and that the real one knows other voices."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from voicebot import espeak
from voicebot.catalogue.folder import read_folder
from voicebot.evaluation.spoken import first_turn, through_telephone
from voicebot.share import share
from voicebot.speech import accent_fitting, accents
from voicebot.speech.accents import OTHER, Accents, is_open, pooled
from voicebot.speech.models import ModelStore
from voicebot.speech.recognizer import Recognizer
from voicebot.understanding.phrasebook import LANGUAGES

ALLOWED = ("de", "nl", "tr")
LOST = [("la", 0.8), ("th", 0.1), ("tr", 0.05), ("de", 0.02)]
"""Whisper takes nothing that may be spoken for likely."""


def layer(*shares: float) -> Accents:
    """One that finds German, Dutch, Turkish and anything else with these probabilities, whatever it hears."""
    constant = np.log(np.array(shares, np.float32))
    return Accents(("de", "nl", "tr", OTHER), np.zeros((4, 4), np.float32), constant, np.zeros(4), np.ones(4))


SOUND = np.ones((50, 2), np.float32)


def test_what_it_sounds_like_decides_where_whisper_is_lost() -> None:
    judged = layer(0.01, 0.01, 0.78, 0.2).judge(SOUND, LOST, ALLOWED)
    assert judged is not None
    assert judged[0][0] == "tr"
    assert judged[0][1] == pytest.approx(0.975)
    assert {code for code, _ in judged} >= {"la", "th", "de", "nl"}


@pytest.mark.parametrize(
    "heard",
    [
        [("nl", 0.8), ("la", 0.1)],
        [("la", 0.6), ("de", 0.3)],
        [("de", 0.99)],
    ],
)
def test_it_has_no_say_where_a_language_is_likely_or_the_towns_own_is_possible(heard: list[tuple[str, float]]) -> None:
    assert not is_open(dict(heard), ALLOWED)
    assert layer(0.01, 0.01, 0.97, 0.01).judge(SOUND, heard, ALLOWED) is None


@pytest.mark.parametrize(
    "shares",
    [
        (0.05, 0.05, 0.15, 0.75),  # something else
        (0.3, 0.3, 0.3, 0.1),  # nothing stands out
    ],
)
def test_where_it_is_unsure_everything_stays(shares: tuple[float, ...]) -> None:
    assert layer(*shares).judge(SOUND, LOST, ALLOWED) is None


def test_another_models_encoding_is_nothing_to_it() -> None:
    assert layer(0.01, 0.01, 0.97, 0.01).judge(np.ones((50, 3), np.float32), LOST, ALLOWED) is None


def test_a_language_it_does_not_know_may_be_spoken_too() -> None:
    judged = layer(0.01, 0.01, 0.78, 0.2).judge(SOUND, LOST, ("de", "la", "tr"))
    assert judged is None  # Latin is likely, and may be spoken
    judged = layer(0.01, 0.01, 0.78, 0.2).judge(SOUND, LOST, ("de", "th", "tr"))
    assert judged is not None
    assert judged[0][0] == "tr"


def test_pooling_knows_mean_and_spread() -> None:
    assert pooled(np.array([[1.0, 5.0], [3.0, 5.0]], np.float32)).tolist() == [2.0, 5.0, 1.0, 0.0]


def test_an_archive_keeps_all_of_it() -> None:
    again = Accents.from_arrays(layer(0.1, 0.2, 0.3, 0.4).arrays())
    assert again.languages == ("de", "nl", "tr", OTHER)
    assert again.shares(SOUND) == pytest.approx({"de": 0.1, "nl": 0.2, "tr": 0.3, OTHER: 0.4}, abs=1e-3)


def test_what_it_is_fitted_to_leaves_out_the_voices_it_is_measured_with() -> None:
    spoken = accent_fitting.utterances(read_folder(share("data") / "borken"), LANGUAGES)
    assert {each.language for each in spoken} == {*LANGUAGES, OTHER}
    assert all("+" in each.voice for each in spoken)
    questions = (share("data") / "borken" / "evaluation" / "questions.csv").read_text(encoding="utf-8")
    asked = {row["text"] for row in csv.DictReader(questions.splitlines())}
    assert not asked & {each.text for each in spoken}


def test_the_shipped_one_knows_the_eight_languages() -> None:
    assert accents.shipped().languages == (*LANGUAGES, OTHER)


@pytest.mark.models
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("nl", "Goedemorgen, kunt u mij vertellen waar ik een verloren fiets kan melden?"),
        ("tr", "Merhaba, yeni bir kimlik kartı için hangi belgeleri getirmem gerekiyor?"),
        ("ar", "صباح الخير، أين يمكنني تسجيل عنواني الجديد في هذه المدينة؟"),
    ],
)
def test_a_voice_it_has_never_heard_is_known_on_a_telephone(tmp_path: Path, language: str, text: str) -> None:
    recognizer = Recognizer(ModelStore(tmp_path).whisper("base"), languages=LANGUAGES)
    turn = first_turn(through_telephone(espeak.speak(text, language)))
    assert turn is not None
    assert recognizer.transcribe(turn.pcm, favoured="de").language == language
