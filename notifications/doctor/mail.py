"""What the doctor looks at of mail: the server, our own address, and where returned mail comes to."""

from __future__ import annotations

import imaplib
import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from imap_tools.errors import ImapToolsError

from notifications import line_faults
from notifications.delivery.mail import Link, told
from notifications.delivery.outbox import address_fault
from notifications.doctor.findings import WARN, WRONG, Finding, House, well
from notifications.returned import bounces, envelope
from notifications.within import Attempt
from tracker.clock import vietnam_time

SECONDS = 40.0
LOOKUP_SECONDS = 5.0
# Names that never lead anywhere (RFC 2606, 6761).
NOWHERE = ("example", "test", "invalid", "localhost", "local")


def smtp(house: House, to: str = "") -> Iterator[Finding]:
    """The way of a letter up to the sender; then it is taken back, and nothing is sent unless `to` is given."""
    given = house.settings.smtp
    if not given.ready:
        yield Finding(
            house.grave,
            "Chưa khai báo máy chủ thư; thư được lập và chờ.",
            "Đặt TRACKER_SMTP_HOST và TRACKER_MAIL_FROM rồi khởi động lại.",
        )
        return
    try:
        answer = Attempt(lambda: _knock(house, to), "doctor-smtp").wait(SECONDS)
    except Exception as error:
        yield Finding(
            WRONG, f"Máy chủ thư {given.host}:{given.port}: {_smtp_words(error)}.", _smtp_way_out(error)
        )
        return
    yield well(f"Máy chủ thư {given.host}:{given.port} nhận người gửi {given.sender} ({answer}).")
    if to:
        yield well(f"Đã gửi thư thử tới {to}; xin xem thư có đến, có vào mục thư rác hay không.")
    if given.tls == "none" and not _is_near(given.host):
        yield Finding(
            WARN,
            "Thư và mật khẩu đi tới máy chủ thư không mã hóa.",
            "Đặt TRACKER_SMTP_TLS=starttls hoặc ssl nếu máy chủ thư hỗ trợ.",
        )


def _knock(house: House, to: str) -> str:
    settings = house.settings
    host = Link(house.app.extensions["mail"], settings.smtp.timeout).configure_host()
    try:
        back = settings.bounces.address
        sender = envelope.make(back, 1, settings.secret_key) if back else settings.smtp.sender
        code, answer = host.mail(sender)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, answer, sender)
        host.rset()
        if to:
            host.sendmail(settings.smtp.sender, [to], _letter(house, to))
        return told(code, answer)
    finally:
        host.close()


def _letter(house: House, to: str) -> bytes:
    mail = EmailMessage()
    mail["Subject"] = "Thư thử của Đôn Đốc"
    mail["From"], mail["To"] = house.settings.smtp.sender, to
    mail["Date"] = format_datetime(vietnam_time(house.at))
    mail["Message-ID"] = make_msgid("thu", house.settings.smtp.sender.rpartition("@")[2] or None)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("Thư này do người quản trị máy chủ gửi để kiểm tra đường thư. Không cần trả lời.\n")
    return mail.as_bytes()


def _smtp_words(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return f"không cho đăng nhập ({told(error.smtp_code, error.smtp_error)})"
    if isinstance(error, smtplib.SMTPSenderRefused):
        return f"không nhận người gửi {error.sender} ({told(error.smtp_code, error.smtp_error)})"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"không nhận người nhận ({'; '.join(told(*one) for one in error.recipients.values())})"
    if isinstance(error, smtplib.SMTPResponseException):
        return told(error.smtp_code, error.smtp_error)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return f"không có cách mã hóa hoặc đăng nhập đã khai báo ({str(error).rstrip('.')})"
    return line_faults.why(error).rstrip(".")


def _smtp_way_out(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "Kiểm tra TRACKER_SMTP_USER, TRACKER_SMTP_PASSWORD."
    if isinstance(error, smtplib.SMTPSenderRefused):
        return "Kiểm tra TRACKER_MAIL_FROM (và TRACKER_BOUNCE_ADDRESS): máy chủ thư phải cho tài khoản này gửi từ đó."
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "Kiểm tra địa chỉ nhận thư thử."
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "Kiểm tra TRACKER_SMTP_TLS, TRACKER_SMTP_USER."
    return "Kiểm tra TRACKER_SMTP_HOST, TRACKER_SMTP_PORT, TRACKER_SMTP_TLS và tường lửa."


def sender(house: House) -> Iterator[Finding]:
    """Our own addresses can be written to."""
    ours = {
        "TRACKER_MAIL_FROM": house.settings.smtp.sender,
        "TRACKER_BOUNCE_ADDRESS": house.settings.bounces.address,
    }
    for name, address in ours.items():
        if not address:
            continue
        fault = address_fault(address) or _domain_fault(address.rpartition("@")[2])
        if fault:
            mark = WARN if fault == UNKNOWN else house.grave
            yield Finding(
                mark, f"Địa chỉ {address}: {fault}", f"Sửa {name} thành một địa chỉ có thật của cơ quan."
            )
        else:
            yield well(f"Địa chỉ {address} hợp lệ.")


UNKNOWN = "không tìm thấy tên miền này từ máy chủ (cũng có thể chỉ có bản ghi thư)."


def _domain_fault(domain: str) -> str:
    last = domain.lower().rstrip(".").rpartition(".")
    if last[2] in NOWHERE or not last[0]:
        return "tên miền không có trên mạng."
    try:
        Attempt(lambda: socket.getaddrinfo(domain, 25), "doctor-name").wait(LOOKUP_SECONDS)
    except (OSError, UnicodeError):
        return UNKNOWN
    return ""


def returned(house: House) -> Iterator[Finding]:
    """Where mail comes back to, and whether the mailbox can be read."""
    given = house.settings.bounces
    if not given.address and not given.readable:
        yield Finding(
            WARN,
            "Không nhận thư trả lại: địa chỉ hỏng không ai biết.",
            "Đặt TRACKER_BOUNCE_ADDRESS (máy chủ thư phải nhận cả địa chỉ có dấu +) và hộp thư "
            "TRACKER_BOUNCE_IMAP_HOST, hoặc cho máy chủ thư chuyển thư trả lại vào lệnh tracker bounce.",
        )
        return
    if not given.address:
        yield Finding(
            WARN,
            "Chưa đặt địa chỉ nhận thư trả lại; thư trả lại về địa chỉ gửi và chỉ nhận ra được qua mã thư.",
            "Đặt TRACKER_BOUNCE_ADDRESS (máy chủ thư phải nhận cả địa chỉ có dấu +).",
        )
    if not given.readable:
        yield well("Thư trả lại phải được máy chủ thư chuyển vào lệnh tracker bounce; không đọc hộp thư nào.")
        return
    try:
        unread = Attempt(lambda: _unread(house), "doctor-imap").wait(SECONDS)
    except (OSError, imaplib.IMAP4.error, ImapToolsError, UnicodeError) as error:
        yield Finding(
            WRONG,
            f"Hộp thư trả lại {given.user} tại {given.host}: {bounces.why(error)}.",
            "Kiểm tra các cấu hình TRACKER_BOUNCE_IMAP_….",
        )
        return
    yield well(f"Hộp thư trả lại {given.user} đọc được, {unread} thư chưa đọc.")


def _unread(house: House) -> int:
    box = bounces.open_box(house.settings.bounces)
    try:
        return len(box.uids("UNSEEN", charset=None))
    finally:
        bounces.leave(box)


def _is_near(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
