"""The last change and the last check of a run, and whether certainly no check came after the change."""

from __future__ import annotations

import re
from collections.abc import Iterable

from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import runs_code
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.file_edits import is_same_file, removes_files

_NEEDS_NO_CHECK = re.compile(
    r"/tmp/|/var/tmp/|/dev/|tmp/"  # scratch folders
    r"|(?:.*/)?(?:[\w.-]+\.(?:patch|diff)|(?:patch|diff)\.txt)$"  # a patch that is written to a file
    r"|(?:.*/)?(?:[\w.-]+\.(?:md|rst|adoc)|(?:LICENSE|CHANGELOG|CHANGES|AUTHORS|NEWS)(?:\.txt)?)$"  # documentation
    r"|git (?:add|commit|push|tag|fetch|config|branch|init|remote)$"  # the recorded files stay unchanged
)


class CheckWatch:
    """Receive the calls of a run in order.

    Scratch files, a patch written to a file, documentation, a commit, and the removal of the run's own files do not
    count as changes.

    Attributes:
        last_change: the last call that changed something that can be checked; None if there is none.
        last_check: the last call that checks, whatever else it does; None if there is none.
    """

    def __init__(self) -> None:
        self.last_change: ToolCall | None = None
        self.last_check: ToolCall | None = None
        self._leaves_unchecked = False  # whether the last check was followed by a change in the same text
        self._last_unknown = -1  # index of the last command that may have been a check
        self._written: set[str] = set()

    def add_call(self, call: ToolCall) -> None:
        """Process the next call."""
        if call.effect is Effect.UNKNOWN and runs_code(call.tool):
            self._last_unknown = call.request
        if call.checks and call.response is None:
            self.note_possible_check(call.request)  # it may not have run
        elif call.checks:
            self.last_check = call
            self._leaves_unchecked = any(not _NEEDS_NO_CHECK.match(target) for target in call.unchecked)
        if call.changed and not self._is_no_change(call):
            self.last_change = call
        if call.effect is Effect.CHANGES:  # a text of several commands may fail after writing a file
            self._written.update(call.targets)

    def note_possible_check(self, index: EventIndex) -> None:
        """Note an event that is no call, and may be a check: what was not checked is then not certain."""
        self._last_unknown = max(self._last_unknown, index)

    @property
    def has_check_after(self) -> bool:
        """Whether the last check came after the last change; in one text of several commands, as far as is known."""
        if self.last_check is None or self.last_change is None:
            return False
        if self.last_check is self.last_change:
            return not self._leaves_unchecked
        return self.last_check.request > self.last_change.request

    @property
    def lacks_check_after(self) -> bool:
        """Whether certainly no check came after the last change: a command of unknown effect may be one."""
        change = self.last_change
        return change is not None and not self.has_check_after and self._last_unknown < change.request

    @property
    def lacks_checks(self) -> bool:
        """Whether the run certainly made no check."""
        return self.last_check is None and self._last_unknown < 0

    def _is_no_change(self, call: ToolCall) -> bool:
        targets = call.targets
        if not targets:
            return False
        if all(_NEEDS_NO_CHECK.match(target) for target in targets):
            return True
        return removes_files(call) and all(map(self._was_written, targets))

    def _was_written(self, target: str) -> bool:
        return target in self._written or any(is_same_file(path, target) for path in self._written)


def watch_checks(calls: Iterable[ToolCall]) -> CheckWatch:
    """Return the changes and checks of a whole run."""
    watch = CheckWatch()
    for call in calls:
        watch.add_call(call)
    return watch
