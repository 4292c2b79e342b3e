"""Each test has an application and an engine of its own; what libraries compile for them is the same every time, and
is kept for the tests of a process: routes, templates, statements.

Without it two thirds of an application's making go into the routes' builders, every test compiles the templates that
it shows, and SQLAlchemy every statement that it sends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Dialect, Engine
from werkzeug.routing import Rule


class KeptTemplates(BytecodeCache):
    """Compiled templates, by name and source."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key, bucket.checksum] = bucket.code


TEMPLATES = KeptTemplates()
DIALECTS: dict[str, Dialect] = {}
STATEMENTS: dict[Any, Any] = {}


def keep_templates(app: Flask) -> None:
    app.jinja_env.bytecode_cache = TEMPLATES


def keep_statements(engine: Engine) -> None:
    """Statements are compiled for a dialect: engines of one kind share the first that has seen its server. Call it
    after a connection was made."""
    DIALECTS.setdefault(engine.dialect.name, engine.dialect)


def share_statements(engine: Engine) -> None:
    """As in the product, where one engine lives as long as the process; before the first connection."""
    if engine.dialect.name in DIALECTS:
        engine.dialect = engine.pool._dialect = DIALECTS[engine.dialect.name]
        engine.update_execution_options(compiled_cache=STATEMENTS)


def keep_routes() -> None:
    """A builder is a function of its rule's parts alone: the converters it asks the rule for."""
    compile_builder: Callable[..., Any] = Rule._compile_builder
    kept: dict[tuple[Any, ...], Any] = {}

    def compile_once(rule: Rule, append_unknown: bool = True) -> Any:
        if rule.defaults:  # a converter has written them into the builder
            return compile_builder(rule, append_unknown)
        known = (rule.rule, tuple(rule._trace), append_unknown)
        if known not in kept:
            kept[known] = compile_builder(rule, append_unknown)
        return kept[known]

    Rule._compile_builder = compile_once  # type: ignore[method-assign]
