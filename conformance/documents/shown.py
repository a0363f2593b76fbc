"""Compares what a document shows with what its commands print."""

import re

# What differs from run to run, and the word that stands for it.
VARYING = [
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"\b\d\d:\d\d:\d\d UTC"), "<clock>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:<port>"),
    (re.compile(r"/receipts/[\w-]+"), "/receipts/<secret>"),
    (re.compile(r"\beyJ[\w.-]+"), "<token>"),
    (re.compile(r"\bits id \S+"), "its id <vendor's>"),
    (re.compile(r"\b\d+ seconds?\b"), "<seconds>"),
    (re.compile(r"(?<!\d)\d{6}(?!\d)"), "<code>"),
]


def _lines(text):
    for varying, word in VARYING:
        text = varying.sub(word, text)
    return [line.strip() for line in text.splitlines() if line.strip()]


def _is_like(shown, printed):
    """`...` in a document stands for anything."""
    pattern = ".*".join(re.escape(part) for part in shown.split("..."))
    return re.fullmatch(pattern, printed) is not None


def first_missing(shown, printed):
    """The first line of `shown` that `printed` does not have after the lines before it; None when all are there."""
    remaining = iter(_lines(printed))
    for line in _lines(shown):
        if not any(_is_like(line, candidate) for candidate in remaining):
            return line
    return None
