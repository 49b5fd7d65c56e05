"""``@record.tool``, the mark of a function that is a tool of the agent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

from replay_gui.record.hooks.tool_hook import hooked_tool

_F = TypeVar("_F", bound=Callable[..., Any])


@overload
def tool(function: _F, /) -> _F: ...


@overload
def tool(*, name: str | None = None, version: str = "") -> Callable[[_F], _F]: ...


def tool(function: _F | None = None, /, *, name: str | None = None, version: str = "") -> _F | Callable[[_F], _F]:
    """Mark a function as a tool: its arguments and its result are recorded, and a re-run answers it from the log.

    Used as ``@record.tool`` or ``@record.tool(name="search", version="2")``; for ``async def`` too. Outside
    recordings and re-runs the function is unchanged. In a re-run the function itself is not run, so its effects
    (on files, for example) do not occur again.

    Raises TypeError for functions that yield.
    """
    if function is None:
        return lambda marked: hooked_tool(marked, name, version)
    return hooked_tool(function, name, version)
