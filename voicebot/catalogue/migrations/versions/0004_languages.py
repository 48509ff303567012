"""Keywords of services by language."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("service_keyword") as table:
        table.add_column(sa.Column("language", sa.String(), server_default="", nullable=False))
        table.drop_constraint(op.f("pk_service_keyword"), type_="primary")
        table.create_primary_key(op.f("pk_service_keyword"), ["service", "language", "position"])
