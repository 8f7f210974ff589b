"""What libcorpus signs and proves, checked by other people's code: securesystemslib, in-toto-attestation,
pymerkle, and openssl's command line for the key. Exit 77 (skipped) when a package is not installed."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import peers  # noqa: E402

peers.go_there()
try:
    from google.protobuf import json_format
    import in_toto_attestation.v1.statement_pb2 as statement_pb
    import pymerkle
    from in_toto_attestation.v1.statement import Statement
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import SSlibKey
except ImportError as missing:
    print(f"skipped: {missing}; pip install pymerkle securesystemslib[crypto] in-toto-attestation")
    sys.exit(77)

dump = json.loads(subprocess.run([os.environ["CORPUS_ORACLE_DUMP"]], check=True, capture_output=True).stdout)

# --- DSSE and in-toto
key = SSlibKey(dump["keyid"], "ed25519", "ed25519",
               {"public": "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"})
envelope = Envelope.from_dict(json.loads(dump["envelope"]))
assert envelope.payload_type == "application/vnd.in-toto+json"
assert list(envelope.verify([key], 1)) == [dump["keyid"]]
envelope.payload += b" "
try:
    envelope.verify([key], 1)
    sys.exit("securesystemslib took a changed payload")
except Exception as refused:
    assert "threshold" in str(refused), refused

payload = Envelope.from_dict(json.loads(dump["envelope"])).payload
statement = statement_pb.Statement()
json_format.Parse(payload, statement)
Statement.copy_from_pb(statement).validate()
assert [s.name for s in statement.subject] == ["manifest.json", "part-00000.jsonl.zst"]

# --- the key as openssl reads it
with tempfile.NamedTemporaryFile("w", suffix=".pem") as pem:
    pem.write(dump["public_pem"])
    pem.flush()
    text = subprocess.run(["openssl", "pkey", "-pubin", "-in", pem.name, "-noout", "-text"],
                          check=True, capture_output=True, text=True).stdout
    assert "ED25519" in text and "03:a1:07:bf" in text, text

# --- RFC 6962. pymerkle's inclusion paths are the RFC's behind the leaf; its consistency paths are of
# another form, so those are built here as section 2.1.2 defines them, from pymerkle's roots.
def root_over(begin, end):
    part = pymerkle.InmemoryTree(algorithm="sha256")
    for i in range(begin, end):
        part.append_entry(b"leaf %d" % i)
    return part.get_root(end - begin).hex()


def subproof(m, begin, end, whole):
    n = end - begin
    if m == n:
        return [] if whole else [root_over(begin, end)]
    k = 1 << ((n - 1).bit_length() - 1)
    if m <= k:
        return subproof(m, begin, begin + k, whole) + [root_over(begin + k, end)]
    return subproof(m - k, begin + k, end, False) + [root_over(begin, begin + k)]


tree = pymerkle.InmemoryTree(algorithm="sha256")
for n, ours in enumerate(dump["trees"], 1):
    tree.append_entry(b"leaf %d" % (n - 1))
    assert ours["root"] == tree.get_root(n).hex(), n
    for i, proof in enumerate(ours["inclusion"]):
        assert proof == [h.hex() for h in tree.prove_inclusion(i + 1, n).path][1:], (n, i)
    for m, proof in enumerate(ours["consistency"], 1):
        assert proof == subproof(m, 0, n, True), (n, m)

print(f"{len(dump['trees'])} trees, 1 envelope: all agree")
