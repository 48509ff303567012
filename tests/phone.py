"""A telephone on PJSIP in a process of its own: hums a tone, and tells as lines of JSON what happens and what it hears.

``python tests/phone.py --port 5070 --tone 440 --ring 0.2 --code 200`` is rung; with ``--dial`` it rings. It follows
REFER and Replaces, as telephones do.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from programs import Program
from telephony.audio import FRAME_BYTES, RATE
from telephony.call import Call
from telephony.endpoint import Endpoint
from telephony.events import CallEnded, Digit, Established, Frame, Held, Referred, Replaced, Ringing
from telephony.settings import SipSettings
from telephony.sipcall import SipCall

WINDOW = 10
"""Frames of 20 ms over which a tone is looked for."""
LOUD = 500
"""Mean magnitude of samples from which something is heard."""


def tone(hz: int, seconds: float = 1.0) -> bytes:
    t = np.arange(round(RATE * seconds)) / RATE
    return (8000 * np.sin(2 * np.pi * hz * t)).astype("<i2").tobytes()


def pitch(pcm: bytes) -> int:
    """The strongest frequency, Hz, to the nearest 20; 0 for silence."""
    samples = np.frombuffer(pcm, "<i2").astype(float)
    if np.abs(samples).mean() < LOUD:
        return 0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return round(float(np.argmax(spectrum)) * RATE / len(samples) / 20) * 20


class Hearing:
    """What a leg hears: the frequency, each time that another one has been there for two windows."""

    def __init__(self) -> None:
        self._pcm = b""
        self._before = -1
        self.hz = -1

    def push(self, pcm: bytes) -> bool:
        """Whether that is news."""
        self._pcm += pcm
        if len(self._pcm) < WINDOW * FRAME_BYTES:
            return False
        hz, self._pcm = pitch(self._pcm), b""
        news = hz == self._before and hz != self.hz
        self._before = hz
        if news:
            self.hz = hz
        return news


class Telephone:
    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._talks: set[asyncio.Task[None]] = set()
        self._legs = 0

    def tell(self, event: str, **details: Any) -> None:
        print(json.dumps({"event": event, **details}), flush=True)

    def take(self, call: SipCall) -> None:
        self._begin(self._rung(call))

    def _begin(self, talk: Any) -> None:
        task = asyncio.create_task(talk)
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)

    async def _rung(self, call: SipCall) -> None:
        self.tell("rings", caller=call.remote, dialled=call.local)
        ringing = asyncio.create_task(self._answer(call))
        try:
            await self.talk(call)
        finally:
            ringing.cancel()

    async def _answer(self, call: SipCall) -> None:
        await call.answer(180)
        await asyncio.sleep(self._options.ring)
        if self._options.code:
            await call.answer(self._options.code)

    async def talk(self, call: Call) -> None:
        leg, self._legs = self._legs, self._legs + 1
        hearing, hum, frames = Hearing(), tone(self._options.tone), 0
        established = False
        while True:
            match await call.next_event():
                case Frame(heard):
                    if not established:
                        continue
                    frames += 1
                    if not call.playing:
                        call.play(hum)
                    if hearing.push(heard):
                        self.tell("hears", leg=leg, hz=hearing.hz)
                    if self._options.press and frames == round(self._options.press_after * 50):
                        await call.send_digits(self._options.press)
                    if self._options.hang_up_after and frames == round(self._options.hang_up_after * 50):
                        await call.hang_up()
                case Ringing(code):
                    self.tell("ringing", leg=leg, code=code)
                case Established(codec):
                    established = True
                    self.tell("established", leg=leg, codec=codec)
                case Digit(digit):
                    self.tell("digit", leg=leg, digit=digit)
                case Held(held):
                    self.tell("held", leg=leg, held=held)
                case Referred(target, new):
                    self.tell("referred", leg=leg, target=target)
                    self._begin(self.talk(new))
                case Replaced(remote):
                    self.tell("replaced", leg=leg, remote=remote)
                case CallEnded(code, reason):
                    self.tell("ended", leg=leg, code=code, reason=reason)
                    return


async def run(options: argparse.Namespace) -> None:
    telephone = Telephone(options)
    settings = SipSettings(
        host="127.0.0.1",
        udp_port=options.port,
        tcp_port=None,
        rtp_port=options.rtp_port,
        user=options.user,
        follow_transfers=True,
    )
    endpoint = Endpoint(settings, telephone.take)
    await endpoint.start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    telephone.tell("ready")
    try:
        if options.dial:
            telephone._begin(telephone.talk(await endpoint.dial(options.dial)))
        await stop.wait()
    finally:
        await endpoint.stop()


class Phone(Program):
    """That telephone as tests see it."""

    def __init__(self, port: int, rtp_port: int, *arguments: str, **options: object) -> None:
        """``Phone(5070, 20_000, tone=440, code=486)``"""
        self.told: list[dict[str, Any]] = []
        self.port = port
        named = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", str(value))]
        command = [sys.executable, __file__, "--port", str(port), "--rtp-port", str(rtp_port), *arguments, *named]
        super().__init__("phone", command, {"PYTHONPATH": str(Path(__file__).parent)})
        self.wait_for("ready")

    def _took_out(self, line: str) -> None:
        super()._took_out(line)
        self.told.append(json.loads(line))

    def all(self, event: str, **details: Any) -> list[dict[str, Any]]:
        wanted = {"event": event, **details}
        return [told for told in list(self.told) if wanted.items() <= told.items()]

    def wait_for(self, event: str, timeout: float = 15.0, *, count: int = 1, **details: Any) -> dict[str, Any]:
        """The ``count``th such event, whether it has happened already or is to come."""
        return self.wait_until(
            lambda: dict(enumerate(self.all(event, **details), 1)).get(count), f"{event} {details or ''}", timeout
        )


@contextmanager
def phone(port: int, rtp_port: int, **options: object) -> Iterator[Phone]:
    """A telephone while the block runs; it must end well."""
    telephone = Phone(port, rtp_port, **options)
    try:
        yield telephone
    finally:
        status = telephone.end()
    assert status == 0, telephone.tail()
    assert not any("Traceback" in line for line in telephone.err), telephone.tail()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rtp-port", type=int, required=True)
    parser.add_argument("--user", default="phone")
    parser.add_argument("--tone", type=int, default=440, help="Hz")
    parser.add_argument("--ring", type=float, default=0.1, help="seconds")
    parser.add_argument("--code", type=int, default=200, help="answer; 0 rings for ever")
    parser.add_argument("--dial", default="", help="SIP URI")
    parser.add_argument("--press", default="")
    parser.add_argument("--press-after", type=float, default=1.0, help="seconds of the call")
    parser.add_argument("--hang-up-after", type=float, default=0.0, help="seconds of the call")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(parser.parse_args()))
        os._exit(0)
