"""Programs that the agent's own code runs to their end: ``subprocess.run`` and ``check_output``, as tools.

Its arguments, its standard input and its folder are compared, but not other inputs (environment, open files).
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from typing import Any

from replay_gui.core.text.given_paths import file_name
from replay_gui.record.calls.call import CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.plain_form import plain_form
from replay_gui.record.hooks.agent_use import session_of_use
from replay_gui.record.hooks.patching import patch
from replay_gui.record.hooks.tool_calls import HookedCall, make_call
from replay_gui.record.surroundings.options import Surrounding

_COMPARED = ("cwd", "input", "shell")  # arguments other than the program's own


def install() -> None:
    """Patch the module ``subprocess``."""
    patch(subprocess, "run", _hook)


def _hook(original: Any) -> Any:
    def run(*popenargs: Any, **kwargs: Any) -> Any:
        session = session_of_use(Surrounding.PROCESSES, subprocess.__file__)
        command = popenargs[0] if popenargs else kwargs.get("args")
        if session is None or not isinstance(command, str | os.PathLike | list | tuple):
            return original(*popenargs, **kwargs)
        call = _call(command, kwargs)
        return make_call(session, call, lambda: original(*popenargs, **kwargs))

    return run


def _call(command: Any, options: Mapping[str, Any]) -> HookedCall:
    words = [os.fspath(word) for word in ([command] if isinstance(command, str | os.PathLike) else command)]

    def request() -> CallRequest:
        options_used = {name: _comparable(options[name]) for name in _COMPARED if options.get(name)}
        return CallRequest(CallKind.TOOL, name, plain_form({"command": words} | options_used).value)

    def answer(result: subprocess.CompletedProcess[Any]) -> CallAnswer:
        output = {"returncode": result.returncode, "stdout": result.stdout, "stderr": result.stderr}
        return CallAnswer(output=plain_form({name: value for name, value in output.items() if value is not None}).value)

    def result(answer: CallAnswer) -> subprocess.CompletedProcess[Any]:
        output = answer.output
        return subprocess.CompletedProcess(command, output["returncode"], output.get("stdout"), output.get("stderr"))

    name = f"run {_program(words)}"
    return HookedCall(name, request, answer, result)


def _comparable(value: Any) -> Any:
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _program(words: list[Any]) -> str:
    """Return the name of the program: of a command line for the shell, its first word."""
    first = os.fsdecode(words[0]) if words else ""
    try:
        parts = shlex.split(first) if len(words) == 1 else [first]
    except ValueError:  # an open quotation mark
        parts = first.split()
    return file_name(parts[0]) if parts else "program"
