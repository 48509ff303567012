"""The voices, their level, their order and their cache."""

from pathlib import Path

import numpy as np
import pytest

from voicebot.speech import levels
from voicebot.speech.errors import ModelError, SpeechError
from voicebot.speech.models import ModelStore
from voicebot.speech.synthesizer import AudioCache, Synthesizer, sentences

RATE = 16_000


@pytest.fixture(scope="module")
def synthesizer(tmp_path_factory: pytest.TempPathFactory) -> Synthesizer:
    voices = ModelStore(tmp_path_factory.mktemp("models")).chosen_voices(("de", "en"), {})
    return Synthesizer(voices)


def samples(pcm: bytes) -> levels.Samples:
    return np.frombuffer(pcm, dtype="<i2").astype(np.float32) / np.float32(32768)


@pytest.mark.models
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Guten Tag, hier ist die Stadt Borken."),
        ("en", "Good morning, this is the town of Borken."),
        ("fr", "Bonjour, c'est la ville."),
    ],
)
def test_level_and_edges(synthesizer: Synthesizer, language: str, text: str) -> None:
    (pcm,) = synthesizer.synthesize(text, language)
    audio = samples(pcm)
    assert -18.6 < levels.speech_dbm0(audio, RATE) < -17.4
    assert np.abs(audio).max() < 0.99
    assert 1.0 < len(audio) / RATE < 5.0
    loud = np.flatnonzero(np.abs(audio) > 0.01) / RATE
    assert loud[0] < 0.1
    assert len(audio) / RATE - loud[-1] < 0.15


@pytest.mark.models
def test_sentence_by_sentence_and_cached(synthesizer: Synthesizer) -> None:
    text = "Das kostet 37,00 €. Sie brauchen z. B. ein Foto. Noch etwas?"
    parts = synthesizer.sentences(text, "de")
    assert parts == [
        "Das kostet siebenunddreißig Euro.",
        "Sie brauchen zum Beispiel ein Foto.",
        "Noch etwas?",
    ]
    spoken = list(synthesizer.synthesize(text, "de"))
    assert len(spoken) == 3
    assert not np.frombuffer(spoken[1], dtype="<i2")[:3200].any()
    assert synthesizer.speak(parts[0], "de") is spoken[0]


@pytest.mark.models
def test_start_up_line(synthesizer: Synthesizer) -> None:
    assert synthesizer.describe(("de", "en", "xx")) == (
        "voices: German: pico-de-DE (fallback; a better one: voicebot models fetch de_DE-thorsten-medium), "
        "English: en_US-joe-medium, xx: no voice"
    )


def test_odd_texts() -> None:
    pico = Synthesizer({})
    for text in ("", " ", "…", "😀", "<>", "日本", "\0", "!?"):
        assert b"".join(pico.synthesize(text, "de")) == b""
    assert b"".join(pico.synthesize("„Ja“ & <b>nein</b>\0 – 100 % ß", "de_DE"))
    with pytest.raises(SpeechError, match="no voice for the language 'tr'"):
        list(pico.synthesize("Merhaba", "tr"))


def test_a_damaged_voice(tmp_path: Path) -> None:
    path = tmp_path / "de_DE-thorsten-medium.onnx"
    path.write_bytes(b"nothing")
    (tmp_path / "de_DE-thorsten-medium.onnx.json").write_text("{}")
    with pytest.raises(ModelError, match="voicebot models fetch de_DE-thorsten-medium"):
        Synthesizer({"de": path})


def test_long_sentences_are_parted_at_commas() -> None:
    clause = "und noch ein Halbsatz, der lang ist"
    long = ", ".join([clause] * 12) + "."
    parts = sentences(f"Kurz. {long} Ende.")
    assert parts[0] == "Kurz."
    assert parts[-1] == "Ende."
    assert all(len(part) <= 220 for part in parts)
    assert " ".join(parts) == f"Kurz. {long} Ende."


def test_the_cache_is_bounded_and_keeps_what_is_used() -> None:
    cache = AudioCache(100)
    for name in "abc":
        cache.put((name,), bytes(30))
    assert cache.get(("a",))
    cache.put(("d",), bytes(30))
    assert cache.get(("b",)) is None
    assert cache.get(("a",)) == bytes(30)
    cache.put(("a",), bytes(40))
    assert cache.get(("c",)) == bytes(30)
    cache.put(("e",), bytes(101))
    assert cache.get(("e",)) is None
    assert cache.get(("d",)) == bytes(30)
