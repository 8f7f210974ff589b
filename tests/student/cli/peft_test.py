#!/usr/bin/env python3
"""Adapters that go back and forth: the peft package loads what `student train --lora` writes, and `student merge` makes
of an adapter what peft's merge_and_unload does, of ours and of one that peft wrote.

Needs Python with peft, torch and transformers: CORPUS_PEERS_PYTHON, or build/peers-venv. Prints why and skips
(exit 77) when something is missing.
"""
import os
import pathlib
import subprocess
import tempfile

from tiny_student import find_python, make_student, run

PEFT = r"""
import sys, torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

base, out = sys.argv[1], sys.argv[2]

def fresh():
    return AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32, local_files_only=True)

def compare(adapter, merged, what):
    model = PeftModel.from_pretrained(fresh(), adapter)
    ids = torch.arange(1, 60).reshape(1, -1)
    with torch.no_grad():
        adapted = model(ids).logits
        apart = float((adapted - fresh()(ids).logits).norm() / adapted.norm())
        theirs = model.merge_and_unload()
        ours = AutoModelForCausalLM.from_pretrained(merged, dtype=torch.float32, local_files_only=True)
        logits = float((ours(ids).logits - adapted).norm() / adapted.norm())
    worst, n = 0.0, 0
    mine = dict(ours.named_parameters())
    for name, value in theirs.named_parameters():
        worst = max(worst, float((mine[name] - value).norm() / value.norm()))
        n += 1
    assert n == len(mine) and apart > 1e-3, (n, len(mine), apart)
    assert worst <= 1e-6 and logits <= 1e-5, f"{what}: weights differ by {worst:.2g}, logits by {logits:.2g}"
    print(f"{what}: {n} merged weights within {worst:.1g} of peft's, logits within {logits:.1g}; "
          f"the adapter moves them by {apart:.1g}")

if sys.argv[3] == "make":
    torch.manual_seed(3)
    config = LoraConfig(r=5, lora_alpha=7, target_modules=["q_proj", "v_proj", "down_proj"], task_type="CAUSAL_LM")
    model = get_peft_model(fresh(), config)
    for name, value in model.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(value, std=0.05)   # it starts at zero
    model.save_pretrained(out)
else:
    compare(out, sys.argv[3], sys.argv[4])
"""


def main():
    python = find_python("peft", "torch", "transformers")
    with tempfile.TemporaryDirectory(prefix="student-peft-") as name:
        folder = pathlib.Path(name)
        make_student(folder)
        env = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hf"), "TOKENIZERS_PARALLELISM": "false"}

        def peft(*args):
            done = subprocess.run([python, "-c", PEFT, str(folder / "tiny"), *args], capture_output=True, text=True,
                                  env=env)
            assert done.returncode == 0, done.stderr[-3000:]
            print(done.stdout, end="")

        run("train", "--model", str(folder / "tiny"), "--data", str(folder / "text.jsonl"), "--unchecked-policy",
            "--length", "128", "--steps", "8", "--lr", "1e-2", "--lora", "3", "-o", str(folder / "trained"), "--quiet")
        merge = ["merge", "--model", str(folder / "tiny"), "--adapter"]
        run(*merge, str(folder / "trained/adapter"), "-o", str(folder / "merged"))
        saved, merged = (folder / which / "model.safetensors" for which in ("trained", "merged"))
        assert merged.read_bytes() == saved.read_bytes(), "what `train --lora` saves is its adapter, merged"
        peft(str(folder / "trained/adapter"), str(folder / "merged"), "ours")
        peft(str(folder / "theirs"), "make")
        run(*merge, str(folder / "theirs"), "-o", str(folder / "merged-theirs"))
        peft(str(folder / "theirs"), str(folder / "merged-theirs"), "peft's")


if __name__ == "__main__":
    main()
