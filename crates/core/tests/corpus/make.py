#!/usr/bin/env python3
"""Makes numbers.tsv: what Google's algorithm, under our contract, makes of several thousand pairs.

    python3 -m venv venv && venv/bin/pip install -r requirements.txt && venv/bin/python make.py

The same seed, the same file. With `--check` nothing is made. A line is the number, the country code
(`-` for none), and either the E.164 and the country of it, or the kind of refusal: `Character`,
`CountryCode`, `Contradiction`, `NotValid`, `NotMobile`, `OlderForm` where only one can be meant, `refused` where
several can.
"""

import argparse
import sys
from pathlib import Path
from random import Random

import phonenumbers
from phonenumbers import PhoneNumberFormat

import oracle
import spell
from lines import escape, escape_code, read_pairs
from plans import CODES, all_plans

HERE = Path(__file__).parent
CORPUS = HERE / "numbers.tsv"
# The number whose every spelling is in spellings.txt and malformed.txt.
CHINESE = "13800138000"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--check", action="store_true", help="only judge the lines that are there")
    chosen = parser.parse_args()
    if chosen.check:
        sys.exit(check())
    pairs = dict.fromkeys(all_pairs(Random(chosen.seed)))
    head = f"# make.py --seed {chosen.seed}, phonenumbers {oracle.PLANS}: number, country code, what it is"
    text = [head, *(line(number, code) for number, code in pairs)]
    CORPUS.write_text("\n".join(text) + "\n", encoding="utf-8")


def check():
    """Says which lines of the corpus are not what the oracle says, if any."""
    there = CORPUS.read_text(encoding="utf-8").splitlines()[1:]
    right = [line(number, code) for number, code in read_pairs(CORPUS)]
    wrong = [old for old, new in zip(there, right, strict=True) if old != new]
    return "\n".join(("not what the oracle says:", *wrong)) if wrong else 0


def line(number, code):
    verdict = oracle.judge(number, code)
    known = (verdict.e164, verdict.region) if verdict.e164 else (verdict.why,)
    return "\t".join((escape(number), escape_code(code), *known))


def all_pairs(random):
    yield from by_hand()
    yield from of_china(random)
    for plan in all_plans():
        yield from of_types(random, plan)
        if "mobile" in plan.patterns:
            yield from of_mobile(random, plan)
    yield from of_digits(random)


def by_hand():
    """The lines of found.tsv: what was once wrong, or would be wrong with less care."""
    yield from read_pairs(HERE / "found.tsv")


def of_china(random):
    """One Chinese number with everything that can stand in it, before it, after it and beside it."""
    for strange in spell.STRANGE:
        for at in (0, 3, 11):
            yield CHINESE[:at] + strange + CHINESE[at:], None
    for prefix in spell.PREFIXES:
        yield prefix + CHINESE, None
    for suffix in spell.SUFFIXES:
        yield CHINESE + suffix, None
        yield "+86" + CHINESE + suffix, "+86"
    for code in spell.ODD_CODES:
        yield CHINESE, code
        yield "+86" + CHINESE, code
    for code in CODES:
        yield CHINESE, f"+{code}"
        yield "+86" + CHINESE, f"00{code}"
    china = next(plan for plan in all_plans() if plan.region == "CN")
    for _ in range(200):
        yield spell.announced(random, china, china.sample(random, "mobile")), "86"
    for head in range(100, 200):
        yield f"{head}00138000", None
    for length in range(20):
        yield (CHINESE * 2)[:length], None
        yield "+86" + (CHINESE * 2)[:length], None


def of_types(random, plan):
    """Every kind of number of a plan: its example, and another one dialled from home."""
    for kind in plan.patterns:
        yield f"+{plan.code}{plan.examples[kind]}", None
        yield plan.sample(random, kind), f"+{plan.code}"


def of_mobile(random, plan):
    """The spellings of a mobile number of a plan, from right to wrong."""
    example = plan.examples["mobile"]
    other = plan.sample(random, "mobile")
    yield plan.written(example, PhoneNumberFormat.INTERNATIONAL), f"+{plan.code}"
    yield plan.written(example, PhoneNumberFormat.NATIONAL), plan.code
    yield spell.wide(plan.written(example, PhoneNumberFormat.NATIONAL)), f"00{plan.code}"
    for front, code in (("", 1), ("0", 1), (plan.code, 1), ("00" + plan.code, 0), ("011" + plan.code, 1)):
        yield front + other, plan.code if code else None
    yield f"+{plan.code}0{other}", None
    yield f"+{plan.code}{other[:-1]}", None
    yield f"+{plan.code}{other}{random.randrange(10)}", None
    yield f"+{plan.code}{example}", f"+{random.choice(CODES)}"
    for _ in range(2):
        yield spell.announced(random, plan, other), plan.code
        yield spell.mutated(random, f"+{plan.code}{example}"), spell.code_of(random, plan)


def of_digits(random):
    """Digits that mean nothing, of every length and with every country code."""
    for code in (*CODES, *range(1, 1000, 7)):
        length = random.randint(3, 18)
        digits = "".join(random.choices("0123456789", k=length))
        yield f"+{code}{digits}", None
        yield digits, str(code)


if __name__ == "__main__":
    main()
