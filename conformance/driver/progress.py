"""Progress goes to standard error; standard output is for the table."""

import sys


def say(text):
    print(text, file=sys.stderr, flush=True)
