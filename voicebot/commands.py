"""What the subcommands do; each takes the parsed options and returns an exit status or None."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from telephony.audio import AudioError, read_wav, write_wav
from telephony.bare import TelephoneError
from telephony.settings import EndpointError
from voicebot import console, settings
from voicebot.caller import Desk, telephone
from voicebot.calling.journal import JournalError
from voicebot.calling.scenario import ScenarioError
from voicebot.catalogue.importer import DataError, export_folder, import_folder
from voicebot.catalogue.store import StoreError, open_database
from voicebot.cli import Failure, UsageError
from voicebot.prompts import PromptError
from voicebot.settings import Settings, SettingsError
from voicebot.speech.errors import ModelError, SpeechError
from voicebot.speech.models import ModelStore, default_models_dir
from voicebot.understanding.phrasebook import PhraseError
from voicebot.web.errors import WebError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from voicebot.settings import Mail as MailSettings
    from voicebot.speech.engines import SpeechSettings

INPUT_ERRORS: tuple[type[Exception], ...] = (
    *(SettingsError, PromptError, PhraseError, DataError, ScenarioError, JournalError, AudioError),
)
FAILURES: tuple[type[Exception], ...] = (StoreError, SpeechError, ModelError, EndpointError, TelephoneError, WebError)


def demo(options: argparse.Namespace) -> int:
    from voicebot.demo import run_demo

    status: int = asyncio.run(run_demo(options.wav, options.say, fetch=not options.no_fetch))
    return status


def serve(options: argparse.Namespace) -> int:
    from voicebot.ask import clock_at
    from voicebot.serve import run_serve

    current = settings.load(options.config)
    arguments = ("--config", str(options.config)) if options.config else ()
    if options.at:
        clock_at(options.at)
    return asyncio.run(run_serve(current, arguments, options.at))


def line(options: argparse.Namespace) -> None:
    from voicebot.ask import clock_at
    from voicebot.line import run_line

    current = settings.load(options.config)

    def journal(call: str, what: str, details: dict[str, Any]) -> None:
        if options.journal:
            console.print_json({"at": round(time.time(), 3), "call": call, "event": what, **details})

    at = clock_at(options.at) if options.at else None
    with console.Bars() as bars:
        asyncio.run(run_line(current, journal=journal, note=console.note, progress=bars, at=at))


def web(options: argparse.Namespace) -> None:
    from voicebot.web.run import print_links, print_wrong, run_web

    current = settings.load(options.config)
    if options.links or options.renew:
        print_links(current, options.renew)
    elif options.wrong:
        print_wrong(current)
    else:
        asyncio.run(run_web(current, note=console.note))


def speech(options: argparse.Namespace) -> None:
    from voicebot.speech.server import Listening, serve

    current = settings.load(options.config)
    if current.speech_uri.startswith("unix://"):
        current.state_dir.mkdir(parents=True, exist_ok=True)

    def ready(listening: Listening) -> None:
        console.note(f"speech answers at {listening.uri}; {listening.voices}")

    with console.Bars() as bars:
        asyncio.run(serve(current.speech_uri, _speech_settings(current), ready=ready, progress=bars))


def _speech_settings(current: Settings) -> SpeechSettings:
    """The speech section as the speech package wants it."""
    from voicebot.speech.engines import SpeechSettings

    chosen = current.speech
    return SpeechSettings(
        models_dir=chosen.models_dir or default_models_dir(),
        whisper=chosen.model,
        languages=chosen.languages,
        voices=chosen.voices,
        threads=chosen.threads,
        nice=chosen.nice,
        store_bytes=chosen.cache_mib * 1024 * 1024,
    )


def ask(options: argparse.Namespace) -> None:
    from voicebot.ask import run_ask

    lines = options.text or (line.strip() for line in sys.stdin)
    run_ask(settings.load(options.config), lines, options)


def route(options: argparse.Namespace) -> None:
    from voicebot.route import run_route

    run_route(settings.load(options.config), options)


def transcribe(options: argparse.Namespace) -> None:
    from voicebot.speech.recognizer import Recognizer

    current = settings.load(options.config)
    recordings = [(file, read_wav(file)) for file in options.file]
    with console.Bars() as bars:
        folder = ModelStore(current.speech.models_dir).whisper(current.speech.model, bars)
        recognizer = Recognizer(folder, current.speech.threads, languages=current.speech.languages)
    for file, pcm in recordings:
        heard = recognizer.transcribe(pcm, language=options.lang)
        if options.json:
            console.print_json(
                {
                    "file": str(file),
                    "text": heard.text,
                    "language": heard.language,
                    "language_probability": round(heard.language_probability, 3),
                    "audio_s": round(heard.audio_s, 3),
                    "decode_s": round(heard.decode_s, 3),
                }
            )
        else:
            prefix = f"{file}: " if len(recordings) > 1 else ""
            print(f"{prefix}{heard.text}")


def say(options: argparse.Namespace) -> None:
    from voicebot.speech.synthesizer import Synthesizer

    current = settings.load(options.config)
    store = ModelStore(current.speech.models_dir)
    synthesizer = Synthesizer(store.chosen_voices([options.lang], current.speech.voices))
    if options.lang not in synthesizer.languages:
        raise UsageError(f"there is no voice for {options.lang!r}; see `voicebot models list`")
    write_wav(options.out, [b"".join(synthesizer.synthesize(options.text, options.lang))])
    console.note(f"wrote {options.out}")


def call(options: argparse.Namespace) -> int:
    from voicebot.calling.run import run_call

    return run_call(options)


def desk(options: argparse.Namespace) -> None:
    asyncio.run(_desk(options))


async def _desk(options: argparse.Namespace) -> None:
    from telephony.endpoint import Endpoint
    from voicebot.line import signals
    from voicebot.pico import speak

    def tell(what: str, details: dict[str, Any]) -> None:
        console.print_json({"at": round(time.time(), 3), "event": what, **details})

    greeting = speak("Guten Tag, was kann ich für Sie tun?")
    stop = asyncio.Event()
    codecs = ("G722", "PCMA", "PCMU")
    answering = Desk(tell, code=options.code, greeting=greeting, press=options.press, hums=options.hum)
    endpoint = Endpoint(telephone(options.host, options.port, 22_000, user="desk", codecs=codecs), answering.take)
    async with signals(stop):
        await endpoint.start()
        tell("ready", {"port": options.port})
        try:
            await stop.wait()
        finally:
            await endpoint.stop()


def import_(options: argparse.Namespace) -> None:
    engine = open_database(settings.load(options.config).database_url)
    try:
        report = import_folder(engine, options.folder)
    finally:
        engine.dispose()
    print("\n".join(report.lines()))


def export(options: argparse.Namespace) -> None:
    engine = open_database(settings.load(options.config).database_url)
    try:
        export_folder(engine, options.folder)
    except OSError as error:
        raise UsageError(f"{options.folder}: {error.strerror or error}") from None
    finally:
        engine.dispose()
    console.note(f"wrote {options.folder}")


def messages(options: argparse.Namespace) -> None:
    from voicebot.desk.lists import message_json, message_line
    from voicebot.desk.messages import mark_done, open_messages

    engine = open_database(settings.load(options.config).database_url)
    try:
        if options.done is not None:
            mark_done(engine, options.done)
        now = datetime.now(UTC)
        for message in open_messages(engine):
            if options.json:
                console.print_json(message_json(message, now))
            else:
                print(message_line(message, now))
    finally:
        engine.dispose()


def mail(options: argparse.Namespace) -> int:
    from voicebot.desk import outbox
    from voicebot.desk.lists import mail_line

    current = settings.load(options.config)
    if not current.mail.host and not options.list:
        raise UsageError("mail.host is not set, so there is no mail server; see docs/settings.md")
    engine = open_database(current.database_url)
    try:
        if options.list:
            lines = [mail_line(mail) for mail in outbox.waiting(engine)]
            print("\n".join(lines) or "Es wartet keine Mail.")
            return 0
        return asyncio.run(_mail(current.mail, engine, once=options.once))
    finally:
        engine.dispose()


async def _mail(current: MailSettings, engine: Engine, *, once: bool) -> int:
    from voicebot.desk.mail import deliver_due, run_mail, tls_context
    from voicebot.line import signals

    tls_context(current)  # a file that is missing is told now, not with the first mail
    if once:
        done = await deliver_due(current, engine)
        trouble = f"; {done.unreachable}" if done.unreachable else ""
        print(f"{done.sent} gesendet, {done.failed} gescheitert{trouble}")
        return 1 if done.failed else 0
    stop = asyncio.Event()
    async with signals(stop):
        await run_mail(current, engine, stop, console.note)
    return 0


def models(options: argparse.Namespace) -> None:
    from voicebot.speech.models import VOICES

    current = settings.load(options.config)
    store = ModelStore(current.speech.models_dir)
    makers: dict[str, tuple[Callable[[Settings, Path], None], str]] = {
        "mishear": (_mishear, "data/borken/misheard.csv"),
        "embed": (_embed, "data/borken/embeddings.npz"),
        "fit": (_fit, "data/borken/classifiers.npz"),
        "alarm": (_alarm, "voicebot/understanding/alarm.npz"),
        "accents": (_accents, "voicebot/speech/accents.npz"),
    }
    if options.languages and options.action != "fetch":
        raise UsageError("--languages says whose voices to fetch: voicebot models fetch --languages tr,pl")
    if options.action == "list":
        installed = store.installed_voices()
        for name in sorted({*VOICES, *installed}):
            print(f"{'installed' if name in installed else 'available':10} voice    {name}")
        print(f"folder: {store.directory}")
        return
    if options.action in makers:
        make, example = makers[options.action]
        if len(options.name) != 1:
            raise UsageError(f"which file? For example: voicebot models {options.action} {example}")
        make(current, Path(options.name[0]))
        return
    if options.action == "speak":
        if options.name:
            raise UsageError("models speak takes no names: it makes the speech of all that the town's data say")
        _speak_ahead(current)
        return
    names = [*options.name, *_best_voices(options.languages)]
    if not names:
        raise UsageError("which one? For example: voicebot models fetch de_DE-thorsten-medium")
    with console.Bars() as bars:
        for name in names:
            path = store.fetch_voice(name, bars) if name in VOICES else store.whisper(name, bars)
            console.note(f"{name}: {path}")


def _embed(current: Settings, path: Path) -> None:
    """Write the vectors of all that the town's data say, to be delivered with them."""
    from voicebot.ask import load_router
    from voicebot.knowledge import misheard_as, shipped_embeddings
    from voicebot.speech.embedder import Embedder
    from voicebot.understanding.understander import texts_to_embed

    city = load_router(current).city
    texts = texts_to_embed(city, misheard_as(city, current.speech.models_dir))
    with console.Bars() as bars:
        Embedder().embed_cached(texts, path, bars, shipped_embeddings())
    console.note(f"{path}: {len(texts)} vectors")


def _fit(current: Settings, path: Path) -> None:
    """Write what is fitted to the town's data, to be delivered with them."""
    from voicebot.ask import load_router
    from voicebot.knowledge import FITTING, embeddings_path, misheard_as, shipped_embeddings
    from voicebot.speech.embedder import Embedder
    from voicebot.trained import train_cached
    from voicebot.understanding.understander import texts_to_embed

    city = load_router(current).city
    cache = embeddings_path(current.speech.models_dir)
    misheard = misheard_as(city, current.speech.models_dir)
    with console.Bars() as bars:
        vectors = Embedder().embed_cached(texts_to_embed(city, misheard), cache, bars, shipped_embeddings())
        told = partial(bars, FITTING)
        train_cached(path, city, vectors, told, misheard=misheard)
    console.note(f"{path}: fitted")


def _mishear(current: Settings, path: Path) -> None:
    """Write what recognition makes of the town's examples on bad lines; it can be stopped, and goes on from there."""
    from voicebot.ask import load_router
    from voicebot.mishearing import mishear, sentences
    from voicebot.understanding.misheard import of_city, read_misheard, write_misheard

    city, language = load_router(current).city, current.speech.languages[0]
    part = path.with_name(f"{path.name}.part")
    said = sentences(city, language)
    try:
        with console.Bars() as bars:
            model = ModelStore(current.speech.models_dir).whisper(current.speech.model, bars)
            known = [*read_misheard(path), *read_misheard(part)]
            write_misheard(part, mishear(said, known, language, model, partial(bars, "mishearing")))
        part.replace(path)
    except OSError as error:
        raise Failure(f"{path}: {error.strerror or error}") from None
    console.note(f"{path}: {len(said)} texts, {len(of_city(city, read_misheard(path)))} of them heard otherwise")


def _best_voices(languages: str | None) -> list[str]:
    """The first voice of each language in a list such as ``de,tr``. Raises UsageError."""
    from voicebot.speech.models import VOICES

    best: dict[str, str] = {}
    for name, voice in VOICES.items():
        best.setdefault(voice.language, name)
    wanted = [each.strip() for each in (languages or "").split(",") if each.strip()]
    if wanted == ["all"]:
        return list(best.values())
    if unknown := [each for each in wanted if each not in best]:
        raise UsageError(f"--languages {languages}: no voice for {', '.join(unknown)}; there are {', '.join(best)}")
    return [best[each] for each in wanted]


def _speak_ahead(current: Settings) -> None:
    """Make speech of all that the town's data say, as a speech process does with the same settings."""
    from voicebot.ahead import MIB, Tally
    from voicebot.ask import load_router
    from voicebot.repertoire import repertoire
    from voicebot.speech.server import be_nice
    from voicebot.speech.synthesizer import Synthesizer

    chosen = _speech_settings(current)
    store = chosen.store()
    if store is None:
        raise UsageError("speech.cache_mib is 0, so no speech is kept")
    be_nice(chosen.nice)
    router = load_router(current)
    voices = ModelStore(chosen.models_dir).chosen_voices(chosen.languages, chosen.voices)
    synthesizer = Synthesizer(voices, threads=chosen.threads, speed=chosen.speed, cache_bytes=0, store=store)
    console.note(synthesizer.describe(chosen.languages))
    texts = repertoire(router, [each for each in chosen.languages if each in synthesizer.languages])
    tally = Tally()
    spoken: set[tuple[str, str]] = set()
    with console.Bars() as bars:
        for done, (text, language) in enumerate(texts):
            bars("making speech", done, len(texts))
            wanted = {(sentence, language) for sentence in synthesizer.sentences(text, language)} - spoken
            for sentence in wanted:
                tally.add(synthesizer.prepare(*sentence))
                if tally.off:
                    raise Failure(f"speech cannot be kept in {store.folder}; the message above says why")
            spoken |= wanted
            if tally.full:
                raise Failure(f"{tally.complaint}; {done} of {len(texts)} texts are there")
        bars("making speech", len(texts), len(texts))
    kept = store.contents()
    console.note(
        f"{len(texts)} texts can be said at once; {tally.made} sentences were made, the others were there.\n"
        f"{store.folder}: {kept.sentences} sentences, {kept.size / MIB:.0f} of {store.limit // MIB} MiB"
    )


def _alarm(current: Settings, path: Path) -> None:
    """Write what tells emergencies, fitted to the package's sentences and the sample's texts."""
    from voicebot.archive import save_arrays
    from voicebot.catalogue.folder import read_folder
    from voicebot.knowledge import SAMPLE_CITY, shipped_embeddings
    from voicebot.share import share
    from voicebot.speech.embedder import Embedder
    from voicebot.understanding import alarm_fitting

    city = read_folder(share("data") / SAMPLE_CITY)
    texts = alarm_fitting.texts(city)
    with console.Bars() as bars, tempfile.TemporaryDirectory(prefix="voicebot-alarm-") as folder:
        cache = Path(folder, "embeddings.npz")
        vectors = Embedder().embed_cached(texts, cache, bars, shipped_embeddings())
        alarm, kept = alarm_fitting.fit(city, vectors, lambda done, steps: bars("fitting", done, steps))
    save_arrays(path, alarm.arrays())
    for name, share_kept in vars(kept).items():
        print(f"{name.replace('_', ' ')}: {share_kept:.1%}")


def _accents(current: Settings, path: Path) -> None:
    """Write what tells languages by their sound, fitted to synthetic voices that speak the sample's questions."""
    from voicebot.archive import save_arrays
    from voicebot.catalogue.folder import read_folder
    from voicebot.knowledge import SAMPLE_CITY
    from voicebot.share import share
    from voicebot.speech import accent_fitting
    from voicebot.speech.accents import MODEL
    from voicebot.speech.models import ModelStore
    from voicebot.speech.recognizer import Recognizer
    from voicebot.understanding.phrasebook import LANGUAGES

    spoken = accent_fitting.utterances(read_folder(share("data") / SAMPLE_CITY), LANGUAGES)
    with console.Bars() as bars:
        model = ModelStore(current.speech.models_dir).whisper(MODEL, bars)
        recognizer = Recognizer(model, current.speech.threads)
        layer, kept = accent_fitting.fit(
            recognizer, spoken, LANGUAGES, lambda done, steps: bars("listening", done, steps)
        )
    save_arrays(path, layer.arrays())
    print(f"language right: {kept.right:.1%} of {kept.utterances} utterances of voices never heard")


def doctor(options: argparse.Namespace) -> int:
    from voicebot.doctor import run_doctor

    return run_doctor(settings.load(options.config))


def evaluate(options: argparse.Namespace) -> int:
    from voicebot.evaluation.run import run_evaluate

    return run_evaluate(settings.load(options.config), options)


def bench(options: argparse.Namespace) -> int:
    if options.what == "understanding":
        from voicebot.bench_understanding import run_bench_understanding

        return run_bench_understanding(settings.load(options.config), options)
    if options.what == "endpointing":
        from voicebot.bench_endpointing import run_bench_endpointing

        return run_bench_endpointing(settings.load(options.config), options)
    from voicebot.bench import run_bench
    from voicebot.bench_interruptions import run_bench_interruptions
    from voicebot.bench_loss import run_bench_loss
    from voicebot.bench_rtp import run_bench_rtp
    from voicebot.bench_transfer import run_bench_transfer

    if options.calls is None:
        options.calls = 20 if options.what == "transfer" else 4
    benches = {
        "latency": run_bench,
        "rtp": run_bench_rtp,
        "loss": run_bench_loss,
        "transfer": run_bench_transfer,
        "interruptions": run_bench_interruptions,
    }
    run = benches[options.what]
    with tempfile.TemporaryDirectory(prefix="voicebot-bench-") as folder:
        return asyncio.run(run(Path(folder), options))
