"""Alembic's entry: runs the migrations on the database of the current application."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import Connection

database = current_app.extensions["migrate"].db


def run() -> None:
    """Migrate over one connection; SQLite tables are rebuilt where ALTER is not enough.

    While a table is rebuilt, the rows that point to it must not stop that; SQLite looks at its keys only
    outside transactions, so the switch is set before the first one, and all keys are checked at the end.
    """
    with database.engine.connect() as connection:
        rebuilding = connection.dialect.name == "sqlite"
        if rebuilding:
            _switch_keys(connection, "OFF")
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            compare_type=True,
        )
        with context.begin_transaction():
            context.run_migrations()
            if rebuilding and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                raise RuntimeError("the migration would leave rows that point to nothing")
        if rebuilding:
            _switch_keys(connection, "ON")


def _switch_keys(connection: Connection, state: str) -> None:
    connection.connection.execute(f"PRAGMA foreign_keys={state}")  # past SQLAlchemy, which would begin


run()
