"""The requests of a window about files: the sources of runs and their formats, and the user's mappings and rules."""

from __future__ import annotations

import itertools
from collections import abc
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, Protocol, assert_never

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.log.positions import Position
from replay_gui.engine.answers import Formats, MappingSaved, RulesRead, RulesWritten, Sampled, TextRead
from replay_gui.engine.bridge import EngineBridge
from replay_gui.engine.requests import (
    Answer,
    ListFormats,
    ReadRules,
    ReadText,
    Request,
    RequestBody,
    SaveMapping,
    TakeSample,
    WriteRules,
)
from replay_gui.engine.sessions_messages import ListSessions, SessionsListed, SourceAnswer

if TYPE_CHECKING:  # the first window needs no importer
    from collections.abc import Sequence

    from replay_gui.core.divergence.rules.rules import Rule
    from replay_gui.core.facts.known_sessions import KnownFolder
    from replay_gui.core.importers.generic.mapping import Mapping


class LastPositionsOf(Protocol):
    """Returns the positions at which the user left the runs of a file, by run id."""

    def __call__(self, path: str, /) -> abc.Mapping[str, Position]:
        """Return position by run id; empty for a file that was never opened."""


class SourceSession(QObject):
    """The requests about files, and their answers.

    Signals:
        sampled(object): Sampled. mapping_saved(object): MappingSaved.
        text_read(object): TextRead. sessions_listed(object): SessionsListed.
        formats_known(object): a tuple of (name, title), one for each importer.
        rules_read(object): RulesRead. rules_written(object): RulesWritten.
    """

    sampled = Signal(object)
    mapping_saved = Signal(object)
    text_read = Signal(object)
    sessions_listed = Signal(object)
    formats_known = Signal(object)
    rules_read = Signal(object)
    rules_written = Signal(object)

    def __init__(self, bridge: EngineBridge | None, parent: QObject | None = None) -> None:
        """Without a bridge, no request is sent and no answer comes."""
        super().__init__(parent)
        self._bridge = bridge
        self._numbers = itertools.count(1)
        self._formats_requested = False
        self._formats: tuple[tuple[str, str], ...] = ()  # empty until they are known
        if bridge is not None:
            bridge.answered.connect(self._on_answered)

    def request_sessions(self, folders: Sequence[KnownFolder]) -> None:
        """List the newest sessions in known folders."""
        self._send_request("sessions", ListSessions(tuple(folders)))

    def request_sample(self, path: str) -> int:
        """Read the first records of a JSON Lines file."""
        number = next(self._numbers)
        self._send_request("sample", TakeSample(number, path))
        return number

    def request_text(self, path: str) -> None:
        """Read a bounded part of any file as text."""
        self._send_request("text", ReadText(path))

    def request_save(self, number: int, records: tuple[dict[str, Any], ...], mapping: Mapping | None) -> None:
        """Save a mapping for files with the records of sample `number`, or remove it (None)."""
        self._send_request("save mapping", SaveMapping(number, records, mapping))

    def request_formats(self) -> None:
        """List the importers, immediately if they are known; only the first call sends a request."""
        if self._formats:
            self.formats_known.emit(self._formats)
        elif not self._formats_requested:
            self._formats_requested = True
            self._send_request("formats", ListFormats())

    def request_rules(self, log: str, allow: bool = False) -> None:
        """Read the rules that are in force for a log; `rules_read` brings them. `allow`: as in ReadRules."""
        self._send_request("read rules", ReadRules(log, allow))

    def request_write_rules(self, path: str, rules: tuple[Rule, ...]) -> None:
        """Write all rules to a file, instead of a write that still waits; emits `rules_written`."""
        self._send_request(("write rules", path), WriteRules(path, rules))

    def _send_request(self, key: Hashable, body: RequestBody) -> None:
        if self._bridge is not None:
            self._bridge.send_request(key, Request(0, body))

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if isinstance(answer.value, SourceAnswer):
            self._on_source_answer(answer.value)

    def _on_source_answer(
        self, value: SessionsListed | Sampled | MappingSaved | TextRead | Formats | RulesRead | RulesWritten
    ) -> None:
        match value:
            case SessionsListed():
                self.sessions_listed.emit(value)
            case Sampled():
                self.sampled.emit(value)
            case MappingSaved():
                self.mapping_saved.emit(value)
            case TextRead():
                self.text_read.emit(value)
            case Formats(formats):
                self._formats = formats
                self.formats_known.emit(formats)
            case RulesRead():
                self.rules_read.emit(value)
            case RulesWritten():
                self.rules_written.emit(value)
            case _:
                assert_never(value)
