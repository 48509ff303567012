"""Routing table, days off, notes to desks, transfers and their outcome, mail that has to leave."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("aspect", sa.String(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("wants", sa.String(), nullable=False),
        sa.Column("transcript", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_note")),
        sa.UniqueConstraint("token", name=op.f("uq_call_note_token")),
    )
    op.create_index(op.f("ix_call_note_call_id"), "call_note", ["call_id"], unique=False)
    op.create_index(op.f("ix_call_note_department"), "call_note", ["department"], unique=False)
    op.create_table(
        "closure",
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("opens", sa.String(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("closes", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.CheckConstraint("first <= last", name=op.f("ck_closure_order")),
        sa.PrimaryKeyConstraint("department", "first", "opens", name=op.f("pk_closure")),
    )
    op.create_table(
        "desk_link",
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("department", name=op.f("pk_desk_link")),
        sa.UniqueConstraint("token", name=op.f("uq_desk_link_token")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipient", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index(op.f("ix_outbox_next_try_at"), "outbox", ["next_try_at"], unique=False)
    op.create_table(
        "route",
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("ring_s", sa.Integer(), nullable=False),
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("identity", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.CheckConstraint("department <> '' OR service <> ''", name=op.f("ck_route_subject")),
        sa.CheckConstraint("kind IN ('extension', 'sip', 'number', 'department')", name=op.f("ck_route_kind")),
        sa.CheckConstraint("method IN ('', 'blind', 'attended', 'bridge')", name=op.f("ck_route_method")),
        sa.PrimaryKeyConstraint("department", "service", "position", name=op.f("pk_route")),
    )
    op.create_table(
        "transfer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("rang_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=False),
        sa.Column("is_wrong", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["note"], ["call_note.id"], name=op.f("fk_transfer_note"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index(op.f("ix_transfer_department"), "transfer", ["department"], unique=False)
    op.create_index(op.f("ix_transfer_note"), "transfer", ["note"], unique=False)
    op.add_column("city", sa.Column("region", sa.String(), server_default="", nullable=False))
    op.add_column("city", sa.Column("bridge_days", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("department", sa.Column("email", sa.String(), server_default="", nullable=False))
    op.add_column("service", sa.Column("reports", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("message", sa.Column("kind", sa.String(), server_default="callback", nullable=False))
    op.add_column("message", sa.Column("reference", sa.String(), server_default="", nullable=False))
    op.add_column("message", sa.Column("preferred_time", sa.String(), server_default="", nullable=False))
    op.add_column("message", sa.Column("place", sa.String(), server_default="", nullable=False))
    op.add_column("message", sa.Column("since", sa.String(), server_default="", nullable=False))
    op.add_column("message", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("message", sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_message_reference"), "message", ["reference"], unique=False)
