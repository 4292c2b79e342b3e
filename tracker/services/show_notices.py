"""Chứng cứ đã thông báo: what was told of an assignment to whom, and what became of it; every figure is a count of the
rows beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tracker.access import Actor, Thing, need
from tracker.clock import vietnam_day
from tracker.errors import NotFound
from tracker.extensions import db
from tracker.store.models import Assignment
from tracker.store.queries import proof as find
from tracker.store.queries import work as find_work
from tracker.store.queries.proof import DueChange, LetterProof, NoticeProof, Seen
from tracker.store.queries.rows import WorkRow
from tracker.store.queries.units import person_names
from tracker.store.queries.work import Wanted


@dataclass(frozen=True)
class Proof:
    """All notices of one assignment, and what else says that its unit knew: `acknowledged` (who took note, when), the
    unit's calendar, the pages that its recipients looked at."""

    row: WorkRow
    notices: tuple[NoticeProof, ...]
    changes: tuple[DueChange, ...]
    acknowledged: tuple[str, date] | None
    fetched_at: datetime | None
    seen: tuple[Seen, ...]

    @property
    def letters(self) -> tuple[LetterProof, ...]:
        """The letters of the notices, each once."""
        return tuple({one.letter.id: one.letter for one in self.notices}.values())

    @property
    def sent(self) -> int:
        return sum(one.sent_at is not None for one in self.letters)

    @property
    def bounced(self) -> int:
        return sum(one.bounced_at is not None for one in self.letters)

    @property
    def opened(self) -> int:
        return sum(one.opened_at is not None for one in self.letters)

    @property
    def first_opened(self) -> datetime | None:
        return min((one.opened_at for one in self.letters if one.opened_at), default=None)

    @property
    def moved_otherwise(self) -> bool:
        """Whether the present due day is not what the deeds made it: a new version of the plan says it."""
        last = self.changes[-1].after if self.changes else self.row.work.first_due_on
        return self.row.due_on != last


def proof(actor: Actor, assignment_id: int, *, at: datetime) -> Proof:
    """For the unit, the plan's coordinator, leaders and viewers."""
    today = vietnam_day(at)
    row = next(iter(find_work.rows(db.session, Wanted(ids=[assignment_id]), today)), None)
    if row is None:
        raise NotFound("Không tìm thấy việc này. Có thể kế hoạch đã thay đổi.")
    units = frozenset({row.holder_id, row.unit_id})
    need(actor, "work.see", Thing(row.committee_id, row.coordinator_id, units))
    work = db.session.get_one(Assignment, assignment_id)
    notices = find.notices(db.session, work, row.coordinator_id)
    return Proof(
        row=row,
        notices=notices,
        changes=find.due_changes(db.session, assignment_id),
        acknowledged=_acknowledged(work),
        fetched_at=find.fetched_at(db.session, work.holder_id),
        seen=find.last_seen(db.session, {one.person_id for one in notices}),
    )


def _acknowledged(work: Assignment) -> tuple[str, date] | None:
    """Who said that the unit has taken note of the work, and on which day."""
    if work.seen_on is None:
        return None
    names = person_names(db.session, [work.seen_by_id])
    return names.get(work.seen_by_id or 0, ""), work.seen_on
