"""Commands within sentences: the help of the program must know their verbs and options."""

import re
import shlex
import subprocess
from functools import lru_cache

COMMAND = re.compile(r"`countersign ([^`]+)`")
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
VERB = re.compile(r"^  ([a-z][a-z-]+)(?: |$)", re.MULTILINE)


def unknown_commands(document, text, binary):
    """A line for each command in a sentence that has a verb or an option which the program does not have."""
    commands = COMMAND.findall(FENCED.sub("", text).replace("\n", " "))
    return [
        f"{document}: `countersign {command}`: the program has no {word}"
        for command in commands
        for word in _unknown_words(binary, shlex.split(command.replace("'", "")))
    ]


def _unknown_words(binary, words):
    """The verbs and options of a command that the help does not have; `set|list` stands for both verbs."""
    paths = [()]
    while words and not words[0].startswith("-") and (known := _verbs(binary, paths[0])):
        verbs, *words = words[0].split("|"), *words[1:]
        unknown = [verb for verb in verbs if verb not in known]
        if unknown:
            return unknown
        paths = [(*paths[0], verb) for verb in verbs]
    texts = "".join(_help(binary, path) for path in paths)
    options = [word.strip("[]").partition("=")[0] for word in words]
    return [option for option in options if option.startswith("--") and option not in texts]


def _verbs(binary, path):
    commands = _help(binary, path).partition("\nCommands:")[2].partition("\nOptions:")[0]
    return VERB.findall(commands)


@lru_cache(maxsize=None)
def _help(binary, path):
    return subprocess.run([binary, *path, "--help"], capture_output=True, text=True, check=True).stdout
