"""The voices, their level, their order and their cache."""

from pathlib import Path

import numpy as np
import pytest

from voicebot.speech import levels
from voicebot.speech import synthesizer as module
from voicebot.speech.audio_store import AudioStore, Prepared
from voicebot.speech.errors import ModelError, SpeechError
from voicebot.speech.models import ModelStore
from voicebot.speech.synthesizer import AudioCache, Synthesizer, sentences
from voicebot.speech.voices import Piper

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
        "English: en_US-joe-medium, xx: no voice, only understood (voicebot models fetch --languages xx)"
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


# On disk. Pico speaks without a model, so a real voice speaks here.

HELLO = "Guten Tag, hier ist die Stadt."


def pico(folder: Path, **settings: float) -> Synthesizer:
    return Synthesizer({}, store=AudioStore(folder, 1024 * 1024), **settings)  # type: ignore[arg-type]


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Sentences that a voice was asked for."""
    asked: list[str] = []
    make = Synthesizer.make
    monkeypatch.setattr(
        Synthesizer, "make", lambda self, text, language: asked.append(text) or make(self, text, language)
    )
    return asked


def test_what_was_prepared_is_there_after_a_restart(tmp_path: Path, rendered: list[str]) -> None:
    first = pico(tmp_path)
    prepared = first.prepare(HELLO, "de")
    assert prepared.made == 1
    (path,) = tmp_path.iterdir()
    assert prepared.size == path.stat().st_size > 10_000
    assert prepared.limit == 1024 * 1024
    assert first.prepare(HELLO, "de") == Prepared(0, prepared.size, prepared.limit)
    again = pico(tmp_path)
    assert again.remembered(HELLO, "de") is None
    pcm = again.speak(HELLO, "de_DE")
    assert len(pcm) > 32_000
    assert again.remembered(HELLO, "de") == pcm
    assert pcm == first.found(HELLO, "de")
    assert rendered == [HELLO]


def test_another_voice_speed_or_version_is_other_speech(
    tmp_path: Path, rendered: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pico(tmp_path).prepare(HELLO, "de")
    pico(tmp_path).prepare(HELLO, "fr")
    pico(tmp_path, speed=1.2).prepare(HELLO, "de")
    monkeypatch.setattr(module, "VERSION", module.VERSION + 1)
    pico(tmp_path).prepare(HELLO, "de")
    assert rendered == [HELLO] * 4
    assert len(list(tmp_path.iterdir())) == 4


@pytest.mark.models
def test_a_voice_file_that_was_exchanged_is_another_voice(tmp_path: Path) -> None:
    (installed,) = ModelStore(tmp_path).chosen_voices(("en",), {}).values()
    path = tmp_path / installed.name
    path.symlink_to(installed)
    config = Path(f"{path}.json")
    text = Path(f"{installed}.json").read_text("utf-8")
    config.write_text(text, "utf-8")
    before = Piper(path)
    assert before.identity == Piper(installed).identity
    config.write_text(text + " ", "utf-8")
    assert Piper(path).identity != before.identity
    assert Piper(path).name == before.name


def test_only_what_was_prepared_is_written(tmp_path: Path) -> None:
    synthesizer = pico(tmp_path / "spoken")
    list(synthesizer.synthesize("Ich habe notiert: Erika Mustermann. Ist das richtig?", "de"))
    assert not (tmp_path / "spoken").exists()


def test_what_is_in_memory_already_is_written_as_it_is(tmp_path: Path, rendered: list[str]) -> None:
    synthesizer = pico(tmp_path)
    pcm = synthesizer.speak(HELLO, "de")
    assert synthesizer.prepare(HELLO, "de").made == 1
    assert rendered == [HELLO]
    assert pico(tmp_path).found(HELLO, "de") == pcm


def test_what_was_prepared_leaves_memory_to_what_is_spoken(tmp_path: Path) -> None:
    synthesizer = pico(tmp_path)
    synthesizer.prepare(HELLO, "de")
    assert synthesizer.remembered(HELLO, "de") is None


@pytest.mark.parametrize("mended_by", ["speak", "prepare"])
def test_a_damaged_sentence_is_made_again_and_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, rendered: list[str], mended_by: str
) -> None:
    pico(tmp_path).prepare(HELLO, "de")
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:-100])
    getattr(pico(tmp_path), mended_by)(HELLO, "de")
    assert len(caplog.records) == 1
    assert "is damaged and is made anew" in caplog.text
    assert pico(tmp_path).found(HELLO, "de")
    assert rendered == [HELLO] * 2


def test_without_a_store_nothing_is_prepared(rendered: list[str]) -> None:
    assert Synthesizer({}).prepare(HELLO, "de") == Prepared(0, 0, 0)
    assert not rendered


def test_where_nothing_can_be_written_nothing_more_is_made(tmp_path: Path, rendered: list[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    synthesizer = pico(tmp_path / "file")
    assert synthesizer.prepare(HELLO, "de") == Prepared(1, 0, 0)
    assert synthesizer.prepare("Auf Wiedersehen.", "de") == Prepared(0, 0, 0)
    assert rendered == [HELLO]
    assert synthesizer.speak("Auf Wiedersehen.", "de")


def test_the_pause_between_sentences_is_not_kept(tmp_path: Path) -> None:
    synthesizer = pico(tmp_path)
    synthesizer.prepare(HELLO, "de")
    alone = synthesizer.found(HELLO, "de")
    assert alone
    after = synthesizer.found(HELLO, "de", first=False)
    assert after == bytes(2 * int(module.SENTENCE_PAUSE_S * RATE)) + alone
