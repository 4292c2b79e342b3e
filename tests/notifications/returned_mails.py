"""Mail that comes back, as different servers write it. All names and addresses are invented.

Each is built around a letter: `{tag}` is its signed envelope sender, `{id}` its Message-ID, `{to}` its address.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

FAILED, DELAYED, NOTHING = "failed", "delayed", None


@dataclass(frozen=True)
class Sample:
    name: str
    kind: str | None
    text: str
    says: str = ""
    """What the words kept with the letter hold."""

    def bytes(self, tag: str, message_id: str, to: str) -> bytes:
        given = {"{tag}": tag, "{id}": message_id, "{to}": to, "{local}": to.partition("@")[0]}
        text = self.text
        if "{report64}" in text:
            report = _REPORT64.replace("{to}", to)
            text = text.replace("{report64}", base64.encodebytes(report.encode()).decode())
        for name, value in given.items():
            text = text.replace(name, value)
        return text.lstrip("\n").replace("\n", "\r\n").encode("utf-8")


_REPORT64 = """Reporting-MTA: dns;mail.sonthanh.example

Final-Recipient: rfc822;{to}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found
"""

POSTFIX = """
Return-Path: <>
Received: by mx.phuan.example (Postfix) id 4F2; Tue, 12 May 2026 08:00:03 +0700 (+07)
Date: Tue, 12 May 2026 08:00:03 +0700 (+07)
From: MAILER-DAEMON@mx.phuan.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {tag}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4F2.1778547603/mx.phuan.example"
Message-Id: <20260512010003.4F2@mx.phuan.example>

This is a MIME-encapsulated message.

--4F2.1778547603/mx.phuan.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.phuan.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<{to}>: host mail.sonthanh.example[192.0.2.25] said: 550 5.1.1
    <{to}>: Recipient address rejected: User unknown in
    virtual mailbox table (in reply to RCPT TO command)

--4F2.1778547603/mx.phuan.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.phuan.example
X-Postfix-Queue-ID: 4F2
X-Postfix-Sender: rfc822; {tag}
Arrival-Date: Tue, 12 May 2026 08:00:01 +0700 (+07)

Final-Recipient: rfc822; {to}
Original-Recipient: rfc822;{to}
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.sonthanh.example
Diagnostic-Code: smtp; 550 5.1.1 <{to}>: Recipient address
    rejected: User unknown in virtual mailbox table

--4F2.1778547603/mx.phuan.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <{tag}>
From: =?utf-8?b?xJDDtG4gxJDhu5Fj?= <dondoc@sonthanh.example>
To: {to}
Subject: =?utf-8?q?Vi=E1=BB=87c_c=E1=BA=A7n_l=C3=A0m?=
Message-ID: {id}

--4F2.1778547603/mx.phuan.example--
"""

SAMPLES = (
    Sample("Postfix, no such user", FAILED, POSTFIX, "5.1.1"),
    Sample(
        "Postfix, without the signed address, headers only",
        FAILED,
        POSTFIX.replace("{tag}", "dondoc@sonthanh.example"),
        "User unknown",
    ),
    Sample(
        "Postfix, delayed",
        DELAYED,
        POSTFIX.replace("Undelivered Mail Returned to Sender", "Delayed Mail (still being retried)")
        .replace("Action: failed", "Action: delayed\nWill-Retry-Until: Sun, 17 May 2026 08:00:01 +0700 (+07)")
        .replace("Status: 5.1.1", "Status: 4.4.1")
        .replace(
            "smtp; 550 5.1.1 <{to}>: Recipient address\n    rejected: User unknown in virtual mailbox table",
            "X-Postfix; connect to\n    mail.sonthanh.example[192.0.2.25]:25: Connection timed out",
        ),
        "Connection timed out",
    ),
    Sample(
        "Postfix, given up after five days: a failed delivery is final though its status is 4",
        FAILED,
        POSTFIX.replace("Status: 5.1.1", "Status: 4.4.7"),
        "4.4.7",
    ),
    Sample(
        "Postfix, delivered: a success report",
        NOTHING,
        POSTFIX.replace("Action: failed", "Action: delivered").replace("Status: 5.1.1", "Status: 2.0.0"),
    ),
    Sample(
        "Postfix, relayed to where no reports are made",
        NOTHING,
        POSTFIX.replace("Action: failed", "Action: relayed").replace("Status: 5.1.1", "Status: 2.0.0"),
    ),
    Sample(
        "Exchange, report packed as base64, Vietnamese words",
        FAILED,
        """
From: =?utf-8?b?TWljcm9zb2Z0IE91dGxvb2s=?= <MicrosoftExchange329e71@mail.sonthanh.example>
To: <{tag}>
Date: Tue, 12 May 2026 01:00:05 +0000
Content-Type: multipart/report; report-type=delivery-status; boundary="_00_abc_"
Message-ID: <79f4@mail.sonthanh.example>
Subject: =?utf-8?q?Kh=C3=B4ng_th=E1=BB=83_chuy=E1=BB=83n=3A_Vi=E1=BB=87c_c=E1=BA=A7n_l=C3=A0m?=

--_00_abc_
Content-Type: multipart/alternative; boundary="_01_abc_"

--_01_abc_
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: 8bit

Gửi đến {to} không thành công: không tìm thấy địa chỉ thư này.

--_01_abc_--

--_00_abc_
Content-Type: message/delivery-status
Content-Transfer-Encoding: base64

{report64}
--_00_abc_
Content-Type: message/rfc822

From: <dondoc@sonthanh.example>
To: <{to}>
Message-ID: {id}

--_00_abc_--
""",
        "5.1.10",
    ),
    Sample(
        "Exim, no report, its own header",
        FAILED,
        """
Return-path: <>
X-Failed-Recipients: {to}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.phuan.example>
To: {tag}
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1abc-0001@mail.phuan.example>
Date: Tue, 12 May 2026 08:00:09 +0700

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {to}
    host mail.sonthanh.example [192.0.2.25]
    SMTP error from remote mail server after RCPT TO:<{to}>:
    550 5.2.1 The email account that you tried to reach is disabled

------ This is a copy of the message's headers. ------

Return-path: <{tag}>
Message-ID: {id}
To: {to}
""",
        "5.2.1",
    ),
    Sample(
        "Exim, a warning only",
        DELAYED,
        """
Return-path: <>
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.phuan.example>
To: {tag}
Subject: Warning: message 1abc delayed 24 hours

This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mail.phuan.example.

  {to}

No action is required on your part. Delivery attempts will continue for
some time, and this warning may be repeated at intervals.
""",
        "delayed 24 hours",
    ),
    Sample(
        "a large free mail service, address not found",
        FAILED,
        """
From: Mail Delivery Subsystem <mailer-daemon@thudientu.example>
To: {tag}
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: {id}
In-Reply-To: {id}
X-Failed-Recipients: {to}
Content-Type: multipart/report; boundary="000000000000ab"; report-type=delivery-status
Message-ID: <6821.mail@thudientu.example>
Date: Mon, 11 May 2026 18:00:05 -0700 (PDT)

--000000000000ab
Content-Type: multipart/related; boundary="000000000000cd"

--000000000000cd
Content-Type: text/html; charset="UTF-8"

<html><head><style>* {font-family:Roboto}</style></head><body><h2>Address not found</h2><p>Your message wasn't
delivered to <b>{to}</b> because the address couldn't be found.</p></body></html>

--000000000000cd--
--000000000000ab
Content-Type: message/delivery-status

Reporting-MTA: dns; thudientu.example
Arrival-Date: Mon, 11 May 2026 18:00:04 -0700 (PDT)
X-Original-Message-ID: {id}

Final-Recipient: rfc822; {to}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
 550-5.1.1 double-checking the recipient's email address for typos.
Last-Attempt-Date: Mon, 11 May 2026 18:00:05 -0700 (PDT)

--000000000000ab
Content-Type: message/rfc822

To: {to}
Message-ID: {id}
Subject: x

--000000000000ab--
""",
        "does not exist",
    ),
    Sample(
        "a large free mail service, delay",
        DELAYED,
        """
From: Mail Delivery Subsystem <mailer-daemon@thudientu.example>
To: {tag}
Subject: Delivery Status Notification (Delay)
Content-Type: multipart/report; boundary="b1"; report-type=delivery-status

--b1
Content-Type: text/plain; charset=UTF-8

** Delivery incomplete **
There was a temporary problem delivering your message to {to}. It will be retried for 46 more hours.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; thudientu.example

Final-Recipient: rfc822; {to}
Action: delayed
Status: 4.4.1
Diagnostic-Code: smtp; The recipient server did not accept our requests to connect.

--b1--
""",
        "4.4.1",
    ),
    Sample(
        "qmail, all in one text",
        FAILED,
        """
Return-Path: <>
From: MAILER-DAEMON@cu.sonthanh.example
To: {tag}
Subject: failure notice
Date: 12 May 2026 01:00:00 -0000

Hi. This is the qmail-send program at cu.sonthanh.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{to}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <{tag}>
To: {to}
Message-ID: {id}

4.2.2 là số mục của kế hoạch
""",
        "5.1.1",
    ),
    Sample(
        "a Vietnamese office's own server, words only, no code",
        FAILED,
        """
From: =?utf-8?b?SOG7hyB0aOG7kW5nIHRoxrA=?= <postmaster@thu.phuan.example>
To: {tag}
Subject: =?utf-8?b?VGjGsCBraMO0bmcgZ+G7rWkgxJHGsOG7o2M=?=
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Hệ thống thư điện tử xin thông báo: thư của Quý cơ quan không gửi được tới {to}.
Lý do: hộp thư không tồn tại.

Thư gốc:
Message-ID: {id}
""",
        "không tồn tại",
    ),
    Sample(
        "a Vietnamese office's own server, it will try again",
        DELAYED,
        """
From: postmaster@thu.phuan.example
To: {tag}
Subject: Chậm chuyển thư
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Thư gửi tới {to} chưa chuyển được, hệ thống sẽ thử lại trong 3 ngày.
""",
    ),
    Sample(
        "a report of two recipients, one of whom got it",
        FAILED,
        """
From: MAILER-DAEMON@mx.phuan.example
To: {tag}
Subject: Undelivered Mail
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.phuan.example

Final-Recipient: rfc822; khac@phuan.example
Action: relayed
Status: 2.0.0

Final-Recipient: rfc822; {to}
Action: FAILED (bad destination mailbox)
Status: 5.2.2 (mailbox full)
Diagnostic-Code: smtp; 552 5.2.2 Mailbox full

--b--
""",
        "Mailbox full",
    ),
    Sample(
        "a report that was cut in its middle",
        FAILED,
        POSTFIX[: POSTFIX.index("Diagnostic-Code")],
        "5.1.1",
    ),
    Sample(
        "a report without action, only a status",
        FAILED,
        POSTFIX.replace("Action: failed\n", ""),
        "5.1.1",
    ),
    Sample(
        "a character set that does not exist",
        FAILED,
        POSTFIX.replace("charset=us-ascii", "charset=x-khong-co"),
        "5.1.1",
    ),
    Sample(
        "an answer out of office is no returned mail",
        NOTHING,
        """
From: {to}
To: {tag}
Subject: =?utf-8?q?T=E1=BB=B1_=C4=91=E1=BB=99ng_tr=E1=BA=A3_l=E1=BB=9Di?=: nghỉ phép
Auto-Submitted: auto-replied
In-Reply-To: {id}
Content-Type: text/plain; charset=utf-8

Tôi nghỉ phép tới ngày 20/5. Công việc gấp xin gọi 550 5.1.1.
""",
    ),
    Sample(
        "somebody answers in person",
        NOTHING,
        """
From: {to}
To: {tag}
Subject: Re: Việc cần làm
In-Reply-To: {id}

Không gửi được báo cáo đúng hạn, xin gia hạn.
""",
    ),
    Sample(
        "an advertisement",
        NOTHING,
        """
From: Ban hang <quangcao@buon.example>
To: {tag}
Subject: Delivery of your order

Giá rẻ. 550 nghìn đồng, 5.1.1 sao.
""",
    ),
    Sample("an empty mail", NOTHING, "\n"),
)
