"""What is wrong with a record, an event or a run, and what an importer notes, in the user's language.

Verification, replay and importers write these sentences in English, because logs and reports that programs read contain
them, and they are compared. They are recognised by their messages where they are shown.
"""

from __future__ import annotations

import re

from replay_gui.core.translation.messages import SOURCE_LANGUAGE, language, tr, translatable
from replay_gui.core.translation.numbers import whole_number
from replay_gui.core.translation.recognition import NUMBER, Recogniser

_SENTENCES = (
    # of a record
    translatable("the hash does not match the record and the one before it"),
    translatable("replay does not reproduce the recorded state hash"),
    translatable("the event cannot be applied to the state"),
    translatable("a skipped stretch cannot be applied to the state"),
    translatable("meta has no seq that is a whole number"),
    translatable("seq does not follow that of the record before"),
    translatable("parent is not the seq of an earlier event"),
    translatable("the content breaks the format: {reason}"),
    translatable("the meta breaks the format: {reason}"),
    translatable("the content cannot be read: {reason}"),
    translatable("the meta cannot be read: {reason}"),
    translatable("is not [kind, payload]"),
    translatable("the content is not [kind, payload]"),
    translatable("is no map"),
    translatable("not in canonical form"),
    translatable("not in canonical form, or {reason}"),
    translatable(
        "{bytes} bytes are no record and were skipped; searching for later records was stopped, because it has cost"
        " too much for a file of this size"
    ),
    translatable("{bytes} bytes are no record and were skipped"),
    translatable("these bytes are no record and were skipped"),
    translatable("these bytes are no record"),
    # of a value
    translatable("not msgpack: bytes follow the value"),
    translatable("not msgpack: cut short"),
    translatable("not msgpack: no value begins with the byte {byte}"),
    translatable("not msgpack: {original}"),
    translatable("nested deeper than {levels}"),
    translatable("a key is not a string"),
    translatable("a key is longer than 4 KiB"),
    translatable("an extension type"),
    translatable("extension type {number}"),
    translatable("a NaN that is not 7ff8000000000000"),
    # of a payload, in the words of the library that compares it with the structure of its kind
    translatable("{kind}: Object missing required field `{field}`"),
    translatable("{kind}: Object missing required field `{field}` - at `{path}`"),
    translatable("{kind}: Expected `{expected}`, got `{found}`"),
    translatable("{kind}: Expected `{expected}`, got `{found}` - at `{path}`"),
    # of an event that has no effect on the state
    translatable("the state would break a limit: {reason}"),
    translatable("{key} in the state is no map"),
    translatable("{key} in the state is no list"),
    translatable("{key} in the state is no counter"),
    translatable("a path leads through a value that is neither a map nor a list"),
    translatable("no member {key}"),
    translatable("no index {key}"),
    translatable("MemoryWrite: a value is required unless the operation is delete"),
    translatable("ops has something that is no add, replace or remove with a path"),
    translatable("not a pointer to a member: {path}: {reason}"),
    translatable("not a pointer to a member: {path}"),
    translatable("it begins with / (or is empty, for all of it)"),
    translatable("after ~ stands 0 (for ~) or 1 (for /)"),
    # of a run
    translatable("none"),
    translatable("good"),
    translatable("bad"),
    translatable("Imported: the hashes cover the time since the import, not the run itself."),
    translatable(
        "No seal: a log whose last events were removed cannot be distinguished from a run that is still going on."
    ),
    translatable("The seal does not match the log."),
    translatable("Torn tail: {bytes} bytes of an interrupted write at byte {offset}."),
    translatable("{bytes} bytes follow the seal; nothing may."),
    translatable("{bytes} bytes were skipped; the events after them are salvaged."),
    translatable("State hashes were not checked: the reducer {reducer} is not known here."),
    translatable("No state hashes are recorded, so none were checked."),
    translatable("State hashes are recorded at {recorded} of {events} events."),
    translatable("{failures} more failures are counted and not listed: the first {listed} are."),
    translatable("{mismatches} more mismatches are counted and not listed: the first {listed} are."),
    translatable(
        "Replay stopped at event {event}: its changes, with those before it, are too much for a log of this size."
        " Whether that event and later ones apply, and lead to the recorded states, is not known."
    ),
    translatable("This format carries no hashes, so nothing protects the run."),
    translatable("This format carries no hashes, so nothing protects the run. {more}"),
    translatable(
        "Checked by the hashes and rules of the file's own format, which link no event to the one before. {more}"
    ),
    translatable("Checked by the hashes and rules of the file's own format, which link no event to the one before."),
    translatable("Its state is the one that was recorded."),
    translatable("Its state is derived from its events."),
    translatable(
        "Verification: {verified}/{events} events verified, {failures} failures, {mismatches} mismatches - {verdict}"
    ),
    translatable("VALID"),
    translatable("INVALID"),
    translatable("NOT VERIFIABLE"),
)
_NUMBERS = (
    "bytes",
    "offset",
    "recorded",
    "events",
    "verified",
    "failures",
    "mismatches",
    "listed",
    "event",
    "levels",
    "number",
)
"""Fields that are numbers. A key or a path in a log may be all digits, too, and stays as it is."""

_WORDS = {"kind": r"\w{1,40}", "field": r"\w{1,40}", "expected": "[^`]{1,200}", "found": r"\w{1,40}", "path": ".+?"}
"""Fields of what a library says on a payload; `path` is any text, here as elsewhere."""

_RECOGNISER = Recogniser(
    _SENTENCES, {**dict.fromkeys(_NUMBERS, NUMBER), **_WORDS}, within=("reason", "more", "verdict")
)

_MAX_REASON_CHARACTERS = 200
_NOTE = re.compile(rf"(?P<reason>.{{1,{_MAX_REASON_CHARACTERS}}}?): (?P<number>{NUMBER})(?=\Z| \()", re.DOTALL)
"""The begin of an import note, as `ImportNotes.sentences` writes it; examples may follow, in round brackets."""


def sentence_text(sentence: str) -> str:
    """Return a sentence on a record, an event or a run, or an import note, in the user's language.

    One that is not known is unchanged, and so are the names and examples in one, which may be texts of a log.
    """
    if language() == SOURCE_LANGUAGE:
        return sentence
    shown = _RECOGNISER.text(sentence)
    return _note_text(sentence) if shown == sentence else shown


def _note_text(note: str) -> str:
    begin = _NOTE.match(note)
    reason = "" if begin is None else tr(begin["reason"])
    if begin is None or reason == begin["reason"]:
        return note
    number = whole_number(int(begin["number"].replace(",", "")))
    return f"{reason}: {number}{note[begin.end() :]}"
