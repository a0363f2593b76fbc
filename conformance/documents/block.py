"""Fenced blocks of a Markdown document, and what their info strings say."""

import re
import shlex
from dataclasses import dataclass, field

FENCE = re.compile(r"^(```+)(.*)\n((?:.*\n)*?)\1$", re.MULTILINE)
# A fence that the first pattern does not find.
OTHER_FENCE = re.compile(r"^([ \t>]+```|\s*~~~)", re.MULTILINE)
# A flag or a key with a value, after the language; readers see none of it.
KNOWN = {"background", "fails", "file", "no-run", "repeat", "types"}
SHOWN = {"text", "json"}


class Unclear(Exception):
    """A block that says neither how it runs nor why it does not."""


@dataclass(frozen=True)
class Block:
    """One fenced block. `marks` holds what follows the language in its info string."""

    document: str  # the path from the root of the repository
    line: int
    language: str
    code: str
    before: str  # the text of the document before the block
    marks: dict = field(default_factory=dict)

    @property
    def place(self):
        return f"{self.document}:{self.line}"

    @property
    def is_shown(self):
        """Whether the block is what the commands before it print."""
        return self.language in SHOWN and "file" not in self.marks and "no-run" not in self.marks


def blocks_of(document, text, tested=()):
    """The blocks of a document in their order, without those in a language that another test runs."""
    other = OTHER_FENCE.search(text)
    if other:
        line = text.count("\n", 0, other.end()) + 1
        raise Unclear(f"{document}:{line}: a fence begins with three backticks at the start of its line")
    fences = (match for match in FENCE.finditer(text) if match.group(2) not in tested)
    return [_block(document, text, match) for match in fences]


def _block(document, text, match):
    line = text.count("\n", 0, match.start()) + 1
    language, *words = shlex.split(match.group(2)) or [""]
    marks = dict(word.partition("=")[::2] for word in words)
    block = Block(document, line, language, match.group(3), text[: match.start()], marks)
    _refuse_unclear(block)
    return block


def _refuse_unclear(block):
    unknown = set(block.marks) - KNOWN
    if not block.language:
        raise Unclear(f"{block.place}: the block names no language")
    if unknown:
        raise Unclear(f"{block.place}: unknown in the info string: {', '.join(sorted(unknown))}")
    if "no-run" in block.marks:
        if not block.marks["no-run"]:
            raise Unclear(f"{block.place}: no-run needs a reason")
    elif block.language not in {"sh", *SHOWN} and not block.marks.get("file"):
        raise Unclear(f"{block.place}: neither file=NAME nor no-run=REASON says what becomes of the block")
    if "file" in block.marks and f"`{block.marks['file']}`" not in block.before:
        raise Unclear(f"{block.place}: the text before the block does not name `{block.marks['file']}`")
