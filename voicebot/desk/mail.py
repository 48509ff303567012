"""Mail on its way: what is in the outbox is handed to the mail server, one at a time.

A mail counts as sent when the server has said so (RFC 5321, 4.2.5); everything before is tried again. How the rare
second copy can come about is told in :mod:`voicebot.desk.outbox`; that a slow server's acceptance is missed is made
unlikely by waiting for it as long as RFC 5321 (4.5.3.2.6) asks, ten minutes.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

import aiosmtplib
from sqlalchemy import Engine

from voicebot.catalogue.store import StoreError
from voicebot.desk import outbox
from voicebot.desk.messages import escalate_due
from voicebot.desk.outbox import Mail
from voicebot.settings import Mail as MailSettings
from voicebot.settings import SettingsError

log = logging.getLogger(__name__)

POLL_S = 5.0
"""How often the outbox is looked at: what is due leaves within so many seconds."""
UNREACHABLE_PAUSE_S = 60.0
"""While the server cannot be reached, no other mail is tried for so long."""
BEFORE_DATA_S = 120.0
"""Longest time from connecting to the end of a mail's text, whatever the server does."""
ACCEPTANCE_S = 600.0
LONGEST_DELIVERY_S = BEFORE_DATA_S + ACCEPTANCE_S
"""Less than :data:`.outbox.LEASE`."""
QUIT_S = 2.0
"""How long a server that has taken a mail may take to say goodbye."""
_PERMANENT = range(500, 600)
_SEVEN_BIT = SMTP.clone(cte_type="7bit")
"""Old servers take nothing else."""


def now() -> datetime:
    return datetime.now(UTC)


class Unsendable(Exception):  # noqa: N818 - not an error of ours, a result
    """A mail that did not leave; the message says why, in German."""

    def __init__(self, reason: str, *, is_final: bool = False, is_servers: bool = False) -> None:
        super().__init__(" ".join(reason.split()))
        self.is_final = is_final
        """Whether the server will never take it as it is."""
        self.is_servers = is_servers
        """Whether it is about the server, and other mails would fare no better."""


@dataclass(frozen=True)
class Round:
    """What one look at the outbox came to."""

    sent: int = 0
    failed: int = 0
    unreachable: str = ""
    """Why the mail server cannot be used; empty if it can."""


async def run_mail(settings: MailSettings, engine: Engine, stop: asyncio.Event, note: Callable[[str], None]) -> None:
    """Deliver what is queued, and tell of what is overdue, until ``stop``. A mail under way is finished first."""
    note(f"mail goes to {settings.host}:{settings.port}")
    complaint = ""
    while not stop.is_set():
        pause = POLL_S
        try:
            await asyncio.to_thread(escalate_due, engine, now(), settings.escalate_to)
            await asyncio.to_thread(outbox.forget_sent, engine, now())
            trouble = (await deliver_due(settings, engine, stop)).unreachable
        except StoreError as error:
            trouble = str(error)
        if trouble:
            pause = UNREACHABLE_PAUSE_S
        if trouble != complaint:
            note(f"mail waits: {trouble}" if trouble else "mail leaves again")
            complaint = trouble
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)


async def deliver_due(settings: MailSettings, engine: Engine, stop: asyncio.Event | None = None) -> Round:
    """Try each mail that is due now, once; none after the first that shows the server to be unusable.

    :raises StoreError: the database failed
    """
    began = now()
    done = Round()
    while not (stop and stop.is_set()):
        mail = await asyncio.to_thread(outbox.claim, engine, began)
        if mail is None:
            break
        trouble = await _try(settings, mail)
        if trouble is None:
            await asyncio.to_thread(outbox.mark_sent, engine, mail, now())
            done = Round(done.sent + 1, done.failed)
            continue
        log.warning("mail %s did not leave: %s", mail.key, trouble)
        await asyncio.to_thread(outbox.mark_failed, engine, mail, str(trouble), now(), is_final=trouble.is_final)
        done = Round(done.sent, done.failed + 1, str(trouble) if trouble.is_servers else "")
        if trouble.is_servers:
            break
    return done


async def _try(settings: MailSettings, mail: Mail) -> Unsendable | None:
    """Why a mail did not leave; None where it has."""
    try:
        await send(settings, mail)
    except Unsendable as error:
        return error
    except Exception as error:
        # One mail that nobody foresaw must not keep the others.
        log.exception("mail %s", mail.key)
        return Unsendable(f"unerwarteter Fehler: {type(error).__name__}: {error}")
    return None


async def send(settings: MailSettings, mail: Mail) -> None:
    """Hand one mail to the server; it has taken it when this returns.

    :raises Unsendable: it has not, or did not say so
    """
    try:
        context = tls_context(settings)
    except SettingsError as error:
        raise Unsendable(str(error), is_servers=True) from None
    try:
        content = compose(settings, mail).as_bytes()
    except ValueError as error:
        raise Unsendable(f"nicht als E-Mail zu schreiben: {error}", is_final=True) from None
    smtp = aiosmtplib.SMTP(
        hostname=settings.host,
        port=settings.port,
        timeout=settings.timeout_s,
        use_tls=settings.security == "tls",
        start_tls=False,
        tls_context=context,
        # Not this machine's name, for which a name server may have to be asked.
        local_hostname=settings.sender.rpartition("@")[2],
    )
    try:
        async with asyncio.timeout(BEFORE_DATA_S) as limit:
            await _connect(settings, smtp)
            await _envelope(settings, smtp, mail)
            limit.reschedule(asyncio.get_running_loop().time() + ACCEPTANCE_S)
            await _data(smtp, content)
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await smtp.quit(timeout=QUIT_S)
    except (TimeoutError, aiosmtplib.SMTPTimeoutError):
        raise Unsendable(f"{_where(settings)} antwortet nicht", is_servers=True) from None
    except (aiosmtplib.SMTPException, OSError) as error:
        raise Unsendable(_trouble(settings, error), is_servers=True) from None
    finally:
        smtp.close()


def tls_context(settings: MailSettings) -> ssl.SSLContext | None:
    """What the mail server's certificate is verified with; None without encryption.

    :raises SettingsError: ``mail.tls_ca`` cannot be used
    """
    if settings.security == "none":
        return None
    try:
        return ssl.create_default_context(cafile=settings.tls_ca)
    except OSError as error:
        reason = error.strerror or error
        raise SettingsError(f"mail.tls_ca = {settings.tls_ca}: no readable PEM file ({reason})") from None


def compose(settings: MailSettings, mail: Mail) -> EmailMessage:
    """The mail as it is sent. :class:`~email.message.EmailMessage` lets no header grow a second line.

    :raises ValueError: recipient or subject cannot be a header
    """
    message = EmailMessage(policy=_SEVEN_BIT)
    message["From"] = settings.sender
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    message["Message-ID"] = f"<{mail.message_id}@{settings.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notice answers it
    message.set_content(mail.body)
    return message


async def _connect(settings: MailSettings, smtp: aiosmtplib.SMTP) -> None:
    try:
        await smtp.connect()
        if settings.security == "starttls":
            await smtp.ehlo()
            if not smtp.supports_extension("starttls"):
                reason = f"{_where(settings)} bietet kein STARTTLS an: mail.security prüfen"
                raise Unsendable(reason, is_servers=True)
            await smtp.starttls(server_hostname=settings.host)
        if settings.username:
            await smtp.login(settings.username, settings.password)
    except aiosmtplib.SMTPAuthenticationError as error:
        reason = f"{_where(settings)} nimmt Benutzername oder Passwort nicht an: {_said(error)}"
        raise Unsendable(reason, is_servers=True) from None
    except aiosmtplib.SMTPResponseException as error:
        raise Unsendable(f"{_where(settings)} nimmt keine Verbindung an: {_said(error)}", is_servers=True) from None


async def _envelope(settings: MailSettings, smtp: aiosmtplib.SMTP, mail: Mail) -> None:
    try:
        await smtp.mail(settings.sender)
    except aiosmtplib.SMTPResponseException as error:
        raise _refusal(f"Absender {settings.sender} abgelehnt", error) from None
    try:
        await smtp.rcpt(mail.recipient)
    except aiosmtplib.SMTPResponseException as error:
        raise _refusal(f"Empfänger {mail.recipient} abgelehnt", error) from None
    except ValueError as error:
        raise Unsendable(f"Empfänger {mail.recipient} ist keine Adresse: {error}", is_final=True) from None


async def _data(smtp: aiosmtplib.SMTP, content: bytes) -> None:
    try:
        await smtp.data(content, timeout=ACCEPTANCE_S)
    except aiosmtplib.SMTPResponseException as error:
        raise _refusal("Text abgelehnt", error) from None


def _refusal(what: str, error: aiosmtplib.SMTPResponseException) -> Unsendable:
    return Unsendable(f"{what}: {_said(error)}", is_final=error.code in _PERMANENT)


def _said(error: aiosmtplib.SMTPResponseException) -> str:
    return f"{error.code} {error.message}"


def _where(settings: MailSettings) -> str:
    return f"{settings.host}:{settings.port}"


def _trouble(settings: MailSettings, error: BaseException) -> str:
    """What the operating system or TLS said, which the library wraps in words of its own."""
    causes: list[BaseException] = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None and cause not in causes:
        causes.append(cause)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"{_where(settings)} hat ein Zertifikat, dem nicht zu trauen ist: {cause.verify_message}"
        if isinstance(cause, ssl.SSLError):
            return f"{_where(settings)}: Verschlüsselung scheitert: {cause.reason or cause}"
    return f"{_where(settings)} ist nicht zu erreichen: {causes[-1]}"
