"""The staff's pages: what they show, who may do what, and how they keep up to date."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from programs import Voicebot
from town import town
from voicebot.catalogue.models import MessageRow
from voicebot.catalogue.store import StoreError, open_database, write_city, writing
from voicebot.desk import notes
from voicebot.desk.notes import Note, Outcome
from voicebot.ports import free_port
from voicebot.settings import Settings, Web
from voicebot.web import cards, live
from voicebot.web.app import create_app
from voicebot.web.boards import days_before, midnight
from voicebot.web.live import Live, TooManyListeners
from voicebot.web.run import server_of

SCRIPT = "<script>alert(1)</script>"
PATIENCE_S = 60.0
"""For what must come, on a machine that others use too."""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    result = open_database(f"sqlite:///{tmp_path}/voicebot.db")
    yield result
    result.dispose()


@dataclass(frozen=True)
class Office:
    """The pages of a small town with two desks."""

    engine: Engine
    client: TestClient
    tokens: dict[str, str]

    def page(self, department: str = "buergerbuero") -> str:
        answer = self.client.get(f"/desk/{self.tokens[department]}")
        assert answer.status_code == 200
        return answer.text

    def post(self, what: str, department: str = "buergerbuero", **headers: str) -> int:
        wrong, _, form = what.partition("?")
        answer = self.client.post(
            f"/desk/{self.tokens[department]}/{wrong}",
            content=form,
            headers={"accept": "application/json", **headers},
            follow_redirects=False,
        )
        return answer.status_code


@pytest.fixture
def office(engine: Engine) -> Iterator[Office]:
    tokens = notes.desk_links(engine, ["zentrale", "buergerbuero"])
    with TestClient(create_app(engine, town, Settings())) as client:
        yield Office(engine, client, tokens)


def add_note(engine: Engine, **changes: Any) -> Note:
    plain = Note(
        call_id="3f1c@pbx.example",
        caller="03023125001",
        language="en",
        department="buergerbuero",
        service="personalausweis",
        aspect="documents",
        said="Bringen Sie ein Foto mit.",
        wants="braucht einen Termin",
        created_at=datetime.now(UTC),
    )
    return notes.store_note(engine, replace(plain, **changes))


def add_transfer(engine: Engine, note: Note, department: str = "buergerbuero", target: str = "300") -> int:
    assert note.note_id is not None
    return notes.begin_transfer(
        engine, note.note_id, department=department, target=target, method="attended", at=note.created_at
    )


def add_message(engine: Engine, **changes: Any) -> int:
    values = {
        "created_at": datetime.now(UTC),
        "call_id": "3f1c@pbx.example",
        "caller": "03023125002",
        "name": "Erika Mustermann",
        "number": "030 23125 003",
        "matter": "Frage zur Meldebescheinigung",
        "department": "buergerbuero",
        "language": "de",
        "due_at": datetime.now(UTC) + timedelta(hours=5),
        **changes,
    }
    with writing(engine) as session:
        row = MessageRow(**values)
        session.add(row)
        session.flush()
        return row.id


def stamp_of(page: str, message: int) -> str:
    found = re.search(rf'/done/{message}".*?name="stamp" value="([\d.]+)"', page, re.DOTALL)
    assert found
    return found[1]


# What a page shows.


def test_a_page_shows_a_call_in_five_lines(office: Office) -> None:
    transfer = add_transfer(office.engine, add_note(office.engine))
    notes.update_transfer(office.engine, transfer, rang_at=datetime.now(UTC))
    page = office.page()
    for text in (
        *("Bürgerbüro", "Stadt Musterfeld", "03023125001", "Englisch", "Personalausweis, Unterlagen"),
        *("Bringen Sie ein Foto mit.", "braucht einen Termin", "klingelt seit", "Falsche Abteilung"),
    ):
        assert text in page
    assert "03023125001" not in office.page("zentrale")


def test_the_newest_call_is_on_top(office: Office) -> None:
    now = datetime.now(UTC)
    for number, ago in (("03023125004", 2), ("03023125006", 0), ("03023125005", 1)):
        add_note(office.engine, caller=number, created_at=now - timedelta(microseconds=ago))
    assert re.findall(r"0302312500[456]", office.page()) == ["03023125006", "03023125005", "03023125004"]


def test_yesterdays_calls_are_not_shown(office: Office) -> None:
    add_note(office.engine, created_at=datetime.now(UTC) - timedelta(days=1))
    assert "Heute wurde noch kein Anruf" in office.page()
    assert "03023125001" not in office.page()


def test_a_page_shows_who_waits_and_since_when(office: Office) -> None:
    late = datetime.now(UTC) - timedelta(hours=1)
    add_message(office.engine, name="Max Mustermann")
    add_message(office.engine, due_at=late, preferred_time="vormittags")
    add_message(
        office.engine, department="zentrale", kind="report", reference="M-7", place="Musterstraße 1", since="Mai"
    )
    page = office.page()
    assert page.index("Erika Mustermann") < page.index("Max Mustermann")
    assert page.count("überfällig seit") == 1
    assert page.count("fällig bis") == 1
    assert "vormittags" in page
    other = office.page("zentrale")
    for text in ("Meldung M-7", "Musterstraße 1", "Mai"):
        assert text in other
        assert text not in page


def test_what_callers_say_is_escaped(office: Office) -> None:
    note = add_note(
        office.engine,
        **dict.fromkeys(("caller", "language", "service", "aspect", "said", "wants", "transcript"), SCRIPT),
    )
    add_transfer(office.engine, note, target=SCRIPT)
    add_transfer(office.engine, note, department=SCRIPT)
    texts = ("caller", "name", "number", "matter", "language", "reference", "preferred_time", "place", "since")
    add_message(office.engine, **{**dict.fromkeys(texts, SCRIPT), "kind": "report"})
    for page in (office.page(), office.client.get(f"/note/{note.token}").text):
        assert "<script>" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_note_has_a_page_without_buttons(office: Office) -> None:
    note = add_note(office.engine)
    add_transfer(office.engine, note)
    answer = office.client.get(f"/note/{note.token}")
    assert answer.status_code == 200
    assert "Personalausweis, Unterlagen" in answer.text
    assert "<form" not in answer.text
    assert office.tokens["buergerbuero"] not in answer.text


def test_a_transcript_is_shown_where_one_was_kept(office: Office) -> None:
    add_note(office.engine, transcript="Bot: Guten Tag.\nAnrufer: Mein Ausweis ist weg.")
    assert "Mein Ausweis ist weg." in office.page()


@pytest.mark.parametrize(
    "path", ["/", "/desk/", "/desk/none", "/desk/none/events", "/note/none", "/static/none", "/x/y"]
)
def test_an_unknown_address_is_told_so_in_german(office: Office, path: str) -> None:
    answer = office.client.get(path)
    assert answer.status_code == 404
    assert "Diese Seite gibt es nicht" in answer.text


def test_an_old_address_leads_nowhere_once_it_is_renewed(office: Office) -> None:
    office.page()
    notes.renew(office.engine, "buergerbuero")
    assert office.client.get(f"/desk/{office.tokens['buergerbuero']}").status_code == 404
    assert office.post("wrong/1?wrong=1") == 404


@pytest.mark.parametrize("path", ["/desk/{}", "/desk/none", "/healthz", "/static/desk.js", "/robots.txt"])
def test_nothing_leaks_and_nothing_comes_from_elsewhere(office: Office, path: str) -> None:
    answer = office.client.get(path.format(office.tokens["zentrale"]))
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert "set-cookie" not in answer.headers
    assert not re.search(r"(?:src|href|action)=\"(?:\w+:)?//", answer.text)
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|style=", answer.text)


def test_an_error_of_ours_is_one_german_page_with_the_same_headers(engine: Engine) -> None:
    def broken() -> Any:
        raise RuntimeError("boom")

    [token] = notes.desk_links(engine, ["zentrale"]).values()
    with TestClient(create_app(engine, broken, Settings()), raise_server_exceptions=False) as client:
        answer = client.get(f"/desk/{token}")
    assert answer.status_code == 500
    assert "Da ist ein Fehler passiert" in answer.text
    assert "boom" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_failing_database_is_a_german_page(engine: Engine) -> None:
    def missing() -> Any:
        raise StoreError("the database is empty")

    [token] = notes.desk_links(engine, ["zentrale"]).values()
    with TestClient(create_app(engine, missing, Settings())) as client:
        answer = client.get(f"/desk/{token}")
    assert answer.status_code == 503
    assert "Gerade nicht erreichbar" in answer.text


def test_health(office: Office, engine: Engine) -> None:
    assert office.client.get("/healthz").json() == {"status": "ok"}
    with writing(engine) as session:
        session.connection().exec_driver_sql("DROP TABLE desk_link")
    answer = office.client.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"status": "database"})


# What the staff does.


def test_a_desk_marks_a_call_as_wrong_and_takes_it_back(office: Office) -> None:
    transfer = add_transfer(office.engine, add_note(office.engine))
    assert office.post(f"wrong/{transfer}?wrong=1") == 204
    assert "Als falsche Abteilung gemeldet" in office.page()
    assert len(notes.to_improve(office.engine)) == 1
    assert office.post(f"wrong/{transfer}?wrong=0") == 204
    assert "Als falsche Abteilung gemeldet" not in office.page()
    assert notes.to_improve(office.engine) == []


def test_a_form_without_a_script_leads_back_to_the_page(office: Office) -> None:
    transfer = add_transfer(office.engine, add_note(office.engine))
    answer = office.client.post(
        f"/desk/{office.tokens['buergerbuero']}/wrong/{transfer}", content="wrong=1", headers={"origin": "null"}
    )
    assert answer.history[0].status_code == 303
    assert answer.url.path == f"/desk/{office.tokens['buergerbuero']}"
    assert "Als falsche Abteilung gemeldet" in answer.text


def test_a_desk_closes_a_message(office: Office) -> None:
    message = add_message(office.engine)
    stamp = stamp_of(office.page(), message)
    assert office.post(f"done/{message}?stamp={stamp}") == 204
    assert "Erika Mustermann" not in office.page()
    assert office.post(f"done/{message}?stamp={stamp}") == 404


def test_a_page_that_is_behind_does_not_close_a_later_message(office: Office) -> None:
    """SQLite gives the id of a deleted row to the next one."""
    message = add_message(office.engine)
    stamp = stamp_of(office.page(), message)
    assert office.post(f"done/{message}?stamp={stamp}") == 204
    assert add_message(office.engine, name="Max Mustermann") == message
    assert office.post(f"done/{message}?stamp={stamp}") == 404
    assert "Max Mustermann" in office.page()


def test_a_desk_changes_only_what_is_its_own(office: Office) -> None:
    transfer = add_transfer(office.engine, add_note(office.engine))
    message = add_message(office.engine)
    stamp = stamp_of(office.page(), message)
    assert office.post(f"wrong/{transfer}?wrong=1", "zentrale") == 404
    assert office.post(f"done/{message}?stamp={stamp}", "zentrale") == 404
    assert office.post(f"wrong/{10**30}?wrong=1") == 404
    assert notes.to_improve(office.engine) == []
    assert "Erika Mustermann" in office.page()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 204),
        ({"origin": "http://testserver"}, 204),
        ({"origin": "null", "sec-fetch-site": "same-origin"}, 204),
        ({"origin": "http://testserver", "sec-fetch-site": "cross-site"}, 403),
        ({"origin": "null", "sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://elsewhere.example"}, 403),
        ({"origin": "http://testserver.elsewhere.example"}, 403),
    ],
)
def test_forms_of_other_sites_are_refused(office: Office, headers: dict[str, str], status: int) -> None:
    transfer = add_transfer(office.engine, add_note(office.engine))
    assert office.post(f"wrong/{transfer}?wrong=1", **headers) == status
    assert len(notes.to_improve(office.engine)) == (status == 204)


def test_forms_are_taken_at_the_public_address(engine: Engine) -> None:
    [token] = notes.desk_links(engine, ["buergerbuero"]).values()
    transfer = add_transfer(engine, add_note(engine))
    settings = Settings(web=Web(base_url="https://telefon.example.org/pages/"))
    with TestClient(create_app(engine, town, settings)) as client:
        answer = client.post(f"/desk/{token}/wrong/{transfer}", headers={"origin": "https://telefon.example.org"})
        assert answer.status_code == 200
    assert len(notes.to_improve(engine)) == 1


def test_a_form_is_small(office: Office) -> None:
    assert office.post(f"wrong/1?wrong={'1' * 5000}") == 413
    assert office.client.get(f"/desk/{office.tokens['zentrale']}/wrong/1").status_code == 405


def test_old_notes_are_deleted_when_the_pages_start(engine: Engine) -> None:
    old = add_note(engine, created_at=datetime.now(UTC) - timedelta(days=16))
    kept = add_note(engine, created_at=datetime.now(UTC) - timedelta(days=13))
    with TestClient(create_app(engine, town, Settings())) as client:
        for _ in range(1000):
            if notes.note_by_token(engine, old.token) is None:
                break
            client.get("/healthz")
    assert notes.note_by_token(engine, old.token) is None
    assert notes.note_by_token(engine, kept.token) is not None


# States, as a desk reads them.

AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


def transfer(**changes: Any) -> notes.Transfer:
    plain = notes.Transfer(1, AT, "buergerbuero", "300", "attended", None, None, None, "", 0, False)
    return replace(plain, **changes)


@pytest.mark.parametrize(
    ("changes", "text", "tone"),
    [
        ({}, "wird angerufen", "now"),
        ({"rang_at": AT}, "klingelt seit 10:00 Uhr", "now"),
        ({"rang_at": AT, "answered_at": AT}, "angenommen um 10:00 Uhr", "now"),
        ({"outcome": Outcome.CONNECTED}, "verbunden", "good"),
        ({"outcome": Outcome.CONNECTED, "answered_at": AT}, "verbunden um 10:00 Uhr", "good"),
        ({"outcome": Outcome.CONNECTED, "ended_at": AT, "method": "blind"}, "verbunden um 10:00 Uhr", "good"),
        (
            {"outcome": Outcome.CONNECTED, "answered_at": AT, "ended_at": AT + timedelta(seconds=9)},
            "verbunden um 10:00 Uhr",
            "good",
        ),
        ({"answered_at": AT, "method": "bridge"}, "im Gespräch seit 10:00 Uhr", "now"),
        ({"answered_at": AT - timedelta(minutes=50), "method": "bridge"}, "im Gespräch seit 09:10 Uhr", "now"),
        ({"answered_at": AT - timedelta(hours=4), "method": "bridge"}, "Ausgang unbekannt", "quiet"),
        ({"outcome": Outcome.CONNECTED, "answered_at": AT, "method": "bridge"}, "im Gespräch seit 10:00 Uhr", "now"),
        (
            {
                "outcome": Outcome.CONNECTED,
                "answered_at": AT,
                "ended_at": AT + timedelta(seconds=200),
                "method": "bridge",
            },
            "gesprochen, 3 min 20 s",
            "good",
        ),
        ({"outcome": Outcome.NO_ANSWER}, "nicht angenommen", "bad"),
        ({"outcome": Outcome.ABANDONED}, "Anrufer hat aufgelegt", "quiet"),
        ({"outcome": Outcome.UNKNOWN}, "übergeben, Ausgang unbekannt", "quiet"),
        ({"department": "zentrale", "outcome": Outcome.BUSY}, "weitergeleitet an Zentrale: besetzt", "quiet"),
        ({"created_at": AT - timedelta(minutes=11)}, "Ausgang unbekannt", "quiet"),
        ({"outcome": "something new"}, "something new", "bad"),
    ],
)
def test_states(changes: dict[str, Any], text: str, tone: str) -> None:
    state = cards.state([transfer(**changes)], "buergerbuero", town(), AT)
    assert (state.text, state.tone) == (text, tone)


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_is_told_in_german(outcome: Outcome) -> None:
    text = cards.state([transfer(outcome=outcome)], "buergerbuero", town(), AT).text
    assert text != outcome.value


def test_what_was_tried_before_is_told_in_order() -> None:
    note = Note(call_id="1", caller="", language="de", department="buergerbuero", created_at=AT, note_id=1)
    missed = transfer(
        target="sip:300@pbx.example", rang_at=AT, ended_at=AT + timedelta(seconds=20), outcome=Outcome.NO_ANSWER
    )
    other = transfer(transfer_id=2, department="zentrale", target="0", outcome=Outcome.CONNECTED)
    entry = notes.DeskEntry(note, (missed, other))
    card = cards.call_card(entry, "buergerbuero", town(), AT)
    assert card.tried == ("10:00 Uhr, 300: nicht angenommen nach 20 s",)
    assert card.state.text == "weitergeleitet an Zentrale: verbunden"
    assert card.transfer_id == 1
    seen_there = cards.call_card(entry, "zentrale", town(), AT)
    assert seen_there.tried == ("10:00 Uhr, Bürgerbüro, 300: nicht angenommen nach 20 s",)
    assert seen_there.transfer_id == 2


# Pages that update by themselves, over real connections.


@dataclass(frozen=True)
class Served:
    url: str
    live: Live
    tokens: dict[str, str]


@pytest.fixture
async def served(engine: Engine) -> AsyncIterator[Served]:
    tokens = notes.desk_links(engine, ["zentrale", "buergerbuero"])
    app = create_app(engine, town, Settings())
    server = server_of(app)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve([listening]))
        pages = app.state.pages
        try:
            yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", pages.live, tokens)
        finally:
            pages.live.close()
            server.should_exit = True
            await asyncio.wait_for(serving, PATIENCE_S)
    assert pages.live.listeners == 0


class Page:
    """An open page, as its browser reads the stream."""

    def __init__(self, lines: AsyncIterator[str]) -> None:
        self._lines = lines

    async def event(self) -> tuple[str, dict[str, Any]]:
        """The next event that is no heartbeat."""
        name = data = ""
        async with asyncio.timeout(PATIENCE_S):
            async for line in self._lines:
                key, _, value = line.partition(": ")
                if key == "event":
                    name = value
                elif key == "data":
                    data = value
                elif not line and name:
                    if name != "alive":
                        return name, json.loads(data) if name != "trouble" else {}
                    name = ""
        raise EOFError("the stream ended")


@contextlib.asynccontextmanager
async def opened(served: Served, department: str = "buergerbuero") -> AsyncIterator[Page]:
    async with (
        httpx2.AsyncClient(base_url=served.url, timeout=PATIENCE_S) as client,
        client.stream("GET", f"/desk/{served.tokens[department]}/events") as answer,
    ):
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        yield Page(answer.aiter_lines())


def keys(data: dict[str, Any]) -> list[str]:
    return [card["key"] for card in data["cards"]]


async def test_a_stream_begins_with_the_whole_page_and_then_sends_changes(served: Served, engine: Engine) -> None:
    first = await asyncio.to_thread(add_note, engine)
    async with opened(served) as page:
        name, data = await page.event()
        assert (name, keys(data)) == ("all", [f"call-{first.note_id}"])
        second = await asyncio.to_thread(add_note, engine, caller="", wants=f"zwei\nZeilen {SCRIPT}")
        name, data = await page.event()
        assert (name, keys(data), data["gone"]) == ("change", [f"call-{second.note_id}"], [])
        assert "&lt;script&gt;" in data["cards"][0]["html"]
        tried = await asyncio.to_thread(add_transfer, engine, first)
        name, data = await page.event()
        assert (name, keys(data)) == ("change", [f"call-{first.note_id}"])
        assert "wird angerufen" in data["cards"][0]["html"]
        await asyncio.to_thread(notes.finish_transfer, engine, tried, outcome=Outcome.BUSY, code=486)
        assert "besetzt" in (await page.event())[1]["cards"][0]["html"]


async def test_a_message_appears_and_goes(served: Served, engine: Engine) -> None:
    async with opened(served) as page, opened(served, "zentrale") as other:
        assert (await page.event())[1]["cards"] == []
        assert (await other.event())[1]["cards"] == []
        message = await asyncio.to_thread(add_message, engine)
        assert keys((await page.event())[1]) == [f"message-{message}"]
        with writing(engine) as session:
            session.delete(session.get_one(MessageRow, message))
        assert (await page.event())[1]["gone"] == [f"message-{message}"]
        await asyncio.to_thread(add_message, engine, department="zentrale")
        name, data = await other.event()
        assert (name, len(data["cards"])) == ("change", 1)  # and nothing of the other desk's before


async def test_several_pages_of_a_desk_see_the_same(served: Served, engine: Engine) -> None:
    async with opened(served) as one, opened(served) as two:
        await one.event()
        await two.event()
        assert served.live.listeners == 2
        await asyncio.to_thread(add_note, engine)
        assert (await one.event()) == (await two.event())


async def test_a_page_that_is_closed_is_forgotten(served: Served) -> None:
    async with opened(served) as page:
        await page.event()
        assert served.live.listeners == 1
    async with asyncio.timeout(PATIENCE_S):
        while served.live.listeners:  # noqa: ASYNC110 - the server notices on its own, and tells nobody
            await asyncio.sleep(0.01)


async def test_a_renewed_address_ends_the_streams_of_the_old_one(served: Served, engine: Engine) -> None:
    async with opened(served) as page, opened(served, "zentrale") as other:
        await page.event()
        await other.event()
        await asyncio.to_thread(notes.renew, engine, "buergerbuero")
        with pytest.raises(EOFError):
            await page.event()
        await asyncio.to_thread(add_message, engine, department="zentrale")
        assert (await other.event())[0] == "change"


async def test_heartbeats(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.05)
    async with (
        httpx2.AsyncClient(base_url=served.url, timeout=PATIENCE_S) as client,
        client.stream("GET", f"/desk/{served.tokens['zentrale']}/events") as answer,
        asyncio.timeout(PATIENCE_S),
    ):
        async for line in answer.aiter_lines():
            if line == "event: alive":
                return
    pytest.fail("no heartbeat")


async def test_a_failing_database_is_told_and_the_page_is_whole_again_after_it(
    served: Served, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "TROUBLE_POLL_S", 0.05)
    async with opened(served) as page:
        await page.event()
        with writing(engine) as session:
            session.connection().exec_driver_sql("ALTER TABLE call_note RENAME TO elsewhere")
        assert (await page.event())[0] == "trouble"
        with writing(engine) as session:
            session.connection().exec_driver_sql("ALTER TABLE elsewhere RENAME TO call_note")
        assert (await page.event())[0] == "all"


# The hub alone: what cannot be timed over a connection.


def board(*names: str) -> dict[str, cards.Card]:
    plain = cards.MessageCard("", 0.0, "Rückruf", (), "", False, 1, "1.0")
    return {name: replace(plain, key=name) for name in names}


class Desk:
    """A hub whose database is a variable."""

    def __init__(self) -> None:
        self.boards = {"token": board()}
        self.reads = 0
        self.live = Live(self._read, lambda card, token: f"{token} {card.key}")

    def _read(self, _tokens: Any, _now: datetime) -> dict[str, Any]:
        self.reads += 1
        return dict(self.boards)


async def test_nobody_looks_at_the_database_while_no_page_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "POLL_S", 0.001)
    desk = Desk()
    running = asyncio.create_task(desk.live.run())
    try:
        for _ in range(50):
            await asyncio.sleep(0)
        assert desk.reads == 0
        listener = desk.live.join("token")
        stream = listener.events()
        assert (await anext(stream)).startswith(b"retry")
        assert (await anext(stream)).startswith(b"event: all")
        assert desk.reads > 0
        desk.live.leave(listener)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_a_page_that_does_not_read_is_cut_off_and_keeps_little() -> None:
    desk = Desk()
    slow = desk.live.join("token")
    for number in range(100):
        desk.boards["token"] = board(str(number))
        await desk.live._poll()
    assert slow.cut_off
    assert slow.queue.qsize() == live.QUEUED_EVENTS
    received = [event async for event in slow.events()]
    assert len(received) == 1  # the pause before the browser comes again, and the end


async def test_closing_ends_every_stream_and_lets_nobody_in() -> None:
    desk = Desk()
    listener = desk.live.join("token")
    desk.live.close()
    assert [event async for event in listener.events()] == [b"retry: 2000\n\n"]
    with pytest.raises(TooManyListeners):
        desk.live.join("token")


async def test_there_are_not_more_pages_than_agreed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_LISTENERS", 2)
    desk = Desk()
    first = desk.live.join("token")
    desk.live.join("token")
    with pytest.raises(TooManyListeners):
        desk.live.join("token")
    desk.live.leave(first)
    desk.live.join("token")


# The command.


def web(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "voicebot", "web", *arguments],
        env={**os.environ, "VOICEBOT_DATA_STATE_DIR": str(folder), **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder with the small town."""
    engine = open_database(f"sqlite:///{tmp_path}/voicebot.sqlite")
    with writing(engine) as session:
        write_city(session, town())
    engine.dispose()
    return tmp_path


def test_links_are_printed_and_renewed(state: Path) -> None:
    base = {"VOICEBOT_WEB_BASE_URL": "https://telefon.example.org/"}
    links = web(state, "--links", **base).stdout.splitlines()
    [mine] = [line for line in links if line.startswith("Bürgerbüro: ")]
    assert re.fullmatch(r"Bürgerbüro: https://telefon\.example\.org/desk/[\w-]{32}", mine)
    assert web(state, "--links", **base).stdout.splitlines() == links
    renewed = web(state, "--renew", "buergerbuero", **base).stdout.strip()
    assert renewed != mine
    assert renewed in web(state, "--links", **base).stdout.splitlines()
    unknown = web(state, "--renew", "nowhere")
    assert unknown.returncode == 2
    assert "no department 'nowhere'" in unknown.stderr


def test_what_desks_marked_is_listed_without_the_number(state: Path) -> None:
    engine = open_database(f"sqlite:///{state}/voicebot.sqlite")
    marked = add_transfer(engine, add_note(engine), target="sip:300@pbx.example")
    notes.mark_wrong(engine, marked, "buergerbuero")
    add_transfer(engine, add_note(engine, wants="etwas anderes"))
    engine.dispose()
    [line] = web(state, "--wrong").stdout.splitlines()
    assert "Bürgerbüro (300): Personalausweis" in line
    assert "braucht einen Termin" in line
    assert "03023125001" not in line


def test_it_serves_until_it_is_told_to_stop_also_while_a_page_is_open(state: Path) -> None:
    port = str(free_port())
    engine = open_database(f"sqlite:///{state}/voicebot.sqlite")
    [token] = notes.desk_links(engine, ["buergerbuero"]).values()
    engine.dispose()
    program = Voicebot("web", environ={"VOICEBOT_DATA_STATE_DIR": str(state), "VOICEBOT_WEB_PORT": port})
    try:
        program.wait_for_line("the pages are at", PATIENCE_S)
        with httpx2.stream("GET", f"http://127.0.0.1:{port}/desk/{token}/events", timeout=PATIENCE_S) as answer:
            lines = answer.iter_lines()
            while next(lines) != "event: all":
                pass
            taken = web(state, VOICEBOT_WEB_PORT=port)
            assert taken.returncode == 1
            assert f"web.port {port}" in taken.stderr
            assert "Traceback" not in taken.stderr
            program.finish()
    finally:
        program.end()
    assert token not in program.tail()


def test_port_0_is_no_pages(state: Path) -> None:
    result = web(state, VOICEBOT_WEB_PORT="0")
    assert result.returncode == 1
    assert "web.port is 0" in result.stderr


def test_forgetting_takes_whole_days() -> None:
    # 25 hours long: the clocks went back on 25 October 2026.
    noon = datetime(2026, 10, 25, 11, 0, tzinfo=UTC)
    assert midnight(noon).astimezone(UTC) == datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    assert days_before(noon, 14).astimezone(UTC) == datetime(2026, 10, 10, 22, 0, tzinfo=UTC)


def test_serve_starts_the_pages_too(state: Path) -> None:
    """With a line that cannot start, as its port is taken: the pages do not depend on it."""
    port = str(free_port())
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environ = {
            "VOICEBOT_DATA_STATE_DIR": str(state),
            "VOICEBOT_WEB_PORT": port,
            "VOICEBOT_SPEECH_URI": f"tcp://127.0.0.1:{taken.getsockname()[1]}",
            "VOICEBOT_SIP_HOST": "127.0.0.1",
            "VOICEBOT_SIP_UDP_PORT": "0",
            "VOICEBOT_SIP_TCP_PORT": str(taken.getsockname()[1]),
        }
        program = Voicebot("serve", environ=environ)
        try:
            program.wait_for_line("the pages are at", PATIENCE_S)
            assert httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE_S).json() == {"status": "ok"}
            program.finish()
        finally:
            program.end()
