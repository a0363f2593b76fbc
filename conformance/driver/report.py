"""The table, the explanations, and the last line."""

from .paths import HERE, LOGS


def print_all(verdicts):
    """Prints everything about {SDK: {case: Verdict}}; the number of failures."""
    _print_table(verdicts)
    _print_reasons(verdicts)
    words = [verdict.word for column in verdicts.values() for verdict in column.values()]
    failed = words.count("FAIL")
    if failed:
        print(f"\nlogs of the servers and clients: {LOGS.relative_to(HERE.parent)}")
    print(f"\n{words.count('ok')} passed, {failed} failed")
    return failed


def _print_table(verdicts):
    names = list(verdicts)
    cases = list(verdicts[names[0]])
    rows = [["case", *names]] + [
        [case, *(verdicts[name][case].word for name in names)] for case in cases
    ]
    widths = [max(map(len, column)) for column in zip(*rows)]
    rows.insert(1, ["-" * width for width in widths])
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def _print_reasons(verdicts):
    for name, column in verdicts.items():
        for case, verdict in column.items():
            if verdict.lines:
                print(f"\n{verdict.word}  {name}: {case}")
                for line in verdict.lines:
                    print(f"      {line}")
