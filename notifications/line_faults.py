"""What a line to another machine did, in words."""

from __future__ import annotations

import re
import socket
import ssl

from notifications.phrases import _


def why(error: Exception) -> str:
    """Why nobody answered, or why the line broke."""
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return _("quá thời gian chờ")
    if isinstance(error, ConnectionRefusedError):
        return _("máy chủ từ chối kết nối")
    if isinstance(error, socket.gaierror):
        return _("không tìm thấy tên máy chủ")
    if isinstance(error, ssl.SSLError):
        return _("kết nối mã hóa (TLS) không thành: %(what)s", what=error.reason or str(error))
    return re.sub(r"\s+", " ", str(error))[:200].strip() or type(error).__name__
