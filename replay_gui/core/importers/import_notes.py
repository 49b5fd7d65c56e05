"""What an importer did not understand or had to change: it is counted and shown."""

from __future__ import annotations

_MAX_EXAMPLES = 5
_MAX_EXAMPLE_LENGTH = 40  # characters


class ImportNotes:
    """Counts by reason, with a few examples each.

    A reason is a plural phrase ("lines that are no JSON, kept as text"): one of a fixed set, never text of the source.
    """

    def __init__(self, begun: ImportNotes | None = None) -> None:
        """`begun`: what was counted already; it stays as it is."""
        self._counts: dict[str, int] = {} if begun is None else dict(begun._counts)
        self._examples: dict[str, dict[str, None]] = {}
        if begun is not None:
            self._examples = {reason: dict(examples) for reason, examples in begun._examples.items()}

    def count(self, reason: str, number: int = 1, example: str | None = None) -> None:
        """Add `number` to `reason`. `example`: text of the source, which may be hostile; its beginning is kept."""
        self._counts[reason] = self._counts.get(reason, 0) + number
        if example is not None:
            kept = self._examples.setdefault(reason, {})
            if len(kept) < _MAX_EXAMPLES:
                kept[example[:_MAX_EXAMPLE_LENGTH]] = None

    def __getitem__(self, reason: str) -> int:
        return self._counts.get(reason, 0)

    def sentences(self) -> tuple[str, ...]:
        """One line a reason: ``phrase: count (examples)``."""
        return tuple(
            f"{reason}: {number:,}" + (f" ({', '.join(self._examples[reason])})" if reason in self._examples else "")
            for reason, number in self._counts.items()
        )
