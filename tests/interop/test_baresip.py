"""A real softphone asks a question aloud, in the clear and encrypted."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from baresip import Baresip
from programs import Line, StartLine, require
from sipp import sipp
from telephony.audio import RATE, frames, level_dbm0, seconds, write_wav
from voicebot.pico import speak
from voicebot.ports import free_port

pytestmark = pytest.mark.interop

NUMBER = "0286198765"
SPEECH_DBM0 = -35
"""Level from which a 20 ms frame counts as speech."""


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second of silence, the question, and silence for the rest of the call."""
    wav = tmp_path_factory.mktemp("question") / "question.wav"
    spoken = speak("Was brauche ich für einen neuen Personalausweis?")
    write_wav(wav, [bytes(2 * RATE) + spoken + bytes(60 * 2 * RATE)])
    return wav


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate and its key in one PEM file."""
    pem = tmp_path_factory.mktemp("tls") / "tls.pem"
    subprocess.run(
        [
            require("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(pem), "-out", str(pem.with_suffix(".crt")),
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    pem.write_text(pem.read_text() + pem.with_suffix(".crt").read_text())
    return pem


@pytest.fixture(scope="module")
def tls_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def secure_line(start_line: StartLine, certificate: Path, tls_port: int) -> Iterator[Line]:
    with start_line(
        VOICEBOT_SIP_TLS_PORT=str(tls_port),
        VOICEBOT_SIP_TLS_CERTIFICATE=str(certificate),
        VOICEBOT_SIP_TLS_KEY=str(certificate),
        VOICEBOT_SIP_SRTP="required",
    ) as line:
        yield line


def ask_and_listen(phone: Baresip, line: Line) -> None:
    """The bot understands the question, and the answer is heard."""
    try:
        call = line.wait_for("established", caller=NUMBER)["call"]
        heard = line.wait_for("heard", call=call)
        assert (heard["language"], heard["service"]) == ("de", "personalausweis"), heard
        line.wait_for("says", call=call, state="offered")
    finally:
        phone.end()
    assert line.wait_for("ended", call=call)["code"] == 200
    spoken = b"".join(frame for frame in frames(phone.recording()) if level_dbm0(frame) > SPEECH_DBM0)
    assert seconds(spoken) > 4
    assert -25 < level_dbm0(spoken) < -5


def test_a_softphone_asks_and_is_answered(line: Line, question: Path, tmp_path: Path) -> None:
    phone = Baresip(tmp_path, NUMBER, f"sip:voicebot@127.0.0.1:{line.port}", question)
    ask_and_listen(phone, line)


def test_a_softphone_asks_over_tls_and_srtp(
    secure_line: Line, tls_port: int, certificate: Path, question: Path, tmp_path: Path
) -> None:
    phone = Baresip(
        tmp_path,
        NUMBER,
        f"sip:voicebot@127.0.0.1:{tls_port};transport=tls",
        question,
        certificate=certificate,
        account=";mediaenc=srtp-mand",
    )
    ask_and_listen(phone, secure_line)
    assert any("SRTP is Enabled" in text for text in phone.out)


def test_a_call_without_srtp_is_refused_where_srtp_is_required(secure_line: Line, tmp_path: Path) -> None:
    with sipp("not_acceptable", secure_line, tmp_path) as call:
        pass
    assert not call.events("established")
