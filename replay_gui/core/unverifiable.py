"""What there is to say of a run in a format without hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from replay_gui.core.verification import NOT_VERIFIABLE, VerificationReport

if TYPE_CHECKING:
    from replay_gui.core.importers.conversion import Converted

WHY = "This format carries no hashes, so nothing protects the run; its state is derived from its events."


def not_verifiable(run: str, converted: Converted) -> VerificationReport:
    """The report on the foreign file that the user calls `run`: nothing was verified, for there is nothing to go by."""
    return VerificationReport(
        run=run,
        run_id=converted.run_id,
        origin="imported",
        events=converted.events,
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
        file_blake3=converted.source_blake3,
        verdict=NOT_VERIFIABLE,
        notes=(WHY, *converted.notes),
    )
