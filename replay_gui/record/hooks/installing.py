"""Install the hooks: now in the modules that are already imported, and in the others when the agent imports them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

from replay_gui.record.hooks.sockets import watch_sockets
from replay_gui.record.hooks.thread_context import follow_threads
from replay_gui.record.sessions.call_session import log_failure
from replay_gui.record.surroundings.options import Surrounding

HOOKS = {
    "httpx": "httpx_hook",
    "httpx2": "httpx_hook",
    "urllib3": "urllib3_hook",
    "aiohttp": "aiohttp_hook",
    "agents.tool": "openai_agents_hook",
    "claude_agent_sdk._internal.query": "claude_agent_hook",
    "claude_agent_sdk._internal.transport.subprocess_cli": "claude_agent_hook",
    "langchain_core.tools.base": "langchain_hook",
    "mcp.client.session": "mcp_hook",
}
"""Module of a library: the module here whose ``install`` patches it."""


SURROUNDING_HOOKS = {
    Surrounding.CLOCK: "clock_hook",
    Surrounding.UUID: "uuid_hook",
    Surrounding.FILES: "file_hook",
    Surrounding.PROCESSES: "process_hook",
}
"""What is recorded beside calls: the module here whose ``install`` sees to it."""


class _HookFinder(MetaPathFinder):
    """Finds the modules of HOOKS by the other finders, and patches them after they are executed."""

    def __init__(self) -> None:
        self._searching: set[str] = set()

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None = None,  # noqa: ARG002  the import system's names
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        """Return the spec from the other finders, with a loader that patches; None for other modules."""
        if fullname not in HOOKS or fullname in self._searching:
            return None
        self._searching.add(fullname)
        try:
            spec = find_spec(fullname)
        except (ImportError, ValueError):
            return None  # the other finders report it
        finally:
            self._searching.discard(fullname)
        if spec is None or spec.loader is None:
            return None
        spec.loader = _PatchingLoader(spec.loader)
        return spec


class _PatchingLoader(Loader):
    """Loads a module by its own loader, and then patches it."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Create the module by its own loader."""
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module, restore its own loader, and patch it."""
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        _patch(module)


def install_hooks(surroundings: frozenset[Surrounding] = frozenset()) -> None:
    """Patch the libraries of HOOKS, now or at their import, and the requested surroundings.

    Args:
        surroundings: recorded in addition to calls.
    """
    follow_threads()
    watch_sockets()
    if not any(isinstance(finder, _HookFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _HookFinder())
    for name in HOOKS:
        module = sys.modules.get(name)
        if module is not None and not getattr(module.__spec__, "_initializing", False):
            _patch(module)
    for surrounding in sorted(surroundings):
        import_module(f"replay_gui.record.hooks.{SURROUNDING_HOOKS[surrounding]}").install()


def _patch(module: ModuleType) -> None:
    try:
        import_module(f"replay_gui.record.hooks.{HOOKS[module.__name__]}").install(module)
    except Exception as error:  # noqa: BLE001  an unknown version of the library
        log_failure(f"{module.__name__}, patching", error)
