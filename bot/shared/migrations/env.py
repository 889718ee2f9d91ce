"""How Alembic runs these migrations: on the connection it is given, inside the transaction its caller began."""

from __future__ import annotations

from alembic import context

from bot.shared.conversations import CHAIN, metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, version_table=CHAIN.version_table
)
with context.begin_transaction():
    context.run_migrations()
