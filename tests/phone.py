"""A telephone on PJSIP in a process of its own: hums a tone, and tells as lines of JSON what happens and what it hears.

It follows REFER and Replaces, as telephones do. Who rings it decides what it does: ``sip:200@…`` is answered,
``sip:486@…`` is rejected with that status, ``sip:0@…`` rings for ever; ``--desk 300 200 1`` answers 300 with 200 and
then presses 1, or hangs up for ``bye``. Keys sent to it are commands: 9 has it hang up, 7 has it press 1. With
``--dial`` it rings by itself, and presses ``--keys`` once that is answered.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from programs import Program
from telephony.audio import FRAME_BYTES
from telephony.call import Call
from telephony.endpoint import Endpoint
from telephony.events import CallEnded, Digit, Established, Frame, Held, Referred, Replaced, Ringing
from telephony.settings import SipSettings
from telephony.sipcall import SipCall
from tones import hum, pitch

ROOT = Path(__file__).parent.parent
WINDOW = 10
"""Frames of 20 ms over which a tone is looked for."""
RING_S = 0.05
PRESSES_FRAMES = 8
"""How long a desk listens before it presses its key."""


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
        hz, self._pcm = pitch(np.frombuffer(self._pcm, "<i2").astype(np.int32)), b""
        news = hz == self._before and hz != self.hz
        self._before = hz
        if news:
            self.hz = hz
        return news


class Telephone:
    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._humming = hum(options.tone).astype("<i2").tobytes()
        self._talks: set[asyncio.Task[None]] = set()
        self._legs = 0
        self._desks = {number: (int(code), key) for number, code, key in options.desk}
        """By the number that is dialled: with which status it answers, and what it does then."""

    def tell(self, event: str, **details: Any) -> None:
        print(json.dumps({"event": event, **details}), flush=True)

    def take(self, call: SipCall) -> None:
        self._begin(self._rung(call))

    def _begin(self, talk: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(talk)
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)

    async def _rung(self, call: SipCall) -> None:
        self.tell("rings", caller=call.remote, dialled=call.local)
        code, key = self._desks.get(call.local) or (int(call.local), "")
        if code != 404:
            await call.answer(180)
            await asyncio.sleep(RING_S)
        if code:
            await call.answer(code)
        await self.talk(call, presses=key)

    async def dial(self, endpoint: Endpoint) -> None:
        """Ring, one call after the other; each is over when what it was referred to is over, too."""
        for _ in range(self._options.times):
            await self.talk(await endpoint.dial(self._options.dial), keys=self._options.keys)
            others = self._talks - {asyncio.current_task()}
            if others:
                await asyncio.wait(others)

    async def talk(self, call: Call, *, referred: bool = False, keys: str = "", presses: str = "") -> None:
        """Until the call is over; ``keys`` are pressed at once, ``presses`` is what a desk does after a while."""
        leg, self._legs = self._legs, self._legs + 1
        hearing, established, listened = Hearing(), False, 0
        while True:
            match await call.next_event():
                case Frame(heard) if established:
                    listened += 1
                    if presses and listened == PRESSES_FRAMES:
                        await (call.hang_up() if presses == "bye" else call.send_digits(presses))
                    if not call.playing:
                        call.play(self._humming)
                    if hearing.push(heard):
                        self.tell("hears", leg=leg, hz=hearing.hz)
                case Ringing(code):
                    self.tell("ringing", leg=leg, code=code)
                case Established(codec):
                    established = True
                    self.tell("established", leg=leg, codec=codec)
                    if keys:
                        await call.send_digits(keys)
                    if referred and self._options.times > 1:
                        await call.hang_up()
                case Digit("9"):
                    await call.hang_up()
                case Digit("7"):
                    await call.send_digits("1")
                case Held(held):
                    self.tell("held", leg=leg, held=held)
                case Referred(target, new):
                    self.tell("referred", leg=leg, target=target)
                    self._begin(self.talk(new, referred=True))
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
        registrar=options.registrar,
        password=options.password,
        follow_transfers=not options.refuses_refer,
    )
    registered = asyncio.Event()

    def registration(code: int, _reason: str) -> None:
        if code == 200:
            registered.set()

    endpoint = Endpoint(settings, telephone.take, registration)
    await endpoint.start()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        if options.registrar:
            await registered.wait()
        telephone.tell("ready")
        if options.dial:
            telephone._begin(telephone.dial(endpoint))
        await stop.wait()
    finally:
        await endpoint.stop()


class Phone(Program):
    """That telephone as tests see it."""

    def __init__(self, port: int, rtp_port: int, *arguments: str, **options: object) -> None:
        """``Phone(5070, 20_000, tone=440, user="desk")``"""
        self.told: list[dict[str, Any]] = []
        self.port = port
        named = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        command = [sys.executable, __file__, "--port", str(port), "--rtp-port", str(rtp_port), *arguments, *named]
        super().__init__("phone", command, {"PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}"})
        self.wait_for("ready")

    def uri(self, does: int = 200) -> str:
        return f"sip:{does}@127.0.0.1:{self.port}"

    def _took_out(self, line: str) -> None:
        super()._took_out(line)
        self.told.append(json.loads(line))

    def forget(self) -> None:
        """Drop what has been told so far."""
        self.told.clear()
        self.out.clear()

    def all(self, event: str, *, since: int = 0, **details: Any) -> list[dict[str, Any]]:
        wanted = {"event": event, **details}
        return [told for told in self.told[since:] if wanted.items() <= told.items()]

    def wait_for(self, event: str, *, since: int = 0, timeout: float = 15.0, **details: Any) -> dict[str, Any]:
        """The first such event from number ``since`` on, whether it has happened already or is to come."""
        return self.wait_until(
            lambda: next(iter(self.all(event, since=since, **details)), None), f"{event} {details or ''}", timeout
        )


@contextmanager
def phone(port: int, rtp_port: int, *arguments: str, **options: object) -> Iterator[Phone]:
    """A telephone while the block runs; it must end well."""
    telephone = Phone(port, rtp_port, *arguments, **options)
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
    parser.add_argument("--refuses-refer", action="store_true")
    parser.add_argument("--dial", default="", help="SIP URI")
    parser.add_argument("--keys", default="", help="pressed once that has answered")
    parser.add_argument("--desk", nargs=3, action="append", default=[], metavar=("NUMBER", "STATUS", "KEY"))
    parser.add_argument("--registrar", default="", help="SIP URI")
    parser.add_argument("--password", default="")
    parser.add_argument("--times", type=int, default=1, help="how often to dial it")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(run(parser.parse_args()))
