"""Notes by mail, where the town wishes: for a desk without a screen, or that is not at its screen."""

from __future__ import annotations

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from voicebot.catalogue.models import ServiceNameRow
from voicebot.catalogue.store import writing
from voicebot.desk import addressees, letters, outbox
from voicebot.desk.notes import Note, add_note, mail_key


def store_and_mail(engine: Engine, note: Note) -> Note:
    """Keep a note, and queue its mail to the department, or else to the switchboard, in one transaction.

    What was said word for word stays out of it, whatever the settings keep: a mail is copied on its way.

    :raises StoreError: the database failed, nothing was kept
    """
    with writing(engine) as session:
        stored = add_note(session, note)
        recipient = addressees.address(session, note.department)
        if recipient and stored.note_id is not None:
            service = _service_name(session, note.service)
            outbox.queue(
                session,
                f"{mail_key(stored.note_id)}-1",
                recipient,
                letters.note_subject(note, service),
                letters.note_body(note, service),
                note.created_at,
            )
        return stored


def _service_name(session: Session, key: str) -> str:
    row = session.get(ServiceNameRow, (key, "de")) if key else None
    return row.name if row else key
