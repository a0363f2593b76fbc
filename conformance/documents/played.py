"""The programs that stand in for a build: `cargo`, on the PATH of a document, and `target/release/countersign`.

The second is the program under test, on a free port where the document leaves the port to the program. `cargo` builds
nothing: `cargo run` starts what the tests have built, and only `cargo install` puts `countersign` on the PATH.
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
    "install --locked --path crates/countersign") exec cp {countersign} "$(dirname "$0")" ;;
    "run --release -- "*) shift 3; exec {countersign} "$@" ;;
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
    """Writes `cargo` into the folder `bin`, and `countersign` where a build puts it; returns that of `bin`."""
    cases = "\n".join(f"    {verb}) listen={ports[port]} ;;" for verb, port in DEFAULTS.items())
    built = folder / "work" / "target" / "release" / "countersign"
    programs = folder / "bin"
    for path, text in [
        (built, COUNTERSIGN.format(cases=cases, binary=binary)),
        (programs / "cargo", CARGO.format(countersign=built, examples=TARGET / "debug" / "examples")),
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
