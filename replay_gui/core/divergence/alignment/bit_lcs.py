"""Bit-parallel longest common subsequence, for short sequences.

Crochemore et al., "A fast and practical bit-vector algorithm for the longest common subsequence problem" (2001);
Hyyrö, "Bit-parallel LCS-length computation revisited" (2004). Neighbouring cells of a column of the table differ by 0
or 1, so a column is stored in the bits of one integer and computed in one operation; Python's integers are as long as
needed.
"""

from __future__ import annotations

from collections.abc import Sequence


def longest_common_subsequence(a: Sequence[int], b: Sequence[int]) -> list[tuple[int, int]]:
    """Return the pairs (index in a, index in b) of a longest common subsequence, in order.

    O(len(a) * len(b) / 64) steps; the table takes len(a) * len(b) / 8 bytes.
    """
    occurrences: dict[int, int] = {}  # by symbol: bit i is set if a[i] is that symbol
    bit = 1
    for symbol in a:
        occurrences[symbol] = occurrences.get(symbol, 0) | bit
        bit <<= 1
    full = bit - 1
    column, columns = full, list[int]()
    for symbol in b:
        matching = column & occurrences.get(symbol, 0)
        if matching:
            column = ((column + matching) | (column - matching)) & full
        columns.append(column)
    pairs = []
    i, j = len(a), len(b)
    while j and (rises := ~columns[j - 1] & ((1 << i) - 1)):  # cells larger than the cell above
        i = rises.bit_length()  # the last of them: the cells below it are not larger
        last = 1 << (i - 1)
        while j > 1 and not columns[j - 2] & last:  # the cell to the left is as large
            j -= 1
        i, j = i - 1, j - 1
        pairs.append((i, j))
    pairs.reverse()
    return pairs
