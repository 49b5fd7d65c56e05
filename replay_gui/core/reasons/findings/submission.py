"""The submission of a run: its patch, or the net change of each file, and the calls that edited it."""

from __future__ import annotations

from replay_gui.core.effects.answers import answer_text
from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.effects.tool_names import name_words, runs_code
from replay_gui.core.effects.word_lists import word_set
from replay_gui.core.log.kinds import OUTCOME, Kind
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.reasons.evidence.file_edits import (
    FileChanges,
    apply_edit,
    changes_of_calls,
    changes_of_patch,
    edited_path,
    edited_paths,
    edits_files,
    is_patch,
    is_same_file,
    unanswered_edits,
)
from replay_gui.core.reasons.evidence.run_account import RunAccount

_MAX_PROPOSALS = 2_000
_AGENTS = frozenset({"agent", "subagent", "task", "delegate"})  # in names of tools that start another agent
_GIT = "git "  # before a command of git as a target
_OF_GIT = word_set("apply am checkout restore reset stash merge pull rebase revert cherry-pick")
"""Commands of git that change files which they do not name."""
_SUBMISSION = "submission"


class Submission:
    """The submission of a run.

    Attributes:
        patch: the patch; None if there is none. index: of the event with it.
        files: the net change of each file: by the patch, else by the calls that edit files.
        unanswered: files that unanswered calls would edit.
    """

    def __init__(self, run: RunAccount) -> None:
        self.patch, self.index = _submitted_patch(run)
        if self.patch is not None:
            self.files: FileChanges = changes_of_patch(self.patch)
        else:
            self.files = changes_of_calls(run.calls)
            _add_proposals(self.files, run)
        self.unanswered = unanswered_edits(run.calls)
        self._others = [call for call in run.calls if _may_change_files(call)] if self.patch is None else []
        self._edits: dict[tuple[str, ...], list[ToolCall]] = {}
        for call in run.calls:
            for path in edited_paths(call):
                self._edits.setdefault(end_of_path(path), []).append(call)

    def other_change(self, path: str) -> ToolCall | None:
        """Return the last call that changes a file without an edit, such as ``sed -i``; None with a patch.

        Code without known targets counts if it names the file.
        """
        name = end_of_path(path)[-1]
        found = (
            call
            for call in reversed(self._others)
            if any(is_same_file(path, one) for one in call.targets)
            or (call.changed and _names_no_file(call) and name in answer_text(call.input))
        )
        return next(found, None)

    def may_have_changed(self, path: str) -> bool:
        """Whether a call may have changed a file although no edit, and no patch, names it."""
        folders = (target.rstrip("/") for call in self._others for target in call.targets)
        return any(call.effect is Effect.UNKNOWN or _names_no_file(call) for call in self._others) or any(
            f"/{path}".find(f"/{folder}/") >= 0 for folder in folders
        )

    def equals(self, other: Submission) -> bool:
        """Whether both runs submitted the same patch of files."""
        return bool(self.files) and self.patch is not None and self.patch == other.patch

    def place_of(self, path: str, name: str = "") -> EventIndex | None:
        """Return the event with the patch; without a patch, the last call that edited a file.

        `name`: a word of the new text; the last edit that contains it is returned.
        """
        if self.patch is not None:
            return self.index
        edits = [call for call in self._edits.get(end_of_path(path), ()) if call.changed]
        edits = [call for call in edits if name in answer_text(call.input)] or edits
        return edits[-1].request if edits else None

    def undone_edits(self) -> dict[str, EventIndex]:
        """Return the files that calls edited and edited back, each with its last edit."""
        if self.patch is not None:
            return {}
        known = {end_of_path(path) for path in (*self.files, *self.unanswered)}
        edits = [[call for call in calls if call.changed] for end, calls in self._edits.items() if end not in known]
        lasts = [calls[-1] for calls in edits if len(calls) > 1]
        return {path: call.request for call in lasts if (path := edited_path(call)) is not None}

    def refused_edit(self, path: str) -> ToolCall | None:
        """Return the last call for an edit of a file, if it was refused and no patch was submitted; else None."""
        edits = self._edits.get(end_of_path(path))
        return edits[-1] if edits and edits[-1].ok is False and self.patch is None else None


def _names_no_file(call: ToolCall) -> bool:
    """Whether a call has no target, or only commands of git that change files which they do not name."""
    return all(target.removeprefix(_GIT) in _OF_GIT for target in call.targets)


def _may_change_files(call: ToolCall) -> bool:
    """Whether a call that is no edit changes something, or is a command or an agent of which that is unknown."""
    if call.effect is Effect.UNKNOWN:
        return call.took_effect and (runs_code(call.tool) or not _AGENTS.isdisjoint(name_words(call.tool)))
    return call.changed and not edits_files(call)


def end_of_path(path: str) -> tuple[str, ...]:
    """Return the last two parts of a path, by which files are matched if the folders of two runs differ."""
    return tuple(path.replace("\\", "/").split("/")[-2:])


def _submitted_patch(run: RunAccount) -> tuple[str | None, EventIndex | None]:
    """Return (the patch that a run submitted, the index of the event with it); (None, None) without one."""
    kind = Kind.PATCH_PROPOSAL.value
    for index in reversed(run.indexes_of(kind)[-_MAX_PROPOSALS:]):
        payload = run.event(index).payload
        if payload.get("target") == _SUBMISSION and isinstance(payload.get("patch"), str):
            return payload["patch"], EventIndex(index)
    for event in run.result_events:
        if event.kind == OUTCOME and is_patch(event.payload.get("answer")):
            return event.payload["answer"], event.index
    return None, None


def _add_proposals(files: FileChanges, run: RunAccount) -> None:
    """Add the patches that were proposed without a call of a tool."""
    for index in run.indexes_of(Kind.PATCH_PROPOSAL.value)[:_MAX_PROPOSALS]:
        event = run.event(index)
        target, patch = event.payload.get("target"), event.payload.get("patch")
        if event.parent is None and isinstance(target, str) and isinstance(patch, dict):
            apply_edit(files, target, patch)
