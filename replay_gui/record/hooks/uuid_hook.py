"""The uuids that the agent's own code makes: ``uuid.uuid1`` and ``uuid.uuid4``."""

from __future__ import annotations

import uuid
from typing import Any

from replay_gui.record.hooks.patching import patch
from replay_gui.record.sessions.call_session import session_in_force
from replay_gui.record.surroundings.agent_code import is_used_by_agent
from replay_gui.record.surroundings.options import Surrounding


def install() -> None:
    """Patch the module ``uuid``."""
    for name in ("uuid1", "uuid4"):
        patch(uuid, name, _hook_of(f"uuid.{name}"))


def _hook_of(source: str) -> Any:
    def make(original: Any) -> Any:
        def make_uuid(*args: Any, **kwargs: Any) -> uuid.UUID:
            session = session_in_force()
            if session is None or Surrounding.UUID not in session.log.surroundings or not is_used_by_agent():
                made: uuid.UUID = original(*args, **kwargs)
                return made
            return uuid.UUID(session.draw(source, lambda: str(original(*args, **kwargs))))

        return make_uuid

    return make
