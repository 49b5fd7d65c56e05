"""Python imports this at its start, because ``replay-gui record`` and ``replay-gui rerun`` put its folder in front.

It begins the recording, and imports the ``sitecustomize`` of the agent's own environment, if there is one.
"""

import importlib
import os
import sys

_FOLDER = os.path.dirname(os.path.abspath(__file__))


def _import_the_next() -> None:
    here = [place for place in sys.path if os.path.abspath(place or ".") == _FOLDER]
    for place in here:
        sys.path.remove(place)
    own = sys.modules.pop("sitecustomize")
    try:
        importlib.import_module("sitecustomize")
    except ModuleNotFoundError as error:
        if error.name != "sitecustomize":
            raise
        sys.modules["sitecustomize"] = own


def _begin() -> None:
    try:
        bootstrap = importlib.import_module("replay_gui.record.child.bootstrap")
    except ImportError as error:
        print(  # noqa: T201  the program's own output is not imported yet
            f"replay-gui: this Python ({sys.executable}) is not recorded: {error}; install replay-gui there",
            file=sys.stderr,
        )
        return
    bootstrap.begin()


if "REPLAY_GUI_CHILD" in os.environ:
    _import_the_next()
    _begin()
