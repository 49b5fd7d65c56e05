"""What there is to say of a run in a format without hashes."""

from __future__ import annotations

from typing import Any

from replay_gui.core.header import Header
from replay_gui.core.verification import NOT_VERIFIABLE, VerificationReport

WHY = "This format carries no hashes, so nothing protects the run; its state is derived from its events."


def not_verifiable(run: str, header: Header, events: int) -> VerificationReport:
    """The report on the foreign file that the user calls `run`: nothing was verified, for there is nothing to go by.

    `header`, `events`: of the log that the file was converted to.
    """
    source: dict[str, Any] = header.source
    return VerificationReport(
        run=run,
        run_id=header.run_id,
        origin="imported",
        events=events,
        verified=0,
        failures=(),
        mismatches=(),
        state_hashes=0,
        state_hashes_checked=0,
        seal="none",
        tail_bytes=0,
        skipped_bytes=0,
        head=None,
        state_hash=None,
        file_blake3=source["blake3"],
        verdict=NOT_VERIFIABLE,
        notes=(WHY, *source["notes"]),
    )
