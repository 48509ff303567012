"""Recognition: of what a voice says, of silence and noise, of long speech, and when nobody waits any more."""

import json
import os
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soxr

from voicebot.evaluation.spoken import through_telephone
from voicebot.speech import recognizer as module
from voicebot.speech.errors import ModelError
from voicebot.speech.models import ModelStore
from voicebot.speech.recognizer import HALLUCINATIONS, Abandoned, Recognizer
from voicebot.speech.synthesizer import Synthesizer

SPEECH = Path(os.environ.get("VOICEBOT_TEST_SPEECH", Path(__file__).parents[2] / "shared" / "speech"))
"""Human recordings that the project does not carry."""


@pytest.fixture(scope="module")
def recognizer(tmp_path_factory: pytest.TempPathFactory) -> Recognizer:
    return Recognizer(ModelStore(tmp_path_factory.mktemp("models")).whisper("base"))


@pytest.fixture(scope="module")
def synthesizer() -> Synthesizer:
    return Synthesizer({})


def say(synthesizer: Synthesizer, text: str, language: str = "de") -> bytes:
    return b"".join(synthesizer.synthesize(text, language)) + bytes(8_000)


def words(text: str) -> list[str]:
    kept = "".join(char if char.isalnum() else " " for char in text.lower().replace("-", ""))
    return kept.split()


def errors(reference: list[str], heard: list[str]) -> int:
    """Levenshtein distance in words."""
    row = list(range(len(heard) + 1))
    for i, expected in enumerate(reference, 1):
        previous, row[0] = row[0], i
        for j, word in enumerate(heard, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (expected != word))
    return row[-1]


@pytest.mark.models
def test_german(recognizer: Recognizer, synthesizer: Synthesizer) -> None:
    heard = recognizer.transcribe(say(synthesizer, "Wo kann ich mein Auto anmelden?"), language=None)
    assert words(heard.text) == ["wo", "kann", "ich", "mein", "auto", "anmelden"]
    assert heard.language == "de"
    assert heard.language_probability > 0.8
    assert heard.hypotheses[0][0] == heard.text
    assert len({text for text, _ in heard.hypotheses}) == len(heard.hypotheses) > 1
    assert heard.hypotheses == sorted(heard.hypotheses, key=lambda pair: -pair[1])
    assert len(heard.language_probabilities) == 8
    assert heard.no_speech_probability < 0.5
    assert 1.5 < heard.audio_s < 5
    assert 0 < heard.decode_s < 10


@pytest.mark.models
def test_english_among_the_allowed(recognizer: Recognizer, synthesizer: Synthesizer) -> None:
    pcm = say(synthesizer, "Good morning, I would like to renew my passport, please.", "en")
    assert recognizer.transcribe(pcm, language=None).language == "en"
    assert recognizer.transcribe(pcm, language=None, languages=["de"]).language == "de"


@pytest.mark.models
@pytest.mark.parametrize("decibels", [None, -60, -50, -40, -30, -20])
def test_nothing_is_heard_in_noise(recognizer: Recognizer, decibels: int | None) -> None:
    noise = np.random.default_rng(7).standard_normal(40_000) * (10 ** (decibels / 20) if decibels else 0)
    heard = recognizer.transcribe((np.clip(noise, -1, 1) * 32767).astype("<i2").tobytes(), language=None)
    assert heard.text == ""
    assert not heard.hypotheses


@pytest.mark.models
def test_no_audio(recognizer: Recognizer) -> None:
    for pcm in (b"", b"\0", bytes(100)):
        assert recognizer.transcribe(pcm, language="de").text == ""


@pytest.mark.models
def test_long_speech_is_cut_at_pauses(recognizer: Recognizer, synthesizer: Synthesizer) -> None:
    text = (
        "Guten Tag. Ich bin neulich umgezogen und möchte mich anmelden. Außerdem brauche ich einen neuen Reisepass. "
        "Mein Hund muss auch noch angemeldet werden. Können Sie mir sagen, wann das Bürgerbüro geöffnet hat? "
    )
    pcm = say(synthesizer, text) * 3
    assert len(pcm) > 32_000 * 35
    heard = recognizer.transcribe(pcm, language="de")
    assert heard.audio_s == pytest.approx(len(pcm) / 32_000)
    assert errors(words(text) * 3, words(heard.text)) < 0.2 * len(words(text) * 3)
    assert heard.hypotheses[0][0] == heard.text


def test_the_cut_falls_into_the_pause() -> None:
    speech = np.ones(14 * 16_000, dtype=np.float32)
    pause = np.zeros(8_000, dtype=np.float32)
    first, second = module._pieces(np.concatenate((speech, pause, speech)))
    assert 14 * 16_000 < len(first) < 14 * 16_000 + 8_000
    assert len(first) + len(second) == 28 * 16_000 + 8_000


@pytest.mark.models
def test_hotwords_are_bounded(recognizer: Recognizer, synthesizer: Synthesizer) -> None:
    pcm = say(synthesizer, "Ich brauche einen Personalausweis.")
    heard = recognizer.transcribe(pcm, language="de", hotwords=["Personalausweis"] * 500)
    assert "personalausweis" in heard.text.lower()


@pytest.mark.models
def test_hotwords_put_a_mangled_word_right(recognizer: Recognizer, synthesizer: Synthesizer) -> None:
    """Needs a voice that is hard to understand, on a narrow line."""
    pcm = through_telephone(say(synthesizer, "Ich benötige noch einmal die Geburtsurkunde meines Sohnes."))
    heard = recognizer.transcribe(pcm, language="de")
    again = recognizer.transcribe(pcm, language="de", hotwords=["Geburtsurkunde", "Geburtenregister"])
    assert "geburtsurkunde" not in heard.text.lower()
    assert "geburtsurkunde" in again.text.lower()


@pytest.mark.models
def test_the_same_sound_is_encoded_once(
    recognizer: Recognizer, synthesizer: Synthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoded = []
    encode = recognizer._encode
    monkeypatch.setattr(recognizer, "_encode", lambda mel: encoded.append(1) or encode(mel))
    pcm = say(synthesizer, "Was kostet ein neuer Reisepass?")
    first = recognizer.transcribe(pcm, language=None)
    again = recognizer.transcribe(pcm, language="de", hotwords=["Reisepass"])
    assert len(encoded) == 1
    assert again.language_probabilities == first.language_probabilities
    assert recognizer.transcribe(pcm, language=None).hypotheses == first.hypotheses
    for shorter in range(1, module.ENCODINGS_KEPT + 1):
        recognizer.transcribe(pcm[: -2 * shorter], language="de")
    assert len(recognizer._encodings) == module.ENCODINGS_KEPT
    recognizer.transcribe(pcm, language="de")
    assert len(encoded) == module.ENCODINGS_KEPT + 2
    monkeypatch.setattr(module, "ENCODINGS_KEPT_S", 0.0)
    recognizer.transcribe(pcm, language="de")
    assert len(encoded) == module.ENCODINGS_KEPT + 3
    assert len(recognizer._encodings) == 1


@pytest.mark.models
def test_what_was_decoded_is_not_decoded_again(
    recognizer: Recognizer, synthesizer: Synthesizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    languages = []
    generate = recognizer._generate
    monkeypatch.setattr(
        recognizer,
        "_generate",
        lambda encoded, language, *rest: languages.append(language) or generate(encoded, language, *rest),
    )
    pcm = say(synthesizer, "Good morning, I would like to register my new address, please.", "en")
    assert recognizer.transcribe(pcm, favoured="de").language == "en"
    assert languages == ["de", "en"]
    assert recognizer.transcribe(pcm, language="de").language == "de"
    assert languages == ["de", "en"]
    recognizer.transcribe(pcm, language="de", beam=1)
    recognizer.transcribe(pcm, language="de", hotwords=["Anmeldung"])
    assert languages == ["de", "en", "de", "de"]


@pytest.mark.models
def test_two_at_a_time_hear_what_each_alone_does(recognizer: Recognizer, synthesizer: Synthesizer) -> None:
    texts = ["Was kostet ein neuer Reisepass?", "Wann hat das Bürgerbüro geöffnet?"]
    sounds = [say(synthesizer, text) for text in texts]
    alone = [recognizer.transcribe(pcm, favoured="de").text for pcm in sounds]
    recognizer._encodings.clear()
    with ThreadPoolExecutor(2) as both:
        together = list(both.map(lambda pcm: recognizer.transcribe(pcm, favoured="de"), sounds))
    assert [heard.text for heard in together] == alone


@pytest.mark.models
def test_abandoned_between_encoding_and_decoding(recognizer: Recognizer, synthesizer: Synthesizer) -> None:
    answers = iter([False, True])
    with pytest.raises(Abandoned):
        recognizer.transcribe(say(synthesizer, "Guten Tag."), language="de", abandoned=lambda: next(answers))
    with pytest.raises(StopIteration):
        next(answers)


@pytest.mark.models
def test_a_language_that_whisper_does_not_know(recognizer: Recognizer) -> None:
    with pytest.raises(ValueError, match="does not know the language xx"):
        recognizer.transcribe(bytes(32_000), language="xx")
    with pytest.raises(ValueError, match="does not know the language klingon"):
        recognizer.transcribe(bytes(32_000), language=None, languages=["de", "klingon"])


def test_a_damaged_model_is_one_clear_error(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("nothing")
    with pytest.raises(ModelError, match=rf"the speech model in {tmp_path} cannot be loaded"):
        Recognizer(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "Untertitel der Amara.org-Community",
        "Untertitelung des ZDF, 2020",
        "Vielen Dank.",
        "Vielen Dank fürs Zuschauen!",
        "Copyright WDR 2021",
        "SWR 2020",
        "Thank you for watching!",
        "Thank you.",
        "Bis zum nächsten Mal.",
    ],
)
def test_known_hallucinations(text: str) -> None:
    assert HALLUCINATIONS.match(text)


@pytest.mark.parametrize("text", ["Vielen Dank, das war alles.", "Ja.", "Nein, danke.", "Ich habe Untertitel."])
def test_what_callers_say_is_not_one(text: str) -> None:
    assert not HALLUCINATIONS.match(text)


@pytest.mark.models
@pytest.mark.skipif(not (SPEECH / "manifest.json").is_file(), reason="the human recordings are not here")
def test_human_telephone_german(recognizer: Recognizer) -> None:
    manifest = json.loads((SPEECH / "manifest.json").read_text("utf-8"))
    clips = [clip for clip in manifest if clip["file"].startswith("telephone_de/") and clip.get("sec", 0) > 2][::7]
    wrong = total = 0
    for clip in clips:
        with wave.open(str(SPEECH / clip["file"])) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
            pcm = soxr.resample(samples, file.getframerate(), 16_000).tobytes()
        reference = words(clip["transcript"])
        wrong += errors(reference, words(recognizer.transcribe(pcm, language="de").text))
        total += len(reference)
    assert len(clips) >= 10
    assert wrong / total < 0.2
