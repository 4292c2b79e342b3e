"""Every state × deed × role: allowed or refused, the same in the table, the service and the page.

The table says which states allow a deed, `access` who may do it. Each deed is then really done, by its service and by
its form, by somebody of every role on work in every state; what comes of it has to be what the two tables say.
"""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.conftest import HandClock, build_world, make_app
from tests.web.conftest import PLAN
from tracker import access, life
from tracker.access import Actor
from tracker.errors import Forbidden, Refused
from tracker.extensions import db
from tracker.services import following, noting, plans, publish, review, show_review, show_work, work
from tracker.services.assignment_deed import thing_of
from tracker.services.work import Given
from tracker.store.models import Assignment, Deliverable, TaskVersion

ROLES = ("coordinator", "officer", "head", "other", "leader", "manager")
DOCUMENT = Given(text="15/BC-UBND ngày 11/5/2026")
RECEIVED = date(2026, 5, 11)


def version(work_id: int) -> int:
    return db.session.get_one(Assignment, work_id, populate_existing=True).row_version


Deed = Callable[[Actor, int, object], object]
DONE_BY: dict[str, Deed] = {
    "see": lambda who, one, at: noting.see(who, one, at=at),
    "note": lambda who, one, at: noting.note_progress(who, one, percent=50, at=at),
    "tick": lambda who, one, at: work.tick(who, one, DOCUMENT, at=at),
    "tick-part": lambda who, one, at: work.tick(who, one, DOCUMENT, parts=[1], at=at),
    "take-back": lambda who, one, at: work.take_back(who, one, at=at),
    "take-back-part": lambda who, one, at: work.take_back_part(who, one, part_of(one), at=at),
    "tick-on-behalf": lambda who, one, at: work.tick_on_behalf(
        who, one, DOCUMENT, received_on=RECEIVED, via="paper", at=at
    ),
    "tick-part-on-behalf": lambda who, one, at: work.tick_on_behalf(
        who, one, DOCUMENT, received_on=RECEIVED, via="paper", parts=[1], at=at
    ),
    "accept": lambda who, one, at: work.accept(who, one, row_version=version(one), at=at),
    "return": lambda who, one, at: work.return_(who, one, "Thiếu dấu.", row_version=version(one), at=at),
    "correct-day": lambda who, one, at: following.correct_day(
        who, one, date(2026, 5, 8), "Theo dấu công văn đến.", row_version=version(one), at=at
    ),
    "reopen": lambda who, one, at: following.reopen(
        who, one, "Số liệu sai.", row_version=version(one), at=at
    ),
    "excuse": lambda who, one, at: following.excuse(who, one, "Không có.", row_version=version(one), at=at),
    "event-came": lambda who, one, at: following.event_came(
        who, one, date(2026, 5, 11), date(2026, 6, 1), row_version=version(one), at=at
    ),
}
FORMS: dict[str, tuple[str, dict[str, object]]] = {
    "see": ("tiep-nhan", {}),
    "note": ("tinh-hinh", {"percent": "50"}),
    "tick": ("gui", {"text": DOCUMENT.text}),
    "tick-part": ("gui", {"text": DOCUMENT.text, "parts": "1", "part": "1"}),
    "take-back": ("rut", {}),
    "take-back-part": ("rut/{part}", {}),
    "tick-on-behalf": ("gui-thay", {"text": DOCUMENT.text, "received_on": "11/5/2026", "via": "paper"}),
    "tick-part-on-behalf": (
        "gui-thay",
        {"text": DOCUMENT.text, "received_on": "11/5/2026", "via": "paper", "parts": "1", "part": "1"},
    ),
    "accept": ("duyet", {}),
    "return": ("tra", {"reason": "Thiếu dấu."}),
    "correct-day": ("ngay-nhan", {"day": "8/5/2026", "reason": "Theo dấu công văn đến."}),
    "reopen": ("mo-lai", {"reason": "Số liệu sai."}),
    "excuse": ("khong-ap-dung", {"reason": "Không có."}),
    "event-came": ("su-kien", {"came_on": "11/5/2026", "due_on": "1/6/2026"}),
}


def part_of(work_id: int) -> int:
    found = db.session.get_one(Assignment, work_id)
    return next((one.id for one in found.submissions if one.state == "part"), 0)


@pytest.fixture(scope="module")
def published(sqlite_template, tmp_path_factory):
    """A database with Tân Lập's first piece of work of a published plan, which has three deliverables; made once,
    copied for each test. (file, the district, id of the work)"""
    folder, clock = tmp_path_factory.mktemp("published"), HandClock()
    path = folder / "tracker.db"
    shutil.copy(sqlite_template, path)
    app = make_app(f"sqlite:///{path}", folder, clock)
    with app.app_context():
        world = build_world(clock)
        found = publish_plan(world, clock.day(2026, 1, 16))
        db.session.remove()
        with db.engine.connect() as connection:
            connection.rollback()
            connection.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    return path, world, found


def publish_plan(world, at) -> int:
    coordinator = world.actor("coordinator")
    draft = plans.import_plan(coordinator, world.committee, world.justice, "12-kh.txt", PLAN.encode(), at=at)
    page = show_review.review(coordinator, draft, at=at)
    if page.past_unchosen:
        review.choose_past(coordinator, draft, {"all": "open"}, row_version=page.row_version, at=at)
        page = show_review.review(coordinator, draft, at=at)
    publish.publish(coordinator, draft, row_version=page.row_version, at=at)
    found = db.session.query(Assignment).filter_by(unit_id=world.tan_lap).order_by(Assignment.id).first()
    task = db.session.query(TaskVersion).filter_by(task_id=found.task_id).one()
    have = len(task.deliverables)
    task.deliverables += [Deliverable(ordinal=n, text=f"sản phẩm {n}") for n in range(have, 3)]
    db.session.commit()
    return found.id


@pytest.fixture
def sqlite_url(published, tmp_path):
    shutil.copy(published[0], tmp_path / "tracker.db")
    return f"sqlite:///{tmp_path / 'tracker.db'}"


@pytest.fixture
def world(published, sqlite_app, clock):
    return replace(published[1], clock=clock)


@pytest.fixture
def house(published, clock):
    """The id of the work."""
    clock.day(2026, 5, 12)
    return published[2]


def bring(world, clock, work_id: int, state: str, deed: str) -> None:
    """Lead the work into the state by deeds of the right people; it holds what the deed is about."""
    officer, coordinator = world.actor("officer"), world.actor("coordinator")
    if deed == "take-back-part":
        work.tick(officer, work_id, DOCUMENT, parts=[0], at=clock.now)
    if state == life.WAITING or deed == "event-came":
        found = db.session.get_one(Assignment, work_id)
        found.waits_for, found.due_on, found.first_due_on = "hướng dẫn của Sở Tư pháp", None, None
        found.waits_since = date(2026, 1, 16)
        found.state = life.WAITING if state == life.WAITING else found.state
        db.session.commit()
    if state in (life.SUBMITTED, life.ACCEPTED):
        work.tick(officer, work_id, DOCUMENT, at=clock.now)
    if state == life.ACCEPTED:
        work.accept(coordinator, work_id, row_version=version(work_id), at=clock.now)
    if state == life.EXCUSED:
        following.excuse(coordinator, work_id, "Không có.", row_version=version(work_id), at=clock.now)


def allowed(actor: Actor, work_id: int, deed: str) -> bool:
    """What the two tables say together."""
    found = db.session.get_one(Assignment, work_id, populate_existing=True)
    return life.may_be_done(found.state, deed) and access.may(actor, life.DEEDS[deed].right, thing_of(found))


def test_every_deed_of_this_page_is_tried_here():
    elsewhere = {"reopen-to-wait"}  # what becomes of `reopen` where an event has not come yet
    asked = set(show_work.DEEDS)
    assert asked - elsewhere == set(DONE_BY) == set(FORMS)


@pytest.mark.parametrize(("state", "deed"), list(itertools.product(life.STATES, DONE_BY)))
def test_the_service_does_what_the_tables_say(house, world, clock, state, deed):
    bring(world, clock, house, state, deed)
    before = state_of(house)
    for role in sorted(ROLES, key=lambda one: allowed(world.actor(one), house, deed)):
        actor = world.actor(role)
        may, offered = allowed(actor, house, deed), deed in offered_to(actor, house, clock)
        assert offered == may, (role, state, deed)
        refusal = attempt(lambda actor=actor: DONE_BY[deed](actor, house, clock.now))
        if may:
            assert refusal is None, (role, state, deed)
            assert state_of(house) == (life.after(before, deed) or before)
            return  # done: the state is another one now
        assert isinstance(refusal, Forbidden | Refused), (role, state, deed)
        assert state_of(house) == before


@pytest.mark.parametrize("state", life.STATES)
def test_the_page_draws_what_may_be_done_and_refuses_the_rest(house, world, clock, signed_in, state):
    bring(world, clock, house, state, "")
    before = (state_of(house), version(house))
    for role in ROLES:
        offered, client = offered_to(world.actor(role), house, clock), signed_in(role)
        page = client.get(f"/viec/{house}").get_data(as_text=True)
        drawn = {deed for deed in FORMS if f'action="{address_of(house, deed)}"' in page}
        same_form = {"tick-part": "tick", "tick-part-on-behalf": "tick-on-behalf"}
        assert {same_form.get(deed, deed) for deed in drawn} == {
            same_form.get(d, d) for d in offered & FORMS.keys()
        }
        for deed in FORMS.keys() - offered:
            fields = FORMS[deed][1] | {"row_version": str(before[1])}
            answer = send(client, address_of(house, deed), fields)
            assert answer.status_code in (303, 403, 409), (role, state, deed)
            assert (state_of(house), version(house)) == before, (role, state, deed)


@pytest.mark.parametrize(
    ("state", "deed"), [(state, deed) for deed in FORMS for state in life.DEEDS[deed].starts]
)
def test_the_form_of_a_deed_does_it(house, world, clock, signed_in, state, deed):
    bring(world, clock, house, state, deed)
    role = next(one for one in ROLES if allowed(world.actor(one), house, deed))
    fields = FORMS[deed][1] | {"row_version": str(version(house))}
    answer = send(signed_in(role), address_of(house, deed), fields)
    assert answer.status_code == 303
    assert state_of(house) == life.after(state, deed)


def address_of(work_id: int, deed: str) -> str:
    return f"/viec/{work_id}/" + FORMS[deed][0].format(part=part_of(work_id) or 1)


def state_of(work_id: int) -> str:
    db.session.rollback()  # what a visitor did is another transaction
    return db.session.get_one(Assignment, work_id, populate_existing=True).state


def offered_to(actor: Actor, work_id: int, clock) -> frozenset[str]:
    """The deeds that the page offers; nothing where the actor may not see it."""
    try:
        return show_work.work_life(actor, work_id, at=clock.now).may
    except Forbidden:
        return frozenset()


def attempt(deed: Callable[[], object]) -> Exception | None:
    try:
        deed()
    except Exception as refusal:
        return refusal
    return None


def send(client, address: str, fields: dict[str, object]):
    """Post with a token of this visitor's, wherever it comes from."""
    html = client.get("/tai-khoan").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert token
    return client.post(
        address, data={"csrf_token": token[1], **fields}, headers={"Referer": "http://localhost/tai-khoan"}
    )
