#!/usr/bin/env python3
"""tokens_peer.py BENCH_TOKENS TOKENIZER.json TEXT [THREADS]: libcorpus and `tokenizers` side by side.

Both encode the lines of TEXT with as many threads, in turn, three times each; the ids have to be equal. Prints
the rate of each (fastest run) by wall clock and by CPU time, and the ratios. Needs the package tokenizers.
"""
import os
import subprocess
import sys
import time


def main():
    program, tokenizer_path, text_path = sys.argv[1:4]
    threads = sys.argv[4] if len(sys.argv) > 4 else "2"
    os.environ.update(RAYON_NUM_THREADS=threads, TOKENIZERS_PARALLELISM="true" if threads != "1" else "false")
    import tokenizers
    tokenizer = tokenizers.Tokenizer.from_file(tokenizer_path)
    tokenizer.no_padding(), tokenizer.no_truncation()
    tokenizer.encode_special_tokens = True
    text = open(text_path, encoding="utf-8", newline="").read()
    lines = [line + "\n" for line in text.split("\n")]
    lines[-1] = lines[-1][:-1]
    lines = [line for line in lines if line]
    ours, theirs, ours_cpu, theirs_cpu = [], [], [], []
    for _ in range(3):
        size, seconds, cpu, ids, digest = subprocess.run([program, tokenizer_path, "", threads, text_path], capture_output=True,
                                                    text=True, check=True).stdout.split()[::2]
        ours.append(float(seconds))
        ours_cpu.append(float(cpu))
        start, start_cpu = time.perf_counter(), time.process_time()
        encoded = tokenizer.encode_batch_fast(lines, add_special_tokens=False)
        theirs.append(time.perf_counter() - start)
        theirs_cpu.append(time.process_time() - start_cpu)
    expected = count = 0
    for e in encoded:
        for i in e.ids:
            expected = (expected * 1000003 + i + 1) & 0xFFFFFFFFFFFFFFFF
        count += len(e.ids)
    if (str(count), str(expected)) != (ids, digest):
        sys.exit(f"ids differ: {count} and {ids}")
    rate = lambda seconds: int(size) / min(seconds) / 1e6
    print(f"{threads} threads, {int(size) / 1e6:.1f} MB, {count} equal ids: corpus {rate(ours):.1f} MB/s, "
          f"tokenizers {tokenizers.__version__} {rate(theirs):.1f} MB/s, ratio {rate(ours) / rate(theirs):.1f}; "
          f"a CPU second: {rate(ours_cpu):.1f} and {rate(theirs_cpu):.1f} MB, ratio {rate(ours_cpu) / rate(theirs_cpu):.1f}")


if __name__ == "__main__":
    main()
