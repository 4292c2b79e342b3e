"""Letters that come back: through a real IMAP server, through a pipe, twice, forged, and when the mailbox is broken."""

from __future__ import annotations

import contextlib
import dataclasses
import imaplib
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from notifications.returned import bounces, envelope
from notifications.sweep import sweep
from tests.conftest import lacking
from tests.notifications.returned_mails import POSTFIX, SAMPLES, Sample
from tracker.access import OPERATOR
from tracker.extensions import db
from tracker.services import bounces as deeds
from tracker.settings import Bounces
from tracker.store.models import Fact, Letter, LinkOpening, Notice, Person, SweepRun

USER, PASSWORD = "tra-ve", "mật khẩu hộp thư"
RETURN_TO = "thu-tra@sonthanh.example"
REPORT = Sample("", "failed", POSTFIX)
BY_NAME = {one.name: one for one in SAMPLES}


@contextlib.contextmanager
def imap_server(*options: str) -> Iterator[int]:
    """A real IMAP server (pymap) that keeps its mail in memory."""
    server, port = next(filter(_is_up, (_imap_process(options) for _ in range(5))))
    try:
        yield port
    finally:
        server.terminate()
        server.wait()


def _imap_process(options: tuple[str, ...]) -> tuple[subprocess.Popen[bytes], int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [Path(sys.executable).with_name("pymap"), "--host", "127.0.0.1", "--port", str(port), *options]
    return subprocess.Popen([*command, "dict", "--demo-user", USER, "--demo-password", PASSWORD]), port


def _is_up(started: tuple[subprocess.Popen[bytes], int]) -> bool:
    """Wait for its first answer. It ends at once where another program took the port before it did."""
    server, port = started
    pause = threading.Event()
    while server.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return True
        pause.wait(0.05)
    return False


@pytest.fixture(scope="module")
def imap_port() -> Iterator[int]:
    with imap_server("--no-tls") as port:
        yield port


class Mailbox:
    """The mailbox as its owner sees it."""

    def __init__(self, port: int) -> None:
        self.settings = Bounces(
            address=RETURN_TO,
            host="127.0.0.1",
            port=port,
            user=USER,
            password=PASSWORD,
            tls="none",
            timeout=30,
        )

    @contextlib.contextmanager
    def open(self) -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4(self.settings.host, self.settings.port, timeout=30)
        try:
            client.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            client.select("INBOX")
            yield client
        finally:
            client.logout()

    def put(self, *mails: bytes) -> None:
        with self.open() as client:
            for mail in mails:
                assert client.append("INBOX", None, None, mail)[0] == "OK"

    def unread(self) -> int:
        return self._count("UNSEEN")

    def all(self) -> int:
        return self._count("ALL")

    def _count(self, what: str) -> int:
        with self.open() as client:
            return len(client.uid("SEARCH", what)[1][0].split())

    def empty(self) -> None:
        with self.open() as client:
            client.store("1:*", "+FLAGS", r"(\Deleted)")
            client.expunge()


@pytest.fixture
def mailbox(imap_port: int, app) -> Mailbox:
    box = Mailbox(imap_port)
    box.empty()
    use(app, box.settings)
    return box


def use(app, given: Bounces) -> None:
    app.config["TRACKER"] = dataclasses.replace(app.config["TRACKER"], bounces=given)


@pytest.fixture
def letter(app, world, clock) -> int:
    """A letter to the officer of Tân Lập that has left."""
    return sent(world, clock.now)


def sent(world, at, who: str = "officer", name: str = "a") -> int:
    person = db.session.get(Person, world.people[who])
    one = Letter(
        key=f"digest:{person.id}:{name}",
        kind="digest",
        committee_id=world.committee,
        person_id=person.id,
        address=person.email,
        day=at.date(),
        state="sent",
        next_try_at=at,
        created_at=at,
        sent_at=at,
    )
    db.session.add(one)
    db.session.flush()
    one.message_id = f"<letter-{one.id}-{int(at.timestamp())}@dondoc.sonthanh.example>"
    letter_id = one.id
    db.session.commit()
    return letter_id


def returned(app, letter_id: int, sample: Sample = REPORT, **changes: str) -> bytes:
    one = db.session.get(Letter, letter_id)
    given = {
        "tag": envelope.make(RETURN_TO, letter_id, app.config["TRACKER"].secret_key),
        "message_id": one.message_id,
        "to": one.address,
    }
    made = sample.bytes(**(given | changes))
    db.session.rollback()
    return made


def state(world, letter_id: int, who: str = "officer") -> tuple[bool, bool]:
    """(the letter came back, the contact is red)"""
    db.session.rollback()
    one, person = db.session.get(Letter, letter_id), db.session.get(Person, world.people[who])
    return one.bounced_at is not None, person.bounced_at is not None


def facts(deed: str) -> int:
    db.session.rollback()
    return db.session.scalar(db.select(db.func.count()).where(Fact.deed == deed))


# Through the mailbox


def test_the_sweep_reads_the_mailbox_and_the_contact_turns_red(app, world, clock, letter, mailbox):
    mailbox.put(returned(app, letter))
    assert sweep(app).error == ""
    assert state(world, letter) == (True, True)
    assert "5.1.1" in db.session.get(Person, world.people["officer"]).bounce
    assert mailbox.unread() == 0
    assert mailbox.all() == 1


def test_what_is_read_twice_is_noted_once(app, world, clock, letter, mailbox):
    mailbox.put(returned(app, letter), returned(app, letter))
    assert bounces.read_mailbox(app.config["TRACKER"], clock.now).taken == {"bounced": 1, "known": 1}
    mailbox.put(returned(app, letter))
    assert bounces.read_mailbox(app.config["TRACKER"], clock.now).taken == {"known": 1}
    assert facts("letter-bounced") == 1


def test_mail_that_is_not_ours_is_left_in_the_box_and_changes_nothing(app, world, clock, letter, mailbox):
    mine = returned(app, letter)
    forged = returned(
        app, letter, tag=f"thu-tra+{letter}-aaaaaaaaaaaaaaaa@sonthanh.example", message_id="<x@y>"
    )
    guessed = returned(app, letter, tag=RETURN_TO, to="khac@tanlap.example")
    mailbox.put(
        forged, guessed, b"Subject: Re: xin chao\r\n\r\nChao", b"\r\n", mine.replace(b"failed", b"relayed")
    )
    assert set(bounces.read_mailbox(app.config["TRACKER"], clock.now).taken) == {"foreign"}
    assert state(world, letter) == (False, False)
    assert mailbox.unread() == 0


def test_the_bin_of_the_mailbox_is_not_emptied(app, world, clock, letter, mailbox):
    mailbox.put(b"Subject: x\r\n\r\nx")
    with mailbox.open() as client:
        client.store("1", "+FLAGS", r"(\Deleted)")
    mailbox.put(returned(app, letter))
    bounces.read_mailbox(app.config["TRACKER"], clock.now)
    assert mailbox.all() == 2


def test_many_returned_mails_are_read_in_turns(app, world, clock, mailbox):
    letters = [sent(world, clock.now, name=str(n)) for n in range(bounces.MOST_AT_ONCE + 3)]
    mailbox.put(*(returned(app, one) for one in letters))
    settings = app.config["TRACKER"]
    assert bounces.read_mailbox(settings, clock.now).taken == {"bounced": bounces.MOST_AT_ONCE}
    assert bounces.read_mailbox(settings, clock.now).taken == {"bounced": 3}


def test_a_large_letter_that_is_given_back_whole_is_read_by_its_beginning(app, world, clock, letter, mailbox):
    mailbox.put(returned(app, letter) + b"x" * 3_000_000)
    assert bounces.read_mailbox(app.config["TRACKER"], clock.now).taken == {"bounced": 1}


def test_the_mailbox_is_read_every_few_minutes_not_in_every_sweep(app, world, clock, letter, mailbox):
    sweep(app)
    mailbox.put(returned(app, letter))
    sweep(app)
    assert mailbox.unread() == 1


# A broken mailbox


def test_a_wrong_password_is_told_in_words_and_without_it(app, world, clock, mailbox):
    use(app, dataclasses.replace(mailbox.settings, password="sai"))
    result = sweep(app)
    assert "tên đăng nhập hoặc mật khẩu không đúng" in result.error
    db.session.rollback()
    assert db.session.scalars(db.select(SweepRun)).one().error == result.error
    assert "sai" not in result.error


def test_the_error_stays_in_each_sweep_until_the_mailbox_is_read_again(app, world, clock, mailbox):
    use(app, dataclasses.replace(mailbox.settings, password="sai"))
    assert sweep(app).error
    assert sweep(app).error


def test_a_folder_that_is_not_there_is_told(app, world, clock, mailbox):
    use(app, dataclasses.replace(mailbox.settings, folder="Thư trả"))
    assert "thư mục" in bounces.read_mailbox(app.config["TRACKER"], clock.now).error


def test_a_server_that_is_not_there_or_silent_or_speaks_something_else_is_told(
    app, world, clock, mailbox, silent_port, closed_port
):
    def error_of(**changes) -> str:
        use(app, dataclasses.replace(mailbox.settings, timeout=0.5, **changes))
        return bounces.read_mailbox(app.config["TRACKER"], clock.now).error

    assert "từ chối kết nối" in error_of(port=closed_port)
    assert "quá thời gian" in error_of(port=silent_port)
    assert "TLS" in error_of(tls="ssl") or "quá thời gian" in error_of(tls="ssl")
    assert error_of(tls="starttls")
    assert "không tìm thấy tên máy chủ" in error_of(host="khong-co.invalid")


def test_a_server_that_drips_is_not_waited_for(app, world, clock, mailbox, monkeypatch):
    monkeypatch.setattr(bounces, "FETCHING_SECONDS", 1.0)
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            with contextlib.suppress(OSError):
                line, _ = listener.accept()
                with line:
                    while not over.wait(0.1):
                        line.sendall(b"*")

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        use(app, dataclasses.replace(mailbox.settings, port=listener.getsockname()[1]))
        result = sweep(app)
        over.set()
        thread.join()
    assert "quá thời gian" in result.error


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that nobody has vouched for, with its key."""
    if shutil.which("openssl") is None:
        lacking("openssl is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    made, key = folder / "cert.pem", folder / "key.pem"
    options = (
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    )
    command = ["openssl", *options.split(), "-out", str(made), "-keyout", str(key)]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


def test_a_certificate_that_nobody_vouches_for_is_refused_and_one_that_is_trusted_taken(
    app, world, clock, certificate, monkeypatch
):
    made, key = certificate
    with imap_server("--cert", str(made), "--key", str(key)) as port:
        use(app, dataclasses.replace(Mailbox(port).settings, tls="starttls"))
        refused = bounces.read_mailbox(app.config["TRACKER"], clock.now)
        assert "TLS" in refused.error
        assert PASSWORD not in refused.error
        monkeypatch.setenv("SSL_CERT_FILE", str(made))
        assert bounces.read_mailbox(app.config["TRACKER"], clock.now).error == ""


# Its effect


@pytest.mark.parametrize("sample", [one for one in SAMPLES if one.kind], ids=lambda one: one.name)
def test_each_way_of_sending_back_has_its_effect(app, world, clock, letter, sample):
    kind = bounces.take(returned(app, letter, sample), app.config["TRACKER"], clock.now)
    assert kind == {"failed": "bounced", "delayed": "delayed"}[sample.kind]
    assert state(world, letter) == ((True, True) if sample.kind == "failed" else (False, False))
    assert db.session.get(Letter, letter).bounce


def test_a_delay_is_noted_and_the_failure_after_it_counts(app, world, clock, letter):
    settings = app.config["TRACKER"]
    late = returned(app, letter, BY_NAME["Postfix, delayed"])
    assert bounces.take(late, settings, clock.now) == "delayed"
    assert bounces.take(late, settings, clock.now) == "known"
    assert bounces.take(returned(app, letter), settings, clock.now) == "bounced"
    assert bounces.take(late, settings, clock.now) == "known"
    assert "5.1.1" in db.session.get(Letter, letter).bounce


def test_whoever_has_another_address_by_now_stays_black(app, world, clock, letter):
    mail = returned(app, letter)
    db.session.get(Person, world.people["officer"]).email = "hang.moi@sonthanh.example"
    db.session.commit()
    assert bounces.take(mail, app.config["TRACKER"], clock.now) == "bounced"
    assert state(world, letter) == (True, False)


def test_a_later_letter_that_stays_out_for_a_week_clears_the_contact(app, world, clock, letter):
    at = clock.now
    deeds.came_back(OPERATOR, letter, "550", at=at)
    sent(world, at + timedelta(hours=24), name="b")
    assert deeds.clear_recovered(OPERATOR, at=at + timedelta(days=7)) == 0
    assert deeds.clear_recovered(OPERATOR, at=at + timedelta(days=8)) == 1
    assert state(world, letter) == (True, False)
    assert facts("contact-recovered") == 1


def test_a_later_letter_that_came_back_too_clears_nothing(app, world, clock, letter):
    at = clock.now
    deeds.came_back(OPERATOR, letter, "550", at=at)
    sent(world, at + timedelta(days=1), name="b")
    later = sent(world, at + timedelta(days=2), name="c")
    deeds.came_back(OPERATOR, later, "550", at=at + timedelta(days=2))
    assert deeds.clear_recovered(OPERATOR, at=at + timedelta(days=30)) == 0


def test_a_link_opened_in_a_later_letter_clears_the_contact_at_once(app, world, clock, letter, desk):
    at = clock.now
    work = desk.give("Báo cáo quý", at.date())
    deeds.came_back(OPERATOR, letter, "550", at=at)
    later = sent(world, at + timedelta(days=1), name="b")
    db.session.add(LinkOpening(letter_id=later, assignment_id=work, opened_at=at + timedelta(days=1)))
    db.session.commit()
    assert deeds.clear_recovered(OPERATOR, at=at + timedelta(days=1)) == 1


def test_a_letter_that_left_before_says_nothing_of_the_address_now(app, world, clock, letter):
    at = clock.now
    sent(world, at - timedelta(days=3), name="b")
    deeds.came_back(OPERATOR, letter, "550", at=at)
    assert deeds.clear_recovered(OPERATOR, at=at + timedelta(days=30)) == 0


# Through a pipe


def piped(app, url: str, raw: bytes) -> subprocess.CompletedProcess[bytes]:
    settings = app.config["TRACKER"]
    env = {
        "PATH": os.environ["PATH"],
        "TRACKER_INSTANCE": str(settings.instance),
        "TRACKER_DATABASE_URL": url,
        "TRACKER_SECRET_KEY": settings.secret_key,
    }
    command = [sys.executable, "-m", "tracker.cli", "bounce"]
    return subprocess.run(command, input=raw, env=env, capture_output=True, check=False)


def test_a_mail_server_may_pipe_what_comes_back(sqlite_app, sqlite_url, world, clock):
    letter = sent(world, clock.now)
    mail = returned(sqlite_app, letter)
    first = piped(sqlite_app, sqlite_url, mail + b"x" * 2_000_000)
    assert (first.returncode, "đánh dấu đỏ" in first.stderr.decode()) == (0, True)
    assert state(world, letter) == (True, True)
    foreign = piped(sqlite_app, sqlite_url, b"\xff\x00 khong phai thu")
    assert (foreign.returncode, "Không phải" in foreign.stderr.decode()) == (0, True)


def test_a_database_that_is_away_makes_the_mail_server_come_again(sqlite_app, world, clock):
    mail = returned(sqlite_app, sent(world, clock.now))
    done = piped(sqlite_app, "postgresql://ai@127.0.0.1:1/khong", mail)
    assert done.returncode == os.EX_TEMPFAIL


# Who is told


def test_the_coordinator_is_told_once_with_the_next_digest(app, world, clock, desk, post, use_server):
    use_server(post.settings)
    use(app, Bounces(address=RETURN_TO))
    work = desk.give("Báo cáo sơ kết công tác hòa giải", clock.now.date())
    assert sweep(app).error == ""
    letter = db.session.scalars(db.select(Letter).where(Letter.person_id == world.people["officer"])).one().id
    settings = app.config["TRACKER"]
    back = envelope_sender(post, "officer@sonthanh.example")
    assert bounces.take(returned(app, letter, tag=back), settings, clock.now) == "bounced"

    def to_coordinator() -> list[str]:
        sent = zip(post.to, post.mails, strict=True)
        return [mail.get_body(("plain",)).get_content() for to, mail in sent if to.startswith("coordinator@")]

    before = len(to_coordinator())
    clock.day(2026, 5, 13)
    assert sweep(app).error == ""
    (told,) = to_coordinator()[before:]
    assert "ĐỊA CHỈ THƯ KHÔNG NHẬN ĐƯỢC (1)" in told
    assert "Nguyễn Thu Hằng (officer@sonthanh.example)" in " ".join(told.split())
    assert f"/nguoi-dung/{world.people['officer']}" in told
    steps = db.session.scalars(db.select(Notice.step).where(Notice.assignment_id == work)).all()
    assert f"bounced-{letter}" in steps
    clock.day(2026, 5, 14)
    sweep(app)
    assert not any("KHÔNG NHẬN ĐƯỢC" in one for one in to_coordinator()[before + 1 :])


def test_whose_contact_is_mended_meanwhile_is_not_told_of(app, world, clock, desk, post, use_server):
    use_server(post.settings)
    desk.give("Báo cáo sơ kết công tác hòa giải", clock.now.date())
    sweep(app)
    letter = db.session.scalars(db.select(Letter).where(Letter.person_id == world.people["officer"])).one().id
    deeds.came_back(OPERATOR, letter, "550", at=clock.now)
    person = db.session.get(Person, world.people["officer"])
    person.bounced_at, person.bounce = None, ""
    db.session.commit()
    clock.day(2026, 5, 13)
    sweep(app)
    assert not any(to.startswith("coordinator@") for to in post.to)


def test_a_summary_of_the_week_that_comes_back_is_told_to_whoever_follows_a_plan_up(
    app, world, clock, desk, post, use_server
):
    use_server(post.settings)
    clock.day(2026, 5, 11)  # a Monday
    work = desk.give("Báo cáo sơ kết công tác hòa giải", date(2026, 9, 30))
    assert sweep(app).error == ""
    (letter,) = db.session.scalars(db.select(Letter).where(Letter.person_id == world.people["leader"]))
    letter_id = letter.id
    assert (letter.weekly, letter.notices) == (True, [])
    deeds.came_back(OPERATOR, letter_id, "550", at=clock.now)
    told = f"bounced-{letter_id}"
    for day in (12, 13, 14):
        clock.day(2026, 5, day)
        desk.give("Việc được giao sau", date(2026, 10, 30))  # what it hangs on stays the same
        assert sweep(app).error == ""
    notices = db.session.scalars(db.select(Notice).where(Notice.step == told)).all()
    assert [(one.assignment_id, one.person_id) for one in notices] == [(work, world.people["coordinator"])]
    to_coordinator = [
        mail.get_body(("plain",)).get_content()
        for to, mail in zip(post.to, post.mails, strict=True)
        if to.startswith("coordinator@")
    ]
    assert ["KHÔNG NHẬN ĐƯỢC (1)" in text for text in to_coordinator] == [False, True]


def envelope_sender(post, to: str) -> str:
    """The envelope sender under which the letter to this address really left."""
    return post.senders[post.to.index(to)]


def test_without_a_mailbox_the_sweep_still_sees_who_can_be_reached_again(app, world, clock, letter):
    deeds.came_back(OPERATOR, letter, "550", at=clock.now)
    sent(world, clock.now + timedelta(days=1), name="b")
    clock.now += timedelta(days=9)
    sweep(app)
    assert state(world, letter) == (True, False)
