"""The changes of a run to files: the net lines of each file, from a submitted patch or from its editing calls."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from replay_gui.core.effects.effect import Effect
from replay_gui.core.effects.tool_call import ToolCall
from replay_gui.core.text.value_preview import Members

_FILE = re.compile(r"^\+\+\+ (?:b/)?(\S+)")
_REMOVED_FILE = re.compile(r"^--- (?:a/)?(\S+)")
_HUNK = re.compile(r"^@@.*?@@\s*(.*)|^@@\s*(.*)")
_DEFINITION = re.compile(r"^\s*(?:export\s+|pub\s+|async\s+|static\s+)*(?:def|class|func|function|fn|impl)\s+([\w.]+)")
_OUTSIDE = re.compile(r"[\w@]")  # a line that is not indented ends the function before it
_SECTION = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.+)$")
_OLD = ("old_string", "old_str", "old", "search", "old_text")
_NEW = ("new_string", "new_str", "new", "replace", "new_text", "content", "file_text", "insert_text", "new_source")
_WHOLE = ("content", "file_text")
_READ = ("content", "text", "file_text", "file_content", "contents", "output", "stdout")
"""Members of an answer with the text of a file."""
_PATHS = ("file_path", "path", "filename", "notebook_path", "filePath", "target_file", "TargetFile", "file")
_PLACES = ("owner", "repo", "repository", "project", "bucket", "branch", "ref")  # that a file may be in
_REMOVES = re.compile(r"(?:rm|unlink|rmdir) changes files|the name says \"(?:rm|unlink|delete|remove)\"")
_NUMBERED = re.compile(r"\s{0,8}\d{1,7}(?:→|\t|: ?|\| ?|$)")
_MAX_TEXT_CHARACTERS = 1 << 22  # of one edit


@dataclass(slots=True)
class FileChange:
    """The net change of one file.

    Attributes:
        added, removed: lines without blanks at their ends, counted.
        kept: lines of the old file that are visible and stay unchanged.
        functions: by added line, the function that contains it, as far as hunks or definitions show it.
        gone: whether the file was removed, which the run had not made itself.
    """

    added: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    kept: set[str] = field(default_factory=set)
    functions: dict[str, str] = field(default_factory=dict)
    gone: bool = False

    def add(self, line: str, function: str | None = None) -> None:
        """Note a line that was added; if it was removed before, that is undone."""
        if self.removed[line] > 0:
            self.removed[line] -= 1
            self.kept.add(line)
        else:
            self.added[line] += 1
            if function:
                self.functions.setdefault(line, function)

    def remove(self, line: str) -> None:
        """Note a line that was removed; if it was added before, that is undone."""
        if self.added[line] > 0:
            self.added[line] -= 1
        else:
            self.removed[line] += 1


FileChanges = dict[str, FileChange]


def is_patch(text: Any) -> bool:
    """Whether a text is a patch of files."""
    return isinstance(text, str) and ("\n+++ " in f"\n{text}" or "*** Begin Patch" in text)


def changes_of_patch(text: str) -> FileChanges:
    """Return the changes of a unified diff, or of a patch for ``apply_patch``; a moved line is removed and added."""
    changes: FileChanges = {}
    _apply_patch(changes, text, net=False)
    return changes


def changes_of_calls(calls: Iterable[ToolCall]) -> FileChanges:
    """Return the net change of each file that these calls edit; a later edit may undo an earlier one.

    A rewritten file keeps most of its lines: lines that the run had read in it before do not count as a change. A file
    that the run made and removed did not change.
    """
    changes: FileChanges = {}
    known: dict[str, Counter[str]] = {}
    for call in calls:
        if edits_files(call):
            _apply_call(changes, call.input, known)
        elif removes_files(call):
            for edited in [edited for edited in changes if any(is_same_file(edited, one) for one in call.targets)]:
                apply_edit(changes, edited, {_WHOLE[0]: None}, known.get(edited))
        elif call.effect is Effect.READS and call.took_effect and (text := text_read(call.answer)) is not None:
            path = named_file(call)
            if path is not None and path not in changes:
                known[path] = Counter(_lines_read(text)) | known.get(path, Counter())
    return _with_effect(changes)


def overwritten_files(calls: Iterable[ToolCall]) -> frozenset[str]:
    """Return the files whose whole text these calls give: what they read of them counts in `changes_of_calls`."""
    paths = set()
    for call in calls:
        path = named_file(call)
        if path is not None and any(_is_whole(members) for members in _edits(call.input)):
            paths.add(path)
    return frozenset(paths)


def text_read(answer: Any) -> str | None:
    """Return the text of a file that a reading call was answered with; None if there is none."""
    return _first(answer, _READ) if isinstance(answer, Mapping) else answer if isinstance(answer, str) else None


def named_file(call: ToolCall) -> str | None:
    """Return the file that the input of a call names; None if it names none."""
    return _named_file(call.input) if isinstance(call.input, Mapping) else None


def unanswered_edits(calls: Iterable[ToolCall]) -> list[str]:
    """Return the files that unanswered calls would edit, so that it is unknown whether they did."""
    changes: FileChanges = {}
    for call in calls:
        if call.effect is Effect.CHANGES and call.ok is None and _is_edit(call):
            _apply_call(changes, call.input, {})
    return sorted(_with_effect(changes))


def edits_files(call: ToolCall) -> bool:
    """Whether a call changed files with a text in its input."""
    return call.changed and _is_edit(call)


def removes_files(call: ToolCall) -> bool:
    """Whether a call removed files, which are among its targets, as far as a command or the name of its tool tells."""
    return call.changed and _REMOVES.match(call.reason) is not None


def is_same_file(path: str, other: str) -> bool:
    """Whether two paths may be of one file: one of them may begin in another folder."""
    return path == other or path.endswith(f"/{other}") or other.endswith(f"/{path}")


def edited_path(call: ToolCall) -> str | None:
    """Return the file that the input of an edit names; None for other calls, and for patches."""
    is_named = isinstance(call.input, Mapping) and _has_text(call.input)
    return _named_file(call.input) if is_named else None


def edited_paths(call: ToolCall) -> list[str]:
    """Return the files that a call edits, or tried to edit, with a text in its input."""
    if call.effect is not Effect.CHANGES:
        return []
    path = edited_path(call)
    sections = (_SECTION.match(line) for text in _patch_texts(call.input) for line in text.splitlines())
    return [match[1].strip() for match in sections if match is not None] or ([] if path is None else [path])


def _is_edit(call: ToolCall) -> bool:
    return any(True for _ in _patch_texts(call.input)) or (edited_path(call) is not None)


def apply_edit(changes: FileChanges, path: str, members: Members, known: Counter[str] | None = None) -> None:
    """Add an edit of one file: a replacement, or its whole text, in whose place null removes the file.

    `known`: lines that the file had before.
    """
    is_first = path not in changes
    change = changes.setdefault(path, FileChange())
    old, new = _first(members, _OLD) or "", _first(members, _NEW) or ""
    before = Counter[str]()  # known lines of a file that is overwritten
    if not old and _is_whole(members):
        before = Counter(known) | change.removed
        change.added, change.removed = Counter(), Counter()
    change.gone = _is_removal(members) and (is_first or bool(before or change.kept))
    for line in _lines(old):
        change.remove(line)
    function = None
    for line in _lines(new):
        match = _DEFINITION.match(line)
        function = match[1] if match else None if _OUTSIDE.match(line) else function
        if before[line] > 0:
            before[line] -= 1
            change.kept.add(line)
        else:
            change.add(line, function)
    for line in before.elements():
        change.remove(line)


def _apply_call(changes: FileChanges, input: Any, known: Mapping[str, Counter[str]]) -> None:
    patches = [*_patch_texts(input)]
    for patch in patches:
        _apply_patch(changes, patch, net=True)
    if patches or not isinstance(input, Mapping):
        return
    path = _named_file(input) or ""
    for members in _edits(input):
        apply_edit(changes, path, members, known.get(path))


def _edits(input: Members) -> list[Members]:
    edits = input.get("edits")
    return [members for members in (edits if isinstance(edits, list) else [input]) if isinstance(members, Mapping)]


def _apply_patch(changes: FileChanges, text: str, *, net: bool) -> None:
    change: FileChange | None = None
    function: str | None = None
    for raw in text.splitlines():
        if raw.startswith(("diff ", "index ", "*** Begin", "*** End")):
            continue
        named = _FILE.match(raw) or _SECTION.match(raw)
        if named is None and (gone := _REMOVED_FILE.match(raw)) is not None:
            change = changes.setdefault(gone[1], FileChange()) if gone[1] != "/dev/null" else None
            continue
        if named is not None:
            if named[1] != "/dev/null":
                change = changes.setdefault(named[1].strip(), FileChange())
            function = None
        elif (hunk := _HUNK.match(raw)) is not None:
            function = _function_of(hunk[1] or hunk[2] or "")
        elif change is not None and raw[:1] in "+- ":
            match = _DEFINITION.match(raw[1:])
            function = match[1] if match else function
            line = raw[1:].rstrip()
            if raw[:1] == "+":
                _take(change, line, function, net=net)
            elif raw[:1] == " ":
                change.kept.add(line)
            elif net:
                change.remove(line)
            else:
                change.removed.update((line,))
    for name in [name for name, change in changes.items() if not (change.added or change.removed)]:
        del changes[name]


def _take(change: FileChange, line: str, function: str | None, *, net: bool) -> None:
    if net:
        change.add(line, function)
    else:
        change.added[line] += 1
        if function:
            change.functions.setdefault(line, function)


def _function_of(heading: str) -> str | None:
    match = _DEFINITION.match(heading)
    if match:
        return match[1]
    word = re.match(r"[\w.]+", heading)
    return word[0] if word else None


def _patch_texts(input: Any) -> Iterator[str]:
    values = input.values() if isinstance(input, Mapping) else [input]
    for value in values:
        for text in value if isinstance(value, list | tuple) else [value]:
            if isinstance(text, str) and len(text) <= _MAX_TEXT_CHARACTERS and "*** Begin Patch" in text:
                yield text[text.index("*** Begin Patch") :]


def _has_text(input: Members) -> bool:
    return _first(input, (*_OLD, *_NEW)) is not None or isinstance(input.get("edits"), list) or _is_removal(input)


def _is_whole(members: Members) -> bool:
    return _first(members, _WHOLE) is not None or _is_removal(members)


def _is_removal(members: Members) -> bool:
    """Whether the text of a file is given as null, and nothing else is."""
    is_null = any(name in members and members[name] is None for name in _WHOLE)
    return is_null and _first(members, (*_OLD, *_NEW)) is None


def _named_file(input: Members) -> str | None:
    """Return the file that an input names, with its repository and branch before it, if the input names them."""
    path = _first(input, _PATHS)
    places = [value for name in _PLACES if isinstance(value := input.get(name), str) and value]
    return path if path is None or not places else f"{' '.join(places)}: {path}"


def _first(members: Members, names: tuple[str, ...]) -> str | None:
    return next((value for name in names if isinstance(value := members.get(name), str)), None)


def _lines_read(text: str) -> list[str]:
    """Return the lines of a file in an answer, without the line numbers of some tools."""
    lines = _lines(text)
    numbered = [_NUMBERED.match(line) for line in lines if line]
    if numbered and all(numbered):
        return [line[match.end() :] if (match := _NUMBERED.match(line)) else line for line in lines]
    return lines


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text[:_MAX_TEXT_CHARACTERS].splitlines()]


def _with_effect(changes: FileChanges) -> FileChanges:
    for change in changes.values():
        change.added, change.removed = +change.added, +change.removed
    return {path: change for path, change in changes.items() if change.added or change.removed or change.gone}
