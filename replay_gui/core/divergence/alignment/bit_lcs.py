"""Longest common subsequences of short sequences, a whole column of the table in one operation.

Hyyrö, "Bit-parallel LCS-length computation revisited" (2004): the columns of the table differ from cell to cell by 0 or
1, so that a column fits in the bits of one number, and Python's numbers have as many bits as needed.
"""

from __future__ import annotations

from collections.abc import Sequence


def longest_common_subsequence(a: Sequence[int], b: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of indexes of a longest common subsequence, in order; O(len(a) x len(b) / 64) steps."""
    where: dict[int, int] = {}  # bit i is set where a[i] is that symbol
    bit = 1
    for symbol in a:
        where[symbol] = where.get(symbol, 0) | bit
        bit <<= 1
    full = bit - 1
    column, columns = full, list[int]()
    for among in map(where.get, b):
        if among and (matching := column & among):
            column = ((column + matching) | (column - matching)) & full
        columns.append(column)
    pairs = []
    i, j = len(a), len(b)
    while j and (rises := ~columns[j - 1] & ((1 << i) - 1)):  # cells that are more than the cell above them
        i = rises.bit_length()  # the last of them; below it, the cell above is as good
        last = 1 << (i - 1)
        while j > 1 and not columns[j - 2] & last:  # the cell to the left is as good
            j -= 1
        i, j = i - 1, j - 1
        pairs.append((i, j))
    pairs.reverse()
    return pairs
