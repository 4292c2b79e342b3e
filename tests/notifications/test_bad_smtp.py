"""A table of everything that a mail server can do to us, and what the outbox makes of it."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest
from flask import Flask

from notifications.mailing import MAILING
from notifications.sweep import SweepResult, sweep
from tests.faults.server import DRIP, DROP, HALF, SILENT, SLOW, BadServer, Fault
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.settings import Smtp
from tracker.store.models import Person, Role

DUE, DAY = date(2026, 5, 20), date(2026, 5, 13)
OFFICER, OTHER = "officer@sonthanh.example", "other@sonthanh.example"
BRIEF, LONG = 0.3, 20.0  # seconds that we wait for an answer: where none comes, and where one does
SOON = 15.0  # seconds in which a sweep over two letters is over whatever the server does


@dataclass(frozen=True)
class Case:
    """What the server does, then what becomes of the first letter and of the second, with which words."""

    fault: Fault
    first: str
    second: str
    answer: str = ""
    told: str = ""
    timeout: float = LONG
    tls: str = "none"


NOT_REACHED = "Không nối được máy chủ thư: "
BROKEN = "Đứt liên lạc với máy chủ thư"
CASES = {
    # where nobody gets through, no letter is at fault; two tries, then the rest waits
    "silent when called": Case(
        Fault("connect", SILENT), "failed", "failed", "quá thời gian chờ", NOT_REACHED, BRIEF
    ),
    "an endless greeting": Case(
        Fault("connect", DRIP), "failed", "failed", "quá thời gian chờ", NOT_REACHED, BRIEF
    ),
    "hangs up when called": Case(Fault("connect", DROP), "failed", "failed", "", NOT_REACHED),
    "554 when called": Case(Fault("connect", "554 not you"), "failed", "failed", "554 not you", NOT_REACHED),
    "421 when called": Case(Fault("connect", "421 busy"), "failed", "failed", "421 busy", NOT_REACHED),
    "silent at EHLO": Case(
        Fault("ehlo", SILENT), "failed", "failed", "quá thời gian chờ", NOT_REACHED, BRIEF
    ),
    "550 at EHLO": Case(Fault("ehlo", "550 who are you"), "failed", "failed", "550 who", NOT_REACHED),
    "450 at EHLO": Case(Fault("ehlo", "450 later"), "failed", "failed", "450 later", NOT_REACHED),
    "nonsense at EHLO": Case(Fault("ehlo", "what?"), "failed", "failed", "", NOT_REACHED),
    "no TLS where it is asked for": Case(
        Fault("rcpt", SLOW), "failed", "failed", "STARTTLS", NOT_REACHED, tls="starttls"
    ),
    "550 for our own address": Case(Fault("mail", "550 not from you"), "failed", "failed", "550 not", "550"),
    "451 for our own address": Case(Fault("mail", "451 later"), "failed", "failed", "451 later", "451"),
    "530 log in first": Case(Fault("rcpt", "530 log in first"), "failed", "failed", "530 log", "530"),
    "silent at MAIL": Case(Fault("mail", SILENT), "failed", "failed", "quá thời gian chờ", BROKEN, 1.0),
    # what is about one letter costs that letter only
    "552 too large": Case(Fault("mail", "552 too large", times=1), "dead", "sent", "552 too large"),
    "550 for a recipient": Case(Fault("rcpt", "550 nobody here", OFFICER), "dead", "sent", "550 nobody here"),
    "450 for a recipient": Case(Fault("rcpt", "450 mailbox busy", OFFICER), "failed", "sent", "450 mailbox"),
    "421 for a recipient": Case(
        Fault("rcpt", "421 closing", OFFICER), "failed", "sent", "421 closing", "421"
    ),
    "hangs up on a recipient": Case(Fault("rcpt", DROP, OFFICER), "failed", "sent", "", BROKEN),
    "silent on a recipient": Case(
        Fault("rcpt", SILENT, OFFICER), "failed", "sent", "quá thời gian chờ", BROKEN, 1.0
    ),
    "nonsense on a recipient": Case(Fault("rcpt", "what?", OFFICER), "failed", "sent", "-1"),
    "554 at DATA": Case(Fault("data", "554 no", OFFICER), "dead", "sent", "554 no"),
    "451 at DATA": Case(Fault("data", "451 later", OFFICER), "failed", "sent", "451 later"),
    "hangs up at DATA": Case(Fault("data", DROP, OFFICER), "failed", "sent", "", BROKEN),
    "hangs up in the message": Case(Fault("text", HALF, OFFICER), "failed", "sent", "", BROKEN),
    "554 after the message": Case(Fault("text", "554 spam", OFFICER), "dead", "sent", "554 spam"),
    "452 after the message": Case(Fault("text", "452 full", OFFICER), "failed", "sent", "452 full"),
    "hangs up after the message": Case(Fault("text", DROP, OFFICER), "failed", "sent", "", BROKEN),
    "silent after the message": Case(
        Fault("text", SILENT, OFFICER), "failed", "sent", "quá thời gian chờ", BROKEN, 1.0
    ),
    "an endless answer to the message": Case(
        Fault("text", DRIP, OFFICER), "failed", "sent", "quá thời gian chờ", BROKEN, 1.0
    ),
    "slow, but good": Case(Fault("text", SLOW), "sent", "sent", "250 2.0.0"),
}


@pytest.fixture
def server() -> Iterator[BadServer]:
    with BadServer() as running:
        yield running


@pytest.fixture
def run(sqlite_app: Flask, clock: Any, server: BadServer, set_server: Any) -> Callable[..., SweepResult]:
    def at(
        day: date, hour: int = 8, minute: int = 0, timeout: float = LONG, tls: str = "none"
    ) -> SweepResult:
        set_server(
            sqlite_app, Smtp("127.0.0.1", server.port, "", "", tls, "dondoc@sonthanh.example", timeout)
        )
        clock.now = at_vietnam(day, hour, minute)
        return sweep(sqlite_app)

    return at


@pytest.mark.parametrize("name", CASES)
def test_whatever_a_server_does_nothing_is_lost(
    sqlite_app: Flask, desk: Any, server: BadServer, run: Any, name: str
) -> None:
    case = CASES[name]
    server.faults = [dataclasses.replace(case.fault)]
    desk.give("Việc của Tân Lập", DUE)
    desk.give("Việc của Bình Minh", DUE, unit="binh_minh")

    begin = time.monotonic()
    result = run(DAY, timeout=case.timeout, tls=case.tls)
    assert time.monotonic() - begin < SOON
    first, second = desk.letters()
    assert (first.state, second.state) == (case.first, case.second)
    assert case.answer in first.answer
    assert first.answer
    assert case.told in result.error
    assert bool(case.told) == bool(result.error)
    for letter in (first, second):
        assert letter.claim_token == ""
        if letter.state == "failed":
            pause = (letter.next_try_at - at_vietnam(DAY, 8)).total_seconds() / 60
            assert 5 <= pause <= 5 * (1 + MAILING.jitter)

    server.faults.clear()
    assert run(DAY, 8, 4).sent == 0, "not before the pause is over"
    run(DAY, 9)
    first, second = desk.letters()
    assert (first.state, second.state) == ("dead" if case.first == "dead" else "sent", "sent")
    for address in (OFFICER, OTHER):
        copies = [raw for to, raw in server.got if to == address]
        assert len(set(copies)) <= 1, "what comes twice is the same mail"
        if case.fault.stage != "text":
            assert len(copies) == (address == OTHER or case.first != "dead")


ONE_LETTER = [name for name, case in CASES.items() if case.fault.address or case.fault.times == 1]


@pytest.mark.parametrize("name", ONE_LETTER)
def test_of_a_batch_the_letters_after_the_bad_one_leave(
    sqlite_app: Flask, desk: Any, server: BadServer, run: Any, name: str
) -> None:
    case, addresses = CASES[name], people_of(desk, 7)
    bad = 2 if case.fault.address else 0
    server.faults = [dataclasses.replace(case.fault, address=addresses[bad] if bad else "")]
    run(DAY, timeout=case.timeout)
    assert [letter.state for letter in desk.letters()] == [
        case.first if place == bad else "sent" for place in range(7)
    ]
    server.faults.clear()
    run(DAY, 9)
    assert {letter.state for letter in desk.letters()} == {"sent", case.first} - {"failed"}
    for address in addresses:
        copies = [raw for to, raw in server.got if to == address]
        assert len(set(copies)) <= 1, "what comes twice is the same mail"
        assert len(copies) == 1 or address == addresses[bad], "and it was in hand when the line broke"


def test_of_several_recipients_each_has_a_result_of_their_own(
    sqlite_app: Flask, desk: Any, server: BadServer, run: Any
) -> None:
    addresses = people_of(desk, 6)
    server.faults = [Fault("rcpt", "550 nobody here", addresses[1]), Fault("rcpt", "450 busy", addresses[4])]
    result = run(DAY)
    assert (result.sent, result.failed, result.error) == (4, 2, "")
    assert [letter.state for letter in desk.letters()] == ["sent", "dead", "sent", "sent", "failed", "sent"]
    assert server.connections == 1


def test_a_server_that_cuts_every_line_is_left_in_peace_until_the_next_sweep(
    sqlite_app: Flask, desk: Any, server: BadServer, run: Any
) -> None:
    people_of(desk, 8)
    server.faults = [Fault("data", DROP)]
    assert run(DAY).failed == MAILING.broken_links
    assert server.connections == MAILING.broken_links
    assert [letter.state for letter in desk.letters()] == ["failed"] * 2 + ["waiting"] * 6
    assert {letter.message_id == "" for letter in desk.letters("waiting")} == {True}, "their text stays open"
    server.faults.clear()
    assert run(DAY, 9).sent == 8
    assert sorted(set(server.received)) == sorted(server.received)


def test_lines_that_break_now_and_then_keep_no_letter_waiting(
    sqlite_app: Flask, desk: Any, server: BadServer, run: Any
) -> None:
    addresses = people_of(desk, 4)
    server.faults = [Fault("data", DROP, addresses[0]), Fault("data", DROP, addresses[2])]
    run(DAY)
    assert [letter.state for letter in desk.letters()] == ["failed", "sent", "failed", "sent"]


def test_what_was_put_off_and_is_done_by_then_is_withdrawn(
    sqlite_app: Flask, desk: Any, server: BadServer, run: Any
) -> None:
    done = desk.give("Việc sẽ xong", DUE)
    moved = desk.give("Việc sẽ dời hạn", DUE, unit="binh_minh")
    server.faults = [Fault("rcpt", "450 busy")]
    assert run(DAY).failed == 2
    server.faults.clear()
    desk.change(done, state="submitted")
    desk.change(moved, due_on=date(2026, 6, 15), urged_from=DAY)
    result = run(DAY, 9)
    assert (result.sent, result.withdrawn) == (0, 2)
    assert server.got == []


def test_an_outage_of_days_ends_with_one_mail_that_says_that_it_is_late(
    sqlite_app: Flask, desk: Any, server: BadServer, run: Any
) -> None:
    desk.give("Việc tới hạn thứ Tư", DUE)
    desk.give("Việc tới hạn thứ Năm", date(2026, 5, 21))
    server.faults = [Fault("text", "451 later")]
    for day in range(3):
        run(DAY + timedelta(days=day))
    assert len(desk.letters()) == 1
    server.faults.clear()
    run(date(2026, 5, 18))
    (mail,) = [message_from_bytes(raw, policy=policy.default) for to, raw in server.got if to == OFFICER]
    text = mail.get_body(("plain",)).get_content()
    assert "Việc tới hạn thứ Tư" in text
    assert "Việc tới hạn thứ Năm" in text
    assert "Thư này đến muộn" in text
    assert "13/5/2026" in text
    letter = desk.letters()[0]
    assert letter.message_id == mail["Message-ID"]
    assert letter.text.count("đến muộn") == 1


def test_a_mail_in_time_says_nothing_of_being_late(
    sqlite_app: Flask, desk: Any, server: BadServer, run: Any
) -> None:
    run(date(2026, 5, 8))
    run(date(2026, 5, 12))
    db.session.rollback()
    desk.give("Việc tới hạn thứ Tư", DUE)
    assert run(DAY).sent == 1
    assert "đến muộn" not in desk.letters()[0].text


def test_after_days_without_any_sweep_the_mail_says_that_it_is_late(
    sqlite_app: Flask, desk: Any, server: BadServer, run: Any
) -> None:
    desk.give("Việc tới hạn thứ Tư", DUE)
    run(date(2026, 5, 8))
    run(date(2026, 5, 18))
    assert OFFICER in server.received, "nothing ran from Monday the 11th on"
    said = {one.address: " ".join(one.text.split()) for one in desk.letters()}
    assert "không gửi được thư từ Thứ Hai 11/5/2026" in said[OFFICER]


@pytest.mark.parametrize(("on", "late"), [(date(2026, 5, 15), True), (date(2026, 5, 18), False)])
def test_what_is_told_at_once_is_late_only_where_it_happened_before(
    sqlite_app: Flask, desk: Any, server: BadServer, run: Any, on: date, late: bool
) -> None:
    run(date(2026, 5, 8))
    db.session.rollback()
    work = desk.give("Việc mới", date(2026, 12, 18))
    desk.change(work, published_on=on, urged_from=on)
    run(date(2026, 5, 18))
    (letter,) = (one for one in desk.letters() if one.address == OFFICER)
    assert letter.kind == "now"
    assert ("đến muộn" in letter.text) is late


def people_of(desk: Any, many: int) -> list[str]:
    """So many officers of one unit, and a piece of work for them."""
    addresses = [f"canbo{number}@sonthanh.example" for number in range(many)]
    for address in addresses:
        person = Person(name="Cán bộ", email=address, created_at=at_vietnam(date(2026, 1, 2)))
        role = Role(role="officer", committee_id=desk.world.committee, unit_id=desk.world.phu_hoa)
        person.roles.append(role)
        db.session.add(person)
    db.session.commit()
    desk.give("Việc của Phú Hòa", DUE, unit="phu_hoa")
    return addresses
