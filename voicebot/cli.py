"""The command line: one subcommand a task, each with ``--help`` and an example.

Exit status 2 for wrong usage or input, 1 for failure; no traceback unless ``--debug``.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from voicebot import __version__
from voicebot.console import note
from voicebot.processes import USAGE


class UsageError(Exception):
    """Wrong usage or input; printed as it is, exit status 2."""


class Failure(Exception):  # noqa: N818 - not an error of ours, a result
    """It did not work; printed as it is, exit status 1."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit with its status."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if options.debug else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    for chatty in ("alembic", "httpx", "huggingface_hub", "faster_whisper", "matplotlib"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    sys.exit(_run(options))


def _run(options: argparse.Namespace) -> int:
    # Imported here so that --help does not wait for databases and engines.
    from voicebot import commands

    try:
        command: Callable[[argparse.Namespace], int | None] = getattr(
            commands, options.command.replace("import", "import_")
        )
        return command(options) or 0
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1
    except Exception as error:
        if options.debug:
            raise
        if isinstance(error, (UsageError, *commands.INPUT_ERRORS)):
            note(f"voicebot: {error}")
            return USAGE
        if isinstance(error, (Failure, *commands.FAILURES)):
            note(f"voicebot: {error}")
            return 1
        note(f"voicebot: unexpected {type(error).__name__}: {error} (run it again with --debug for where)")
        return 1


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--config", type=Path, help="settings file; default: voicebot.toml where it exists")
    shared.add_argument("--debug", action="store_true", help="log everything, show tracebacks")
    parser = argparse.ArgumentParser(
        prog="voicebot", description="A city's telephone line that answers itself. Each command has --help."
    )
    parser.add_argument("--version", action="version", version=f"voicebot {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, summary: str, example: str) -> argparse.ArgumentParser:
        return commands.add_parser(
            name,
            help=summary,
            description=summary[0].upper() + summary[1:] + ".",
            epilog=f"example: {example}",
            parents=[shared],
        )

    demo = add("demo", "ring the bot, ask, be answered, be transferred: the whole path on loopback", "voicebot demo")
    demo.add_argument("--wav", type=Path, default=Path("voicebot-demo.wav"), help="stereo recording to write")
    demo.add_argument("--say", action="append", help="what the caller says instead, a turn each; repeatable")
    demo.add_argument("--no-fetch", action="store_true", help="do not look for a better voice on the hub")

    serve = add(
        "serve", "start and watch everything on this machine: speech, line, web and mail process", "voicebot serve"
    )
    serve.add_argument("--at", help="begin as if it were then, such as 2026-12-24T11:00: who is rung; default: now")

    line = add("line", "run one line process: SIP in, sessions", "voicebot line")
    line.add_argument("--journal", action="store_true", help="print what happens on calls as JSON lines")
    line.add_argument("--at", help="begin as if it were then, such as 2026-12-24T11:00: who is rung; default: now")

    web = add("web", "run the web process: a page for each department's desk", "voicebot web --links")
    shown = web.add_mutually_exclusive_group()
    shown.add_argument("--links", action="store_true", help="print the address of each department's page")
    shown.add_argument("--renew", metavar="DEPARTMENT", help="give a department's page a new address, print it")
    shown.add_argument("--wrong", action="store_true", help="list the calls that desks marked as meant for others")

    add("speech", "run one speech process: Whisper, Piper and embeddings behind Wyoming", "voicebot speech")

    ask = add("ask", "understand questions without audio", 'voicebot ask --json "Was kostet ein Reisepass?"')
    ask.add_argument("text", nargs="*", help="utterances; without any, one a line on standard input")
    ask.add_argument("--chat", action="store_true", help="all lines are one conversation")
    ask.add_argument("--lang", help="language of the utterances; default: detected")
    ask.add_argument("--at", help="clock, such as 2026-11-23T10:00 (Europe/Berlin): what is open then; default: now")
    ask.add_argument("--json", action="store_true", help="one JSON object a line")

    route = add(
        "route",
        "show where a call goes at a moment, and why, without a call",
        'voicebot route "ich will heiraten" --at 2026-12-24T11:00',
    )
    route.add_argument("text", nargs="?", help="what the caller says")
    route.add_argument("--department", metavar="KEY", help="instead of a text: who is asked for")
    route.add_argument("--service", metavar="KEY", help="instead of a text: what it is about")
    route.add_argument("--at", help="when, such as 2026-12-24T11:00 (Europe/Berlin); default: now")
    route.add_argument("--lang", help="language of the caller; default: the first of speech.languages")
    route.add_argument("--json", action="store_true", help="one JSON object")

    transcribe = add("transcribe", "recognise speech in WAV files", "voicebot transcribe --json call.wav")
    transcribe.add_argument("file", nargs="+", type=Path)
    transcribe.add_argument("--lang", help="language spoken; default: detected")
    transcribe.add_argument("--json", action="store_true", help="one JSON object a line")

    say = add("say", "speak a text into a WAV file", 'voicebot say "Guten Tag" --out hello.wav')
    say.add_argument("text")
    say.add_argument("--lang", default="de")
    say.add_argument("--out", type=Path, default=Path("say.wav"))

    call = add(
        "call",
        "ring a bot as simulated callers",
        "voicebot call tests/scenarios/transfer.toml --json",
    )
    call.add_argument("scenario", nargs="+", type=Path, help="TOML file with [[turn]] tables")
    call.add_argument("--to", default="sip:939@127.0.0.1:5060", help="SIP URI to ring")
    call.add_argument(
        "--at-once", type=int, default=1, metavar="N", help="callers at a time, each a process; default: 1"
    )
    call.add_argument("--repeat", type=int, default=1, metavar="N", help="play each scenario so many times; default: 1")
    call.add_argument("--journal", type=Path, metavar="FILE", help="what `voicebot line --journal` of that line writes")
    call.add_argument("--json", action="store_true", help="one JSON object a call")
    call.add_argument("--timeline", type=Path, metavar="PNG", help="draw who spoke when, and where the time went")
    call.add_argument("--wav", type=Path, help="folder for stereo recordings")
    call.add_argument("--codec", action="append", help="codec to offer: G722, PCMA, PCMU; repeatable")
    call.add_argument("--events", action="store_true", help="print events as JSON lines while they happen")
    call.add_argument("--host", default="127.0.0.1", help="our address; 0.0.0.0 to ring another machine")
    call.add_argument("--port", type=int, default=0, help="our SIP port; default: any")

    desk = add("desk", "be a desk phone that takes transferred calls", "voicebot desk --port 5070")
    desk.add_argument("--host", default="127.0.0.1", help="our address; 0.0.0.0 for calls from other machines")
    desk.add_argument("--port", type=int, default=5070)
    desk.add_argument("--code", type=int, default=200, help="answer: 200, 486, 603, or 0 to ring for ever")
    desk.add_argument(
        "--press", choices=("", "1", "2"), default="1", help="key for a bot that asks: 1 takes the call, 2 does not"
    )
    desk.add_argument("--hum", action="store_true", help="hum a tone, and tell when the caller's is heard")

    imports = add("import", "take a city's files into the database", "voicebot import data/borken")
    imports.add_argument("folder", type=Path)
    export = add("export", "write the database's city as files", "voicebot export /tmp/borken")
    export.add_argument("folder", type=Path)

    messages = add("messages", "list messages that callers left", "voicebot messages")
    messages.add_argument("--done", type=int, metavar="ID", help="mark a message as dealt with: it is deleted")
    messages.add_argument("--json", action="store_true", help="one JSON object a message")

    mail = add("mail", "deliver the mail that waits in the outbox, until stopped", "voicebot mail --list")
    instead = mail.add_mutually_exclusive_group()
    instead.add_argument("--list", action="store_true", help="only show what waits or failed")
    instead.add_argument("--once", action="store_true", help="try what is due now, and end; status 1 if some failed")

    models = add(
        "models", "list and fetch models and voices, make speech ahead", "voicebot models fetch de_DE-thorsten-medium"
    )
    models.add_argument(
        "action",
        choices=("list", "fetch", "mishear", "embed", "fit", "alarm", "accents", "speak"),
        nargs="?",
        default="list",
        help="speak: keep the speech of all that the town's data say, as the line does between calls",
    )
    models.add_argument(
        "name",
        nargs="*",
        help="fetch: voices or Whisper models; the others: the file to write",
    )
    models.add_argument(
        "--languages", metavar="de,tr,…", help="fetch: the best voice of each of these languages; all: of all there are"
    )

    add("doctor", "check settings, database, data, models, ports and the speech process", "voicebot doctor")

    evaluate = add(
        "evaluate",
        "measure understanding on questions that are no examples",
        "voicebot evaluate --language de --plot calibration.png",
    )
    evaluate.add_argument(
        "folder", nargs="?", type=Path, help="CSV files with questions; default: the sample city's evaluation"
    )
    evaluate.add_argument(
        "--cross-validate", action="store_true", help="fit the weights of the evidence to the examples; prints them"
    )
    evaluate.add_argument("--language", help="only questions of this language; of --off-topic: lists that begin so")
    evaluate.add_argument("--json", action="store_true", help="one JSON object")
    evaluate.add_argument("--plot", type=Path, metavar="PNG", help="draw the calibration")
    evaluate.add_argument("--speech", action="store_true", help="also spoken by a synthetic voice, through A-law")
    evaluate.add_argument("--noise", metavar="street|WAV", help="also spoken in this noise")
    evaluate.add_argument("--snr", type=float, default=10.0, metavar="DB", help="active speech over noise; default: 10")
    evaluate.add_argument("--limit", type=int, metavar="N", help="at most N questions of each kind, spread evenly")
    evaluate.add_argument("--questions", type=Path, metavar="JSON|CSV", help="somebody else's: question, service")
    evaluate.add_argument("--services", type=Path, metavar="CSV", help="what theirs are of ours: name, service")
    evaluate.add_argument("--off-topic", type=Path, metavar="JSON", help="lists of sentences no town hall answers")

    bench = add(
        "bench",
        "measure this machine: latency, interruptions, transfers, RTP, lost packets, understanding",
        "voicebot bench latency --turns 60",
    )
    whats = ("latency", "understanding", "endpointing", "rtp", "loss", "transfer", "interruptions")
    bench.add_argument("what", choices=whats, nargs="?", default="latency")
    bench.add_argument("--turns", type=int, default=60, help="turns of callers, questions, or sounds; default: 60")
    bench.add_argument("--one", action="store_true", help="latency: one call at a time only")
    bench.add_argument("--codec", action="append", help="codec to offer; default: PCMA")
    bench.add_argument("--services", type=Path, metavar="JSON", help="understanding: add these (name, keywords)")
    bench.add_argument(
        "--calls", type=int, help="rtp: calls at once; default: 4. transfer: calls, half attended, half blind; 20"
    )
    bench.add_argument("--seconds", type=float, default=30.0, help="rtp: how long; default: 30")
    bench.add_argument("--loss", type=float, default=0.03, help="loss: share of lost packets; default: 0.03")
    bench.add_argument("--jitter", type=float, default=60.0, metavar="MS", help="loss: longest delay; default: 60")
    bench.add_argument("--questions", type=int, default=30, help="loss: questions to ask; default: 30")
    bench.add_argument("--json", action="store_true")
    return parser
