"""Rebuild LangGraph channels that checkpoints store as deltas, from the writes to them."""

from __future__ import annotations

from typing import Any, TypeAlias

from replay_gui.core.importers.formats.frameworks.langgraph.values import REMOVE_ALL, facts_of, message_of, removed_id
from replay_gui.core.text.json_pointer import join_pointer

CheckpointKey: TypeAlias = tuple[Any, Any]
"""(namespace, checkpoint id)"""


class DeltaChannels:
    """Hold the current lists of the channels that are stored as deltas.

    Keeps the writes after each checkpoint, so that a branch from an earlier checkpoint can be rebuilt.
    """

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._parents: dict[CheckpointKey, CheckpointKey] = {}
        self._whole: dict[CheckpointKey, dict[str, list[Any]]] = {}  # values that a checkpoint stores completely
        self._written: dict[CheckpointKey, list[tuple[str, Any]]] = {}
        self._at: CheckpointKey | None = None
        self._lists: dict[str, list[Any]] = {}

    def at_checkpoint(
        self, checkpoint: CheckpointKey, parent: CheckpointKey, channels: dict[str, Any], metadata: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the values of all channels at a checkpoint; `channels`: those that it stores completely."""
        counters = metadata.get("counters_since_delta_snapshot")
        if isinstance(counters, dict):
            self._names.update(counters)
        if not self._names:
            return channels
        if self._at != parent:
            self._lists = self._rebuilt(parent)
        self._at = checkpoint
        self._parents[checkpoint] = parent
        held = self._names & channels.keys()
        whole = {name: value for name in held if isinstance(value := channels[name], list)}
        self._whole[checkpoint] = whole
        for name in held - whole.keys():  # not a list: a write replaces it
            self._lists.pop(name, None)
        self._lists |= {name: list(value) for name, value in whole.items()}
        return {**{name: list(value) for name, value in self._lists.items()}, **channels}

    def write(self, checkpoint: CheckpointKey, channel: str, value: Any) -> list[dict[str, Any]]:
        """Apply a write to a channel; return the changes as operations, with paths relative to the channels."""
        if channel not in self._names or checkpoint != self._at:
            return []
        self._written.setdefault(checkpoint, []).append((channel, value))
        path = join_pointer((channel,))
        if channel not in self._lists:
            self._lists[channel] = []
            _put(self._lists[channel], value)
            return [{"op": "add", "path": path, "value": list(self._lists[channel])}]
        ops = _put(self._lists[channel], value)
        return [{**op, "path": f"{path}{op['path']}"} for op in ops]

    def _rebuilt(self, checkpoint: CheckpointKey) -> dict[str, list[Any]]:
        """Rebuild the lists after a checkpoint and the writes that follow it."""
        chain: list[CheckpointKey] = []
        at: CheckpointKey | None = checkpoint
        visited: set[CheckpointKey] = set()
        while at is not None and at in self._parents and at not in visited:
            visited.add(at)
            chain.append(at)
            at = self._parents.get(at)
        lists: dict[str, list[Any]] = {}
        for at in reversed(chain):
            lists |= {name: list(value) for name, value in self._whole.get(at, {}).items()}
            for channel, value in self._written.get(at, ()):
                _put(lists.setdefault(channel, []), value)
        return lists


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _put(items: list[Any], value: Any) -> list[dict[str, Any]]:
    """Add a write to the list; a message with a known id replaces the old one. Return the changes."""
    ops: list[dict[str, Any]] = []
    ids = {item_id: index for index, item in enumerate(items) if (item_id := _id(item)) is not None}
    for item in _as_list(value):
        gone = removed_id(item)
        if gone is not None:
            for index in reversed(range(len(items))):
                if gone in (_id(items[index]), REMOVE_ALL):
                    del items[index]
                    ops.append({"op": "remove", "path": f"/{index}"})
            ids = {item_id: index for index, item in enumerate(items) if (item_id := _id(item)) is not None}
            continue
        item_id = _id(item)
        if item_id is not None and item_id in ids:
            index = ids[item_id]
            items[index] = item
            ops.append({"op": "replace", "path": f"/{index}", "value": item})
        else:
            if item_id is not None:
                ids[item_id] = len(items)
            items.append(item)
            ops.append({"op": "add", "path": "/-", "value": item})
    return ops


def _id(item: Any) -> str | None:
    message = message_of(item)
    message_id = facts_of(message).get("id") if message is not None else None
    return message_id if isinstance(message_id, str) else None
