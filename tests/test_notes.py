"""Notes to desks and what came of passing calls on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from town import town
from voicebot.catalogue.city import ASPECTS
from voicebot.catalogue.models import TransferRow
from voicebot.catalogue.store import StoreError, open_database, reading
from voicebot.desk import notes
from voicebot.desk.notes import Note, Outcome, Transfer

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, 23, 0, tzinfo=UTC)
NOTE = Note(
    call_id="3f1c@pbx.example",
    caller="+493023125001",
    language="en",
    department="buergerbuero",
    service="personalausweis",
    aspect="documents",
    said="Bringen Sie ein Foto mit.",
    wants="braucht einen Termin",
    created_at=NOW,
)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    result = open_database(f"sqlite:///{tmp_path}/voicebot.db")
    yield result
    result.dispose()


def begin(engine: Engine, note: Note, department: str = "buergerbuero", target: str = "300") -> int:
    assert note.note_id is not None
    at = note.created_at + timedelta(seconds=5)
    return notes.begin_transfer(engine, note.note_id, department=department, target=target, method="attended", at=at)


def only(engine: Engine, transfer: int) -> Transfer:
    entries = notes.notes_of(engine, "buergerbuero", since=MIDNIGHT)
    [found] = [each for entry in entries for each in entry.transfers if each.transfer_id == transfer]
    return found


def test_a_note_is_kept_with_an_address_nobody_can_guess(engine: Engine) -> None:
    kept = notes.store_note(engine, NOTE)
    other = notes.store_note(engine, NOTE)
    assert kept == replace(NOTE, note_id=kept.note_id, token=kept.token)
    assert kept.token != other.token
    assert len(kept.token) >= 32
    entry = notes.note_by_token(engine, kept.token)
    assert entry is not None
    assert entry.note == kept
    assert notes.note_by_token(engine, "") is None
    assert notes.store_note(engine, replace(NOTE, token="told to the desk before")).token == "told to the desk before"


def test_a_transfer_from_ringing_to_its_outcome(engine: Engine) -> None:
    transfer = begin(engine, notes.store_note(engine, NOTE))
    assert only(engine, transfer).outcome == ""
    notes.update_transfer(engine, transfer, rang_at=NOW + timedelta(seconds=6))
    notes.update_transfer(engine, transfer, answered_at=NOW + timedelta(seconds=12))
    assert only(engine, transfer).answered_at == NOW + timedelta(seconds=12)
    notes.finish_transfer(engine, transfer, outcome=Outcome.CONNECTED, code=200, ended_at=NOW + timedelta(seconds=90))
    assert only(engine, transfer) == Transfer(
        transfer_id=transfer,
        created_at=NOW + timedelta(seconds=5),
        department="buergerbuero",
        target="300",
        method="attended",
        rang_at=NOW + timedelta(seconds=6),
        answered_at=NOW + timedelta(seconds=12),
        ended_at=NOW + timedelta(seconds=90),
        outcome="connected",
        code=200,
        is_wrong=False,
    )


def test_a_late_success_corrects_an_outcome(engine: Engine) -> None:
    transfer = begin(engine, notes.store_note(engine, NOTE))
    notes.finish_transfer(engine, transfer, outcome=Outcome.NO_ANSWER, code=0)
    notes.finish_transfer(engine, transfer, outcome=Outcome.CONNECTED, code=200)
    assert (only(engine, transfer).outcome, only(engine, transfer).code) == ("connected", 200)


def test_a_call_is_seen_where_it_was_meant_for_and_where_it_was_tried(engine: Engine) -> None:
    note = notes.store_note(engine, NOTE)
    begin(engine, note)
    begin(engine, note, "zentrale", "0")
    later = notes.store_note(engine, replace(NOTE, created_at=NOW + timedelta(minutes=1)))
    notes.store_note(engine, replace(NOTE, department="standesamt"))
    notes.store_note(engine, replace(NOTE, created_at=MIDNIGHT - timedelta(seconds=1)))
    mine = notes.notes_of(engine, "buergerbuero", since=MIDNIGHT)
    assert [entry.note for entry in mine] == [later, note]
    assert [transfer.department for transfer in mine[1].transfers] == ["buergerbuero", "zentrale"]
    both = notes.notes_of_each(engine, ["zentrale", "standesamt", "bauamt"], since=MIDNIGHT)
    assert {key: len(entries) for key, entries in both.items()} == {"zentrale": 1, "standesamt": 1, "bauamt": 0}


def test_a_desk_marks_only_its_own_calls_as_wrong_and_can_take_it_back(engine: Engine) -> None:
    note = notes.store_note(engine, NOTE)
    transfer = begin(engine, note)
    with pytest.raises(StoreError, match="no transfer"):
        notes.mark_wrong(engine, transfer, "zentrale")
    assert notes.to_improve(engine) == []
    notes.mark_wrong(engine, transfer, "buergerbuero")
    assert [entry.note for entry in notes.to_improve(engine)] == [note]
    notes.mark_wrong(engine, transfer, "buergerbuero", wrong=False)
    assert notes.to_improve(engine) == []


def test_what_does_not_exist_cannot_be_changed(engine: Engine) -> None:
    with pytest.raises(StoreError, match="no note 7"):
        notes.begin_transfer(engine, 7, department="zentrale", target="0", method="blind", at=NOW)
    with pytest.raises(StoreError, match="no transfer 7"):
        notes.finish_transfer(engine, 7, outcome=Outcome.BUSY)


def test_old_notes_are_forgotten_with_their_transfers(engine: Engine) -> None:
    old = notes.store_note(engine, replace(NOTE, created_at=NOW - timedelta(days=15)))
    begin(engine, old)
    kept = notes.store_note(engine, NOTE)
    transfer = begin(engine, kept)
    assert notes.forget_before(engine, NOW - timedelta(days=14)) == 1
    assert notes.note_by_token(engine, old.token) is None
    assert only(engine, transfer).transfer_id == transfer
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(TransferRow)) == 1
    assert notes.forget_before(engine, NOW - timedelta(days=14)) == 0


def test_every_department_has_one_address_until_it_is_renewed(engine: Engine) -> None:
    links = notes.desk_links(engine, ["zentrale", "buergerbuero"])
    assert len(set(links.values())) == 2
    assert notes.desk_links(engine, ["buergerbuero", "bauamt"])["buergerbuero"] == links["buergerbuero"]
    assert notes.departments_by_token(engine, links.values()) == {token: key for key, token in links.items()}
    new = notes.renew(engine, "zentrale")
    assert notes.departments_by_token(engine, [links["zentrale"], new]) == {new: "zentrale"}
    first = notes.renew(engine, "standesamt")
    assert notes.departments_by_token(engine, [first]) == {first: "standesamt"}


def test_links_made_by_many_at_once_are_the_same(engine: Engine) -> None:
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: notes.desk_links(engine, ["zentrale", "buergerbuero"]), range(12)))
    assert all(links == made[0] for links in made)


def test_the_five_lines_name_things_as_people_do() -> None:
    assert notes.lines(NOTE, town()) == [
        "Nummer: +493023125001",
        "Sprache: Englisch",
        "Thema: Personalausweis, Unterlagen",
        "Schon gesagt: Bringen Sie ein Foto mit.",
        "Anliegen: braucht einen Termin",
    ]
    assert notes.lines(NOTE, town(), "en")[2] == "Thema: identity card, Unterlagen"


def test_what_is_not_known_is_said_to_be_so() -> None:
    bare = Note(call_id="1", caller="", language="de", department="zentrale", created_at=NOW)
    assert [line.split(": ")[1] for line in notes.lines(bare, town())] == [
        "unterdrückt",
        "Deutsch",
        "noch unklar",
        "nichts zur Sache",
        "nicht genannt",
    ]


def test_every_aspect_has_a_name_for_the_staff() -> None:
    for aspect in ASPECTS:
        subject = dict(notes.facts(replace(NOTE, aspect=aspect), town()))["Thema"]
        assert (subject == "Personalausweis") == (aspect == "general")


def test_long_answers_are_shortened_at_a_word_and_are_one_line() -> None:
    line = dict(notes.facts(replace(NOTE, said="Bringen Sie\nein Foto mit. " * 30), town()))["Schon gesagt"]
    assert len(line) <= notes.SAID_CHARACTERS
    assert line.endswith(" …")
    assert "\n" not in line
    assert notes.shortened("x" * 300, 200) == "x" * 198 + " …"
