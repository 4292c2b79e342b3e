"""What `tracker doctor` works with: what it looks at, and what it says of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask

from tracker.clock import vietnam_day
from tracker.settings import Settings

OK, WARN, WRONG = MARKS = ("ok", "warn", "wrong")
SHOWN = 8


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: how it is, in words, and what to do where it is not well."""

    mark: str
    words: str
    way_out: str = ""


@dataclass(frozen=True)
class House:
    """The installation that is looked at, at a moment."""

    app: Flask
    at: datetime

    @property
    def settings(self) -> Settings:
        settings: Settings = self.app.config["TRACKER"]
        return settings

    @property
    def today(self) -> date:
        return vietnam_day(self.at)

    @property
    def grave(self) -> str:
        """What is wrong in service and only to be known of in a trial."""
        return WRONG if self.settings.production else WARN


def well(words: str) -> Finding:
    return Finding(OK, words)


def some(names: Iterable[str]) -> str:
    """The first of many."""
    listed = list(names)
    rest = f" và {len(listed) - SHOWN} mục khác" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + rest
