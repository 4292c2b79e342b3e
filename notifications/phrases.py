"""gettext with types: a Vietnamese sentence and its values in, the sentence in the reader's language out."""

from __future__ import annotations

import flask_babel


def _(sentence: str, **values: object) -> str:
    return str(flask_babel.gettext(sentence, **values))


def counted(sentence: str, n: int) -> str:
    """A sentence with `%(num)d`; Vietnamese has one form for all numbers, other languages have more."""
    return str(flask_babel.ngettext(sentence, sentence, n))
