"""gettext with types: a Vietnamese sentence and its values in, the sentence in the reader's language out.

A letter has a hundred sentences: inside `one_language` their translations are looked up once, not for each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from gettext import NullTranslations

import flask_babel

_spoken: ContextVar[NullTranslations | None] = ContextVar("spoken", default=None)


@contextmanager
def one_language() -> Iterator[None]:
    """Within it every sentence is in the language that holds at its beginning."""
    token = _spoken.set(flask_babel.get_domain().get_translations())
    try:
        yield
    finally:
        _spoken.reset(token)


def _(sentence: str, **values: object) -> str:
    spoken = _spoken.get()
    if spoken is None:
        return str(flask_babel.gettext(sentence, **values))
    words = spoken.gettext(sentence)
    return words % values if values else words


def counted(sentence: str, n: int) -> str:
    """A sentence with `%(num)d`; Vietnamese has one form for all numbers, other languages have more."""
    spoken = _spoken.get()
    if spoken is None:
        return str(flask_babel.ngettext(sentence, sentence, n))
    return spoken.ngettext(sentence, sentence, n) % {"num": n}
