"""Files that the agent's own code opens to read: ``open`` and ``Path.open``, ``read_text`` and the like, as tools."""

from __future__ import annotations

import builtins
import contextlib
import io
import os
import pathlib
import stat
import tempfile
from types import FunctionType
from typing import Any

from replay_gui.core.errors import AnswerNotRecorded
from replay_gui.record.calls.call import MADE_AGAIN, CallAnswer, CallKind, CallRequest
from replay_gui.record.calls.plain_form import plain_form
from replay_gui.record.hooks.agent_use import session_of_use
from replay_gui.record.hooks.patching import patch
from replay_gui.record.hooks.tool_calls import HookedCall, make_call
from replay_gui.record.surroundings.options import Surrounding

_MAX_FILE_BYTES = 16 * 1024 * 1024  # of a file whose content is kept
_TOOL = "open"
_PATHLIB = tuple(
    {
        member.__code__.co_filename
        for class_ in pathlib.Path.__mro__
        for member in vars(class_).values()
        if isinstance(member, FunctionType)
    }
)
"""The files of pathlib, which is a package from Python 3.13 on."""


def install() -> None:
    """Patch ``open``, in both modules that have it."""
    patch(builtins, "open", _hook)
    io.open = builtins.open


def _hook(original: Any) -> Any:
    def open_file(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        session = session_of_use(Surrounding.FILES, *_PATHLIB)
        if session is None or not isinstance(file, str | os.PathLike) or any(letter in mode for letter in "wax+"):
            return original(file, mode, *args, **kwargs)
        call = HookedCall(
            _TOOL,
            lambda: CallRequest(
                CallKind.TOOL, _TOOL, plain_form({"file": os.fsdecode(os.fspath(file)), "mode": mode}).value
            ),
            _answer,
            lambda answer: _opened_again(original, answer, mode, args, kwargs),
        )
        return make_call(session, call, lambda: original(file, mode, *args, **kwargs))

    return open_file


def _answer(opened: Any) -> CallAnswer:
    """Return the content of a newly opened file, and leave its position unchanged."""
    descriptor = opened.fileno()
    status = os.fstat(descriptor)
    size = status.st_size
    if not stat.S_ISREG(status.st_mode) or size > _MAX_FILE_BYTES or (size == 0 and _is_of_kernel(status)):
        return CallAnswer(output=f"({size:,} bytes, not kept)", form={MADE_AGAIN: False})
    content = os.pread(descriptor, size, 0)
    try:
        return CallAnswer(output=content.decode())
    except UnicodeDecodeError:
        return CallAnswer(output=content)


def _is_of_kernel(status: os.stat_result) -> bool:
    """Return whether a file is a virtual one of the kernel, which reports size 0 but has content."""
    for folder in ("/proc", "/sys"):
        with contextlib.suppress(OSError):
            if pathlib.Path(folder).stat().st_dev == status.st_dev:
                return True
    return False


def _opened_again(original: Any, answer: CallAnswer, mode: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return a file with the recorded content, at its beginning."""
    content = answer.output.encode() if isinstance(answer.output, str) else answer.output
    if not isinstance(content, bytes):
        raise AnswerNotRecorded("the content of a file is not in the log")
    with tempfile.TemporaryFile() as kept:
        kept.write(content)
        kept.flush()
        descriptor = os.dup(kept.fileno())
    os.lseek(descriptor, 0, os.SEEK_SET)
    return original(descriptor, mode, *args, **kwargs)
