"""What mail that came back says: many servers' ways, and any bytes at all."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.returned import envelope, reports
from tests.notifications.returned_mails import POSTFIX, SAMPLES, Sample

SECRET = "khoa-chi-de-thu-nghiem-khong-dung-that"
TO = "van.thu@tanlap.example"
TAG = envelope.make("thu-tra@sonthanh.example", 17, SECRET)
MESSAGE_ID = "<letter-17-1778547600@dondoc.sonthanh.example>"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one.name)
def test_what_servers_send_back_is_understood(sample: Sample):
    found = reports.read(sample.bytes(TAG, MESSAGE_ID, TO))
    assert (found.kind if found else None) == sample.kind
    if found is not None:
        by_tag = {envelope.read(tag, SECRET) for tag in found.tags}
        by_id = {letter for letter, _ in found.letters}
        assert 17 in by_tag | by_id
        assert sample.says in found.words
        assert "\n" not in found.words


def test_a_signed_address_is_ours_in_whatever_case_and_nobody_can_make_one():
    assert envelope.read(TAG, SECRET) == 17
    assert envelope.read(f"<{TAG.upper()}>", SECRET) == 17
    assert envelope.read(TAG.replace("+17-", "+18-"), SECRET) is None
    assert envelope.read(TAG, "mot-khoa-khac") is None
    assert envelope.read("thu-tra@sonthanh.example", SECRET) is None
    assert len(envelope.make("x" * 36 + "@sonthanh.example", 10**10 - 1, SECRET).split("@")[0]) <= 64


@given(st.binary(max_size=3_000))
def test_any_bytes_are_read_without_a_fault(raw):
    reports.read(raw)


@given(st.text(max_size=300))
def test_any_address_is_read_without_a_fault(text):
    assert envelope.read(text, SECRET) is None


def test_a_returned_mail_of_which_bytes_were_lost_or_changed_is_no_fault():
    whole = Sample("", None, POSTFIX).bytes(TAG, MESSAGE_ID, TO)
    chance = random.Random(6)  # noqa: S311 (a test's own chance)
    for _ in range(500):
        broken = bytearray(whole)
        for _ in range(chance.randint(1, 40)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        reports.read(bytes(broken[: chance.randint(1, len(broken))]))


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/report; boundary=b\r\n\r\n"
        + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 3_000,
        b"From: postmaster@x\r\nSubject: undeliverable\r\nContent-Type: text/html\r\n\r\n"
        + b"<style" * 60_000,
        b"From: postmaster@x\r\nSubject: undeliverable " + b"=?utf-8?q?" * 20_000 + b"\r\n\r\n5.1.1",
        b"From: postmaster@x\r\nSubject: undeliverable\r\n\r\n" + b"<letter-1-" * 30_000,
        b"From: postmaster@x\r\nSubject: undeliverable\r\n\r\n" + b"a+1-" * 60_000,
    ],
    ids=["nested", "markup", "encoded words", "ids", "tags"],
)
def test_what_was_made_to_take_long_is_read_at_once(raw):
    begun = time.process_time()
    reports.read(raw)
    assert time.process_time() - begun < 3
