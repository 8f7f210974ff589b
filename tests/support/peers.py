"""The Python that has other people's packages: CORPUS_PEERS_PYTHON, or what scripts/peers makes."""
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def python():
    venv = ROOT / "build/peers-venv/bin/python"
    return os.environ.get("CORPUS_PEERS_PYTHON", str(venv if venv.exists() else sys.executable))


def why_not(probe):
    """Why the code `probe` does not run there; "" when it does."""
    done = subprocess.run([python(), "-W", "ignore", "-c", probe], capture_output=True, text=True)
    return "" if done.returncode == 0 else f"{python()}: {(done.stderr.strip().splitlines() or ['?'])[-1]}"


def go_there():
    """Runs the script that calls this in that Python; for the rest of it."""
    if os.path.abspath(sys.executable) != os.path.abspath(python()):
        os.execv(python(), [python(), *sys.argv])
