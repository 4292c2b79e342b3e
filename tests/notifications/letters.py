"""Every kind of letter as a case: invented facts that the tests keep as text and HTML, and the pictures show."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from notifications.letters.compose import digest, now
from notifications.letters.facts import Facts, Told
from notifications.letters.printing import Wording
from notifications.letters.week import DueLine, LateUnit, Week
from tracker.deadlines.workdays import NATIONAL
from tracker.progress.asking import Asked
from tracker.progress.counts import Tally, tally
from tracker.progress.reaching import Contact
from tracker.progress.reading import Reader as ReaderSeen
from tracker.progress.reading import UnitReading, Unread
from tracker.progress.standing import Standing, Work
from tracker.services.links import WorkLink, unsubscribe_link, work_link
from tracker.store.queries.asked_notices import AskedRow
from tracker.store.queries.bounces import BouncedRow
from tracker.store.queries.feeds import FeedEvent
from tracker.store.queries.letter_rows import LetterRow, PlanLine, Reader, RoleHeld, Sent
from tracker.store.queries.notices import DigestRow, Follower, InheritedRow
from tracker.store.queries.ongoing import OngoingRow
from tracker.store.queries.reading import UnreadRow

TODAY = date(2026, 5, 20)
MONDAY = date(2026, 5, 18)
AT = datetime(2026, 5, 20, 0, 30, tzinfo=UTC)
BASE = "https://dondoc.sonthanh.example"
SECRET = "khoa-chi-de-thu-khong-dung-that-dau"
KNOWN = date(2026, 1, 5)
JUSTICE = Follower(1, "Phòng Tư pháp", "tuphap@sonthanh.example", "Phạm Minh Anh", "số máy lẻ 105")
CULTURE = Follower(2, "Phòng Văn hóa và Thông tin", "", "", "")
UNITS = {
    1: "Phòng Tư pháp",
    5: "UBND xã Tân Lập",
    6: "UBND xã Bình Minh",
    7: "UBND xã Phú Hòa",
    8: "Công an huyện Sơn Thanh",
    9: "UBND xã An Khê",
}
HOLD_MEETING = "Tổ chức hội nghị phổ biến các luật mới có hiệu lực năm 2026, gửi báo cáo kết quả"
CHECK = "Báo cáo kết quả tự kiểm tra văn bản do HĐND, UBND xã ban hành"
POST = "Đăng tin, bài phổ biến pháp luật tháng 5 trên Trang thông tin điện tử của xã"
COMMENT = "Góp ý dự thảo Quy chế phối hợp trong xử lý vi phạm hành chính trên địa bàn huyện"
SETTLE = "Rà soát, kiện toàn tổ hòa giải ở cơ sở và đội ngũ hòa giải viên; báo cáo kết quả về Phòng Tư pháp"


# Own open work


def row(number: int, title: str, due: date, plan: str = "12/KH-UBND", **changes: Any) -> DigestRow:
    facts: dict[str, Any] = {
        "id": number,
        "title": title,
        "plan_name": plan,
        "period": "once",
        "holder_id": 5,
        "holder_name": "UBND xã Tân Lập",
        "coordinator_id": 1,
        "work": Work("open", due, due),
        "returned_on": None,
        "returned_reason": "",
    }
    return DigestRow(**(facts | changes))


ROWS = [
    row(
        1,
        SETTLE,
        date(2026, 5, 15),
        returned_on=datetime(2026, 5, 18, 2, tzinfo=UTC),
        returned_reason="cần bổ sung danh sách",
    ),
    row(2, CHECK, date(2026, 5, 18), "18/KH-UBND"),
    row(3, HOLD_MEETING, TODAY),
    row(4, POST, date(2026, 5, 21), period="2026-05"),
    row(5, COMMENT, date(2026, 5, 22), "25/KH-UBND"),
    row(6, "Báo cáo tháng 5", date(2026, 5, 29)),
    row(7, "Báo cáo 6 tháng đầu năm", date(2026, 6, 15), period="2026-H1"),
    row(8, "Báo cáo năm", date(2026, 11, 20), period="2026"),
]
TOLD = {(3, TODAY), (4, date(2026, 5, 21)), (5, date(2026, 5, 22))}


def letter_row(number: int, title: str, due: date | None, **changes: Any) -> LetterRow:
    holder = changes.pop("holder", 5)
    state = changes.pop("state", "open")
    facts: dict[str, Any] = {
        "id": number,
        "committee_id": 1,
        "plan_id": 12,
        "plan_name": "12/KH-UBND",
        "plan_title": "Phổ biến, giáo dục pháp luật năm 2026",
        "task_id": number,
        "kind": "task",
        "title": title,
        "period": "once",
        "holder_id": holder,
        "holder_code": f"DV{holder}",
        "holder_name": UNITS[holder],
        "courtesy": False,
        "coordinator_id": 1,
        "work": Work(state, due, changes.pop("first", due)),
        "urged_from": KNOWN,
        "soft": False,
        "excuse": "",
        "excuse_reason": "",
        "waits_for": "",
    }
    return LetterRow(**(facts | changes))


def as_letter_row(one: DigestRow) -> LetterRow:
    return letter_row(
        one.id, one.title, one.due_on, holder=one.holder_id, plan_name=one.plan_name, period=one.period
    )


def reader(*roles: tuple[str, int | None], name: str = "Nguyễn Thu Hằng", **changes: Any) -> Reader:
    held = tuple(RoleHeld(role, 1, unit, UNITS.get(unit or 0, "")) for role, unit in roles)
    return replace(Reader(17, name, held), **changes)


OFFICER = reader(("officer", 5))
HEAD = reader(("head", 5), name="Trần Quốc Bảo")
COORDINATOR = reader(("coordinator", 1), name="Phạm Minh Anh")
LEADER = reader(("leader", None), name="Vũ Đình Khôi")


def facts(who: Reader, steps: list[tuple[int, str, date]], works: list[LetterRow], **changes: Any) -> Facts:
    return replace(
        Facts(
            reader=who,
            steps=tuple(Told(*step) for step in steps),
            works={one.id: one for one in works},
            committees={1: "UBND huyện Sơn Thanh"},
            link=lambda row: work_link(
                WorkLink(who.id, row.id, row.holder_id, row.turn, 40), secret=SECRET, at=AT
            ),
            unsubscribe=BASE + unsubscribe_link(who.id, secret=SECRET),
        ),
        **changes,
    )


OWN = [as_letter_row(one) for one in ROWS]
OFFICER_FACTS = facts(
    OFFICER, [(3, "0", TODAY), (4, "-1", date(2026, 5, 21)), (5, "-3", date(2026, 5, 22))], OWN
)

SEVERAL: dict[str, Any] = {
    "person": "Trần Quốc Bảo",
    "roles": {"head"},
    "rows": [
        row(11, "Rà soát văn bản <quy phạm> & báo cáo", TODAY, "Kế hoạch 'thử' của \"huyện\""),
        row(
            12,
            "Báo cáo quý II",
            date(2026, 6, 10),
            holder_id=6,
            holder_name="UBND xã Bình Minh",
            period="2026-Q2",
            coordinator_id=2,
        ),
    ],
    "told": {(11, TODAY), (12, date(2026, 6, 10))},
    "followers": [JUSTICE, CULTURE],
}
HEADS: dict[str, Any] = {
    "person": "Trần Quốc Bảo",
    "roles": {"head"},
    "rows": ROWS[:3],
    "told": {(2, date(2026, 5, 18)), (1, date(2026, 5, 15))},
    "facts": facts(HEAD, [(2, "+1", date(2026, 5, 18)), (1, "+3", date(2026, 5, 15))], OWN),
}
SOON: dict[str, Any] = {
    "rows": [
        row(31, COMMENT, date(2026, 5, 27)),
        row(32, "Báo cáo tháng 5", date(2026, 5, 29), period="2026-05"),
    ],
    "told": {(31, date(2026, 5, 27)), (32, date(2026, 5, 29))},
    "facts": facts(
        OFFICER,
        [(31, "-7", date(2026, 5, 27)), (32, "-7", date(2026, 5, 29))],
        [letter_row(31, COMMENT, date(2026, 5, 27)), letter_row(32, "Báo cáo tháng 5", date(2026, 5, 29))],
    ),
}
LATE_ONLY: dict[str, Any] = {"facts": replace(OFFICER_FACTS, reader=replace(OFFICER, reminders_off=True))}
DELAYED: dict[str, Any] = {"late_since": date(2026, 5, 15), "facts": OFFICER_FACTS}


# Inherited, ongoing, changed


def legacy(number: int, title: str, due: date | None, origin: str, **changes: Any) -> InheritedRow:
    facts: dict[str, Any] = {
        "id": number,
        "title": title,
        "plan_name": "12/KH-UBND",
        "period": "once",
        "due_on": due,
        "from_name": origin,
        "holder_name": "UBND xã Tân Bình",
        "coordinator_id": 1,
    }
    return InheritedRow(**(facts | changes))


INHERITED: dict[str, Any] = {
    "rows": [row(21, "Báo cáo năm", date(2026, 11, 20), holder_name="UBND xã Tân Bình")],
    "told": set(),
    "inherited": [
        legacy(21, "Báo cáo năm", date(2026, 11, 20), "UBND xã Tân Lập"),
        legacy(22, "Báo cáo năm", date(2026, 11, 20), "UBND xã Bình Minh"),
        legacy(23, "Báo cáo năm", date(2026, 11, 20), "UBND xã Phú Hòa"),
        legacy(24, "Xây dựng tủ sách pháp luật điện tử", None, "UBND xã Tân Lập"),
    ],
}


def ongoing(number: int, title: str) -> OngoingRow:
    asked = Asked("2026-H1", date(2026, 5, 27), now=True, told=False)
    return OngoingRow(number, title, "12/KH-UBND", 5, UNITS[5], 1, asked)


CHANGED: dict[str, Any] = {
    "rows": ROWS[5:],
    "told": set(),
    "ongoing": [ongoing(51, "Thường xuyên rà soát, bổ sung tài liệu cho tủ sách pháp luật của xã")],
    "facts": facts(
        OFFICER,
        [
            (6, "moved", date(2026, 5, 29)),
            (52, "dropped", date(2026, 6, 10)),
            (53, "dropped", date(2026, 6, 30)),
        ],
        [
            letter_row(6, "Báo cáo tháng 5", date(2026, 5, 29), period="2026-05", first=date(2026, 5, 25)),
            letter_row(
                52,
                "Lập danh mục văn bản hết hiệu lực",
                date(2026, 6, 10),
                state="excused",
                excuse="withdrawn",
            ),
            letter_row(
                53,
                "Khảo sát nhu cầu tìm hiểu pháp luật",
                date(2026, 6, 30),
                state="excused",
                excuse="not-applicable",
                excuse_reason="Xã đã khảo sát trong quý I.",
            ),
        ],
    ),
}


# Requests


def asked(kind: str, key: int, title: str, state: str, **facts: Any) -> AskedRow:
    given: dict[str, Any] = {
        "plan_name": "12/KH-UBND",
        "period": "once",
        "unit": "UBND xã Tân Lập",
        "other": "",
        "wanted_on": None,
        "day": date(2026, 5, 15),
        "words": "",
        "number": 1,
        "coordinator_id": 1,
    }
    return AskedRow(kind=kind, id=key, request_id=key, title=title, state=state, **(given | facts))


ASKED = [
    asked(
        "explain",
        1,
        "Rà soát, kiện toàn tổ hòa giải ở cơ sở",
        "asked",
        other="Vũ Đình Khôi",
        words="Vì sao đến nay chưa có báo cáo, trong khi các xã khác đã gửi?",
        day=date(2026, 5, 22),
    ),
    asked(
        "extension",
        3,
        "Báo cáo kết quả tự kiểm tra văn bản",
        "offered",
        wanted_on=date(2026, 5, 29),
        day=date(2026, 5, 25),
        words="Phải tổng hợp báo cáo huyện.",
    ),
    asked(
        "extension",
        4,
        "Góp ý dự thảo Quy chế phối hợp",
        "agreed",
        wanted_on=date(2026, 5, 29),
        day=date(2026, 5, 29),
        number=3,
    ),
    asked(
        "extension",
        5,
        "Báo cáo tháng 5",
        "refused",
        wanted_on=date(2026, 6, 5),
        day=date(2026, 5, 29),
        period="2026-05",
        words="Phải gửi tỉnh trước 01/6.",
    ),
    asked(
        "wait",
        6,
        "Tổ chức hội nghị phổ biến các luật mới",
        "waiting",
        other="Phòng Văn hóa và Thông tin",
        wanted_on=date(2026, 5, 18),
        day=None,
        words="Chờ danh sách đại biểu của xã.",
    ),
    asked("given", 7, "Đăng tin, bài phổ biến pháp luật", "given", words="Thuộc địa bàn xã.", day=None),
    asked(
        "handback",
        8,
        "Khảo sát nhu cầu tìm hiểu pháp luật",
        "agreed",
        other="UBND xã Bình Minh",
        words="Đúng là nhầm xã.",
    ),
    asked("handback", 9, "Lập danh mục văn bản", "refused", words="Kế hoạch giao cho các xã."),
]


# What is late elsewhere, and the week


def sent_back(day: date, reason: str, number: int = 1, **changes: Any) -> Sent:
    return replace(Sent(number, "returned", day, day, reason, False), **changes)


ELSEWHERE = [
    letter_row(
        61, SETTLE, date(2026, 5, 12), holder=6, sent=(sent_back(date(2026, 5, 15), "thiếu danh sách"),)
    ),
    letter_row(
        62,
        CHECK,
        date(2026, 5, 15),
        holder=7,
        plan_name="18/KH-UBND",
        percent=60,
        obstacle="chờ kinh phí in tài liệu",
    ),
    letter_row(63, HOLD_MEETING, date(2026, 5, 15), holder=9),
    letter_row(64, COMMENT, date(2026, 5, 18), holder=6, plan_name="25/KH-UBND"),
    letter_row(65, POST, date(2026, 5, 22), holder=9, period="2026-05"),
]
ABOVE: dict[str, Any] = {
    "person": "Phạm Minh Anh",
    "roles": {"coordinator"},
    "rows": [],
    "told": {(61, date(2026, 5, 12)), (62, date(2026, 5, 15))},
    "followers": [JUSTICE],
    "facts": facts(
        COORDINATOR,
        [
            (61, "+5", date(2026, 5, 12)),
            (62, "+3", date(2026, 5, 15)),
            (63, "+3", date(2026, 5, 15)),
            (64, "+1", date(2026, 5, 18)),
            (65, "-3", date(2026, 5, 22)),
        ],
        ELSEWHERE,
        unattended=frozenset({9}),
    ),
}


def counts(due: int, in_time: int, late: int, overdue: int) -> Tally:
    """Figures as the pages count them, of work that stands so."""
    day, after = date(2026, 5, 8), date(2026, 5, 12)
    works = [Work("accepted", day, day, day) for _n in range(in_time)]
    works += [Work("accepted", day, day, after) for _n in range(late)]
    works += [Work("open", day, day) for _n in range(overdue)]
    works += [Work("open", MONDAY, MONDAY) for _n in range(due - in_time - late - overdue)]
    return tally(works, MONDAY, NATIONAL)


QUIET = ReaderSeen("Lê Văn Tám", "officer", Contact("tam@sonthanh.example"))
PLANS = [
    (PlanLine(12, 1, 1, "12/KH-UBND"), counts(48, 39, 3, 5)),
    (PlanLine(18, 1, 1, "18/KH-UBND"), counts(24, 21, 0, 2)),
    (PlanLine(25, 1, 1, "25/KH-UBND"), counts(9, 9, 0, 0)),
    (
        PlanLine(30, 1, 1, "Kế hoạch tuyên truyền, phổ biến Luật Đất đai trên địa bàn huyện năm 2026"),
        counts(0, 0, 0, 0),
    ),
]
WEEK = Week(
    plans=tuple(PLANS),
    total=counts(81, 69, 3, 7),
    late=(
        LateUnit(6, 3, Standing("overdue", 10)),
        LateUnit(7, 2, Standing("overdue", 5)),
        LateUnit(9, 2, Standing("overdue", 2)),
    ),
    due=(DueLine(71, MONDAY, 1), DueLine(72, date(2026, 5, 20), 24), DueLine(73, date(2026, 5, 22), 3)),
    names=UNITS,
    works={
        71: letter_row(71, CHECK, MONDAY, holder=5, plan_id=18, plan_name="18/KH-UBND"),
        72: letter_row(72, HOLD_MEETING, date(2026, 5, 20)),
        73: letter_row(73, COMMENT, date(2026, 5, 22), plan_id=25, plan_name="25/KH-UBND"),
    },
    unattended=(9,),
    unread=(
        UnreadRow(
            Unread(
                UnitReading(7, 2, 2, date(2026, 5, 4), date(2026, 5, 11), (QUIET,)),
                ("quiet",),
                date(2026, 5, 4),
            ),
            UNITS[7],
            (),
            "",
        ),
    ),
)
LEADERS: dict[str, Any] = {
    "person": "Vũ Đình Khôi",
    "roles": {"leader"},
    "rows": [],
    "told": set(),
    "followers": [JUSTICE],
    "today": MONDAY,
    "facts": facts(
        LEADER,
        [(61, "+10", date(2026, 5, 4))],
        [letter_row(61, SETTLE, date(2026, 5, 4), holder=6)],
        week=WEEK,
    ),
}
RED: dict[str, Any] = {
    "person": "Phạm Minh Anh",
    "roles": {"coordinator"},
    "rows": [],
    "told": set(),
    "facts": facts(
        COORDINATOR,
        [(63, "bounced-40", TODAY)],
        ELSEWHERE,
        bounces={
            40: BouncedRow(
                40,
                18,
                "Lê Văn Tám",
                "tam@sonthanh.example",
                date(2026, 5, 19),
                "550 5.1.1 Hộp thư không tồn tại",
            )
        },
    ),
}
WEEK_ALONE: dict[str, Any] = LEADERS | {
    "person": "Phạm Minh Anh",
    "roles": {"coordinator"},
    "facts": facts(COORDINATOR, [], [], week=WEEK),
}
QUIET_WEEK: dict[str, Any] = LEADERS | {
    "facts": facts(
        LEADER,
        [],
        [],
        week=replace(
            WEEK, plans=tuple(PLANS[2:]), total=PLANS[2][1], late=(), due=(), unattended=(), unread=()
        ),
    )
}


# At once

NEW = [
    letter_row(81, HOLD_MEETING, date(2026, 6, 30), plan_name="31/KH-UBND"),
    letter_row(82, "Báo cáo 6 tháng đầu năm", date(2026, 6, 15), plan_name="31/KH-UBND", period="2026-H1"),
    letter_row(
        83,
        "Tham mưu ban hành Nghị quyết",
        None,
        plan_name="31/KH-UBND",
        state="waiting",
        waits_for="khi có hướng dẫn của Sở Tư pháp",
    ),
    letter_row(
        84,
        "Thường xuyên tuyên truyền trên hệ thống truyền thanh",
        None,
        plan_name="31/KH-UBND",
        period="plan",
    ),
]


def published(works: list[LetterRow]) -> list[tuple[int, str, date]]:
    return [(one.id, "published", one.due_on or date(2026, 5, 19)) for one in works]


PUBLISHED: dict[str, Any] = {"facts": facts(OFFICER, published(NEW), NEW)}
MANY = [
    letter_row(100 + n, f"Nhiệm vụ thứ {n} của kế hoạch", date(2026, 6, 1 + n % 28), plan_name="31/KH-UBND")
    for n in range(36)
]
MANY_PUBLISHED: dict[str, Any] = {"facts": facts(OFFICER, published(MANY), MANY)}
BACK = [
    letter_row(
        1,
        SETTLE,
        date(2026, 5, 22),
        sent=(sent_back(date(2026, 5, 20), "Thiếu danh sách hòa giải viên của thôn 3, thôn 5.", 12),),
    ),
    letter_row(
        2, CHECK, date(2026, 5, 18), sent=(sent_back(date(2026, 5, 20), "Sai thể thức.", 13, form_only=True),)
    ),
]
RETURNED: dict[str, Any] = {
    "facts": facts(
        OFFICER, [(1, "returned-12", date(2026, 5, 20)), (2, "returned-13", date(2026, 5, 20))], BACK
    )
}
OPENED: dict[str, Any] = {
    "facts": facts(
        OFFICER,
        [(83, "event-9", date(2026, 6, 19))],
        [letter_row(83, "Tham mưu ban hành Nghị quyết", date(2026, 6, 19), plan_name="31/KH-UBND")],
        waits={9: "khi có hướng dẫn của Sở Tư pháp"},
    )
}
SEVERAL_AT_ONCE: dict[str, Any] = {
    "asked": [ASKED[0], ASKED[2]],
    "facts": facts(
        OFFICER,
        [
            (1, "explain-1", date(2026, 5, 22)),
            (4, "extension-4", TODAY),
            (2, "returned-13", TODAY),
            *published(NEW[:2]),
        ],
        [*OWN[:1], *OWN[3:4], BACK[1], *NEW[:2]],
    ),
}
POLICE = reader(("officer", 8), name="Đỗ Văn Sáu")
COURTESY: dict[str, Any] = {
    "person": "Đỗ Văn Sáu",
    "asked": [replace(ASKED[0], unit=UNITS[8])],
    "facts": facts(
        POLICE,
        [(1, "explain-1", date(2026, 5, 22))],
        [letter_row(1, ASKED[0].title, date(2026, 5, 15), holder=8, courtesy=True)],
    ),
}


# The table

Case = Callable[[], Wording]


def made(**changes: Any) -> Wording:
    """A morning's letter of these facts."""
    given: dict[str, Any] = {
        "person": "Nguyễn Thu Hằng",
        "roles": {"officer"},
        "rows": ROWS,
        "told": TOLD,
        "followers": [JUSTICE],
        "today": TODAY,
        "calendar": NATIONAL,
        "base_url": BASE,
    }
    wording = digest(**(given | changes))
    assert wording is not None
    return wording


def made_now(**changes: Any) -> Wording:
    """A letter that leaves at once."""
    given: dict[str, Any] = {
        "person": "Nguyễn Thu Hằng",
        "roles": {"officer"},
        "followers": [JUSTICE],
        "today": TODAY,
        "calendar": NATIONAL,
        "base_url": BASE,
    }
    wording = now(**(given | changes))
    assert wording is not None
    return wording


DIGESTS: Mapping[str, dict[str, Any]] = {
    "officer": {"facts": OFFICER_FACTS},
    "several-units": SEVERAL,
    "head": HEADS,
    "soon": SOON,
    "late-only": LATE_ONLY,
    "delayed": DELAYED,
    "inherited": INHERITED,
    "changed": CHANGED,
    "requests": {"asked": ASKED},
    "above": ABOVE,
    "leader": LEADERS,
    "week": WEEK_ALONE,
    "red": RED,
    "quiet-week": QUIET_WEEK,
}
AT_ONCE: Mapping[str, dict[str, Any]] = {
    "published": PUBLISHED,
    "many-published": MANY_PUBLISHED,
    "returned": RETURNED,
    "opened": OPENED,
    "extension": {"asked": [ASKED[2]], "facts": facts(OFFICER, [(4, "extension-4", TODAY)], OWN)},
    "several": SEVERAL_AT_ONCE,
    "courtesy": COURTESY,
}


def letters() -> dict[str, Wording]:
    """Name → letter; the application's context has to be there."""
    found = {f"digest-{name}": made(**case) for name, case in DIGESTS.items()}
    return found | {f"now-{name}": made_now(**case) for name, case in AT_ONCE.items()}


def event(number: int, title: str, due: date) -> FeedEvent:
    return FeedEvent(
        id=number,
        state="open",
        due_on=due,
        moved_from=None,
        period="once",
        label="",
        title=title,
        path=(),
        plan_id=12,
        plan_number="12/KH-UBND",
        plan_title="Kế hoạch phổ biến pháp luật",
        deliverables=(),
        coordinator_name="Phòng Tư pháp",
        sequence=1,
        changed_at=AT,
    )
