"""Makes resources/fonts/emoji.ttf: the emoji that agents print most, in one colour, from a whole Noto Emoji.

``python -m tests.look.emoji_font NotoEmoji-Regular.ttf`` writes it. The SIL Open Font License, under which Noto Emoji
is, lies beside the file. A system's own font is asked for any other emoji.
"""

from __future__ import annotations

import sys

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from replay_gui.core.resource_paths import resources

FILE = resources() / "fonts" / "emoji.ttf"
FAMILY = "Replay Emoji"
EMOJI = (
    "✅❌⚠ℹ❓❔❗❕⛔🚫🛑🚧🚨🆗🆕🔴🟠🟡🟢🔵🟣⚪⚫🟥🟧🟨🟩🟦⬜⬛🔶🔷🔸🔹🔺🔻➕➖➗✖⭐🌟✨💫💥🔥🎉🎊🎯🏆🥇🏁🚩🎁"
    "🚀🛠🔧🔨⚙🧰🔩🧪🔬🔭🧬🧠🤖👾💻🖥📱⌨🖱💾💿📡🔌🔋💡🔦🔎🔍🔐🔒🔓🔑🗝🛡⚡🧹🧩🧱🏗🐛🐞🐍🐳🐧🦀"
    "📦📁📂🗂📄📃📝✏🖊📋📌📍📎🔗📚📖📕📗📘📙📓🔖🏷📰📊📈📉🗓📅📆🗑🗃📤📥📧✉📨📬📢📣🔔💬💭🗨🎫🎟🛒💰💵💳🧾"
    "⏰⏱⏲⏳⌛🕐🔄🔁🔃↩↪⬆⬇⬅➡↗↘🔝🔙🌐🌍🌎🌏🏠🏢🏨🏥✈🚗🚕🚆🚌🚲🗺🧭⛅☀🌤🌧❄☁🌈🌙"
    "👍👎👏🙌🙏👋💪👀👉👈👇👆👤👥🧑👩👨🤔😀😃😄😊🙂😉😎😅😂🤣😢😭😡😱🤗🙃😬🥳🤷❤💙💚💛💜💔💯"
    "🍎🍕🍽☕🍺🎂🎵🎶🎬🎨🎮📷📸🎥🔊🔇🏃⚽🌱🌲🌳🌸🍀🐶🐱🏻🏼🏽🏾🏿"
    "🇦🇧🇨🇩🇪🇫🇬🇭🇮🇯🇰🇱🇲🇳🇴🇵🇶🇷🇸🇹🇺🇻🇼🇽🇾🇿"  # the letters of flags
)


def emoji_font(noto: str) -> TTFont:
    """Return the part of the font in a file that has these emoji, without sequences and hints."""
    font, options = TTFont(noto, recalcTimestamp=False), Options()
    options.layout_features, options.hinting, options.name_IDs = [], False, [0, 1, 2, 13, 14]
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "STAT", "gasp", "prep"]
    subsetter = Subsetter(options)
    subsetter.populate(text=EMOJI)
    subsetter.subset(font)
    for name in font["name"].names:
        if name.nameID == 1:
            name.string = FAMILY
    font.flavor = None
    return font


if __name__ == "__main__":
    emoji_font(sys.argv[1]).save(FILE)
