#!/usr/bin/env python3
"""Independent reader of replay logs (resources/docs/log-format.md), written with msgpack, blake3 and numpy alone.

It shares no code with the package and is slow on purpose: every rule of the specification is written out once.

    replay_log_check.py verify LOG          the verification line, then one JSON object
    replay_log_check.py state LOG POSITION  the state after the first POSITION events, as JSON
"""

import base64
import json
import math
import re
import sys

import blake3
import msgpack
import numpy as np

MAGIC = b"\x92\xaareplay-log"
HEADER_LIMIT, RECORD_LIMIT, DEPTH_LIMIT, KEY_LIMIT = 1 << 20, 1 << 26, 128, 4096


class Refused(Exception):
    """Not a replay log that this reader may read."""


def digest(data):
    return blake3.blake3(data).digest()


# ---- canonical msgpack --------------------------------------------------------------------------
def canonical(value):
    def order(v):
        if isinstance(v, dict):
            return {k: order(v[k]) for k in sorted(v, key=lambda s: s.encode())}
        if isinstance(v, float) and math.isnan(v):
            return math.nan
        return [order(x) for x in v] if isinstance(v, (list, tuple)) else v

    return msgpack.packb(order(value), use_bin_type=True)


def walk(value, depth=1):
    """Raises ValueError where a value is of no allowed type, too deep, or has a key that is no short string."""
    if isinstance(value, (dict, list)):
        if depth > DEPTH_LIMIT:
            raise ValueError("too deep")
        for key in value if isinstance(value, dict) else ():
            if not isinstance(key, str) or len(key.encode()) > KEY_LIMIT:
                raise ValueError("a key is a string of at most 4 KiB")
        for child in value.values() if isinstance(value, dict) else value:
            walk(child, depth + 1)
    elif not isinstance(value, (str, bytes, bool, int, float, type(None))):
        raise ValueError("extension type")


def unpack(raw):
    # A key that is no string is wrong, but a map with one may have been overwritten by an equal key: so it is kept, as None.
    def map_of(pairs):
        return {k if isinstance(k, str) else None: v for k, v in pairs}

    value = msgpack.unpackb(raw, raw=False, strict_map_key=False, object_pairs_hook=map_of)
    walk(value)
    return value


def whole(n):
    return isinstance(n, int) and not isinstance(n, bool) and n >= 0


# ---- the state ----------------------------------------------------------------------------------
def leaves(value, path=()):
    if isinstance(value, dict) and value:
        for k, v in value.items():
            yield from leaves(v, path + (k,))
    elif isinstance(value, list) and value:
        for i, v in enumerate(value):
            yield from leaves(v, path + (i,))
    elif path:
        yield path, value


def state_hash(state):
    total = np.zeros(1024, dtype="<u2")
    for path, value in leaves(state):
        total += np.frombuffer(blake3.blake3(canonical([list(path), value])).digest(length=2048), dtype="<u2")
    return digest(total.tobytes())


def pointer(path):
    if not path.startswith("/") or re.search("~(?![01])", path):
        raise ValueError(f"not a pointer to a member: {path!r}")
    return [p.replace("~1", "/").replace("~0", "~") for p in path[1:].split("/")]


def step(container, key, adding=False):
    """The dict key or list index that one pointer token means; ValueError where it means nothing."""
    if isinstance(container, dict):
        if not adding and key not in container:
            raise ValueError(f"no member {key!r}")
        return key
    if not isinstance(container, list):
        raise ValueError("neither a map nor a list")
    if adding and key == "-":
        return len(container)
    if not re.fullmatch("0|[1-9][0-9]*", key) or int(key) >= len(container) + adding:
        raise ValueError(f"no index {key!r}")
    return int(key)


def patch(state, ops):
    for op in ops:
        *parents, last = pointer(op["path"])
        here = state
        for token in parents:
            here = here[step(here, token)]
        at = step(here, last, adding=op["op"] == "add")
        if op["op"] == "add" and isinstance(here, list):
            here.insert(at, op["value"])
        elif op["op"] in ("add", "replace"):
            here[at] = op["value"]
        elif op["op"] == "remove":
            del here[at]
        else:
            raise ValueError(f"unknown operation {op['op']!r}")


TEXT, MAP, LIST, BOOL, ANY, MAYBE = str, dict, list, bool, object, (str, type(None))
FIELDS = {
    "AgentInit": dict(agent_type=TEXT, agent_version=TEXT, config=MAP),
    "StateTransition": dict(transition_type=TEXT),
    "ToolRequest": dict(tool_name=TEXT, tool_version=TEXT, input=ANY, capabilities=LIST),
    "ToolResponse": dict(tool_name=TEXT, request_hash=TEXT, output=ANY, success=BOOL, error=MAYBE),
    "CapabilityDenied": dict(capability=TEXT, tool_name=TEXT, reason=TEXT),
    "Observation": dict(obs_type=TEXT, source=TEXT, data=ANY),
    "Decision": dict(decision_type=TEXT, data=ANY),
    "MemoryWrite": dict(key=TEXT),
    "MemoryRead": dict(key=TEXT),
    "PatchProposal": dict(patch_hash=TEXT, patch_type=TEXT, target=TEXT, patch=ANY, reasoning=MAYBE),
    "PatchApplied": dict(patch_hash=TEXT),
    "PatchRejected": dict(patch_hash=TEXT, reason=TEXT, stage=TEXT),
    "Error": dict(error_type=TEXT, message=TEXT, component=TEXT, recoverable=BOOL),
    "Snapshot": dict(snapshot_type=TEXT),
}
OPTIONAL = {"StateTransition": dict(phase=TEXT), "Decision": dict(reasoning=MAYBE), "MemoryWrite": dict(operation=TEXT)}


def check(kind, p):
    for field, types in FIELDS.get(kind, {}).items():
        if field not in p or not isinstance(p[field], types):
            raise ValueError(f"{kind} needs {field}")
    for field, types in {"ops": LIST, **OPTIONAL.get(kind, {})}.items():
        if field in p and not isinstance(p[field], types):
            raise ValueError(f"{field} is of another type")


def bump(container, key, by=1):
    if (
        not isinstance(container[key], int)
        or isinstance(container[key], bool)
        or not 0 <= container[key] + by < 1 << 63
    ):
        raise ValueError(f"{key} is no counter")
    container[key] += by


def inside(container, key, fresh):
    """container[key], begun as `fresh` where absent; ValueError where it is of another type than `fresh`."""
    value = container.setdefault(key, fresh)
    if type(value) is not type(fresh):
        raise ValueError(f"{key} is of another type")
    return value


def request_hash(tool_name, tool_version, value):
    return digest(canonical([tool_name, tool_version, value])).hex()


def patch_hash(patch_type, target, value):
    return digest(canonical([patch_type, target, value])).hex()


def fold(state, kind, p):
    """One event's effect on the state, in place. Raises where it cannot be applied; the state is then spoilt."""
    check(kind, p)
    tool = p.get("tool_name")

    def row():
        return inside(inside(state, "tools", {}), tool, {"calls": 0, "errors": 0, "denied": 0})

    if kind == "AgentInit":
        state["agent"] = {"type": p["agent_type"], "version": p["agent_version"], "config": p["config"]}
    elif kind == "StateTransition" and "phase" in p:
        state["phase"] = p["phase"]
    elif kind == "ToolRequest":
        bump(row(), "calls")
        name = request_hash(tool, p["tool_version"], p["input"])
        bump(inside(inside(state, "pending", {}), name, {"tool": tool, "input": p["input"], "count": 0}), "count")
    elif kind == "ToolResponse":
        pending = inside(state, "pending", {}) if "pending" in state else {}
        if p["request_hash"] in pending:
            wait = inside(pending, p["request_hash"], {})
            bump(wait, "count", -1)
            if wait["count"] == 0:
                del pending[p["request_hash"]]
        if not p["success"]:
            bump(row(), "errors")
        row()["last"] = p["output"]
    elif kind == "CapabilityDenied":
        bump(row(), "denied")
    elif kind == "Observation" and p["obs_type"] == "message":
        inside(state, "messages", []).append({"role": p["source"], "content": p["data"]})
    elif kind == "Observation":
        inside(state, "observations", {})[p["obs_type"]] = p["data"]
    elif kind == "Decision" and p["decision_type"] == "message":
        inside(state, "messages", []).append({"role": "assistant", "content": p["data"]})
    elif kind == "Decision":
        state["decision"] = {"type": p["decision_type"], "data": p["data"]}
    elif kind == "MemoryWrite" and p.get("operation") == "delete":
        (inside(state, "memory", {}) if "memory" in state else {}).pop(p["key"], None)
    elif kind == "MemoryWrite":
        inside(state, "memory", {})[p["key"]] = p["value"]
    elif kind in ("PatchProposal", "PatchApplied", "PatchRejected"):
        entry = inside(inside(state, "patches", {}), p["patch_hash"], {})
        entry["status"] = {"PatchProposal": "proposed", "PatchApplied": "applied", "PatchRejected": "rejected"}[kind]
        entry.update(
            {"target": p["target"]}
            if kind == "PatchProposal"
            else {"reason": p["reason"]}
            if kind == "PatchRejected"
            else {}
        )
    elif kind == "Error":
        errors = inside(state, "errors", {"count": 0})
        bump(errors, "count")
        errors["last"] = {"type": p["error_type"], "message": p["message"]}
    patch(state, p.get("ops", []))
    walk(state)


# ---- the file -----------------------------------------------------------------------------------
def link(prev, content, mark, about):
    return digest(prev + content + msgpack.packb(mark) + about)


def header_bytes(header):
    return canonical(["replay-log", {"version": 1, **header}])


def write(path, header, events, sealed=True, seal_time=0, states=True):
    """events: (kind, payload, meta) triples, meta without seq. Returns the head hash."""
    first = header_bytes(header)
    state, prev, n = {}, digest(first), 0
    with open(path, "wb") as f:
        f.write(first)
        for n, (kind, payload, meta) in enumerate(events, 1):
            fold(state, kind, unpack(canonical(payload)))
            content, about = canonical([kind, payload]), canonical({"seq": n - 1, **meta})
            mark = state_hash(state) if states else None
            prev = link(prev, content, mark, about)
            f.write(msgpack.packb([content, mark, about, prev]))
        if sealed:
            body = canonical({"events": n, "head": prev, "time": seal_time})
            f.write(msgpack.packb([body, digest(prev + body)]))
    return prev


def take_bin(data, at, start, only=None):
    """(the byte string at `at` in the object that began at `start`, where it ends), `only` = its one right size; EOFError where the file ends first, ValueError where none starts."""
    if at >= len(data):
        raise EOFError
    width = {0xC4: 1, 0xC5: 2, 0xC6: 4}.get(data[at])
    if width is None:
        raise ValueError
    if at + 1 + width > len(data):
        raise EOFError
    size = int.from_bytes(data[at + 1 : at + 1 + width], "big")
    if (
        at + 1 + width + size - start > RECORD_LIMIT
        or only not in (None, size)
        or (width == 2 and size < 256)
        or (width == 4 and size < 65536)
    ):
        raise ValueError
    if at + 1 + width + size > len(data):
        raise EOFError
    return data[at + 1 + width : at + 1 + width + size], at + 1 + width + size


def take(data, at):
    """(the record or seal that starts at `at`, as a tuple of 4 or 2, where it ends). EOFError: cut short. ValueError: none."""
    if at >= len(data):
        raise EOFError
    if data[at] == 0x92:
        body, end = take_bin(data, at + 1, at)
        check_, end = take_bin(data, end, at, 32)
        item = (body, check_)
    elif data[at] == 0x94:
        content, end = take_bin(data, at + 1, at)
        if end >= len(data):
            raise EOFError
        mark, end = (None, end + 1) if data[end] == 0xC0 else take_bin(data, end, at, 32)
        about, end = take_bin(data, end, at)
        hash_, end = take_bin(data, end, at, 32)
        if mark is not None and len(mark) != 32:
            raise ValueError
        item = (content, mark, about, hash_)
    else:
        raise ValueError
    if len(item[-1]) != 32 or end - at > RECORD_LIMIT:
        raise ValueError
    return item, end


def follows(prev, item):
    """Whether a record or seal is linked to the hash before it."""
    return item[-1] == (link(prev, *item[:3]) if len(item) == 4 else digest(prev + item[0]))


def footing(data, start):
    """The next offset at which a record begins that is linked to what comes right after it, or None."""
    for at in range(start, len(data)):
        if data[at] == 0x94:
            try:
                one, end = take(data, at)
                two, _ = take(data, end)
            except (ValueError, EOFError):
                continue
            if follows(one[3], two):
                return at
    return None


def read(path):
    """(header, header bytes, items, seal, tail bytes): an item is (offset, record), or (offset, number of bytes skipped)."""
    with open(path, "rb") as f:
        data = f.read()
    if not data.startswith(MAGIC):
        raise Refused("not a replay log")
    try:
        u = msgpack.Unpacker(raw=False, strict_map_key=False)
        u.feed(data[:HEADER_LIMIT])
        header = u.unpack()[1]
        at = u.tell()
        ok = canonical(["replay-log", header]) == data[:at] and all(
            isinstance(header[k], str) for k in ("run_id", "reducer")
        )
        walk(["replay-log", header])
    except Exception:
        raise Refused("the header is damaged") from None
    if not ok:
        raise Refused("the header is damaged")
    if type(header.get("version")) is not int or header["version"] != 1:
        raise Refused(f"version {header.get('version')!r} is not known")
    first, items, prev = data[:at], [], digest(data[:at])
    while at < len(data):
        short = False
        try:
            item, end = take(data, at)
            if len(item) == 2 and (follows(prev, item) or end == len(data)):
                return header, first, items, item, len(data) - end
            if len(item) == 4:
                items.append((at, item))
                at, prev = end, item[3]
                continue
        except EOFError:
            short = True
        except ValueError:
            pass
        again = footing(data, at + 1)
        if again is None and short:
            return header, first, items, None, len(data) - at  # a torn tail
        again = len(data) if again is None else again
        items.append((at, again - at))
        at, prev = again, None
    return header, first, items, None, 0


def event(record):
    """(kind, payload, meta or None): ValueError where the content is no event."""
    content, _, about, _ = record
    value = unpack(content)
    if not (isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], dict)):
        raise ValueError("content is [kind, payload]")
    return value


def replay(items):
    """(applied, state) after each item; what cannot be applied leaves the state as it was."""
    state, accepted = {}, []
    for _, record in items:
        try:
            if isinstance(record, int):
                raise ValueError("skipped")
            fold(state, *event(record))
            accepted.append(record)
            yield True, state
        except Exception:
            state = {}
            for earlier in accepted:
                fold(state, *event(earlier))
            yield False, state


def well_made(record, expected):
    """(whether content and meta keep every rule, the seq that the next record must have)."""
    content, _, about, _ = record
    try:
        facts = unpack(about)
        seq = facts["seq"] if isinstance(facts, dict) and whole(facts.get("seq")) else None
        good = seq is not None and (expected is None or seq == expected) and canonical(facts) == about
        good = good and ("parent" not in facts or (whole(facts["parent"]) and facts["parent"] < seq))
        after = None if seq is None and expected is None else (expected if seq is None else seq) + 1
    except Exception:
        good, after = False, None if expected is None else expected + 1
    try:
        good = canonical(event(record)) == content and good
    except Exception:
        good = False
    return good, after


def verify(path):
    header, first, items, seal, tail = read(path)
    prev, expected, failures, mismatches, marks, skipped, state = digest(first), 0, [], [], 0, 0, {}
    ours = header["reducer"] == "standard/1"
    for i, ((_, record), (applied, state)) in enumerate(zip(items, replay(items))):
        if isinstance(record, int):
            failures.append(i)
            mismatches += [i] if ours else []
            skipped, prev, expected = skipped + record, None, None
            continue
        good, expected = well_made(record, expected)
        if not good or not (prev is None or follows(prev, record)):
            failures.append(i)
        marks += record[1] is not None
        if ours and (not applied or (record[1] is not None and state_hash(state) != record[1])):
            mismatches.append(i)
        prev = record[3]
    n, standing = len(items), "none"
    if seal is not None:
        try:
            body = unpack(seal[0])
            right = (
                follows(prev, seal)
                and canonical(body) == seal[0]
                and body["head"] == prev
                and whole(body["events"])
                and body["events"] == n
                and "time" in body
            )
        except Exception:
            right = False
        standing = "good" if right else "bad"
    valid = not failures and not mismatches and standing != "bad" and (standing == "none" or tail == 0)
    line = (
        f"Verification: {n - len(failures)}/{n} events verified, {len(failures)} failures, "
        f"{len(mismatches)} mismatches - {'VALID' if valid else 'INVALID'}"
    )
    return line, {
        "events": n,
        "failures": failures,
        "mismatches": mismatches,
        "state_hashes": marks,
        "seal": standing,
        "tail_bytes": tail,
        "skipped_bytes": skipped,
        "head": prev.hex() if prev else None,
        "state_hash": state_hash(state).hex() if ours else None,
    }


def state_at(path, position):
    state = {}
    for _, state in replay(read(path)[2][:position]):
        pass
    return state


def plain(value):
    """JSON's stand-ins for what JSON lacks."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, bytes):
        return {"$bytes": base64.b64encode(value).decode()}
    if isinstance(value, float) and not math.isfinite(value):
        return {"$float": "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"}
    return value


if __name__ == "__main__":
    try:
        if sys.argv[1] == "verify":
            line, facts = verify(sys.argv[2])
            print(line, json.dumps(facts), sep="\n")
            sys.exit(0 if line.endswith("- VALID") else 1)
        print(json.dumps(plain(state_at(sys.argv[2], int(sys.argv[3]))), sort_keys=True, ensure_ascii=False))
    except Refused as why:
        print(f"{sys.argv[2]}: {why}", file=sys.stderr)
        sys.exit(2)
