"""Every error that a caller may meet.

ReplayError
├── LogRefused        the file is no replay log that this version may read
├── LogUnreadable     the operating system did not let the file be read
├── LogBusy           another recorder is writing this log
├── LogChanged        the file is no longer the one that was opened
├── EventInvalid      an event that the recorder was asked to write breaks a rule of the format
├── NotApplicable     an event has no effect on the state it meets
├── NotCanonical      bytes that break the rules of canonical msgpack
├── PositionError     no such position, or a path that leads nowhere
├── RulesRefused      a rule, or a file of rules, for comparing that makes no sense
├── NotWritten        a file that was asked for could not be written; what was there before is as it was
├── AnchorRefused     an anchor, a key or a signature that is none, or does not fit
├── ProfileRefused    a redaction profile that makes no sense
└── ImportRefused     a foreign file that no importer, or not the one named, can read

A message is one line that says what is wrong, where, and what to do.
"""

from __future__ import annotations


class ReplayError(Exception):
    """Base of every error this package raises on purpose."""


class LogRefused(ReplayError):
    """The file is no replay log that this version may read."""


class LogUnreadable(ReplayError):
    """The operating system did not let the file be read."""


class LogBusy(ReplayError):
    """Another recorder is writing this log."""


class LogChanged(ReplayError):
    """The file is no longer the one that was opened."""


class EventInvalid(ReplayError):
    """An event that the recorder was asked to write breaks a rule of the format."""


class NotApplicable(ReplayError):
    """An event has no effect on the state it meets; the state stays as it was."""


class NotCanonical(ReplayError):
    """Bytes that break the rules of canonical msgpack."""


class PositionError(ReplayError):
    """No such position, or a path that leads nowhere."""


class RulesRefused(ReplayError):
    """A rule, or a file of rules, for comparing that makes no sense."""


class NotWritten(ReplayError):
    """A file that was asked for could not be written; what was there before is as it was."""


class AnchorRefused(ReplayError):
    """An anchor, a key or a signature that is none, or does not fit."""


class ProfileRefused(ReplayError):
    """A redaction profile that makes no sense."""


class ImportRefused(ReplayError):
    """A foreign file that no importer, or not the one named, can read."""
