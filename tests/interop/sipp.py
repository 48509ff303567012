"""SIPp as a caller or a desk; its scenarios are in ``sipp/``, put together from what is in ``sipp/parts/``."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ear import Ear
from programs import Line, require
from voicebot.ports import free_port

SCENARIOS = Path(__file__).with_name("sipp")
LIMIT_S = 60
"""Longest run of a scenario."""
POLL_S = 0.02
_media_ports = iter(range(12_000, 19_996, 4))


@dataclass(kw_only=True)
class Played:
    """One run of a scenario, and what the wire says of it."""

    id: str
    """How the Call-IDs of the run begin, if it is the caller's."""
    port: int
    """SIPp's own."""
    ear: Ear
    messages: Path
    """SIPp's log of what it sent and received."""
    process: subprocess.Popen[str]

    def received(self, status_or_method: str) -> str:
        """The first message of that status (``200``) or method (``REFER``) which the bot sent."""
        for message in self._received():
            start = message.split("\n", 1)[0].split(" ")
            if status_or_method in start[:2]:
                return message
        raise AssertionError(f"no {status_or_method} came from the bot\n{self.messages.read_text()}")

    def wait_until_sent(self, method: str) -> None:
        """Wait until SIPp has sent a request."""
        for _ in range(int(LIMIT_S / POLL_S)):
            if self.messages.exists() and f"\n{method} sip:" in self.messages.read_text(encoding="utf-8"):
                return
            time.sleep(POLL_S)
        raise AssertionError(f"SIPp sent no {method}")

    def answered_codecs(self) -> list[str]:
        """Encoding names on the audio line of the bot's SDP, without telephone events."""
        message = self.received("200")
        audio = re.search(r"^m=audio \d+ \S+ ([\d ]+)$", message, re.MULTILINE)
        assert audio is not None, message
        names = dict(re.findall(r"^a=rtpmap:(\d+) ([^/\s]+)", message, re.MULTILINE))
        codecs = [names[payload] for payload in audio.group(1).split()]
        return [codec for codec in codecs if codec != "telephone-event"]

    def _received(self) -> list[str]:
        log = self.messages.read_text(encoding="utf-8").replace("\r", "")
        return re.findall(r"message received \[\d+\] bytes :\n\n(.*?)(?=\n-{20,}|\Z)", log, re.DOTALL)

    def finish(self) -> None:
        """Wait until the scenario has been played; it must have gone as written."""
        out, _ = self.process.communicate(timeout=LIMIT_S + 10)
        if self.process.returncode != 0:
            log = self.messages.read_text(encoding="utf-8") if self.messages.exists() else ""
            raise AssertionError(f"SIPp ended with status {self.process.returncode}\n{out}\n{log[-6000:]}")


@dataclass(kw_only=True)
class Sipp(Played):
    """One run against a line, and what that says of it."""

    line: Line

    def wait_for(self, event: str, timeout: float = 30.0, **details: Any) -> dict[str, Any]:
        return self.line.wait_for(event, timeout, call=self.id, **details)

    def events(self, event: str | None = None, **details: Any) -> list[dict[str, Any]]:
        return self.line.events(event, call=self.id, **details)

    def said_after(self, event: str, **details: Any) -> str:
        """What the bot began to say first after an event."""
        since = self.wait_for(event, **details)
        journal = self.events()
        later = (entry["text"] for entry in journal[journal.index(since) :] if entry["event"] == "says")
        return next(later, "")

    def finish(self) -> None:
        """Wait until the scenario has been played; it must have gone as written, on both sides."""
        try:
            super().finish()
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.line.tail()}") from None
        for entry in self.events("established"):
            self.line.wait_for("ended", 5, call=entry["call"])


def free_media_port() -> int:
    """A port with the three behind it free: SIPp takes them for audio, video and both kinds of RTCP.

    Below those that the kernel gives away, where another program could be given one before SIPp binds it.
    """
    for port in _media_ports:
        with contextlib.ExitStack() as held:
            try:
                for each in range(port, port + 4):
                    held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)).bind(("127.0.0.1", each))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free for SIPp's media")


@contextmanager
def sipp(
    scenario: str,
    line: Line,
    folder: Path,
    *,
    codecs: str = "8 101",
    calls: int = 1,
    transport: str = "u1",
    to: str = "",
) -> Iterator[Sipp]:
    """Ring a line while the block runs; afterwards the scenario must have succeeded.

    ``codecs`` are the payload types that are offered, ``to`` is where to ring if that is not the line itself.
    """
    address = to or f"{line.host}:{line.port}"
    with _played(scenario, folder, address, codecs=codecs, calls=calls, transport=transport) as played:
        run = Sipp(**played, line=line)
        yield run
        run.finish()


@contextmanager
def peer(
    scenario: str, folder: Path, to: str = "", *, codecs: str = "8 101", port: int = 0, **keys: str
) -> Iterator[Played]:
    """A caller who rings ``to``, or a desk, while the block runs; afterwards the scenario must have succeeded.

    ``port`` is SIPp's own; 0: any. ``keys`` are further keywords of the scenario: ``answer="486 Busy Here"`` replaces
    ``[answer]``.
    """
    with _played(scenario, folder, to, codecs=codecs, port=port, **keys) as played:
        run = Played(**played)
        yield run
        run.finish()


@contextmanager
def _played(
    scenario: str, folder: Path, to: str, *, calls: int = 1, transport: str = "u1", port: int = 0, **keys: str
) -> Iterator[dict[str, Any]]:
    """SIPp at work on a scenario, as the fields of :class:`Played`; ended with the block."""
    program = require("sipp")
    identity = f"{scenario}-{uuid.uuid4().hex[:8]}"
    file, messages = folder / f"{identity}.xml", folder / f"{identity}.log"
    port = port or free_port()
    with Ear() as ear:
        text = _expand((SCENARIOS / f"{scenario}.xml").read_text(encoding="utf-8"))
        # By us: SIPp wants to see the status codes before it knows its keywords.
        for name, value in {"ear_port": str(ear.port), "events": "101", **keys}.items():
            text = text.replace(f"[{name}]", value)
        file.write_text(text, encoding="utf-8")
        command = [
            program, *([to, "-cid_str", f"{identity}-%u@%s"] if to else []), "-sf", str(file), "-m", str(calls),
            "-r", "20", "-t", transport, "-i", "127.0.0.1", "-p", str(port), "-mp", str(free_media_port()),
            "-s", "voicebot", "-nostdin", "-timeout", str(LIMIT_S), "-timeout_error",
            "-trace_msg", "-message_file", str(messages),
        ]  # fmt: skip
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        try:
            yield {"id": identity, "port": port, "ear": ear, "messages": messages, "process": process}
        finally:
            process.kill()
            process.communicate()


def _expand(scenario: str) -> str:
    """Put the parts in: ``<include part="refer" answer="202 Accepted"/>``, in which it replaces ``[answer]``."""

    def part(include: re.Match[str]) -> str:
        values = dict(re.findall(r'(\w+)="([^"]*)"', include.group(1)))
        text = (SCENARIOS / "parts" / f"{values.pop('part')}.xml").read_text(encoding="utf-8")
        for name, value in values.items():
            text = text.replace(f"[{name}]", value)
        return _expand(text.rstrip("\n"))

    return re.sub(r"^ *<include ([^>]*)/>", part, scenario, flags=re.MULTILINE)
