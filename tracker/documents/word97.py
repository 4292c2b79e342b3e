"""An old Word file (.doc) becomes a .docx by LibreOffice, which keeps its numbering and tables.

Each conversion has a profile of its own that forbids macros, a time, and a process group that is ended with it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tracker.documents.archives import damaged
from tracker.documents.blocks import Document
from tracker.documents.docx import read_docx
from tracker.documents.kinds import OLE
from tracker.documents.limits import SECONDS_TO_CONVERT, too_slow
from tracker.errors import UnreadableFile

PROGRAMS = ("soffice", "libreoffice")
NO_MACROS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution"
 oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel"
 oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="BlockUntrustedRefererLinks"
 oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


def read_doc(data: bytes) -> Document:
    # LibreOffice turns any junk into some document; only a real Word file may come to it.
    if not data.startswith(OLE):
        raise damaged()
    return read_docx(as_docx(data), kind="doc")


def require() -> str:
    """The path of LibreOffice, or a refusal that says how to install it."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise UnreadableFile(
            "Máy chủ chưa có LibreOffice nên không đọc được tệp .doc. Người quản trị cài bằng lệnh: apt-get "
            "install libreoffice-writer-nogui. Trong khi chờ, xin lưu lại thành .docx rồi nộp.",
            code="missing-program",
        )
    return program


def as_docx(data: bytes) -> bytes:
    program = require()
    with tempfile.TemporaryDirectory(prefix="don-doc-") as name:
        folder = Path(name)
        (folder / "profile" / "user").mkdir(parents=True)
        (folder / "profile" / "user" / "registrymodifications.xcu").write_text(NO_MACROS, encoding="utf-8")
        (folder / "plan.doc").write_bytes(data)
        _convert(program, folder)
        made = folder / "out" / "plan.docx"
        if not made.is_file():
            raise damaged()
        return made.read_bytes()


def _convert(program: str, folder: Path) -> None:
    command = [
        program,
        "--headless",
        "--nologo",
        "--norestore",
        f"-env:UserInstallation=file://{folder}/profile",
    ]
    command += ["--convert-to", "docx", "--outdir", str(folder / "out"), str(folder / "plan.doc")]
    process = subprocess.Popen(  # noqa: S603  # our own program; the file's name is ours, too
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        start_new_session=True,
        env={**os.environ, "HOME": str(folder)},
    )
    try:
        process.wait(SECONDS_TO_CONVERT)
    except subprocess.TimeoutExpired as error:
        raise too_slow(SECONDS_TO_CONVERT) from error
    finally:
        _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """The launcher starts the real program as its child; both go."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
