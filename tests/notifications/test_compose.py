"""The letters as people read them: sentences as tables, and every whole letter kept beside this file."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from notifications.letters.compose import now
from notifications.letters.facts import Told
from notifications.letters.lines import WIDTH, cut, fill
from notifications.letters.own import headline, listed
from notifications.letters.week import counted_week, summary
from notifications.webhooks.body import body
from tests.notifications.letters import (
    ABOVE,
    AT,
    AT_ONCE,
    BASE,
    CHANGED,
    COORDINATOR,
    DIGESTS,
    HEADS,
    INHERITED,
    LATE_ONLY,
    LEADER,
    MANY_PUBLISHED,
    MONDAY,
    NEW,
    OFFICER,
    OFFICER_FACTS,
    OWN,
    ROWS,
    SECRET,
    SETTLE,
    SEVERAL,
    TODAY,
    WEEK,
    as_letter_row,
    event,
    facts,
    legacy,
    letter_row,
    letters,
    made,
    made_now,
    published,
    row,
)
from tracker.clock import vietnam_day
from tracker.progress.standing import Work
from tracker.services import figures
from tracker.services.links import WorkLink, work_link
from tracker.store.queries.letter_rows import PlanLine
from tracker.store.queries.work import Counted

SNAPSHOTS = Path(__file__).parent / "snapshots"
CASES = [*(f"digest-{name}" for name in DIGESTS), *(f"now-{name}" for name in AT_ONCE)]


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("kind", ["txt", "html"])
def test_a_letter_is_as_it_was_read_and_kept(sqlite_app: Flask, name: str, kind: str) -> None:
    """After a change on purpose: run with SNAPSHOTS=write, read the difference, then commit it."""
    wording = letters()[name]
    text = f"Tiêu đề: {wording.subject}\n\n{wording.text}" if kind == "txt" else wording.html
    path = SNAPSHOTS / f"{name}.{kind}"
    if os.environ.get("SNAPSHOTS") == "write":
        path.write_text(text, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == text


def test_what_was_inherited_is_one_line_a_task_with_all_who_had_it(sqlite_app: Flask) -> None:
    wording = made(**INHERITED)
    assert wording.subject == "UBND xã Tân Bình: tiếp nhận 4 việc, hạn 20/11/2026"
    assert "từ UBND xã Tân Lập, UBND xã Bình Minh và UBND xã Phú Hòa" in " ".join(wording.text.split())
    assert "Không có hạn" in wording.text
    assert "Không có hạn" in wording.html


def test_a_long_inheritance_is_cut_and_says_how_much_is_left(sqlite_app: Flask) -> None:
    rows = [legacy(n, f"Việc {n}", None, "UBND xã Tân Lập") for n in range(1, 36)]
    assert "Còn 5 việc tiếp nhận khác" in made(rows=[], told=set(), inherited=rows).text


def test_subject_and_heading_say_the_same_sentence(sqlite_app: Flask) -> None:
    for wording in letters().values():
        assert re.search(r"<h1[^>]*>(.*?)</h1>", wording.html).group(1) == wording.subject  # type: ignore[union-attr]
        assert f"<title>{wording.subject}</title>" in wording.html


@pytest.mark.parametrize(
    ("dues", "sentence"),
    [
        (["2026-05-15"], "UBND xã Tân Lập: 1 việc quá hạn"),
        (["2026-05-20"], "UBND xã Tân Lập: 1 việc đến hạn hôm nay"),
        (["2026-05-27", "2026-05-21"], "UBND xã Tân Lập: 2 việc sắp đến hạn, gần nhất 21/5/2026"),
        (["2026-05-21"], "UBND xã Tân Lập: 1 việc sắp đến hạn, hạn 21/5/2026"),
        (["2026-05-15", "2026-05-21"], "UBND xã Tân Lập: 1 việc quá hạn"),
    ],
)
def test_the_headline_names_the_most_urgent_first(sqlite_app: Flask, dues: list[str], sentence: str) -> None:
    rows = [row(n, "Việc", date.fromisoformat(due)) for n, due in enumerate(dues)]
    assert headline(rows, TODAY) == sentence


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        (
            "digest-above",
            "4 việc quá hạn ở 3 đơn vị, lâu nhất 6 ngày làm việc; "
            "1 việc của đơn vị chưa có ai nhận thư, hạn 22/5/2026",
        ),
        ("digest-week", "Tổng hợp tuần từ 18/5: 3 đơn vị có việc quá hạn, 3 nhiệm vụ đến hạn trong tuần"),
        (
            "digest-quiet-week",
            "Tổng hợp tuần từ 18/5: không có việc quá hạn, không có nhiệm vụ đến hạn trong tuần",
        ),
        (
            "digest-changed",
            "UBND xã Tân Lập: 1 việc đổi hạn sang 29/5/2026; 2 việc không còn phải thực hiện",
        ),
        ("now-published", "UBND xã Tân Lập: 4 việc mới, hạn đầu tiên 15/6/2026"),
        ("now-opened", "UBND xã Tân Lập: 1 việc đã có hạn, hạn 19/6/2026"),
        ("now-extension", "UBND xã Tân Lập: đồng ý gia hạn đến 29/5/2026"),
        ("now-courtesy", "Công an huyện Sơn Thanh: 1 đề nghị giải trình, chậm nhất 22/5/2026"),
    ],
)
def test_the_subject_says_what_and_by_when(sqlite_app: Flask, name: str, subject: str) -> None:
    assert letters()[name].subject == subject


def test_plain_text_is_wrapped_at_72_and_only_addresses_are_longer(sqlite_app: Flask) -> None:
    for name, wording in letters().items():
        for line in wording.text.splitlines():
            assert len(line) <= WIDTH or BASE in line, (name, line)


def test_what_is_filled_is_what_was_said() -> None:
    words = "một hai " * 40
    assert fill(words, "1. ", "   ").split() == ["1.", *words.split()]
    assert fill("") == ""
    assert fill("x" * 100) == "x" * 100


def test_each_line_leads_to_its_page(sqlite_app: Flask) -> None:
    wording = made()
    for number in range(1, 6):
        assert f"{BASE}/viec/{number}\n" in wording.text
        assert f'href="{BASE}/viec/{number}"' in wording.html
    assert f"{BASE}/viec/6" not in wording.text


def test_a_line_that_the_reader_may_tick_leads_to_a_signed_page(sqlite_app: Flask) -> None:
    wording = made(facts=OFFICER_FACTS)
    path = work_link(WorkLink(OFFICER.id, 3, 5, 0, 40), secret=SECRET, at=AT)
    assert f"{BASE}{path}\n" in wording.text
    assert f'href="{BASE}{path}"' in wording.html
    above = made(**ABOVE)
    assert f"{BASE}/viec/61\n" in above.text, "work of others is looked at with a log-in"
    assert "/thu/viec/" not in above.text


def test_html_needs_nothing_from_another_machine_and_escapes_what_it_prints(sqlite_app: Flask) -> None:
    for wording in letters().values():
        assert "<img" not in wording.html
        assert "url(" not in wording.html
        assert "<script" not in wording.html
        assert set(re.findall(r'https?://([^/"]+)', wording.html)) == {"dondoc.sonthanh.example"}
    wording = made(**SEVERAL)
    assert "&lt;quy phạm&gt; &amp; báo cáo" in wording.html
    assert "<quy phạm> & báo cáo" in wording.text


def test_nothing_that_people_write_breaks_a_header_or_a_tag(sqlite_app: Flask) -> None:
    bad = "Việc\r\nBcc: x@y.example</h1><b>"
    odd = [row(1, bad, TODAY, holder_name="UBND xã\r\nTân <Lập>")]
    new = [letter_row(1, bad, TODAY, holder_name=bad, plan_name=bad, waits_for=bad)]
    for wording in (
        made(rows=odd, told={(1, TODAY)}, person=bad),
        made_now(facts=facts(OFFICER, published(new), new), person=bad),
    ):
        assert "\n" not in wording.subject
        assert "\r" not in wording.text + wording.html
        assert "</h1><b>" not in wording.html


def test_a_title_as_long_as_a_page_is_cut_on_a_word(sqlite_app: Flask) -> None:
    wording = made(rows=[row(1, "văn bản " * 500, TODAY)], told={(1, TODAY)})
    assert len(wording.text) < 3000
    assert re.search(r"văn bản…|văn…", wording.text)
    assert cut("một hai ba", 7) == "một hai…"
    assert cut("một hai", 7) == "một hai"
    assert cut("x" * 20, 7) == "x" * 7 + "…"


def test_many_lines_are_cut_with_a_count_and_a_link(sqlite_app: Flask) -> None:
    wording = made_now(**MANY_PUBLISHED)
    assert "VIỆC MỚI (36)" in wording.text
    assert f"Còn 6 việc nữa, xin xem ở danh sách việc.\n{BASE}/viec\n" in wording.text
    assert wording.subject == "UBND xã Tân Lập: 36 việc mới, hạn đầu tiên 1/6/2026"


def test_what_is_not_listed_is_counted(sqlite_app: Flask) -> None:
    assert "Còn 1 việc nữa trong tháng 5 và 2 việc sau đó." in made().text
    few = made(rows=ROWS[:5])
    assert "Còn" not in few.text.split("Mở việc của đơn vị")[1].split("--")[0]


def test_nothing_owed_any_more_is_no_letter(sqlite_app: Flask) -> None:
    assert listed(ROWS, {(3, date(2026, 5, 19))}, TODAY) == []
    assert vietnam_day(datetime(2026, 5, 19, 18, tzinfo=UTC)) == TODAY


# Why, and how to end it


def test_each_letter_says_why_it_came(sqlite_app: Flask) -> None:
    for name, wording in letters().items():
        assert "VÌ SAO TÔI NHẬN THƯ NÀY\nĐồng chí" in wording.text, name
        assert f"Đổi cách nhận thư: {BASE}/tai-khoan" in wording.text, name


def test_the_reasons_name_the_steps_with_their_days(sqlite_app: Flask) -> None:
    said = " ".join(made(facts=OFFICER_FACTS).text.split())
    assert "Đồng chí phụ trách việc của UBND xã Tân Lập." in said
    assert (
        "Các mốc nhắc trong thư này: trước hạn 3 ngày (19/5), 1 việc; trước hạn 1 ngày (20/5), 1 việc; "
        "đúng ngày hạn (20/5), 1 việc."
    ) in said
    head = " ".join(made(**HEADS).text.split())
    assert "Đồng chí là người đứng đầu UBND xã Tân Lập." in head
    assert "sau hạn 1 ngày làm việc (19/5), 1 việc; sau hạn 3 ngày làm việc (20/5), 1 việc." in head


def test_only_a_letter_of_what_is_not_late_can_be_ended(sqlite_app: Flask) -> None:
    assert made(facts=OFFICER_FACTS).unsubscribe.startswith(f"{BASE}/thu/ngung/")
    late = made(rows=ROWS[:2], told={(1, date(2026, 5, 15))}, facts=OFFICER_FACTS)
    for wording in (late, made(**ABOVE), made_now(**MANY_PUBLISHED)):
        assert wording.unsubscribe == ""
        assert "/thu/ngung/" not in wording.text + wording.html


def test_whoever_ended_the_reminders_is_told_of_what_is_late_alone(sqlite_app: Flask) -> None:
    wording = made(**LATE_ONLY)
    assert wording.subject == "UBND xã Tân Lập: 2 việc quá hạn"
    assert "TUẦN NÀY" not in wording.text


# What others hear


def test_courtesy_units_are_asked_and_nothing_is_demanded_of_them(sqlite_app: Flask) -> None:
    wording = letters()["now-courtesy"]
    told = (wording.subject + wording.text + wording.html).lower()
    assert "yêu cầu" not in told
    assert "giao " not in told
    assert "đề nghị" in told


def test_work_that_was_done_meanwhile_is_not_told_upwards(sqlite_app: Flask) -> None:
    done = {
        number: replace(one, work=replace(one.work, state="submitted"))
        for number, one in ABOVE["facts"].works.items()
        if number != 61
    }
    kept = ABOVE["facts"].works | done
    wording = made(**(ABOVE | {"facts": replace(ABOVE["facts"], works=kept)}))
    assert wording.subject == "1 việc ở UBND xã Bình Minh quá hạn 6 ngày làm việc"


def test_new_work_that_was_sent_back_to_nobody_is_not_told(sqlite_app: Flask) -> None:
    gone = [replace(one, work=Work("excused", one.due_on)) for one in NEW]
    given: dict[str, Any] = {"today": TODAY, "calendar": None, "base_url": BASE}
    assert now("A", set(), [], **given, facts=facts(OFFICER, published(gone), gone)) is None


def test_the_figures_of_the_week_are_those_of_the_pages(sqlite_app: Flask) -> None:
    plan = PlanLine(12, 1, 1, "12/KH-UBND")
    monday, past = date(2026, 5, 18), date(2026, 5, 8)
    works = [
        Work("accepted", past, past, past),
        Work("accepted", past, past, date(2026, 5, 12)),
        Work("open", past, past),
        Work("open", date(2026, 5, 21), date(2026, 5, 21)),
        Work("open", None),
    ]
    lines = [Counted(n, 12, n, n, "once", n, n, "all", "", work) for n, work in enumerate(works)]
    week = counted_week([plan], lines, monday)
    assert week.plans == ((plan, figures.of_plan(lines, monday)),)
    [told] = summary(replace(week, names={}), monday, BASE).rows
    assert told.figures == ("3", "1", "1", "1", "33%")
    assert [(one.id, one.count, one.longest.days) for one in week.late] == [(2, 1, 6)]
    assert [(one.assignment_id, one.due_on, one.units) for one in week.due] == [(3, date(2026, 5, 21), 1)]


def test_the_week_says_who_gets_no_mail(sqlite_app: Flask) -> None:
    week = summary(WEEK, date(2026, 5, 18), BASE)
    assert [
        line.title for one in week.sections if one.name == "Đơn vị chưa có ai nhận thư" for line in one.lines
    ] == ["UBND xã An Khê"]


# The calendar, and programs


def test_whoever_wants_it_gets_the_due_days_as_events_of_the_units_calendar(sqlite_app: Flask) -> None:
    events = {3: event(3, "Hội nghị", TODAY), 8: event(8, "Báo cáo năm", date(2026, 11, 20))}
    calendar = made(facts=replace(OFFICER_FACTS, events=events)).calendar
    assert "METHOD:PUBLISH\r\n" in calendar
    assert "UID:viec-3@dondoc.sonthanh.example\r\n" in calendar
    assert "viec-8@" not in calendar, "only what the letter tells"
    assert calendar.endswith("END:VCALENDAR\r\n")
    assert made(facts=OFFICER_FACTS).calendar == ""


def test_a_webhook_is_told_what_is_owed_and_no_person() -> None:
    works = {one.id: one for one in OWN}
    steps = [Told(3, "0", TODAY), Told(2, "+1", date(2026, 5, 18)), Told(2, "+1", date(2026, 5, 18))]
    told = json.loads(body(1, "UBND huyện Sơn Thanh", TODAY, steps, works, BASE))
    assert told["day"] == "2026-05-20"
    [unit] = told["units"]
    assert (unit["code"], unit["name"]) == ("DV5", "UBND xã Tân Lập")
    assert [(one["assignment"], one["step"], one["due_on"]) for one in unit["owed"]] == [
        (2, "+1", "2026-05-18"),
        (3, "0", "2026-05-20"),
    ]
    assert unit["owed"][0]["url"] == f"{BASE}/viec/2"
    assert "person" not in json.dumps(told)
    assert body(1, "UBND huyện Sơn Thanh", TODAY, [], works, BASE) == ""


def above(*works: Any, steps: list[tuple[int, str, date]]) -> str:
    return made(**ABOVE | {"told": set(), "facts": facts(COORDINATOR, steps, list(works))}).text


def test_no_urging_letter_is_asked_for_to_a_courtesy_unit(sqlite_app: Flask) -> None:
    late = letter_row(61, SETTLE, date(2026, 5, 12), holder=6)
    steps = [(61, "+5", date(2026, 5, 12))]
    assert "CẦN CÔNG VĂN ĐÔN ĐỐC (1)" in above(late, steps=steps)
    asked_only = above(replace(late, courtesy=True), steps=steps)
    assert "QUÁ HẠN Ở CÁC ĐƠN VỊ (1)" in asked_only
    assert "CÔNG VĂN" not in asked_only


def test_what_was_returned_when_late_is_counted_from_that_day(sqlite_app: Flask) -> None:
    late = letter_row(61, SETTLE, date(2026, 4, 10), holder=6, urged_from=date(2026, 5, 15))
    told = " ".join(above(late, steps=[(61, "+3", date(2026, 4, 10))]).split())
    assert "kể từ 15/5 được 3 ngày làm việc (20/5), 1 việc" in told
    assert "sau hạn 3" not in told


def test_what_the_letter_does_not_show_is_no_reason_for_it(sqlite_app: Flask) -> None:
    steps = [(3, "0", TODAY), (4, "-1", date(2026, 5, 21))]
    rows = [one for one in ROWS if one.id != 3]
    text = " ".join(made(rows=rows, facts=facts(OFFICER, steps, OWN)).text.split())
    assert "Các mốc nhắc trong thư này: trước hạn 1 ngày (20/5), 1 việc." in text


def test_to_people_of_its_own_the_unit_that_follows_up_does_not_present_itself(sqlite_app: Flask) -> None:
    own = replace(OFFICER, roles=(*OFFICER.roles, *COORDINATOR.roles))
    text = made(facts=facts(own, [(4, "-1", date(2026, 5, 21))], OWN)).text
    assert "\nXin nhắc các việc dưới đây." in text
    assert "Phòng Tư pháp xin nhắc" not in text


def test_a_letter_with_very_much_work_is_short_enough_for_every_mail_program(sqlite_app: Flask) -> None:
    """Some cut off what is longer than 102 kB, and with it the reasons and the address that turns reminders off."""
    title = "Tổ chức hội nghị phổ biến các luật mới có hiệu lực năm 2026, gửi báo cáo kết quả. " * 3
    days = [date(2026, 5, 1) + timedelta(days=n % 45) for n in range(300)]
    rows = [row(1000 + n, title, day) for n, day in enumerate(days)]
    told = {(one.id, one.due_on) for one in rows}
    letter = made(rows=rows, told=told, facts=facts(OFFICER, [], [as_letter_row(one) for one in rows]))
    assert len(letter.html.encode()) < 102_000
    listed = re.findall(r"^\d+\. ", letter.text, re.M)
    left = re.findall(r"^Còn (\d+) việc nữa, xin xem", letter.text, re.M)
    assert len(listed) + sum(map(int, left)) == 300, "what is not listed is counted"
    assert "Vì sao tôi nhận thư này" in letter.html


def test_a_letter_about_others_does_not_count_the_rest_of_ones_own_work(sqlite_app: Flask) -> None:
    text = made(**DIGESTS["red"] | {"rows": ROWS, "told": set()}).text
    assert "ĐỊA CHỈ THƯ KHÔNG NHẬN ĐƯỢC" in text
    assert "Còn " not in text


def test_what_is_asked_of_ongoing_work_is_said_with_its_day(sqlite_app: Flask) -> None:
    alone = CHANGED | {"rows": [], "told": set(), "facts": facts(OFFICER, [], OWN)}
    assert made(**alone).subject == "UBND xã Tân Lập: cần cho biết tình hình 1 việc, chậm nhất 27/5/2026"


def test_what_is_told_by_the_rhythm_is_counted_from_the_due_day(sqlite_app: Flask) -> None:
    due = date(2026, 4, 10)
    late = letter_row(61, SETTLE, due, holder=6, urged_from=date(2026, 5, 12))
    told = " ".join(above(late, steps=[(61, "+22", due)]).split())
    assert "sau hạn 22 ngày làm việc (15/5), 1 việc" in told
    # +3 goes to the head three days after the return; before that it can only be a turn of the rhythm.
    one_day_late = letter_row(61, SETTLE, date(2026, 5, 14), holder=6, urged_from=date(2026, 5, 18))
    told = " ".join(above(one_day_late, steps=[(61, "+3", date(2026, 5, 14))]).split())
    assert "sau hạn 3 ngày làm việc (19/5), 1 việc" in told


def test_a_letter_excuses_itself_only_for_what_should_have_come_before(sqlite_app: Flask) -> None:
    stood_still = {"late_since": date(2026, 5, 19)}
    of_today = facts(OFFICER, [(3, "0", TODAY)], OWN)
    assert "đến muộn" not in made(**stood_still, facts=of_today).text
    assert "đến muộn" in made(**stood_still, facts=facts(OFFICER, [(2, "+1", date(2026, 5, 18))], OWN)).text
    monday = {"today": MONDAY, "rows": [], "told": set(), "late_since": date(2026, 5, 15)}
    summary = facts(LEADER, [], [], week=WEEK)
    assert "đến muộn" not in made(**monday, facts=summary).text
    assert "đến muộn" in made(**monday | {"today": date(2026, 5, 19)}, facts=summary).text
