"""A scan is read while its page tells how far; what cannot be read is said on that page, and nothing is kept."""

from __future__ import annotations

import io
import re
import shutil

from PIL import Image, ImageDraw, ImageFont

from tests.conftest import lacking
from tracker.extensions import db
from tracker.store.models import Plan, PlanVersion, StoredFile


def scan() -> bytes:
    """A page as a scanner gives it."""
    page = Image.new("L", (1240, 1754), 255)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(("KE HOACH", "I. NOI DUNG", "1. Treo bang ron tai tru so.")):
        draw.text((120, 160 + 90 * number), line, font=ImageFont.load_default(size=44), fill=0)
    content = io.BytesIO()
    page.save(content, format="PDF", resolution=150)
    return content.getvalue()


def upload(client, name, data):
    page = client.get("/ke-hoach/them").get_data(as_text=True)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    return client.post(
        "/ke-hoach/them",
        data={"csrf_token": token, "tep": (io.BytesIO(data), name)},
        content_type="multipart/form-data",
    )


def test_the_page_tells_of_each_scanned_page_and_leads_on_to_the_review(sqlite_app, world, signed_in):
    if shutil.which("tesseract") is None:
        lacking("no tesseract on this machine (Debian: apt-get install tesseract-ocr tesseract-ocr-vie)")
    body = upload(signed_in("coordinator"), "scan.pdf", scan()).get_data(as_text=True)
    assert "Đang đọc trang 1 trên 1" in body
    address = re.search(r'url=(/kiem-tra/\d+)"', body)[1]
    db.session.rollback()  # the thread that read has committed since
    version = db.session.query(PlanVersion).one()
    assert address == f"/kiem-tra/{version.id}"
    assert version.file.media_type == "application/pdf"


def test_a_damaged_pdf_is_refused_in_words_and_nothing_is_kept(sqlite_app, world, signed_in):
    body = upload(signed_in("coordinator"), "hong.pdf", b"%PDF-1.7\nnothing more").get_data(as_text=True)
    assert 'role="alert"' in body
    assert "bị hỏng" in body
    assert "refresh" not in body
    db.session.rollback()
    assert db.session.query(Plan).count() == db.session.query(StoredFile).count() == 0
