"""Build the verification report from the results of the passes."""

from __future__ import annotations

from collections.abc import Sequence

from replay_gui.core.collection_pause import paused_collection
from replay_gui.core.errors import LogChanged
from replay_gui.core.log.event import event_id
from replay_gui.core.log.fault import Fault
from replay_gui.core.log.log_reader import EventLog
from replay_gui.core.log.positions import FIRST_EVENT, EventIndex, position_after
from replay_gui.core.state.reducer import REDUCER
from replay_gui.core.state.state import EMPTY
from replay_gui.core.translation.messages import tr
from replay_gui.core.verification.passes import (
    EventReplay,
    IntegritySlice,
    OnProgress,
    StatesSlice,
    check_applicable,
    check_integrity,
    check_states,
    start_boundary,
)
from replay_gui.core.verification.verification_report import (
    INVALID,
    MAX_LISTED_FINDINGS,
    NOT_VERIFIABLE,
    VALID,
    Finding,
    VerificationReport,
)


def verify(log: EventLog, on_progress: OnProgress = lambda _offset: None) -> VerificationReport:
    """Verify a whole log in this process.

    Cost: about one and a half times that of scanning, hashing, decoding and encoding each record. If state hashes
    are recorded, a second pass follows: it takes a third more than the hashes themselves.
    """
    with paused_collection():
        return _verify(log, on_progress)


def _verify(log: EventLog, on_progress: OnProgress) -> VerificationReport:
    log.source.hash_reads(log.header.raw)
    replays = log.header.reducer == REDUCER
    replay = EventReplay(log) if replays and not log.records_state_hashes() else None
    integrity = check_integrity(log, start_boundary(log), None, None, on_progress=on_progress, replay=replay)
    states = []
    if replays and integrity.state_hashes:
        states = [check_states(log, (FIRST_EVENT, len(log.header.raw), EMPTY), None, on_progress)]
    elif replays:
        states = [check_applicable(log, on_progress=on_progress) if replay is None else replay.result()]
    return build_verification_report(log, [integrity], states, log.source.hash_of_reads())


def check_unchanged(log: EventLog, report: VerificationReport) -> None:
    """Raise LogChanged if the log was edited while the report was made: its passes may have read different bytes.

    Appended data are not part of the report. Cost: none if the file was not modified, else two passes over it.
    """
    if not log.source.has_changed_since(log.source.changed_at):
        return
    again = check_integrity(log, start_boundary(log), None, None, on_progress=lambda _offset: None)
    head = None if again.end.previous is None else again.end.previous.hex()
    found = again.end.event_index, again.end.event_index - len(again.faults), head
    if found != (report.events, report.verified, report.head) or log.source.blake3() != report.file_blake3:
        raise LogChanged(tr("{path}: it was changed while it was verified; verify it again", path=log.source.path))


def build_verification_report(
    log: EventLog, integrity: Sequence[IntegritySlice], states: Sequence[StatesSlice], file_blake3: str
) -> VerificationReport:
    """Return the report on slices that cover the log in order; `states` is empty if the reducer is unknown here."""
    last = integrity[-1]
    assert last.tail is not None, "the last slice reaches the end of the log"
    failures = [fault for part in integrity for fault in part.faults]
    mismatches = [fault for part in states for fault in part.faults]
    recorded = sum(part.state_hashes for part in integrity)
    checked = sum(part.checked for part in states)
    skipped = sum(part.skipped_bytes for part in integrity)
    seal, tail_bytes = last.tail.seal, last.tail.tail_bytes
    stopped = next((part.stopped for part in states if part.stopped is not None), None)
    sound = not failures and not mismatches and seal != "bad" and (seal == "none" or tail_bytes == 0)
    run_id = log.header.run_id
    unlisted = max(0, len(failures) - MAX_LISTED_FINDINGS), max(0, len(mismatches) - MAX_LISTED_FINDINGS)
    return VerificationReport(
        run=str(log.source.path),
        run_id=run_id,
        origin=log.header.origin,
        events=last.end.event_index,
        verified=last.end.event_index - len(failures),
        failures=tuple(_finding(run_id, fault) for fault in failures[:MAX_LISTED_FINDINGS]),
        mismatches=tuple(_finding(run_id, fault) for fault in mismatches[:MAX_LISTED_FINDINGS]),
        state_hashes=recorded,
        state_hashes_checked=checked,
        seal=seal,
        tail_bytes=tail_bytes,
        skipped_bytes=skipped,
        head=None if last.end.previous is None else last.end.previous.hex(),
        state_hash=states[-1].end_hash.hex() if states and stopped is None else None,
        file_blake3=file_blake3,
        verdict=INVALID if not sound else VALID if stopped is None else NOT_VERIFIABLE,
        notes=(
            *_unlisted_notes(unlisted),
            *([] if stopped is None else [_stopped_note(stopped)]),
            *_notes(log, last, skipped, recorded, bool(states)),
        ),
        unlisted=unlisted,
        stopped=stopped,
    )


def _unlisted_notes(unlisted: tuple[int, int]) -> list[str]:
    failures, mismatches = unlisted
    first = f"{MAX_LISTED_FINDINGS:,}"
    notes = [f"{failures:,} more failures are counted and not listed: the first {first} are."] if failures else []
    return notes + (
        [f"{mismatches:,} more mismatches are counted and not listed: the first {first} are."] if mismatches else []
    )


def _stopped_note(stopped: EventIndex) -> str:
    return (
        f"Replay stopped at event {position_after(stopped):,}: its changes, with those before it, are too much for a "
        "log of this size. Whether that event and later ones apply, and lead to the recorded states, is not known."
    )


def _finding(run_id: str, fault: Fault) -> Finding:
    return Finding(
        index=fault.event_index,
        event_id=event_id(run_id, fault.seq),
        offset=fault.offset,
        problem=fault.problem,
        expected=fault.expected,
        actual=fault.actual,
    )


def _notes(log: EventLog, last: IntegritySlice, skipped: int, recorded: int, reducer_known: bool) -> list[str]:
    """Return notes on what was not, or could not be, checked, which the verdict alone does not show."""
    notes = []
    tail, events = last.tail, last.end.event_index
    assert tail is not None
    if log.header.origin == "imported":
        notes.append("Imported: the hashes cover the time since the import, not the run itself.")
    if tail.seal == "none":
        notes.append(
            "No seal: a log whose last events were removed cannot be distinguished from a run that is still going on."
        )
    elif tail.seal == "bad":
        notes.append("The seal does not match the log.")
    if tail.tail_bytes and tail.seal == "none":
        notes.append(f"Torn tail: {tail.tail_bytes:,} bytes of an interrupted write at byte {tail.offset:,}.")
    elif tail.tail_bytes:
        notes.append(f"{tail.tail_bytes:,} bytes follow the seal; nothing may.")
    if skipped:
        notes.append(f"{skipped:,} bytes were skipped; the events after them are salvaged.")
    if not reducer_known:
        notes.append(f"State hashes were not checked: the reducer {log.header.reducer!r} is not known here.")
    elif recorded == 0:
        notes.append("No state hashes are recorded, so none were checked.")
    elif recorded < events:
        notes.append(f"State hashes are recorded at {recorded:,} of {events:,} events.")
    return notes
