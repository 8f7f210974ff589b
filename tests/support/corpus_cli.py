"""What every Python test of the command line needs: the binary, the data, files, and skips with reasons."""
import gzip
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = os.environ.get("CORPUS_BINARY", str(ROOT / "build/dev/bin/corpus"))
DATA = pathlib.Path(os.environ.get("CORPUS_TEST_DATA", ROOT.parent / "shared/data"))


def corpus(*args, check=True, stdin=None, env=None, timeout=900):
    """Runs `corpus ARGS`; on an unexpected exit status the test fails with what it printed."""
    done = subprocess.run([BINARY, *map(str, args)], input=stdin, capture_output=True, timeout=timeout,
                          env=None if env is None else {**os.environ, **env})
    if check and done.returncode != 0:
        raise AssertionError(f"corpus {' '.join(map(str, args))}: exit {done.returncode}\n"
                             f"{done.stderr.decode(errors='replace')}")
    return done


def zstd(data: bytes, *flags) -> bytes:
    return subprocess.run(["zstd", "-qc", *flags], input=data, capture_output=True, check=True).stdout


def unzstd(path) -> bytes:
    """The decompressed bytes, by the public zstd tool and not by us."""
    return subprocess.run(["zstd", "-dqc", "--long=31", str(path)], capture_output=True, check=True).stdout


def stored(path) -> bytes:
    """A file's text whatever its compression."""
    data = pathlib.Path(path).read_bytes()
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    if data[:4] == b"\x28\xb5\x2f\xfd" or data[1:4] == b"\x2a\x4d\x18":
        return unzstd(path)
    return data


def parts(folder):
    """Finished shards of a corpus, rejects not among them."""
    return sorted(pathlib.Path(folder).glob("part-*"))


def lines(folder, rejects=False):
    """Decompressed lines of a corpus or of its rejects."""
    where = pathlib.Path(folder) / "rejects" if rejects else pathlib.Path(folder)
    for part in parts(where):
        yield from stored(part).split(b"\n")[:-1]


def snapshot(folder):
    """Name -> bytes of every file below a folder: for comparing outputs byte for byte."""
    base = pathlib.Path(folder)
    return {str(p.relative_to(base)): p.read_bytes() for p in sorted(base.rglob("*")) if p.is_file()}


def untagged(line: bytes):
    """A line without the "corpus" member that was spliced in before its final brace."""
    at = max(line.rfind(b',"corpus":{'), line.rfind(b'{"corpus":{') + 1 if line.startswith(b'{"corpus":{') else -1)
    if at < 0:
        return line
    decoder = json.JSONDecoder()
    start = line.index(b"{", at)
    _, end = decoder.raw_decode(line[start:].decode())
    return line[:at] + line[start + len(line[start:].decode()[:end].encode()):]


def needs_data(test):
    return unittest.skipUnless(DATA.is_dir(), f"skipped: no corpora at {DATA} (set CORPUS_TEST_DATA)")(test)


class CliTest(unittest.TestCase):
    """Each test gets an empty folder of its own."""

    def setUp(self):
        self._dir = tempfile.TemporaryDirectory(prefix="corpus-test-")
        self.dir = pathlib.Path(self._dir.name)
        self.addCleanup(self._dir.cleanup)

    def write(self, name, data):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path
