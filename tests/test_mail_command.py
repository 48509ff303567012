"""``voicebot messages`` and ``voicebot mail`` as people use them: real processes, database and mail server."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mailserver import Answers, mail_server
from programs import Voicebot
from voicebot.catalogue.calendar import Calendar
from voicebot.catalogue.city import City, Department
from voicebot.catalogue.store import open_database, write_city, writing
from voicebot.desk.messages import Message, store_message
from voicebot.doctor import _mail, _messages
from voicebot.ports import free_port
from voicebot.serve import wanted
from voicebot.settings import SettingsError, load

LEFT = datetime(2025, 11, 24, 9, 0, tzinfo=UTC)
CALLBACK = Message(LEFT, "1", "", "Anna Schmidt", "0286112345", "Ausweis", "amt", "de", preferred_time="vormittags")
REPORT = Message(LEFT, "2", "", "", "", "Laterne kaputt", "ordnung", "de", "report", place="Markt 1", since="gestern")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A database with two messages that are overdue, and their mail."""
    engine = open_database(f"sqlite:///{tmp_path}/voicebot.sqlite")
    addresses = {"zentrale": "zentrale@stadt.example", "amt": "amt@stadt.example", "ordnung": ""}
    departments = {
        key: Department(key, {"de": key.title()}, "stadt", "1", "Plan", date(2026, 11, 22), email=email)
        for key, email in addresses.items()
    }
    city = City("Stadt Musterfeld", "zentrale", departments)
    with writing(engine) as session:
        write_city(session, city)
    for message in (CALLBACK, REPORT):
        store_message(engine, message, Calendar.of(city), mailed=True)
    engine.dispose()
    return tmp_path


def environ(state: Path, port: int = 0, **more: str) -> dict[str, str]:
    known = {"VOICEBOT_DATA_STATE_DIR": str(state), **more}
    if port:
        known |= {
            "VOICEBOT_MAIL_HOST": "127.0.0.1",
            "VOICEBOT_MAIL_PORT": str(port),
            "VOICEBOT_MAIL_SENDER": "telefon@stadt.example",
            "VOICEBOT_MAIL_SECURITY": "none",
        }
    return known


def voicebot(variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "voicebot", *arguments],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_messages_are_listed_with_what_staff_need(state: Path) -> None:
    first, second = voicebot(environ(state), "messages").stdout.splitlines()
    assert first == (
        "1  Rückruf  24.11.2025 10:00  amt  ÜBERFÄLLIG seit 25.11.2025 10:00"
        "  Anna Schmidt, 02861 12345 (Anruf von unterdrückt): Ausweis  Wunschzeit: vormittags"
    )
    assert second.startswith("2  Meldung  24.11.2025 10:00  ordnung  ÜBERFÄLLIG seit")
    assert second.endswith("Ort: Markt 1  seit: gestern")


def test_messages_as_json_and_done(state: Path) -> None:
    lines = voicebot(environ(state), "messages", "--json").stdout.splitlines()
    callback, report = map(json.loads, lines)
    assert (callback["kind"], callback["overdue"], callback["due_at"]) == (
        *("callback", True),
        "2025-11-25T09:00:00+00:00",
    )
    assert (report["kind"], report["place"], len(report["reference"])) == ("report", "Markt 1", 5)
    assert len(voicebot(environ(state), "messages", "--done", "1").stdout.splitlines()) == 1
    assert "message-1" not in voicebot(environ(state), "mail", "--list").stdout
    again = voicebot(environ(state), "messages", "--done", "1")
    assert (again.returncode, again.stderr) == (1, "voicebot: there is no message 1\n")


async def test_what_is_due_is_sent_and_shown(state: Path) -> None:
    down = environ(state, free_port())
    assert "noch kein Versuch" in (await asyncio.to_thread(voicebot, down, "mail", "--list")).stdout
    failed = await asyncio.to_thread(voicebot, down, "mail", "--once")
    assert failed.returncode == 1
    assert failed.stdout.startswith("0 gesendet, 1 gescheitert; 127.0.0.1:")
    listed = (await asyncio.to_thread(voicebot, down, "mail", "--list")).stdout.splitlines()
    assert "an amt@stadt.example  1 Versuch, nächster" in listed[0]
    assert "ist nicht zu erreichen" in listed[0]
    assert "an zentrale@stadt.example  noch kein Versuch" in listed[1]
    answers = Answers()
    async with mail_server(answers) as port:
        sent = await asyncio.to_thread(voicebot, environ(state, port), "mail", "--once")
        assert (sent.returncode, sent.stdout) == (0, "1 gesendet, 0 gescheitert\n")  # the other one has its pause
    [mail] = answers.taken
    assert mail["To"] == "zentrale@stadt.example"
    assert "Ort: Markt 1" in mail.get_content()


async def test_the_process_delivers_escalates_and_ends_when_told(state: Path) -> None:
    answers = Answers()
    async with mail_server(answers) as port, asyncio.timeout(60):
        process = Voicebot("mail", environ=environ(state, port, VOICEBOT_MAIL_ESCALATE_TO="chef@stadt.example"))
        try:
            subjects = [await answers.arrived.get() for _ in range(4)]
        finally:
            await asyncio.to_thread(process.end)
        await asyncio.to_thread(process.finish)
    assert sum(subject.startswith("Überfällig: ") for subject in subjects) == 2
    assert voicebot(environ(state), "mail", "--list").stdout == "Es wartet keine Mail.\n"


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({}, "mail.host is not set"),
        ({"VOICEBOT_MAIL_HOST": "mail.example"}, "mail.sender = '': Value error, mail.host is set"),
        ({"VOICEBOT_MAIL_SENDER": "a@b.example\nBcc: c@d.example"}, "mail.sender"),
        ({"VOICEBOT_MAIL_ESCALATE_TO": "chef"}, "write it as an e-mail address"),
        (
            {"VOICEBOT_MAIL_USERNAME": "bot", "VOICEBOT_MAIL_PASSWORD": "geheim", "VOICEBOT_MAIL_SECURITY": "none"},
            "mail.security = 'none': Value error, a password needs encryption",
        ),
        (
            {
                "VOICEBOT_MAIL_HOST": "mail.example",
                "VOICEBOT_MAIL_SENDER": "a@b.example",
                "VOICEBOT_MAIL_TLS_CA": "/nowhere.pem",
            },
            "mail.tls_ca = /nowhere.pem: no readable PEM file",
        ),
    ],
)
def test_settings_that_cannot_work_are_refused_in_a_line(tmp_path: Path, variables: dict[str, str], says: str) -> None:
    result = voicebot(environ(tmp_path, **variables), "mail")
    assert result.returncode == 2
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert "geheim" not in result.stderr


def test_a_password_in_the_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "voicebot.toml"
    file.write_text('[mail]\npassword = "geheim"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="VOICEBOT_MAIL_PASSWORD"):
        load(file, {})


def test_serve_starts_what_the_settings_need(tmp_path: Path) -> None:
    def names(**variables: str) -> list[str]:
        return [name for name, _ in wanted(load(None, variables), ())]

    assert names() == ["speech", "line", "web"]
    assert names(**environ(tmp_path, 25)) == ["speech", "line", "web", "mail"]
    assert names(VOICEBOT_SPEECH_URI="tcp://speech.example:10300", VOICEBOT_WEB_PORT="0") == ["line"]
    assert wanted(load(None, {}), (), "2026-11-25T10:00")[1] == ("line", ("line", "--at", "2026-11-25T10:00"))
    assert wanted(load(None, {}), ("--config", "x.toml"))[0] == ("speech", ("speech", "--config", "x.toml"))


def test_the_doctor_counts_what_is_late(state: Path) -> None:
    assert _messages(load(None, environ(state))) == "2 open, 2 of them overdue; voicebot messages lists them"
    assert _mail(load(None, environ(state))) == "none is sent, as mail.host is empty"
    assert _mail(load(None, environ(state, 25))) == (
        "2 wait, 2 of them longer than an hour; voicebot mail --list shows why; departments without e-mail: ordnung"
    )
