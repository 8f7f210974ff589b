"""Bad input: each case gets a clear message or a reject with its reason, and the records around it are
intact. A bad record is data; a bad stream is an error that names input, position, option and remedy."""
import base64
import gzip
import json
import os
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from corpus_cli import CliTest, corpus, lines, parts, snapshot, zstd

GOOD = [json.dumps({"instruction": f"Question number {i}?", "output": f"This is answer number {i}."}).encode()
        for i in range(40)]


class BadRecords(CliTest):
    """Planted between good lines: the good ones come out untouched, the bad one is in the rejects."""

    def check(self, bad: bytes, reason: str, *flags):
        path = self.write("in.jsonl", b"\n".join(GOOD[:20] + [bad] + GOOD[20:]) + b"\n")
        out = self.dir / "out"
        report = json.loads(corpus("pack", path, "-o", out, "--json", *flags).stdout)
        self.assertEqual(report["in"], 41, report)
        self.assertEqual(report["malformed"], 1, report)
        self.assertEqual(list(lines(out)), GOOD)
        rejects = [json.loads(l)["corpus"] for l in lines(out, rejects=True)]
        self.assertEqual([r["reason"] for r in rejects], [reason])
        self.assertEqual(rejects[0]["offset"], sum(len(g) + 1 for g in GOOD[:20]))
        raw = rejects[0].get("raw", "").encode() or base64.b64decode(rejects[0].get("raw_base64", ""))
        self.assertEqual(raw, bad)

    def test_invalid_utf8(self):
        self.check(b'{"instruction":"a","output":"\xff\xfe"}', "malformed.utf8")

    def test_raw_nul(self):
        self.check(b'{"instruction":"a","output":"b\x00c"}', "malformed.control")

    def test_nesting_100000_deep(self):
        self.check(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "malformed.too_deep")

    def test_nan(self):
        self.check(b'{"instruction":"a","output":"b","score":NaN}', "malformed.literal")

    def test_two_values_on_a_line(self):
        self.check(b'{"instruction":"a","output":"b"}{"instruction":"c","output":"d"}', "malformed.trailing")

    def test_duplicate_keys(self):
        self.check(b'{"instruction":"a","output":"b","output":"c"}', "malformed.duplicate_key")

    def test_not_an_object(self):
        self.check(b'"just a string"', "malformed.not_object")

    def test_cut_off(self):
        self.check(b'{"instruction":"a","output":"b', "malformed.json")


class OddButGood(CliTest):
    def packed(self, data: bytes, *flags):
        path = self.write("in.jsonl", data)
        report = json.loads(corpus("pack", path, "-o", self.dir / "out", "--json", *flags).stdout)
        return report, list(lines(self.dir / "out"))

    def test_huge_numbers_pass_untouched(self):
        line = b'{"instruction":"a","output":"b","n":1e9999,"i":123456789012345678901234567890}'
        report, out = self.packed(line + b"\n")
        self.assertEqual((report["kept"], out), (1, [line]))

    def test_lone_surrogate_is_valid_json(self):
        line = rb'{"instruction":"a","output":"b \ud83d c"}'
        report, out = self.packed(line + b"\n")
        self.assertEqual((report["kept"], out), (1, [line]))
        rejected = json.loads(corpus("filter", self.dir / "in.jsonl", "-o", "null:", "--encoding", "--json").stdout)
        self.assertEqual(rejected["rejected"], {"filters.encoding.lone_surrogate": 1})

    def test_bom_crlf_and_no_final_newline(self):
        report, out = self.packed(b"\xef\xbb\xbf" + b"\r\n".join(GOOD))
        self.assertEqual(report["kept"], 40)
        self.assertEqual([l.rstrip(b"\r") for l in out], GOOD)

    def test_blank_lines_are_no_records(self):
        report, out = self.packed(b"\n\n" + b"\n  \n".join(GOOD) + b"\n\n\n")
        self.assertEqual((report["in"], out), (40, GOOD))

    def test_empty_file(self):
        report, out = self.packed(b"")
        self.assertEqual((report["in"], out), (0, []))

    def test_a_200_megabyte_line(self):
        path = self.dir / "in.jsonl"
        with open(path, "wb") as f:
            f.write(b"\n".join(GOOD[:20]) + b'\n{"instruction":"a","output":"')
            for _ in range(200):
                f.write(b"x" * (1 << 20))
            f.write(b'"}\n' + b"\n".join(GOOD[20:]) + b"\n")
        report = json.loads(corpus("pack", path, "-o", self.dir / "out", "--json", "--memory", "256M").stdout)
        self.assertEqual((report["in"], report["kept"], report["malformed"]), (41, 40, 1))
        self.assertLess(report["peak_rss"], 256 << 20)
        self.assertEqual(list(lines(self.dir / "out")), GOOD)
        size = 0
        for line in lines(self.dir / "out", rejects=True):
            tag = json.loads(line)["corpus"]
            self.assertEqual(tag["reason"], "malformed.too_long")
            size += len(tag["raw"])
        self.assertEqual(size, (200 << 20) + len(b'{"instruction":"a","output":"' + b'"}'))
        allowed = json.loads(corpus("pack", path, "-o", self.dir / "out2", "--json", "--max-record", "256M").stdout)
        self.assertEqual((allowed["kept"], allowed["malformed"]), (41, 0))

    def test_bad_records_can_stop_the_run(self):
        path = self.write("in.jsonl", GOOD[0] + b"\nnonsense\n")
        done = corpus("pack", path, "-o", self.dir / "out", "--on-bad-record", "fail", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("in.jsonl", done.stderr.decode())
        self.assertIn(str(len(GOOD[0]) + 1), done.stderr.decode())
        report = json.loads(corpus("pack", path, "-o", self.dir / "out2", "--on-bad-record", "skip", "--json").stdout)
        self.assertEqual((report["kept"], report["malformed"]), (1, 1))
        self.assertEqual(list(lines(self.dir / "out2", rejects=True)), [])


class BadStreams(CliTest):
    def fails(self, *args, words=()):
        done = corpus(*args, check=False)
        err = done.stderr.decode()
        self.assertEqual(done.returncode, 2, err)
        for word in words:
            self.assertIn(word, err)
        return err

    def test_truncated_zstd(self):
        path = self.write("cut.jsonl.zst", zstd(b"\n".join(GOOD * 50))[:-20])
        self.fails("pack", path, "-o", self.dir / "out", words=("cut.jsonl.zst", "truncated"))
        self.assertFalse((self.dir / "out/manifest.json").exists())

    def test_truncated_gzip(self):
        path = self.write("cut.jsonl.gz", gzip.compress(b"\n".join(GOOD * 50))[:-20])
        self.fails("pack", path, "-o", self.dir / "out", words=("cut.jsonl.gz", "truncated"))

    def test_flipped_zstd_byte(self):
        data = bytearray(zstd(b"\n".join(GOOD * 50), "--check"))
        data[len(data) // 2] ^= 1
        path = self.write("bad.jsonl.zst", bytes(data))
        self.fails("pack", path, "-o", self.dir / "out", words=("bad.jsonl.zst", "byte"))

    def test_huge_window_is_refused_with_the_option(self):
        path = self.write("wide.jsonl.zst", zstd(os.urandom(1 << 20).hex().encode() * 80, "--long=31", "--ultra"))
        # A frame header that claims a window of 2 GiB, whatever the tool chose for this size.
        frame = bytearray(b"\x28\xb5\x2f\xfd\x00\xa8") + path.read_bytes()[6:]
        claims = self.write("claims.jsonl.zst", bytes(frame))
        self.fails("pack", claims, "-o", self.dir / "out", words=("claims.jsonl.zst", "window"))

    def test_content_size_lie(self):
        text = b"\n".join(GOOD)
        frame = bytearray(zstd(text, f"--stream-size={len(text)}"))
        at = 5 if frame[4] & 0x20 else 6  # behind magic and descriptor (and the window's byte)
        self.assertEqual(int.from_bytes(frame[at:at + 2], "little"), len(text) - 256)
        frame[at] ^= 0x55
        path = self.write("lie.jsonl.zst", bytes(frame))
        self.fails("pack", path, "-o", self.dir / "out", words=("lie.jsonl.zst",))

    def test_a_folder_with_no_file(self):
        (self.dir / "empty").mkdir()
        self.fails("stats", self.dir / "empty", words=("empty",))

    def test_a_file_that_is_not_there(self):
        self.fails("stats", self.dir / "nowhere.jsonl", words=("nowhere.jsonl",))

    def test_an_output_folder_that_holds_something(self):
        path = self.write("in.jsonl", b"\n".join(GOOD))
        self.write("out/precious.txt", "mine")
        self.fails("pack", path, "-o", self.dir / "out", words=("out", "not empty"))
        self.assertEqual(snapshot(self.dir / "out"), {"precious.txt": b"mine"})

    def test_a_disk_that_fills(self):
        """/dev/full refuses every write; a small tmpfs is used where one can be mounted."""
        path = self.write("in.jsonl", b"\n".join(GOOD * 5000))
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(self.write("m/x", "").parent)],
                              capture_output=True)
        if done.returncode != 0:
            self.skipTest("skipped: cannot mount a small tmpfs here")
        try:
            big = self.dir / "m/out"
            err = self.fails("pack", path, "-o", big, "--compress", "none", words=("space",))
            self.assertIn("--resume", err)
            self.assertFalse((big / "manifest.json").exists())
            subprocess.run(["mount", "-o", "remount,size=64m", str(self.dir / "m")], check=True)
            corpus("pack", path, "-o", big, "--compress", "none", "--resume")
            self.assertEqual(sum(1 for _ in lines(big)), 200_000)
        finally:
            subprocess.run(["umount", str(self.dir / "m")])

    def test_a_broken_pipe_is_no_error(self):
        path = self.write("in.jsonl", b"\n".join(GOOD * 5000))
        done = subprocess.run(f"'{os.environ.get('CORPUS_BINARY')}' cat '{path}' | head -n 1; "
                              "echo ${PIPESTATUS[0]}", shell=True, executable="/bin/bash", capture_output=True)
        first, status = done.stdout.split(b"\n")[:2]
        self.assertEqual((first, status), (GOOD[0], b"0"))
        self.assertEqual(done.stderr, b"")


if __name__ == "__main__":
    unittest.main(verbosity=2)
