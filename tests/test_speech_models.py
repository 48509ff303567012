"""The model store: assembling, checking, mending; downloads that break off; a machine without internet."""

import hashlib
import logging
import os
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from voicebot.speech import downloads, models
from voicebot.speech.downloads import fetch, hub_answers
from voicebot.speech.errors import ModelError
from voicebot.speech.hub_bars import bars_to
from voicebot.speech.models import VOICES, ModelStore, Voice, VoiceFile, default_models_dir

BODY = os.urandom(700_000)
MD5 = hashlib.md5(BODY).hexdigest()


class Hub(BaseHTTPRequestHandler):
    """Serves BODY everywhere; the first `breaks` answers end in the middle."""

    breaks = 0
    status = 200
    ranges: list[str | None]

    def do_HEAD(self) -> None:
        self.send_response(self.status)
        self.end_headers()

    def do_GET(self) -> None:
        wanted = self.headers.get("Range")
        self.ranges.append(wanted)
        if self.status != 200:
            self.send_error(self.status)
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        self.send_response(206 if wanted else 200)
        self.send_header("Content-Length", str(len(BODY) - start))
        self.end_headers()
        end = len(BODY)
        if type(self).breaks:
            type(self).breaks -= 1
            end = start + 300_000
        self.wfile.write(BODY[start:end])

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hub]]:
    Hub.breaks, Hub.status, Hub.ranges = 0, 200, []
    monkeypatch.setattr(downloads, "PAUSE_S", 0.01)
    with ThreadingHTTPServer(("127.0.0.1", 0), Hub) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield Hub
        server.shutdown()
        thread.join()


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")


# Whisper base


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> ModelStore:
    store = ModelStore(tmp_path_factory.mktemp("models"))
    store.whisper("base")
    return store


@pytest.mark.models
def test_base_is_the_official_model(tmp_path: Path) -> None:
    reports: list[tuple[str, int, int]] = []
    folder = ModelStore(tmp_path).whisper("base", lambda *report: reports.append(report))
    for name, digest in models.BASE_SUMS.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    done = [done for _, done, _ in reports]
    assert done == sorted(done)
    assert done[-1] == models.MODEL_BIN_BYTES == reports[-1][2]
    assert {path.name for path in folder.iterdir()} == {*models.BASE_SUMS, models.STAMPS}


@pytest.mark.models
def test_a_later_start_is_quick_and_silent(store: ModelStore, caplog: pytest.LogCaptureFixture) -> None:
    reports: list[object] = []
    started = time.perf_counter()
    store.whisper("base", lambda *report: reports.append(report))
    assert time.perf_counter() - started < 0.2
    assert not reports
    assert not caplog.records


@pytest.mark.models
def test_a_touched_file_is_read_again(store: ModelStore, caplog: pytest.LogCaptureFixture) -> None:
    reports: list[tuple[str, int, int]] = []
    os.utime(store.whisper("base") / "model.bin")
    store.whisper("base", lambda *report: reports.append(report))
    assert {label for label, _, _ in reports} == {"checking the speech model"}
    assert not caplog.records


@pytest.mark.models
@pytest.mark.parametrize("damage", ["flip", "truncate", "empty"])
def test_a_damaged_model_is_mended(store: ModelStore, caplog: pytest.LogCaptureFixture, damage: str) -> None:
    path = store.whisper("base") / "model.bin"
    with path.open("r+b") as file:
        if damage == "flip":
            file.seek(70_000_000)
            byte = file.read(1)
            file.seek(70_000_000)
            file.write(bytes([byte[0] ^ 1]))
        else:
            file.truncate(100_000_000 if damage == "truncate" else 0)
    with caplog.at_level(logging.WARNING):
        store.whisper("base")
    (record,) = caplog.records
    assert "model.bin is damaged" in record.getMessage()
    assert path.stat().st_size == models.MODEL_BIN_BYTES


def test_a_damaged_wheel_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wheel = tmp_path / "wheel"
    wheel.mkdir()
    monkeypatch.setattr(models, "_wheel", lambda _: wheel)
    with pytest.raises(ModelError, match=r"model\.bin\.part1 is missing; mend with: pip install"):
        ModelStore(tmp_path / "a").whisper("base")
    for name in ("model.bin.part1", "model.bin.part2", "config.json"):
        (wheel / name).write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"is damaged \(model\.bin has a wrong SHA-256\); mend with: pip"):
        ModelStore(tmp_path / "b").whisper("base")
    assert not list((tmp_path / "b" / "whisper" / "base").iterdir())


def test_a_missing_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "PART_1", "no_such_wheel")
    with pytest.raises(ModelError, match="no_such_wheel with the speech model is not installed"):
        ModelStore(tmp_path).whisper("base")


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "whisper").write_text("a file where a folder should be")
    with pytest.raises(ModelError, match="the speech model base in"):
        ModelStore(tmp_path).whisper("base")


# Other Whisper models


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"model\.bin, config\.json, tokenizer\.json is missing"):
        ModelStore(tmp_path).whisper(str(tmp_path))
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("x")
    assert ModelStore(tmp_path).whisper(str(tmp_path)) == tmp_path


def test_no_such_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"'huge' is no speech model; there are .*small"):
        ModelStore(tmp_path).whisper("huge")


@pytest.mark.usefixtures("no_hub")
def test_without_internet_it_fails_fast(tmp_path: Path) -> None:
    started = time.perf_counter()
    with pytest.raises(ModelError, match=r"faster-whisper-small is not installed and .* does not answer"):
        ModelStore(tmp_path).whisper("small")
    with pytest.raises(ModelError, match="cannot be downloaded"):
        ModelStore(tmp_path).fetch_voice("de_DE-thorsten-medium")
    assert not hub_answers()
    assert time.perf_counter() - started < 10


def test_the_hubs_progress_bars_are_passed_on(capsys: pytest.CaptureFixture[str]) -> None:
    reports: list[tuple[str, int, int]] = []
    bars = bars_to(lambda *report: reports.append(report), "downloading")
    written = bars(desc="Reconstructing", total=0, initial=0, unit="B", unit_scale=True)
    received = bars(desc="Downloading bytes", total=0, initial=0, unit="B", unit_scale=True)
    files = bars(desc="Fetching 4 files", total=4)
    written.total += 100
    for bar in (received, written, files):
        bar.refresh()
        bar.update(40)
        bar.set_postfix_str("1 MB/s", refresh=True)
        bar.set_description_str("done")
        bar.close()
    assert reports == [("downloading", 40, 100)]
    assert capsys.readouterr() == ("", "")


# Voices


@pytest.fixture
def voice(monkeypatch: pytest.MonkeyPatch) -> Voice:
    path = "de/de_DE/thorsten/medium/de_DE-thorsten-medium.onnx"
    voice = Voice(
        "de_DE-thorsten-medium",
        VoiceFile(path, len(BODY), MD5),
        VoiceFile(f"{path}.json", len(BODY), MD5),
    )
    monkeypatch.setattr(models, "VOICES", {**VOICES, voice.name: voice})
    return voice


def test_the_table_covers_eight_languages() -> None:
    assert {voice.language for voice in VOICES.values()} == {"de", "en", "nl", "tr", "pl", "uk", "ru", "ar"}
    thorsten = VOICES["de_DE-thorsten-medium"]
    assert thorsten.model.size == 63_201_294
    assert thorsten.config.md5 == "843a7bd7272724f750534dd5a26d1aad"
    assert thorsten.config.name == "de_DE-thorsten-medium.onnx.json"


def test_fetch_a_voice(hub: type[Hub], voice: Voice, tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    reports: list[tuple[str, int, int]] = []
    path = store.fetch_voice(voice.name, lambda *report: reports.append(report))
    assert path.read_bytes() == BODY
    assert reports[-1][1:] == (len(BODY), len(BODY))
    assert store.installed_voices()[voice.name] == path
    assert store.chosen_voices(["de", "en", "tr"], {})["de"] == path
    assert {file.name for file in path.parent.iterdir()} == {path.name, f"{path.name}.json"}
    hub.ranges.clear()
    store.fetch_voice(voice.name)
    assert not hub.ranges


def test_a_broken_download_goes_on(hub: type[Hub], tmp_path: Path) -> None:
    hub.breaks = 2
    fetch(f"{downloads.hub()}/x", tmp_path / "x", size=len(BODY), md5=MD5)
    assert (tmp_path / "x").read_bytes() == BODY
    assert hub.ranges == [None, "bytes=300000-", "bytes=600000-"]


def test_a_download_goes_on_after_a_restart(hub: type[Hub], tmp_path: Path) -> None:
    (tmp_path / "x.part").write_bytes(BODY[:1000])
    fetch(f"{downloads.hub()}/x", tmp_path / "x", size=len(BODY), md5=MD5)
    assert hub.ranges == ["bytes=1000-"]
    assert list(tmp_path.iterdir()) == [tmp_path / "x"]


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize(("size", "md5"), [(len(BODY), "0" * 32), (len(BODY) - 1, MD5)], ids=["sum", "size"])
def test_another_file_than_expected(tmp_path: Path, size: int, md5: str) -> None:
    with pytest.raises(ModelError, match="another size or MD5"):
        fetch(f"{downloads.hub()}/x", tmp_path / "x", size=size, md5=md5)
    assert not list(tmp_path.iterdir())


def test_the_hub_refuses(hub: type[Hub], tmp_path: Path) -> None:
    assert hub_answers()
    hub.status = 404
    assert not hub_answers()
    with pytest.raises(ModelError, match="cannot be downloaded: 404"):
        fetch(f"{downloads.hub()}/x", tmp_path / "x", size=1, md5="")
    assert len(hub.ranges) == 1


def test_a_voice_of_a_wrong_size_is_left_out(voice: Voice, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "voices"
    folder.mkdir()
    (folder / voice.model.name).write_bytes(BODY[:-1])
    (folder / voice.config.name).write_bytes(BODY)
    assert voice.name not in ModelStore(tmp_path).installed_voices()
    assert "voicebot models fetch de_DE-thorsten-medium" in caplog.text


def test_the_voice_in_a_wheel(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    assert list(store.installed_voices()) == ["en_US-joe-medium"]
    assert store.fetch_voice("en_US-joe-medium") == store.installed_voices()["en_US-joe-medium"]
    assert list(store.chosen_voices(["de", "en"], {})) == ["en"]


def test_voices_that_are_not_there(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    with pytest.raises(ModelError, match="'x' is no voice; there are de_DE-thorsten-medium"):
        store.fetch_voice("x")
    with pytest.raises(ModelError, match="voicebot models fetch de_DE-kerstin-low"):
        store.chosen_voices(["de"], {"de": "de_DE-kerstin-low"})


def test_default_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert default_models_dir() == tmp_path / ".local/share/voicebot/models"
    monkeypatch.setenv("XDG_DATA_HOME", "relative/is/ignored")
    assert default_models_dir() == tmp_path / ".local/share/voicebot/models"
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    assert default_models_dir() == Path("/data/voicebot/models")
