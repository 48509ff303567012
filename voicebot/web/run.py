"""``voicebot web``: the server, and what the command line prints of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from functools import partial

import uvicorn
from sqlalchemy import Engine
from starlette.applications import Starlette

from voicebot.catalogue.store import load_city, open_database
from voicebot.cli import UsageError
from voicebot.desk.notes import desk_links, facts, renew, to_improve
from voicebot.line import signals
from voicebot.settings import Settings
from voicebot.web.app import create_app
from voicebot.web.cards import moment, target_name
from voicebot.web.errors import WebError
from voicebot.web.sockets import listen

STOP_S = 5
"""How long a request may take to end once the server is told to stop."""


class Server(uvicorn.Server):
    """Leaves signals to whoever runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def server_of(app: Starlette) -> Server:
    """A server for the application that writes no log of requests: their addresses are secrets."""
    return Server(
        uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="on",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_S,
        )
    )


async def run_web(settings: Settings, *, note: Callable[[str], None], stop: asyncio.Event | None = None) -> None:
    """Serve the pages until SIGTERM, SIGINT or ``stop``. Raises StoreError or WebError."""
    if not settings.web.port:
        raise WebError("web.port is 0, which means no pages; set a port, such as 8080")
    stop = stop or asyncio.Event()
    async with signals(stop):
        engine = await asyncio.to_thread(open_database, settings.database_url)
        try:
            app = create_app(engine, partial(load_city, engine), settings)
            server = server_of(app)
            with listen(settings.web.host, settings.web.port) as socket:
                serving = asyncio.create_task(server.serve([socket]))
                stopped = asyncio.create_task(stop.wait())
                note(f"the pages are at {settings.web_url}; `voicebot web --links` prints each department's")
                try:
                    await asyncio.wait([serving, stopped], return_when=asyncio.FIRST_COMPLETED)
                finally:
                    stopped.cancel()
                    # Open pages would keep the server from ending.
                    app.state.pages.live.close()
                    server.should_exit = True
                    await serving
        finally:
            engine.dispose()


def print_links(settings: Settings, renewed: str | None) -> None:
    """The address of each department's page; with ``renewed`` of that one, and the old one leads nowhere.

    Raises StoreError, and UsageError for an unknown department.
    """
    with _database(settings) as engine:
        city = load_city(engine)
        departments = {key: each for key, each in city.departments.items() if each.kind == "stadt"}
        if renewed is not None:
            if renewed not in departments:
                raise UsageError(f"there is no department {renewed!r}; there are {', '.join(sorted(departments))}")
            tokens = {renewed: renew(engine, renewed)}
        else:
            tokens = desk_links(engine, sorted(departments))
    for key, token in tokens.items():
        print(f"{departments[key].name('de')}: {settings.web_url}/desk/{token}")


def print_wrong(settings: Settings) -> None:
    """The calls that a desk marked as meant for another, newest first. Raises StoreError."""
    with _database(settings) as engine:
        city = load_city(engine)
        for entry in to_improve(engine):
            shown = dict(facts(entry.note, city))
            for transfer in entry.transfers:
                if transfer.is_wrong:
                    department = city.departments.get(transfer.department)
                    name = department.name("de") if department else transfer.department
                    print(
                        f"{moment(entry.note.created_at)}  {name} ({target_name(transfer.target)}):"
                        f" {shown['Thema']}; {shown['Anliegen']}"
                    )


@contextlib.contextmanager
def _database(settings: Settings) -> Iterator[Engine]:
    engine = open_database(settings.database_url)
    try:
        yield engine
    finally:
        engine.dispose()
