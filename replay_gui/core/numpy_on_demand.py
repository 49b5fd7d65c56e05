"""numpy, imported when something of it is first used: a window without a run is shown sooner without it.

The modules that the first window imports write ``from replay_gui.core.numpy_on_demand import np``, and import numpy's
types for the type checker only. All other modules import numpy as usual.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

__all__ = ["np"]


class _OnDemand(ModuleType):
    """Stands for a module, and takes over all of its names when the first one is read."""

    def __getattr__(self, name: str) -> Any:
        module = import_module(self.__name__)
        vars(self).update(vars(module))
        return getattr(module, name)


if TYPE_CHECKING:
    import numpy as np
elif find_spec("numpy") is None:
    raise ModuleNotFoundError("No module named 'numpy'", name="numpy")  # now, not when a run is opened
else:
    np = _OnDemand("numpy")
