#!/usr/bin/env python3
"""An arithmetic teacher for the demo: invented problems with worked solutions that can be verified.

    arithmetic_teacher.py make DIR [--problems N] [--held-out N] [--seed S]
    arithmetic_teacher.py texts CONVERSATIONS OUT
    arithmetic_teacher.py serve PORT_FILE

make writes DIR/input/arithmetic.jsonl (answers to learn from, some of them faulty as a real teacher's are),
DIR/input/SOURCES.tsv (what `corpus curate --policy-table` reads), and DIR/eval/exact.jsonl: problems that occur
nowhere in the input. texts takes what the assistant says in ShareGPT records as plain text, to measure forgetting. serve answers /v1/chat/completions, so that `student evaluate --endpoint` can ask the teacher.
"""
import argparse
import http.server
import json
import pathlib
import random
import re

ASK = ["What is {}", "Work out {}", "Please compute {}", "Step by step: {}", "{}"]
PROBLEM = re.compile(r"(\d+)([+-])(\d+)")


def digits(n):
    """Of a number, the last first."""
    return [int(d) for d in reversed(str(n))]


def add(a, b):
    carry = 0
    for x, y in zip(digits(a), digits(b)):
        total = x + y + carry
        yield f"{x}+{y}+{carry}={total:02}"
        carry = total // 10


def subtract(a, b):
    borrowed = 0
    for x, y in zip(digits(a), digits(b)):
        x -= borrowed  # -1 for a borrow from a zero: 9 after the next borrow
        borrowed = int(x < y)
        yield f"{x + 10 * borrowed:02}-{y}={x + 10 * borrowed - y}"


STEPS = {"+": add, "-": subtract}
RESULT = {"+": lambda a, b: a + b, "-": lambda a, b: a - b}


def solve(text):
    """The worked answer to the first problem in a text, and its result."""
    found = PROBLEM.search(text)
    if not found:
        return "I see no problem here.", None
    a, operation, b = int(found[1]), found[2], int(found[3])
    result = RESULT[operation](a, b)
    return "\n".join(STEPS[operation](a, b)) + f"\nAnswer: {result}", result


def problem(rng):
    operation = rng.choice("+-")
    a, b = rng.randint(10, 99), rng.randint(10, 99)
    if operation == "-" and b > a:
        a, b = b, a
    return f"{a}{operation}{b}"


def line(number, prompt, answer, finish="stop"):
    messages = [{"role": "user", "content": prompt}, {"role": "assistant", "content": answer}]
    return json.dumps({"id": f"a-{number:06}", "messages": messages, "finish_reason": finish}) + "\n"


def lines(rng, problems):
    """The teacher's answers with the faults that teachers have: of a hundred, 4 doubles, 3 refusals, 2 cut, 1 broken."""
    past = []
    for number, expression in enumerate(problems):
        prompt = rng.choice(ASK).format(expression)
        answer, _ = solve(expression)
        chance = rng.random()
        if chance < 0.04 and past:
            prompt, answer = rng.choice(past)
        elif chance < 0.07:
            answer = "I'm sorry, but I can't help with that request."
        elif chance < 0.09:
            yield line(number, prompt, answer[:rng.randint(3, 12)], "length")
            continue
        elif chance < 0.10:
            yield line(number, prompt, answer)[:-8] + "\n"
            continue
        past.append((prompt, answer))
        yield line(number, prompt, answer)


def make(args):
    rng = random.Random(args.seed)
    unique = {}
    while len(unique) < args.problems + args.held_out:
        unique[problem(rng)] = None
    unique = list(unique)
    held_out, taught = unique[:args.held_out], unique[args.held_out:]
    inputs, tests = args.dir / "input", args.dir / "eval"
    inputs.mkdir(parents=True, exist_ok=True)
    tests.mkdir(exist_ok=True)
    (inputs / "arithmetic.jsonl").write_text("".join(lines(rng, taught)))
    (inputs / "SOURCES.tsv").write_text("file\tlicence_as_stated\tteacher\narithmetic.jsonl\tCC0-1.0\tnone\n")
    with open(tests / "exact.jsonl", "w") as out:
        for number, expression in enumerate(held_out):
            prompt = rng.choice(ASK).format(expression)
            out.write(json.dumps({"id": f"t-{number:04}", "prompt": prompt, "answer": str(solve(expression)[1])}) + "\n")


def texts(args):
    with open(args.conversations) as records, open(args.out, "w") as out:
        for record in records:
            try:
                turns = json.loads(record)["conversations"]
                json.dumps(turns, ensure_ascii=False).encode()  # fails for a lone surrogate, a fault as well
            except ValueError:
                continue  # a planted fault
            for turn in turns:
                if turn["from"] == "gpt":
                    out.write(json.dumps({"text": turn["value"]}) + "\n")


class Teacher(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        self.reply({"object": "list", "data": [{"id": "arithmetic-teacher", "object": "model"}]})

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer, _ = solve(request["messages"][-1]["content"])
        choice = {"index": 0, "message": {"role": "assistant", "content": answer}, "finish_reason": "stop"}
        self.reply({"object": "chat.completion", "model": "arithmetic-teacher", "choices": [choice]})

    def log_message(self, *_):
        pass


def serve(args):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Teacher)
    args.port_file.write_text(str(server.server_address[1]))
    server.serve_forever()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    commands = parser.add_subparsers(required=True)
    make_parser = commands.add_parser("make")
    make_parser.add_argument("dir", type=pathlib.Path)
    make_parser.add_argument("--problems", type=int, default=9000)
    make_parser.add_argument("--held-out", type=int, default=300)
    make_parser.add_argument("--seed", type=int, default=1)
    make_parser.set_defaults(run=make)
    texts_parser = commands.add_parser("texts")
    texts_parser.add_argument("conversations", type=pathlib.Path)
    texts_parser.add_argument("out", type=pathlib.Path)
    texts_parser.set_defaults(run=texts)
    serve_parser = commands.add_parser("serve")
    serve_parser.add_argument("port_file", type=pathlib.Path)
    serve_parser.set_defaults(run=serve)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()
