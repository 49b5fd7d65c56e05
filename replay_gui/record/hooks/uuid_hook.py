"""The uuids that the agent's own code makes: ``uuid.uuid1`` and ``uuid.uuid4``."""

from __future__ import annotations

import uuid
from typing import Any

from replay_gui.record.hooks.agent_use import session_of_use
from replay_gui.record.hooks.patching import patch
from replay_gui.record.surroundings.options import Surrounding


def install() -> None:
    """Patch the module ``uuid``."""
    for name in ("uuid1", "uuid4"):
        patch(uuid, name, _hook_of(f"uuid.{name}"))


def _hook_of(source: str) -> Any:
    def make(original: Any) -> Any:
        def make_uuid(*args: Any, **kwargs: Any) -> uuid.UUID:
            session = session_of_use(Surrounding.UUID)
            if session is None:
                made: uuid.UUID = original(*args, **kwargs)
                return made
            return uuid.UUID(session.draw(source, lambda: str(original(*args, **kwargs))))

        return make_uuid

    return make
