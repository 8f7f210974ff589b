"""Chains: what to read, which stages, where to."""
import json
import os
import sys
import time

from . import _libcorpus


def read(*paths, columns=None, **options):
    """A chain over files, folders and globs. `options` are those of recipe.input (adapt, format, ...).

    `columns`: see Chain.columns.
    """
    chain = Chain({"paths": [os.fspath(p) for p in paths], **options})
    return chain if columns is None else chain.columns(columns)


def from_arrow(data, name="arrow", **options):
    """A chain over anything with __arrow_c_stream__: pyarrow, Polars, DuckDB, pandas, datasets."""
    return Chain(dict(options), arrow=(data, name))


def profile(name):
    """A chain with the stages of a built-in recipe ("sft", "pretrain", "code"); add its input with .over()."""
    recipe = json.loads(_libcorpus.profile_json(name))
    return Chain(recipe.get("input", {}), tuple(recipe.get("stages", [])))


class _Python:
    """A stage that is a Python function."""

    def __init__(self, name, fn, batched):
        self.name, self.fn, self.batched = name, fn, batched

    def __call__(self, batch):
        if self.batched:
            self.fn(batch)
            return
        fn = self.fn
        for i in range(len(batch)):
            record = batch[i]
            if record.dropped:
                continue
            verdict = fn(record)
            if verdict is None or verdict is True:
                continue
            record.drop(verdict if isinstance(verdict, str) else "dropped")


class Chain:
    """Immutable; every method gives a new one. Can be pickled when its functions and input can."""

    def __init__(self, source, stages=(), output=(), arrow=None):
        self._source, self._stages, self._output, self._arrow = source, tuple(stages), dict(output), arrow

    # --- stages

    def stage(self, component, **options):
        """Any component by its id: .stage("filters.length", min_chars=20)."""
        return self._with({component: options})

    def filter(self, name, **options):
        """Drop by what a record says: "refusal", "truncated", "loop", "length", ... (filters.*)."""
        return self.stage(name if "." in name else "filters." + name, **options)

    def dedup(self, method="exact", **options):
        """Drop duplicates: "exact", "minhash", ... (dedup.*)."""
        return self.stage("dedup." + method, **options)

    def tag(self, name, **options):
        """Write something under "corpus" of every record: "content_id", "source", ... (tags.*)."""
        return self.stage("tags." + name, **options)

    def gate(self, intent, **options):
        """Pass only records whose terms allow it (policy.gate)."""
        return self.stage("policy.gate", intent=intent, **options)

    def head(self, n):
        return self.stage("select.head", n=n)

    def sample(self, n, seed=0):
        return self.stage("select.sample", n=n, seed=seed)

    def map(self, fn, name=None):
        """Call fn(record) for every record that is still there, in input order.

        It keeps the record by returning None or True, drops it by returning False or a reason ("too_short"), and may
        use record.tag() and record.replace(). An exception ends the run.
        """
        return self._with(_Python(_stage_name(fn, name), fn, batched=False))

    def map_batches(self, fn, name=None):
        """Call fn(batch) for every batch, in input order; see Batch and Record."""
        return self._with(_Python(_stage_name(fn, name), fn, batched=True))

    def convert(self, shape):
        """Rewrite records to "messages", "sharegpt", "alpaca", "prompt_response" or "text" on the way out."""
        return Chain(self._source, self._stages, {**self._output, "convert": shape}, self._arrow)

    def columns(self, names):
        """Give only these of id, teacher, shape, turns and json, as Arrow in this order; nothing else is decoded.

        In batches, what was not asked for is empty; their lines are always there. Not for write().
        """
        return Chain(self._source, self._stages, {**self._output, "columns": list(names)}, self._arrow)

    def over(self, *paths, **options):
        """The same stages over other inputs."""
        return Chain({**self._source, "paths": [os.fspath(p) for p in paths], **options}, self._stages, self._output)

    # --- running

    def write(self, out, threads=0, memory=0, resume=False, progress="auto", **output):
        """Run, and write a folder, or a file when the name ends in .jsonl, .jsonl.zst or .jsonl.gz.

        Returns the report (a dict: in, kept, rejected, malformed, ...). `progress`: "auto" shows a line in a notebook or
        on a terminal, None nothing; or a function of (bytes_done, bytes_total, records, dropped, pass, passes, seconds).
        """
        out = os.fspath(out)
        name = out.removesuffix(".zst").removesuffix(".gz")
        place = {"file": out} if name.endswith(".jsonl") else {"dir": out}
        return self._run({**self._output, **place, **output}, threads, memory, resume, progress)

    def count(self, threads=0, memory=0, progress=None):
        """Run and write nothing: the report alone."""
        return self._run({"null": True}, threads, memory, False, progress)

    def batches(self, threads=0, memory=0):
        """Iterate over batches; each is valid until the next is asked for."""
        return self._batches(self._output, threads, memory)

    def _batches(self, output, threads, memory):
        stream = self._stream(output, threads, memory, False, None)
        stream.start()
        while (batch := stream.next()) is not None:
            yield batch
        stream.finish()

    def lines(self, threads=0, memory=0):
        """Iterate over kept records as JSON text (bytes)."""
        for batch in self._batches({**self._output, "columns": ["json"]}, threads, memory):
            yield from batch.lines.splitlines()

    def __iter__(self):
        """Iterate over kept records as Python objects."""
        for line in self.lines():
            yield json.loads(line)

    def __arrow_c_stream__(self, requested_schema=None):
        """Columns id, teacher, shape, turns (list of {role, text}), json, or those of columns()."""
        return _libcorpus.to_arrow(self._stream(self._output, 0, 0, False, None))

    def recipe(self):
        """The recipe underneath, as a dict. Python stages are not part of it."""
        stages = [s for s in self._stages if not isinstance(s, _Python)]
        return {"corpus": 1, "input": self._source, "stages": stages, "output": self._output}

    def __repr__(self):
        names = [s.name + "()" if isinstance(s, _Python) else _id_of(s) for s in self._stages]
        return "<libcorpus.Chain " + " | ".join(["read", *names]) + ">"

    # --- underneath

    def _with(self, stage):
        return Chain(self._source, (*self._stages, stage), self._output, self._arrow)

    def _stream(self, output, threads, memory, resume, progress):
        recipe = {**self.recipe(), "output": dict(output)}
        stream = _libcorpus.Stream(json.dumps(recipe), threads, _bytes(memory), resume, progress)
        behind = 0
        for stage in self._stages:
            if isinstance(stage, _Python):
                stream.add_stage(behind, stage.name, stage)
            else:
                behind += 1
        if self._arrow is not None:
            data, name = self._arrow
            capsule = data if type(data).__name__ == "PyCapsule" else data.__arrow_c_stream__()
            stream.from_arrow(capsule, name)
        return stream

    def _run(self, output, threads, memory, resume, progress):
        show = _Progress() if progress == "auto" else progress
        stream = self._stream(output, threads, memory, resume, show)
        stream.start()
        try:
            return json.loads(stream.finish())
        finally:
            if isinstance(show, _Progress):
                show.close()


class _Progress:
    """One line that is redrawn, in a notebook or on a terminal; nothing elsewhere."""

    def __init__(self):
        self.notebook = "ipykernel" in sys.modules
        self.on = self.notebook or sys.stderr.isatty()
        self.shown = 0.0

    def __call__(self, done, total, records, dropped, number, passes, seconds):
        now = time.monotonic()
        if not self.on or now - self.shown < 0.2:
            return
        self.shown = now
        share = f"{100 * done / total:3.0f} % " if total else ""
        which = f"pass {number} of {passes}: " if passes > 1 else ""
        sys.stderr.write(f"\r\x1b[K{which}{share}{records:,} records, {dropped:,} dropped")
        sys.stderr.flush()

    def close(self):
        if self.shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def _stage_name(fn, name):
    name = name or getattr(fn, "__name__", "python")
    return "python" if name == "<lambda>" else name.lower()


def _id_of(stage):
    return stage if isinstance(stage, str) else next(iter(stage))


def _bytes(memory):
    if isinstance(memory, int):
        return memory
    units = {"k": 10, "m": 20, "g": 30, "t": 40}
    text = memory.strip().lower().removesuffix("ib").removesuffix("b").strip()
    shift = units.get(text[-1:], 0)
    return int(float(text[:-1] if shift else text) * (1 << shift))
