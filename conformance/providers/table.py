"""The table, the explanations, and the last line."""

from driver.paths import HERE, LOGS


def print_all(cells, groups):
    """Prints `groups`: {title: [(name, who judged it, {cell: Verdict})]}; the number of failures."""
    rows = [row for group in groups.values() for row in group]
    width = max(len(name) for name, _, _ in rows)
    for title, group in groups.items():
        print(f"\n{title}\n")
        print(_line(["vendor".ljust(width), *cells, "judged by"]))
        print(_line(["-" * width, *("-" * len(cell) for cell in cells), "---------"]))
        for name, judged_by, verdicts in group:
            words = [verdicts[cell].word.ljust(len(cell)) for cell in cells]
            print(_line([name.ljust(width), *words, judged_by]))
    reasons(rows)
    words = [verdict.word for _, _, verdicts in rows for verdict in verdicts.values()]
    failed = words.count("FAIL")
    if failed:
        print(f"\nlogs of the servers: {LOGS.relative_to(HERE.parent)}")
    print(f"\n{words.count('ok')} passed, {failed} failed")
    return failed


def reasons(rows):
    for name, judged_by, verdicts in rows:
        for cell, verdict in verdicts.items():
            if verdict.lines:
                print(f"\n{verdict.word}  {name}: {cell}, judged by {judged_by}")
                for line in verdict.lines:
                    print(f"      {line}")


def _line(parts):
    return "  ".join(parts).rstrip()
