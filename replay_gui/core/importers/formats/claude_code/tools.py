"""Make events of the effects of Claude Code's tools: patches, memory files, the to-do list."""

from __future__ import annotations

from typing import Any

from replay_gui.core.importers.run_builder import Call, RunBuilder
from replay_gui.core.log.kinds import Kind

_PATCH_TOOLS = {
    "Edit": ("edit", "file_path"),
    "MultiEdit": ("multi-edit", "file_path"),
    "Write": ("write", "file_path"),
    "NotebookEdit": ("notebook-edit", "notebook_path"),
}
_MEMORY_FILES = frozenset({"CLAUDE.md", "CLAUDE.local.md", "MEMORY.md"})
_MAX_PATH_CHARACTERS = 1024  # a memory's path becomes a key in the state


def propose_patch(run: RunBuilder, call_id: object, tool_name: str, value: Any, root: str) -> None:
    """Add the PatchProposal of a call that would change a file. `root`: the folder that targets are relative to."""
    if tool_name in _PATCH_TOOLS and isinstance(value, dict):
        patch_type, key = _PATCH_TOOLS[tool_name]
        if isinstance(path := value.get(key), str):
            patch = {name: member for name, member in value.items() if name != key}
            run.proposal(call_id, patch_type, relative_path(root, path), patch)


def add_effects(run: RunBuilder, call: Call, output: Any, details: dict[str, Any], *, response: int, root: str) -> None:
    """Add the effects of a successful call. `details`: the structured result; `response`: the seq of the response."""
    given = call.input if isinstance(call.input, dict) else {}
    if call.tool_name == "TodoWrite" and isinstance(todos := details.get("newTodos", given.get("todos")), list):
        ops = [{"op": "add", "path": "/todos", "value": todos}]
        run.add(Kind.STATE_TRANSITION, {"transition_type": "todos", "ops": ops}, parent=response)
    path = given.get("file_path")
    if not isinstance(path, str) or not _is_memory(path):
        return
    key = relative_path(root, path)
    if call.tool_name == "Read":
        file = details.get("file")
        value = file.get("content", output) if isinstance(file, dict) else output
        run.add(Kind.MEMORY_READ, {"key": key, "value": value}, parent=response)
    elif call.tool_name == "Write":
        run.add(Kind.MEMORY_WRITE, {"key": key, "operation": "set", "value": given.get("content")}, parent=response)
    elif call.tool_name == "Edit":
        value = _edited(details, given)
        run.add(Kind.MEMORY_WRITE, {"key": key, "operation": "edit", "value": value}, parent=response)


def relative_path(root: str, path: str) -> str:
    """Return `path` relative to the folder `root`, if it is in it: a project's folder differs between faithful runs."""
    for separator in "/\\":
        if root and path.startswith(root.rstrip(separator) + separator):
            return path[len(root.rstrip(separator)) + 1 :]
    return path


def _is_memory(path: str) -> bool:
    parts = path.replace("\\", "/").split("/")
    return len(path) <= _MAX_PATH_CHARACTERS and (
        parts[-1] in _MEMORY_FILES or (".claude" in parts and "memory" in parts)
    )


def _edited(details: dict[str, Any], given: dict[str, Any]) -> Any:
    """Return the file's new text if the old text is known, else the edit."""
    match details.get("originalFile"), given.get("old_string"), given.get("new_string"):
        case str(original), str(old), str(new) if old:
            return original.replace(old, new, -1 if given.get("replace_all") is True else 1)
    return {name: value for name, value in given.items() if name != "file_path"}
