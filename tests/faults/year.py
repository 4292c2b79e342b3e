"""A year of the sample on the trial clock: is the mail of each day what was foreseen on the first morning?
`python -m tests.faults.year` sweeps twice a day and sends to a real mail server. Prints month → mails; the last line
is the verdict, and the exit code is not zero where it does not hold.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path

import flask_migrate

from tests.conftest import HandClock, settings_for
from tests.faults.sink import Sink
from tests.notifications.foreseen import Run, days_of
from tracker import demo
from tracker.app import create_app
from tracker.clock import at_vietnam
from tracker.settings import Smtp

FIRST = date(2026, 4, 6)
SENDER = "dondoc@sonthanh.example"
GOOD = "every mail was foreseen, every mail that was foreseen came; none came twice, nobody got two digests on a day"


def run(days: int) -> tuple[Run, list[str]]:
    """The year, and what the mail server took otherwise than the outbox says."""
    clock = HandClock(at_vietnam(FIRST, 7))
    with tempfile.TemporaryDirectory(prefix="tracker-year-") as home, Sink() as sink:
        folder = Path(home)
        smtp = Smtp(host="127.0.0.1", port=sink.port, sender=SENDER, timeout=30)
        app = create_app(settings_for(f"sqlite:///{folder}/tracker.db", folder, smtp=smtp), clock)
        with app.app_context():
            flask_migrate.upgrade()
            demo.load(app, at=clock.now)
            found = days_of(app, clock, FIRST, days)
        sent = sum(found.sent.values())
        sink.wait_for(sent, 30)
        ids = Counter(mail.id for mail in sink.mails)
    wrong = [f"{letter} came {n} times" for letter, n in ids.items() if n > 1]
    return found, wrong if len(ids) == sent else [*wrong, f"{len(ids)} mails came, {sent} were sent"]


def _months(found: Run) -> dict[str, tuple[int, int]]:
    """Month → (mails foreseen, mails sent)."""
    foreseen: Counter[str] = Counter()
    sent: Counter[str] = Counter()
    for counted, months in ((found.foreseen, foreseen), (found.sent, sent)):
        for one, n in counted.items():
            months[f"{one[0]:%Y-%m}"] += n
    return {month: (foreseen[month], sent[month]) for month in sorted(foreseen | sent)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    days = parser.parse_args().days
    begun = time.monotonic()
    found, wrong = run(days)
    print(f"{'month':10}{'foreseen':>10}{'sent':>10}")
    for month, (foreseen, sent) in _months(found).items():
        print(f"{month:10}{foreseen:10}{sent:10}  {'▪' * (sent // 5)}")
    print(f"{'all':10}{sum(found.foreseen.values()):10}{sum(found.sent.values()):10}")
    faults = [*found.faults, *found.differences, *wrong]
    for fault in faults[:40]:
        print(fault)
    held = not faults and sum(found.sent.values()) > 0
    print(f"{days} days, {time.monotonic() - begun:.0f} s")
    print(f"holds: {GOOD}" if held else f"DOES NOT HOLD: {len(faults)} faults")
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
