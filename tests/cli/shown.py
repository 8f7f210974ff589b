"""Runs shell text as a reader of the docs would, and hides what differs from run to run."""
import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("CORPUS_BINARY", ROOT / "build/dev/bin/corpus")).resolve()

TIME = r"\d+(?:\.\d+)? s|(?:\d+:)?\d+:\d\d"
SIZE = r"\d+(?:\.\d+)? [KMGT]?i?B"
# Compressed sizes vary with the version of the compressor.
VARYING = [
    (re.compile(rf", (?!0 B){SIZE} out, "), ", {{size}} out, "),
    (re.compile(rf", (?:{TIME}), {SIZE}/s, peak memory {SIZE}"), ", {{time}}, {{rate}}, peak memory {{memory}}"),
    (re.compile(r'"bytes_out":[1-9]\d*'), '"bytes_out":{{size}}'),
    (re.compile(r'"seconds":[-+.e0-9]+'), '"seconds":{{time}}'),
    (re.compile(r"digest: [0-9a-f]{32}"), "digest: {{digest}}"),
    (re.compile(r'"peak_rss":\d+'), '"peak_rss":{{memory}}'),
    (re.compile(r"\b[0-9a-f]{64}\b"), "{{sha256}}"),  # of keys and roots that are new each time
]


def run(script, folder):
    """(stdout, stderr, exit status) of a bash script with corpus on its path, in `folder`."""
    env = {**os.environ, "PATH": f"{BINARY.parent}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, env=env, timeout=300)
    return done.stdout.decode(), done.stderr.decode(), done.returncode


def steady(text, folder=None):
    """The text with times, rates, memory and compressed sizes replaced by words in {{}}, and the folder by {{dir}}."""
    for pattern, word in VARYING:
        text = pattern.sub(word, text)
    return text.replace(str(folder), "{{dir}}") if folder else text


def matches(wanted, got):
    """Equal, where {{*}} in `wanted` stands for anything within a line, a line {{**}} for any lines."""
    pattern = re.escape(wanted)
    pattern = pattern.replace(re.escape("{{**}}\n"), "(?:.*\n)*?").replace(re.escape("{{*}}"), ".*?")
    return re.fullmatch(pattern, got) is not None
