"""The rules of a window's comparison: their file, which of them are switched off, undo and redo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QObject, Signal, Slot

from replay_gui.core.translation.messages import tr
from replay_gui.engine.answers import Alert, RulesRead, RulesWritten
from replay_gui.models.source_session import SourceSession
from replay_gui.models.undo_history import Undoable

if TYPE_CHECKING:  # the first window has no rule
    from replay_gui.core.divergence.rules.rules import Rule
    from replay_gui.core.effects.effect import Effect


@dataclass(frozen=True, slots=True)
class RuleOffer:
    """Rules beside the log that the user has not allowed: their file and their number."""

    path: Path
    count: int


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """A rule, always with `enabled` set, and whether it is in force."""

    rule: Rule
    on: bool = True


class _Reading(Enum):
    """The reading of the file of rules."""

    ENDED = auto()
    UNDER_WAY = auto()
    ALLOWING = auto()  # under way, because the user has allowed the rules beside the log


_Change: TypeAlias = tuple[tuple[RuleEntry, ...], tuple[RuleEntry, ...]]  # the entries before and after


class RuleBook(Undoable[_Change]):
    """The rules for the run in A. A change takes effect immediately, and is saved as soon as the file is known.

    The engine reads and writes the file, so the window never waits for the disk.

    Attributes:
        entries: all rules. path: the file in which they are kept; None until the user has chosen one.
        offer: rules that the user may allow, or None.

    Signals:
        loaded(): the rules of the log given to `open_for` are in force. changed(): the user changed them.
        file_wanted(): the user must choose a file for the rules, by `choose_file`.
        file_settled(): the file is known now, or not needed any more. alert_raised(object): an Alert.
        offer_changed(): `offer` has changed.
    """

    loaded = Signal()
    changed = Signal()
    file_wanted = Signal()
    file_settled = Signal()
    offer_changed = Signal()
    alert_raised = Signal(object)

    def __init__(self, sources: SourceSession, parent: QObject | None = None) -> None:
        """`sources`: sends the requests for the file."""
        super().__init__(parent)
        self.entries: tuple[RuleEntry, ...] = ()
        self.path: Path | None = None
        self.offer: RuleOffer | None = None
        self._sources = sources
        self._log: Path | None = None
        self._reading = _Reading.ENDED
        sources.rules_read.connect(self._on_rules_read)
        sources.rules_written.connect(self._on_rules_written)

    @property
    def is_loading(self) -> bool:
        """Whether the file is being read; `loaded` follows."""
        return self._reading is not _Reading.ENDED

    @property
    def in_force(self) -> tuple[Rule, ...]:
        """The rules that are switched on, in their order."""
        return tuple(entry.rule for entry in self.entries if entry.on)

    @property
    def effects(self) -> dict[str, Effect]:
        """The effects of tools, by name, from the rules that are switched on."""
        from replay_gui.core.divergence.rules.rules import Rules

        return Rules(self.in_force).effects

    @property
    def file_beside_log(self) -> Path | None:
        """The path of the rules file beside the log; the file need not exist."""
        from replay_gui.core.divergence.rules.rules_file import rules_beside  # the first window needs no TOML

        return None if self._log is None else rules_beside(self._log)

    @staticmethod
    def user_file() -> Path:
        """The path of the rules file among the user's settings."""
        from replay_gui.engine.opening import user_rules  # the first window needs no index

        return user_rules()

    def open_for(self, log: str) -> None:
        """Read the rules for this log: those beside it, else the user's. `loaded` follows; at once for the same log."""
        if self._log == Path(log):
            if not self.is_loading:
                self.loaded.emit()
            return
        self._log, self.path, self.entries = Path(log), None, ()
        self._forget_changes()
        self._reading = _Reading.UNDER_WAY
        self._set_offer(None)
        self.file_settled.emit()
        self._sources.request_rules(log)

    @Slot()
    def allow_offer(self) -> None:
        """Use the rules beside the log, and those beside other logs of its folder from now on.

        They replace the user's own rules; rules that are not yet kept in a file are added to them. `changed` follows.
        """
        if self.offer is None or self._log is None:
            return
        if self.path is not None:
            self.path, self.entries = None, ()
        self._reading = _Reading.ALLOWING
        self._set_offer(None)
        self._sources.request_rules(str(self._log), allow=True)

    @Slot()
    def refuse_offer(self) -> None:
        """Do not use the rules beside the log."""
        self._set_offer(None)

    def _set_offer(self, offer: RuleOffer | None) -> None:
        if offer != self.offer:
            self.offer = offer
            self.offer_changed.emit()

    @Slot(object)
    def _on_rules_read(self, read: RulesRead) -> None:
        if not self.is_loading or self._log != Path(read.log):
            return  # of an earlier log
        reading, self._reading = self._reading, _Reading.ENDED
        if read.problem:
            self.alert_raised.emit(Alert("warning", tr("The rules are not in force. {reason}", reason=read.problem)))
        entries = tuple(RuleEntry(replace(rule, enabled=True), rule.enabled) for rule in read.rules)
        rules = {entry.rule for entry in entries}
        added = tuple(entry for entry in self.entries if entry.rule not in rules)  # while the file was read
        self.path = None if read.path is None else Path(read.path)
        self.entries = entries + added
        self._forget_changes()
        if added:
            self._keep()
        self._set_offer(None if read.unused is None else RuleOffer(Path(read.unused), read.unused_count))
        self.loaded.emit()
        if reading is _Reading.ALLOWING:
            self.changed.emit()

    @Slot(object)
    def _on_rules_written(self, written: RulesWritten) -> None:
        if written.problem:
            self.alert_raised.emit(Alert("warning", written.problem))

    # ---- changing ---------------------------------------------------------------------------------
    def add(self, rule: Rule) -> None:
        """Add a rule, or switch on an equal one."""
        if not any(entry.rule == rule for entry in self.entries):
            self._replace((*self.entries, RuleEntry(rule)))
        elif RuleEntry(rule, False) in self.entries:
            self._replace(tuple(RuleEntry(rule) if entry.rule == rule else entry for entry in self.entries))

    def set_effect(self, tool: str, effect: Effect | None) -> None:
        """Set the effect of a tool by a rule, which replaces earlier ones; None: remove the rule."""
        from replay_gui.core.divergence.rules.rules import EFFECT_ACTIONS, Rule

        actions = EFFECT_ACTIONS.values()
        others = tuple(e for e in self.entries if e.rule.tool != tool or e.rule.action not in actions)
        added = () if effect is None else (RuleEntry(Rule(EFFECT_ACTIONS[effect], tool=tool)),)
        if (*others, *added) != self.entries:
            self._replace((*others, *added))

    def remove(self, number: int) -> None:
        """Remove a rule, given its number among `entries`, switched on or not; this can be undone."""
        self._replace(self.entries[:number] + self.entries[number + 1 :])

    def switch(self, number: int, on: bool) -> None:
        """Switch a rule on or off, given its number among `entries`; it stays in the file."""
        changed = replace(self.entries[number], on=on)
        self._replace((*self.entries[:number], changed, *self.entries[number + 1 :]))

    def choose_file(self, path: Path) -> None:
        """Keep the rules in this file from now on; if it is the offered file, join its rules with the present ones."""
        if self.offer is not None and path == self.offer.path:
            self.path = None
            self.allow_offer()
            return
        self.path = path
        self._save()
        self.file_settled.emit()

    def _replace(self, entries: tuple[RuleEntry, ...]) -> None:
        from replay_gui.models.comparison.comparison_words import rule_words

        before = self.entries
        changed = [entry for entry in (*entries, *before) if entry not in before or entry not in entries]
        # No rule is new or gone if only the order changes, or one of two equal rules is removed.
        words = tr("rule “{rule}”", rule=": ".join(rule_words(changed[0].rule))) if changed else tr("rules")
        self._apply(entries)
        self._remember((before, entries), words)

    def _make(self, change: _Change, *, back: bool) -> None:
        self._apply(change[0] if back else change[1])

    def _apply(self, entries: tuple[RuleEntry, ...]) -> None:
        self.entries = entries
        if not self.is_loading:  # otherwise the content of the file would be overwritten
            self._keep()
        self.changed.emit()

    def _keep(self) -> None:
        if self.path is not None:
            self._save()
            self.file_settled.emit()
        elif self.entries:
            self.file_wanted.emit()
        else:
            self.file_settled.emit()

    def _save(self) -> None:
        assert self.path is not None
        rules = tuple(replace(entry.rule, enabled=entry.on) for entry in self.entries)
        self._sources.request_write_rules(str(self.path), rules)
