#!/usr/bin/env python3
"""The table of bench/gpu.sh, from its folder of results: measured numbers, and why others are missing."""
import json
import pathlib
import sys

# Dense bf16 by the makers' data sheets, TFLOP/s, by a part of the device's name. Others: no such row.
DENSE_PEAK = {"H100 PCIe": 756, "H100": 989, "H200": 989, "A100": 312, "L40S": 362}


def read(folder, name):
    path = folder / f"{name}.json"
    values = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        if line.startswith("{"):
            item = json.loads(line)
            values[item["what"]] = (item["value"], item["unit"])
    return values


def main():
    folder = pathlib.Path(sys.argv[1])
    rows = []

    def row(what, value, wanted="", verdict=None):
        rows.append((what, value, wanted, {True: "yes", False: "NO", None: ""}[verdict]))

    notes = folder / "notes"
    for line in notes.read_text().splitlines() if notes.exists() else []:
        what, _, value = line.partition("\t")
        verdict = None if value.startswith("not run") or what in ("device", "date") else value.startswith("passed")
        row(what, value, "" if verdict is None else "passes", verdict)
    ceilings, kernels, curve = read(folder, "ceilings"), read(folder, "kernels"), read(folder, "curve")
    step, torch = read(folder, "step"), read(folder, "torch")
    copy = ceilings.get("copy", (None,))[0]
    gemm = ceilings.get("gemm bf16 8192", (None,))[0]
    for name, (value, unit) in ceilings.items():
        row(f"ceiling: {name}", f"{value:.0f} {unit}")
    for name, (value, unit) in kernels.items():
        if unit == "GB/s" and copy:
            row(name, f"{value:.0f} {unit} = {value / copy:.0%} of copy", ">= 70%", value / copy >= 0.7)
        elif gemm:
            row(name, f"{value:.0f} {unit} = {value / gemm:.0%} of GEMM")
    for kind, limit in (("curve f32", 1e-3), ("curve bf16", 3e-2)):
        if f"{kind}: worst difference" in curve:
            worst = curve[f"{kind}: worst difference"][0]
            row(f"{kind}: 20 losses against the CPU's", f"differ by at most {worst:.1e}", f"<= {limit:g}", worst <= limit)
    if "step: speed" in step:
        speed, rate = step["step: speed"][0], step["step: rate"][0]
        row("Llama-3.2-1B shape, bf16, T 2048", f"{speed:.0f} tokens/s, {step['step: time'][0]:.0f} ms a step")
        if gemm:
            row("  of the measured GEMM ceiling", f"{rate:.0f} TFLOP/s = {rate / gemm:.0%}")
        device = notes.read_text() if notes.exists() else ""
        peak = next((p for name, p in DENSE_PEAK.items() if name in device), None)
        if peak:
            row(f"  of dense peak ({peak} by the data sheet)", f"{rate / peak:.0%}", ">= 45%", rate / peak >= 0.45)
        if "torch: speed" in torch:
            theirs = torch["torch: speed"][0]
            row("  PyTorch, sdpa + torch.compile", f"{theirs:.0f} tokens/s, {torch['torch: time'][0]:.0f} ms a step")
            row("  ratio to it", f"{speed / theirs:.2f}", ">= 1.0", speed >= theirs)
    widths = [max(len(r[i]) for r in rows) if rows else 0 for i in range(4)]
    for r in [("", "measured", "wanted", "met")] + rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(r, widths)).rstrip())
    return 1 if any(r[3] == "NO" for r in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
