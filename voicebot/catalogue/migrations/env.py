"""Runs the migrations on the connection that :func:`voicebot.catalogue.store.open_database` hands over."""

from alembic import context

from voicebot.catalogue.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
