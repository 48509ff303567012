"""The media side of SIPp: a socket that hears the bot's RTP, and can send keys and a tone (RFC 3550, RFC 4733)."""

from __future__ import annotations

import socket
import struct
import threading
import time
from dataclasses import dataclass
from types import TracebackType

import numpy as np

from telephony.bare import alaw, linear
from tones import hum, pitch

PCMA = 8
TELEPHONE_EVENT = 101
LOUD = 1000
"""Peak sample from which a G.711 packet is speech and not comfort noise."""
PACKET_S = 0.02
EVENT_TICKS = 160
"""RTP clock ticks (8 kHz) between two packets of an event."""


@dataclass(frozen=True)
class Packet:
    at: float
    """Wall clock, as the journal's ``at``."""
    payload_type: int
    payload: bytes

    @property
    def loud(self) -> bool:
        """Whether an A-law packet holds speech."""
        return self.payload_type == PCMA and int(np.abs(linear(self.payload)).max()) >= LOUD


class Ear:
    def __init__(self) -> None:
        self.packets: list[Packet] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self.port: int = self._socket.getsockname()[1]
        self._far: tuple[str, int] | None = None
        self._news = threading.Condition()
        self._closed = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._hummer: threading.Thread | None = None

    def __enter__(self) -> Ear:
        self._reader.start()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._closed.set()
        self._reader.join()
        if self._hummer is not None:
            self._hummer.join()
        self._socket.close()

    def _read(self) -> None:
        while not self._closed.is_set():
            try:
                data, source = self._socket.recvfrom(2048)
            except TimeoutError:
                continue
            with self._news:
                self._far = source
                self.packets.append(Packet(time.time(), data[1] & 0x7F, data[12:]))
                self._news.notify_all()

    def wait_for_packet(self, timeout: float = 10.0) -> None:
        """Wait for the bot's first packet: from then on its address is known."""
        with self._news:
            assert self._news.wait_for(lambda: self.packets, timeout), "no RTP came from the bot"

    def between(self, start: float, end: float) -> list[Packet]:
        """What came in a span of wall-clock time."""
        return [packet for packet in list(self.packets) if start <= packet.at < end]

    def wait_for_pitch(self, hz: int, timeout: float = 10.0) -> None:
        """Wait until the last 0.2 s that came are a tone of that frequency; 0 for silence."""

        def heard() -> bool:
            latest = [packet.payload for packet in self.packets[-10:] if packet.payload_type == PCMA]
            return len(latest) == 10 and pitch(linear(b"".join(latest)), 8000) == hz

        with self._news:
            assert self._news.wait_for(heard, timeout), f"{hz} Hz were not heard"

    def hum(self, hz: int) -> None:
        """Send a tone from now on."""
        self.wait_for_packet()
        self._hummer = threading.Thread(target=self._hum, args=(alaw(hum(hz, rate=8000)),), daemon=True)
        self._hummer.start()

    def _hum(self, second: bytes) -> None:
        due, number = time.monotonic(), 0
        while not self._closed.wait(max(0.0, due - time.monotonic())):
            assert self._far is not None
            at = number * EVENT_TICKS
            header = struct.pack("!BBHII", 0x80, PCMA, number & 0xFFFF, at, 0xCA11)
            self._socket.sendto(header + second[at % 8000 :][:EVENT_TICKS], self._far)
            due, number = due + PACKET_S, number + 1

    def press(self, key: int, payload_type: int = TELEPHONE_EVENT) -> None:
        """Send one key as telephone events: begin, 60 ms, and the end three times (RFC 4733, section 2.5.1.4)."""
        self.wait_for_packet()
        assert self._far is not None
        durations = [EVENT_TICKS, 2 * EVENT_TICKS, 3 * EVENT_TICKS] + 3 * [4 * EVENT_TICKS]
        for sequence, duration in enumerate(durations):
            end = sequence >= 3
            header = struct.pack("!BBHII", 0x80, payload_type | (0x80 if sequence == 0 else 0), sequence, 160, 0x5EED)
            event = struct.pack("!BBH", key, (0x80 if end else 0) | 10, duration)
            self._socket.sendto(header + event, self._far)
            time.sleep(PACKET_S)
