"""The manual pages and the completions, on a machine where the package is installed."""

from command import same
from driver.expect import Mismatch

PAGES = "usr/share/man/man1"
# What they say of a long option on a short line, and of the paragraphs that clap makes.
NO_FAULTS = ("cannot adjust line", "cannot break line", "skipping paragraph macro")
COMPLETED = "countersign app cr"


def verbs(machine, *path):
    """The verbs below a verb, by its help."""
    text = machine.run("countersign", *path, "--help")
    if "Commands:\n" not in text:
        return []
    listed = text.split("Commands:\n")[1].split("\n\n")[0].splitlines()
    # A line that goes on is indented further.
    return [line.split()[0] for line in listed if line.startswith("  ") and line[2] != " " and line.split()[0] != "help"]


def all_verbs(machine, *path):
    """Every verb, and those below it: each as the words after the name of the program."""
    for verb in verbs(machine, *path):
        yield (*path, verb)
        yield from all_verbs(machine, *path, verb)


def has_a_page_for_every_verb(machine):
    wanted = {"-".join(["countersign", *path]) for path in [(), *all_verbs(machine)]}
    installed = {page.name.removesuffix(".1.gz") for page in (machine.root / PAGES).glob("countersign*.1.gz")}
    same("the manual pages", sorted(installed), sorted(wanted))
    if "--config <FILE>" not in machine.run("man", "countersign-serve"):
        raise Mismatch("the options of `countersign serve` on its page", machine.run("man", "countersign-serve"))


def is_sound(machine):
    """man and mandoc find nothing wrong with a page."""
    checks = ("man --warnings=all --local-file {page} 2>&1 >/dev/null", "mandoc -T lint -W warning {page} || true")
    for page in sorted((machine.root / PAGES).glob("countersign*.1.gz")):
        for check in checks:
            said = machine.run("sh", "-c", check.format(page=f"/{PAGES}/{page.name}")).splitlines()
            faults = [line for line in said if not any(words in line for words in NO_FAULTS)]
            same(f"what `{check.split()[0]}` warns of in {page.name}", faults, [])


def completes(machine):
    """bash and fish complete a verb with what the package installed, and zsh reads its script."""
    source = "/usr/share/bash-completion/completions/countersign"
    asks = f'source {source}; COMP_WORDS=({COMPLETED}); COMP_CWORD=2; _countersign countersign cr app; echo "${{COMPREPLY[*]}}"'
    same("what bash completes", machine.run("bash", "-c", asks).strip(), "create")
    fish = machine.run("env", "HOME=/tmp", "fish", "--command", f"complete --do-complete '{COMPLETED}'")
    same("what fish completes", [line.split("\t")[0] for line in fish.splitlines()], ["create"])
    machine.run("zsh", "-n", "/usr/share/zsh/vendor-completions/_countersign")
