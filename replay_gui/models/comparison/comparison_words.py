"""What came of a comparison, in words for the badge, the tool bar and the status line."""

from __future__ import annotations

from replay_gui.core.divergence.comparison import NO_EVENT, Comparison
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import duration_text, plural
from replay_gui.engine.answers import Compared, Progress
from replay_gui.models.run.verdict_words import BadgeVerdict

_MAX_CHARACTERS = 200  # characters of a cause
_MAX_CAUSES = 8  # named one by one behind the badge


def comparison_verdict(compared: Compared | None, fresh: bool, progress: Progress | None) -> BadgeVerdict:
    """Diverged at 412 · 2 causes; Same · 1,523 events; while it is not known, how far it is."""
    if progress is None and not fresh:
        return BadgeVerdict("raised", "Not compared", "The two runs are not compared.")
    if compared is None or not fresh:
        percent = f" {min(progress.done * 100 // progress.total, 99)} %" if progress and progress.total else ""
        return BadgeVerdict("raised", f"Comparing…{percent}", "The two runs are being compared.")
    comparison = compared.comparison
    if not comparison.diverged:
        count = len(comparison.alignment.partner_of_a)
        ignored = comparison.counts.ignored
        said = "Every step of A has its equal in B, in the same order."
        if ignored:
            said = f"The runs are equal but for {plural(ignored, 'difference')} that rules ignore."
        return BadgeVerdict("good", f"Same · {plural(count, 'event')}", said)
    causes = f" · {plural(len(comparison.causes), 'cause')}" if comparison.causes else ""
    detail = [
        f"{plural(len(comparison.points.row), 'divergence')}, the first at event {first_divergence_words(comparison)}."
    ]
    detail += [
        f"{number}. {one_line(cause.explanation, _MAX_CHARACTERS)}"
        for number, cause in enumerate(comparison.causes[:_MAX_CAUSES], 1)
    ]
    if len(comparison.causes) > _MAX_CAUSES:
        detail.append(f"… and {len(comparison.causes) - _MAX_CAUSES:,} more causes")
    return BadgeVerdict("bad", f"Diverged at {first_divergence_words(comparison)}{causes}", "\n".join(detail))


def first_divergence_words(comparison: Comparison) -> str:
    """Where the runs part, in the numbers of A; of B where A has no such event."""
    a, b = int(comparison.points.a[0]), int(comparison.points.b[0])
    return f"{a + 1:,}" if a != NO_EVENT else f"{b + 1:,} of B"


def counts_words(comparison: Comparison) -> str:
    """Equal 1,481 · changed 19 · only A 4 · only B 12 · moved 7 · ignored 41"""
    counts = comparison.counts
    named = [
        ("Equal", counts.equal),
        ("changed", counts.changed),
        ("only A", counts.only_a),
        ("only B", counts.only_b),
        ("moved", counts.moved),
    ]
    named += [(name, count) for name, count in (("state", counts.state), ("ignored", counts.ignored)) if count]
    return " · ".join(f"{name} {count:,}" for name, count in named)


def speed_words(compared: Compared) -> str:
    """First divergence found in 400 µs · compared in 38 ms"""
    first, whole = (duration_text(round(ms * 10**6)) for ms in (compared.first_ms, compared.took_ms))
    return f"First divergence found in {first} · compared in {whole}"


def point_words(point: int | None, count: int) -> str:
    """divergence 3 of 17; 17 divergences where none of them is chosen"""
    if point is None:
        return "no divergence" if not count else plural(count, "divergence")
    return f"divergence {point + 1:,} of {count:,}"
