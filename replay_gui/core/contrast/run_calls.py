"""What is kept of a run until the effects of its tools are known, and its profile can be made.

The effect of a tool may be shown only by all runs together, after each of them was read.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace

import msgspec

from replay_gui.core.contrast.features.feature import HeldFeature
from replay_gui.core.contrast.features.run_features import features_by_effects
from replay_gui.core.contrast.kept_call import KeptCall
from replay_gui.core.contrast.run_profile import EvaluatedRun, RunProfile, RunStep
from replay_gui.core.effects.call_values import leaf_hashes
from replay_gui.core.effects.effect import Effect
from replay_gui.core.log.positions import EventIndex
from replay_gui.core.state.json_form import json_form, one_line_json

DAMAGED = zlib.error, msgspec.MsgspecError
_MAX_INPUT_CHARACTERS = 2_000  # of an input that is kept
_ANSWER_HASH_BYTES = 8


class RunCalls(msgspec.Struct, frozen=True, kw_only=True):
    """What was read of a run; with the effects of undecided calls, it gives the profile.

    Attributes:
        run: its facts. calls: in order. features: those that do not depend on effects.
        patch_index: see RunReading.
    """

    run: EvaluatedRun
    calls: tuple[KeptCall, ...]
    features: tuple[HeldFeature, ...]
    patch_index: EventIndex | None

    def profile(self, effects: Mapping[str, Effect]) -> RunProfile:
        """Return the profile by these effects of tools, by name."""
        calls = [
            replace(call, effect=effects[call.tool]) if call.undecided and call.tool in effects else call
            for call in self.calls
        ]
        features = features_by_effects(calls, self.features, self.patch_index, has_patch=self.run.submitted)
        return RunProfile(run=self.run, steps=tuple(map(_step, calls)), features=features)

    def packed(self) -> bytes:
        """Return this as bytes, compressed."""
        return zlib.compress(msgspec.msgpack.encode(self), 1)


def unpack_calls(data: bytes) -> RunCalls:
    """Return what `packed` gave; raise one of DAMAGED if it is damaged."""
    return msgspec.msgpack.decode(zlib.decompress(data), type=RunCalls)


def _step(call: KeptCall) -> RunStep:
    text = one_line_json(json_form(call.input))
    return RunStep(
        index=call.request,
        tool=call.tool,
        effect=call.effect,
        ok=call.ok,
        request=call.key.hex(),
        answer="" if call.response is None else call.answer_hash[:_ANSWER_HASH_BYTES].hex(),
        answer_size=call.answer_size,
        label=call.label,
        input=text if len(text) <= _MAX_INPUT_CHARACTERS else None,
        leaves=leaf_hashes(call),
    )
