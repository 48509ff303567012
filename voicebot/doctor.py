"""``voicebot doctor``: is everything there that a call needs, and what is only sample data."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from voicebot.catalogue.calendar import SEARCHED_DAYS, Calendar
from voicebot.catalogue.city import SAMPLE, City, Department, Route
from voicebot.catalogue.hours import TOWN_TIME
from voicebot.catalogue.store import StoreError, load_city, open_database
from voicebot.desk.mail import tls_context
from voicebot.desk.messages import open_messages
from voicebot.desk.outbox import waiting
from voicebot.prompts import PromptError, Prompts
from voicebot.settings import Settings, SettingsError
from voicebot.speech.audio_store import FOLDER, AudioStore
from voicebot.speech.client import SpeechClient
from voicebot.speech.errors import SpeechError, SpeechUnavailable
from voicebot.speech.models import ModelStore, default_models_dir
from voicebot.speech.vad import model_path
from voicebot.switching import Rules, dead_ends
from voicebot.web.errors import WebError
from voicebot.web.sockets import listen

MIB = 1024 * 1024
LATE = timedelta(hours=1)
"""A mail that has waited for so long is worth a look."""


class RoutingError(Exception):
    """A chain of targets by which nobody is ever rung."""


def run_doctor(settings: Settings) -> int:
    """Print one line a check; 1 if one failed."""
    checks: list[tuple[str, Callable[[Settings], str]]] = [
        ("prompts", _prompts),
        ("city data", _city),
        ("routing", _routing),
        ("messages", _messages),
        ("mail", _mail),
        ("speech model", _model),
        ("voices", _voices),
        ("speech made ahead", _spoken),
        ("voice activity", lambda _: str(model_path())),
        ("TLS files", _tls),
        ("ports", _ports),
        ("speech process", _speech),
        ("web pages", _web),
    ]
    failed = False
    for name, check in checks:
        try:
            print(f"ok      {name}: {check(settings)}")
        except (*(PromptError, SettingsError, StoreError, SpeechError, RoutingError, WebError, OSError),) as error:
            failed = True
            print(f"FAILED  {name}: {error}")
    return 1 if failed else 0


def _prompts(settings: Settings) -> str:
    return ", ".join(Prompts.load(settings.speech.languages, settings.data.prompts_dir).languages)


def _city(settings: Settings) -> str:
    engine = open_database(settings.database_url)
    try:
        city = load_city(engine)
    finally:
        engine.dispose()
    return f"{city.name}, {len(city.departments)} departments, {len(city.services)} services; {_samples(city)}"


def _messages(settings: Settings) -> str:
    engine = open_database(settings.database_url)
    try:
        messages = open_messages(engine)
    finally:
        engine.dispose()
    overdue = sum(message.is_overdue(datetime.now(UTC)) for message in messages)
    return f"{len(messages)} open, {overdue} of them overdue; voicebot messages lists them"


def _mail(settings: Settings) -> str:
    if not settings.mail.host:
        return "none is sent, as mail.host is empty"
    tls_context(settings.mail)
    engine = open_database(settings.database_url)
    try:
        city, mails = load_city(engine), waiting(engine)
    finally:
        engine.dispose()
    late = sum(mail.created_at <= datetime.now(UTC) - LATE for mail in mails)
    own = [department for department in city.departments.values() if department.kind != "extern"]
    nowhere = [department.key for department in own if not department.email]
    without = f"; departments without e-mail: {', '.join(nowhere)}" if nowhere else ""
    return f"{len(mails)} wait, {late} of them longer than an hour; voicebot mail --list shows why{without}"


def _samples(city: City) -> str:
    facts = [fact for service in city.services.values() for fact in service.facts]
    spans = [span for department in city.departments.values() for span in department.hours]
    sample_facts = sum(fact.is_sample for fact in facts)
    sample_spans = sum(span.source == SAMPLE for span in spans)
    extensions = sum(department.source == SAMPLE for department in city.departments.values())
    return (
        f"samples to confirm: {sample_facts} of {len(facts)} facts, {sample_spans} of {len(spans)} opening spans,"
        f" {extensions} of {len(city.departments)} departments"
    )


def _routing(settings: Settings) -> str:
    engine = open_database(settings.database_url)
    try:
        city = load_city(engine)
    finally:
        engine.dispose()
    return check_routes(city, settings.transfer.rules(), settings.speech.languages, datetime.now(TOWN_TIME))


def check_routes(city: City, rules: Rules, languages: Sequence[str], at: datetime) -> str:
    """What there is to say of the routing table and the calendar. Raises RoutingError where a chain ends nowhere."""
    ends = dead_ends(city, Calendar.of(city), at=at, languages=languages, rules=rules)
    if ends:
        raise RoutingError(
            f"nobody is rung within {SEARCHED_DAYS} days for {', '.join(ends)}; `voicebot route --help` says how to see"
            " why"
        )
    targets = [route for route in city.routes if route.kind != "department"]
    samples = sum(route.source == SAMPLE for route in city.routes)
    sample_closures = sum(closure.source == SAMPLE for closure in city.closures)
    always = [route.target for route in targets if not route.hours and not _answering(city, route).hours]
    off = [route.target for route in targets if route.kind == "number" and not rules.external_numbers]
    to_confirm = f"samples to confirm: {samples} rows, {sample_closures} of {len(city.closures)} closures"
    found = [f"{len(city.routes)} rows", to_confirm]
    if always:
        found.append(f"rung at any hour, as neither row nor department has hours: {', '.join(always)}")
    if off:
        found.append(f"not dialled, as transfer.external_numbers is off: {', '.join(off)}")
    if not city.region:
        found.append("no public holidays, as city.toml has no region")
    return "; ".join(found)


def _answering(city: City, route: Route) -> Department:
    return city.departments[route.department or city.services[route.service].department]


def _model(settings: Settings) -> str:
    return str(ModelStore(settings.speech.models_dir).whisper(settings.speech.model))


def _voices(settings: Settings) -> str:
    store = ModelStore(settings.speech.models_dir)
    chosen = store.chosen_voices(settings.speech.languages, settings.speech.voices)
    pico = "pico (fallback; a better one: voicebot models fetch)"
    return ", ".join(
        f"{language}: {chosen[language].stem if language in chosen else pico}" for language in settings.speech.languages
    )


def _spoken(settings: Settings) -> str:
    if not settings.speech.cache_mib:
        return "none is kept, as speech.cache_mib is 0"
    folder = (settings.speech.models_dir or default_models_dir()) / FOLDER
    kept = AudioStore(folder, settings.speech.cache_mib * MIB).contents()
    return f"{kept.sentences} sentences, {kept.size // MIB} of {settings.speech.cache_mib} MiB in {folder}"


def _tls(settings: Settings) -> str:
    if not settings.sip.tls_port:
        return "TLS is off"
    for path in (settings.sip.tls_certificate, settings.sip.tls_key):
        if path is None or not path.is_file():
            raise FileNotFoundError(f"{path}: sip.tls_certificate and sip.tls_key must name PEM files")
    return "certificate and key are there"


def _ports(settings: Settings) -> str:
    sip = settings.sip
    for kind, name, port in (
        (socket.SOCK_DGRAM, "udp", sip.udp_port),
        (socket.SOCK_STREAM, "tcp", sip.tcp_port),
        (socket.SOCK_STREAM, "tls", sip.tls_port),
    ):
        if not port:
            continue
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((sip.host, port))
            except OSError as error:
                return f"{name} {port} is taken ({error.strerror}): by a running line, or by another program"
    return "free"


def _web(settings: Settings) -> str:
    web = settings.web
    if not web.port:
        return "none, as web.port is 0"
    try:
        listen(web.host, web.port).close()
        state = "port is free"
    except WebError as error:
        if error.number != errno.EADDRINUSE:
            raise
        state = "port is taken, by a running web process or by another program"
    everywhere = web.host in ("0.0.0.0", "::") and not web.base_url
    hint = "; set web.base_url to the address that the staff uses" if everywhere else ""
    return f"{settings.web_url}, {state}{hint}"


def _speech(settings: Settings) -> str:
    try:
        info = asyncio.run(SpeechClient(settings.speech_uri).info())
    except SpeechUnavailable as error:
        return f"does not run ({error})"
    return f"answers at {settings.speech_uri}: {', '.join(program.name for program in info.asr)}"
