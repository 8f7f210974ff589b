#!/usr/bin/env python3
"""One training step of the Llama-3.2-1B shape in PyTorch: transformers' model, sdpa, torch.compile, fused AdamW, bf16.

Prints lines of JSON as student_gpu_bench does. usage: torch_step.py [SEQUENCES [LENGTH [STEPS]]]
"""
import json
import statistics
import sys
import time

import torch
from transformers import LlamaConfig, LlamaForCausalLM


def report(what, value, unit):
    print(json.dumps({"what": what, "value": value, "unit": unit}), flush=True)


def main():
    sequences, length, steps = (int(sys.argv[i]) if len(sys.argv) > i else d for i, d in ((1, 8), (2, 2048), (3, 10)))
    config = LlamaConfig(
        vocab_size=128256, hidden_size=2048, intermediate_size=8192, num_hidden_layers=16, num_attention_heads=32,
        num_key_value_heads=8, head_dim=64, max_position_embeddings=131072, rms_norm_eps=1e-5,
        tie_word_embeddings=True, rope_theta=500000.0)
    config._attn_implementation = "sdpa"
    torch.manual_seed(1)
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda"):
        model = LlamaForCausalLM(config)
    model.config.use_cache = False
    model.train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    tokens = torch.randint(0, config.vocab_size, (sequences, length), device="cuda")

    def loss_of(batch):
        return model(input_ids=batch, labels=batch).loss

    compiled = torch.compile(loss_of)

    def step():
        loss = compiled(tokens)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        return loss

    for _ in range(3):
        step()
    torch.cuda.synchronize()
    times = []
    for _ in range(steps):
        begin = time.perf_counter()
        step()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - begin)
    seconds = statistics.median(times)
    report("torch: version", float(".".join(torch.__version__.split(".")[:2])), "")
    report("torch: tokens", sequences * length, "tokens")
    report("torch: time", seconds * 1e3, "ms")
    report("torch: speed", sequences * length / seconds, "tokens/s")
    report("torch: peak memory", torch.cuda.max_memory_allocated() / 1e9, "GB")


if __name__ == "__main__":
    main()
