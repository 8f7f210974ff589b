"""A chain over many machines: Ray runs it, one input file a task.

    import ray, libcorpus, libcorpus.ray

    ray.init()
    chain = libcorpus.read("answers/*.jsonl.zst").filter("refusal").dedup("exact").dedup("minhash")
    report = libcorpus.ray.curate(chain, "clean")

The kept records are those of chain.write(), in the same order. Input and output are on storage that all
machines see under the same path; what travels is keys (16 bytes of each band of each record) and verdicts.
docs/ray.md says how it works, what it costs, and which stages there are.
"""
import json
import os
import pathlib
import shutil
import tempfile
import time
import uuid

import numpy as np
import pyarrow as pa
import ray
import ray.data

from . import _libcorpus, _links
from .chain import Chain, _id_of, _Python

__all__ = ["curate"]

DEDUP = {"dedup.exact": "duplicate", "dedup.minhash": "near_duplicate"}
# Stages that StageSet takes, or that would run, but not with the result of one machine.
ONE_MACHINE = {
    "decontaminate.ngram": "its report and its index are of one run",
    "dedup.known": "run it on the output, with `corpus dedup`",
    "filters.withdrawn": "who withdrew what has to be accounted for in one place",
    "policy.gate": "it decides on the whole input before anything is written, and its manifest is what is signed",
    "quality.top_percent": "it ranks all records against each other",
    "stats.basic": "its report is of one run; take it of the output",
    "stats.signals": "its report is of one run; take it of the output",
    "tags.lineage": "it writes down the recipe and the numbers of one run",
    "tags.source": "it writes down the numbers of one run's inputs",
}
OFFSET_BITS = 44  # of a position, below the number of the input: as in the rejects of one run
KEYS_A_PART = 4 << 20  # that one task of the group-by compares: 80 MB
# So many keys, 2 GB, are compared without the group-by: each task takes its own out of all of them.
KEYS_AT_ONCE, KEYS_A_TASK = 128 << 20, 16 << 20


def curate(chain, out, *, threads=1, memory=0, partitions=0, retries=3):
    """Run `chain` on the Ray cluster and write the folder `out`, a corpus folder for each input file.

    A task takes `threads` CPUs of its machine and works on one input file; `memory` caps each as in Chain.write().
    `partitions` is into how many groups Ray Data shuffles the keys, 0: as many as their number asks for, and none while
    one machine holds them. A task whose worker dies is repeated up to `retries` times. Returns a report as
    Chain.write() does.
    """
    started = time.monotonic()
    out = pathlib.Path(os.path.abspath(os.fspath(out)))
    plan = _Plan(chain, threads, memory)
    if out.exists() and any(out.iterdir()):
        raise ValueError(f"{out}: is not empty; give another output folder")
    paths = _inputs(chain)
    (out / ".partial").mkdir(parents=True, exist_ok=True)
    if not ray.is_initialized():
        ray.init()
    options = {"num_cpus": threads, "max_retries": retries}
    plan_ref = ray.put(plan)
    drops = _verdicts(plan, plan_ref, paths, options, partitions) if plan.dedups else []
    write = ray.remote(_write).options(**options)
    reports = ray.get([write.remote(plan_ref, number, path, str(out), _of_input(drops, number))
                       for number, path in enumerate(paths)])
    report = _sum(reports)
    report["seconds"] = time.monotonic() - started
    about = {"libcorpus": _libcorpus.version(), "recipe": plan.recipe(), "inputs": paths, "report": report}
    (out / ".curate.json").write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n")
    shutil.rmtree(out / ".partial")
    return report


# --- what is to be done; pickled into every task


class _Plan:
    def __init__(self, chain, threads, memory):
        if chain._arrow is not None:
            raise ValueError("libcorpus.ray: reads files, so that a task that is repeated can read again; "
                             "write the table to Parquet or JSON Lines first")
        for option in ("columns", "file", "dir", "tokens"):
            if option in chain._output:
                raise ValueError(f"libcorpus.ray: output.{option} does not go with a folder of records")
        self.source, self.output = chain._source, chain._output
        self.stages = [_stage(stage) for stage in chain._stages]
        self.threads, self.memory = threads, memory
        self.dedups = [i for i, (component, _) in enumerate(self.stages) if component in DEDUP]
        for i in self.dedups:
            self.keys(i)
        alone = [{c: o} for c, o in self.stages if c not in DEDUP]
        source = {k: v for k, v in self.source.items() if k != "paths"}
        _libcorpus.check_stages(json.dumps({"corpus": 1, "input": source, "stages": alone}))

    def recipe(self):
        return {"corpus": 1, "input": self.source, "stages": [{c: o} for c, o in self.stages], "output": self.output}

    def keys(self, i):
        component, options = self.stages[i]
        return _libcorpus.Keys(json.dumps({"corpus": 1, "stages": [{component: options}]}))

    def chain(self, path, functions):
        """Over one input, with functions in place of the dedup stages; without what is behind the last of them."""
        stages, rest = [], dict(functions)
        for i, (component, options) in enumerate(self.stages):
            if i in rest:
                stages.append(_Python(component, rest.pop(i), batched=True))
            else:
                stages.append({component: options})
        return Chain({**self.source, "paths": [path]}, stages, self.output)

    def up_to_last_dedup(self):
        short = _Plan.__new__(_Plan)
        short.__dict__.update(self.__dict__)
        short.stages = self.stages[:self.dedups[-1] + 1]
        short.output = {}
        return short


def _stage(stage):
    if isinstance(stage, _Python):
        raise ValueError(f"libcorpus.ray: {stage.name}() is called for the records of one run in their order; "
                         "map it over the output, or use ray.data for it")
    component = _id_of(stage)
    if component in ONE_MACHINE:
        raise ValueError(f"libcorpus.ray: {component} is for a run on one machine: {ONE_MACHINE[component]}")
    return component, (stage.get(component) or {}) if isinstance(stage, dict) else {}


def _inputs(chain):
    """The files in the order of a run, as the library finds them: those of a manifest."""
    paths = chain._source.get("paths", [])
    paths = [paths] if isinstance(paths, str) else list(paths)
    if "-" in paths:
        raise ValueError("libcorpus.ray: standard input cannot be read by other machines; name files")
    source = {**chain._source, "paths": [os.path.abspath(p) for p in paths]}
    with tempfile.TemporaryDirectory(prefix="corpus-ray-") as folder:
        Chain(source).head(1).write(os.path.join(folder, "one"), threads=1, progress=None, rejects=False)
        manifest = json.loads(pathlib.Path(folder, "one", "manifest.json").read_text())
    return [i["name"] for i in manifest["inputs"]]


# --- which records are duplicates


def _verdicts(plan, plan_ref, paths, options, partitions):
    """For each dedup stage (positions to drop, the one that stays instead), sorted by position."""
    stages = len(plan.dedups)
    sign = ray.remote(_sign).options(num_returns=stages + 1, **options)
    made = [sign.remote(plan_ref, number, path) for number, path in enumerate(paths)]
    counts = np.array(ray.get([refs[-1] for refs in made]), dtype=np.int64).reshape(len(paths), stages)
    verdicts, gone = [], ray.put(np.empty(0, np.uint64))
    for k in range(stages):
        exact = plan.stages[plan.dedups[k]][0] == "dedup.exact"
        total = int(counts[:, k].sum())
        some = [refs[k] for refs, count in zip(made, counts[:, k]) if count]  # an empty block has no columns
        if partitions or total > KEYS_AT_ONCE:
            pairs = _group(some, partitions or -(-total // KEYS_A_PART), gone, exact)
        else:
            pairs = _compare(some, total, gone, exact, options)
        verdicts.append(_links.survivors(*pairs))
        gone = ray.put(np.sort(np.concatenate([dropped for dropped, _ in verdicts])))
    return verdicts


def _sign(plan, number, path):
    """Reads one input: a table of keys for each dedup stage, and how many each has."""
    short = plan.up_to_last_dedup()
    found = {i: (plan.keys(i), []) for i in plan.dedups}
    functions = {i: lambda batch, keys=keys, rows=rows: rows.append(batch.keys(keys))
                 for i, (keys, rows) in found.items()}
    stream_of = short.chain(path, functions)
    stream_of.count(threads=plan.threads, memory=plan.memory)
    tables = []
    for i, (keys, rows) in found.items():
        rows = np.frombuffer(b"".join(rows), dtype=np.uint64).reshape(-1, 1 + keys.words)
        tables.append(_links.table(rows, number << OFFSET_BITS, plan.stages[i][0] == "dedup.exact"))
    return (*tables, [t.num_rows for t in tables])


def _compare(tables, total, gone, exact, options):
    """What _group gives, for as many keys as a machine holds."""
    workers = int(ray.cluster_resources().get("CPU", 1) / max(options["num_cpus"], 1))
    parts = max(1, -(-total // KEYS_A_TASK), min(workers, total // KEYS_A_PART)) if tables else 0
    compare = ray.remote(_pairs_of).options(**options)
    pairs = ray.get([compare.remote(part, parts, gone, exact, *tables) for part in range(parts)])
    empty = np.empty(0, np.uint64)
    return tuple(np.concatenate([empty, *(pair[side] for pair in pairs)]) for side in range(2))


def _pairs_of(part, parts, gone, exact, *tables):
    pairs = _links.links(_links.of_part(tables, part, parts), exact, gone)
    return pairs["stays"].to_numpy(), pairs["goes"].to_numpy()


def _group(tables, parts, gone, exact):
    """Pairs of positions with an equal key. The group-by is Ray Data's: the keys of a part come together in a task."""
    empty = np.empty(0, np.uint64)
    if not tables:
        return empty, empty
    pairs = (ray.data.from_arrow_refs(tables)
             .map_batches(_links.with_part, fn_args=(parts,), batch_format="pyarrow", batch_size=None)
             .groupby("part", num_partitions=parts)
             .map_groups(_linked, fn_args=(gone, exact), batch_format="pyarrow"))
    batches = [b for b in pairs.iter_batches(batch_format="pyarrow", batch_size=None) if b.num_rows]
    return tuple(np.concatenate([empty, *(b[name].to_numpy() for b in batches)]) for name in ("stays", "goes"))


def _linked(keys, gone, exact):
    return _links.links(keys, exact, gone if isinstance(gone, np.ndarray) else ray.get(gone))


# --- the output


def _of_input(verdicts, number):
    """What of them concerns one input."""
    out = []
    for dropped, stays in verdicts:
        begin, end = np.searchsorted(dropped, np.array([number, number + 1], np.uint64) << np.uint64(OFFSET_BITS))
        out.append((dropped[begin:end] & np.uint64((1 << OFFSET_BITS) - 1), stays[begin:end]))
    return out


def _write(plan, number, path, out, drops):
    """Filters one input and writes its folder; under a name of its own until it is whole."""
    functions = {i: _Drop(plan.stages[i][0], *drops[k]) for k, i in enumerate(plan.dedups)}
    whole = os.path.join(out, f"{number:07}")
    mine = os.path.join(out, ".partial", f"{number:07}-{uuid.uuid4().hex[:8]}")
    report = plan.chain(path, functions).write(mine, threads=plan.threads, memory=plan.memory, progress=None)
    try:
        os.rename(mine, whole)
    except OSError:
        if not os.path.exists(os.path.join(whole, "manifest.json")):
            raise
        shutil.rmtree(mine)  # an earlier attempt had ended, and its worker died before it said so
    return report


class _Drop:
    """A stage that drops the records at given offsets, in the order in which batches come."""

    def __init__(self, component, offsets, stays):
        self.method, self.reason = component.partition(".")[2], DEDUP[component]
        self.offsets, self.stays = offsets.tolist(), stays.tolist()
        self.next = 0

    def __call__(self, batch):
        size, at = len(batch), 0
        if size == 0 or self.next == len(self.offsets):
            return
        last = batch[size - 1].position[1]
        while self.next < len(self.offsets) and self.offsets[self.next] <= last:
            at = self._find(batch, at, size, self.offsets[self.next])
            stays = self.stays[self.next]
            batch[at].tag("dedup", f'{{"of":"{stays >> OFFSET_BITS}:{stays & (1 << OFFSET_BITS) - 1}",'
                                   f'"method":"{self.method}"}}')
            batch[at].drop(self.reason)
            self.next += 1

    @staticmethod
    def _find(batch, low, high, offset):
        while low < high:
            middle = (low + high) // 2
            if batch[middle].position[1] < offset:
                low = middle + 1
            else:
                high = middle
        return low


def _sum(reports):
    total = {"in": 0, "kept": 0, "rejected": {}, "malformed": 0, "bytes_in": 0, "bytes_out": 0}
    for report in reports:
        for name in total:
            if name != "rejected":
                total[name] += report[name]
        for reason, count in report["rejected"].items():
            total["rejected"][reason] = total["rejected"].get(reason, 0) + count
    total["rejected"] = dict(sorted(total["rejected"].items()))
    total["peak_rss"] = max((r["peak_rss"] for r in reports), default=0)
    return total
