#!/usr/bin/env python3
"""Checks the include arrows of docs/architecture.md over every #include line.

Exits 1 and names file and line of each include that the folder may not have.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

COMPONENTS = ["readers", "adapters", "filters", "language", "quality", "check", "decontaminate", "dedup", "select", "tags", "tokens", "stats", "writers"]
# Folder of libcorpus/ -> the other folders whose headers it may include. include/corpus/ is open to all.
ARROWS = {
    "include": [],
    "base": [],
    "simd": ["base"],
    "io": ["base"],
    "json": ["base", "simd"],
    "text": ["base", "simd"],
    "sandbox": [],
    "core": ["base"],
    "exec": ["core", "io", "base"],
    "provenance": ["core", "json", "text", "io", "base"],
    "audit": ["core", "text", "json", "base"],
    "teacher": ["core", "json", "io", "base"],
    "arrow": ["core", "json", "base"],
    "parquet": ["io", "base"],
    "capi": ["exec", "core", "json", "arrow"],
    **{name: ["core", "json", "text", "io", "simd", "base"] for name in COMPONENTS},
}
for name in ("readers", "writers"):
    ARROWS[name] = [*ARROWS[name], "parquet"]
# First part of an include path -> the folders that may use that library.
LIBRARIES = {
    "xxhash.h": ["base"],
    "immintrin.h": ["simd"],
    "zstd.h": ["io"],
    "zstd_errors.h": ["io"],
    "zlib.h": ["io"],
    "isa-l": ["io"],
    "isa-l.h": ["io"],
    "openssl": ["io", "provenance"],
    "simdjson.h": ["json"],
    "unicode": ["text"],
    "linux": ["sandbox"],
    "pcre2.h": ["tokens"],
    "sentencepiece_processor.h": ["tokens"],
    "cld2": ["language"],
    "fasttext": ["quality"],
    "hnswlib": ["dedup"],
    "yaml-cpp": ["core"],
    "nlohmann": [],
    "valijson": [],
    "tbb": ["exec"],
    "arrow": ["parquet"],
    "parquet": ["parquet"],
    "oneapi": ["exec"],
    "boost": ["core", "check", "dedup", "exec"],
}
POSIX = {"fcntl.h", "unistd.h", "dirent.h", "errno.h", "glob.h", "poll.h", "signal.h", "sched.h", "termios.h",
         "fnmatch.h", "string.h", "stddef.h", "stdint.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def is_standard(path):
    return path in POSIX or path.startswith("sys/") or ("/" not in path and "." not in path)


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1), found.group(2)


def check_library(path, folder):
    allowed = set(ARROWS[folder]) | {folder, "corpus"}
    public = ROOT / "libcorpus" / "include"
    for number, bracket, target in includes(path):
        first = target.split("/")[0]
        if bracket == "<":
            if is_standard(target):
                continue
            if folder not in LIBRARIES.get(first, []):
                users = ", ".join(LIBRARIES.get(first, [])) or "nobody"
                yield f"{path.relative_to(ROOT)}:{number}: <{target}> is for {users} only"
        elif target.endswith(".inc") or "/" not in target:
            if not any((base / target).exists() for base in (path.parent, ROOT / "libcorpus", public)):
                yield f"{path.relative_to(ROOT)}:{number}: \"{target}\" is not in this folder"
        elif first not in allowed:
            yield f"{path.relative_to(ROOT)}:{number}: {folder} may not include \"{target}\""


def check_app(path):
    """apps/corpus and apps/common are thin: the library, and the standard library. Others may bring their own."""
    app = ROOT / "apps" / path.relative_to(ROOT / "apps").parts[0]
    for number, bracket, target in includes(path):
        if bracket == "<" and app.name in ("corpus", "common") and not is_standard(target):
            yield f"{path.relative_to(ROOT)}:{number}: apps/{app.name} uses <{target}> through the library only"
        ours = any((base / target).exists() for base in (path.parent, app, ROOT / "apps"))
        if bracket == '"' and not ours and not target.startswith("corpus"):
            yield f"{path.relative_to(ROOT)}:{number}: apps/ may include corpus/*.h only, not \"{target}\""


def sources(folder):
    return sorted(p for p in folder.rglob("*") if p.suffix in (".h", ".cc", ".inc"))


def main():
    problems = []
    for folder in sorted(p for p in (ROOT / "libcorpus").iterdir() if p.is_dir()):
        if folder.name not in ARROWS and sources(folder):
            problems.append(f"libcorpus/{folder.name}: unknown folder; add its arrows to scripts/lint_includes.py")
            continue
        for path in sources(folder):
            problems += check_library(path, folder.name)
    for path in sources(ROOT / "apps"):
        problems += check_app(path)
    print("\n".join(problems) if problems else "include arrows: all as agreed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
