"""Sentences that the code writes in English, because programs read them, and that people read in their language.

By file; a field is written as ``{}``.
"""

from __future__ import annotations

ENGLISH_SENTENCES: dict[str, set[str]] = {
    "core/log/canonical.py": {
        "extension type {}",
        "not in canonical form",
        "not msgpack: {}",
        "an extension type",
        "nested deeper than {}",
        "a key is not a string",
        "a key is longer than 4 KiB",
        "a NaN that is not 7ff8000000000000",
    },
    "core/log/deep_msgpack.py": {
        "a key is not a string",
        "nested deeper than {}",
        "not msgpack: bytes follow the value",
        "not msgpack: no value begins with the byte {}",
        "not msgpack: cut short",
        "not msgpack: {}",
        "an extension type",
    },
    "core/log/event.py": {
        "the content is not [kind, payload]",
        "the content cannot be read: {}",
        "the meta cannot be read: {}",
    },
    "core/log/fault.py": {
        "the event cannot be applied to the state",
        "a skipped stretch cannot be applied to the state",
    },
    "core/log/log_reader.py": {
        "{} bytes are no record and were skipped",
        "these bytes are no record and were skipped",
    },
    "core/replay/replayer.py": {
        "these bytes are no record",
    },
    "core/state/draft.py": {
        "the state would break a limit: {}",
        "{} in the state is no map",
        "{} in the state is no list",
        "a path leads through a value that is neither a map nor a list",
        "no member {}",
        "no index {}",
    },
    "core/state/reducer.py": {
        "{} in the state is no counter",
        "MemoryWrite: a value is required unless the operation is delete",
        "ops has something that is no add, replace or remove with a path",
        "not a pointer to a member: {}: {}",
        "not a pointer to a member: {}",
    },
    "core/verification/foreign_verification.py": {
        "Checked by the hashes and rules of the file's own format, which link no event to the one before.",
        "Its state is the one that was recorded.",
        "Its state is derived from its events.",
    },
    "core/verification/integrity.py": {
        "the hash does not match the record and the one before it",
        "{} bytes are no record and were skipped",
        "{} bytes are no record and were skipped; searching for later records was stopped, because it has "
        "cost too much for a file of this size",
        "the content breaks the format: {}",
        "is not [kind, payload]",
        "the meta breaks the format: {}",
        "is no map",
        "meta has no seq that is a whole number",
        "seq does not follow that of the record before",
        "parent is not the seq of an earlier event",
        "not in canonical form, or {}",
    },
    "core/verification/passes.py": {
        "replay does not reproduce the recorded state hash",
    },
    "core/verification/verification_report.py": {
        "NOT VERIFIABLE",
        "This format carries no hashes, so nothing protects the run.",
        "Verification: {}/{} events verified, {} failures, {} mismatches - {}",
    },
    "core/verification/verify_log.py": {
        "{} more failures are counted and not listed: the first {} are.",
        "{} more mismatches are counted and not listed: the first {} are.",
        "Replay stopped at event {}: its changes, with those before it, are too much for a log of this "
        "size. Whether that event and later ones apply, and lead to the recorded states, is not known.",
        "Imported: the hashes cover the time since the import, not the run itself.",
        "No seal: a log whose last events were removed cannot be distinguished from a run that is still going on.",
        "The seal does not match the log.",
        "Torn tail: {} bytes of an interrupted write at byte {}.",
        "{} bytes follow the seal; nothing may.",
        "{} bytes were skipped; the events after them are salvaged.",
        "State hashes were not checked: the reducer {} is not known here.",
        "No state hashes are recorded, so none were checked.",
        "State hashes are recorded at {} of {} events.",
    },
}
