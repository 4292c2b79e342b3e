"""The Flask extensions, made once and bound to the application in `tracker.app`."""

from __future__ import annotations

import json
from typing import Any

from flask_babel import Babel
from flask_bootstrap import Bootstrap5
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

# Alembic can only alter on SQLite what has a name.
NAMES = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)


def _read_json(text: str | bytes) -> Any:
    """What cannot be read stays the text that it is: a row that a hand has spoilt is a fault of that row where its
    value is used, and not of every query that meets it."""
    try:
        return json.loads(text)
    except ValueError:
        return text


db = SQLAlchemy(model_class=Base, engine_options={"json_deserializer": _read_json})
migrate = Migrate()
login_manager = LoginManager()
csrf = CSRFProtect()
babel = Babel()
bootstrap = Bootstrap5()
