"""Simulated calls, one after the other or several at once.

Each caller is a process: PJSIP has one user agent a process and room for four legs in it, and a caller who is
transferred needs two.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from typing import Any

from telephony.endpoint import Endpoint
from telephony.settings import JITTER_BUFFER_MS, EndpointError
from voicebot import console
from voicebot.caller import Caller, telephone
from voicebot.calling.report import CallReport
from voicebot.calling.scenario import Scenario
from voicebot.calling.sounds import PICO, VOICES, pieces
from voicebot.ports import free_port
from voicebot.processes import die_with_parent

MOST_AT_ONCE = 32
RTP_PORT, RTP_PORTS = 18_000, 8
"""The first UDP port for media, and how many each caller has: one who is transferred uses four."""


@dataclass(frozen=True)
class Phrases:
    """What callers say, spoken before the first of them rings: a voice must not hold up another's media."""

    spoken: dict[tuple[str, str], bytes]

    @classmethod
    def of(cls, scenarios: Sequence[Scenario]) -> Phrases:
        """Raises AudioError where nothing on this machine speaks a language."""
        from voicebot import espeak, pico

        wanted = {
            (piece, VOICES[turn.language])
            for scenario in scenarios
            for turn in scenario.turns
            for piece in pieces(turn)
            if isinstance(piece, str)
        }
        return cls(
            {(text, voice): (pico if voice in PICO.values() else espeak).speak(text, voice) for text, voice in wanted}
        )

    def __call__(self, text: str, voice: str) -> bytes:
        return self.spoken[text, voice]


@dataclass(frozen=True)
class Line:
    """Whom all callers ring, and from where."""

    to: str
    host: str
    port: int
    """0 for any."""
    codecs: tuple[str, ...]
    events: bool
    """Whether events are printed while they happen."""
    jitter_buffer_ms: int = JITTER_BUFFER_MS
    """How much of the bot's sound each caller's telephone gathers before it is heard."""


@dataclass(frozen=True)
class Job:
    """One call."""

    scenario: Scenario
    round: int
    line: Line
    phrases: Phrases
    rtp_port: int


def ring(job: Job) -> CallReport:
    """Make a call, from the first to the last packet; EndpointError where SIP does not work."""

    def tell(what: str, details: dict[str, Any]) -> None:
        if job.line.events:
            about = {"scenario": job.scenario.name, "round": job.round}
            console.print_json({"at": round(time.time(), 3), "event": what, **about, **details})

    async def call() -> CallReport:
        here = asyncio.current_task()
        assert here is not None
        if _is_main_thread():
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, here.cancel)
        line = job.line
        port = line.port or free_port()
        phone = telephone(line.host, port, job.rtp_port, user=job.scenario.number, codecs=line.codecs)
        endpoint = Endpoint(replace(phone, jitter_buffer_ms=line.jitter_buffer_ms), lambda _call: None)
        await endpoint.start()
        try:
            return await Caller(job.scenario, job.phrases, tell).run(endpoint, line.to)
        finally:
            await endpoint.stop()

    try:
        report = asyncio.run(call())
    except asyncio.CancelledError:
        # By SIGTERM: as with Ctrl-C, whoever talked has hung up.
        raise KeyboardInterrupt from None
    report.round = job.round
    return report


def ring_all(jobs: Sequence[Job], at_once: int) -> Iterator[tuple[Job, CallReport]]:
    """Make all calls, ``at_once`` of them at a time, and yield each when it is over."""
    if at_once == 1:
        yield from ((job, ring(job)) for job in jobs)
        return
    begin = functools.partial(_begin, os.getpid(), logging.getLogger().level)
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(at_once, len(jobs)), mp_context=context, initializer=begin)
    try:
        with _interrupts_are_ours():
            waiting: dict[Future[CallReport], Job] = {pool.submit(_ring, job): job for job in jobs}
        while waiting:
            for done in wait(waiting, return_when=FIRST_COMPLETED).done:
                yield waiting.pop(done), done.result()
    except BrokenProcessPool:
        raise EndpointError("a caller's process died in the middle of a call; try fewer --at-once") from None
    finally:
        # All is done, or something went wrong, and then the others hang up.
        for caller in multiprocessing.active_children():
            caller.terminate()
        pool.shutdown(cancel_futures=True)


def _is_main_thread() -> bool:
    """Whether signals are ours to handle (signal(7) and Python's own rule)."""
    return threading.current_thread() is threading.main_thread()


@contextlib.contextmanager
def _interrupts_are_ours() -> Iterator[None]:
    """Processes begun meanwhile never see Ctrl-C: it would meet them anywhere, and we end them in any case."""
    if not _is_main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _ring(job: Job) -> CallReport:
    try:
        return ring(job)
    except KeyboardInterrupt:
        # The pool would only report it and wait for the next job.
        os._exit(130)


def _begin(parent: int, level: int) -> None:
    """What a new process lacks of its parent, whose end it does not outlive."""
    die_with_parent()
    if os.getppid() != parent:
        os._exit(1)  # it was over before we asked the kernel to tell us
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
