"""The command line as others rely on it: names, JSON fields, exit status."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from telephony.audio import read_wav, seconds
from voicebot.catalogue.city import ASPECTS
from voicebot.routing import Action

FIELDS = [
    "text",
    "language",
    "service",
    "aspect",
    "confidence",
    "action",
    "department",
    "extension",
    "reply",
    "candidates",
]


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


def voicebot(state: Path, *arguments: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "voicebot", *arguments],
        env={**os.environ, "VOICEBOT_DATA_STATE_DIR": str(state), "VOICEBOT_DATA_SPEAK_SAMPLES": "true", **environ},
        cwd=state,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def asked(state: Path, *arguments: str, stdin: str = "") -> list[dict[str, object]]:
    result = voicebot(state, "ask", "--json", *arguments, stdin=stdin)
    assert result.returncode == 0, result.stderr
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.models
def test_ask_keeps_its_contract(state: Path) -> None:
    questions = {
        "Was brauche ich für einen neuen Personalausweis?": ("de", "personalausweis", "documents", "answer", "300"),
        "Wann hat das Bürgerbüro auf?": ("de", "oeffnungszeiten", "hours", "answer", "300"),
        "How much is a passport?": ("en", "reisepass", "fee", "answer", "300"),
        "Ich möchte mit dem Standesamt sprechen": ("de", None, None, "transfer", "340"),
        "Ich brauche einen neuen Führerschein": ("de", "fuehrerschein", None, "external", "02861681100"),
        "Hilfe, es brennt!": ("de", None, None, "emergency", None),
        "Ich will mit einem Menschen sprechen": ("de", None, None, "transfer", "0"),
        "Datenschutz": ("de", None, None, "privacy", None),
        "Tschüss": ("de", None, None, "goodbye", None),
    }
    reports = asked(state, stdin="\n".join(questions))
    assert len(reports) == len(questions)
    for report, (text, expected) in zip(reports, questions.items(), strict=True):
        assert list(report) == FIELDS
        got = tuple(report[field] for field in ("language", "service", "aspect", "action", "extension"))
        assert report["text"] == text
        assert got == expected, report
        assert report["action"] in set(Action)
        assert report["aspect"] in (None, *ASPECTS)
        assert 0 <= report["confidence"] <= 1  # type: ignore[operator]
        assert len(report["candidates"]) == 3  # type: ignore[arg-type]
        assert report["reply"]


@pytest.mark.models
def test_a_chat_is_one_conversation(state: Path) -> None:
    lines = "Was brauche ich für einen neuen Personalausweis?\nund was kostet das?\nja, bitte verbinden"
    chat = asked(state, "--chat", "--lang", "de", stdin=lines)
    assert [report["action"] for report in chat] == ["answer", "answer", "transfer"]
    assert [report["service"] for report in chat[:2]] == ["personalausweis"] * 2
    assert chat[1]["aspect"] == "fee"
    assert chat[2]["department"] == "buergerbuero"


@pytest.mark.parametrize(
    "arguments", [["ask", "--lang", "xx", "hallo"], ["ask", "--at", "morgen", "hallo"], ["models", "fetch"], ["fly"]]
)
def test_wrong_usage_is_status_2(state: Path, arguments: list[str]) -> None:
    result = voicebot(state, *arguments)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr


@pytest.mark.models
def test_what_is_said_is_understood_again(state: Path) -> None:
    assert voicebot(state, "say", "Wo bekomme ich einen Personalausweis?", "--out", "a.wav").returncode == 0
    assert 1.5 < seconds(read_wav(state / "a.wav")) < 5
    result = voicebot(state, "transcribe", "--json", "a.wav")
    report = json.loads(result.stdout)
    assert list(report) == ["file", "text", "language", "language_probability", "audio_s", "decode_s"]
    assert "ausweis" in report["text"].lower()
    assert report["language"] == "de"


@pytest.mark.models
def test_the_doctor_counts_the_samples(state: Path) -> None:
    voicebot(state, "import", str(Path(__file__).parent.parent / "data" / "borken"))
    result = voicebot(state, "doctor")
    assert result.returncode == 0, result.stdout
    assert "93 services" in result.stdout
    assert "samples to confirm" in result.stdout


@pytest.mark.models
def test_the_demo_reaches_the_desk(tmp_path: Path) -> None:
    wav = tmp_path / "demo.wav"
    result = voicebot(tmp_path, "demo", "--no-fetch", "--wav", str(wav))
    assert result.returncode == 0, result.stdout + result.stderr
    for step in ("klingelt", "REFER", "connected", "Gespräch verbunden", "Softphone"):
        assert step in result.stdout
    assert seconds(read_wav(wav)) > 15
