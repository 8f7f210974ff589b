#!/usr/bin/env python3
"""Compiles the CUDA kernels with warnings as errors for sm_80 and sm_90 and reads what ptxas says about each.

A kernel may not spill, and has to fit its block: 512 threads leave 128 registers to each (those of larger blocks have
launch bounds, which the compiler keeps). Exit 1 names those that do not; exit 3 and a reason: there is no nvcc.
usage: check_ptxas.py [--list]
"""
import collections
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
ARCHITECTURES = ["80", "90"]
MOST_REGISTERS = 128
MOST_STACK = 16  # bytes; one small array with a computed index, off the wide paths
ENTRY = re.compile(r"Compiling entry function '(\w+)' for 'sm_(\d+)'")
SPILLS = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
USED = re.compile(r"Used (\d+) registers")


def nvcc():
    home = os.environ.get("CUDA_HOME", "/usr/local/cuda")
    return shutil.which("nvcc") or shutil.which("nvcc", path=f"{home}/bin")


def compile_kernels(compiler, folder):
    command = [compiler, "-std=c++20", "-O3", "-Werror=all-warnings", "-Xptxas=-v",
               "-Xcompiler=-Wall,-Wextra,-Werror,-Wno-missing-field-initializers,-Wno-restrict",
               f"-I{ROOT}/libcorpus/include", f"-I{ROOT}/apps/student", "-c",
               str(ROOT / "apps/student/backend/cuda/cuda_backend.cu"), "-o", str(pathlib.Path(folder) / "kernels.o")]
    for architecture in ARCHITECTURES:
        command += ["-gencode", f"arch=compute_{architecture},code=sm_{architecture}"]
    return subprocess.run(command, capture_output=True, text=True)


def short(mangled):
    """rmsnorm_kernel<t,8,1> from its mangled name, well enough to find it."""
    found = re.search(r"on_device(\d+)", mangled)
    if not found:
        return mangled
    begin = found.end()
    name, rest = mangled[begin:begin + int(found.group(1))], mangled[begin + int(found.group(1)):]
    arguments = re.match(r"I(.*?)EEv", rest)
    return f"{name}<{arguments.group(1)}>" if arguments else name


def main():
    compiler = nvcc()
    if compiler is None:
        print("check_ptxas: no nvcc; CUDA kernels were not compiled")
        return 3
    with tempfile.TemporaryDirectory() as folder:
        done = compile_kernels(compiler, folder)
    if done.returncode != 0:
        print(done.stdout + done.stderr)
        return 1
    kernel, problems = None, []
    registers = collections.defaultdict(list)
    for line in (done.stdout + done.stderr).splitlines():
        if found := ENTRY.search(line):
            kernel = (short(found.group(1)), found.group(2))
        elif kernel and (found := SPILLS.search(line)):
            stack, stores, loads = map(int, found.groups())
            if stack > MOST_STACK or stores or loads:
                problems.append(f"{kernel[0]} on sm_{kernel[1]}: {found.group(0)}")
        elif kernel and (found := USED.search(line)):
            used = int(found.group(1))
            registers[kernel[1]].append((used, kernel[0]))
            if used > MOST_REGISTERS:
                problems.append(f"{kernel[0]} on sm_{kernel[1]}: {used} registers")
            kernel = None
    for architecture in ARCHITECTURES:
        kernels = sorted(registers[architecture])
        if not kernels:
            problems.append(f"no kernel was compiled for sm_{architecture}")
            continue
        print(f"sm_{architecture}: {len(kernels)} kernels, {kernels[0][0]} to {kernels[-1][0]} registers")
        if "--list" in sys.argv:
            print("\n".join(f"  {used:3} {name}" for used, name in kernels))
    print("\n".join(problems) if problems else "no kernel spills")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
