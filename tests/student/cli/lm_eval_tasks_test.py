#!/usr/bin/env python3
"""MMLU and GSM8K of `student evaluate` against lm-evaluation-harness's own task files, on the published questions.

lm-eval's yaml gives the prompts, and its filters and metric the scores; data sets come from local files. The subject
is an endpoint in this process, which answers GSM8K with texts that are hard to read. Compared: every prompt,
character for character, and every strict and flexible score.

Our worked examples of GSM8K are the first of the training file; lm-eval draws them, so it is told to take the first.

Runs under the Python of CORPUS_PEERS_PYTHON or build/peers-venv, which needs lm-eval. Prints why and skips (exit 77)
when something is missing. CORPUS_TEST_DATA names the corpora; default ../shared/data.
"""
import collections
import http.server
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

from tiny_student import ROOT, STUDENT, find_python, skip

BENCH = pathlib.Path(os.environ.get("CORPUS_TEST_DATA", ROOT.parent / "shared/data")) / "bench"


def start_peers_python():
    """Goes on in the Python that has lm-eval."""
    if os.environ.get("STUDENT_LM_EVAL_TEST"):
        return
    python = find_python("lm_eval", "datasets")
    os.environ.update(STUDENT_LM_EVAL_TEST="1", HF_HUB_OFFLINE="1", HF_DATASETS_OFFLINE="1")
    os.execv(python, [python, *sys.argv])


def read(name):
    done = subprocess.run(["zstd", "-dc", BENCH / f"{name}.jsonl.zst"], capture_output=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def hard_texts():
    """Numbers as models write them and as nobody does, alone and in company."""
    parts = ["#### 18", "####18", "#### -3.5.", "#### $1,234", "#### 1,234.", "#### ", "####  7", "#### --2", "#### .",
             "18", "-18", "$18.00", "1,234.5", "3.", "...", "$,", "-", "a-5b", "--9", "2/3", "10%", "\u00bd",
             "\u0663\u0664", "1e5", "The answer is 42.", "x = -$7", "#### 12 #### 13", "", "\n",
             "#### 5\nQuestion: and 6?"]
    yield from parts
    for a, b in itertools.product(parts, repeat=2):
        yield f"{a} {b}"


class Endpoint(http.server.BaseHTTPRequestHandler):
    """An OpenAI-compatible endpoint with an answer to each question of `answers`."""
    protocol_version = "HTTP/1.1"
    answers = {}

    def log_message(self, *_):
        pass

    def reply(self, body):
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        self.reply({"data": [{"id": "fake"}]})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        prompt = body["prompt"]
        if body.get("echo"):
            at = [0, len(prompt) - 1]
            self.reply({"choices": [{"text": prompt, "logprobs": {"text_offset": at, "token_logprobs": [None, -1.0]}}]})
        else:
            question = prompt[prompt.rindex("Question: ") + len("Question: "):-len("\nAnswer:")]
            self.reply({"choices": [{"text": self.answers[question], "finish_reason": "stop"}]})


def evaluate(folder, tasks, *options):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    out = folder / "run.jsonl"
    url = f"http://127.0.0.1:{server.server_port}/v1"
    done = subprocess.run([STUDENT, "evaluate", "--endpoint", url, "--data", BENCH, "--tasks", tasks, *options, "-q",
                           "-o", out], capture_output=True, text=True)
    server.shutdown()
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in out.read_text().splitlines()][1:]


def task_of(yaml, files, **changes):
    """lm-eval's task, with its data set read from these files."""
    from lm_eval.api.task import ConfigurableTask
    from lm_eval.tasks._yaml_loader import load_yaml
    config = load_yaml(yaml)
    for name in ("dataset_name", "task_alias"):
        config.pop(name, None)
    config.update(dataset_path="json", dataset_kwargs={"data_files": files}, **changes)
    return ConfigurableTask(config=config)


def check_mmlu(folder, tasks_folder):
    subjects = collections.defaultdict(lambda: collections.defaultdict(list))
    for row in read("mmlu"):
        subjects[row["subject"]][row["split"]].append(
            {"question": row["question"], "choices": [row[c] for c in "ABCD"], "answer": "ABCD".index(row["answer"])})
    rows = evaluate(folder, "mmlu", "--limit", "228")
    seen, theirs = set(), {}
    for row in rows:
        subject, number = row["id"].split("/")
        if subject not in theirs:
            files = {split: write(folder / f"{subject}.{split}.jsonl", subjects[subject][split])
                     for split in ("dev", "test")}
            theirs[subject] = task_of(tasks_folder / f"mmlu/default/mmlu_{subject}.yaml", files)
        task = theirs[subject]
        doc = subjects[subject]["test"][int(number)]
        wanted = task.fewshot_context(doc, 5)
        assert row["prompt"] == wanted, f"{row['id']}:\nours   {row['prompt']!r}\nlm-eval {wanted!r}"
        assert row["gold"] == task.doc_to_choice(doc)[task.doc_to_target(doc)], row["id"]
        seen.add(subject)
    assert len(seen) == 57, f"{len(seen)} subjects"
    print(f"mmlu: {len(rows)} prompts of {len(seen)} subjects are lm-eval's")


def check_gsm8k(folder, tasks_folder):
    from lm_eval.api.instance import Instance
    test = read("gsm8k_test")
    files = {"train": write(folder / "train.jsonl", read("gsm8k_train")), "test": write(folder / "test.jsonl", test)}
    task = task_of(tasks_folder / "gsm8k/gsm8k.yaml", files, fewshot_config={"sampler": "first_n", "split": "train"})
    # Every second one is right where it can be: the text ends with the question's own answer.
    for i, (doc, text) in enumerate(zip(test, itertools.cycle(hard_texts()))):
        gold = doc["answer"].split("#### ")[1]
        Endpoint.answers[doc["question"]] = text if i % 2 else f"{text} #### {gold}" if i % 4 else f"{text} {gold}."
    rows = evaluate(folder, "gsm8k")
    assert len(rows) == len(test)
    right = collections.Counter()
    for doc, row in zip(test, rows):
        wanted = task.fewshot_context(doc, 5)
        assert row["prompt"] == wanted, f"{row['id']}:\nours   {row['prompt']!r}\nlm-eval {wanted!r}"
        said = Endpoint.answers[doc["question"]]
        for stop in task.config.generation_kwargs["until"]:
            said = said.split(stop)[0]
        instance = Instance(request_type="generate_until", doc=doc, arguments=(wanted, {}), idx=0)
        instance.resps = [said]
        task._instances = [instance]
        task.apply_filters()
        for ours, filtered in (("strict", "strict-match"), ("flexible", "flexible-extract")):
            score = task.process_results(doc, [instance.filtered_resps[filtered]])["exact_match"]
            assert row["metrics"][ours] == score, \
                f"{said!r}: {ours} {row['metrics'][ours]}, lm-eval {score} for {instance.filtered_resps[filtered]!r}"
            right[ours] += score
    assert all(100 < n < 1200 for n in right.values()), right  # both happen often, or nothing was compared
    print(f"gsm8k: {len(rows)} prompts are lm-eval's, and so are the scores, "
          f"{right['strict']:.0f} right by strict and {right['flexible']:.0f} by flexible extraction")


def main():
    start_peers_python()
    import datasets
    import lm_eval.tasks
    for name in ("mmlu", "gsm8k_test", "gsm8k_train"):
        if not (BENCH / f"{name}.jsonl.zst").exists():
            skip(f"no {name}.jsonl.zst in {BENCH}; CORPUS_TEST_DATA names the folder above")
    if shutil.which("zstd") is None:
        skip("no zstd program")
    datasets.disable_progress_bars()
    tasks_folder = pathlib.Path(lm_eval.tasks.__file__).parent
    with tempfile.TemporaryDirectory(prefix="student-lm-eval-") as name:
        os.environ["HF_HOME"] = name
        datasets.config.HF_DATASETS_CACHE = pathlib.Path(name) / "cache"
        check_mmlu(pathlib.Path(name), tasks_folder)
        check_gsm8k(pathlib.Path(name), tasks_folder)


if __name__ == "__main__":
    main()
