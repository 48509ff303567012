"""A town for lines: the sample, whose calls go where a test wants them, and which greets in no time."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from voicebot.catalogue.city import Route
from voicebot.catalogue.folder import read_folder
from voicebot.catalogue.store import open_database, write_city, writing
from voicebot.knowledge import SAMPLE_CITY
from voicebot.share import share
from voicebot.switching import Method

DAY = date(2026, 11, 22)


def chain(of: str, method: Method, *targets: str, ring_s: int = 20) -> tuple[Route, ...]:
    """Rows for a department, or for a service as ``service:KEY``; targets are extensions or SIP URIs."""
    kind, _, key = of.rpartition(":")
    department, service = ("", key) if kind else (key, "")
    return tuple(
        Route(
            *(department, service, position, "sip" if target.startswith("sip:") else "extension", target),
            *(method, ring_s, "", None, None, "", "", "Aushang", DAY),
        )
        for position, target in enumerate(targets, start=1)
    )


def brisk(folder: Path) -> str:
    """A folder with the prompts of the release, but a greeting of a word for each of its sentences."""
    for path in sorted(share("prompts").glob("*.toml")):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r'^(greeting\w*|other_language) = ".*"$', r'\1 = "Ja."', text, flags=re.MULTILINE)
        (folder / path.name).write_text(text, encoding="utf-8")
    return str(folder)


def write_town(state: Path, *chains: tuple[Route, ...]) -> None:
    """The sample town with these chains and no others, for a line that has ``state`` as its state folder."""
    city = read_folder(share("data") / SAMPLE_CITY)
    engine = open_database(f"sqlite:///{state / 'voicebot.sqlite'}")
    try:
        with writing(engine) as session:
            write_city(session, replace(city, routes=sum(chains, ())))
    finally:
        engine.dispose()
