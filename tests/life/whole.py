"""The random office as a whole: letters leave while deeds are done; units are split, dissolved, put together again."""

from __future__ import annotations

from typing import ClassVar

from flask import current_app
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlalchemy import select

from notifications.quiet import asleep
from tests.conftest import MailSink
from tests.life.machine import LAST_DAY, Deeds, flag, some
from tests.life.memory import kept
from tests.life.posting import Post, forget_everybody, links
from tracker.access import OPERATOR
from tracker.extensions import db
from tracker.services import bounces, reminders, succession
from tracker.services.evidence import Given
from tracker.services.links import note_opening, tick_by_link
from tracker.store.models import Assignment, Letter, Role
from tracker.units.succession import Change, Heir

# The communes into which one is split, with what each of them takes over; the rest a person decides.
FIELDS = {"Đông": "hòa giải", "Tây": "tuyên truyền"}


class Office(Deeds):
    """A sequence with letters and every kind of reorganisation. `sink` is the mail server of all of them."""

    sink: ClassVar[MailSink]

    def before_beginning(self) -> None:
        forget_everybody()

    def begun(self) -> None:
        self.post = Post(self.committee)

    # --- letters ---

    @rule(days=st.integers(0, 12), leave=st.integers(0, 3), twice=st.integers(0, 3))
    def morning(self, days: int, leave: int, twice: int) -> None:
        """The work of a sweep, of a day to come or of today; begun again it finds nothing more to do. Sometimes the
        letters are written and do not leave yet: what they tell may change under them."""
        if days and self.day < LAST_DAY:
            self.time_passes(days)
        self.night()
        self._must("collect", self.post.collect(self.at))
        if not leave:
            return
        self._must("deliver", self.post.deliver(self.sink, self.at))
        if self._is_awake():
            self._must("tell", list(self.post.untold(self.day)))
        if not twice:
            sent = len(self.sink.messages)
            self._must("collect again", self.post.collect(self.at))
            self._must("deliver again", self.post.deliver(self.sink, self.at))
            assert len(self.sink.messages) == sent, "a second sweep sends nothing"

    def _must(self, name: str, faults: list[str]) -> None:
        self.deed = name
        self.told[name] += 1
        assert not faults, f"“{name}” of {self.at}:\n" + "\n".join(faults)

    def _is_awake(self) -> bool:
        return self.committee not in asleep(db.session, self.at)

    def _letter(self, n: int) -> Letter | None:
        query = select(Letter).where(Letter.committee_id == self.committee, Letter.state == "sent")
        found = list(db.session.scalars(query.order_by(Letter.id.desc()).limit(6)))
        return found[n % len(found)] if found else None

    @rule(n=some, line=some, ticks=flag)
    def follow_link(self, n: int, line: int, ticks: bool) -> None:
        letter = self._letter(n)
        tokens = links(letter) if letter else []
        if not tokens:
            return
        token, secret = tokens[line % len(tokens)], current_app.config["TRACKER"].secret_key
        self._do("open a link", lambda: note_opening(token, secret=secret, at=self.at))
        if ticks:
            given = Given(text=f"{n + 1}/BC-UBND ngày {self.day.day}/{self.day.month}/{self.day.year}")
            self._do("tick by link", lambda: tick_by_link(token, given, secret=secret, at=self.at))

    @rule(n=some, for_good=flag)
    def mail_comes_back(self, n: int, for_good: bool) -> None:
        letter = self._letter(n)
        if letter is not None:
            deed = bounces.came_back if for_good else bounces.delayed
            self._do("bounce", lambda: deed(OPERATOR, letter.id, "550 không có hộp thư", at=self.at))

    @rule(n=some, on=flag)
    def choose_reminders(self, n: int, on: bool) -> None:
        actor = self.staff[self.units[n % len(self.units)]]
        self._do("reminders", lambda: reminders.turn_reminders(actor, on, at=self.at))

    # --- reorganisations ---

    @rule(
        n=some, kind=st.sampled_from(["split", "abolished", "renamed"]), undoes=flag, seldom=st.integers(0, 1)
    )
    def reorganise(self, n: int, kind: str, undoes: bool, seldom: int) -> None:
        """A commune becomes two, goes, or has another name; half of it is taken back at once."""
        unit = self.units[2 + n % (len(self.units) - 2)]
        if seldom:
            return
        names = {"split": FIELDS, "renamed": {"Mới": ""}, "abolished": {}}[kind]
        heirs = tuple(
            Heir(name=f"UBND xã {name} {n}", code=f"{name}{n}{self.day:%j}", kind="commune", function=field)
            for name, field in names.items()
        )
        change = Change(kind, (unit,), self.day, "NQ 16/NQ-HĐND", heirs)
        before = kept(self.committee).lives
        self._do(f"{kind} unit", lambda: self._reorganise(change, n, undoes=undoes))
        if undoes:
            now = kept(self.committee).lives
            changed = {key: (row, now.get(key)) for key, row in before.items() if now.get(key) != row}
            assert not changed, f"undoing “{kind}” of {self.day} leaves {changed}"

    def _reorganise(self, change: Change, n: int, *, undoes: bool) -> None:
        proposal = succession.propose(self.manager, self.committee, change, at=self.at)
        picked = {
            line.row.id: line.options[(n + line.row.id) % len(line.options)].value
            for line in proposal.works
            if not line.move.to
        }
        plans = {line.id: line.options[0].value for line in proposal.plans if not line.move.to}
        choices = succession.Choices(works=picked, plans=plans)
        done = succession.carry_out(self.manager, self.committee, change, choices, proposal.stamp, at=self.at)
        if undoes:
            succession.undo(self.manager, done, at=self.at)
        else:
            self._settle()

    def _settle(self) -> None:
        """Somebody does the work of each new unit."""
        known = set(self.staff)
        holders = select(Assignment.holder_id).where(Assignment.committee_id == self.committee).distinct()
        for unit in sorted(set(db.session.scalars(holders)) - known):
            has = db.session.scalar(select(Role.id).where(Role.unit_id == unit).limit(1))
            self.units.append(unit)
            self.staff[unit] = self._person("officer" if has is None else "head", unit)
        db.session.commit()

    @rule(n=some)
    def undo_late(self, n: int) -> None:
        """Whatever stands on a reorganisation by now, undoing it answers in words or puts everything back."""
        found = succession.changes(self.manager, self.committee, at=self.at)
        if found:
            chosen = found[n % len(found)]
            self._do("undo", lambda: succession.undo(self.manager, chosen.id, at=self.at))

    # --- what must hold ---

    @invariant()
    def no_claim_is_left(self) -> None:
        if hasattr(self, "post"):
            found = self.post.waiting()
            assert not found, f"after “{self.deed}” of {self.day}:\n" + "\n".join(found)
            db.session.rollback()
