"""The programs that stand in for a build: `countersign` and `cargo`, first on the PATH of a document.

`countersign` is the program under test, on a free port where the document leaves the port to the program. `cargo` builds
nothing: `cargo run` starts what the tests have built.
"""

import os
import re
import socket
import subprocess

from driver.paths import HERE, ROOT, TARGET

# By verb: the port on which the program listens where the command names none.
DEFAULTS = {"dev": 8480, "demo": 8482, "sandbox": 8490}
PRINTED_PORT = re.compile(r"(?<=127\.0\.0\.1:)(\d{4,5})\b")

COUNTERSIGN = """#!/bin/bash
case "$1" in
{cases}
    *) listen= ;;
esac
if [ -n "$listen" ] && [[ " $* " != *" --listen "* ]]; then
    set -- "$@" --listen "127.0.0.1:$listen"
fi
exec -a countersign {binary} "$@"
"""

CARGO = """#!/bin/bash
case "$*" in
    "build --release" | "install --locked --path crates/countersign") exit 0 ;;
    "run --release -- "*) shift 3; exec countersign "$@" ;;
    "run --release -p countersign-demo --example "*) example=$6; shift 6; [ "$1" != -- ] || shift
        exec {examples}/"$example" "$@" ;;
esac
echo "cargo: the tests do not know this command: $*" >&2
exit 2
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ports_of(text):
    """A free port for each one that the document names or leaves to the program."""
    named = {int(port) for port in PRINTED_PORT.findall(text)}
    return {port: free_port() for port in sorted(named | set(DEFAULTS.values()))}


def on_free_ports(text, ports):
    return PRINTED_PORT.sub(lambda match: str(ports[int(match.group(1))]), text)


def put_programs(folder, binary, ports):
    """Writes both programs into the folder `bin`, and where a document expects a build; returns that of `bin`."""
    cases = "\n".join(f"    {verb}) listen={ports[port]} ;;" for verb, port in DEFAULTS.items())
    countersign = COUNTERSIGN.format(cases=cases, binary=binary)
    programs = folder / "bin"
    for path, text in [
        (programs / "countersign", countersign),
        (programs / "cargo", CARGO.format(examples=TARGET / "debug" / "examples")),
        (folder / "work" / "target" / "release" / "countersign", countersign),
    ]:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    return programs


def build_examples(names):
    """Builds examples of the Rust SDK, all workspace members chosen as in the tests, so that little is built anew."""
    chosen = [word for name in sorted(names) for word in ("--example", name)]
    subprocess.run(["cargo", "build", "--locked", "--quiet", "--workspace", "--all-features", *chosen], cwd=ROOT, check=True)


def environment(programs):
    """The environment of a reader: no proxy, no language of the terminal, newest packages only where versions are not pinned."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "COUNTERSIGN_"))}
    return {
        **kept,
        "PATH": f"{programs}:{kept['PATH']}",
        "LANG": "C.UTF-8",
        "npm_config_prefer_offline": "true",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_CONSTRAINT": str(HERE / "python" / "requirements.txt"),
    }
