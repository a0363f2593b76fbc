"""Where things lie on disk."""

import os
from pathlib import Path

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent
TARGET = ROOT / os.environ.get("CARGO_TARGET_DIR", "target")
CACHE = HERE / ".cache"
LOGS = CACHE / "logs"


def log_file(name):
    """The path of a log of this name, its folder made."""
    LOGS.mkdir(parents=True, exist_ok=True)
    return LOGS / f"{name}.log"
