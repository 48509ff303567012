"""Steps that bring the tables of an older release up to date (Alembic)."""
