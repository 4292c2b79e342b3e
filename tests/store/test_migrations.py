"""The migrations make what the models say, and can be taken back."""

from __future__ import annotations

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from tracker.extensions import db


def differences():
    with db.engine.connect() as connection:
        return compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), db.metadata
        )


def test_a_migrated_database_is_what_the_models_say(app):
    assert differences() == []


def test_every_migration_can_be_taken_back_and_made_again(app):
    flask_migrate.downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    db.engine.dispose()
    flask_migrate.upgrade()
    assert differences() == []
