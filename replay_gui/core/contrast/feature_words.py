"""Features in words."""

from __future__ import annotations

from replay_gui.core.contrast.feature import Feature, FeatureKind
from replay_gui.core.text.json_pointer import pointer_text
from replay_gui.core.text.plain_text import one_line
from replay_gui.core.text.wording import plural

_MAX_VALUE, _MAX_NAME = 90, 60  # characters


def feature_words(feature: Feature) -> str:
    """Return what is true of a run with the feature, as the end of a sentence: ``cancelled …``, ``ended: limit``."""
    value, tool = one_line(feature.value, _MAX_VALUE), one_line(feature.tool, _MAX_NAME)
    path = one_line(feature.path, _MAX_NAME)
    match feature.kind:
        case FeatureKind.DID:
            times = f" {feature.number:,} times" if feature.number > 1 else ""
            return f"did {tool}({value}){times}"
        case FeatureKind.CHANGED_WITH:
            return f"did {tool} with {pointer_text(feature.path)} = {value}"
        case FeatureKind.CHANGED:
            return f"did {tool}"
        case FeatureKind.CHANGED_ANY:
            return "changed anything at all"
        case FeatureKind.NET:
            return f"changed exactly this: {value}"
        case FeatureKind.PATCHED:
            return f"patched {path}"
        case FeatureKind.WROTE_NAME:
            return f"wrote {value} in {path}"
        case FeatureKind.REMOVED:
            return f"took {value} out of {path}"
        case FeatureKind.NO_PATCH:
            return "handed in no patch"
        case FeatureKind.END:
            return f"ended: {value}"
        case FeatureKind.SUBMITTED:
            return f"submitted {value}"
        case FeatureKind.ANSWERED:
            return f"answered {value}"
        case FeatureKind.HANDED_OVER:
            return f"handed over ({tool})"
        case FeatureKind.CALLED:
            return f"called {tool}({value})"
        case FeatureKind.CALLED_TOOL:
            return f"called {tool}"
        case FeatureKind.UNRECOVERED:
            return f"never got {tool} done after an error"
        case FeatureKind.LOOP:
            return f"called {tool} again and again, with equal answers"
        case FeatureKind.FAILED:
            return f"was answered an error by {tool}: {value}"
        case FeatureKind.CHECKED:
            return "ran a check"
        case FeatureKind.CHECKED_LAST:
            return "ran a check after its last change"
        case FeatureKind.CHECK_PASSED:
            return "saw its last check pass"
        case FeatureKind.BEFORE:
            return f"did {tool} before {value}"
        case FeatureKind.READ:
            return f"asked {tool}({value})"
        case FeatureKind.READ_TOOL:
            return f"asked {tool}"
        case FeatureKind.TOLD:
            return f"told the figure {value}"
        case FeatureKind.AT_LEAST:
            return f"had {plural(feature.number, path.removesuffix('s'))} or more"
        case FeatureKind.NOTED:
            return f"used {tool}"
        case FeatureKind.SET_UP:
            return f"was set up with {pointer_text(feature.path)} = {value}"
    return f"{one_line(feature.kind, _MAX_NAME)} {tool} {path} {value}"
