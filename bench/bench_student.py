#!/usr/bin/env python3
"""Training on the CPU beside PyTorch and transformers, interleaved: one run of ours, one of theirs, and again.

usage: bench_student.py build/bin/bench_student [--models 15m,7m,135m] [--types f32,bf16] [--rounds 2] [--seconds 10]

Per second of CPU time on one thread, since that is what a busy machine does not disturb. The shapes and batches
are those of bench_student.cc (8 documents of 256 tokens; 135m: 2). PyTorch runs LlamaForCausalLM with sdpa and fused
AdamW; "bf16" is its autocast. Without torch and transformers only our rows are printed, and why.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys

SHAPES = {
    "15m": dict(hidden_size=288, num_attention_heads=6, num_key_value_heads=6, head_dim=48, num_hidden_layers=6,
                intermediate_size=768, vocab_size=32000),
    "135m": dict(hidden_size=576, num_attention_heads=9, num_key_value_heads=3, head_dim=64, num_hidden_layers=30,
                 intermediate_size=1536, vocab_size=49152),
}
SHAPES["7m"] = dict(SHAPES["15m"], vocab_size=4096)


def peer(model, kind, seconds):
    """Runs in a process of its own, for its peak memory."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM
    torch.set_num_threads(1)
    torch.manual_seed(1)
    net = LlamaForCausalLM(LlamaConfig(**SHAPES[model], tie_word_embeddings=True, attn_implementation="sdpa"))
    adam = torch.optim.AdamW(net.parameters(), lr=1e-4, betas=(0.9, 0.95), fused=True)
    documents = 2 if model == "135m" else 8
    ids = torch.randint(0, SHAPES[model]["vocab_size"], (documents, 256))

    def step():
        adam.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=kind == "bf16"):
            loss = net(ids, labels=ids).loss
        loss.backward()
        adam.step()

    def cpu():
        use = resource.getrusage(resource.RUSAGE_SELF)
        return use.ru_utime + use.ru_stime

    step()
    start, steps = cpu(), 0
    while cpu() - start < seconds:
        step()
        steps += 1
    print(json.dumps({"tokens_per_cpu_second": steps * ids.numel() / (cpu() - start),
                      "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS="1"))
    if done.returncode != 0:
        return None, done.stderr.strip().splitlines()[-1:]
    return json.loads(done.stdout.strip().splitlines()[-1]), None


def main():
    args = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    args.add_argument("program")
    args.add_argument("--models", default="15m,7m,135m")
    args.add_argument("--types", default="f32,bf16")
    args.add_argument("--rounds", type=int, default=2)
    args.add_argument("--seconds", type=float, default=10)
    args = args.parse_args()
    for model in args.models.split(","):
        for kind in args.types.split(","):
            ours, theirs, why = [], [], None
            for _ in range(args.rounds):
                row, error = run([args.program, model, kind, "1", str(args.seconds)])
                if row is None:
                    sys.exit(f"bench_student.py: {args.program}: {error}")
                ours.append(row)
                row, why = run([sys.executable, __file__, "--peer", model, kind, str(args.seconds)])
                if row:
                    theirs.append(row)
            middle = lambda rows, key: statistics.median(r[key] for r in rows)
            line = (f"{model} {kind}: {middle(ours, 'tokens_per_cpu_second'):.0f} tokens per CPU second, "
                    f"{middle(ours, 'share_of_ceiling'):.0%} of the GEMM ceiling, peak {middle(ours, 'peak_mib'):.0f} "
                    f"MiB (planned {middle(ours, 'planned_mib'):.0f})")
            if theirs:
                speed = middle(ours, "tokens_per_cpu_second") / middle(theirs, "tokens_per_cpu_second")
                memory = middle(ours, "peak_mib") / middle(theirs, "peak_mib")
                line += (f"; PyTorch {middle(theirs, 'tokens_per_cpu_second'):.0f} and {middle(theirs, 'peak_mib'):.0f} "
                         f"MiB: {speed:.2f} x the speed, {memory:.2f} x the memory")
            else:
                line += f"; no peer: {why}"
            print(line, flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        peer(sys.argv[2], sys.argv[3], float(sys.argv[4]))
    else:
        main()
