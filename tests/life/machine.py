"""A committee in which everything may happen: random deeds through the real services, and what must hold after each.

The rules are the deeds of people; a refusal in words is an answer, any other exception is not. Every sequence has a
committee of its own, so that one database serves thousands of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from tests.life.memory import Kept, kept
from tests.progress.pages import differences, matrix_differs, page_differs
from tracker.access import OPERATOR, Actor, Grant
from tracker.clock import at_vietnam
from tracker.drafts import codec
from tracker.drafts.model import TaskDraft, TimingDraft
from tracker.errors import TrackerError
from tracker.extensions import db
from tracker.services import (
    endings,
    explaining,
    extending,
    following,
    handing_back,
    noting,
    periods,
    plans,
    publish,
    review,
    rolling,
    show_review,
    succession,
    tasks,
    waiting,
    work,
)
from tracker.services.work import Given
from tracker.store.models import (
    Assignment,
    Committee,
    DraftRow,
    Explanation,
    Extension,
    HandBack,
    Person,
    PlanVersion,
    Role,
    Submission,
    Task,
    Unit,
    UnitGroup,
    UnitVersion,
    Wait,
)
from tracker.units.succession import Change, Heir

FIRST_DAY, LAST_DAY = date(2026, 5, 4), date(2027, 2, 1)
UNITS = ("Phòng Tư pháp", "Phòng Văn hóa", "UBND xã Tân Lập", "UBND xã Bình Minh", "UBND xã Phú Hòa")
LEADERLESS = ("leader", "manager")
COMMUNES, CULTURE = "UBND các xã", "Phòng Văn hóa"

# After these every page is looked at, not the dashboard alone.
RARE = ("new version", "merge units", "end plan", "withdraw plan", "reopen plan", "split task", "merge tasks")

some = st.integers(0, 30)
who = st.sampled_from(["right"] * 12 + ["wrong"])
few_days = st.integers(-6, 40)
flag = st.booleans()


def rows_of_plan(rule_of_two: str) -> list[tuple[TaskDraft, str]]:
    """The rows of the plan with their completion rule: a group, any of it, so many of it in each quarter, two
    products, a weekend, an event, ongoing work."""

    def task(
        n: int, title: str, lead: str, *timings: TimingDraft, products: tuple[str, ...] = ()
    ) -> TaskDraft:
        return TaskDraft((str(n),), "task", title, (lead,), ("Phòng Tư pháp",), timings, products)

    quarters = TimingDraft(
        "hằng quý", every="quarter", start=date(2026, 1, 1), due=date(2026, 3, 20), bound="before"
    )
    return [
        (
            task(1, "Rà soát tổ hòa giải", COMMUNES, TimingDraft("trước 16/5/2026", due=date(2026, 5, 16))),
            "all",
        ),
        (task(2, "Tổ chức hội nghị", COMMUNES, TimingDraft("trước 11/6/2026", due=date(2026, 6, 10))), "any"),
        (task(3, "Báo cáo hằng quý", COMMUNES, quarters), rule_of_two),
        (
            task(
                4,
                "Biên soạn tài liệu",
                CULTURE,
                TimingDraft("5/6", due=date(2026, 6, 5)),
                products=("a", "b"),
            ),
            "all",
        ),
        (
            task(5, "Tập huấn luật mới", CULTURE, TimingDraft("khi có luật", awaits="luật mới ban hành")),
            "all",
        ),
        (task(6, "Tuyên truyền", COMMUNES, TimingDraft("thường xuyên", ongoing=True)), "all"),
    ]


class Deeds(RuleBasedStateMachine):
    """One sequence. `told` counts what was done and what was refused, over all sequences."""

    told: ClassVar[Counter[str]] = Counter()
    numbers = count(1)
    sequences = 0
    whole_pages = False

    @initialize(
        article_148=flag,
        rule_of_two=st.sampled_from(["all", "2", "any"]),
        past=st.sampled_from(["done", "open"]),
        endless=flag,
    )
    def begin(self, article_148: bool, rule_of_two: str, past: str, endless: bool) -> None:
        type(self).sequences += 1
        self.before_beginning()
        self.period_end = None if endless else date(2026, 12, 31)
        self.day = FIRST_DAY
        self.hour = 8
        self._committee(article_148)
        self.plan = self._publish_first(rule_of_two, past)
        self.before: Kept = kept(self.committee)
        self.deed = "publish"
        self.begun()

    def before_beginning(self) -> None:
        """For what else there is in the world."""

    def begun(self) -> None:
        """The same once the plan is published."""

    # --- the world ---

    def _committee(self, article_148: bool) -> None:
        at = at_vietnam(date(2026, 1, 2), 8)
        name = f"UBND huyện thứ {next(self.numbers)}"
        committee = Committee(name=name, short_name=name, created_at=at)
        committee.settings = {"article_148": article_148}
        db.session.add(committee)
        db.session.flush()
        self.committee = committee.id
        self.units: list[int] = []
        self.staff: dict[int, Actor] = {}
        for n, name in enumerate(UNITS):
            unit = Unit(committee_id=committee.id, code=f"D{n}", created_at=at)
            kind = "commune" if name.startswith("UBND") else "office"
            unit.versions.append(UnitVersion(ordinal=1, name=name, kind=kind))
            db.session.add(unit)
            db.session.flush()
            self.units.append(unit.id)
            self.staff[unit.id] = self._person("officer" if n else "coordinator", unit.id)
        self.coordinator = self.staff[self.units[0]]
        self.leader, self.manager = (self._person(role, None) for role in LEADERLESS)
        db.session.add(UnitGroup(committee_id=committee.id, name=COMMUNES, rule={"kind": "commune"}))
        db.session.commit()

    def _person(self, role: str, unit_id: int | None) -> Actor:
        at = at_vietnam(date(2026, 1, 2), 8)
        email = f"{role}-{unit_id or 0}-{self.committee}@sonthanh.example"
        person = Person(name=f"Người {role}", email=email, created_at=at)
        person.roles.append(Role(role=role, committee_id=self.committee, unit_id=unit_id))
        db.session.add(person)
        db.session.flush()
        return Actor(person.id, person.name, (Grant(role, self.committee, unit_id),))

    def _publish_first(self, rule_of_two: str, past: str) -> int:
        version = plans.new_plan(
            self.coordinator,
            self.committee,
            self.units[0],
            title="Kế hoạch phổ biến, giáo dục pháp luật",
            period_start=date(2026, 1, 1),
            period_end=self.period_end,
            at=self.at,
        )
        for position, (task, completion) in enumerate(rows_of_plan(rule_of_two)):
            data = codec.task_to_json(task)
            row = DraftRow(plan_version_id=version, position=position, data=data, completion=completion)
            db.session.add(row)
        db.session.commit()
        self._publish(version, past)
        return int(db.session.scalar(select(PlanVersion.plan_id).where(PlanVersion.id == version)) or 0)

    def _publish(self, version: int, past: str) -> None:
        page = show_review.review(self.coordinator, version, at=self.at)
        if page.past_unchosen:
            review.choose_past(
                self.coordinator, version, {"all": past}, row_version=page.row_version, at=self.at
            )
            page = show_review.review(self.coordinator, version, at=self.at)
        publish.publish(self.coordinator, version, row_version=page.row_version, at=self.at)

    @property
    def at(self) -> Any:
        return at_vietnam(self.day, self.hour)

    # --- choosing ---

    def _work(self, n: int) -> Assignment:
        """One of the assignments; those in which something may still happen come up more often."""
        query = select(Assignment).where(Assignment.committee_id == self.committee).order_by(Assignment.id)
        every = list(db.session.scalars(query))
        near = [
            one for one in every if one.state != "excused" and (one.due_on or self.day) < date(2026, 7, 1)
        ]
        found = near if near and n % 5 else every
        return found[n % len(found)]

    def _one(self, model: Any, n: int) -> Any:
        """One of the committee's requests of a kind, the newest ones first; None where there is none."""
        query = select(model).join(Assignment, Assignment.id == model.assignment_id)
        found = list(
            db.session.scalars(query.where(Assignment.committee_id == self.committee).order_by(model.id))
        )
        return found[-1 - n % min(len(found), 4)] if found else None

    def _holder(self, one: Assignment, chosen: str) -> Actor:
        right = self.staff.get(one.holder_id, self.coordinator)
        return right if chosen == "right" else self.manager

    def _desk(self, chosen: str) -> Actor:
        return self.coordinator if chosen == "right" else self.leader

    def _do(self, name: str, deed: Callable[[], object]) -> None:
        """Do it; a refusal in words is an answer."""
        self.deed = name
        self.hour = self.hour + 1 if self.hour < 17 else 17
        refused: TrackerError | None = None
        try:
            deed()
        except TrackerError as refusal:
            db.session.rollback()
            refused = refusal
        self.told[f"{name}: refused" if refused else name] += 1
        assert refused is None or refused.message.strip(), f"{name} refuses in words"

    # --- the days ---

    @precondition(lambda self: self.day < LAST_DAY)
    @rule(days=st.integers(1, 16))
    def time_passes(self, days: int) -> None:
        self.day += timedelta(days=days)
        self.hour = 8
        self._do("days pass", lambda: None)

    @rule()
    def night(self) -> None:
        """What the sweep does before it writes letters."""
        self._do("end waits", lambda: waiting.end_overdue(OPERATOR, at=self.at))
        self._do("roll on", lambda: rolling.extend_cycles(OPERATOR, at=self.at))

    # --- the unit ---

    @rule(n=some, chosen=who, part=st.sampled_from([(), (), (1,), (2,)]), together=flag)
    def tick(self, n: int, chosen: str, part: tuple[int, ...], together: bool) -> None:
        one = self._work(n)
        same = select(Assignment.id).where(
            Assignment.task_id == one.task_id,
            Assignment.timing_id == one.timing_id,
            Assignment.period == one.period,
            Assignment.holder_id == one.holder_id,
            Assignment.id != one.id,
        )
        also = list(db.session.scalars(same)) if together else []
        given = Given(text=f"{n + 1}/BC-UBND ngày {self.day.day}/{self.day.month}/{self.day.year}")
        self._do(
            "tick",
            lambda: work.tick(self._holder(one, chosen), one.id, given, parts=part, also=also, at=self.at),
        )

    @rule(n=some, chosen=who)
    def take_back(self, n: int, chosen: str) -> None:
        one = self._sent(n)
        self._do("take back", lambda: work.take_back(self._holder(one, chosen), one.id, at=self.at))

    @rule(n=some)
    def take_back_part(self, n: int) -> None:
        part = self._one(Submission, n)
        if part is not None:
            one = self._loaded(part.assignment_id)
            self._do(
                "take back a part",
                lambda: work.take_back_part(self._holder(one, "right"), one.id, part.id, at=self.at),
            )

    @rule(n=some, percent=st.integers(-1, 101))
    def note(self, n: int, percent: int) -> None:
        one = self._work(n)
        actor = self._holder(one, "right")
        self._do("see", lambda: noting.see(actor, one.id, at=self.at))
        self._do(
            "note",
            lambda: noting.note_progress(actor, one.id, text="đang làm", percent=percent, at=self.at),
        )

    # --- the desk ---

    def _sent(self, n: int) -> Assignment:
        """Work that waits for a decision, where there is any."""
        query = select(Assignment).where(
            Assignment.committee_id == self.committee, Assignment.state == "submitted"
        )
        found = list(db.session.scalars(query.order_by(Assignment.id)))
        return found[n % len(found)] if found else self._work(n)

    def _loaded(self, work_id: int) -> Assignment:
        one = db.session.get(Assignment, work_id)
        assert one is not None
        return one

    @rule(n=some, days=st.integers(-2, 20), via=st.sampled_from(["paper", "phone", "system"]), chosen=who)
    def tick_on_behalf(self, n: int, days: int, via: str, chosen: str) -> None:
        one = self._work(n)
        day = self.day - timedelta(days=days)
        given = Given(text=f"{n + 1}/BC-UBND")
        self._do(
            "tick on behalf",
            lambda: work.tick_on_behalf(
                self._desk(chosen), one.id, given, received_on=day, via=via, at=self.at
            ),
        )

    @rule(n=some, chosen=who, stale=st.sampled_from([0, 0, 0, 0, 1]))
    def accept(self, n: int, chosen: str, stale: int) -> None:
        one = self._sent(n)
        row = one.row_version - stale
        self._do("accept", lambda: work.accept(self._desk(chosen), one.id, row_version=row, at=self.at))

    @rule(n=some, form_only=flag, part=st.sampled_from([(), (), (1,)]), reason=st.sampled_from(["thiếu", ""]))
    def give_back(self, n: int, form_only: bool, part: tuple[int, ...], reason: str) -> None:
        one = self._sent(n)
        row = one.row_version
        self._do(
            "return",
            lambda: work.return_(
                self.coordinator, one.id, reason, form_only=form_only, parts=part, row_version=row, at=self.at
            ),
        )

    @rule(n=some, form_only=flag)
    def reopen(self, n: int, form_only: bool) -> None:
        one = self._work(n)
        row = one.row_version
        self._do(
            "reopen",
            lambda: following.reopen(
                self.coordinator, one.id, "xem lại", form_only=form_only, row_version=row, at=self.at
            ),
        )

    @rule(n=some, chosen=who)
    def excuse(self, n: int, chosen: str) -> None:
        one = self._work(n)
        row = one.row_version
        self._do(
            "excuse",
            lambda: following.excuse(self._desk(chosen), one.id, "không có", row_version=row, at=self.at),
        )

    @rule(n=some, days=few_days)
    def correct_day(self, n: int, days: int) -> None:
        one = self._sent(n)
        day, row = self.day - timedelta(days=days), one.row_version
        self._do(
            "correct day",
            lambda: following.correct_day(
                self.coordinator, one.id, day, "sổ công văn", row_version=row, at=self.at
            ),
        )

    @rule(n=some, days=few_days, with_due=flag)
    def event_came(self, n: int, days: int, with_due: bool) -> None:
        query = select(Assignment).where(
            Assignment.committee_id == self.committee, Assignment.state == "waiting"
        )
        found = list(db.session.scalars(query.order_by(Assignment.id)))
        one = found[n % len(found)] if found else self._work(n)
        due = self.day + timedelta(days=days) if with_due else None
        row = one.row_version
        self._do(
            "event came",
            lambda: following.event_came(
                self.coordinator, one.id, self.day, due, row_version=row, at=self.at
            ),
        )

    # --- asking ---

    @rule(n=some, days=few_days, chosen=who)
    def ask_extension(self, n: int, days: int, chosen: str) -> None:
        one = self._work(n)
        day = (one.due_on or self.day) + timedelta(days=days)
        self._do(
            "ask extension",
            lambda: extending.ask(self._holder(one, chosen), one.id, day, "bận", at=self.at),
        )

    @rule(
        n=some,
        deed=st.sampled_from(["agree", "refuse", "offer", "take", "decline", "withdraw"]),
        days=few_days,
    )
    def answer_extension(self, n: int, deed: str, days: int) -> None:
        asked = self._one(Extension, n)
        if asked is None:
            return
        one = self._loaded(asked.assignment_id)
        row, desk, unit = one.row_version, self.coordinator, self._holder(one, "right")
        day = self.day + timedelta(days=days)
        deeds: dict[str, Callable[[], object]] = {
            "agree": lambda: extending.agree(desk, asked.id, row_version=row, at=self.at),
            "refuse": lambda: extending.refuse(desk, asked.id, "không", row_version=row, at=self.at),
            "offer": lambda: extending.offer(desk, asked.id, day, row_version=row, at=self.at),
            "take": lambda: extending.take(unit, asked.id, row_version=row, at=self.at),
            "decline": lambda: extending.decline(unit, asked.id, at=self.at),
            "withdraw": lambda: extending.withdraw(unit, asked.id, at=self.at),
        }
        self._do(f"extension: {deed}", deeds[deed])

    @rule(n=some, chosen=who)
    def hand_back(self, n: int, chosen: str) -> None:
        one = self._work(n)
        self._do(
            "hand back",
            lambda: handing_back.ask(
                self._holder(one, chosen), one.id, "không phải của chúng tôi", at=self.at
            ),
        )

    @rule(n=some, deed=st.sampled_from(["hand on", "excuse", "refuse", "withdraw"]), to=st.integers(0, 9))
    def answer_hand_back(self, n: int, deed: str, to: int) -> None:
        asked = self._one(HandBack, n)
        if asked is None:
            return
        one = self._loaded(asked.assignment_id)
        row, desk, at = one.row_version, self.coordinator, self.at
        unit_id = self.units[to % len(self.units)]
        deeds: dict[str, Callable[[], object]] = {
            "hand on": lambda: handing_back.hand_on(desk, asked.id, unit_id, row_version=row, at=at),
            "excuse": lambda: handing_back.excuse(desk, asked.id, "nhầm", row_version=row, at=at),
            "refuse": lambda: handing_back.refuse(desk, asked.id, "đúng rồi", row_version=row, at=at),
            "withdraw": lambda: handing_back.withdraw(self._holder(one, "right"), asked.id, at=at),
        }
        self._do(f"hand-back: {deed}", deeds[deed])

    @rule(n=some, days=st.integers(-1, 10), of_leader=flag)
    def ask_why(self, n: int, days: int, of_leader: bool) -> None:
        one = self._work(n)
        actor = self.leader if of_leader else self.coordinator
        day = self.day + timedelta(days=days)
        self._do("ask why", lambda: explaining.ask(actor, one.id, "Vì sao chậm?", day, at=self.at))

    @rule(n=some, answers=flag)
    def answer_why(self, n: int, answers: bool) -> None:
        asked = self._one(Explanation, n)
        if asked is None:
            return
        one = self._loaded(asked.assignment_id)
        if answers:
            unit = self._holder(one, "right")
            self._do("explain", lambda: explaining.answer(unit, asked.id, "Vì thiếu người.", at=self.at))
        else:
            self._do("ask no longer", lambda: explaining.withdraw(self.coordinator, asked.id, at=self.at))

    @rule(n=some, to=st.integers(0, 9), days=st.integers(-1, 20), chosen=who)
    def wait(self, n: int, to: int, days: int, chosen: str) -> None:
        one = self._work(n)
        unit_id, until = self.units[to % len(self.units)], self.day + timedelta(days=days)
        self._do(
            "wait",
            lambda: waiting.wait(
                self._holder(one, chosen), one.id, unit_id, "chờ số liệu", until, at=self.at
            ),
        )

    @rule(n=some)
    def end_wait(self, n: int) -> None:
        one = self._one(Wait, n)
        if one is not None:
            self._do("end wait", lambda: waiting.end(self.coordinator, one.id, "đã có", at=self.at))

    # --- periods, the plan, the units ---

    @rule(period=st.sampled_from(["2026-Q1", "2026-Q2", "2026-Q3", "once"]), despite=flag, chosen=who)
    def close_period(self, period: str, despite: bool, chosen: str) -> None:
        actor = self._desk(chosen)
        self._do(
            "close period",
            lambda: periods.close_period(actor, self.plan, period, despite=despite, at=self.at),
        )

    @rule(
        period=st.sampled_from(["2026-Q1", "2026-Q2", "2026-Q3", "once"]), reason=st.sampled_from(["sửa", ""])
    )
    def reopen_period(self, period: str, reason: str) -> None:
        self._do(
            "reopen period",
            lambda: periods.reopen_period(self.leader, self.plan, period, reason, at=self.at),
        )

    @rule(withdraws=flag, n=some)
    def end_plan(self, withdraws: bool, n: int) -> None:
        if n % 4:
            return  # seldom: little happens afterwards
        if withdraws:
            self._do(
                "withdraw plan",
                lambda: endings.withdraw_plan(
                    self.coordinator, self.plan, "thay thế", "QĐ 5/QĐ-UBND", at=self.at
                ),
            )
            return
        page = endings.end_page(self.coordinator, self.plan, at=self.at)
        reasons = {group.key: "không làm nữa" for group in page.open}
        self._do("end plan", lambda: endings.end_plan(self.coordinator, self.plan, reasons, at=self.at))

    @rule()
    def reopen_plan(self) -> None:
        self._do("reopen plan", lambda: endings.reopen_plan(self.leader, self.plan, "làm tiếp", at=self.at))

    @rule(drop=st.integers(0, 12), days=few_days)
    def publish_again(self, drop: int, days: int) -> None:
        """A new version: one row fewer, or one due day moved, or the same again."""
        self._do("new version", lambda: self._publish(self._next_version(drop, days), "open"))

    def _next_version(self, drop: int, days: int) -> int:
        query = select(PlanVersion).where(PlanVersion.plan_id == self.plan).order_by(PlanVersion.ordinal)
        *_, last = db.session.scalars(query)
        published = next(one for one in last.plan.versions if one.state == "published")
        new = PlanVersion(
            plan_id=self.plan,
            ordinal=last.ordinal + 1,
            title=published.title,
            period_start=published.period_start,
            period_end=published.period_end,
            head=published.head,
            created_at=self.at,
        )
        chosen = [row for n, row in enumerate(published.rows) if n != drop]
        if drop == 12:  # what was dropped comes back
            chosen = list(last.plan.versions[0].rows)
        for position, row in enumerate(chosen):
            task = codec.task_from_json(row.data)
            data = codec.task_to_json(_moved(task, days)) if position == drop % 7 else row.data
            new.rows.append(DraftRow(position=position, data=data, completion=row.completion))
        db.session.add(new)
        db.session.commit()
        return new.id

    @rule(n=some, other=some, splits=flag, seldom=st.integers(0, 2))
    def change_tasks(self, n: int, other: int, splits: bool, seldom: int) -> None:
        """A task becomes two, or two become one."""
        if seldom:
            return
        query = (
            select(Task.id).where(Task.plan_id == self.plan, Task.withdrawn_at.is_(None)).order_by(Task.id)
        )
        ids = list(db.session.scalars(query))
        if not ids:
            return
        one, two = ids[n % len(ids)], ids[other % len(ids)]
        if splits:
            self._do("split task", lambda: self._split(one))
        else:
            self._do("merge tasks", lambda: self._merge_tasks(one, two))

    def _split(self, task_id: int) -> None:
        parts = [tasks.Part("Phần thứ nhất"), tasks.Part("Phần thứ hai")]
        mark = tasks.preview_split(self.coordinator, task_id, parts).mark
        tasks.split(self.coordinator, task_id, parts, mark=mark, at=self.at)

    def _merge_tasks(self, task_id: int, other_id: int) -> None:
        mark = tasks.preview_merge(self.coordinator, task_id, other_id, "Cả hai").mark
        tasks.merge(self.coordinator, task_id, other_id, "Cả hai", mark=mark, at=self.at)

    @precondition(lambda self: len(self.units) == len(UNITS))
    @rule(n=some)
    def merge(self, n: int) -> None:
        """Two communes become one, once in a sequence."""
        if n % 5:
            return
        change = Change(
            kind="merged",
            units=(self.units[2], self.units[3]),
            on=self.day,
            document="NQ 15/NQ-HĐND",
            heirs=(Heir(name="UBND xã Tân Bình", code="TB"),),
        )
        self._do("merge units", lambda: self._merge(change))

    def _merge(self, change: Change) -> None:
        proposal = succession.propose(self.manager, self.committee, change, at=self.at)
        choices = succession.Choices()
        succession.carry_out(self.manager, self.committee, change, choices, proposal.stamp, at=self.at)
        new = db.session.scalar(
            select(Unit.id).where(Unit.committee_id == self.committee).order_by(Unit.id.desc())
        )
        assert new is not None
        self.units.append(new)
        self.staff[new] = self._person("officer", new)
        db.session.commit()

    # --- what must hold ---

    @invariant()
    def memory_loses_nothing(self) -> None:
        if not hasattr(self, "plan"):
            return
        db.session.rollback()
        now = kept(self.committee)
        lost = now.lost_since(self.before)
        assert not lost, f"after “{self.deed}” of {self.day}:\n" + "\n".join(lost)
        wrong = now.wrong()
        assert not wrong, f"after “{self.deed}” of {self.day}:\n" + "\n".join(wrong)
        self.before = now

    @invariant()
    def pages_and_recount_agree(self) -> None:
        if not hasattr(self, "plan"):
            return
        check = differences if self.whole_pages else matrix_differs
        found = check(self.leader, self.committee, at=self.at)
        found += page_differs(self.leader, self.plan, at=self.at) if self.deed in RARE else []
        assert not found, f"after “{self.deed}” of {self.day}:\n" + "\n".join(found)
        db.session.rollback()

    def teardown(self) -> None:
        if hasattr(self, "plan"):
            found = differences(self.leader, self.committee, at=self.at)
            found += page_differs(self.leader, self.plan, at=self.at)
            assert not found, "at the end:\n" + "\n".join(found)
        db.session.rollback()


def _moved(task: TaskDraft, days: int) -> TaskDraft:
    timings = tuple(
        replace(one, due=one.due + timedelta(days=days)) if one.due and not one.every else one
        for one in task.timings
    )
    return replace(task, timings=timings)
