"""The result of verifying a log."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, TypeAlias

from replay_gui.core.log.positions import EventIndex

Verdict: TypeAlias = Literal["VALID", "INVALID", "NOT VERIFIABLE"]
VALID: Final = "VALID"
INVALID: Final = "INVALID"
NOT_VERIFIABLE: Final = "NOT VERIFIABLE"
SealState: TypeAlias = Literal["none", "good", "bad"]
NO_HASHES = "This format carries no hashes, so nothing protects the run."
MAX_LISTED_FINDINGS = 10_000  # findings of a kind that a report lists; all are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One failure or mismatch.

    Attributes:
        index: EventIndex of the event. event_id: ``run_id:seq``, ``run_id:?`` if unreadable.
        offset: byte offset. problem: in words. expected, actual: hashes in hex or numbers, None if there are none.
    """

    index: EventIndex
    event_id: str
    offset: int
    problem: str
    expected: str | None
    actual: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationReport:
    """The verdict on a log, and the findings behind it; ``verify --json`` has the same fields (except `unlisted`).

    Attributes:
        run: the path or name that the user gave. run_id: from the log's header.
        origin: "recorded" by a Recorder, or "imported" from another format: then the hashes cover only the time since
            the import.
        events: records in the log, including skipped stretches of bytes.
        verified: how many of them are unchanged since they were written: events - all failures.
        failures: records whose bytes, link or number are wrong, in the order of the log; the first MAX_LISTED_FINDINGS.
        mismatches: events that cannot be applied to the state, or after which replay gives another state than the
            recorded one; the first MAX_LISTED_FINDINGS.
        state_hashes: number of recorded state hashes. state_hashes_checked: number of those compared with a replay.
        seal: "good": the run was ended, and its end is unchanged. "none": a missing end would not be
            noticed. "bad": the seal does not belong to this log.
        tail_bytes: bytes after the last record or the seal: of an interrupted write, or, after a seal, a failure.
        skipped_bytes: bytes between records that are not records.
        head: hash of the last record, in hex; None after a skipped stretch.
        state_hash: hash of the state after the last event, in hex; None if the state was not replayed.
        file_blake3: BLAKE3 of the whole file, in hex.
        verdict: "VALID", "INVALID", or "NOT VERIFIABLE" for a file of another format without hashes, and
            for a log without findings whose replay was stopped, because it costs too much.
        notes: sentences on what was not, or could not be, checked.
        unlisted: (failures, mismatches) beyond the listed ones.
        stopped: the index of the event before which replay was stopped, because it costs too much; or None.
    """

    run: str
    run_id: str
    origin: Literal["recorded", "imported"]
    events: int
    verified: int
    failures: tuple[Finding, ...]
    mismatches: tuple[Finding, ...]
    state_hashes: int
    state_hashes_checked: int
    seal: SealState
    tail_bytes: int
    skipped_bytes: int
    head: str | None
    state_hash: str | None
    file_blake3: str
    verdict: Verdict
    notes: tuple[str, ...]
    unlisted: tuple[int, int] = (0, 0)
    stopped: EventIndex | None = None

    @property
    def line(self) -> str:
        """Return the result in one line: ``Verification: 3/3 events verified, 0 failures, 0 mismatches - VALID``."""
        failures, mismatches = len(self.failures) + self.unlisted[0], len(self.mismatches) + self.unlisted[1]
        return (
            f"Verification: {self.verified}/{self.events} events verified, {failures} failures, "
            f"{mismatches} mismatches - {self.verdict}"
        )

    @property
    def has_no_hashes(self) -> bool:
        """Whether the run could not be verified because it has no hashes; False for a log whose replay was stopped."""
        return self.verdict == NOT_VERIFIABLE and self.stopped is None

    @property
    def first_broken(self) -> EventIndex | None:
        """The index of the first event that failed or mismatched, or None; later states cannot be trusted."""
        return min((f.index for findings in (self.failures, self.mismatches) for f in findings[:1]), default=None)

    def __str__(self) -> str:
        return self.line


def verification_form(report: VerificationReport) -> dict[str, Any]:
    """Return the report's fields under their names in JSON output: there, an index is "position"."""
    form = asdict(report)
    del form["stopped"]  # the notes contain it
    for name in ("failures", "mismatches"):
        form[name] = tuple({"position": finding.pop("index"), **finding} for finding in form[name])
    return form
