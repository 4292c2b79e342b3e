"""Kiểm tra bản đọc: every deed on a draft through its page, without script and with it."""

from __future__ import annotations

import re
from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from tests.browser.arriving import arriving, expect, faults, log_in, too_wide
from tracker.drafts.model import Doubt, Source, TaskDraft, TimingDraft
from tracker.errors import Invalid
from tracker.extensions import db
from tracker.services import plans, show_review
from tracker.store.models import PlanVersion
from tracker.store.queries.rows import ReviewRow
from tracker.web.marking import paragraphs
from tracker.web.task_form import path_line, printed_day, read_day, read_printed_day, read_task

pytestmark = pytest.mark.usefixtures("sqlite_app")

PLAN = """ỦY BAN NHÂN DÂN
HUYỆN SƠN THANH

Số: 44/KH-UBND

Sơn Thanh, ngày 11 tháng 5 năm 2026

KẾ HOẠCH
Hưởng ứng Ngày Pháp luật năm 2026

I. MỤC ĐÍCH

Nâng cao hiểu biết pháp luật của Nhân dân.

II. NỘI DUNG

1. Chỉ đạo, hướng dẫn

1.1. Ban hành văn bản hướng dẫn tổ chức Ngày Pháp luật.

- Cơ quan chủ trì: Phòng Tư pháp.
- Thời gian thực hiện: trước ngày 15/9/2026.
- Sản phẩm: công văn hướng dẫn.

1.2. Treo băng rôn, khẩu hiệu về Ngày Pháp luật.

- Cơ quan chủ trì: các cơ quan, đơn vị liên quan.
- Thời gian thực hiện: trước ngày 10/11/2026.

1.3. Rà soát, kiện toàn tổ hòa giải ở cơ sở.

- Cơ quan chủ trì: UBND các xã, thị trấn.
- Thời gian thực hiện: trước ngày 16/3/2026.
"""


def text(answer) -> str:
    html = re.sub(r"<(script|style|template).*?</\1>", "", answer.get_data(as_text=True), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def draft(world, clock):
    """The plan above as a draft. Returns its version's id."""
    return plans.import_plan(
        world.actor("coordinator"), world.committee, world.justice, "44-kh.txt", PLAN.encode(), at=clock.now
    )


@pytest.fixture
def state(world, clock, draft):
    """`state()` is the review as it stands now."""

    def ask():
        db.session.rollback()
        return show_review.review(world.actor("coordinator"), draft, at=clock.now)

    return ask


@pytest.fixture
def row(state):
    """`row("Treo")` is the row whose title begins so."""

    def find(words: str) -> ReviewRow:
        return next(one for one in state().rows if one.task.title.startswith(words))

    return find


@pytest.fixture
def do(draft, state, signed_in, send):
    """`do(address, **fields)` posts a form of the page with the present version of the draft."""
    client = signed_in("coordinator")

    def post(address: str, **fields):
        given = {"row_version": state().row_version} | fields
        return send(client, f"/kiem-tra/{draft}", f"/kiem-tra/{draft}{address}", **given)

    return post


def fields_of(one: ReviewRow) -> dict[str, str]:
    """What the form of a row sends when nothing was touched."""
    task = one.task
    given = {
        "title": task.title,
        "kind": task.kind,
        "path": " › ".join(task.path),
        "leads": "\n".join(task.leads),
        "partners": "\n".join(task.partners),
        "deliverables": "\n".join(task.deliverables),
        "recipient": task.recipient or "",
    }
    for number, timing in enumerate(task.timings):
        name = f"timing-{number}"
        given |= {
            f"{name}-text": timing.text,
            f"{name}-label": timing.label or "",
            f"{name}-due": timing.due.isoformat() if timing.due else "",
            f"{name}-start": timing.start.isoformat() if timing.start else "",
            f"{name}-every": timing.every or "",
            f"{name}-awaits": timing.awaits or "",
        } | ({f"{name}-ongoing": "1"} if timing.ongoing else {})
    return given


# The page


def test_doubts_come_first_then_what_is_clear_then_what_belongs_nowhere(draft, signed_in):
    words = text(signed_in("coordinator").get(f"/kiem-tra/{draft}"))
    rows = words[words.index("Cần xem") :]
    places = [rows.index(part) for part in ("Treo băng rôn", "Kỳ đã qua", "Đọc rõ", "Chưa xếp được")]
    assert places == sorted(places)
    assert "các cơ quan, đơn vị liên quan" in rows
    assert "Nâng cao hiểu biết pháp luật của Nhân dân." in rows[places[-1] :]


def test_every_paragraph_of_the_document_is_shown_and_what_was_read_is_marked(draft, signed_in, row):
    html = signed_in("coordinator").get(f"/kiem-tra/{draft}?dong={row('Ban hành').id}").get_data(as_text=True)
    paper = html[html.index('id="van-ban-goc"') :].split("</div>")[0]
    shown = [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in re.findall(r"<p .*?</p>", paper, re.S)]
    assert shown == [line for line in PLAN.splitlines() if line]
    assert re.search(r'class="hl lit"[^>]*data-f="chủ trì">Phòng Tư pháp</mark>', paper)
    assert re.search(r'class="hl doubt"[^>]*>các cơ quan, đơn vị liên quan</mark>', paper)


def test_the_page_says_what_publishing_will_do_and_that_nobody_was_written_to(draft, signed_in, state):
    words = text(signed_in("coordinator").get(f"/kiem-tra/{draft}"))
    assert f"{state().new_assignments} việc mới được giao cho các đơn vị" in words
    assert "Chưa ai nhận được thư nào" in words


def test_a_blocked_plan_says_what_is_missing_and_its_button_is_not_dead(draft, signed_in, do):
    html = signed_in("coordinator").get(f"/kiem-tra/{draft}").get_data(as_text=True)
    assert re.search(r'<button[^>]*aria-describedby="con-thieu" aria-disabled="true"', html)
    assert "1 dòng còn điểm phải giải quyết" in html
    assert "1 kỳ đã qua chưa chọn cách xử lý" in html
    answer = do("/ban-hanh")
    assert answer.location.endswith("#ban-hanh")


@pytest.mark.parametrize("who", ["officer", "leader", "manager"])
def test_a_draft_is_closed_to_others(draft, signed_in, who):
    assert signed_in(who).get(f"/kiem-tra/{draft}").status_code == 403


# Rows


def test_choosing_a_unit_answers_the_question(world, row, do, state):
    one = row("Treo")
    answer = do(f"/dong/{one.id}", do="choose", mention=one.mentions[0].text, value=f"unit:{world.culture}")
    assert answer.status_code == 303
    after = row("Treo")
    assert after.mentions[0].name == "Phòng Văn hóa và Thông tin"
    assert not after.blocking


def test_the_form_of_a_row_saves_picks_and_corrections_and_goes_on_to_the_next(world, row, do, state):
    one = row("Treo")
    fields = fields_of(one) | {
        "title": "Treo băng rôn, khẩu hiệu tại trụ sở",
        "pick-0": f"group:{world.communes}",
        "do": "right",
    }
    answer = do(f"/dong/{one.id}", **fields)
    assert answer.status_code == 303
    after = row("Treo")
    assert after.task.title == "Treo băng rôn, khẩu hiệu tại trụ sở"
    assert after.decision == "right"
    assert after.mentions[0].units == 3
    assert answer.location.endswith("#ban-hanh"), "nothing else wants a look"


def test_an_untouched_form_changes_nothing_of_the_row(row, do, state):
    one = row("Ban hành")
    do(f"/dong/{one.id}", **fields_of(one), do="right")
    after = row("Ban hành")
    assert after.task == one.task
    assert after.decision == "right"


def test_timings_are_corrected_added_and_dropped(row, do):
    one = row("Ban hành")
    fields = fields_of(one) | {
        "timing-0-drop": "1",
        "timing-1-text": "mỗi quý",
        "timing-1-due": "31/3/2026",
        "timing-1-every": "quarter",
        "timing-2-text": "",
    }
    do(f"/dong/{one.id}", **fields, do="save")
    (timing,) = row("Ban hành").task.timings
    assert (timing.text, timing.due, timing.every) == ("mỗi quý", date(2026, 3, 31), "quarter")


def test_a_row_is_rejected_and_taken_back(row, do):
    one = row("Ban hành")
    do(f"/dong/{one.id}", do="reject")
    assert row("Ban hành").decision == "rejected"
    do(f"/dong/{one.id}", do="reopen")
    assert row("Ban hành").decision == "open"


def test_a_blocking_doubt_passes_only_with_a_reason(row, do):
    one = row("Treo")
    assert [doubt.code for doubt in one.blocking] == ["no-unit"]
    refused = do(f"/dong/{one.id}", **fields_of(one), do="overrule:no-unit")
    assert refused.status_code == 422
    assert "Xin ghi lý do" in text(refused)
    do(f"/dong/{one.id}", do="overrule:no-unit", **{"reason-no-unit": "chờ phân công"})
    assert row("Treo").overruled == {"no-unit": "chờ phân công"}


def test_a_row_that_still_blocks_is_not_right_and_stays_in_hand(row, do, signed_in):
    one = row("Treo")
    answer = do(f"/dong/{one.id}", **fields_of(one), do="right")
    assert f"dong={one.id}" in answer.location
    assert answer.location.endswith(f"#dong-{one.id}")
    assert "Dòng này còn 1 điểm phải trả lời" in text(signed_in("coordinator").get(answer.location))
    assert row("Treo").decision == "open"


def test_one_question_for_one_name(row):
    assert [doubt.code for doubt in row("Treo").doubts if doubt.field == "leads"] == ["no-unit"]


def test_doubts_about_the_whole_reading_stand_above_the_rows(draft, signed_in):
    version = db.session.get(PlanVersion, draft)
    version.lint = [{"code": "section-no-lead", "field": "leads", "text": "II. NỘI DUNG"}]
    db.session.commit()
    words = text(signed_in("coordinator").get(f"/kiem-tra/{draft}"))
    place = words.index("Nhiều việc trong một mục chưa ghi đơn vị chủ trì")
    assert words.index("“II. NỘI DUNG”") > place
    assert place < words.index("Cần xem")


def test_labels_of_our_own_are_not_shown_and_not_lost():
    read = TaskDraft(("III", "1", "r1", "-2"), "report", "Báo cáo")
    assert path_line(read.path) == "III › 1"
    assert read_task(MultiDict({"title": "Báo cáo", "path": "III › 1"}), read).path == read.path
    assert read_task(MultiDict({"title": "Báo cáo", "path": "III › 2"}), read).path == (
        "III",
        "2",
        "r1",
        "-2",
    )


def test_a_day_that_is_none_is_told_beside_the_row_with_what_was_typed(row, do):
    one = row("Ban hành")
    fields = fields_of(one) | {"title": "Ban hành văn bản khác", "timing-0-due": "31/2/2026"}
    answer = do(f"/dong/{one.id}", **fields, do="save")
    assert answer.status_code == 422
    html = answer.get_data(as_text=True)
    assert "“31/2/2026” chưa phải là một ngày" in html
    assert ">Ban hành văn bản khác</textarea>" in html
    assert row("Ban hành").task == one.task


def test_whoever_comes_second_is_told_and_keeps_what_was_typed(row, do, state):
    one, old = row("Ban hành"), state().row_version
    do("/dong-ro")
    fields = fields_of(one) | {"title": "Ban hành văn bản khác"}
    answer = do(f"/dong/{one.id}", **fields, do="save", row_version=old)
    assert answer.status_code == 409
    html = answer.get_data(as_text=True)
    assert "vừa được người khác sửa" in html
    assert ">Ban hành văn bản khác</textarea>" in html
    assert f'name="row_version" value="{state().row_version}"' in html


def test_a_person_adds_a_row(do, state):
    answer = do("/them", title="Sơ kết thực hiện kế hoạch", kind="task", leads="Phòng Tư pháp")
    assert "#dong-" in answer.location
    added = state().rows[-1]
    assert (added.task.title, added.origin) == ("Sơ kết thực hiện kế hoạch", "added")
    assert do("/them", title=" ").status_code == 422


def test_a_paragraph_that_belongs_nowhere_can_become_a_row(draft, signed_in, state):
    block = next(source.block for source in state().leftover if "Nâng cao" in source.text)
    html = signed_in("coordinator").get(f"/kiem-tra/{draft}?doan={block}").get_data(as_text=True)
    assert "Nâng cao hiểu biết pháp luật của Nhân dân.</textarea>" in html


def test_all_clear_rows_are_marked_at_once(do, state):
    do("/dong-ro")
    assert {one.task.title[:4]: one.decision for one in state().rows}["Treo"] == "open"
    assert sum(one.decision == "right" for one in state().rows) == 2


# The whole draft


def test_past_periods_are_chosen_one_by_one_or_all_at_once(do, state):
    (past,) = state().past
    do("/ky-da-qua", **{f"past-{past.key}": "open"})
    assert state().past[0].choice == "open"
    do("/ky-da-qua", **{f"past-{past.key}": "done"})
    assert state().past[0].choice == "done"


def test_the_head_is_corrected(do, state):
    do(
        "/dau-van-ban",
        number="45/KH-UBND",
        title="Ngày Pháp luật năm 2026",
        issued_on="5/2026",
        period_start="1/1/2026",
        period_end="",
        leave_out_responsibilities="1",
    )
    plan = state().plan
    assert (plan.number, plan.issued_on, plan.period_end) == ("45/KH-UBND", "2026-05", None)


def test_from_the_draft_to_the_published_plan(world, row, do, state, signed_in, draft):
    one = row("Treo")
    do(f"/dong/{one.id}", **fields_of(one), **{"pick-0": f"unit:{world.culture}"}, do="right")
    do("/ky-da-qua", all="open")
    coordinator = signed_in("coordinator")
    assert "Sẵn sàng" in text(coordinator.get(f"/kiem-tra/{draft}"))
    answer = do("/ban-hanh")
    assert answer.location == "/ke-hoach/1"
    words = text(coordinator.get("/ke-hoach/1"))
    assert "Hưởng ứng Ngày Pháp luật năm 2026" in words
    assert coordinator.get(f"/kiem-tra/{draft}").location == "/ke-hoach/1"


def test_a_draft_can_be_thrown_away(do):
    assert do("/bo").location == "/ke-hoach"
    db.session.rollback()
    assert db.session.query(PlanVersion).count() == 0


def test_a_plan_without_any_row_opens_with_all_its_text(world, clock, signed_in):
    version = plans.import_plan(
        world.actor("coordinator"),
        world.committee,
        world.justice,
        "thu.txt",
        "Kính gửi các đơn vị.\nXin trân trọng cảm ơn.".encode(),
        at=clock.now,
    )
    words = text(signed_in("coordinator").get(f"/kiem-tra/{version}"))
    assert "Chưa có dòng nào" in words
    assert "Kính gửi các đơn vị." in words
    assert "chưa có nhiệm vụ nào" in words


# The form and the marks, alone


@pytest.mark.parametrize(
    ("written", "iso"), [("15/1/2026", "2026-01-15"), ("1/2026", "2026-01"), ("2026", "2026"), ("", "")]
)
def test_a_printed_day_is_kept_as_precise_as_it_is(written, iso):
    assert read_printed_day(written) == iso
    assert printed_day(iso) == written


@pytest.mark.parametrize("written", ["31/2/2026", "hôm qua", "13/2026", "2026-13-40"])
def test_a_day_that_is_none_is_refused(written):
    with pytest.raises(Invalid):
        read_printed_day(written) and read_day(read_printed_day(written))


def test_a_day_set_by_a_person_is_exactly_that_day():
    read = TaskDraft(
        ("II", "1"),
        "task",
        "Rà soát",
        timings=(
            TimingDraft("trước 20/5", due=date(2026, 5, 19), bound="before", printed=date(2026, 5, 20)),
        ),
    )
    form = MultiDict({"title": "Rà soát", "timing-0-text": "trước 20/5", "timing-0-due": "22/5/2026"})
    (timing,) = read_task(form, read).timings
    assert (timing.due, timing.bound, timing.printed) == (date(2026, 5, 22), None, None)


def test_spans_that_cross_are_cut_into_pieces_and_no_word_is_lost():
    words = "Phòng Tư pháp báo cáo trước ngày 5/6"
    task = TaskDraft(
        ("III", "1"),
        "report",
        "báo cáo",
        spans={
            "title": (Source(0, 14, 36, words[14:36]),),
            "timings": (Source(0, 22, 36, words[22:36]),),
        },
    )
    one = ReviewRow(7, 0, task, "III.1", "open", "read", (), (Doubt("vague-time", "timings"),), (), {})
    (paragraph,) = paragraphs([words], [one])
    assert "".join(piece.text for piece in paragraph.pieces) == words
    assert [piece.text for piece in paragraph.pieces if piece.doubt] == ["trước ngày 5/6"]
    assert paragraph.pieces[-1].tokens[-1].text == "7.timings!?"


# In a real browser

# The page's script, which keeps one row open at a time, does not hear of it.
ALL_OPEN = """() => {
    document.addEventListener('toggle', event => event.stopImmediatePropagation(), true);
    document.querySelectorAll('main details').forEach(one => { one.removeAttribute('name'); one.open = true; });
}"""


@pytest.fixture
def page(sqlite_app, draft, serve, browser_page):
    """The review of the draft, opened by the coordinator in Chromium."""
    address = serve(sqlite_app)
    log_in(browser_page, address, "coordinator", f"/kiem-tra/{draft}")
    return browser_page


def test_both_sides_follow_each_other_and_keys_move_between_rows(page):
    in_hand = page.locator("details.rw[open] > summary")
    expect(in_hand).to_contain_text("Treo băng rôn")
    expect(page.locator("mark.lit.doubt")).to_have_text("các cơ quan, đơn vị liên quan")
    page.keyboard.press("j")
    expect(in_hand).to_contain_text("Ban hành văn bản")
    expect(page.locator("mark.lit").get_by_text("Phòng Tư pháp", exact=True)).to_be_visible()
    page.locator("mark.hl", has_text="Rà soát, kiện toàn").click()
    expect(in_hand).to_contain_text("Rà soát, kiện toàn")
    page.keyboard.press("k")
    expect(in_hand).to_contain_text("Ban hành văn bản")


def test_letters_are_letters_while_typing_and_keys_can_be_switched_off(page):
    page.keyboard.press("e")
    title = page.locator("details.rw[open] [name=title]")
    expect(title).to_be_focused()
    page.keyboard.type("xyj")
    expect(title).to_have_value(re.compile("xyj"))
    page.locator("[data-keys-on]").uncheck()
    page.locator("body").click(position={"x": 5, "y": 300})
    page.keyboard.press("j")
    expect(page.locator("details.rw[open] > summary")).to_contain_text("Treo băng rôn")


def test_a_question_is_answered_by_a_number_and_a_letter(page, row):
    page.keyboard.press("1")
    with arriving(page):
        page.keyboard.press("y")
    assert page.url.endswith("#ban-hanh")
    assert row("Treo").decision == "right"
    assert row("Treo").mentions[0].value == "none"


def test_the_fields_of_a_row_come_when_it_is_opened(page, world):
    page.keyboard.press("j")
    expect(page.locator("details.rw[open] select[name=add-lead]")).to_be_visible()
    options = page.locator("details.rw[open] select[name=add-lead] option").all_inner_texts()
    assert "Phòng Giáo dục và Đào tạo" in options
    assert "UBND các xã, thị trấn (3 đơn vị)" in options


def test_the_button_answers_while_something_is_missing(page):
    page.get_by_role("button", name="Ban hành kế hoạch").click(force=True)
    expect(page.locator(":focus")).to_have_text("1 dòng còn điểm phải giải quyết")


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_on_the_review_and_nothing_moves_sideways(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    for row in page.locator("details.rw").all():
        row.evaluate("row => { row.open = true }")
        expect(row.locator("[data-fields]")).to_have_count(0)
    page.evaluate(ALL_OPEN)
    expect(page.locator("main details:not([open])")).to_have_count(0)
    assert faults(page) == []
    assert too_wide(page) == 0
