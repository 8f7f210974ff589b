"""Man page and completion scripts: that their readers take them, and that they know every flag."""
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import shown


def output(*args):
    return subprocess.run([shown.BINARY, *args], check=True, capture_output=True, text=True).stdout


def complete(*words):
    """What bash offers after `corpus WORDS`; the last word is what was begun."""
    script = output("help", "completions", "bash") + """
COMP_WORDS=(corpus "$@"); COMP_CWORD=$#; _corpus; printf '%s\\n' "${COMPREPLY[@]}"
"""
    done = subprocess.run(["bash", "-c", script, "bash", *words], check=True, capture_output=True, text=True)
    assert done.stderr == "", done.stderr
    return done.stdout.split()


def flags_of(command):
    return set(re.findall(r"--[a-z][-a-z]*", output(command, "--help").split("Examples")[0]))


class Bash(unittest.TestCase):
    def test_commands(self):
        self.assertEqual(complete("st"), ["stats"])
        self.assertEqual(set(complete("c")), {"curate", "cat", "convert", "check-proof"})

    def test_flags_are_those_of_the_command(self):
        self.assertEqual(complete("dedup", "--ba"), ["--bands", "--batch"])
        self.assertEqual(complete("head", "--ba"), ["--batch"])
        self.assertTrue(flags_of("curate") >= set(complete("curate", "--")))

    def test_values(self):
        self.assertEqual(complete("curate", "--profile", ""), ["sft", "pretrain", "code", "math", "sft-en", "gopher", "c4", "fineweb", "dclm",
                          "nemo"])
        self.assertEqual(complete("curate", "in.jsonl", "--on-bad-record", "f"), ["fail"])

    def test_words(self):
        self.assertIn("minhash", complete("dedup", "m"))
        self.assertIn("curate", complete("help", "cu"))


class Others(unittest.TestCase):
    def test_every_flag_is_known(self):
        zsh, fish = output("help", "completions", "zsh"), output("help", "completions", "fish")
        for command in ("curate", "filter", "dedup", "sample", "verify"):
            for flag in flags_of(command):
                self.assertIn(flag, zsh)
                self.assertIn(f"-l {flag[2:]}", fish)

    def check_syntax(self, shell, *flags):
        if shutil.which(shell) is None:
            self.skipTest(f"skipped: no {shell} here")
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(output("help", "completions", shell))
            file.flush()
            subprocess.run([shell, *flags, file.name], check=True)

    def test_zsh_syntax(self):
        self.check_syntax("zsh", "-n")

    def test_fish_syntax(self):
        self.check_syntax("fish", "--no-execute")


class Man(unittest.TestCase):
    def test_renders_without_a_warning(self):
        if shutil.which("groff") is None:
            self.skipTest("skipped: no groff here")
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", "-rLL=80n"], input=output("help", "man"),
                              capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        for word in ("EXIT STATUS", "curate", "--profile", "stages.dedup.minhash.bands=20"):
            self.assertIn(word, re.sub("\x1b\\[[0-9;]*m|.\x08", "", done.stdout))


if __name__ == "__main__":
    unittest.main()
