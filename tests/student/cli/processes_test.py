#!/usr/bin/env python3
"""Two processes of `student train` that meet at a Unix socket, against one that does the work of both: the same losses
and, up to the order of additions, the same weights. Twice, to the same bytes."""
import array
import filecmp
import json
import pathlib
import subprocess
import tempfile

from tiny_student import STUDENT, make_student

STEPS = 12


def command(folder, out, *more):
    return [STUDENT, "train", "--model", folder / "tiny", "--data", folder / "text.jsonl", "--unchecked-policy",
            "--length", "128", "--batch", "4", "--micro-batch", "1", "--steps", str(STEPS), "--lr", "1e-3",
            "--threads", "1", "--quiet", "-o", out, *more]


def finish(*processes):
    for process in processes:
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors


def start(args):
    return subprocess.Popen(args, stderr=subprocess.PIPE, text=True)


def two(folder, name):
    out = folder / name
    meeting = ["--world", "2", "--rendezvous", folder / f"{name}.meet"]
    finish(*[start(command(folder, out, "--rank", str(rank), *meeting)) for rank in (1, 0)])
    return out


def weights(out):
    data = (out / "model.safetensors").read_bytes()
    size = int.from_bytes(data[:8], "little")
    tensors = {k: v["data_offsets"] for k, v in json.loads(data[8:8 + size]).items() if k != "__metadata__"}
    return {name: array.array("f", data[8 + size + begin:8 + size + end]) for name, (begin, end) in tensors.items()}


def losses(out):
    return [json.loads(line)["loss"] for line in (out / "log.jsonl").read_text().splitlines()]


def distance(a, b):
    return (sum((x - y) ** 2 for x, y in zip(a, b)) / max(sum(y * y for y in b), 1e-30)) ** 0.5


def main():
    with tempfile.TemporaryDirectory(prefix="student-processes-") as name:
        folder = pathlib.Path(name)
        make_student(folder)
        finish(start(command(folder, folder / "one")))
        first, second = two(folder, "first"), two(folder, "second")
        assert filecmp.cmp(first / "model.safetensors", second / "model.safetensors", shallow=False)
        alone, together, start_weights = weights(folder / "one"), weights(first), weights(folder / "tiny")
        assert alone.keys() == together.keys()
        moved = max(distance(alone[k], start_weights[k]) for k in alone)
        assert moved > 1e-3, f"nothing was learned: {moved}"
        apart = {k: distance(together[k], alone[k]) for k in alone}
        worst = max(apart, key=apart.get)
        assert apart[worst] <= 1e-5, f"{worst} differs by {apart[worst]}"
        one, both = losses(folder / "one"), losses(first)
        assert len(one) == len(both) == STEPS
        assert all(abs(x - y) <= 1e-5 * abs(y) for x, y in zip(both, one)), (one, both)
        same = sum(together[k] == alone[k] for k in alone)
        print(f"{STEPS} steps: the weights differ by at most {apart[worst]:.1e}; {same} of {len(alone)} tensors are the same bytes")


if __name__ == "__main__":
    main()
