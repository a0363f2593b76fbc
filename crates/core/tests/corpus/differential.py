#!/usr/bin/env python3
"""Compares the Rust parser with the oracle on inputs nobody wrote down.

    cargo build -p countersign-core --example normalise
    python differential.py --binary ../../../../target/debug/examples/normalise --seconds 20

Fails on any input that one accepts and the other refuses, or that they read as different numbers or
countries, and prints it as a line for found.tsv. The same seed and count, the same inputs.
"""

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from itertools import islice
from pathlib import Path
from random import Random

import oracle
import spell
from lines import escape, escape_code, read_pairs
from plans import CODES, all_plans

HERE = Path(__file__).parent
BATCH = 10_000
SHOWN = 50


# shows: C2
def main():
    chosen = arguments()
    started = time.monotonic()
    tried, accepted, differences = 0, 0, {}
    with ProcessPoolExecutor(chosen.jobs) as workers:
        starts = iter(range(0, chosen.count, BATCH))
        # As many batches under way as there are workers: none is started after the time is up.
        while numbers := list(islice(starts, chosen.jobs)):
            for batch in workers.map(partial(compared, chosen), numbers):
                tried, accepted = tried + batch[0], accepted + batch[1]
                differences |= batch[2]
            if time.monotonic() - started > chosen.seconds:
                break
    seconds = time.monotonic() - started
    print(
        f"{tried} inputs, {accepted} accepted, {len(differences)} differences,"
        f" {tried / seconds:.0f} a second, seed {chosen.seed}"
    )
    for line in list(differences.values())[:SHOWN]:
        print(line)
    sys.exit(1 if differences else 0)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", required=True, type=Path, help="the example normalise")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--count", type=int, default=10**9, help="inputs at most")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="stop after this long")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes at work")
    chosen = parser.parse_args()
    if chosen.count == 10**9 and chosen.seconds == float("inf"):
        parser.error("one of --count and --seconds is needed")
    if not chosen.binary.is_file():
        parser.error(f"--binary: there is no file {chosen.binary}")
    return chosen


def answers(binary, pairs):
    """What Rust makes of each pair, in their order."""
    asked = "".join(f"{escape(number)}\t{escape_code(code)}\n" for number, code in pairs)
    done = subprocess.run([binary], input=asked.encode(), stdout=subprocess.PIPE, check=True)
    found = done.stdout.decode().splitlines()
    if len(found) != len(pairs):
        sys.exit(f"{len(pairs)} inputs, {len(found)} answers")
    return found


def compared(chosen, start):
    """How many inputs a batch has, how many were accepted, and those that the two read differently."""
    inputs = Inputs(Random(f"{chosen.seed}/{start}"))
    tried = [inputs.one() for _ in range(min(BATCH, chosen.count - start))]
    verdicts = [oracle.judge(*pair) for pair in tried]
    # What is canonical must be its own canonical form.
    canonical = [verdict for verdict in verdicts if verdict.e164]
    pairs = tried + [(verdict.e164, None) for verdict in canonical]
    differences = {}
    for pair, verdict, answer in zip(pairs, verdicts + canonical, answers(chosen.binary, pairs)):
        expected = f"{verdict.e164}\t{verdict.region}" if verdict.e164 else "-"
        if answer != expected:
            number, code = escape(pair[0]), escape_code(pair[1])
            differences[pair] = f"{number}\t{code}\toracle: {expected}\trust: {answer}"
    return len(tried), len(canonical), differences


@cache
def sources():
    return all_plans(), read_pairs(HERE / "numbers.tsv")


class Inputs:
    """Pairs of a number and a country code: of the plans, near the corpus, and out of thin air."""

    def __init__(self, random):
        self.random = random
        self.plans, self.corpus = sources()
        self.kinds = (self.of_plan, self.of_plan, self.of_plan, self.of_corpus, self.of_digits)

    def one(self):
        return self.random.choice(self.kinds)()

    def of_plan(self):
        """A number as its grammar has it, dialled somehow, perhaps with an error or two."""
        random = self.random
        plan = random.choice(self.plans)
        kinds = list(plan.patterns)
        kind = "mobile" if "mobile" in kinds and random.random() < 0.7 else random.choice(kinds)
        text = spell.announced(random, plan, plan.sample(random, kind))
        return self.with_edits(text, 0.2), spell.code_of(random, plan)

    def of_corpus(self):
        number, code = self.random.choice(self.corpus)
        if self.random.random() < 0.2:
            code = spell.mutated(self.random, code or "86")
        return self.with_edits(number, 0.8), code

    def of_digits(self):
        """Digits out of thin air, most of them after a country code that exists."""
        random = self.random
        digits = "".join(random.choices("0123456789", k=random.randint(3, 16)))
        front = random.choice(("", "+", "0", "00", f"+{random.choice(CODES)}", f"{random.choice(CODES)}"))
        return self.with_edits(front + digits, 0.2), spell.code_of(random, random.choice(self.plans))

    def with_edits(self, text, odds):
        if self.random.random() < odds:
            for _ in range(self.random.choice((1, 1, 1, 2, 3))):
                text = spell.mutated(self.random, text)
        if self.random.random() < 0.2:
            text = spell.punctuated(self.random, text)
        return text


if __name__ == "__main__":
    main()
