"""Find the effect of a call. The first available source decides: a rule of the user, a declaration, the text of a
command or of code, the name of the tool, observations of it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Any

from replay_gui.core.effects.call_values import input_leaves
from replay_gui.core.effects.declarations import effect_of_capabilities
from replay_gui.core.effects.effect import BY_RULE, Effect, EffectFinding
from replay_gui.core.effects.program_tools import program_text
from replay_gui.core.effects.python_effects import python_effect
from replay_gui.core.effects.shell_effects import ShellEffects
from replay_gui.core.effects.sql_effects import sql_effect
from replay_gui.core.effects.sql_inputs import SqlInput, SqlTool, language_of, may_be_sql, sql_of, sql_tool
from replay_gui.core.effects.tool_names import effect_of_name, name_words, runs_code, runs_python
from replay_gui.core.effects.word_lists import word_set

_COMMAND_MEMBERS = ("command", "cmd", "CommandLine", "code", "script", "commands", "keystrokes", "input")
_OPERATION_MEMBERS = ("command", "action", "operation", "method", "op")
_PATH_MEMBERS = (
    "file_path",
    "path",
    "filename",
    "file",
    "target_file",
    "target",
    "notebook_path",
    "filePath",
    "TargetFile",
)
_NOTE_VERBS = word_set("save add write take make store record append create update keep")
_NOTE_NOUNS = word_set("note notes finding findings memory memo memos")
_PATCHED_FILE = re.compile(r"^\*\*\* (?:Add|Update|Delete) File: (.+)$|^\+\+\+ (?:b/)?(\S+)", re.MULTILINE)
_MAX_REMEMBERED = 50_000  # findings that are cached
_MAX_PATCH_CHARACTERS = 1 << 20


class EffectClassifier:
    """Finds effects and caches them.

    Attributes:
        corrected: the effect of tools by name, from rules of the user.
        declared: the effect of tools by name, as the set-up declares (see declared_effects).
        observed: the effect of tools by name, from their behaviour in runs (see observe_effects).
    """

    def __init__(
        self,
        corrected: Mapping[str, Effect] | None = None,
        declared: Mapping[str, EffectFinding] | None = None,
        observed: Mapping[str, EffectFinding] | None = None,
    ) -> None:
        self.corrected, self.declared, self.observed = corrected or {}, declared or {}, observed or {}
        self._shell: ShellEffects | None = None
        self._of_text: dict[tuple[str, str], EffectFinding] = {}
        self._of_name: dict[str, EffectFinding] = {}
        self._of_statements: dict[SqlInput, EffectFinding | None] = {}
        self._sql_tools: dict[str, SqlTool] = {}

    def find(self, tool: str, input: Any, capabilities: Any = ()) -> EffectFinding:
        """Return the effect of a call of `tool` with `input`."""
        if tool in self.corrected:
            return EffectFinding(self.corrected[tool], BY_RULE, _targets(input))
        declared = self.declared.get(tool) or effect_of_capabilities(capabilities)
        if declared is not None:
            return EffectFinding(declared.effect, declared.reason, _targets(input))
        statements = self._of_sql(tool, input)
        if statements is not None:
            return statements
        finding = _of_note(tool, input) or self._of_code(tool, input)
        if finding is not None and finding.effect is not Effect.UNKNOWN:
            return finding
        named = _of_operation(input) or self._named(tool)
        if named.effect is Effect.UNKNOWN and finding is not None:
            return finding  # observations of the tool's other commands do not apply to this one
        if named.effect is Effect.UNKNOWN and tool in self.observed and not runs_code(tool):
            named = self.observed[tool]
        targets = _targets(input) or _command_target(tool, input) if named.effect is Effect.CHANGES else ()
        return EffectFinding(named.effect, named.reason, targets, named.certain)

    def _named(self, tool: str) -> EffectFinding:
        if tool not in self._of_name:
            self._of_name[tool] = effect_of_name(tool)
        return self._of_name[tool]

    def _of_sql(self, tool: str, input: Any) -> EffectFinding | None:
        """Return the effect of the SQL that a tool runs; None if it runs none, or if that may be a sentence."""
        of_tool = self._sql_tools.get(tool)
        if of_tool is None:
            of_tool = self._sql_tools[tool] = sql_tool(tool)
        asked = sql_of(of_tool, input)
        if asked is None:
            return None
        if asked not in self._of_statements:
            if len(self._of_statements) >= _MAX_REMEMBERED:
                self._of_statements.clear()
            self._of_statements[asked] = sql_effect(asked.text, asked.dialect, surely=asked.surely)
        finding = self._of_statements[asked]
        if finding is None and may_be_sql(tool, asked.text):
            return EffectFinding(Effect.UNKNOWN, "it may be SQL that changes something")
        return finding

    def _of_code(self, tool: str, input: Any) -> EffectFinding | None:
        """Return the effect of the text that a tool runs; None if the tool does not run text."""
        program = program_text(tool, input)
        if program:
            return self._of_shell(program)
        if not runs_code(tool):
            return None
        member, text = code_of(input)
        if not text:
            return None
        python = runs_python(tool) or member == "code" or language_of(input).startswith("python")
        key = ("python" if python else "shell", text)
        if key not in self._of_text:
            if len(self._of_text) >= _MAX_REMEMBERED:
                self._of_text.clear()
            self._of_text[key] = self._of_python(text) if python else self._of_shell(text)
        return self._of_text[key]

    def _of_python(self, text: str) -> EffectFinding:
        finding, commands = python_effect(text)
        if finding.effect is Effect.UNKNOWN:
            return self._of_shell(text)
        shell = [self._of_shell(command) for command in commands]
        return next((of_command for of_command in shell if of_command.effect is Effect.CHANGES), finding)

    def _of_shell(self, text: str) -> EffectFinding:
        if self._shell is None:
            self._shell = ShellEffects()
        return self._shell.effect(text)


def _of_note(tool: str, input: Any) -> EffectFinding | None:
    """Return that a tool such as ``save_note`` notes sentences for the agent itself; one on an object is a change."""
    words = name_words(tool)
    if len(words) < 2 or not _NOTE_NOUNS.issuperset(words[1:]) or words[0] not in _NOTE_VERBS:
        return None
    values = [value for _, value in input_leaves(input)]
    if not values or not all(isinstance(value, str) and " " in value.strip() for value in values):
        return None
    return EffectFinding(Effect.NOTES, "a note for the agent itself")


def code_of(input: Any) -> tuple[str, str]:
    """Return (member, text) of the command or code in an input; the member is "" for an input that is a text."""
    if isinstance(input, str):
        return "", input
    if isinstance(input, Mapping):
        for name in _COMMAND_MEMBERS:
            value = input.get(name)
            if isinstance(value, str):
                return name, value
            if isinstance(value, list | tuple) and value and all(isinstance(word, str) for word in value):
                return name, shlex.join(value)
    return "", ""


def command_text(tool: str, input: Any) -> str:
    """Return the command or code that a call runs, in a shell or an interpreter or by a tool that is one program.

    "" for other calls.
    """
    return program_text(tool, input) or (code_of(input)[1] if runs_code(tool) else "")


def _of_operation(input: Any) -> EffectFinding | None:
    """Return the effect according to a member such as ``command: view``, for a tool with several operations."""
    if not isinstance(input, Mapping):
        return None
    for name in _OPERATION_MEMBERS:
        value = input.get(name)
        if isinstance(value, str) and len(value) <= 40 and len(value.split()) == 1:
            finding = effect_of_name(value)
            if finding.effect is not Effect.UNKNOWN:
                return EffectFinding(finding.effect, f'{name} is "{value}"')
    return None


def _targets(input: Any) -> tuple[str, ...]:
    """Return the files that the input names."""
    if isinstance(input, Mapping):
        for name in _PATH_MEMBERS:
            value = input.get(name)
            if isinstance(value, str) and value:
                return (value,)
    patch = input if isinstance(input, str) else next(iter(_patches(input)), "")
    patched = _PATCHED_FILE.findall(patch[:_MAX_PATCH_CHARACTERS]) if patch else []
    return tuple(dict.fromkeys(added or changed for added, changed in patched))


def _command_target(tool: str, input: Any) -> tuple[str, ...]:
    """Return the file of a tool that is called as a command with one argument: ``create a.py``, ``rm a.py``."""
    words = code_of(input)[1].split()
    return (words[1],) if len(words) == 2 and words[0] == tool else ()


def _patches(input: Any) -> list[str]:
    if not isinstance(input, Mapping):
        return []
    return [value for name in ("patch", "input", "diff") if isinstance(value := input.get(name), str)]
