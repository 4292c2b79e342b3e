"""Pictures of every page of the sample, wide and phone-wide: `python -m tests.shots FOLDER`.

Serves the sample by itself on loopback at a fixed instant, so that two runs can be laid side by side.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from playwright.sync_api import Browser, sync_playwright
from sqlalchemy import select
from waitress.server import create_server

from notifications.sweep import sweep
from tests.browser import arriving
from tests.conftest import CHROMIUM_FLAGS, HandClock
from tests.notifications.letters import letters
from tracker import demo
from tracker.access import Actor
from tracker.app import create_app
from tracker.clock import at_vietnam
from tracker.extensions import db
from tracker.services import accounts, links, reminders
from tracker.settings import Settings
from tracker.store.models import (
    Assignment,
    DraftRow,
    Letter,
    Notice,
    Plan,
    PlanVersion,
    Role,
    Submission,
    UnitChange,
    UnitGroup,
    UnitVersion,
)

MOMENT = at_vietnam(date(2026, 5, 20), 8)
SIZES = {"1440": (1440, 900), "390": (390, 844)}
DARK = {"theo-doi", "viec", "kiem-tra", "viec-mot", "thu-viec", "thu-ngung"} | {
    "nhat-ky-thong-bao",
    "khong-doc",
    "kenh-thong-bao",
    "thang-nhac",
    "thu",
}


def addresses() -> dict[str, list[tuple[str, str]]]:
    """Role in the sample → (name of the picture, path)."""

    def first(query: Any) -> int:
        found = db.session.scalar(query.limit(1))
        assert found is not None, query
        return int(found)

    overdue = select(Assignment.id).where(Assignment.state == "open", Assignment.due_on < date(2026, 5, 20))
    sent = select(Assignment.id).where(Assignment.state == "submitted")
    draft = select(PlanVersion.id).where(PlanVersion.state == "draft")
    holder = first(
        select(Assignment.holder_id).where(Assignment.state == "open", Assignment.due_on < date(2026, 5, 20))
    )
    mine = first(overdue.where(Assignment.holder_id == holder))
    plan = first(select(PlanVersion.plan_id).where(PlanVersion.state == "published"))
    grouped = first(
        select(DraftRow.id)
        .join(PlanVersion, PlanVersion.id == DraftRow.plan_version_id)
        .where(PlanVersion.state == "draft")
        .order_by(DraftRow.position)
    )
    renamed = first(select(UnitChange.id))
    changed_unit = first(select(UnitVersion.unit_id).where(UnitVersion.valid_to.is_not(None)))
    person = first(select(Role.person_id).where(Role.unit_id == holder, Role.role == "officer"))
    follower = first(select(Plan.coordinator_id))
    group = first(select(UnitGroup.id))
    told = first(select(Notice.assignment_id).order_by(Notice.id))
    return {
        "nobody": [("dang-nhap", "/dang-nhap"), ("khong-tim-thay", "/khong-co")],
        "coordinator": [
            ("theo-doi", "/theo-doi"),
            ("theo-doi-o", f"/theo-doi?ke-hoach={plan}&don-vi={holder}"),
            ("ke-hoach", "/ke-hoach"),
            ("ke-hoach-mot", f"/ke-hoach/{plan}"),
            ("ke-hoach-them", "/ke-hoach/them"),
            ("ke-hoach-nhap-tay", "/ke-hoach/nhap-tay"),
            ("kiem-tra", f"/kiem-tra/{first(draft)}"),
            ("duyet", f"/viec/{first(sent)}"),
            ("don-vi", "/don-vi"),
            ("don-vi-mot", f"/don-vi/{holder}"),
            ("don-vi-tim", "/don-vi?tim=xa"),
            ("don-vi-cu", "/don-vi?ngay=2025-06-01"),
            ("nhom", "/don-vi/nhom"),
            ("kiem-tra-dong", f"/kiem-tra/{first(draft)}?dong={grouped}"),
            ("kiem-tra-don-vi", f"/kiem-tra/{first(draft)}/dong/{grouped}/don-vi/0"),
            ("nguoi-dung", "/nguoi-dung"),
            ("thu", "/thu"),
            ("thu-mot", f"/thu/{first(select(Letter.id).order_by(Letter.id))}"),
            ("thu-bi-tra", "/thu?trang-thai=bounced"),
            ("nhat-ky-thong-bao", f"/viec/{told}/thong-bao"),
            ("khong-doc", "/khong-doc"),
            ("nhom-chat", f"/ke-hoach/{plan}/nhom-chat"),
            ("lich-lam-viec", "/lich-lam-viec?nam=2026"),
            ("lich-tam-tinh", "/lich-lam-viec?nam=2027"),
            ("tai-khoan", "/tai-khoan"),
            ("thu-se-gui", f"/ke-hoach/{plan}/thu-se-gui?thang=2026-06"),
            ("thang-nhac-ke-hoach", f"/ke-hoach/{plan}/thang-nhac"),
            ("thang-nhac-sua", f"/ke-hoach/{plan}/thang-nhac/mot?han=20/5/2026"),
        ],
        "manager": [
            ("thang-nhac", "/thang-nhac"),
            ("kenh-thong-bao", "/kenh-thong-bao"),
            ("don-vi-quan-ly", "/don-vi"),
            ("don-vi-them", "/don-vi/them"),
            ("don-vi-sua", f"/don-vi/{holder}/sua"),
            ("don-vi-mot-quan-ly", f"/don-vi/{holder}"),
            ("sap-xep", "/don-vi/sap-xep"),
            ("sap-xep-sap-nhap", "/don-vi/sap-xep/moi?kieu=merged"),
            ("sap-xep-chia-tach", "/don-vi/sap-xep/moi?kieu=split"),
            ("lien-he", f"/don-vi/{follower}/lien-he"),
            ("don-vi-theo-doi", f"/don-vi/{follower}"),
            ("sap-xep-xong", f"/don-vi/sap-xep/{renamed}"),
            ("don-vi-doi-ten", f"/don-vi/{changed_unit}"),
            ("nhom-sua", f"/don-vi/nhom/{group}"),
            ("nhom-them", "/don-vi/nhom/them"),
            ("nap", "/don-vi/nap"),
            ("nguoi-dung-quan-ly", "/nguoi-dung"),
            ("nguoi-dung-mot", f"/nguoi-dung/{person}"),
            ("nguoi-dung-them", "/nguoi-dung/them"),
            ("thay-nguoi", f"/nguoi-dung/thay-nguoi?nguoi={person}&don-vi={holder}"),
            ("vang-mat", f"/vang-mat?nguoi={person}"),
        ],
        f"officer:{holder}": [
            ("viec", "/viec"),
            ("viec-mot", f"/viec/{mine}"),
            ("don-vi-cua-toi", f"/don-vi/{holder}"),
        ],
    }


def letter_pages(app: Flask, *, at: datetime) -> list[tuple[str, str]]:
    """Pages that links in letters open without a log-in: work that is open, sent, returned; the reminders on, off."""
    secret = app.config["SECRET_KEY"]

    def officer(unit_id: int) -> int:
        query = select(Role.person_id).where(Role.unit_id == unit_id, Role.role == "officer")
        return int(db.session.scalars(query.order_by(Role.id)).first() or 0)

    def path(work: Assignment, turn: int) -> str:
        person = officer(work.holder_id)
        link = links.WorkLink(person, work.id, work.holder_id, turn, 0)
        return links.work_link(link, secret=secret, at=at)

    def work_in(*where: Any) -> Assignment:
        holders = select(Role.unit_id).where(Role.role == "officer")
        query = select(Assignment).where(Assignment.holder_id.in_(holders), *where)
        return db.session.scalars(query.order_by(Assignment.id)).first() or none_found(query)

    late = work_in(Assignment.state == "open", Assignment.due_on < at.date())
    sent = work_in(Assignment.state == "submitted")
    returned = work_in(
        Assignment.state == "open",
        Assignment.id.in_(select(Submission.assignment_id).where(Submission.state == "returned")),
    )
    on, off = officer(late.holder_id), officer(sent.holder_id)
    reminders.turn_reminders(actor_of(off, at), False, at=at)
    reminders.propose(actor_of(on, at), late.holder_id, "Hoàng Gia Linh", "linh@sonthanh.example", at=at)
    old = links.WorkLink(on, late.id, late.holder_id, 0, 0)
    return [
        ("thu-viec", path(late, 0)),
        ("thu-viec-da-gui", path(sent, 0)),
        ("thu-viec-tra-lai", path(returned, len(returned.submissions))),
        ("thu-viec-het-han", links.work_link(old, secret=secret, at=at - timedelta(days=15))),
        ("thu-ngung", links.unsubscribe_link(on, secret=secret)),
        ("thu-ngung-da-tat", links.unsubscribe_link(off, secret=secret)),
    ]


def actor_of(person_id: int, at: datetime) -> Actor:
    found = accounts.actor_of(person_id, at=at)
    assert found is not None, person_id
    return found


def none_found(query: Any) -> Any:
    raise LookupError(query)


def email_of(role: str) -> str:
    """The log-in of somebody with that role ("officer:17": in that unit)."""
    from tracker.store.models import Person, Role

    name, _, unit = role.partition(":")
    query = select(Person.email).join(Role, Role.person_id == Person.id).where(Role.role == name)
    if unit:
        query = query.where(Role.unit_id == int(unit))
    found = db.session.scalar(query.order_by(Person.id).limit(1))
    assert found is not None, role
    return found


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    thread.join(timeout=10)


def take(
    browser: Browser,
    base: str,
    role: str,
    pages: list[tuple[str, str]],
    log_in: tuple[str, str] | None,
    folder: Path,
) -> None:
    for label, (width, height) in SIZES.items():
        for scheme in ("light", "dark"):
            wanted = [page for page in pages if scheme == "light" or page[0] in DARK]
            if not wanted:
                continue
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale="vi-VN", color_scheme=scheme
            )
            page = context.new_page()
            if log_in:
                arriving.log_in(page, base, log_in[0], password=log_in[1])
            for name, path in wanted:
                page.goto(base + path)
                dark = "-dark" if scheme == "dark" else ""
                page.screenshot(path=folder / f"{name}-{label}{dark}.png", full_page=True)
            context.close()


def walk(browser: Browser, base: str, log_in: tuple[str, str], folder: Path) -> None:
    """Pages that only a sent form shows: what would change, before it is done."""
    for label, (width, height) in SIZES.items():
        context = browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN")
        page = context.new_page()

        def preview(name: str, page: Any = page, label: str = label) -> None:
            arriving.follow(page.get_by_role("button", name="Xem trước", exact=True))
            page.screenshot(path=folder / f"{name}-{label}.png", full_page=True)

        arriving.log_in(page, base, log_in[0], password=log_in[1])

        page.goto(f"{base}/don-vi/sap-xep/moi?kieu=merged")
        for name in ("UBND xã Tân Lập", "UBND xã Bình Minh", "UBND xã Phú Hòa"):
            page.get_by_label(name, exact=True).check()
        page.get_by_label("Ngày hiệu lực").fill("1/5/2026")
        page.get_by_label("Tên", exact=True).fill("UBND xã Tân Bình")
        page.get_by_label("Mã", exact=True).fill("TANBINH")
        preview("sap-xep-xem-truoc")

        page.goto(f"{base}/don-vi/nap")
        page.set_input_files(
            "input[type=file]",
            {"name": "don-vi.csv", "mimeType": "text/csv", "buffer": LIST.encode("utf-8-sig")},
        )
        preview("nap-xem-truoc")
        context.close()


LIST = """ma,ten,loai,thuoc,tu_ngay,den_ngay
TL,UBND xã Tân Lập mới,xã,UB,,
XX,UBND xã Thanh Bình,xã,UB,1/7/2026,
YY,,xã,UB,,
ZZ,UBND xã An Khê,xã,KHONG,,
"""


def mail(browser: Browser, folder: Path, names: Collection[str] = ()) -> None:
    """Every letter as its reader sees it, from the cases that the tests keep."""
    for name, letter in letters().items():
        if names and f"thu-{name}" not in names:
            continue
        for label, (width, height) in SIZES.items():
            for scheme in ("light", "dark"):
                page = browser.new_page(
                    viewport={"width": width, "height": height}, color_scheme=scheme, locale="vi-VN"
                )
                page.set_content(letter.html)
                dark = "-dark" if scheme == "dark" else ""
                page.screenshot(path=folder / f"thu-{name}-{label}{dark}.png", full_page=True)
                page.close()


def main(folder: Path, *names: str) -> None:
    """All pictures, or only those of the pages that are named."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = HandClock(MOMENT)
    with tempfile.TemporaryDirectory() as home:
        settings = Settings(
            instance=Path(home),
            database_url=f"sqlite:///{home}/tracker.db",
            secret_key="khoa-chi-de-chup-anh-khong-dung-that-dau",
            base_url="http://127.0.0.1:8000",
        )
        app = create_app(settings, clock)
        with app.app_context():
            flask_migrate.upgrade()
            sample = demo.load(app, at=MOMENT)
            sweep(app, at=MOMENT)
            db.session.rollback()  # the sweep has a session of its own
            pages = {
                role: (
                    None if role in ("nobody", "letter") else (email_of(role), sample.password),
                    [page for page in found if not names or page[0] in names],
                )
                for role, found in (addresses() | {"letter": letter_pages(app, at=MOMENT)}).items()
            }
            db.session.remove()
        path = shutil.which("chromium")
        assert path, "chromium is missing: apt-get install chromium"
        with served(app) as base, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
            for role, (log_in, found) in pages.items():
                take(browser, base, role, found, log_in, folder)
            manager = pages["manager"][0]
            assert manager
            walk(browser, base, manager, folder)
            with app.app_context():
                mail(browser, folder, names)
            browser.close()
    print(f"{len(list(folder.glob('*.png')))} pictures in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
