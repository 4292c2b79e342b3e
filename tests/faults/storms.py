"""A clean run, runs that are killed, and three at once: real processes (`tracker tick`), a real mail server."""

from __future__ import annotations

import dataclasses
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from notifications.collect import collect
from tests.faults.office import Place, Size
from tests.faults.sink import Sink, tally
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.store.models import Letter

DAY, DUE = date(2026, 5, 13), date(2026, 5, 20)
PATIENCE = 600.0  # seconds until a process that does not end is ended
PAUSE = 0.005  # seconds that the mail server takes over a mail, so that a kill finds something in hand
LAST_TICKS = 5
ERRORS = "errors.txt"
TICK = [sys.executable, "-c", "from tracker.cli import main; main()", "tick"]


@dataclass(frozen=True)
class Outcome:
    """One line of the table."""

    what: str
    found: str
    holds: bool


def clean(place: Place, size: Size, name: str) -> Outcome:
    """One run, and a second one that has nothing to do."""
    with Sink() as sink:
        for minute in (0, 5):
            _tick(place, sink, _moment(minute))
        return _judged(f"{name}: {size.due} due items, clean", place, size, sink, kills=0)


def killed(place: Place, size: Size, name: str, kills: int, chance: random.Random) -> Outcome:
    """`kill -9` at a random moment, so many times, each time begun anew until all is out: a quarter of the kills
    while letters are collected or when the first one comes, the rest a random number of mails and moments later."""
    in_hand = turn = 0
    with Sink(pause=PAUSE) as sink:
        while in_hand < kills and turn < 2 * kills:
            with _ticking(place, sink, _moment(turn)) as process:
                _wait(sink, size.mails, kills - in_hand, chance, early=in_hand < kills // 4)
                if not _ends_within(process, chance.uniform(0, 2 * PAUSE)):
                    process.send_signal(signal.SIGKILL)
                    in_hand += 1
                process.wait()
            turn += 1
        for last in range(turn, turn + LAST_TICKS):
            _tick(place, sink, _moment(last))
            if not _unsent(place):
                break
        what = f"{name}: {size.due} due items, {in_hand} × kill -9"
        outcome = _judged(what, place, size, sink, kills=in_hand)
        return dataclasses.replace(outcome, holds=outcome.holds and in_hand == kills)


def _wait(sink: Sink, mails: int, kills: int, chance: random.Random, *, early: bool) -> None:
    """Until about the moment of the next kill."""
    here = len(sink.mails)
    if early:
        sink.wait_for(here + 1, chance.uniform(0.5, 4.0))
        return
    share = max((mails - here) // (kills + 1), 1)
    sink.wait_for(here + chance.randint(1, share), PATIENCE / kills)


def three_at_once(place: Place, size: Size, name: str, many: int = 3, *, collected: bool = False) -> Outcome:
    """So many sweepers begin at the same moment, whoever leads. Where letters are `collected` already, so that there
    is something to send from the first moment on, at least two of them have to be seen sending."""
    if collected:
        with place.app():
            collect(db.session, _moment(0))
    with Sink(pause=PAUSE if collected else 0) as sink:
        running = [_start(place, sink, _moment(0)) for _n in range(many)]
        try:
            codes = [process.wait(PATIENCE) for process in running]
        finally:
            for process in running:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        _tick(place, sink, _moment(5))
        doing = "send" if collected else "collect and send"
        outcome = _judged(f"{name}: {many} sweepers {doing} at once", place, size, sink, kills=0)
        if codes != [0] * many:
            return Outcome(outcome.what, f"exit codes {codes}{_last_error(place)}", False)
        lines = len({mail.line for mail in sink.mails})
        holds = outcome.holds and (lines > 1 or not collected)
        return dataclasses.replace(outcome, found=f"{outcome.found}, from {lines}", holds=holds)


def _judged(what: str, place: Place, size: Size, sink: Sink, kills: int) -> Outcome:
    """At most one repeated mail a kill, and nothing else too much."""
    with place.app():
        found = tally(list(sink.mails), kinds_of_letters(), size.expected())
    unsent = _unsent(place)
    most = 1 if kills else 0
    holds = found.lost == found.twice == unsent == 0 and found.repeated <= kills and found.most <= most
    left = f", {unsent} NOT IN STATE SENT" if unsent else ""
    return Outcome(what, f"{found}{left}{'' if holds else _last_error(place)}", holds)


def kinds_of_letters() -> dict[str, str]:
    """Message-ID → kind of all letters of the outbox."""
    db.session.rollback()
    letters = db.session.scalars(select(Letter).where(Letter.message_id != ""))
    return {letter.message_id: letter.kind for letter in letters}


def _last_error(place: Place) -> str:
    lines = (place.folder / ERRORS).read_text(encoding="utf-8", errors="replace").splitlines()
    return f" ({lines[-1]})" if lines else ""


def _unsent(place: Place) -> int:
    with place.app():
        return db.session.scalar(select(func.count()).where(Letter.state != "sent")) or 0


def _moment(minutes: int) -> datetime:
    """Each process begins later than the one before."""
    return at_vietnam(DAY, 8) + timedelta(minutes=minutes)


def _start(place: Place, sink: Sink, now: datetime) -> subprocess.Popen[bytes]:
    environment = os.environ | place.environment(sink.port, now)
    with (place.folder / ERRORS).open("ab") as errors:
        return subprocess.Popen(TICK, env=environment, stdout=subprocess.DEVNULL, stderr=errors)


@contextmanager
def _ticking(place: Place, sink: Sink, now: datetime) -> Iterator[subprocess.Popen[bytes]]:
    process = _start(place, sink, now)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _tick(place: Place, sink: Sink, now: datetime) -> None:
    with _ticking(place, sink, now) as process:
        process.wait(PATIENCE)


def _ends_within(process: subprocess.Popen[bytes], seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True
