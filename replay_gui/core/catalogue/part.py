"""Rows of a catalogue as Arrow tables: of one source, or of several joined in their order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from blake3 import blake3

from replay_gui.core.contrast.features.feature import Feature, FeatureKind
from replay_gui.core.contrast.run_profile import EvaluatedRun, RunProfile, RunStep
from replay_gui.core.facts.run_identity import RunIdentity
from replay_gui.core.facts.run_outcome import RunResult

RUNS = pa.schema(
    [
        ("run", pa.int32()), ("given", pa.string()), ("name", pa.string()), ("run_id", pa.string()),
        ("format", pa.string()), ("content", pa.string()), ("source", pa.string()), ("task", pa.string()),
        ("trial", pa.string()), ("agent", pa.string()), ("version", pa.string()), ("model", pa.string()),
        ("passed", pa.bool_()), ("score", pa.float64()), ("graded_by", pa.string()), ("label", pa.string()),
        ("end", pa.string()), ("end_why", pa.string()), ("set_by_hand", pa.bool_()), ("events", pa.int64()),
        ("calls", pa.int64()), ("failures", pa.int64()), ("tokens", pa.int64()), ("cost", pa.float64()),
        ("duration", pa.int64()), ("started", pa.int64()), ("submitted", pa.bool_()),
        ("left_out", pa.int64()), ("companions", pa.string()), ("kept_log", pa.string()), ("outcomes", pa.string()),
    ]
)  # fmt: skip
STEPS = pa.schema(
    [
        ("run", pa.int32()), ("step", pa.int32()), ("event", pa.int32()), ("tool", pa.string()),
        ("effect", pa.string()), ("ok", pa.bool_()), ("request", pa.string()), ("answer", pa.string()),
        ("answer_size", pa.int64()), ("label", pa.string()), ("input", pa.string()), ("leaves", pa.binary()),
    ]
)  # fmt: skip
HELD = pa.schema([("feature", pa.uint64()), ("run", pa.int32()), ("event", pa.int32()), ("calls", pa.int32())])
NAMES = pa.schema(
    [
        ("feature", pa.uint64()), ("kind", pa.string()), ("tool", pa.string()), ("path", pa.string()),
        ("value", pa.string()), ("number", pa.int64()), ("request", pa.string()), ("slot", pa.uint64()),
    ]
)  # fmt: skip
TABLES = {"runs": RUNS, "steps": STEPS, "held": HELD, "names": NAMES}
_MAX_INTEGER = (1 << 63) - 1
NO_ARGUMENT = 0
"""The `slot` of a feature that is not a value of an argument."""


@dataclass(frozen=True, slots=True)
class CataloguePart:
    """The tables of some runs, which are numbered from 0 in the order of their rows; a name may occur twice."""

    runs: pa.Table
    steps: pa.Table
    held: pa.Table
    names: pa.Table

    def packed(self) -> bytes:
        """Return the part as bytes."""
        return msgspec.msgpack.encode([_stream(getattr(self, name)) for name in TABLES])


def unpack_part(data: bytes) -> CataloguePart:
    """Return the part from the bytes of `packed`."""
    raws = msgspec.msgpack.decode(data, type=list[bytes])
    return CataloguePart(*(pa.ipc.open_stream(raw).read_all() for raw in raws))


def join_parts(parts: Iterable[CataloguePart]) -> CataloguePart:
    """Join parts in their order; runs are renumbered, and each name is kept once.

    Joining is associative: parts can be joined as a tree, with the same result.
    """
    all_parts, shifted = list(parts), dict[str, list[pa.Table]]({name: [] for name in TABLES})
    first = 0
    for part in all_parts:
        for name, schema in TABLES.items():
            table = getattr(part, name)
            if "run" in schema.names:
                numbers = pa.array(table["run"].to_numpy() + np.int32(first), pa.int32())
                table = table.set_column(schema.names.index("run"), schema.field("run"), numbers)
            shifted[name].append(table)
        first += len(part.runs)
    tables = {
        name: pa.concat_tables(pieces).combine_chunks() if pieces else TABLES[name].empty_table()
        for name, pieces in shifted.items()
    }
    tables["names"] = _each_once(tables["names"])
    return CataloguePart(**tables)


def part_of(profiles: Sequence[RunProfile], source: str) -> CataloguePart:
    """Return the tables of the runs of one source."""
    source = writable_name(source)
    runs, steps, held = (list[dict[str, Any]]() for _ in range(3))
    names: dict[int, dict[str, Any]] = {}
    for number, profile in enumerate(profiles):
        runs.append({"run": number, "source": source, **_run(profile.run)})
        steps += [{"run": number, "step": at, **_step(step)} for at, step in enumerate(profile.steps, 1)]
        for feature in profile.features:
            name = feature_number(feature.feature)
            held.append({"feature": name, "run": number, "event": feature.index, "calls": feature.calls})
            if name not in names:
                slot = slot_number(feature.feature)
                names[name] = {"feature": name, "slot": slot, **msgspec.structs.asdict(feature.feature)}
    tables = (runs, steps, held, [names[name] for name in sorted(names)])
    return CataloguePart(
        *(pa.Table.from_pylist(rows, schema) for rows, schema in zip(tables, TABLES.values(), strict=True))
    )


def writable_name(name: str) -> str:
    """Return the name of a file as valid Unicode; other bytes are escaped, so that the name cannot open the file."""
    return name.encode("utf-8", "backslashreplace").decode()


def feature_number(feature: Feature) -> int:
    """Return the number of a feature in all catalogues: 64 bits of its BLAKE3."""
    return _number(msgspec.msgpack.encode(feature))


def slot_number(feature: Feature) -> int:
    """Return the number of the argument whose value the feature states; NO_ARGUMENT if it is not about an argument."""
    if feature.kind != FeatureKind.CHANGED_WITH:
        return NO_ARGUMENT
    return _number(msgspec.msgpack.encode([feature.tool, feature.path])) or 1


def evaluated_runs(table: pa.Table) -> list[EvaluatedRun]:
    """Return the facts of runs from the table `runs`."""
    identities = map(RunIdentity, *(table[name].to_pylist() for name in ("task", "trial", "agent", "version", "model")))
    decode, results = msgspec.json.Decoder(RunResult).decode, dict[str, RunResult]()  # many values are equal
    names = ("given", "name", "run_id", "format", "content", "set_by_hand", "events", "calls", "failures")
    more = ("tokens", "cost", "duration", "started", "submitted", "left_out", "companions", "kept_log")
    members = [table[name].to_pylist() for name in (*names, *more)]
    evaluated = []
    for identity, text, values in zip(
        identities, table["outcomes"].to_pylist(), zip(*members, strict=True), strict=True
    ):
        if text not in results:
            results[text] = decode(text)
        given = dict(zip((*names, *more), values, strict=True))
        evaluated.append(EvaluatedRun(identity=identity, result=results[text], **given))
    return evaluated


def run_step(row: dict[str, Any]) -> RunStep:
    """Return a step from its row in `steps`."""
    members = ("tool", "effect", "ok", "request", "answer", "answer_size", "label", "input", "leaves")
    return RunStep(index=row["event"], **{name: row[name] for name in members})


def _run(run: EvaluatedRun) -> dict[str, Any]:
    outcome, end, identity = run.result.outcome, run.result.end, run.identity
    return {
        **{name: getattr(run, name) for name in RUNS.names if hasattr(run, name) and name != "result"},
        "given": writable_name(run.given),
        "name": writable_name(run.name),
        "score": None if run.score is None else float(run.score),
        "tokens": None if run.tokens is None else min(run.tokens, _MAX_INTEGER),
        "task": identity.task,
        "trial": identity.trial,
        "agent": identity.agent,
        "version": identity.version,
        "model": identity.model,
        "graded_by": None if outcome is None else outcome.by,
        "label": None if outcome is None else outcome.label,
        "end": None if end is None else end.how,
        "end_why": None if end is None else end.why,
        "outcomes": msgspec.json.encode(run.result).decode(),
    }


def _step(step: RunStep) -> dict[str, Any]:
    row = msgspec.structs.asdict(step)
    row["event"] = row.pop("index")
    return row


def _number(data: bytes) -> int:
    return int.from_bytes(blake3(data).digest(length=8), "little")


def _each_once(names: pa.Table) -> pa.Table:
    """Return the names sorted by number, each once."""
    _, first = np.unique(names["feature"].to_numpy(), return_index=True)
    return names.take(pa.array(first))


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    raw: bytes = sink.getvalue().to_pybytes()
    return raw
