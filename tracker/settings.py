"""Settings: frozen, read once from the environment. A wrong value stops the start and says which one.

The table in README lists every name; a test holds the two together.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from tracker.clock import VIETNAM

MEGABYTE = 1024 * 1024
HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")


class WrongSetting(SystemExit):
    """A setting cannot be used; ends the program with a sentence instead of a trace."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"Cấu hình {name} không dùng được: {why}")


@dataclass(frozen=True)
class Smtp:
    """The mail server. Without a `host`, mail waits in the outbox."""

    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    tls: str = "none"
    sender: str = ""
    timeout: float = 20.0

    @property
    def ready(self) -> bool:
        return bool(self.host and self.sender)


@dataclass(frozen=True)
class Bounces:
    """Where mail that came back is found: the signed envelope sender (`address`), and the mailbox that the sweep
    reads. Either may be missing."""

    address: str = ""
    host: str = ""
    port: int = 993
    user: str = ""
    password: str = ""
    tls: str = "ssl"
    folder: str = "INBOX"
    timeout: float = 20.0

    @property
    def readable(self) -> bool:
        return bool(self.host and self.user)


@dataclass(frozen=True)
class Settings:
    """Everything that an installation may choose."""

    instance: Path
    database_url: str
    secret_key: str
    base_url: str
    production: bool = False
    now: datetime | None = None
    smtp: Smtp = Smtp()
    bounces: Bounces = Bounces()
    alarm_url: str = ""
    webhook_hosts: tuple[str, ...] = ()
    sweep_seconds: int = 60
    upload_bytes: int = 20 * MEGABYTE
    session_hours: int = 9
    session_idle_minutes: int = 60
    trusted_proxy: str = ""
    hash_cost: str = "normal"

    @property
    def secure_cookies(self) -> bool:
        return self.base_url.startswith("https://")


def load(env: Mapping[str, str] | None = None, *, port: int = 8000) -> Settings:
    """Settings from `TRACKER_…` names. Raises `WrongSetting`."""
    env = os.environ if env is None else env
    instance = Path(env.get("TRACKER_INSTANCE") or "instance").resolve()
    production = _choice(env, "TRACKER_ENV", ("trial", "production")) == "production"
    return Settings(
        instance=instance,
        database_url=env.get("TRACKER_DATABASE_URL") or f"sqlite:///{instance / 'tracker.db'}",
        secret_key=_secret_key(env, instance),
        base_url=_base_url(env, port),
        production=production,
        now=_trial_now(env, production),
        smtp=_smtp(env),
        bounces=_bounces(env),
        alarm_url=_alarm_url(env),
        webhook_hosts=_webhook_hosts(env),
        sweep_seconds=_whole(env, "TRACKER_SWEEP_SECONDS", 60),
        upload_bytes=_whole(env, "TRACKER_UPLOAD_MB", 20) * MEGABYTE,
        session_hours=_whole(env, "TRACKER_SESSION_HOURS", 9),
        session_idle_minutes=_whole(env, "TRACKER_SESSION_IDLE_MINUTES", 60),
        trusted_proxy=env.get("TRACKER_TRUSTED_PROXY", ""),
    )


def _secret_key(env: Mapping[str, str], instance: Path) -> str:
    """The key that signs sessions; made once and kept beside the database where none is given."""
    given = env.get("TRACKER_SECRET_KEY", "")
    if given:
        if len(given) < 32:
            raise WrongSetting("TRACKER_SECRET_KEY", "cần ít nhất 32 ký tự.")
        return given
    path = instance / "secret_key"
    if path.exists():
        return path.read_text(encoding="ascii")
    instance.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was first
        return path.read_text(encoding="ascii")
    with os.fdopen(handle, "w", encoding="ascii") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key


def _base_url(env: Mapping[str, str], port: int) -> str:
    url = (env.get("TRACKER_BASE_URL") or f"http://127.0.0.1:{port}").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise WrongSetting("TRACKER_BASE_URL", "cần một địa chỉ đầy đủ như https://dondoc.example.vn")
    return url


def _trial_now(env: Mapping[str, str], production: bool) -> datetime | None:
    text = env.get("TRACKER_NOW", "")
    if not text:
        return None
    if production:
        raise WrongSetting("TRACKER_NOW", "đồng hồ thử không được dùng khi TRACKER_ENV=production.")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise WrongSetting("TRACKER_NOW", f"“{text}” cần có dạng 2026-05-12T07:30.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=VIETNAM)


def _smtp(env: Mapping[str, str]) -> Smtp:
    return Smtp(
        host=env.get("TRACKER_SMTP_HOST", ""),
        port=_whole(env, "TRACKER_SMTP_PORT", 25),
        user=env.get("TRACKER_SMTP_USER", ""),
        password=env.get("TRACKER_SMTP_PASSWORD", ""),
        tls=_choice(env, "TRACKER_SMTP_TLS", ("none", "starttls", "ssl")),
        sender=env.get("TRACKER_MAIL_FROM", ""),
        timeout=float(_whole(env, "TRACKER_SMTP_TIMEOUT", 20)),
    )


def _bounces(env: Mapping[str, str]) -> Bounces:
    tls = _choice(env, "TRACKER_BOUNCE_IMAP_TLS", ("ssl", "starttls", "none"))
    return Bounces(
        address=_bounce_address(env),
        host=env.get("TRACKER_BOUNCE_IMAP_HOST", ""),
        port=_whole(env, "TRACKER_BOUNCE_IMAP_PORT", 993 if tls == "ssl" else 143),
        user=env.get("TRACKER_BOUNCE_IMAP_USER", ""),
        password=env.get("TRACKER_BOUNCE_IMAP_PASSWORD", ""),
        tls=tls,
        folder=env.get("TRACKER_BOUNCE_IMAP_FOLDER") or "INBOX",
    )


def _bounce_address(env: Mapping[str, str]) -> str:
    """Its name before the @ leaves room for a letter's id and signature (64 characters in all)."""
    address = env.get("TRACKER_BOUNCE_ADDRESS", "").strip()
    local, _at, domain = address.rpartition("@")
    good = address.isascii() and address.isprintable() and " " not in address and "+" not in local
    if address and not (good and domain and 0 < len(local) <= 36):
        raise WrongSetting(
            "TRACKER_BOUNCE_ADDRESS",
            f"“{address}” cần có dạng thu-tra@example.vn, phần trước @ không có dấu + và không quá 36 ký tự.",
        )
    return address


def _alarm_url(env: Mapping[str, str]) -> str:
    url = env.get("TRACKER_ALARM_URL", "").strip()
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise WrongSetting("TRACKER_ALARM_URL", "cần một địa chỉ đầy đủ như https://giam-sat.example.vn/abc")
    return url


def _webhook_hosts(env: Mapping[str, str]) -> tuple[str, ...]:
    """Names (or name:port), separated by commas."""
    name = "TRACKER_WEBHOOK_HOSTS"
    hosts = tuple(host for one in env.get(name, "").split(",") if (host := one.strip().lower()))
    for host in hosts:
        if not HOST.fullmatch(host):
            raise WrongSetting(
                name, f"“{host}” cần là tên máy chủ như tin.example.vn hoặc tin.example.vn:8443."
            )
    return hosts


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, "")
    if not text:
        return default
    if not text.isdecimal() or int(text) == 0:
        raise WrongSetting(name, f"“{text}” cần là một số nguyên dương.")
    return int(text)


def _choice(env: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    text = env.get(name, "") or allowed[0]
    if text not in allowed:
        raise WrongSetting(name, f"“{text}” cần là một trong: {', '.join(allowed)}.")
    return text
