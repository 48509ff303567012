"""A desk's page in a real browser: Chromium of the distribution, driven by Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from sqlalchemy import Engine

from programs import Voicebot, require
from test_web import SCRIPT, add_message, add_note, add_transfer
from town import town
from voicebot.catalogue.store import open_database, write_city, writing
from voicebot.desk import notes
from voicebot.ports import free_port

PATIENCE_MS = 20_000
SWITCHES = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)

pytestmark = pytest.mark.interop


@dataclass(frozen=True)
class Office:
    """A running web process, its database, and the address of a page."""

    engine: Engine
    url: str
    program: Voicebot


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=require("chromium"), args=list(SWITCHES))
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("web")
    port = str(free_port())
    engine = open_database(f"sqlite:///{folder}/voicebot.sqlite")
    with writing(engine) as session:
        write_city(session, town())
    [token] = notes.desk_links(engine, ["buergerbuero"]).values()
    program = Voicebot("web", environ={"VOICEBOT_DATA_STATE_DIR": str(folder), "VOICEBOT_WEB_PORT": port})
    try:
        program.wait_for_line("the pages are at", PATIENCE_MS / 1000)
        yield Office(engine, f"http://127.0.0.1:{port}/desk/{token}", program)
    finally:
        program.end()
        engine.dispose()
    program.finish()


@pytest.fixture
def page(browser: Browser, office: Office) -> Iterator[Page]:
    """The page, up to date; it must not have complained about anything when the test ends."""
    complaints: list[str] = []
    context = browser.new_context(locale="de-DE")
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto(office.url)
    see(opened.locator("#connection[data-state=up]"))
    yield opened
    context.close()
    assert complaints == []


def see(what: Locator, **options: Any) -> None:
    expect(what).to_be_visible(timeout=PATIENCE_MS, **options)


def test_a_call_appears_and_changes_by_itself(page: Page, office: Office) -> None:
    note = add_note(office.engine, wants=f"Termin {SCRIPT}")
    card = page.locator(f"#call-{note.note_id}")
    see(card)
    transfer = add_transfer(office.engine, note)
    notes.update_transfer(office.engine, transfer, rang_at=datetime.now(UTC))
    see(card.get_by_text("klingelt seit"))
    see(card.get_by_text("03023125001"))
    see(card.get_by_text(f"Termin {SCRIPT}"))
    assert page.title().startswith("(")
    newer = add_note(office.engine)
    see(page.locator(f"#calls > .card:first-child#call-{newer.note_id}"))
    notes.finish_transfer(office.engine, transfer, outcome=notes.Outcome.NO_ANSWER)
    see(card.get_by_text("nicht angenommen"))


def test_wrong_department_is_one_click_and_can_be_undone_by_keyboard(page: Page, office: Office) -> None:
    note = add_note(office.engine)
    add_transfer(office.engine, note)
    card = page.locator(f"#call-{note.note_id}")
    card.get_by_role("button", name="Falsche Abteilung").click()
    see(card.get_by_text("Als falsche Abteilung gemeldet."))
    assert [entry.note for entry in notes.to_improve(office.engine)] == [note]
    expect(card.get_by_role("button", name="Zurücknehmen")).to_be_focused(timeout=PATIENCE_MS)
    page.keyboard.press("Enter")
    see(card.get_by_role("button", name="Falsche Abteilung"))
    assert notes.to_improve(office.engine) == []


def test_a_callback_appears_and_is_done_by_keyboard(page: Page, office: Office) -> None:
    message = add_message(office.engine, due_at=datetime.now(UTC) - timedelta(minutes=1))
    card = page.locator(f"#message-{message}")
    see(card.get_by_text("überfällig seit"))
    card.locator("summary").focus()
    page.keyboard.press("Enter")
    see(card.get_by_role("button", name="Ja, löschen"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(card).to_have_count(0, timeout=PATIENCE_MS)
    see(page.get_by_text("Niemand wartet auf eine Antwort."))


def test_one_click_does_not_delete_a_callback(page: Page, office: Office) -> None:
    message = add_message(office.engine)
    card = page.locator(f"#message-{message}")
    card.get_by_text("Erledigt").click()
    see(card.get_by_role("button", name="Ja, löschen"))
    other = add_message(office.engine, name="Max Mustermann")
    see(page.locator(f"#message-{other}"))
    see(card.get_by_role("button", name="Ja, löschen"))


def test_without_scripts_the_buttons_work_too(browser: Browser, office: Office) -> None:
    note = add_note(office.engine)
    add_transfer(office.engine, note)
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(office.url)
    card = page.locator(f"#call-{note.note_id}")
    card.get_by_role("button", name="Falsche Abteilung").click()
    see(card.get_by_text("Als falsche Abteilung gemeldet."))
    assert page.url == office.url
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_colours_can_be_told_apart(browser: Browser, office: Office, scheme: Any) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5 to 1 for every text, in either scheme."""
    transfer = add_transfer(office.engine, add_note(office.engine))
    notes.mark_wrong(office.engine, transfer, "buergerbuero")
    add_message(office.engine, due_at=datetime.now(UTC) - timedelta(minutes=1))
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(office.url)
    texts = page.evaluate(CONTRASTS)
    context.close()
    assert len(texts) > 20
    assert [text for text in texts if text["contrast"] < 4.5] == []


CONTRASTS = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = channels(colour).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if (channels(colour)[3] !== 0) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.querySelectorAll("body *")]
    .filter((each) => [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
    .map((each) => {
      const [a, b] = [luminance(getComputedStyle(each).color), luminance(ground(each))].sort((x, y) => y - x);
      return { text: each.textContent.trim(), contrast: (a + 0.05) / (b + 0.05) };
    });
}"""


def test_a_page_says_when_it_is_not_up_to_date_and_recovers(browser: Browser, office: Office) -> None:
    context = browser.new_context(locale="de-DE")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(office.url)
    see(page.locator("#connection[data-state=up]"))
    context.set_offline(True)
    page.evaluate("source.close(); connect()")
    see(page.get_by_text("Verbindung unterbrochen"))
    note = add_note(office.engine)
    context.set_offline(False)
    see(page.locator(f"#call-{note.note_id}"))
    see(page.locator("#connection[data-state=up]"))
    context.close()


def test_a_renewed_address_shows_that_the_page_is_gone(browser: Browser, office: Office) -> None:
    """The last of this file: the others use the old address."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(office.url)
    see(page.locator("#connection[data-state=up]"))
    notes.renew(office.engine, "buergerbuero")
    see(page.get_by_role("heading", name="Diese Seite gibt es nicht"))
    context.close()
