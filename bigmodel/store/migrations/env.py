"""What Alembic runs around revisions: all of them in the one transaction that `migrate.py` has opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
