"""Threads that are started inside a call belong to that call: what they ask for has it as its parent."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from replay_gui.record.hooks.patching import patch
from replay_gui.record.sessions.open_call import current_call, inside

_CALL = "_replay_gui_call"


def follow_threads() -> None:
    """Patch the starting of threads and of jobs in pools of threads."""
    patch(threading.Thread, "start", _start_hook)
    patch(threading.Thread, "run", _run_hook)
    patch(ThreadPoolExecutor, "submit", _submit_hook)


def _start_hook(original: Any) -> Any:
    def start(self: threading.Thread) -> None:
        call = current_call()
        if call is not None:
            setattr(self, _CALL, call)
        original(self)

    return start


def _run_hook(original: Any) -> Any:
    def run(self: threading.Thread) -> None:
        call = self.__dict__.pop(_CALL, None)
        if call is None:
            original(self)
        else:
            with inside(call):
                original(self)

    return run


def _submit_hook(original: Any) -> Any:
    def submit(self: ThreadPoolExecutor, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        call = current_call()
        if call is None:
            return original(self, function, *args, **kwargs)

        def run_inside() -> Any:
            with inside(call):
                return function(*args, **kwargs)

        return original(self, run_inside)

    return submit
