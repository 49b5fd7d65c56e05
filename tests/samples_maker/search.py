"""Ranking of the documents by BM25, computed anew for each query."""

from __future__ import annotations

import math
import re
from collections import Counter

from tests.samples_maker.corpus import DOCUMENTS, Document

_PLAIN = frozenset(
    re.findall(r"\w+", "a an and are as at be by for from in is it no not of on or than that the there to was")
)


def words(text: str) -> list[str]:
    return [word.rstrip("s") for word in re.findall(r"[a-z0-9_]+", text.lower()) if word not in _PLAIN]


def rank(query: str, limit: int, known_until: str | None = None) -> list[tuple[float, Document]]:
    """The best documents, best first, with scores.

    Args:
        known_until: an ISO date; the answer of a replica that has seen nothing newer.
    """
    documents = [d for d in DOCUMENTS if known_until is None or d.updated <= known_until]
    bags = [Counter(words(d.title) * 2 + words(d.body)) for d in documents]
    usual = sum(bag.total() for bag in bags) / len(bags)
    found = []
    for document, bag in zip(documents, bags, strict=True):
        score = 0.0
        for word in dict.fromkeys(words(query)):
            holders = sum(word in other for other in bags)
            if bag[word]:
                rarity = math.log(1 + (len(bags) - holders + 0.5) / (holders + 0.5))
                score += rarity * bag[word] * 2.2 / (bag[word] + 1.2 * (0.25 + 0.75 * bag.total() / usual))
        if score > 0:
            found.append((round(score, 2), document))
    return sorted(found, key=lambda hit: (-hit[0], hit[1].name))[:limit]
