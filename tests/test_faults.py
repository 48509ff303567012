"""What goes wrong outside: one clear line, nothing lost, no traceback; and callers are put through."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from programs import OFFICE_HOURS, Voicebot
from telephony.bare import Telephone
from voicebot.pico import speak
from voicebot.ports import free_port

BORKEN = Path(__file__).parent.parent / "data" / "borken"


def voicebot(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end with its state below ``folder``."""
    return subprocess.run(
        [sys.executable, "-m", "voicebot", *arguments],
        env={**os.environ, "VOICEBOT_DATA_STATE_DIR": str(folder / "state"), **environ},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def one_clear_line(result: subprocess.CompletedProcess[str], status: int, *words: str) -> None:
    assert result.returncode == status, result.stderr
    assert "Traceback" not in result.stderr + result.stdout
    message = [line for line in result.stderr.splitlines() if line.startswith("voicebot: ")]
    assert len(message) == 1, result.stderr
    for word in words:
        assert word in message[0], message[0]


@pytest.mark.parametrize("command", ["line", "speech", "serve", "ask", "doctor", "import"])
def test_broken_settings(tmp_path: Path, command: str) -> None:
    (tmp_path / "voicebot.toml").write_text("[sip]\nporrt = 5060\n", encoding="utf-8")
    arguments = {"ask": ["hallo"], "import": [str(BORKEN)]}.get(command, [])
    one_clear_line(voicebot(tmp_path, command, *arguments), 2, "voicebot.toml", "sip.porrt", "no such setting")


def test_settings_that_are_no_toml(tmp_path: Path) -> None:
    (tmp_path / "voicebot.toml").write_text("[sip\n", encoding="utf-8")
    one_clear_line(voicebot(tmp_path, "line"), 2, "voicebot.toml", "not valid TOML", "line 1")


def test_a_data_file_with_a_wrong_column_changes_nothing(tmp_path: Path) -> None:
    town = tmp_path / "town"
    shutil.copytree(BORKEN, town)
    assert voicebot(tmp_path, "import", str(town)).returncode == 0
    facts = (town / "facts.csv").read_text(encoding="utf-8")
    (town / "facts.csv").write_text(facts.replace("as_of", "stand", 1), encoding="utf-8")
    result = voicebot(tmp_path, "import", str(town))
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert "facts.csv, Zeile 1" in result.stderr
    assert "as_of" in result.stderr
    exported = tmp_path / "exported"
    assert voicebot(tmp_path, "export", str(exported)).returncode == 0
    assert (exported / "facts.csv").read_text(encoding="utf-8").count("\n") == facts.count("\n")


def test_a_missing_model(tmp_path: Path) -> None:
    result = voicebot(tmp_path, "speech", VOICEBOT_SPEECH_MODEL=str(tmp_path / "nowhere"))
    one_clear_line(result, 1, "nowhere", "model.bin")


def test_a_corrupt_model(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        (tmp_path / "model").mkdir(exist_ok=True)
        (tmp_path / "model" / name).write_bytes(b"{}" if name.endswith("json") else b"garbage")
    result = voicebot(tmp_path, "speech", VOICEBOT_SPEECH_MODEL=f"{tmp_path}/model")
    one_clear_line(result, 1, str(tmp_path / "model"))


def test_a_recording_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.wav").write_bytes(b"no sound")
    one_clear_line(voicebot(tmp_path, "transcribe", "x.wav"), 2, "x.wav", "WAV")


def test_a_scenario_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text("[[turn]]\nsing = 'la'\n", encoding="utf-8")
    one_clear_line(voicebot(tmp_path, "call", "x.toml"), 2, "x.toml", "sing")


def test_a_database_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "voicebot.sqlite").write_bytes(b"no database at all, but long enough to be read")
    one_clear_line(voicebot(tmp_path, "ask", "hallo"), 1, "voicebot.sqlite")


@pytest.mark.interop
def test_a_port_in_use(tmp_path: Path, speech_uri: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        environ = {"VOICEBOT_SIP_HOST": "127.0.0.1", "VOICEBOT_SIP_UDP_PORT": port, "VOICEBOT_SIP_TCP_PORT": "0"}
        result = voicebot(tmp_path, "line", VOICEBOT_SPEECH_URI=speech_uri, **environ)
    one_clear_line(result, 1, "UDP port", port, "sip.udp_port")


@pytest.mark.interop
def test_a_dead_speech_process(tmp_path: Path) -> None:
    """The caller hears an apology and is put through; the process is started again, and the next call works."""
    port = free_port()
    environ = {
        "VOICEBOT_SIP_HOST": "127.0.0.1",
        "VOICEBOT_SIP_UDP_PORT": str(port),
        "VOICEBOT_SIP_TCP_PORT": "0",
        "VOICEBOT_SIP_RTP_PORT": "21000",
        "VOICEBOT_DATA_STATE_DIR": str(tmp_path),
        "VOICEBOT_DATA_SPEAK_SAMPLES": "true",
        "VOICEBOT_WEB_PORT": "0",
    }
    serve = Voicebot("serve", "--at", OFFICE_HOURS, environ=environ)
    try:
        serve.wait_for_line("the line is open", 240)
        with Telephone("127.0.0.1", port) as telephone:
            telephone.ring()
            serve.wait_until(lambda: telephone.heard_sound(), "the greeting", 10)
            kill_speech(serve)
            telephone.say(speak("Was kostet ein Reisepass?"))
            refer = telephone.wait_for_request("REFER", 60)
        assert "sip:0@" in refer
        serve.wait_for_line("the speech process ended with status", 10)
        serve.wait_for_line("speech answers at", 120, after=1 + index_of(serve, "the speech process ended"))
        with Telephone("127.0.0.1", port) as telephone:
            telephone.ring()
            serve.wait_until(lambda: telephone.heard_sound(), "the greeting", 10)
            telephone.wait_for_silence(1.0, 60)
            telephone.say(speak("Was kostet ein Reisepass?"))
            while telephone.speaking:
                time.sleep(0.02)
            mark = len(telephone.packets)
            serve.wait_until(lambda: telephone.heard_sound(mark + 50), "the answer", 20)
            assert "REFER" not in telephone.requests
    finally:
        serve.end()
    assert not any("Traceback" in line for line in serve.err), serve.tail()


def index_of(program: Voicebot, text: str) -> int:
    return next(number for number, line in enumerate(program.err) if text in line)


def kill_speech(serve: Voicebot) -> None:
    """SIGKILL to the speech process below ``voicebot serve``, found as ps(1) would."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            command = (process / "cmdline").read_text().split("\0")
        except OSError:
            continue
        if parent == str(serve.pid) and "speech" in command:
            os.kill(int(process.name), 9)
            return
    raise AssertionError("serve runs no speech process")
