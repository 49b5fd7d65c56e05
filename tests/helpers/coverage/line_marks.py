"""Marks in compiled code that note that a line was run when it first is, and cost next to nothing afterwards.

From Python 3.12 on the interpreter has them. Before, a mark is a call that SlipCover's editor of bytecode puts before
the line and that, once made, is written over by a jump across it. (SlipCover's own calls stay until all functions are
searched for and given other code, which took an eighth of the tests' time.)
"""

from __future__ import annotations

import ctypes
import dis
import sys
from types import CodeType


def marked_lines(code: CodeType) -> set[int]:
    """Return the numbers of the lines of `code` that have marks, those of the code within it too."""
    return _lines(code).union(*map(marked_lines, _inner(code)))


def _inner(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


if sys.version_info >= (3, 12):
    _executed: dict[str, set[int]] = {}
    _COVERAGE = sys.monitoring.COVERAGE_ID
    _LINE = sys.monitoring.events.LINE

    def with_marks(code: CodeType) -> CodeType:
        """Return `code`, which may be kept in a file, with a mark at each line."""
        return code

    def with_live_marks(code: CodeType, executed: set[int]) -> CodeType:
        """Return what `with_marks` has returned such that each mark adds its line's number to `executed`."""
        if sys.monitoring.get_tool(_COVERAGE) is None:
            sys.monitoring.use_tool_id(_COVERAGE, "line marks")
            sys.monitoring.register_callback(_COVERAGE, _LINE, _note)
        _executed[code.co_filename] = executed
        sys.monitoring.set_local_events(_COVERAGE, code, _LINE)
        for inner in _inner(code):
            with_live_marks(inner, executed)
        return code

    def _note(code: CodeType, line: int) -> object:
        if line:  # an empty module runs none
            _executed[code.co_filename].add(line)
        return sys.monitoring.DISABLE

    def _lines(code: CodeType) -> set[int]:
        return {line for _, _, line in code.co_lines() if line}

else:
    from slipcover import bytecode

    _MEMORY = (ctypes.c_ubyte * sys.maxsize).from_address(0)
    """By address. A mark itself must call nothing that audit hooks are told of: one of them has marks."""

    def with_marks(code: CodeType) -> CodeType:
        """Return `code`, which may be kept in a file, with a mark at each line.

        Its last constants are the numbers of those lines, for the marks, and where their calls stand.
        """
        editor = bytecode.Editor(code)
        for index, constant in enumerate(code.co_consts):
            if isinstance(constant, CodeType):
                editor.set_const(index, with_marks(constant))
        added = 0
        for offset, line in dis.findlinestarts(code):
            if line and dis.opname[code.co_code[offset]] not in ("RESUME", "RETURN_GENERATOR"):
                while offset >= 2 and code.co_code[offset - 2] == dis.EXTENDED_ARG:
                    offset += 2  # a call cannot stand between this and the instruction it belongs to
                added += editor.insert_function_call(offset + added, editor.add_const(line), ())
        editor.add_const(tuple(editor.get_inserts()))
        marked: CodeType = editor.finish()
        return marked

    def with_live_marks(code: CodeType, executed: set[int]) -> CodeType:
        """Return what `with_marks` has returned such that each mark adds its line's number to `executed`."""
        constants, lines, offsets = _parts(code)
        marks = [_Mark(line, executed) for line in lines]
        inner = [with_live_marks(c, executed) if isinstance(c, CodeType) else c for c in constants]
        live = code.replace(co_consts=(*inner, *marks))
        instructions = id(live) + CodeType.__basicsize__
        for mark, offset in zip(marks, offsets, strict=True):
            mark.code, mark.address = live, instructions + offset
        return live

    class _Mark:
        """The call of a line before it is run for the first time.

        Attributes:
            address: of the call in memory.
            code: with the call, kept so that its memory is not reused.
        """

        __slots__ = ("_executed", "_line", "address", "code")
        address: int
        code: CodeType

        def __init__(self, line: int, executed: set[int]) -> None:
            self._line = line
            self._executed = executed

        def __call__(self) -> None:
            self._executed.add(self._line)
            # The call begins with a no-op whose argument is how far a jump across the call has to go.
            _MEMORY[self.address] = dis.opmap["JUMP_FORWARD"]

    def _lines(code: CodeType) -> set[int]:
        return set(_parts(code)[1])

    def _parts(code: CodeType) -> tuple[tuple[object, ...], tuple[int, ...], tuple[int, ...]]:
        """Return the constants of code with marks, the lines of the marks, and the places of their calls."""
        *constants, offsets = code.co_consts
        count = len(constants) - len(offsets)
        return tuple(constants[:count]), tuple(constants[count:]), offsets
