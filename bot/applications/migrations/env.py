"""How Alembic runs our migrations: on the connection it is given, inside the transaction its caller began."""

from __future__ import annotations

from alembic import context

from bot.applications.migrate import VERSION_TABLE
from bot.applications.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transactional_ddl=True,  # SQLite can, as our connections begin their transactions themselves
)
with context.begin_transaction():
    context.run_migrations()
