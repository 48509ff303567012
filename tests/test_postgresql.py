"""Messages and outbox in a real PostgreSQL, where several workers write at the same time."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from programs import require
from voicebot.catalogue.calendar import Calendar
from voicebot.catalogue.city import City, Department
from voicebot.catalogue.store import open_database, write_city, writing
from voicebot.desk import outbox
from voicebot.desk.messages import Message, escalate_due, mark_done, open_messages, store_message

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
LATER = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
WORKERS = 4


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A server of our own in a folder of its own; it listens on a socket there and nowhere else."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    pg_ctl = str(versions[-1]) if versions else require("pg_ctl")
    # PostgreSQL refuses to run as root.
    user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="voicebot-pg-"))
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)

    def run(*arguments: str) -> None:
        options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": ()} if user else {}
        log = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.run([pg_ctl, "-D", str(folder / "data"), *arguments], check=True, cwd=folder, **options, **log)  # type: ignore[call-overload]

    try:
        run("initdb", "-o", "-A trust -U postgres --no-sync")
        run("start", "-w", "-l", str(folder / "log"), "-o", f"-k {folder} -c listen_addresses= -c fsync=off")
        try:
            yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
        finally:
            run("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    result = open_database(url)
    with writing(result) as session:
        department = Department(
            "zentrale", {"de": "Zentrale"}, "stadt", "0", "Plan", NOW.date(), email="zentrale@stadt.example"
        )
        write_city(session, City("Stadt Musterfeld", "zentrale", {"zentrale": department}))
    yield result
    for message in open_messages(result):
        mark_done(result, message.message_id or 0)
    assert outbox.waiting(result) == []
    result.dispose()


def message(call: int, kind: str = "callback") -> Message:
    return Message(NOW, str(call), "", "Anna", "02861555", "Ausweis", "zentrale", "de", kind)


def store(engine: Engine, left: Message) -> Message:
    return store_message(engine, left, Calendar.of(City("Stadt Musterfeld", "zentrale")), mailed=True)


def test_times_come_back_as_they_were_stored(engine: Engine) -> None:
    stored = store(engine, message(1))
    [kept] = open_messages(engine)
    assert kept == stored
    assert kept.created_at == NOW
    assert kept.due_at == datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
    assert store(engine, message(1)).message_id == stored.message_id
    assert len(outbox.waiting(engine)) == 1


def test_workers_at_once_claim_each_mail_once(engine: Engine) -> None:
    for call in range(40):
        store(engine, message(call))

    def work(_: int) -> list[str]:
        taken = []
        while (mail := outbox.claim(engine, NOW)) is not None:
            taken.append(mail.key)
            outbox.mark_sent(engine, mail, NOW)
        return taken

    with ThreadPoolExecutor(WORKERS) as pool:
        taken = [key for keys in pool.map(work, range(WORKERS)) for key in keys]
    assert len(taken) == len(set(taken)) == 40
    assert outbox.waiting(engine) == []


def test_a_row_that_is_being_claimed_holds_up_nobody(engine: Engine) -> None:
    first, second = store(engine, message(1)), store(engine, message(2))
    with writing(engine) as session:
        outbox.queue_revision(session, f"message-{first.message_id}", "a@b.example", "x", "y", NOW, NOW)
        claimed = outbox.claim(engine, NOW)
    assert claimed is not None
    assert claimed.key == f"message-{second.message_id}-1"


def test_reports_at_once_get_different_numbers(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([number for number in range(30) for _ in range(30)])
    monkeypatch.setattr("voicebot.desk.messages.secrets.randbelow", lambda _: next(drawn))
    with ThreadPoolExecutor(WORKERS) as pool:
        stored = list(pool.map(lambda call: store(engine, message(call, "report")), range(20)))
    assert len({each.reference for each in stored}) == 20


def test_what_is_overdue_is_escalated_once(engine: Engine) -> None:
    for call in range(20):
        store(engine, message(call))
    with ThreadPoolExecutor(WORKERS) as pool:
        found = list(pool.map(lambda _: escalate_due(engine, LATER, "chef@stadt.example"), range(WORKERS)))
    assert sum(map(len, found)) == 20
    assert len([mail for mail in outbox.waiting(engine) if mail.recipient == "chef@stadt.example"]) == 20
