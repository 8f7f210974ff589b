#!/usr/bin/env python3
"""The openai package and lm-eval's local-completions against `student serve`.

A tiny student with random weights is made, served and asked; what lm-eval computes through the server is compared with
what `student evaluate` computes in its own process. Needs Python with openai, lm-eval[api] and transformers:
CORPUS_PEERS_PYTHON, or build/peers-venv. Prints why and skips (exit 77) when something is missing.
"""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile

from tiny_student import STUDENT, find_python, make_student, run

OPENAI = r"""
import json, openai, sys
client = openai.OpenAI(base_url=sys.argv[1], api_key="none", max_retries=0)
assert [m.id for m in client.models.list()] == ["tiny"]
say = dict(model="tiny", messages=[{"role": "user", "content": "What is 2 + 2?"}], max_tokens=24, seed=3)
whole = client.chat.completions.create(**say, logprobs=True, top_logprobs=3)
text = whole.choices[0].message.content
assert whole.choices[0].finish_reason in ("stop", "length") and whole.usage.completion_tokens <= 24
assert len(whole.choices[0].logprobs.content) == whole.usage.completion_tokens
assert all(len(t.top_logprobs) == 3 for t in whole.choices[0].logprobs.content)
stream = list(client.chat.completions.create(**say, stream=True, stream_options={"include_usage": True}))
pieces = "".join(c.choices[0].delta.content or "" for c in stream if c.choices)
assert pieces == text, (pieces, text)
assert stream[-1].usage.completion_tokens == whole.usage.completion_tokens
one = client.completions.create(model="tiny", prompt=["a", "b"], max_tokens=5, n=2, temperature=0, logprobs=2)
assert [c.index for c in one.choices] == [0, 1, 2, 3] and one.choices[0].text == one.choices[1].text
assert len(one.choices[0].logprobs.tokens) == 5
packed = client.embeddings.create(model="tiny", input=["one", "two"])          # base64 by default
plain = client.embeddings.create(model="tiny", input="one", encoding_format="float")
assert all(abs(a - b) < 1e-6 for a, b in zip(packed.data[0].embedding, plain.data[0].embedding))
for bad, kind in ((dict(prompt="x " * 2000), openai.BadRequestError), (dict(prompt="x", temperature=9), openai.BadRequestError)):
    try:
        client.completions.create(model="tiny", **bad)
        raise SystemExit("not refused: " + str(bad)[:60])
    except kind as error:
        assert error.body["message"], error
try:
    client.completions.create(model="other", prompt="x")
    raise SystemExit("another model was not refused")
except openai.NotFoundError:
    pass
print("openai", openai.__version__)
"""

TASK = """
task: local_letters
dataset_path: json
dataset_kwargs: {data_files: {test: %s}}
output_type: multiple_choice
test_split: test
doc_to_text: "{{prompt}}"
doc_to_choice: ["A", "B", "C", "D"]
doc_to_target: "{{answer}}"
metric_list: [{metric: acc}]
"""

LM_EVAL = r"""
import json, sys
import lm_eval
from lm_eval.tasks import TaskManager
url, folder = sys.argv[1:]
got = lm_eval.simple_evaluate(
    model="local-completions",
    model_args=dict(model="tiny", base_url=url + "/completions", tokenizer=folder + "/tiny", max_length=512, num_concurrent=1),
    tasks=["local_letters"], task_manager=TaskManager(include_path=folder, include_defaults=False), bootstrap_iters=0, log_samples=True)
rows = [[r[0] for r in s["filtered_resps"]] for s in sorted(got["samples"]["local_letters"], key=lambda s: s["doc_id"])]
print("RESULT", json.dumps(rows))
"""


def letters(folder):
    """Forty questions as MMLU, and as the prompts that `student evaluate` makes of them."""
    with open(folder / "mmlu.jsonl", "w") as mmlu, open(folder / "letters.jsonl", "w") as local:
        for i in range(40):
            choices = [str(i), str(i + 1), f"caf\u00e9 {i}", "none"]
            record = {"subject": "sums", "split": "test", "question": f"What is {i} + 1?", **dict(zip("ABCD", choices)), "answer": "B"}
            mmlu.write(json.dumps(record) + "\n")
            prompt = ("The following are multiple choice questions (with answers) about sums.\n\n" + record["question"] +
                      "".join(f"\n{k}. {v}" for k, v in zip("ABCD", choices)) + "\nAnswer:")
            local.write(json.dumps({"prompt": prompt, "answer": 1}) + "\n")
    (folder / "local_letters.yaml").write_text(TASK % json.dumps(str(folder / "letters.jsonl")))


def main():
    python = find_python("openai", "lm_eval", "transformers")
    with tempfile.TemporaryDirectory(prefix="student-clients-") as name:
        folder = pathlib.Path(name)
        make_student(folder)
        letters(folder)
        server = subprocess.Popen([STUDENT, "serve", "--model", str(folder / "tiny"), "--port", "0"], stderr=subprocess.PIPE, text=True)
        try:
            url = re.search(r"http://\S+/v1", server.stderr.readline()).group()
            env = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(folder / "hf"), "TOKENIZERS_PARALLELISM": "false"}
            env.pop("OPENAI_API_KEY", None)
            done = subprocess.run([python, "-c", OPENAI, url], capture_output=True, text=True, env=env)
            assert done.returncode == 0, done.stderr
            print(done.stdout, end="")
            done = subprocess.run([python, "-c", LM_EVAL, url, str(folder)], capture_output=True, text=True, env=env)
            assert done.returncode == 0, done.stderr[-3000:]
            theirs = json.loads(re.search(r"^RESULT (.*)$", done.stdout, re.M).group(1))
        finally:
            server.send_signal(signal.SIGINT)
            status = server.wait(timeout=30)
        assert status == 0, f"student serve ended with {status}"
        run("evaluate", "--model", str(folder / "tiny"), "--data", str(folder), "--tasks", "mmlu", "-o", str(folder / "run.jsonl"))
        rows = [json.loads(line) for line in open(folder / "run.jsonl")][1:]
        ours = {int(r["id"].split("/")[1]): r["logprobs"] for r in rows}
        worst = max(abs(a - b) for i, row in enumerate(theirs) for a, b in zip(ours[i], row))
        assert len(theirs) == 40 and worst < 1e-3, f"log-probabilities differ by {worst}"
        print(f"lm-eval local-completions: 160 log-probabilities, largest difference {worst:.2g}")


if __name__ == "__main__":
    main()
