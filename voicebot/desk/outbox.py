"""Mail that has to leave: queued with what it tells of, claimed by one worker at a time, kept until it was taken.

A mail is queued in the transaction that stores what it is about, so there is never one without the other. A worker
claims one by moving its next try into the future, in a transaction that no two workers can win; what it comes to is
written down in another. Only a worker that dies between the mail server's acceptance and that second transaction leaves
a mail that is sent again once its lease has run out. Such a second copy has the same Message-ID, by which mail
programs and servers may drop it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Engine, delete, func, select, update
from sqlalchemy.orm import Session

from voicebot.catalogue.models import OutboxRow
from voicebot.catalogue.store import reading, writing

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 360))
"""After the first failure, the second …; the last one for ever."""
REFUSED_PAUSE = timedelta(hours=24)
"""After a permanent refusal, which only people can mend."""
LEASE = timedelta(minutes=15)
"""How long a claimed mail is left to its worker; no delivery takes longer (:data:`.mail.LONGEST_DELIVERY_S`)."""
SENT_KEPT = timedelta(days=7)
"""How long what was sent is kept: to see that it was, and no longer, because it names people."""
_REPLACED = "replaced"
"""The error of a mail that was replaced while a worker had it: where it fails, it is not tried again."""


@dataclass(frozen=True)
class Mail:
    """A mail of the outbox; times are UTC."""

    mail_id: int
    key: str
    created_at: datetime
    recipient: str
    subject: str
    body: str
    attempts: int
    next_try_at: datetime
    last_error: str
    """In German; empty where none was made or one is under way."""

    @property
    def under_way(self) -> bool:
        """Whether a worker has it, or has died with it."""
        return self.attempts > 0 and self.last_error in ("", _REPLACED)

    @property
    def message_id(self) -> str:
        """The part of its Message-ID before the @: the same at every try, and another one for every mail."""
        return f"{self.key}.{self.created_at:%Y%m%d%H%M%S%f}"


def queue(
    session: Session,
    key: str,
    recipient: str,
    subject: str,
    body: str,
    now: datetime,
    not_before: datetime | None = None,
) -> None:
    """Queue a mail within the session's transaction; one with this key must not be there.

    :param not_before: when it is tried first; None: at once
    """
    row = OutboxRow(
        key=key,
        created_at=now,
        recipient=recipient,
        subject=subject,
        body=body,
        attempts=0,
        next_try_at=not_before or now,
        last_error="",
    )
    session.add(row)
    session.flush()


def queue_revision(
    session: Session, subject_key: str, recipient: str, subject: str, body: str, now: datetime, not_before: datetime
) -> None:
    """Queue a mail that tells anew what earlier ones with this ``subject_key`` told, within the session's transaction.

    Those that have not left are replaced. Where the latest one says the same, nothing is added: it is only sent no
    later than ``not_before``. Keys are ``<subject_key>-<revision>``, from 1.
    """
    rows = list(session.scalars(select(OutboxRow).where(_about(subject_key)).with_for_update()))
    rows.sort(key=lambda row: _revision(row.key))
    told = (recipient, subject, body)
    if rows and _is_waiting(rows[-1]) and _told(rows[-1]) == told:
        if not rows[-1].attempts:
            rows[-1].next_try_at = min(rows[-1].next_try_at, not_before)
        return
    number = _revision(rows[-1].key) + 1 if rows else 1
    left = [row for row in rows if not _is_waiting(row)]
    for row in rows:
        if _is_waiting(row):
            session.delete(row)
        elif row.sent_at is None:
            row.last_error = _REPLACED
    session.flush()
    if left and _told(left[-1]) == told:
        left[-1].last_error = ""
        return
    queue(session, f"{subject_key}-{number}", recipient, subject, body, now, not_before)


def withdraw(session: Session, subject_key: str) -> None:
    """Forget every mail with this subject, sent or not, within the session's transaction."""
    session.execute(delete(OutboxRow).where(_about(subject_key)))


def claim(engine: Engine, now: datetime) -> Mail | None:
    """The mail that has been due for longest, for nobody but us until its lease has run out; None where none is due.

    :raises StoreError: the database failed
    """
    query = (
        select(OutboxRow)
        .where(OutboxRow.sent_at.is_(None), OutboxRow.next_try_at <= now)
        .order_by(OutboxRow.next_try_at, OutboxRow.id)
        .limit(1)
        # PostgreSQL lets other workers go past a row that is being claimed; in SQLite one writes at a time.
        .with_for_update(skip_locked=True)
    )
    with writing(engine) as session:
        while (row := session.scalars(query).first()) is not None:
            if row.last_error == _REPLACED:
                session.delete(row)
                session.flush()
                continue
            row.attempts += 1
            row.next_try_at = now + LEASE
            row.last_error = ""
            session.flush()
            return _mail(row)
    return None


def mark_sent(engine: Engine, mail: Mail, now: datetime) -> None:
    """The mail server has taken a claimed mail.

    :raises StoreError: the database failed; the mail may be sent again
    """
    with writing(engine) as session:
        session.execute(update(OutboxRow).where(_still_ours(mail)).values(sent_at=now, last_error=""))


def mark_failed(engine: Engine, mail: Mail, reason: str, now: datetime, *, is_final: bool = False) -> None:
    """A claimed mail could not be sent: why, in German, and when it is tried again.

    :param is_final: whether the mail server has refused it for good
    :raises StoreError: the database failed; the mail is tried again after its lease
    """
    pause = REFUSED_PAUSE if is_final else PAUSES[min(mail.attempts, len(PAUSES)) - 1]
    with writing(engine) as session:
        ours = session.scalars(select(OutboxRow).where(_still_ours(mail)).with_for_update()).first()
        if ours is None:
            return
        if ours.last_error == _REPLACED:
            session.delete(ours)
        else:
            ours.last_error = reason
            ours.next_try_at = now + pause


def waiting(engine: Engine) -> list[Mail]:
    """What has not left yet, oldest first.

    :raises StoreError: the database failed
    """
    query = select(OutboxRow).where(OutboxRow.sent_at.is_(None)).order_by(OutboxRow.created_at, OutboxRow.id)
    with reading(engine) as session:
        return [_mail(row) for row in session.scalars(query)]


def forget_sent(engine: Engine, now: datetime) -> None:
    """Delete what was sent :data:`SENT_KEPT` ago or longer.

    :raises StoreError: the database failed
    """
    with writing(engine) as session:
        session.execute(delete(OutboxRow).where(OutboxRow.sent_at <= now - SENT_KEPT))


def _about(subject_key: str) -> ColumnElement[bool]:
    # Not LIKE, to which "_" is any character.
    return func.substr(OutboxRow.key, 1, len(subject_key) + 1) == f"{subject_key}-"


def _is_waiting(row: OutboxRow) -> bool:
    """Whether it has not left, and no worker has it."""
    return row.sent_at is None and not _mail(row).under_way


def _told(row: OutboxRow) -> tuple[str, str, str]:
    return row.recipient, row.subject, row.body


def _revision(key: str) -> int:
    return int(key.rpartition("-")[2])


def _still_ours(mail: Mail) -> ColumnElement[bool]:
    """The row as we claimed it: not withdrawn, and not claimed by another worker after our lease."""
    return (OutboxRow.id == mail.mail_id) & (OutboxRow.key == mail.key) & (OutboxRow.attempts == mail.attempts)


def _mail(row: OutboxRow) -> Mail:
    return Mail(
        mail_id=row.id,
        key=row.key,
        created_at=row.created_at,
        recipient=row.recipient,
        subject=row.subject,
        body=row.body,
        attempts=row.attempts,
        next_try_at=row.next_try_at,
        last_error=row.last_error,
    )
