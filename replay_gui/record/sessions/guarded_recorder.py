"""A recorder that can be called from anywhere in an agent: from any thread, with any values, with secrets."""

from __future__ import annotations

import os
import threading
import time as clock
from collections.abc import Mapping
from typing import Any, Self

from replay_gui.core.errors import EventInvalid, LogRefused
from replay_gui.core.log.kinds import Kind
from replay_gui.core.recorder.recorder import RecordedCall, RecordedPatch, Recorder
from replay_gui.record.calls.plain_form import plain_form
from replay_gui.record.calls.secrets import Secrets
from replay_gui.record.sessions.open_call import current_call


class PlainRecorder(Recorder):
    """Writes events that are already plain and without secrets into the log of a GuardedRecorder."""

    def __init__(self, recorder: GuardedRecorder) -> None:
        self._recorder = recorder

    def append(self, kind: str, payload: dict[str, Any], **meta: Any) -> int:
        """Record an event of any kind, while `writing` is held."""
        return self._recorder.write(kind, payload, meta)


class GuardedRecorder(Recorder):
    """A Recorder for the run of this process: its methods add the agent's own events.

    Values of any type are recorded in plain form. Secrets are replaced. An event that is recorded inside a call of
    a tool has that call as its parent, unless another is given.

    Attributes:
        secrets: to be replaced. writing: the lock for writing; hold it to write by `plain`, or several events in a row.
        plain: writes values without converting them.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        agent: tuple[str, str],
        config: Any,
        secrets: Secrets,
        begun: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Begin a log; raises as Recorder.

        Args:
            agent: type and version. begun: meta of the first event: how the run was begun. options: of Recorder.
        """
        self.secrets = secrets
        self._begun = dict(begun or {})
        self.writing = threading.RLock()  # code that interrupts its holder is refused in `write`
        self._is_writing = False
        self.plain = PlainRecorder(self)
        super().__init__(path, *agent, config=config, **options)

    @classmethod
    def resume(cls, path: str | os.PathLike[str], *, state_hash_every: int = 1, fsync: bool = False) -> Self:  # noqa: ARG003
        """Refuse: only the process that wrote a log knows which messages it already has."""
        raise LogRefused(f"{os.fspath(path)}: a run that hooks recorded cannot be resumed; give another name")

    @property
    def path(self) -> str:
        """The path of the log."""
        return str(self._writer.path)

    @property
    def is_open(self) -> bool:
        """Whether events can still be added."""
        return self._writer.is_open

    def append(self, kind: str, payload: dict[str, Any], **meta: Any) -> int:
        """Record an event of any kind; see Recorder.append."""
        if kind == Kind.AGENT_INIT:
            meta |= self._begun
        self._check_is_open()
        with self.writing:
            return self.write(kind, self.clean(payload), self.clean(meta))

    def write(self, kind: str, payload: dict[str, Any], meta: dict[str, Any], *, limited_meta: bool = False) -> int:
        """Write an event whose values are plain and without secrets; `writing` must be held. See LogWriter.append.

        Raises EventInvalid as Recorder, and if the code has interrupted the writing of an event (as the handler of a
        signal or a finalizer): another event inside it would break the log.
        """
        if self._is_writing:
            raise self._interruption()
        if meta.get("parent") is None:
            if (call := current_call()) is not None:
                meta["parent"] = call.seq
            else:
                meta.pop("parent", None)
        if "time" not in meta:
            meta["time"] = clock.time_ns()
        self._is_writing = True
        try:
            return self._writer.append(kind, payload, meta, limited_meta=limited_meta)
        finally:
            self._is_writing = False

    def seal(self, time: int | None = None) -> None:
        """End the run and close the file; see Recorder.seal. Raises EventInvalid inside the writing of an event."""
        self._check_is_open()
        with self.writing:
            if self._is_writing:
                raise self._interruption()
            super().seal(time)

    def _check_is_open(self) -> None:
        """Check this before the lock, for which a forked process might wait for ever."""
        if not self.is_open:
            raise EventInvalid(f"{self.path}: the log is closed, or that of another process")

    def _interruption(self) -> EventInvalid:
        return EventInvalid(f"{self.path}: no event can be written inside the writing of another")

    def tool_request(
        self, tool_name: str, input: Any, *, tool_version: str = "", capabilities: list[str] | None = None, **meta: Any
    ) -> RecordedCall:
        """Record that a tool is called; see Recorder.tool_request."""
        value = self.clean(input)
        return super().tool_request(tool_name, value, tool_version=tool_version, capabilities=capabilities, **meta)

    def patch_proposal(
        self, patch_type: str, target: str, patch: Any, reasoning: str | None = None, **meta: Any
    ) -> RecordedPatch:
        """Record a proposed change of the agent itself; see Recorder.patch_proposal."""
        return super().patch_proposal(patch_type, target, self.clean(patch), reasoning, **meta)

    def clean(self, value: Any) -> Any:
        """Return the plain form of a value, without secrets."""
        return self.secrets.hide(plain_form(value).value)
