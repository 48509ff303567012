"""The command line as others rely on it: names, JSON fields, exit status."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from telephony.audio import read_wav, seconds
from voicebot.catalogue.city import ASPECTS
from voicebot.doctor import _spoken
from voicebot.routing import Action
from voicebot.settings import load

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
def test_the_time_decides_what_is_said_of_hours(state: Path) -> None:
    replies = [
        str(asked(state, "--at", f"2026-{at}", "Wann hat das Standesamt auf?")[0]["reply"])
        for at in ("06-04T11:00", "11-24T11:00", "11-24T13:00")
    ]
    for reply, now in zip(
        replies,
        (
            "Heute ist geschlossen, wegen Fronleichnam. Geöffnet ist wieder morgen ab 8:30 Uhr.",
            "Gerade ist geöffnet, bis 12:30 Uhr.",
            "Gerade ist geschlossen. Geöffnet ist wieder heute ab 14 Uhr.",
        ),
        strict=True,
    ):
        assert f"Freitag von 8:30 bis 12 Uhr. {now}" in reply


@pytest.mark.models
def test_route_says_where_a_call_goes_and_why(state: Path) -> None:
    result = voicebot(state, "route", "ich will heiraten", "--at", "2026-12-24T11:00")
    assert result.returncode == 0, result.stderr
    for line in (
        "Zeitpunkt: Donnerstag, 24.12.2026, 11:00 Uhr, Sprache de",
        "Dienstleistung: Eheschließung anmelden (eheschliessung)",
        "Stelle: Standesamt (standesamt), geschlossen wegen Heiligabend",
        "   - Durchwahl 340 (Standesamt): übersprungen, geschlossen wegen Heiligabend; wieder am Montag ab 8:30 Uhr",
        "2. Meldet sich niemand, Telefonzentrale:",
        "3. Sonst Rückruf durch: Standesamt",
    ):
        assert line in result.stdout.splitlines()
    report = json.loads(voicebot(state, "route", "Hilfe, es brennt!", "--json").stdout)
    assert (report["action"], report["ways"]) == ("emergency", [])


def test_route_without_understanding(state: Path) -> None:
    result = voicebot(state, "route", "--service", "eheschliessung", "--at", "2026-11-24T14:30", "--json")
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    assert (report["at"], report["department"], report["callback"]) == (
        "2026-11-24T14:30:00+01:00",
        "standesamt",
        "standesamt",
    )
    own, switchboard = report["ways"]
    assert [target["target"] for target in own["targets"]] == ["341", "340", "300", "301"]
    assert [target["method"] for target in switchboard["targets"]] == ["blind"]
    assert own["reasons"][0] == "Für „Eheschließung anmelden“ gibt es eigene Ziele."
    blind = voicebot(
        state, "route", "--department", "bauhof", "--at", "2026-11-24T10:00", VOICEBOT_TRANSFER_METHOD="blind"
    )
    assert "   - Durchwahl 680 (Bauhof): klingelt, ohne Rückfrage" in blind.stdout.splitlines()
    external = voicebot(state, "route", "--service", "fuehrerschein").stdout.splitlines()
    assert external[-1] == "Es klingelt niemand; genannt wird: Kreis Borken, 02861681100"


@pytest.mark.models
def test_a_chat_is_one_conversation(state: Path) -> None:
    lines = "Was brauche ich für einen neuen Personalausweis?\nund was kostet das?\nja, bitte verbinden"
    chat = asked(state, "--chat", "--lang", "de", stdin=lines)
    assert [report["action"] for report in chat] == ["answer", "answer", "transfer"]
    assert [report["service"] for report in chat[:2]] == ["personalausweis"] * 2
    assert chat[1]["aspect"] == "fee"
    assert chat[2]["department"] == "buergerbuero"


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "--lang", "xx", "hallo"],
        ["ask", "--at", "morgen", "hallo"],
        ["ask", "--at", "9999-12-31T10:00", "hallo"],
        ["route"],
        ["route", "hallo", "--department", "zentrale"],
        ["route", "--department", "pforte"],
        ["route", "--service", "pforte"],
        ["route", "--service", "personalausweis", "--lang", "xx"],
        ["models", "fetch"],
        ["models", "mishear"],
        ["fly"],
        ["bench", "rtp", "--calls", "5"],
        ["bench", "rtp", "--seconds", "1"],
        ["bench", "transfer", "--calls", "1"],
        ["bench", "loss", "--loss", "3"],
        ["bench", "loss", "--jitter", "-1"],
        ["bench", "loss", "--questions", "0"],
    ],
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
    assert "routing: 9 rows; samples to confirm: 9 rows, 8 of 8 closures" in result.stdout


@pytest.mark.models
def test_the_demo_reaches_the_desk(tmp_path: Path) -> None:
    wav = tmp_path / "demo.wav"
    result = voicebot(tmp_path, "demo", "--no-fetch", "--wav", str(wav))
    assert result.returncode == 0, result.stdout + result.stderr
    for step in ("klingelt", "REFER", "connected", "Gespräch verbunden", "Softphone"):
        assert step in result.stdout
    assert seconds(read_wav(wav)) > 15


SMALL_TOWN = {
    "city.toml": 'name = "Stadt Musterfeld"\nswitchboard = "zentrale"\n',
    "departments.csv": (
        "key,name_de,name_en,with_de,with_en,kind,extension,aliases,source,as_of\n"
        "zentrale,Zentrale,,der Zentrale,,stadt,0,,Plan,2026-11-22\n"
    ),
    "hours.csv": "department,weekday,opens,closes,source,as_of\n",
    "services.csv": "key,name_de,name_en,department,leika,keywords\nausweis,Personalausweis,,zentrale,,\n",
    "examples.csv": "service,language,text\nausweis,de,Ich brauche einen Ausweis.\n",
    "facts.csv": "service,aspect,language,text,source,as_of\nausweis,general,de,{},Gesetz,2026-11-22\n",
}


def test_speech_is_made_ahead_and_after_a_change_only_what_is_new(tmp_path: Path) -> None:
    town = tmp_path / "town"
    town.mkdir()
    environ = {
        "VOICEBOT_SPEECH_MODELS_DIR": str(tmp_path / "models"),
        "VOICEBOT_SPEECH_LANGUAGES": "de",
        "VOICEBOT_SPEECH_CACHE_MIB": "64",
    }
    kept = []
    for text in ("Bringen Sie ein Foto mit.", "Bringen Sie ein Foto mit.", "Bringen Sie nichts mit. Das genügt."):
        for name, content in SMALL_TOWN.items():
            (town / name).write_text(content.format(text), encoding="utf-8")
        assert voicebot(tmp_path, "import", str(town), **environ).returncode == 0
        result = voicebot(tmp_path, "models", "speak", **environ)
        assert result.returncode == 0, result.stderr
        kept.append(len(list((tmp_path / "models" / "spoken").iterdir())))
        made, sentences = map(int, re.findall(r"(\d+) sentences", result.stderr))
        assert (made, sentences) == (kept[-1] - (kept[-2] if len(kept) > 1 else 0), kept[-1])
    assert kept[0] > 50
    assert kept[1] == kept[0]
    assert kept[2] == kept[0] + 2
    assert _spoken(load(None, environ)).startswith(f"{kept[2]} sentences, ")
    assert "0 sentences, 0 of 64 MiB" in _spoken(load(None, {**environ, "VOICEBOT_SPEECH_MODELS_DIR": str(town)}))
    assert "none is kept" in _spoken(load(None, {**environ, "VOICEBOT_SPEECH_CACHE_MIB": "0"}))


@pytest.mark.models
def test_examples_are_misheard_from_where_that_was_stopped(tmp_path: Path) -> None:
    town = tmp_path / "town"
    town.mkdir()
    examples = SMALL_TOWN["examples.csv"] + "ausweis,de,Mein Pass ist weg.\n"
    for name, content in {**SMALL_TOWN, "examples.csv": examples}.items():
        (town / name).write_text(content.format("Bringen Sie ein Foto mit."), encoding="utf-8")
    environ = {"VOICEBOT_SPEECH_LANGUAGES": "de"}
    assert voicebot(tmp_path, "import", str(town), **environ).returncode == 0
    known = "ausweis,Ich brauche einen Ausweis.,Ich rauche einen Ausweis."
    (tmp_path / "misheard.csv.part").write_text(f"service,text,heard\n{known}\n", encoding="utf-8")
    result = voicebot(tmp_path, "models", "mishear", "misheard.csv", **environ)
    assert result.returncode == 0, result.stderr
    assert "misheard.csv: 2 texts, " in result.stderr
    lines = (tmp_path / "misheard.csv").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["service,text,heard", known]
    assert lines[2].startswith("ausweis,Mein Pass ist weg.,")
    assert not (tmp_path / "misheard.csv.part").exists()
    result = voicebot(tmp_path, "models", "mishear", "nowhere/misheard.csv", **environ)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].endswith("nowhere/misheard.csv: No such file or directory")


@pytest.mark.parametrize(
    ("arguments", "environ", "status", "says"),
    [
        (("de",), {}, 2, "models speak takes no names"),
        ((), {"VOICEBOT_SPEECH_CACHE_MIB": "0"}, 2, "speech.cache_mib is 0"),
        ((), {"VOICEBOT_SPEECH_CACHE_MIB": "-1"}, 2, "speech.cache_mib"),
        ((), {"VOICEBOT_SPEECH_CACHE_MIB": "1"}, 1, "speech.cache_mib = 1 is too little"),
        ((), {"VOICEBOT_SPEECH_MODELS_DIR": "/dev/null"}, 1, "speech cannot be kept in /dev/null/spoken"),
    ],
)
def test_speech_that_cannot_be_made_ahead(
    state: Path, tmp_path: Path, arguments: tuple[str, ...], environ: dict[str, str], status: int, says: str
) -> None:
    own = {"VOICEBOT_SPEECH_MODELS_DIR": str(tmp_path), "VOICEBOT_SPEECH_LANGUAGES": "de", **environ}
    result = voicebot(state, "models", "speak", *arguments, **own)
    assert result.returncode == status
    assert says in result.stderr
    assert "Traceback" not in result.stderr
