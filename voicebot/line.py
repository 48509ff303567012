"""The line process: a SIP endpoint, and a session for each call."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Engine
from wyoming.info import Info

from telephony import priority
from telephony.audio import read_wav
from telephony.endpoint import Endpoint
from telephony.sipcall import SipCall
from voicebot.ahead import Calls, speak_ahead
from voicebot.briefing import spoken_ahead
from voicebot.catalogue.calendar import Calendar
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.catalogue.store import open_database
from voicebot.desk.messages import Message, store_message
from voicebot.desk.notes import Note
from voicebot.desk.records import CallRecord, Writer
from voicebot.handover import Phones, Records
from voicebot.knowledge import Comprehension, city_or_sample, comprehend
from voicebot.phones import LinePhones
from voicebot.prompts import Prompts
from voicebot.repertoire import fixed, repertoire, transfers
from voicebot.routing import Router
from voicebot.session import Parts, Session
from voicebot.settings import Settings
from voicebot.share import share
from voicebot.speech.client import SpeechClient, is_ours, voiced
from voicebot.speech.errors import SpeechUnavailable
from voicebot.speech.language import decide_language
from voicebot.speech.progress import Progress, silent
from voicebot.speech.vad import VoiceActivity, load_session
from voicebot.understanding.numbers import extract_name, phone_number
from voicebot.voice import Voice

log = logging.getLogger(__name__)

SWITCH_INTERVAL_S = 0.0005
"""How soon a busy Python thread makes way for the media clock; with the default 5 ms ticks are missed."""
SPEECH_WAIT_S = 180.0
"""How long a starting line waits for its speech process: larger models load slowly."""

LineJournal = Callable[[str, str, dict[str, Any]], None]
"""Told the call's id, what happened, and the details."""


class Line:
    """All of a line process between start and stop."""

    def __init__(self, parts: Parts, journal: LineJournal) -> None:
        self._parts = parts
        self._journal = journal
        self._sessions: set[asyncio.Task[None]] = set()
        self.calls = Calls()

    def take(self, call: SipCall) -> None:
        """Begin a session for an arriving call."""
        task = asyncio.create_task(self._hold(call))
        self._sessions.add(task)
        self.calls.began()
        task.add_done_callback(self._ended)

    def _ended(self, session: asyncio.Task[None]) -> None:
        self._sessions.discard(session)
        self.calls.ended()

    async def _hold(self, call: SipCall) -> None:
        def journal(what: str, details: dict[str, Any]) -> None:
            self._journal(call.id, what, details)

        try:
            await Session(call, self._parts, journal).run()
        except Exception:
            log.exception("call %s: the session failed", call.id)

    async def finish(self) -> None:
        """Wait until every session has ended; their calls have been hung up."""
        if self._sessions:
            await asyncio.wait(self._sessions, timeout=5)
        for session in list(self._sessions):
            session.cancel()


async def run_line(
    settings: Settings,
    *,
    journal: LineJournal = lambda _call, _what, _details: None,
    note: Callable[[str], None] = log.info,
    progress: Progress = silent,
    stop: asyncio.Event | None = None,
    at: datetime | None = None,
) -> None:
    """Serve calls until SIGTERM, SIGINT or ``stop``.

    :param at: the time that it is taken to be for the town's desks when the line starts; None: what it is

    Raises SettingsError, StoreError, PromptError, SpeechError or EndpointError, each with one clear message.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    priority.nice()
    stop = stop or asyncio.Event()
    async with signals(stop):
        engine = await asyncio.to_thread(open_database, settings.database_url)
        writer = Writer(engine)
        try:
            endpoint = Endpoint(
                settings.sip.endpoint(settings.callers), lambda call: line.take(call), _registration(settings, note)
            )
            phones = LinePhones(endpoint.dial, lambda: endpoint.free_legs, settings.transfer.legs_per_hour)
            mailed = bool(settings.mail.host) and settings.mail.notes
            records = partial(CallRecord, writer, mailed=mailed)
            parts = await prepare(settings, engine, phones, records, note=note, progress=progress)
            parts = replace(parts, clock=town_clock(at))
            if not priority.real_time():
                log.debug("real-time scheduling is not allowed: media may be late while the machine is busy")
            line = Line(parts, journal)
            await endpoint.start()
            note(f"the line is open: {describe(settings)}")
            journal("", "open", {})
            ahead = asyncio.create_task(_speak_ahead(parts, line.calls, note))
            try:
                await stop.wait()
            finally:
                ahead.cancel()
                await endpoint.stop()
                await line.finish()
        finally:
            await writer.close()
            engine.dispose()


async def prepare(
    settings: Settings,
    engine: Engine,
    phones: Phones,
    record: Callable[[Note], Records],
    *,
    note: Callable[[str], None] = log.info,
    progress: Progress = silent,
) -> Parts:
    """Everything that calls need, ready: data, prompts, speech, understanding."""
    music = await asyncio.to_thread(read_wav, settings.transfer.music or share("prompts") / "hold.wav")
    prompts = Prompts.load(settings.speech.languages, settings.data.prompts_dir)
    city = await asyncio.to_thread(city_or_sample, engine, note)
    speech = SpeechClient(settings.speech_uri)
    info = await wait_for_speech(speech)
    embeds = is_ours(info)
    if not embeds:
        note(f"{settings.speech_uri} gives no embeddings: questions are matched by words and sound alone")
    comprehension = await comprehend(city, speech.embed if embeds else None, settings.speech.models_dir, progress)
    await _warm_up(comprehension, settings)
    Calendar.of(city)  # reads names of public holidays from disk, which should not be in the middle of a call
    voice = Voice(speech)
    first, *others = settings.speech.languages
    greeting = [(prompts.say("other_language", language), language) for language in others]
    # The town's own is always tried: a server may not tell what its voices speak.
    spoken = voiced(info, settings.speech.languages) | {settings.speech.languages[0]}
    await voice.prepare(fixed(prompts, city, [first]) + [each for each in greeting if each[1] in spoken], progress)
    vad = load_session()
    router = Router(city, prompts, settings.data.speak_samples, settings.transfer.rules())
    return Parts(
        settings=settings,
        router=router,
        comprehension=comprehension,
        recognition=speech,
        voice=voice,
        keep=partial(_keep, engine, settings, router.calendar),
        activity=lambda: VoiceActivity(vad),
        phones=phones,
        record=record,
        music=music,
        speaks=spoken,
    )


def town_clock(at: datetime | None) -> Callable[[], datetime]:
    """The time in town; one that begins with ``at`` now, to try out what is done at another time."""
    if at is None:
        return lambda: datetime.now(TOWN_TIME)
    ahead = at - datetime.now(TOWN_TIME)
    return lambda: datetime.now(TOWN_TIME) + ahead


async def _speak_ahead(parts: Parts, calls: Calls, note: Callable[[str], None]) -> None:
    """While no call is up: what must be there even without a speech process, then all that the data can say."""
    router, speech = parts.router, SpeechClient(parts.settings.speech_uri)
    languages = [each for each in router.prompts.languages if parts.speaks is None or each in parts.speaks]
    try:
        for text, language in (
            fixed(router.prompts, router.city, languages) + transfers(router, languages) + spoken_ahead(router)
        ):
            await calls.apart_from(partial(speech.prepare, text, language))
            await calls.apart_from(partial(parts.voice.prepare, [(text, language)]))
    except SpeechUnavailable as error:
        log.warning("sentences are made when they are needed: %s", error)
    await speak_ahead(await asyncio.to_thread(repertoire, router, languages), speech, calls, note)


async def wait_for_speech(speech: SpeechClient, limit: float = SPEECH_WAIT_S) -> Info:
    """Wait until the speech process answers; what it is and has. Raises SpeechUnavailable."""
    deadline = time.monotonic() + limit
    while True:
        try:
            return await speech.info()
        except SpeechUnavailable:
            if time.monotonic() >= deadline:
                raise
            await asyncio.sleep(0.25)


def describe(settings: Settings) -> str:
    """Where the line listens: ``udp 0.0.0.0:5060, tcp 0.0.0.0:5060``."""
    sip = settings.sip
    ports = (("udp", sip.udp_port), ("tcp", sip.tcp_port), ("tls", sip.tls_port))
    return ", ".join(f"{name} {sip.host}:{port}" for name, port in ports if port)


async def _warm_up(comprehension: Comprehension, settings: Settings) -> None:
    """What is loaded at first use must not keep the first caller waiting."""
    text = "Guten Tag"
    decide_language(text, {}, 1.0, settings.speech.languages[0], settings.speech.languages)
    for language in settings.speech.languages:
        await comprehension.understand(text, language, expecting=None, last_service=None)
        extract_name(text, language)
        phone_number(text, language)
    # What is loaded stays: a collector that looks through all of it stops the media clock for 0.2 s.
    gc.collect()
    gc.freeze()


async def _keep(engine: Engine, settings: Settings, calendar: Calendar, message: Message) -> str:
    mailed = bool(settings.mail.host)
    return (await asyncio.to_thread(store_message, engine, message, calendar, mailed=mailed)).reference


def _registration(settings: Settings, note: Callable[[str], None]) -> Callable[[int, str], None]:
    last: list[tuple[int, str]] = []

    def changed(code: int, reason: str) -> None:
        if last == [(code, reason)]:
            return
        last[:] = [(code, reason)]
        registrar = settings.sip.registrar
        if 200 <= code < 300:
            note(f"registered at {registrar}")
        elif code in (401, 403, 407):
            note(
                f"{registrar} refuses our user name or password ({code} {reason}):"
                " check sip.username and VOICEBOT_SIP_PASSWORD"
            )
        else:
            retry = settings.sip.register_retry
            note(f"{registrar} cannot be reached or refuses ({code} {reason}); trying again every {retry} s")

    return changed


@contextlib.asynccontextmanager
async def signals(stop: asyncio.Event) -> AsyncIterator[None]:
    """Have SIGTERM and SIGINT set ``stop``."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
