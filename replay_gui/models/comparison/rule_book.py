"""The rules that a window compares by: where they are kept, which are switched off, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import platformdirs
from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.divergence.rules import Rule, Rules
from replay_gui.core.divergence.rules_file import read_rules, rules_beside, write_rules
from replay_gui.core.errors import NotWritten, ReplayError
from replay_gui.engine.answers import Alert


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule, as though it were in force, and whether it is."""

    rule: Rule
    on: bool = True


class RuleBook(QObject):
    """The rules of the run in A. A change is in force at once, and in the file as soon as there is one.

    Attributes:
        entries: all rules. path: the file that they are kept in; None until the user has said where.

    Signals:
        changed(): other rules are in force. place_wanted(): the user is to say where rules are kept; `choose_place`.
        place_settled(): that is known now, or of no matter any more. troubled(object): a Trouble.
    """

    changed = Signal()
    place_wanted = Signal()
    place_settled = Signal()
    alert_raised = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: tuple[Entry, ...] = ()
        self.path: Path | None = None
        self._log: Path | None = None
        self._done: list[tuple[Entry, ...]] = []
        self._undone: list[tuple[Entry, ...]] = []

    @property
    def in_force(self) -> tuple[Rule, ...]:
        return tuple(entry.rule for entry in self.entries if entry.on)

    @property
    def beside(self) -> Path | None:
        """The file beside the log, whether it is there or not."""
        return None if self._log is None else rules_beside(self._log)

    @staticmethod
    def everywhere() -> Path:
        """The file of the user's settings."""
        return platformdirs.user_config_path("replay-gui") / "rules.toml"

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        return bool(self._undone)

    def open_for(self, log: str) -> None:
        """Reads the rules of this log: those beside it, else the user's. `changed` is not emitted."""
        if self._log == Path(log):
            return
        self._log, self.path, self.entries = Path(log), None, ()
        self._done, self._undone = [], []
        for path in (rules_beside(self._log), self.everywhere()):
            if path.exists():
                try:
                    self.entries = tuple(Entry(replace(rule, enabled=True), rule.enabled) for rule in read_rules(path))
                    self.path = path
                except ReplayError as why:
                    self.alert_raised.emit(Alert("warning", f"The rules are not in force. {why}"))
                break
        self.place_settled.emit()

    # ---- changing ---------------------------------------------------------------------------------
    def add(self, rule: Rule) -> None:
        """Puts a rule in force; one that is there already is switched on."""
        if not any(entry.rule == rule for entry in self.entries):
            self._become((*self.entries, Entry(rule)))
        elif Entry(rule, False) in self.entries:
            self._become(tuple(Entry(rule) if entry.rule == rule else entry for entry in self.entries))

    def remove(self, place: int) -> None:
        self._become(self.entries[:place] + self.entries[place + 1 :])

    def switch(self, place: int, on: bool) -> None:
        """In force or not; it stays in the file."""
        changed = replace(self.entries[place], on=on)
        self._become((*self.entries[:place], changed, *self.entries[place + 1 :]))

    @Slot()
    def undo(self) -> None:
        if self._done:
            self._undone.append(self.entries)
            self._use(self._done.pop())

    @Slot()
    def redo(self) -> None:
        if self._undone:
            self._done.append(self.entries)
            self._use(self._undone.pop())

    def choose_place(self, path: Path) -> None:
        """Rules are kept there from now on."""
        self.path = path
        self._save()
        self.place_settled.emit()

    def _become(self, entries: tuple[Entry, ...]) -> None:
        self._done.append(self.entries)
        self._undone.clear()
        self._use(entries)

    def _use(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries
        if self.path is not None:
            self._save()
        elif entries:
            self.place_wanted.emit()
        else:
            self.place_settled.emit()
        self.changed.emit()

    def _save(self) -> None:
        assert self.path is not None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_rules(Rules(replace(entry.rule, enabled=entry.on) for entry in self.entries), self.path)
        except OSError as why:
            self.alert_raised.emit(Alert("warning", f"{self.path}: the rules are not saved: {why.strerror or why}"))
        except NotWritten as why:
            self.alert_raised.emit(Alert("warning", str(why)))
