"""What the documents say is what the program does: settings, commands, targets."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from jinja2 import Environment

from tracker import settings
from tracker.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_is_in_the_readme_and_no_other():
    code = (ROOT / "tracker" / "settings.py").read_text(encoding="utf-8")
    assert set(re.findall(r"TRACKER_[A-Z_]+", README)) == set(re.findall(r'"(TRACKER_[A-Z_]+)"', code))


def commands(group: click.Group, before: str = "tracker") -> Iterator[str]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, f"{before} {name}")
        else:
            yield f"{before} {name}"


def test_every_command_is_in_the_readme():
    assert [name for name in commands(main) if f"`{name}" not in README] == []


def test_every_make_target_says_what_it_does_and_is_in_the_readme():
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S607
    targets = re.findall(r"^make (\w+)", done.stdout, re.MULTILINE)
    assert {"run", "test", "check", "score", "shots"} <= set(targets)
    assert [one for one in targets if one != "help" and f"make {one}" not in README] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TRACKER_SMTP_PORT", "hai lăm"),
        ("TRACKER_ENV", "prod"),
        ("TRACKER_BASE_URL", "dondoc.example"),
        ("TRACKER_NOW", "hôm qua"),
        ("TRACKER_SECRET_KEY", "ngắn"),
        ("TRACKER_SMTP_TLS", "yes"),
        ("TRACKER_UPLOAD_MB", "0"),
        ("TRACKER_BOUNCE_ADDRESS", "thu-tra"),
        ("TRACKER_BOUNCE_ADDRESS", "thu+tra@sonthanh.example"),
        ("TRACKER_BOUNCE_ADDRESS", "thu tra@sonthanh.example"),
        ("TRACKER_BOUNCE_ADDRESS", "mot-ten-dai-qua-muc-cho-phep-cua-mot-dia-chi@sonthanh.example"),
        ("TRACKER_BOUNCE_IMAP_PORT", "chín trăm"),
        ("TRACKER_BOUNCE_IMAP_TLS", "có"),
        ("TRACKER_ALARM_URL", "giam-sat.example.vn"),
        ("TRACKER_ALARM_URL", "ftp://giam-sat.example.vn"),
        ("TRACKER_WEBHOOK_HOSTS", "tin.example.vn, https://may.example.vn/x"),
        ("TRACKER_WEBHOOK_HOSTS", "*.example.vn"),
    ],
)
def test_a_wrong_setting_stops_the_start_and_is_named(name, value, tmp_path):
    with pytest.raises(SystemExit, match=name):
        settings.load({"TRACKER_INSTANCE": str(tmp_path), name: value})


def test_the_mailbox_and_the_hosts_are_read_as_they_are_given(tmp_path):
    env = {
        "TRACKER_INSTANCE": str(tmp_path),
        "TRACKER_BOUNCE_ADDRESS": "thu-tra@sonthanh.example",
        "TRACKER_BOUNCE_IMAP_HOST": "imap.sonthanh.example",
        "TRACKER_BOUNCE_IMAP_USER": "thu-tra",
        "TRACKER_BOUNCE_IMAP_TLS": "starttls",
        "TRACKER_WEBHOOK_HOSTS": "Tin.example.vn, 127.0.0.1:8080 ,",
    }
    found = settings.load(env)
    assert (found.bounces.port, found.bounces.folder, found.bounces.readable) == (143, "INBOX", True)
    assert settings.load(env | {"TRACKER_BOUNCE_IMAP_TLS": ""}).bounces.port == 993
    assert found.webhook_hosts == ("tin.example.vn", "127.0.0.1:8080")


def test_the_trial_clock_is_refused_in_production(tmp_path):
    env = {"TRACKER_INSTANCE": str(tmp_path), "TRACKER_ENV": "production", "TRACKER_NOW": "2026-05-12T07:30"}
    with pytest.raises(SystemExit, match="TRACKER_NOW"):
        settings.load(env)


def test_the_key_is_made_once_and_only_for_its_owner(tmp_path):
    first = settings.load({"TRACKER_INSTANCE": str(tmp_path)})
    assert settings.load({"TRACKER_INSTANCE": str(tmp_path)}).secret_key == first.secret_key
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def template_words() -> Iterator[tuple[str, int, str]]:
    """(template, line, words) of everything that a page prints without gettext."""
    environment = Environment(autoescape=True)
    for path in sorted((ROOT / "tracker" / "web" / "templates").rglob("*.html")):
        for line, kind, words in environment.lex(path.read_text(encoding="utf-8")):
            if kind == "data":
                yield path.name, line, words


def test_every_vietnamese_word_of_a_page_goes_through_gettext():
    spoken = re.compile(
        r"[àáảãạăắằẳẵặâấầẩẫậđèéẻẽẹêếềểễệìíỉĩịòóỏõọôốồổỗộơớờởỡợùúủũụưứừửữựỳýỷỹỵ]", re.IGNORECASE
    )
    names = {"Đôn Đốc"}  # the product's own name is the same in every language
    found = [
        (name, line, words.strip())
        for name, line, words in template_words()
        if spoken.search(re.sub("|".join(names), "", words))
    ]
    assert found == []
