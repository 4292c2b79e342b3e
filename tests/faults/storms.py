"""A clean run, runs that are killed, and three at once: real processes (`tracker tick`), a real mail server."""

from __future__ import annotations

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

from tests.faults.office import Place, Size
from tests.faults.sink import Sink, Tally, tally
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.store.models import Letter

DAY, DUE = date(2026, 5, 13), date(2026, 5, 20)
PATIENCE = 600.0  # seconds until a process that does not end is ended
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
    """`kill -9` at a random moment, so many times, each time begun anew until all is out: a quarter of the
    kills while letters are being written, the rest when a random number of mails more has come."""
    early = kills // 4
    in_hand = 0
    with Sink() as sink:
        for turn in range(kills):
            with _ticking(place, sink, _moment(turn)) as process:
                if turn < early:
                    process_ended = _ends_within(process, chance.uniform(0.5, 4.0))
                else:
                    share = max((size.mails - len(sink.mails)) // (kills - turn + 1), 1)
                    sink.wait_for(len(sink.mails) + chance.randint(1, share), PATIENCE / kills)
                    process_ended = process.poll() is not None
                if not process_ended:
                    process.send_signal(signal.SIGKILL)
                    in_hand += 1
                process.wait()
        for turn in range(kills, kills + LAST_TICKS):
            _tick(place, sink, _moment(turn))
            if not _unsent(place):
                break
        what = f"{name}: {size.due} due items, {in_hand} × kill -9"
        return _judged(what, place, size, sink, kills=in_hand)


def three_at_once(place: Place, size: Size, name: str, many: int = 3) -> Outcome:
    """So many sweepers begin at the same moment, whoever leads."""
    with Sink() as sink:
        running = [_start(place, sink, _moment(0)) for _n in range(many)]
        try:
            codes = [process.wait(PATIENCE) for process in running]
        finally:
            for process in running:
                if process.poll() is None:
                    process.kill()
                    process.wait()
        _tick(place, sink, _moment(5))
        outcome = _judged(
            f"{name}: {size.due} due items, {many} sweepers at once", place, size, sink, kills=0
        )
        return (
            outcome
            if codes == [0] * many
            else Outcome(outcome.what, f"exit codes {codes}{_last_error(place)}", False)
        )


def _judged(what: str, place: Place, size: Size, sink: Sink, kills: int) -> Outcome:
    found: Tally = tally(list(sink.mails), size.expected())
    unsent = _unsent(place)
    holds = found.lost == 0 and found.twice == 0 and found.repeated <= kills and unsent == 0
    left = f", {unsent} NOT IN STATE SENT" if unsent else ""
    return Outcome(what, f"{found}{left}{'' if holds else _last_error(place)}", holds)


def _last_error(place: Place) -> str:
    lines = (place.folder / ERRORS).read_text(encoding="utf-8", errors="replace").splitlines()
    return f" ({lines[-1]})" if lines else ""


def _unsent(place: Place) -> int:
    with place.app():
        return db.session.scalar(select(func.count()).where(Letter.state != "sent")) or 0


def _moment(minutes: int) -> datetime:
    """Each process begins later than the one before."""
    return at_vietnam(DAY, 8) + timedelta(minutes=10 * minutes)


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
