"""What `ops/release` makes, of a program that is built already."""

import os
import shutil
import tempfile
from pathlib import Path

from command import run
from driver.paths import ROOT, TARGET

# Stands in for cargo while a release is made: the program under test is built already, with the features of the tests. The
# message is the one by which cargo tells where it put a program.
CARGO = """#!/bin/bash
case "$1" in
    build) exit 0 ;;
    rustc) printf '%s\\n' '{{"reason":"compiler-artifact","package_id":"{id}","manifest_path":"{manifest}","target":{{"kind":["bin"],"crate_types":["bin"],"name":"countersign","src_path":"{source}","edition":"2024","doc":true,"doctest":false,"test":true}},"profile":{{"opt_level":"0","debuginfo":1,"debug_assertions":true,"overflow_checks":true,"test":false}},"features":[],"filenames":["{binary}"],"executable":"{binary}","fresh":true}}'
        exit 0 ;;
esac
exec {cargo} "$@"
"""


class Release:
    """`with Release(binary) as release:` makes one from the program, in a folder that ends with the block."""

    def __init__(self, binary):
        self.binary = binary

    def __enter__(self):
        self._home = tempfile.TemporaryDirectory(prefix="countersign-release-")
        self.folder = Path(self._home.name) / "out"
        programs = Path(self._home.name) / "bin"
        programs.mkdir()
        # maturin takes the program away for a moment, and others may need it then.
        program = shutil.copy(self.binary, self._home.name)
        crate = ROOT / "crates/countersign"
        script = CARGO.format(
            id=f"path+file://{crate}#0.1.0",
            manifest=crate / "Cargo.toml",
            source=crate / "src/main.rs",
            binary=program,
            cargo=run("sh", "-c", "command -v cargo").strip(),
        )
        (programs / "cargo").write_text(script)
        (programs / "cargo").chmod(0o755)
        environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "CARGO_TARGET_DIR": str(TARGET)}
        run(ROOT / "ops/release", self.folder, "--profile", "dev", env=environment)
        [self.deb], [self.wheel] = self.folder.glob("*.deb"), self.folder.glob("*.whl")
        self.sbom = self.folder / "countersign.cdx.json"
        return self

    def __exit__(self, *_):
        self._home.cleanup()
