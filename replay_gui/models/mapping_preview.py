"""The events that the first records of a JSON Lines file become by a mapping, as a Qt table."""

from __future__ import annotations

import itertools
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt, Signal, Slot

from replay_gui.core.importers.generic.importer import events_from
from replay_gui.core.importers.generic.mapping import Mapping, guess_mapping
from replay_gui.core.importers.import_notes import ImportNotes
from replay_gui.core.importers.imported_run import ImportedEvent
from replay_gui.core.log.event import Event
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.text.clock import utc_text
from replay_gui.core.text.event_text import summarize_event
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.translation.messages import tr, translatable
from replay_gui.engine.answers import MappingSaved, Sampled
from replay_gui.models.any_index import AnyIndex
from replay_gui.models.source_session import SourceSession


class MappingColumn(IntEnum):
    """A column of the preview."""

    RECORD = 0
    KIND = 1
    TIME = 2
    TOOL = 3
    SUMMARY = 4


_HEADINGS = {
    MappingColumn.RECORD: translatable("Record"),
    MappingColumn.KIND: translatable("Kind"),
    MappingColumn.TIME: translatable("Time"),
    MappingColumn.TOOL: translatable("Tool"),
    MappingColumn.SUMMARY: translatable("What it says"),
}
MAX_EVENTS = 50
_MAX_MEMBERS = 200


class MappingPreview(QAbstractTableModel):
    """One row for each event from the first records.

    Attributes:
        members: the possible sources of a part: names of members, and paths of members inside members.
        mapping: the mapping in force.
        problem: why there is no sample, or "".

    Signals:
        loaded(): the sample has arrived, or `problem` is set.
        saved(): the mapping was saved. save_failed(str): it was not saved; the reason.
    """

    loaded = Signal()
    saved = Signal()
    save_failed = Signal(str)

    def __init__(self, path: str, sources: SourceSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.members: tuple[str, ...] = ()
        self.mapping = Mapping()
        self.problem = ""
        self._records: tuple[dict[str, Any], ...] = ()
        self._events: list[ImportedEvent] = []
        self._sources = sources
        sources.sampled.connect(self._on_sampled)
        sources.mapping_saved.connect(self._on_mapping_saved)
        self._number = sources.request_sample(path)

    @property
    def guessed(self) -> Mapping:
        """The mapping that the names of the members suggest."""
        return guess_mapping(self._records)

    def set_mapping(self, mapping: Mapping) -> None:
        """Show the records under another mapping."""
        self.beginResetModel()
        self.mapping = mapping
        events = events_from(enumerate(self._records, 1), mapping, ImportNotes())
        self._events = list(itertools.islice(events, MAX_EVENTS))
        self.endResetModel()

    def save(self) -> None:
        """Save the mapping for files like this one, or remove it if it equals the guess; emits `saved`."""
        mapping = None if self.mapping == self.guessed else self.mapping
        self._sources.request_save(self._number, self._records, mapping)

    @Slot(object)
    def _on_mapping_saved(self, saved: MappingSaved) -> None:
        if saved.number != self._number:
            return
        if saved.problem:
            self.save_failed.emit(saved.problem)
        else:
            self.saved.emit()

    @Slot(object)
    def _on_sampled(self, sampled: Sampled) -> None:
        if sampled.number != self._number:
            return
        self._records, self.problem = sampled.records, sampled.problem
        if not self._records and not self.problem:
            self.problem = tr("There is no JSON object at the beginning of this file.")
        self.members = tuple(dict.fromkeys(path for record in self._records for path in _paths(record)))[:_MAX_MEMBERS]
        self.set_mapping(sampled.mapping or self.guessed)
        self.loaded.emit()

    # ---- Qt's model interface --------------------------------------------------------------------------
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of events."""
        return 0 if parent.isValid() else len(self._events)

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        """The number of columns."""
        return 0 if parent.isValid() else len(MappingColumn)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's heading or its alignment."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return tr(_HEADINGS[MappingColumn(section)]) if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a cell's text."""
        if not index.isValid() or role != Qt.ItemDataRole.DisplayRole:
            return None
        event = self._events[index.row()]
        match MappingColumn(index.column()):
            case MappingColumn.RECORD:
                return str(event.meta.get("line", ""))
            case MappingColumn.KIND:
                return one_line(event.kind, 60)
            case MappingColumn.TIME:
                return utc_text(event.meta.get("time"))
            case MappingColumn.TOOL:
                return one_line(str(event.payload.get("tool_name") or ""), 60)
            case MappingColumn.SUMMARY:
                return summarize_event(
                    Event(EventIndex(0), 0, 0, "", event.kind, event.payload, event.meta, b"", None, None)
                )


def _paths(record: dict[str, Any]) -> list[str]:
    """Return the names of members, and the paths, with dots, of members of members."""
    paths = []
    for name, value in record.items():
        paths.append(name)
        if isinstance(value, dict):
            paths += [f"{name}.{inner}" for inner in value]
    return paths
