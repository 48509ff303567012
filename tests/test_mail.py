"""The outbox, delivered to a real mail server that takes, refuses, is slow or is not there."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from mailserver import Answers, certificate, mail_server, serving
from voicebot.catalogue.store import StoreError, open_database, writing
from voicebot.desk import mail as delivery
from voicebot.desk import outbox
from voicebot.desk.lists import mail_line
from voicebot.desk.mail import deliver_due, run_mail, send, tls_context
from voicebot.desk.outbox import LEASE, PAUSES, REFUSED_PAUSE, Mail
from voicebot.ports import free_port
from voicebot.settings import Mail as MailSettings
from voicebot.settings import SettingsError

BODY = "Name: Änne Müller\nTelefon: 02861 123456\n.\nFällig: morgen"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/voicebot.db"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    result = open_database(url)
    yield result
    result.dispose()


class Clock:
    """The time of the delivery, which tests move on."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    result = Clock()
    monkeypatch.setattr(delivery, "now", result)
    return result


def settings(port: int, **values: Any) -> MailSettings:
    known = {"host": "127.0.0.1", "port": port, "sender": "telefon@stadt.example", "security": "none", **values}
    return MailSettings.model_validate(known)


def put(engine: Engine, clock: Clock, key: str = "message-1-1", to: str = "amt@stadt.example", **text: str) -> None:
    with writing(engine) as session:
        subject, body = text.get("subject", "Rückrufbitte: Änne Müller"), text.get("body", BODY)
        outbox.queue(session, key, to, subject, body, clock.now)


def only(engine: Engine) -> Mail:
    [mail] = outbox.waiting(engine)
    return mail


# Taken.


async def test_a_mail_is_taken_once_and_as_it_was_written(engine: Engine, clock: Clock) -> None:
    answers = Answers()
    put(engine, clock)
    async with mail_server(answers) as port:
        assert await deliver_due(settings(port), engine) == delivery.Round(sent=1)
        clock.now += timedelta(days=1)
        assert await deliver_due(settings(port), engine) == delivery.Round()
    [mail] = answers.taken
    assert answers.envelopes == [("telefon@stadt.example", ["amt@stadt.example"])]
    assert (mail["From"], mail["To"]) == ("telefon@stadt.example", "amt@stadt.example")
    assert mail["Subject"] == "Rückrufbitte: Änne Müller"
    assert mail.get_content().splitlines() == BODY.splitlines()
    assert mail["Message-ID"] == "<message-1-1.20261125090000000000@stadt.example>"
    assert mail["Date"].datetime == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert outbox.waiting(engine) == []


async def test_many_leave_in_one_round_oldest_first(engine: Engine, clock: Clock) -> None:
    answers = Answers()
    for number in range(1, 13):
        put(engine, clock, f"message-{number}-1", subject=str(number))
    async with mail_server(answers) as port:
        assert (await deliver_due(settings(port), engine)).sent == 12
    assert [mail["Subject"] for mail in answers.taken] == [str(number) for number in range(1, 13)]


@pytest.mark.parametrize("line", ["Anna\r\nBcc: alle@stadt.example", "Anna\nBcc: x@y.example", "Anna\x00\x0b Müller"])
async def test_what_callers_say_becomes_no_header(engine: Engine, clock: Clock, line: str) -> None:
    from voicebot.desk import letters
    from voicebot.desk.message import Message

    message = Message(clock.now, "c", "", line, "02861555", line, "amt", "de")
    answers = Answers()
    put(engine, clock, subject=letters.subject(message), body=letters.body(message))
    async with mail_server(answers) as port:
        assert (await deliver_due(settings(port), engine)).sent == 1
    [mail] = answers.taken
    assert mail["Bcc"] is None
    assert len(answers.envelopes[0][1]) == 1
    assert len(mail.get_content().strip().splitlines()) == 5


async def test_a_header_with_a_line_of_its_own_is_not_sent_at_all(engine: Engine, clock: Clock) -> None:
    answers = Answers()
    put(engine, clock, subject="Rückruf\r\nBcc: alle@stadt.example")
    put(engine, clock, "message-2-1", to="amt@stadt.example\r\nRCPT TO:<x@y.example>")
    async with mail_server(answers) as port:
        assert (await deliver_due(settings(port), engine)).failed == 2
    assert answers.taken == []
    assert all(mail.last_error.startswith("nicht als E-Mail zu schreiben") for mail in outbox.waiting(engine))


# Not taken.


async def test_a_server_that_is_down_is_tried_again_with_growing_pauses(engine: Engine, clock: Clock) -> None:
    port = free_port()
    put(engine, clock)
    put(engine, clock, "message-2-1")
    done = await deliver_due(settings(port), engine)
    assert (done.sent, done.failed) == (0, 1)  # the other one would fare no better
    assert f"127.0.0.1:{port} ist nicht zu erreichen" in done.unreachable
    first, second = outbox.waiting(engine)
    assert (first.attempts, second.attempts) == (1, 0)
    assert first.last_error == done.unreachable
    pauses = []
    with writing(engine) as session:
        outbox.withdraw(session, "message-2")
    for _ in range(9):
        mail = only(engine)
        pauses.append(mail.next_try_at - clock.now)
        clock.now = mail.next_try_at - timedelta(seconds=1)
        assert await deliver_due(settings(port), engine) == delivery.Round()
        clock.now = mail.next_try_at
        assert (await deliver_due(settings(port), engine)).failed == 1
    assert pauses == [*PAUSES, PAUSES[-1], PAUSES[-1]]
    answers = Answers()
    clock.now = only(engine).next_try_at
    async with mail_server(answers, port=port):
        assert (await deliver_due(settings(port), engine)).sent == 1
    assert answers.taken[0]["Date"].datetime == datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


async def test_a_server_that_says_nothing_is_given_up(engine: Engine, clock: Clock) -> None:
    put(engine, clock)
    async with serving(asyncio.Protocol) as port:
        done = await deliver_due(settings(port, timeout_s=1), engine)
    assert done.unreachable == f"127.0.0.1:{port} antwortet nicht"
    assert only(engine).next_try_at == clock.now + PAUSES[0]


async def test_a_server_that_is_slow_to_accept_is_waited_for(engine: Engine, clock: Clock) -> None:
    answers = Answers(accepts_after_s=1.3)
    put(engine, clock)
    async with mail_server(answers) as port:
        assert (await deliver_due(settings(port, timeout_s=1), engine)).sent == 1
    assert len(answers.taken) == 1


async def test_a_server_that_hangs_up_is_tried_again(engine: Engine, clock: Clock) -> None:
    class HangsUp(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            transport.close()

    put(engine, clock)
    async with serving(HangsUp) as port:
        done = await deliver_due(settings(port), engine)
    assert f"127.0.0.1:{port}" in done.unreachable
    assert only(engine).attempts == 1


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (Answers(mail="451 later"), "Absender telefon@stadt.example abgelehnt: 451 later"),
        (Answers(rcpt="450 greylisted"), "Empfänger amt@stadt.example abgelehnt: 450 greylisted"),
        (Answers(data="452 disk full"), "Text abgelehnt: 452 disk full"),
    ],
)
async def test_what_is_refused_for_now_is_tried_soon(
    engine: Engine, clock: Clock, answers: Answers, reason: str
) -> None:
    put(engine, clock)
    async with mail_server(answers) as port:
        assert await deliver_due(settings(port), engine) == delivery.Round(failed=1)
    assert only(engine).last_error == reason
    assert only(engine).next_try_at == clock.now + PAUSES[0]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (Answers(mail="550 who are you"), "Absender telefon@stadt.example abgelehnt: 550 who are you"),
        (Answers(rcpt="550 no such user"), "Empfänger amt@stadt.example abgelehnt: 550 no such user"),
        (Answers(data="554 looks like spam"), "Text abgelehnt: 554 looks like spam"),
    ],
)
async def test_what_is_refused_for_good_stays_visible_and_is_tried_rarely(
    engine: Engine, clock: Clock, answers: Answers, reason: str
) -> None:
    put(engine, clock)
    async with mail_server(answers) as port:
        assert await deliver_due(settings(port), engine) == delivery.Round(failed=1)
        assert mail_line(only(engine)).endswith(f"1 Versuch, nächster 26.11.2026 10:00: {reason}")
        assert only(engine).next_try_at == clock.now + REFUSED_PAUSE
        answers.mail = answers.rcpt = answers.data = ""  # the mailbox was made
        clock.now += REFUSED_PAUSE
        assert await deliver_due(settings(port), engine) == delivery.Round(sent=1)


async def test_one_refused_recipient_does_not_hold_up_the_others(engine: Engine, clock: Clock) -> None:
    answers = Answers(recipients={"falsch@stadt.example": "550 no such user"})
    put(engine, clock, "message-1-1", to="falsch@stadt.example")
    put(engine, clock, "message-2-1")
    async with mail_server(answers) as port:
        assert await deliver_due(settings(port), engine) == delivery.Round(sent=1, failed=1)
    assert only(engine).recipient == "falsch@stadt.example"


# Encrypted.


async def test_starttls_and_a_password(engine: Engine, clock: Clock, tmp_path: Path) -> None:
    context, ca = certificate(tmp_path / "tls")
    answers = Answers()
    put(engine, clock)
    async with mail_server(answers, starttls=context) as port:
        known = {"host": "localhost", "security": "starttls", "tls_ca": ca, "username": "bot", "password": "richtig"}
        assert await deliver_due(settings(port, **known), engine) == delivery.Round(sent=1)
    assert answers.encrypted == [True]
    assert answers.logins == [(b"bot", b"richtig")]


async def test_tls_from_the_first_byte(engine: Engine, clock: Clock, tmp_path: Path) -> None:
    context, ca = certificate(tmp_path / "tls")
    answers = Answers()
    put(engine, clock)
    async with mail_server(answers, tls=context) as port:
        assert (await deliver_due(settings(port, host="localhost", security="tls", tls_ca=ca), engine)).sent == 1
    assert len(answers.taken) == 1


async def test_a_wrong_password_is_said_and_tried_again(engine: Engine, clock: Clock, tmp_path: Path) -> None:
    context, ca = certificate(tmp_path / "tls")
    answers = Answers()
    put(engine, clock)
    async with mail_server(answers, starttls=context) as port:
        known = {"host": "localhost", "security": "starttls", "tls_ca": ca, "username": "bot", "password": "falsch"}
        done = await deliver_due(settings(port, **known), engine)
    assert "nimmt Benutzername oder Passwort nicht an: 535" in done.unreachable
    assert only(engine).next_try_at == clock.now + PAUSES[0]
    assert answers.taken == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("wrong", ["unknown", "other name"])
async def test_a_certificate_that_is_not_to_be_trusted_gets_no_mail(
    engine: Engine, clock: Clock, tmp_path: Path, security: str, wrong: str
) -> None:
    context, ca = certificate(tmp_path / "tls", "mail.other.example" if wrong == "other name" else "localhost")
    known = {"host": "localhost", "security": security, "username": "bot", "password": "richtig"}
    known |= {"tls_ca": str(ca)} if wrong == "other name" else {}
    answers = Answers()
    put(engine, clock)
    encrypted = {"starttls": context} if security == "starttls" else {"tls": context}
    async with mail_server(answers, **encrypted) as port:
        done = await deliver_due(settings(port, **known), engine)
    assert f"localhost:{port} hat ein Zertifikat, dem nicht zu trauen ist" in done.unreachable
    assert (answers.taken, answers.logins) == ([], [])


async def test_where_starttls_is_not_offered_nothing_is_sent_in_the_clear(engine: Engine, clock: Clock) -> None:
    answers = Answers()
    put(engine, clock)
    async with mail_server(answers) as port:
        known = {"security": "starttls", "username": "bot", "password": "richtig"}
        done = await deliver_due(settings(port, **known), engine)
    assert "bietet kein STARTTLS an" in done.unreachable
    assert (answers.taken, answers.logins) == ([], [])


async def test_a_file_of_authorities_that_vanished_keeps_the_mail(engine: Engine, clock: Clock, tmp_path: Path) -> None:
    put(engine, clock)
    done = await deliver_due(settings(25, security="tls", tls_ca=tmp_path / "gone.pem"), engine)
    assert "mail.tls_ca" in done.unreachable
    assert only(engine).next_try_at == clock.now + PAUSES[0]


async def test_a_mail_that_nobody_foresaw_does_not_keep_the_others(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    compose = delivery.compose

    def breaks(known: MailSettings, mail: Mail) -> Any:
        if mail.key == "message-1-1":
            raise RuntimeError("never seen before")
        return compose(known, mail)

    monkeypatch.setattr(delivery, "compose", breaks)
    answers = Answers()
    put(engine, clock)
    put(engine, clock, "message-2-1")
    async with mail_server(answers) as port:
        assert await deliver_due(settings(port), engine) == delivery.Round(sent=1, failed=1)
    assert only(engine).last_error == "unerwarteter Fehler: RuntimeError: never seen before"
    assert "never seen before" in caplog.text


def test_a_file_of_authorities_that_is_missing_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"mail.tls_ca = .*nothing.pem"):
        tls_context(settings(25, security="tls", tls_ca=tmp_path / "nothing.pem"))


# Never lost, never twice.


async def test_two_workers_at_once_send_nothing_twice(engine: Engine, url: str, clock: Clock) -> None:
    answers = Answers()
    for number in range(30):
        put(engine, clock, f"message-{number}-1", subject=str(number))

    def work(port: int) -> int:
        own = open_database(url)
        try:
            return asyncio.run(deliver_due(settings(port), own)).sent
        finally:
            own.dispose()

    async with mail_server(answers) as port:
        sent = await asyncio.gather(*(asyncio.to_thread(work, port) for _ in range(3)))
    assert sum(sent) == 30
    assert sorted(int(mail["Subject"]) for mail in answers.taken) == list(range(30))


async def test_a_worker_that_dies_before_it_has_sent_loses_nothing(engine: Engine, clock: Clock) -> None:
    put(engine, clock)
    assert outbox.claim(engine, clock.now) is not None
    assert mail_line(only(engine)).endswith("1. Versuch läuft")
    answers = Answers()
    async with mail_server(answers) as port:
        clock.now += LEASE - timedelta(seconds=1)
        assert await deliver_due(settings(port), engine) == delivery.Round()
        clock.now += timedelta(seconds=1)
        assert await deliver_due(settings(port), engine) == delivery.Round(sent=1)


async def test_a_worker_that_dies_after_acceptance_sends_it_again_with_the_same_id(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise StoreError("the database is gone")

    answers = Answers()
    put(engine, clock)
    async with mail_server(answers) as port:
        with monkeypatch.context() as patched, pytest.raises(StoreError):
            patched.setattr(outbox, "mark_sent", dies)
            await deliver_due(settings(port), engine)
        clock.now += LEASE
        assert (await deliver_due(settings(port), engine)).sent == 1
    first, second = answers.taken
    assert first["Message-ID"] == second["Message-ID"]


def test_who_has_lost_the_lease_decides_nothing_any_more(engine: Engine, clock: Clock) -> None:
    put(engine, clock)
    slow = outbox.claim(engine, clock.now)
    clock.now += LEASE
    quick = outbox.claim(engine, clock.now)
    assert slow is not None
    assert quick is not None
    outbox.mark_failed(engine, slow, "zu spät", clock.now)
    assert only(engine).under_way
    outbox.mark_sent(engine, quick, clock.now)
    assert outbox.waiting(engine) == []


def revise(engine: Engine, clock: Clock, body: str) -> None:
    with writing(engine) as session:
        outbox.queue_revision(session, "message-1", "amt@stadt.example", "Rückruf", body, clock.now, clock.now)


def test_what_is_replaced_while_a_worker_has_it_is_not_tried_again(engine: Engine, clock: Clock) -> None:
    revise(engine, clock, "alt")
    old = outbox.claim(engine, clock.now)
    assert old is not None
    revise(engine, clock, "neu")
    outbox.mark_failed(engine, old, "abgelehnt", clock.now)
    assert [(mail.key, mail.body) for mail in outbox.waiting(engine)] == [("message-1-2", "neu")]


def test_nor_is_it_where_the_worker_died(engine: Engine, clock: Clock) -> None:
    revise(engine, clock, "alt")
    assert outbox.claim(engine, clock.now) is not None
    revise(engine, clock, "neu")
    clock.now += LEASE
    claimed = outbox.claim(engine, clock.now)
    assert claimed is not None
    assert claimed.body == "neu"
    assert outbox.claim(engine, clock.now) is None


def test_what_is_put_right_again_while_it_is_sent_is_not_sent_twice(engine: Engine, clock: Clock) -> None:
    revise(engine, clock, "richtig")
    first = outbox.claim(engine, clock.now)
    assert first is not None
    revise(engine, clock, "falsch")
    revise(engine, clock, "richtig")
    outbox.mark_failed(engine, first, "später", clock.now)
    assert [(mail.key, mail.body, mail.last_error) for mail in outbox.waiting(engine)] == [
        ("message-1-1", "richtig", "später")
    ]


def test_what_was_sent_is_forgotten_after_a_week(engine: Engine, clock: Clock) -> None:
    revise(engine, clock, "text")
    mail = outbox.claim(engine, clock.now)
    assert mail is not None
    outbox.mark_sent(engine, mail, clock.now)
    outbox.forget_sent(engine, clock.now + timedelta(days=6))
    revise(engine, clock, "text")
    assert outbox.waiting(engine) == []
    outbox.forget_sent(engine, clock.now + timedelta(days=7))
    revise(engine, clock, "text")
    assert len(outbox.waiting(engine)) == 1


# The loop.


async def test_the_loop_sends_what_comes_in_and_ends_when_told(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "POLL_S", 0.01)
    monkeypatch.setattr(delivery, "UNREACHABLE_PAUSE_S", 0.01)
    notes: asyncio.Queue[str] = asyncio.Queue()
    stop, port, answers = asyncio.Event(), free_port(), Answers()
    put(engine, clock)
    async with asyncio.timeout(20):
        loop = asyncio.create_task(run_mail(settings(port), engine, stop, notes.put_nowait))
        assert await notes.get() == f"mail goes to 127.0.0.1:{port}"
        assert (await notes.get()).startswith(f"mail waits: 127.0.0.1:{port} ist nicht zu erreichen")
        clock.now += PAUSES[0]
        async with mail_server(answers, port=port):
            await answers.arrived.get()
            put(engine, clock, "message-2-1", subject="zweite")
            assert await answers.arrived.get() == "zweite"
            stop.set()
            await loop
    assert notes.get_nowait() == "mail leaves again"
    assert outbox.waiting(engine) == []


async def test_a_database_that_fails_does_not_end_the_loop(
    engine: Engine, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "UNREACHABLE_PAUSE_S", 0.01)
    monkeypatch.setattr(delivery, "POLL_S", 0.01)
    claim, failures = outbox.claim, iter([StoreError("database locked")])

    def fails_once(*arguments: Any) -> Mail | None:
        for error in failures:
            raise error
        return claim(*arguments)

    monkeypatch.setattr(outbox, "claim", fails_once)
    stop, answers, notes = asyncio.Event(), Answers(), list[str]()
    put(engine, clock)
    async with mail_server(answers) as port, asyncio.timeout(20):
        loop = asyncio.create_task(run_mail(settings(port), engine, stop, notes.append))
        await answers.arrived.get()
        stop.set()
        await loop
    assert notes[1:] == ["mail waits: database locked", "mail leaves again"]


def test_no_delivery_takes_longer_than_its_lease() -> None:
    assert timedelta(seconds=delivery.LONGEST_DELIVERY_S) < LEASE


async def test_a_mail_whose_address_no_server_could_take(engine: Engine, clock: Clock) -> None:
    put(engine, clock, to="ämter@stadt.example")
    answers = Answers()
    async with mail_server(answers) as port:
        assert (await deliver_due(settings(port), engine)).failed == 1
    assert "ämter@stadt.example" in only(engine).last_error or "E-Mail" in only(engine).last_error


async def test_send_leaves_no_connection_open(engine: Engine, clock: Clock) -> None:
    answers = Answers()
    put(engine, clock)
    async with mail_server(answers) as port:
        await send(settings(port), only(engine))
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    assert left == []
