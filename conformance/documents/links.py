"""Finds links within the repository that lead nowhere."""

import re

from driver.paths import ROOT

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def dead_links(document, text):
    """A line for each link whose file or heading does not exist."""
    return [
        f"{document}: the link {target} leads nowhere"
        for target in LINK.findall(FENCED.sub("", text))
        if "://" not in target and not _leads_on(document, target)
    ]


def _leads_on(document, target):
    path, _, anchor = target.partition("#")
    page = (ROOT / document).parent / path if path else ROOT / document
    if not page.exists():
        return False
    return not anchor or anchor in map(_anchor, HEADING.findall(FENCED.sub("", page.read_text())))


def _anchor(heading):
    """The anchor that a Markdown page gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
