#!/usr/bin/env python3
"""Writes <name>/ beside itself: tiny random checkpoints as transformers saves them, and beside each
reference.safetensors what transformers and torch make of it: logits, loss, every gradient and the losses
of 20 AdamW steps. The tests of the student compare with these files and need neither package.

usage: make_reference.py            (needs torch, transformers 5, safetensors)
"""
import pathlib

import torch
from safetensors.torch import save_file
from transformers import (LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM, Qwen3Config,
                          Qwen3ForCausalLM)

OUT = pathlib.Path(__file__).resolve().parent
DOCUMENTS = [19, 1, 30]  # one of a single token
SIZES = dict(num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=256,
             attn_implementation="eager", bos_token_id=1, eos_token_id=2)
MODELS = {
    "llama": (LlamaForCausalLM, LlamaConfig(
        **SIZES, hidden_size=32, intermediate_size=56, vocab_size=131, tie_word_embeddings=False)),
    # Wavelengths on both sides of the blend: original context 64, positions up to 30.
    "llama3": (LlamaForCausalLM, LlamaConfig(
        **SIZES, hidden_size=48, intermediate_size=40, vocab_size=128, tie_word_embeddings=True,
        rope_parameters=dict(rope_type="llama3", rope_theta=500.0, factor=8.0, low_freq_factor=1.0,
                             high_freq_factor=4.0, original_max_position_embeddings=64))),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(
        **SIZES, hidden_size=32, intermediate_size=56, vocab_size=101, tie_word_embeddings=True,
        rope_parameters=dict(rope_type="default", rope_theta=1e6))),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(
        **SIZES, hidden_size=40, intermediate_size=56, vocab_size=97, head_dim=16, tie_word_embeddings=False,
        rope_parameters=dict(rope_type="default", rope_theta=1e6))),
}


def documents(vocab):
    tokens = torch.randint(0, vocab, (sum(DOCUMENTS),))
    targets, at = tokens.roll(-1).clone(), 0
    for length in DOCUMENTS:
        targets[at + length - 1] = -1  # nothing follows the last token of a document
        targets[at:at + length // 4] = -1  # a prompt
        at += length
    return tokens, targets


def forward(model, tokens, targets):
    """Every document alone: no packing, no mask, so that packing is what is tested."""
    logits, loss, at = [], 0, 0
    for length in DOCUMENTS:
        out = model(tokens[None, at:at + length]).logits[0]
        logits.append(out)
        want = targets[at:at + length]
        loss = loss + torch.nn.functional.cross_entropy(out, want, ignore_index=-1, reduction="sum")
        at += length
    return torch.cat(logits), loss / (targets >= 0).sum()


def main():
    for name, (kind, config) in MODELS.items():
        torch.manual_seed(20240611)
        model = kind(config).float().eval()
        for key, p in model.named_parameters():  # the start is too tame: norms of 1, biases of 0, weights of 0.02
            with torch.no_grad():
                p.copy_(1 + 0.2 * torch.randn_like(p) if "norm" in key else 0.15 * torch.randn_like(p))
        folder = OUT / name
        model.save_pretrained(folder)
        tokens, targets = documents(config.vocab_size)
        logits, loss = forward(model, tokens, targets)
        loss.backward()
        out = {"tokens": tokens.int(), "targets": targets.int(), "logits": logits.detach(), "loss": loss.detach()[None]}
        for key, p in model.named_parameters():
            out["grad." + key] = p.grad.clone()
        matrices = [p for p in model.parameters() if p.dim() > 1]
        others = [p for p in model.parameters() if p.dim() <= 1]
        adam = torch.optim.AdamW([dict(params=matrices, weight_decay=0.1), dict(params=others, weight_decay=0.0)],
                                 lr=1e-3, betas=(0.9, 0.95), eps=1e-8)
        losses = []
        for _ in range(20):
            adam.zero_grad()
            _, loss = forward(model, tokens, targets)
            loss.backward()
            adam.step()
            losses.append(loss.item())
        out["losses"] = torch.tensor(losses)
        save_file({k: v.contiguous() for k, v in out.items()}, folder / "reference.safetensors")
        print(name, sum(p.numel() for p in model.parameters()), "parameters, loss", losses[0], "->", losses[-1])


main()
