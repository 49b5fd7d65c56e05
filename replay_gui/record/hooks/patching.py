"""Replace a function of a library by a hook that records."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

_MARK = "__replay_gui_original__"


def patch(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    """Replace `owner.name` by the hook that `make` returns, unless that was done before.

    Args:
        owner: a class or a module. make: gets the original function and returns the hook.
    """
    original = owner.__dict__.get(name) if isinstance(owner, type) else getattr(owner, name)
    if original is None:
        original = getattr(owner, name)  # inherited
    if not hasattr(original, _MARK):
        hook = functools.wraps(original)(make(original))
        setattr(hook, _MARK, original)
        setattr(owner, name, hook)
