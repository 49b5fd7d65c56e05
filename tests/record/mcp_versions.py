"""Servers of MCP in memory, in the names of mcp 2 and of mcp 1: the hook is tried with both."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from importlib import import_module
from typing import Any, TypeVar

_F = TypeVar("_F", bound=Callable[..., Any])

try:
    _server_type = import_module("mcp.server.mcpserver").MCPServer
    _connect = import_module("mcp.client.client").Client
except ModuleNotFoundError:  # mcp 1
    _server_type = import_module("mcp.server.fastmcp").FastMCP
    _memory = import_module("mcp.shared.memory")

    def _connect(server: Any) -> Any:
        return _memory.create_connected_server_and_client_session(server._mcp_server)


def new_server(name: str) -> Any:
    """Return a server without tools."""
    return _server_type(name)


def tool_of(server: Any, **options: Any) -> Callable[[_F], _F]:
    """Make a function a tool of a server."""
    known = inspect.signature(server.tool).parameters  # structured_output came with mcp 1.10
    decorate: Callable[[_F], _F] = server.tool(**{name: given for name, given in options.items() if name in known})
    return decorate


def client_of(server: Any) -> AbstractAsyncContextManager[Any]:
    """Connect a client to a server of this process."""
    connected: AbstractAsyncContextManager[Any] = _connect(server)
    return connected
