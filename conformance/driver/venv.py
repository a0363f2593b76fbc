"""A Python environment in the cache, with what a requirements.txt pins."""

import subprocess
import sys

from .paths import CACHE
from .progress import say


def python_of(name, requirements):
    """The interpreter of the environment; made anew when the requirements have changed."""
    venv = CACHE / f"{name}-venv"
    python, stamp = venv / "bin" / "python", venv / ".prepared"
    wanted = sys.version + requirements.read_text()
    if stamp.is_file() and stamp.read_text() == wanted:
        return python
    say(f"{name}: pip install ...")
    subprocess.run([sys.executable, "-m", "venv", "--clear", venv], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", requirements], check=True)
    stamp.write_text(wanted)
    return python
