"""A real mail server (aiosmtpd) in the test's own event loop, whose answers the test chooses."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from programs import require


@dataclass
class Answers:
    """The handler: what the server says where it does not accept, and what it has accepted."""

    mail: str = ""
    rcpt: str = ""
    data: str = ""
    accepts_after_s: float = 0.0
    recipients: dict[str, str] = field(default_factory=dict)
    """Answers for single recipients."""
    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    arrived: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    """Subjects as they come, to wait for."""

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mail:
            return self.mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if answer := self.recipients.get(address, self.rcpt):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.data:
            return self.data
        await asyncio.sleep(self.accepts_after_s)
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        self.arrived.put_nowait(message["Subject"])
        self.envelopes.append((envelope.mail_from or "", envelope.rcpt_tos))
        self.encrypted.append(session.ssl is not None)
        return "250 OK"

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        is_right = data.password == b"richtig"
        return AuthResult(success=is_right, handled=is_right)


@asynccontextmanager
async def serving(
    protocol: Callable[[], asyncio.BaseProtocol], port: int = 0, context: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Any server on loopback; its port."""
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", port, ssl=context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def mail_server(
    answers: Answers,
    *,
    port: int = 0,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[int]:
    """A mail server that listens on the port that is given back; ``tls`` from the first byte, or after STARTTLS."""

    def protocol() -> SMTP:
        return SMTP(
            answers,
            hostname="mail.stadt.example",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=answers.authenticate,
            auth_require_tls=tls is None,
        )

    async with serving(protocol, port, tls) as listening:
        yield listening


def certificate(folder: Path, name: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """A server's side with a self-made certificate for ``name``, and that certificate as a file."""
    folder.mkdir(exist_ok=True)
    pem, key = folder / "cert.pem", folder / "key.pem"
    command = [
        *(require("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", str(key), "-out", str(pem)),
    ]
    subprocess.run(command, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    return context, pem
