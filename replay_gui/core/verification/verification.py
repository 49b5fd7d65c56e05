"""Verification of a log as FORMAT 5 defines it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

VALID, INVALID, NOT_VERIFIABLE = "VALID", "INVALID", "NOT VERIFIABLE"
NO_HASHES = "This format carries no hashes, so nothing protects the run."
FINDINGS_LIMIT = 10_000  # of a kind that a report lists; all are counted


@dataclass(frozen=True, slots=True)
class Finding:
    """One failure or mismatch.

    Attributes:
        index: EventIndex of the event. event_id: ``run_id:seq``, ``run_id:?`` where unreadable.
        offset: byte offset. problem: in words. expected, actual: hashes in hex or numbers, None where there are none.
    """

    index: int
    event_id: str
    offset: int
    problem: str
    expected: str | None
    actual: str | None


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """The verdict on a log and what it rests on; the fields are those of ``verify --json`` (INTERFACE 2).

    Attributes:
        failures, mismatches: the first of each, at most FINDINGS_LIMIT; a note says so where there were more.
        unlisted: how many failures and mismatches there are beyond those. (No field of the JSON.)
    """

    run: str
    run_id: str
    origin: str
    events: int
    verified: int
    failures: tuple[Finding, ...]
    mismatches: tuple[Finding, ...]
    state_hashes: int
    state_hashes_checked: int
    seal: str
    tail_bytes: int
    skipped_bytes: int
    head: str | None
    state_hash: str | None
    file_blake3: str
    verdict: str
    notes: tuple[str, ...]
    unlisted: tuple[int, int] = (0, 0)

    @property
    def line(self) -> str:
        """The one-line result of the seed document."""
        failures, mismatches = len(self.failures) + self.unlisted[0], len(self.mismatches) + self.unlisted[1]
        return (
            f"Verification: {self.verified}/{self.events} events verified, {failures} failures, "
            f"{mismatches} mismatches - {self.verdict}"
        )

    @property
    def first_broken(self) -> int | None:
        """Place of the first event that failed or mismatched: from there on the state is untrusted."""
        return min((f.index for found in (self.failures, self.mismatches) for f in found[:1]), default=None)

    def __str__(self) -> str:
        return self.line


def verification_form(report: VerificationReport) -> dict[str, Any]:
    """Return the report's fields under the names that JSON output has for them: there, an index is "position"."""
    form = asdict(report)
    for name in ("failures", "mismatches"):
        form[name] = tuple({"position": finding.pop("index"), **finding} for finding in form[name])
    return form
