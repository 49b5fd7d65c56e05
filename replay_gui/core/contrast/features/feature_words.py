"""Put features into words."""

from __future__ import annotations

from replay_gui.core.contrast.features.feature import Feature, FeatureKind
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural

_MAX_VALUE, _MAX_NAME = 90, 60  # characters


_PHRASES = {
    FeatureKind.DID: "did {tool}({value}){times}",
    FeatureKind.CHANGED_WITH: "did {tool} with {pointer} = {value}",
    FeatureKind.CHANGED: "did {tool}",
    FeatureKind.CHANGED_ANY: "made at least one change",
    FeatureKind.NET: "made exactly these changes: {value}",
    FeatureKind.PATCHED: "patched {path}",
    FeatureKind.WROTE_NAME: "wrote {value} in {path}",
    FeatureKind.REMOVED: "removed {value} from {path}",
    FeatureKind.NO_PATCH: "submitted no patch",
    FeatureKind.END: "ended: {value}",
    FeatureKind.SUBMITTED: "submitted {value}",
    FeatureKind.ANSWERED: "answered {value}",
    FeatureKind.HANDED_OVER: "handed over ({tool})",
    FeatureKind.CALLED: "called {tool}({value})",
    FeatureKind.CALLED_TOOL: "called {tool}",
    FeatureKind.UNRECOVERED: "never succeeded with {tool} after an error",
    FeatureKind.LOOP: "called {tool} again and again, with equal answers",
    FeatureKind.FAILED: "got an error from {tool}: {value}",
    FeatureKind.CHECKED: "ran a check",
    FeatureKind.CHECKED_LAST: "ran a check after its last change",
    FeatureKind.CHECK_PASSED: "saw its last check pass",
    FeatureKind.BEFORE: "did {tool} before {value}",
    FeatureKind.READ: "queried {tool}({value})",
    FeatureKind.READ_TOOL: "queried {tool}",
    FeatureKind.TOLD: "stated the number {value}",
    FeatureKind.AT_LEAST: "had {amount} or more",
    FeatureKind.NOTED: "used {tool}",
    FeatureKind.SET_UP: "had the set-up {pointer} = {value}",
}


def feature_words(feature: Feature) -> str:
    """Return what is true of a run with the feature, to complete a sentence: ``cancelled …``, ``ended: limit``."""
    tool, value, path = one_line(feature.tool, _MAX_NAME), one_line(feature.value, _MAX_VALUE), feature.path
    return _PHRASES[FeatureKind(feature.kind)].format(
        tool=tool,
        value=value,
        path=one_line(path, _MAX_NAME),
        pointer=pointer_text(path),
        times=f" {feature.number:,} times" if feature.number > 1 else "",
        amount=plural(feature.number, one_line(path, _MAX_NAME).removesuffix("s")),
    )
