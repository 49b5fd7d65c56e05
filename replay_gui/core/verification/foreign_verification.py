"""The verification report on a run in a foreign format, which can be verified only by hashes in the format."""

from __future__ import annotations

from collections.abc import Sequence

from replay_gui.core.log.event import event_id
from replay_gui.core.log.header import Header
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.verification.own_hashes import HashChecks, HashFailure
from replay_gui.core.verification.verification_report import (
    INVALID,
    NO_HASHES,
    NOT_VERIFIABLE,
    VALID,
    Finding,
    Verdict,
    VerificationReport,
)

_OWN_HASHES = "Checked by the hashes and rules of the file's own format, which link no event to the one before."
_STATES = {"recorded": "Its state is the one that was recorded.", "derived": "Its state is derived from its events."}


def why_not_verifiable(state: str) -> str:
    """Return why a foreign file cannot be verified. `state`: of its Header, "recorded" or "derived"."""
    return f"{NO_HASHES} {_STATES[state]}"


def build_foreign_report(
    run: str, header: Header, events: int, notes: Sequence[str], own_hashes: HashChecks | None
) -> VerificationReport:
    """Return the report on the foreign file with the user's name `run`, from its importer's checks.

    `header`, `events`: of the log that the file was converted to.
    """
    failures = () if own_hashes is None else tuple(_finding(header, failure) for failure in own_hashes.failures)
    verdict: Verdict = (
        NOT_VERIFIABLE if own_hashes is None or not own_hashes.checked else INVALID if own_hashes.failed else VALID
    )
    return VerificationReport(
        run=run,
        run_id=header.run_id,
        origin="imported",
        events=events,
        verified=0 if own_hashes is None else own_hashes.checked - own_hashes.failed,
        failures=failures,
        mismatches=(),
        state_hashes=0,
        state_hashes_checked=0,
        seal="none",
        tail_bytes=0,
        skipped_bytes=0,
        head=None,
        state_hash=None,
        file_blake3=header.source["blake3"],
        verdict=verdict,
        notes=(f"{NO_HASHES if own_hashes is None else _OWN_HASHES} {_STATES[header.state]}", *notes),
        unlisted=(0 if own_hashes is None else own_hashes.failed - len(failures), 0),
    )


def _finding(header: Header, failure: HashFailure) -> Finding:
    return Finding(
        index=EventIndex(failure.index),
        event_id=event_id(header.run_id, failure.index),
        offset=failure.offset,
        problem=failure.problem,
        expected=failure.expected,
        actual=failure.actual,
    )
