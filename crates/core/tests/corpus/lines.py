"""Numbers and country codes as lines of text that any editor shows and no tool changes."""

import re
import unicodedata

# The country code of a line that has none; the code "-" itself is escaped.
ABSENT = "-"


def escape(text):
    """Visible left-to-right characters as they are; others, `\\`, and blanks at the ends as `\\u{hex}`.

    Nothing at all is `\\u{}`, so that no column is empty.
    """
    shown = "".join(c if is_plain(c) else hexed(c) for c in text) or r"\u{}"
    return re.sub("^[# ]| $", lambda found: hexed(found[0]), shown)


def hexed(c):
    return f"\\u{{{ord(c):x}}}"


def is_plain(c):
    if c == "\\" or not c.isprintable() or unicodedata.category(c).startswith("M"):
        return False
    return unicodedata.bidirectional(c) not in ("R", "AL", "AN")


def unescape(text):
    return re.sub(r"\\u\{([0-9a-f]*)\}", lambda found: found[1] and chr(int(found[1], 16)), text)


def escape_code(country_code):
    if country_code is None:
        return ABSENT
    return r"\u{2d}" if country_code == ABSENT else escape(country_code)


def unescape_code(text):
    return None if text == ABSENT else unescape(text)


def read_pairs(path):
    """The numbers and country codes of a corpus."""
    with open(path, encoding="utf-8") as lines:
        rows = [line.rstrip("\n").split("\t") for line in lines if not line.startswith("#")]
    return [(unescape(row[0]), unescape_code(row[1])) for row in rows]
