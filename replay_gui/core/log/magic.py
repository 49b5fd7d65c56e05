"""The first bytes and the file name suffix of a replay log; a small module for code that reads no logs."""

from __future__ import annotations

MAGIC = b"\x92\xaareplay-log"
"""The first bytes of every log (log-format.md, "Header")."""

OWN_FORMAT = "rlog"
"""What `--format` and reports call a replay log."""
