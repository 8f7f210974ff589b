#!/usr/bin/env python3
"""score.py DATA OUT [--json]: how many of the faults that teacher_corpus planted were found.

DATA is what teacher_corpus wrote (labels.tsv, summary.json), OUT what `corpus curate` made of
DATA/input. Recall: of the planted records, those dropped for the right reason ("gone": for any).
Precision: of the records dropped for a reason, those with any planted fault. Of a group of duplicates
one may stay, whichever. Exits 1 when a record is neither kept nor rejected, or is both.
"""
import argparse
import base64
import collections
import json
import pathlib
import re
import subprocess
import sys

# Reason prefix -> labels it should find.
FAMILIES = {
    "dedup.": ["exact_dup", "near_dup"],
    "filters.refusal": ["refusal", "disclaimer", "identity"],
    "filters.truncated": ["truncated"],
    "filters.loop": ["loop"],
    "filters.encoding": ["encoding"],
    "filters.length": ["empty"],
    "malformed.": ["broken_json"],
}
ID = re.compile(rb'"id":\s*"(g-\d+)"')


def zstd_lines(path):
    with subprocess.Popen(["zstd", "-dcq", "--", str(path)], stdout=subprocess.PIPE) as process:
        yield from process.stdout
    if process.returncode != 0:
        sys.exit(f"score: {path}: zstd cannot read it")


def record_id(line):
    """The id in the bytes of a record; in those of a malformed one, as far as it is readable."""
    found = ID.search(line)
    if found:
        return found.group(1).decode()
    found = re.search(rb"g-\d{7,}", line)
    return found.group(0).decode() if found else None


def read_kept(out):
    for path in sorted(out.glob("part-*.zst")):
        for line in zstd_lines(path):
            yield record_id(line)


def read_rejects(out):
    for path in sorted((out / "rejects").glob("*.zst")):
        for line in zstd_lines(path):
            mark = json.loads(line)["corpus"]
            original = line
            if "raw_base64" in mark:
                original = base64.b64decode(mark["raw_base64"])
            elif "raw" in mark:
                original = mark["raw"].encode("utf-8", "surrogatepass")
            yield record_id(original), mark["reason"]


def read_labels(data):
    labels, original = {}, {}
    with open(data / "labels.tsv") as lines:
        next(lines)
        for line in lines:
            name, label, of = line.rstrip("\n").split("\t")
            labels[name] = label
            if of:
                original[name] = of
    return labels, original


def missed_duplicates(original, labels, dropped):
    """Planted duplicates that are still there, and how many groups lost all their members to dedup."""
    groups = collections.defaultdict(list)
    for name, of in original.items():
        groups[of].append(name)
    missed, emptied = collections.Counter(), 0
    for root, copies in groups.items():
        members = [root] + sorted(copies, key=lambda m: labels[m])  # exact before near
        left = [m for m in members if m not in dropped]
        missed.update(labels[m] for m in left[1:])
        if not left and all(dropped[m].startswith("dedup.") for m in members):
            emptied += 1
    return missed, emptied, set(groups)


def score(data, out):
    labels, original = read_labels(data)
    total = json.loads((data / "summary.json").read_text())["records"]
    dropped = dict(read_rejects(out))
    seen = collections.Counter(dropped)
    for key in seen:
        seen[key] = 1
    kept = 0
    for name in read_kept(out):
        seen[name] += 1
        kept += 1
    result = {
        "records": total, "kept": kept, "dropped": len(dropped),
        "conserved": len(seen) == total and None not in seen and max(seen.values(), default=0) <= 1,
        "labels": {}, "reasons": {},
    }
    missed, emptied, roots = missed_duplicates(original, labels, dropped)
    planted = collections.Counter(labels.values())
    for prefix, family in FAMILIES.items():
        caught = [n for n, reason in dropped.items() if reason.startswith(prefix)]
        if prefix == "dedup.":
            own = sum(n in original or n in roots for n in caught) - emptied
            clean = sum(n not in labels and n not in roots for n in caught) + emptied
        else:
            own = sum(labels.get(n) in family for n in caught)
            clean = sum(labels.get(n, "bench_leak") == "bench_leak" for n in caught)
        result["reasons"][prefix.rstrip(".")] = {
            "dropped": len(caught), "own": own, "other_fault": len(caught) - own - clean, "clean": clean,
            "precision": 1 - clean / len(caught) if caught else None,
        }
        for label in family:
            names = [n for n, l in labels.items() if l == label]
            if prefix == "dedup.":
                found = gone = planted[label] - missed[label]
            else:
                found = sum(dropped.get(n, "").startswith(prefix) for n in names)
                gone = sum(n in dropped for n in names)
            result["labels"][label] = {
                "planted": len(names), "found": found, "gone": gone,
                "recall": found / len(names) if names else None, "reason": prefix.rstrip("."),
            }
    leaks = [n for n, l in labels.items() if l == "bench_leak"]
    result["bench_leak"] = {"planted": len(leaks), "gone": sum(n in dropped for n in leaks)}
    clean = total - len(labels)
    lost = collections.Counter(r for n, r in dropped.items() if n not in labels and n not in roots)
    result["clean"] = {"records": clean, "lost": sum(lost.values()), "lost_by_reason": dict(lost.most_common())}
    return result


def share(x):
    return "    -" if x is None else f"{100 * x:6.2f}%"


def show(result):
    print(f"{'planted fault':<15}{'planted':>9}{'found':>9}{'recall':>9}{'gone':>9}   looked for by")
    for label, row in result["labels"].items():
        print(f"{label:<15}{row['planted']:>9}{row['found']:>9}{share(row['recall']):>9}{row['gone']:>9}   {row['reason']}")
    leak = result["bench_leak"]
    print(f"{'bench_leak':<15}{leak['planted']:>9}{'-':>9}{'-':>9}{leak['gone']:>9}   nothing in this chain")
    print()
    print(f"{'dropped by':<20}{'records':>9}{'this fault':>12}{'another':>9}{'clean':>7}{'precision':>11}")
    for prefix, row in result["reasons"].items():
        print(f"{prefix:<20}{row['dropped']:>9}{row['own']:>12}{row['other_fault']:>9}{row['clean']:>7}"
              f"{share(row['precision']):>11}")
    clean = result["clean"]
    print(f"\n{clean['lost']} of {clean['records']} clean records lost "
          f"({100 * clean['lost'] / max(1, clean['records']):.3f}%) {clean['lost_by_reason'] or ''}")
    print(f"{result['kept']} kept + {result['dropped']} rejected = {result['records']}: "
          f"{'every record is accounted for' if result['conserved'] else 'RECORDS ARE MISSING OR DOUBLE'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    args = parser.parse_args()
    result = score(args.data, args.out)
    if args.json:
        print(json.dumps(result))
    else:
        show(result)
    return 0 if result["conserved"] else 1


if __name__ == "__main__":
    sys.exit(main())
