"""A student with random weights and a handful of conversations, made by the program itself in a second."""
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import peers  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
STUDENT = os.environ.get("CORPUS_BINARY", str(ROOT / "build/dev/bin/student"))


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def find_python(*packages):
    """The Python of peers.py, if it has these packages."""
    if why := peers.why_not("import " + ", ".join(packages)):
        skip(why)
    return peers.python()


def run(*args):
    done = subprocess.run([STUDENT, *args], capture_output=True, text=True)
    assert done.returncode == 0, f"student {' '.join(map(str, args))}: {done.stderr}"
    return done.stdout


def make_student(folder):
    """folder/tiny, a model, and folder/text.jsonl, which its tokenizer was trained on."""
    text = folder / "text.jsonl"
    with open(text, "w") as out:
        for i in range(2000):
            out.write(json.dumps({"messages": [
                {"role": "user", "content": f"What is {i} + {i % 7}? Say it in caf\u00e9 style."},
                {"role": "assistant", "content": f"Step 1: {i} + {i % 7} = {i + i % 7}.\n#### {i + i % 7}"}]}) + "\n")
    run("tokenizer", "train", str(text), "--vocab", "1024", "-o", str(folder / "tokenizer.json"))
    config = {"model_type": "llama", "num_hidden_layers": 2, "hidden_size": 64, "num_attention_heads": 4,
              "num_key_value_heads": 2, "intermediate_size": 128, "vocab_size": 1024, "max_position_embeddings": 512,
              "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": True, "hidden_act": "silu"}
    (folder / "config.json").write_text(json.dumps(config))
    run("init", "--config", str(folder / "config.json"), "--tokenizer", str(folder / "tokenizer.json"),
        "-o", str(folder / "tiny"))
