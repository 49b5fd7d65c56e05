"""All errors that this package raises on purpose.

ReplayError
├── LogRefused        the file is not a replay log that this version can read
├── LogUnreadable     the operating system did not allow the file to be read or written
├── LogBusy           another recorder is writing this log
├── LogChanged        the file is no longer the one that was opened
├── EventInvalid      an event that the recorder was asked to write breaks a rule of the format
├── TooCostly         a log's events cause more work than a log of its size may
├── NotApplicable     an event cannot be applied to the state before it
├── SnapshotDamaged   a cached state is not as it was written
├── NotCanonical      bytes or values that break the rules of canonical msgpack
├── PositionError     no such position, index or path (also an IndexError)
├── PatternRefused    a regular expression that is not valid, or that takes too long
├── RulesRefused      a comparison rule, or a file of such rules, that is invalid
├── NotesRefused      notes on a run, or an expression for passed runs, that are invalid
├── NotWritten        a file could not be written; the file that was there before is unchanged
├── AnchorRefused     an anchor, key or signature that is invalid or does not match
├── ProfileRefused    a redaction profile that is invalid
├── AnswerNotRecorded a re-run needs an answer that the log does not hold in a usable form
├── RerunRefused      a log that cannot be run again, or a command that cannot be recorded
├── CatalogueRefused  a folder that is not a catalogue, or one that is damaged; a query that it does not answer
├── ExtraMissing      a package that an extra installs is missing
└── ImportRefused     a file of another format that no importer, or not the named one, can read
    └── FormatUnknown no importer recognises the file

Each message is one line that states what is wrong, where, and what to do.
"""

from __future__ import annotations


class ReplayError(Exception):
    """Base of every error that this package raises on purpose."""


class LogRefused(ReplayError):
    """The file is not a replay log that this version can read."""


class LogUnreadable(ReplayError):
    """The operating system did not allow the file to be read or written."""


class LogBusy(ReplayError):
    """Another recorder is writing this log."""


class LogChanged(ReplayError):
    """The file is no longer the one that was opened: it became shorter, or its records moved."""


class EventInvalid(ReplayError):
    """An event that the recorder was asked to write breaks a rule of the format."""


class TooCostly(ReplayError):
    """A log's events cause more work than a log of its size may."""


class NotApplicable(ReplayError):
    """An event cannot be applied to the state before it; the state stays unchanged."""


class SnapshotDamaged(ReplayError):
    """A part of a cached state is damaged: it is read when it is needed, and only then found to be."""


class NotCanonical(ReplayError):
    """Bytes or values that break the rules of canonical msgpack."""


class PositionError(ReplayError, IndexError):
    """The log has no such position or index, or the state has no value at a path."""


class PatternRefused(ReplayError):
    """A regular expression of a file or a user that is invalid, or that takes too long on its texts."""


class RulesRefused(ReplayError):
    """A comparison rule, or a file of such rules, that is invalid."""


class NotesRefused(ReplayError):
    """Notes on a run, or an expression for passed runs, that are invalid."""


class NotWritten(ReplayError):
    """A file could not be written; the file that was there before is unchanged."""


class AnchorRefused(ReplayError):
    """An anchor, a key or a signature that is invalid or does not match."""


class ProfileRefused(ReplayError):
    """A redaction profile that is invalid."""


class ImportRefused(ReplayError):
    """A file of another format that no importer, or not the named one, can read."""


class FormatUnknown(ImportRefused):
    """No importer recognises the file; an importer named by the user may still read it."""


class AnswerNotRecorded(ReplayError):
    """A re-run needs an answer that the log does not hold in a usable form."""


class RerunRefused(ReplayError):
    """A log cannot be run again, or a command cannot be recorded."""


class CatalogueRefused(ReplayError):
    """A folder that is not a catalogue or a damaged one, or a query that it does not answer."""


class ExtraMissing(ReplayError):
    """A package that an extra of this program installs is missing."""
