"""By what a replay log is recognised, and what it is called; light, for all that read none."""

from __future__ import annotations

MAGIC = b"\x92\xaareplay-log"
"""The first bytes of every log (log-format.md, "Header")."""

OWN_FORMAT = "rlog"
"""What `--format` and reports call a replay log."""
