"""Curate teacher-generated corpora from Python.

    import libcorpus

    report = (libcorpus.read("answers.jsonl.zst")
              .filter("refusal")
              .dedup("minhash", threshold=0.8)
              .map(lambda record: len(record.response) > 20 or "too_short")
              .write("clean"))

    table = pyarrow.table(libcorpus.read("clean"))          # any Arrow consumer
    libcorpus.from_arrow(polars_frame).dedup("exact").write("out.jsonl")

A chain is lazy and immutable: nothing is read before it is written, iterated or taken as Arrow. The
work runs on threads of the library, without the GIL but where a Python function of yours is called.
"""
import json as _json

from ._libcorpus import Batch, Error, Reader, Record, Tokenizer, has, version
from . import _libcorpus
from .chain import Chain, from_arrow, profile, read

__version__ = version()
__all__ = ["Batch", "Chain", "Error", "Reader", "Record", "Tokenizer", "adapt", "components", "from_arrow", "has",
           "policy", "profile", "read", "verify", "version"]


def components():
    """Every component: [{"id", "summary", "schema"}, ...]."""
    return _json.loads(_libcorpus.components_json())


def adapt(record, **options):
    """The one view of a record of any known shape: {"shape", "id", "teacher", "turns"}.

    `record` is JSON text or anything json.dumps takes; `options` are those of recipe.input.
    """
    text = record if isinstance(record, str) else _json.dumps(record, ensure_ascii=False)
    return _json.loads(_libcorpus.adapt_json(text, _json.dumps(options) if options else ""))


def verify(folder, threads=1):
    """Is a corpus folder whole? {"ok", "files", "records", "error"}."""
    return _json.loads(_libcorpus.verify_json(str(folder), threads))


def policy(intent="train", teachers=(), licences=(), **query):
    """May text of these teachers and licences be used so? The decision, with the clause that decides."""
    query.update(intent=intent, teachers=list(teachers), licences=list(licences))
    return _json.loads(_libcorpus.policy_json(_json.dumps(query)))
