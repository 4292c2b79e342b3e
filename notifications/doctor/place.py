"""What the doctor looks at of the machine: address, key, disk, programs, clock, database."""

from __future__ import annotations

import ipaddress
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import make_url

from notifications.doctor.findings import WARN, WRONG, Finding, House, well
from tracker.clock import VIETNAM, system_clock
from tracker.documents import scans, word97
from tracker.errors import UnreadableFile
from tracker.extensions import db
from tracker.sheets.words import moment_words
from tracker.store.models import SweepRun

GIGABYTE = 1024**3
LITTLE, TOO_LITTLE = 1.0, 0.2  # gigabytes
APART, FAR_APART = timedelta(seconds=5), timedelta(seconds=60)
OTHERS = 0o077


def base_url(house: House) -> Iterator[Finding]:
    """The address in letters leads somewhere for whoever reads them."""
    url = house.settings.base_url
    parts = urlsplit(url)
    if _is_here(parts.hostname or ""):
        yield Finding(
            house.grave,
            f"Địa chỉ trong thư và lịch là {url}, người nhận không mở được.",
            "Đặt TRACKER_BASE_URL là địa chỉ mà các đơn vị dùng, ví dụ https://dondoc.coquan.example.",
        )
    elif parts.scheme != "https":
        yield Finding(
            house.grave,
            f"Địa chỉ {url} không mã hóa; mật khẩu đi trên mạng ai cũng đọc được.",
            "Đặt sau một máy chủ có https rồi đổi TRACKER_BASE_URL.",
        )
    else:
        yield well(f"Địa chỉ trong thư và lịch: {url}.")


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def secret_key(house: House) -> Iterator[Finding]:
    """The key is long, and nobody else on the machine reads it or the database."""
    settings = house.settings
    if len(settings.secret_key) < 32:
        yield Finding(WRONG, "Khóa bí mật quá ngắn.", "Tạo khóa mới bằng lệnh: tracker secret")
    files = [settings.instance / "secret_key", _database_file(settings.database_url)]
    open_files = [one for one in files if one and one.is_file() and one.stat().st_mode & OTHERS]
    for one in open_files:
        key = one.name == "secret_key"
        yield Finding(
            WRONG if key else house.grave,
            f"Người khác trên máy đọc được {'khóa bí mật' if key else 'cơ sở dữ liệu'}: {one}.",
            f"chmod 600 {one}",
        )
    if len(settings.secret_key) >= 32 and not open_files:
        yield well("Khóa bí mật đủ dài, chỉ chương trình đọc được.")


def _database_file(url: str) -> Path | None:
    given = make_url(url)
    here = given.drivername.startswith("sqlite") and given.database and given.database != ":memory:"
    return Path(given.database) if here and given.database else None


def disk(house: House) -> Iterator[Finding]:
    """Room beside the database."""
    place = house.settings.instance
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free / GIGABYTE
    words = (
        f"Ổ đĩa của {place} còn {free:.1f} GB.".replace(".", ",", 1) if free < 100 else "Ổ đĩa còn nhiều chỗ."
    )
    if free < LITTLE:
        mark = WRONG if free < TOO_LITTLE else WARN
        yield Finding(
            mark,
            f"Ổ đĩa chỉ còn {free * 1024:.0f} MB.",
            "Dọn bớt tệp hoặc chuyển TRACKER_INSTANCE sang ổ khác.",
        )
    else:
        yield well(words)


def programs(house: House) -> Iterator[Finding]:
    """What reads scans and old Word files."""
    needed: tuple[tuple[str, Callable[[], str]], ...] = (
        ("Chương trình đọc bản quét (tesseract, tiếng Việt)", scans.require),
        ("Chương trình đọc tệp .doc (LibreOffice)", word97.require),
    )
    for name, require in needed:
        try:
            yield well(f"{name}: {require()}")
        except UnreadableFile as lacking:
            yield Finding(WARN, f"{name}: chưa có.", str(lacking))


def clock(house: House) -> Iterator[Finding]:
    """Our clock, that of the database, and the time zone."""
    settings = house.settings
    found: list[Finding] = []
    if settings.now is not None:
        found.append(
            Finding(
                house.grave,
                f"Đang chạy đồng hồ thử từ {moment_words(settings.now)}.",
                "Bỏ TRACKER_NOW khi dùng thật.",
            )
        )
    if datetime(2026, 1, 1, tzinfo=VIETNAM).utcoffset() != timedelta(hours=7):
        found.append(Finding(WRONG, "Dữ liệu múi giờ của máy sai.", "Cài lại gói tzdata."))
    apart = abs(_database_clock() - system_clock())
    if apart > APART:
        found.append(
            Finding(
                WRONG if apart > FAR_APART else WARN,
                f"Đồng hồ của máy này và của cơ sở dữ liệu lệch nhau {apart.total_seconds():.0f} giây.",
                "Bật đồng bộ giờ (NTP) trên cả hai máy.",
            )
        )
    ahead = db.session.scalar(db.select(db.func.max(SweepRun.started_at)))
    if ahead is not None and ahead > house.at + timedelta(minutes=5):
        found.append(
            Finding(
                WRONG,
                f"Có lần quét ghi {moment_words(ahead)}, sau giờ hiện tại: giờ đã bị chỉnh.",
                "Kiểm tra giờ của máy; nếu giờ đã đúng thì cảnh báo tự hết khi tới giờ ấy.",
            )
        )
    yield from found or [well(f"Đồng hồ đúng: {moment_words(house.at)} (giờ Việt Nam).")]


def _database_clock() -> datetime:
    """SQLite's is the machine's own; PostgreSQL's may be that of another machine."""
    postgres = db.engine.dialect.name == "postgresql"
    query = "select extract(epoch from clock_timestamp())" if postgres else "select strftime('%s', 'now')"
    seconds = db.session.scalar(text(query))
    db.session.rollback()
    assert seconds is not None
    return datetime.fromtimestamp(float(seconds), UTC)


def database(house: House) -> Iterator[Finding]:
    """The tables are those of this version of the program."""
    script = ScriptDirectory.from_config(house.app.extensions["migrate"].migrate.get_config())
    heads = set(script.get_heads())
    with db.engine.connect() as connection:
        here = set(MigrationContext.configure(connection).get_current_heads())
    kind = "PostgreSQL" if db.engine.dialect.name == "postgresql" else "SQLite"
    if here == heads:
        yield well(f"Cơ sở dữ liệu {kind} đúng phiên bản của phần mềm.")
    elif here <= {one.revision for one in script.walk_revisions()}:
        yield Finding(WRONG, "Cơ sở dữ liệu chưa được nâng cấp theo phần mềm.", "Chạy: tracker db upgrade")
    else:
        yield Finding(
            WRONG,
            "Cơ sở dữ liệu thuộc một phiên bản mới hơn của phần mềm.",
            "Cài phiên bản mới của phần mềm, hoặc dùng bản sao lưu cũ của cơ sở dữ liệu.",
        )
