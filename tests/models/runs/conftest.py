from __future__ import annotations

from tests.helpers.evaluations.evaluation_fixtures import bridge, folder, session, versions

__all__ = ["bridge", "folder", "session", "versions"]
