#!/usr/bin/env python3
"""kill -9 of `student train`, again and again: at a random moment, and as soon as a checkpoint is being written. What
comes out at last are the bytes of a run that nobody disturbed."""
import filecmp
import os
import pathlib
import random
import signal
import subprocess
import tempfile
import time

from tiny_student import STUDENT, make_student

KILLS = 14


def command(folder, out):
    return [STUDENT, "train", "--model", folder / "tiny", "--data", folder / "text.jsonl", "--unchecked-policy",
            "--length", "128", "--batch", "2", "--steps", "40", "--lr", "1e-3", "--save-every", "1", "--threads", "1",
            "--quiet", "-o", out]


def finish(process):
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return process


def half_written(out):
    return list(out.glob("**/*.tmp"))


def main():
    chance = random.Random(20240611)
    with tempfile.TemporaryDirectory(prefix="student-kill-") as name:
        folder = pathlib.Path(name)
        make_student(folder)
        begin = time.monotonic()
        finish(subprocess.Popen(command(folder, folder / "whole"), stderr=subprocess.PIPE, text=True))
        length = time.monotonic() - begin
        out, killed, writing = folder / "killed", 0, 0
        while killed < KILLS:
            process = subprocess.Popen([*command(folder, out), "--resume"], stderr=subprocess.PIPE, text=True)
            begin, wait = time.monotonic(), chance.uniform(0.1, 0.6) * length
            watch = killed % 2 == 1  # for a file that is being written, after a while
            while process.poll() is None and time.monotonic() - begin < (length * 2 if watch else wait):
                if watch and time.monotonic() - begin > wait / 2 and half_written(out):
                    break
                if not watch:
                    time.sleep(0.001)
            if process.poll() is not None:
                break  # it was done before its turn came
            os.kill(process.pid, signal.SIGKILL)
            if process.wait() == 0:
                break
            assert process.returncode == -signal.SIGKILL, process.stderr.read()
            killed += 1
            writing += bool(half_written(out))
        else:
            process = subprocess.Popen([*command(folder, out), "--resume"], stderr=subprocess.PIPE, text=True)
        finish(process)
        assert killed >= 4, f"only {killed} kills before the run was done"
        assert writing > 0, "no kill while a file was being written"
        assert not half_written(out), half_written(out)
        whole = folder / "whole"
        names = sorted(p.relative_to(whole) for p in whole.rglob("*") if p.is_file() and p.name != "log.jsonl")
        assert names == sorted(p.relative_to(out) for p in out.rglob("*") if p.is_file() and p.name != "log.jsonl")
        assert pathlib.Path("model.safetensors") in names
        for each in names:
            assert filecmp.cmp(whole / each, out / each, shallow=False), f"{each} differs after {killed} kills"
        steps = [len((run / "log.jsonl").read_text().splitlines()) for run in (whole, out)]
        assert steps == [40, 40], steps
        print(f"{killed} kills, {writing} of them while a file was being written; {len(names)} files are the same")


if __name__ == "__main__":
    main()
