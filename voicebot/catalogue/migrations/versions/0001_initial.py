"""The first tables: city, departments, services and messages."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "department",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("extension", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.CheckConstraint("kind IN ('stadt', 'extern')", name=op.f("ck_department_kind")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_department")),
    )
    op.create_table(
        "city",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("switchboard", sa.String(), nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_city_single")),
        sa.ForeignKeyConstraint(["switchboard"], ["department.key"], name=op.f("fk_city_switchboard")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_city")),
    )
    op.create_table(
        "department_name",
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("after_with", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["department"], ["department.key"], name=op.f("fk_department_name_department")),
        sa.PrimaryKeyConstraint("department", "language", name=op.f("pk_department_name")),
    )
    op.create_table(
        "department_alias",
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("alias", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["department"], ["department.key"], name=op.f("fk_department_alias_department")),
        sa.PrimaryKeyConstraint("department", "position", name=op.f("pk_department_alias")),
    )
    op.create_table(
        "opening_span",
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("weekday", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_opening_span_weekday")),
        sa.CheckConstraint("opens < closes", name=op.f("ck_opening_span_order")),
        sa.ForeignKeyConstraint(["department"], ["department.key"], name=op.f("fk_opening_span_department")),
        sa.PrimaryKeyConstraint("department", "weekday", "opens", name=op.f("pk_opening_span")),
    )
    op.create_table(
        "service",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("leika", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["department"], ["department.key"], name=op.f("fk_service_department")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_service")),
    )
    op.create_index(op.f("ix_service_department"), "service", ["department"])
    op.create_table(
        "service_name",
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["service"], ["service.key"], name=op.f("fk_service_name_service")),
        sa.PrimaryKeyConstraint("service", "language", name=op.f("pk_service_name")),
    )
    op.create_table(
        "service_keyword",
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("keyword", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["service"], ["service.key"], name=op.f("fk_service_keyword_service")),
        sa.PrimaryKeyConstraint("service", "position", name=op.f("pk_service_keyword")),
    )
    op.create_table(
        "example",
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["service"], ["service.key"], name=op.f("fk_example_service")),
        sa.PrimaryKeyConstraint("service", "language", "text", name=op.f("pk_example")),
    )
    op.create_table(
        "fact",
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("aspect", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["service"], ["service.key"], name=op.f("fk_fact_service")),
        sa.PrimaryKeyConstraint("service", "aspect", "language", name=op.f("pk_fact")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_id", sa.String(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("department", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
    )


def downgrade() -> None:
    raise RuntimeError("there is no way back in place: restore a backup")
