"""What Alembic runs: the connection, and its transaction, come from :mod:`storage.database.migration`."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    render_as_batch=True,
    transactional_ddl=True,  # SQLite too: our engine begins its transactions itself
)
with context.begin_transaction():
    context.run_migrations()
