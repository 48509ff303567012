"""A telephone of bare sockets: a minimal SIP dialog and RTP with the kernel's own receive times.

Independent of PJSIP on purpose: what it measures is what is on the wire (RFC 3261, RFC 3550, G.711 A-law). The kernel
stamps a packet when it arrives, so it does not matter when this process comes to read it. For benchmarks and tests.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SAMPLES = 160
"""20 ms at 8 kHz."""
ANSWER_S = 5.0
"""How long an answer to a request is waited for."""
MOST_RETURNING = 50
"""Packets of an echo under way: a second's."""
_SO_TIMESTAMPNS = 35

Address = tuple[str, int]
"""IPv4 address and UDP port."""
Join = Callable[[Address, Address], None]
"""Told a caller's and a bot's media addresses."""


class TelephoneError(Exception):
    """The other side refuses, or does not answer in time."""


@dataclass(frozen=True)
class Packet:
    at: float
    """Seconds, when the kernel received it."""
    sequence: int
    timestamp: int
    payload_type: int
    payload: bytes


@dataclass(frozen=True)
class Echo:
    """What comes back of the other side's voice: from a hybrid, or from a loudspeaker into the microphone."""

    return_loss_db: float
    """How far below what was heard (ITU-T G.122)."""
    delay_ms: float


class Telephone:
    """Rings, sends PCMA, and keeps every RTP packet that comes back.

    Blocks its caller and has threads of its own. Where a relay for media is given, its address stands in the SDP, and
    media go there; ``join`` tells it who speaks through it. With an ``echo`` the other side hears itself.
    """

    def __init__(
        self,
        host: str,
        port: int,
        relay: Address | None = None,
        join: Join | None = None,
        echo: Echo | None = None,
    ) -> None:
        self._bot = (host, port)
        self._relay = relay
        self._join = join
        self._echo = echo
        self._returning: deque[tuple[float, NDArray[np.int32]]] = deque(maxlen=MOST_RETURNING)
        """When a packet's echo is due, on the monotonic clock, and its samples."""
        self._sip = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sip.bind(("127.0.0.1", 0))
        self._rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._rtp.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self._rtp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self._rtp.bind(("127.0.0.1", 0))
        self._rtp.settimeout(0.2)
        self.call_id = f"{uuid.uuid4()}@127.0.0.1"
        self._tag = uuid.uuid4().hex[:8]
        self._to = f"<sip:939@{host}:{port}>"
        self.packets: list[Packet] = []
        self.acknowledged = 0.0
        """Seconds (wall clock), when our ACK was sent."""
        self.last_sent = 0.0
        self.requests: dict[str, str] = {}
        """The bot's own requests by method, such as its REFER."""
        self._ended = threading.Event()
        self._speech = b""
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Telephone:
        return self

    def __exit__(self, *_: object) -> None:
        self.hang_up()

    def ring(self) -> None:
        """INVITE, wait for the answer, ACK; media flow from here on. Raises TelephoneError."""
        ours: Address = self._rtp.getsockname()
        host, port = self._relay or ours
        body = (
            f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
            f"m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
            "a=fmtp:101 0-16\r\na=ptime:20\r\n"
        )
        self._request("INVITE", 1, body)
        answer = self._response(200, "INVITE")
        to = re.search(r"^To: *(.*)$", answer, re.MULTILINE | re.IGNORECASE)
        media = re.search(r"^m=audio (\d+)", answer, re.MULTILINE)
        if to is None or media is None:
            raise TelephoneError("the answer to our INVITE has no To or no audio")
        self._to = to[1].strip()
        theirs = (self._bot[0], int(media[1]))
        self._media = self._relay or theirs
        if self._join is not None:
            self._join(ours, theirs)
        self._request("ACK", 1)
        self.acknowledged = time.time()
        self._threads = [
            threading.Thread(target=run, daemon=True) for run in (self._send, self._receive, self._signalling)
        ]
        for thread in self._threads:
            thread.start()

    def say(self, pcm_16k: bytes) -> None:
        """Send speech after what is being sent; silence is sent otherwise."""
        samples = np.frombuffer(pcm_16k, "<i2").astype(np.int32)
        narrow = (samples[0::2][: len(samples) // 2] + samples[1::2][: len(samples) // 2]) // 2
        with self._lock:
            self._speech += alaw(narrow)

    @property
    def ended(self) -> bool:
        """Whether one side has hung up."""
        return self._ended.is_set()

    @property
    def speaking(self) -> bool:
        with self._lock:
            return bool(self._speech)

    def heard(self) -> NDArray[np.int32]:
        """What came back so far, as 8 kHz samples, lost packets filled with silence."""
        packets = sorted(self.packets, key=lambda packet: packet.timestamp)
        if not packets:
            return np.zeros(0, np.int32)
        first = packets[0].timestamp
        samples = np.zeros(packets[-1].timestamp - first + SAMPLES, np.int32)
        for packet in packets:
            start = packet.timestamp - first
            samples[start : start + len(packet.payload)] = linear(packet.payload)
        return samples

    def heard_sound(self, since: int = 0) -> bool:
        """Whether any packet from that number on is more than silence."""
        return any(np.abs(linear(packet.payload)).max() > 500 for packet in self.packets[since:])

    def wait_for_silence(self, seconds: float, timeout: float) -> None:
        """Until nothing has been heard for so long. Raises TelephoneError."""
        deadline = time.monotonic() + timeout
        while self.heard_sound(max(0, len(self.packets) - round(seconds * 50))):
            if time.monotonic() >= deadline:
                raise TelephoneError(f"the bot does not stop speaking within {timeout:g} s")
            time.sleep(0.05)

    def wait_for_request(self, method: str, timeout: float) -> str:
        """A request of the bot's, whether it has come already or is to come. Raises TelephoneError."""
        deadline = time.monotonic() + timeout
        while method not in self.requests:
            if time.monotonic() >= deadline:
                raise TelephoneError(f"no {method} within {timeout:g} s")
            time.sleep(0.02)
        return self.requests[method]

    def hang_up(self) -> None:
        """BYE, where the other side has not sent one, and give the sockets back. Raises TelephoneError."""
        hung_up, called = self._ended.is_set(), bool(self._threads)
        self._ended.set()
        for thread in self._threads:
            thread.join(2)
        try:
            if called and not hung_up:
                self._request("BYE", 2)
                self._response(200, "BYE")
        finally:
            self._sip.close()
            self._rtp.close()

    def _request(self, method: str, number: int, body: str = "") -> None:
        host, port = self._sip.getsockname()
        lines = [
            f"{method} sip:939@{self._bot[0]}:{self._bot[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{uuid.uuid4().hex}",
            f"From: <sip:0286155500@{host}>;tag={self._tag}",
            f"To: {self._to}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {number} {method}",
            f"Contact: <sip:0286155500@{host}:{port}>",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self._sip.sendto(("\r\n".join(lines) + "\r\n\r\n" + body).encode(), self._bot)

    def _response(self, code: int, method: str) -> str:
        self._sip.settimeout(ANSWER_S)
        while True:
            try:
                text = self._sip.recv(65535).decode(errors="replace")
            except TimeoutError:
                raise TelephoneError(f"no answer to {method} within {ANSWER_S:g} s") from None
            if text.startswith(f"SIP/2.0 {code} ") and re.search(rf"^CSeq: *\d+ {method}", text, re.MULTILINE):
                return text
            if text.startswith("SIP/2.0") and int(text[8:11]) >= 300:
                raise TelephoneError(text.partition("\r\n")[0])

    def _signalling(self) -> None:
        """Answer the bot's own requests, such as its BYE."""
        self._sip.settimeout(0.2)
        while not self._ended.is_set():
            try:
                text = self._sip.recv(65535).decode(errors="replace")
            except TimeoutError:
                continue
            if " SIP/2.0\r\n" not in text:
                # A response, or the RTCP of another telephone, whose RTP port is one below this socket's.
                continue
            kept = [
                line for line in text.split("\r\n") if re.match(r"(Via|From|To|Call-ID|CSeq):", line, re.IGNORECASE)
            ]
            self._sip.sendto("\r\n".join(["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]).encode(), self._bot)
            self.requests[text.partition(" ")[0]] = text
            if text.startswith("BYE"):
                self._ended.set()

    def _send(self) -> None:
        sequence, timestamp, silence = 0, 0, alaw(np.zeros(SAMPLES, np.int32))
        due = time.monotonic()
        while not self._ended.is_set():
            with self._lock:
                payload, self._speech = self._speech[:SAMPLES], self._speech[SAMPLES:]
            if payload:
                self.last_sent = time.time()
            packet = struct.pack("!BBHII", 0x80, 8, sequence & 0xFFFF, timestamp, 0x1234)
            self._rtp.sendto(packet + self._with_echo(payload.ljust(SAMPLES, silence[:1])), self._media)
            sequence, timestamp = sequence + 1, timestamp + SAMPLES
            due += 0.02
            self._ended.wait(max(0.0, due - time.monotonic()))

    def _with_echo(self, payload: bytes) -> bytes:
        with self._lock:
            returned = None
            while self._returning and self._returning[0][0] <= time.monotonic():
                # Of several that are due the last one counts: after a burst an echo must not stay late.
                _, returned = self._returning.popleft()
        return payload if returned is None else alaw(linear(payload) + returned)

    def _receive(self) -> None:
        while not self._ended.is_set():
            try:
                data, ancillary, _, _ = self._rtp.recvmsg(2048, 64)
            except TimeoutError:
                continue
            seconds, nanoseconds = struct.unpack("qq", ancillary[0][2][:16])
            _, kind, sequence, timestamp = struct.unpack("!BBHI", data[:8])
            at = seconds + nanoseconds / 1e9
            packet = Packet(at, sequence, timestamp, kind & 0x7F, data[12:])
            self.packets.append(packet)
            if self._echo is not None and len(packet.payload) == SAMPLES:
                returned = (linear(packet.payload) * 10 ** (-self._echo.return_loss_db / 20)).astype(np.int32)
                with self._lock:
                    self._returning.append((time.monotonic() + self._echo.delay_ms / 1000, returned))


def _alaw_table() -> NDArray[np.int32]:
    """The 256 linear values of A-law (ITU-T G.711, table 1a), 16 bit."""
    values = []
    for code in range(256):
        inverted = code ^ 0x55
        exponent, mantissa = (inverted >> 4) & 7, inverted & 15
        magnitude = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
        values.append(magnitude if inverted & 0x80 else -magnitude)
    return np.array(values, np.int32)


_TABLE = _alaw_table()
_ORDER = np.argsort(_TABLE)


def linear(payload: bytes) -> NDArray[np.int32]:
    return _TABLE[np.frombuffer(payload, np.uint8)]


def alaw(samples: NDArray[np.int32]) -> bytes:
    """The nearest A-law code of each sample."""
    ordered = _TABLE[_ORDER]
    right = np.clip(np.searchsorted(ordered, samples), 1, 255)
    nearer = right - (samples - ordered[right - 1] < ordered[right] - samples)
    return _ORDER[nearer].astype(np.uint8).tobytes()
