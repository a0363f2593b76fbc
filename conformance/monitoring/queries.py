"""The queries in a dashboard of Grafana and in rules of Prometheus."""

import json
import re

ALERT = re.compile(r"- alert: (\w+).*?runbook: (\S+)", re.DOTALL)
EXPR = re.compile(r"^        expr: (?:>-\n(?P<folded>(?:          .*\n)+)|(?P<line>.*)\n)", re.MULTILINE)
SELECTOR = re.compile(r"\b(?:up|countersign_\w+)\b(?:\{[^}]*\})?")

# Series that only a service which speaks TLS itself has: the one here does not.
OF_TLS = "countersign_tls_"

# In place of Grafana's variables.
INTERVAL = "20s"
VARIABLES = {"$__rate_interval": INTERVAL, "$instance": ".*"}


def alerts_of(rules):
    """The name and the runbook of each alert."""
    found = ALERT.findall(rules)
    if len(found) != rules.count("- alert:"):
        raise SystemExit("an alert has no runbook")
    return found


def selectors_of(rules):
    """Every series that a rule reads: without comparisons, which find nothing while all is well."""
    expressions = [match["folded"] or match["line"] for match in EXPR.finditer(rules)]
    if len(expressions) != rules.count("- alert:"):
        raise SystemExit("an alert has no expression that can be read")
    found = {selector for text in expressions for selector in SELECTOR.findall(text)}
    return sorted(selector for selector in found if not selector.startswith(OF_TLS))


def expressions_of(dashboard):
    """Every query of every panel, with values for the variables."""
    found = []
    for panel in json.loads(dashboard)["panels"]:
        for target in panel.get("targets", []):
            query = target["expr"]
            for name, value in VARIABLES.items():
                query = query.replace(name, value)
            if "$" in query:
                raise SystemExit(f"{panel['title']}: a variable that has no value in {query}")
            found.append(query)
    return found
