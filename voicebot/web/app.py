"""The web application: routes and views for the staff's pages.

Whoever knows the address of a department's page may use it: its token is the secret. So it must not leak
(no referrer, no log of requests), and everything that callers said is escaped by the templates.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from threading import Lock
from urllib.parse import parse_qs, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from voicebot.catalogue.city import City
from voicebot.catalogue.store import StoreError
from voicebot.desk.notes import UnknownEntry, departments_by_token, forget_before, mark_wrong, note_by_token
from voicebot.settings import Settings
from voicebot.web.boards import Board, BoardReader, close_message, days_before, read_boards
from voicebot.web.cards import Card, call_card, day, moment
from voicebot.web.headers import HEADERS, SecurityHeaders
from voicebot.web.live import EventStream, Live, TooManyListeners

log = logging.getLogger(__name__)

CITY_S = 60.0
"""Seconds after which names of departments and services are read again."""
FORGET_S = 3600.0
"""Seconds between two deletions of old notes."""
LARGEST_FORM = 2048
"""Bytes of a form; ours have under 100."""


class Pages:
    """What the views share."""

    def __init__(self, engine: Engine, load_city: Callable[[], City], settings: Settings) -> None:
        self.engine = engine
        self._load_city = load_city
        self._settings = settings
        self._city: City | None = None
        self._city_at = 0.0
        self._lock = Lock()
        self._boards = BoardReader(engine)
        self._templates = Environment(
            loader=PackageLoader("voicebot.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._card = {kind: self._templates.get_template(f"{kind}.html") for kind in ("call", "message")}
        self.live = Live(self.read, self.render_card)

    @asynccontextmanager
    async def lifespan(self, _: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(self.live.run()), asyncio.create_task(self._forget())]
        try:
            yield
        finally:
            self.live.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def city(self) -> City:
        """The town's names, at most a minute old; it blocks. Raises StoreError."""
        with self._lock:
            if self._city is None or time.monotonic() - self._city_at > CITY_S:
                self._city = self._load_city()
                self._city_at = time.monotonic()
            return self._city

    def read(self, tokens: Collection[str], now: datetime) -> dict[str, Board]:
        """What the pages with these tokens show, without unknown ones; it blocks, one at a time. Raises StoreError."""
        departments = departments_by_token(self.engine, tokens)
        boards = self._boards.read(self.city(), set(departments.values()), now)
        return {token: boards[department] for token, department in departments.items()}

    def render(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(values)

    def render_card(self, card: Card, token: str) -> str:
        return self._card[card.kind].render(card=card, token=token)

    async def department(self, request: Request) -> str:
        """Whose page it is. Raises HTTPException 404."""
        token = request.path_params["token"]
        departments = await asyncio.to_thread(departments_by_token, self.engine, [token])
        if token not in departments:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return departments[token]

    def from_our_page(self, request: Request) -> None:
        """The token in the address is what protects a form; this keeps others from using it all the same.

        With ``Referrer-Policy: no-referrer`` browsers send ``Origin: null`` for a form of our own (Fetch,
        section 3.2), so null decides nothing. Raises HTTPException 403.
        """
        site = request.headers.get("sec-fetch-site", "same-origin")
        origin = request.headers.get("origin", "null")
        own = {request.headers.get("host", ""), urlsplit(self._settings.web_url).netloc}
        if site not in ("same-origin", "none") or (origin != "null" and urlsplit(origin).netloc not in own):
            raise HTTPException(HTTPStatus.FORBIDDEN)

    async def _forget(self) -> None:
        while True:
            before = days_before(datetime.now(UTC), self._settings.web.keep_notes_days)
            try:
                forgotten = await asyncio.to_thread(forget_before, self.engine, before)
                if forgotten:
                    log.info("%d notes to desks were older than web.keep_notes_days and are deleted", forgotten)
            except StoreError as error:
                log.error("old notes to desks could not be deleted, next try in an hour: %s", error)
            await asyncio.sleep(FORGET_S)


def create_app(engine: Engine, load_city: Callable[[], City], settings: Settings) -> Starlette:
    """The application; its ``state.pages.live`` ends open streams before a server stops.

    :param load_city: reads the town's data; blocks, raises StoreError
    """
    pages = Pages(engine, load_city, settings)
    app = Starlette(
        routes=[
            Route("/desk/{token}", desk),
            Route("/desk/{token}/events", events),
            Route("/desk/{token}/wrong/{transfer:int}", wrong, methods=["POST"]),
            Route("/desk/{token}/done/{message:int}", done, methods=["POST"]),
            Route("/note/{token}", note),
            Route("/healthz", healthz),
            Route("/robots.txt", robots),
            Mount("/static", StaticFiles(directory=Path(__file__).parent / "static")),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: refused, StoreError: store_failed, Exception: failed},
        lifespan=pages.lifespan,
    )
    app.state.pages = pages
    return app


async def desk(request: Request) -> Response:
    """A department's page: calls of today, and who waits."""
    pages = _pages(request)
    department = await pages.department(request)
    token = request.path_params["token"]
    now = datetime.now(UTC)
    city = await asyncio.to_thread(pages.city)
    boards = await asyncio.to_thread(read_boards, pages.engine, city, [department], now)
    cards = boards[department].values()
    found = city.departments.get(department)
    return _page(
        request,
        "desk.html",
        token=token,
        city=city.name,
        department=found.name("de") if found else department,
        day=day(now),
        calls=[pages.render_card(card, token) for card in cards if card.kind == "call"],
        messages=[pages.render_card(card, token) for card in cards if card.kind == "message"],
    )


async def events(request: Request) -> Response:
    pages = _pages(request)
    await pages.department(request)
    if request.method == "HEAD":
        return Response(media_type="text/event-stream")
    try:
        return EventStream(pages.live, request.path_params["token"])
    except TooManyListeners:
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE) from None


async def wrong(request: Request) -> Response:
    """The desk says that a call should have gone elsewhere (``wrong=1``), or takes it back (``wrong=0``)."""
    pages = _pages(request)
    pages.from_our_page(request)
    department = await pages.department(request)
    is_wrong = (await _form(request)).get("wrong") != "0"
    transfer = _number(request, "transfer")
    await _change(request, partial(mark_wrong, pages.engine, transfer, department, wrong=is_wrong))
    return _changed(request)


async def done(request: Request) -> Response:
    """Somebody has dealt with a callback or report."""
    pages = _pages(request)
    pages.from_our_page(request)
    department = await pages.department(request)
    stamp = (await _form(request)).get("stamp", "")
    message = _number(request, "message")
    await _change(request, partial(close_message, pages.engine, department, message, stamp))
    return _changed(request)


async def note(request: Request) -> Response:
    """One note, as a telephone's display links to it (Call-Info)."""
    pages = _pages(request)
    entry = await asyncio.to_thread(note_by_token, pages.engine, request.path_params["token"])
    if entry is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    city = await asyncio.to_thread(pages.city)
    last = entry.transfers[-1].department if entry.transfers else entry.note.department
    card = call_card(entry, last, city, datetime.now(UTC))
    return _page(request, "note.html", city=city.name, card=card, at=moment(entry.note.created_at), token="")


async def healthz(request: Request) -> Response:
    """Whether the database answers, for whoever watches this process."""
    try:
        await asyncio.to_thread(departments_by_token, _pages(request).engine, [""])
    except StoreError:
        return JSONResponse({"status": "database"}, HTTPStatus.SERVICE_UNAVAILABLE)
    return JSONResponse({"status": "ok"})


async def robots(_: Request) -> Response:
    return Response("User-agent: *\nDisallow: /\n", media_type="text/plain")


async def refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
    return _error(request, status)


async def store_failed(request: Request, error: Exception) -> Response:
    log.error("a page could not be served: %s", error)
    return _error(request, HTTPStatus.SERVICE_UNAVAILABLE)


async def failed(request: Request, _: Exception) -> Response:
    response = _error(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    response.headers.update(HEADERS)  # this one does not come through the middleware
    return response


def _error(request: Request, status: int) -> Response:
    heading, text = _ERRORS.get(status, _ERRORS[HTTPStatus.BAD_REQUEST])
    return _page(request, "error.html", status, heading=heading, text=text)


_ERRORS: dict[int, tuple[str, str]] = {
    HTTPStatus.BAD_REQUEST: ("Das hat nicht geklappt", "Diese Anfrage versteht die Seite nicht."),
    HTTPStatus.FORBIDDEN: ("Nicht erlaubt", "Diese Anfrage kam nicht von der Seite der Abteilung."),
    HTTPStatus.NOT_FOUND: (
        "Diese Seite gibt es nicht",
        "Die Adresse stimmt nicht, wurde erneuert, oder der Eintrag ist gelöscht. Die aktuelle Adresse der Seite Ihrer"
        " Abteilung kennt Ihre Systembetreuung.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        "Gerade nicht erreichbar",
        "Die Daten können im Moment nicht gelesen werden. Bitte laden Sie die Seite in einer Minute neu.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "Da ist ein Fehler passiert",
        "Bitte laden Sie die Seite neu. Wenn es wieder geschieht, sagen Sie Ihrer Systembetreuung Bescheid.",
    ),
}


def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


def _page(request: Request, template: str, status: int = HTTPStatus.OK, **values: object) -> HTMLResponse:
    # Relative, so that a reverse proxy may put the pages below a path of its own.
    root = "../" * (request.url.path.count("/") - 1) or "./"
    return HTMLResponse(_pages(request).render(template, root=root, **values), status)


async def _form(request: Request) -> dict[str, str]:
    """The fields of a small form. Raises HTTPException 413."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return {name: values[-1] for name, values in parse_qs(body.decode("ascii", "replace")).items()}


def _number(request: Request, name: str) -> int:
    """An id that a database can hold. Raises HTTPException 404."""
    number: int = request.path_params[name]
    if number >= 2**31:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return number


async def _change(request: Request, change: Callable[[], None]) -> None:
    try:
        await asyncio.to_thread(change)
    except UnknownEntry:
        raise HTTPException(HTTPStatus.NOT_FOUND) from None
    _pages(request).live.look()


def _changed(request: Request) -> Response:
    """To the page's script no content, as the change arrives as an event; to a plain form the page again."""
    if request.headers.get("accept") == "application/json":
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return RedirectResponse("../../" + request.path_params["token"], HTTPStatus.SEE_OTHER)
