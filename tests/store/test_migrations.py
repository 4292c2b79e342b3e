"""The migrations make what the models say, and can be taken back."""

from __future__ import annotations

import json

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from tracker.extensions import db
from tracker.store.models import Committee
from tracker.store.queries.ladders import read_ladders


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


def test_a_committees_own_ladder_goes_both_ways(app, world):
    """It was a setting, and became a rule of the whole committee."""
    steps = [{"days": -10, "count": "calendar", "to": ["officer"]}]
    _at("a5d90c7e13f4")
    with db.engine.begin() as connection:
        connection.execute(
            text("update committee set settings = :settings"), {"settings": json.dumps({"ladder": steps})}
        )
    _at("head")
    assert ladder_of_committee() == (("officer",), -10)
    _at("a5d90c7e13f4")
    with db.engine.connect() as connection:
        settings = connection.execute(text("select settings from committee")).scalar_one()
    assert (json.loads(settings) if isinstance(settings, str) else settings)["ladder"] == steps
    _at("head")


def _at(revision: str) -> None:
    """With no connection of another schema left."""
    db.session.remove()
    db.engine.dispose()
    if revision == "head":
        flask_migrate.upgrade()
    else:
        flask_migrate.downgrade(revision=revision)
    db.engine.dispose()


def ladder_of_committee():
    committee = db.session.scalars(db.select(Committee)).one()
    found, faults = read_ladders(db.session, committee.id)
    assert not faults
    assert committee.settings == {}
    (step,) = found.of(1, "task", 1).steps
    return step.to, step.days
