"""libcorpus.ray on a local cluster of two workers against the same chain on one machine."""
import json
import os
import pathlib
import random
import signal
import threading
import time

import pytest

import libcorpus

np = pytest.importorskip("numpy", reason="numpy is not installed")


@pytest.fixture(scope="module")
def cluster():
    ray = pytest.importorskip("ray", reason="ray is not installed (pip install 'ray[data]')")
    pytest.importorskip("ray.data", reason="ray.data is not installed (pip install 'ray[data]')")
    import ray.data
    import libcorpus.ray
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=256 << 20)
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield libcorpus.ray
    ray.shutdown()


def words(rng, count):
    return [f"w{rng.randrange(4000)}" for _ in range(count)]


def write_shards(folder, shards=5, records=400, length=40):
    """Records of which many are equal, near duplicates, too short, or no records, also across shards."""
    rng = random.Random(7)
    folder.mkdir()
    texts = []
    for shard in range(shards):
        lines = []
        for number in range(records):
            kind = rng.random()
            if texts and kind < 0.15:
                text = list(rng.choice(texts))
            elif texts and kind < 0.4:
                text = list(rng.choice(texts))
                text[rng.randrange(len(text))] = "edited"
            elif kind < 0.45:
                text = ["short"]
            else:
                text = words(rng, length)
            texts.append(text)
            lines.append(json.dumps({"id": f"{shard}-{number}", "prompt": f"question {number % 3}",
                                     "response": " ".join(text)}) if kind < 0.99 else "{no record")
        (folder / f"in-{shard}.jsonl").write_text("\n".join(lines) + "\n")
    (folder / "in-9.jsonl").write_text("")
    return folder


@pytest.fixture(scope="module")
def shards(tmp_path_factory):
    return write_shards(tmp_path_factory.mktemp("ray") / "in")


def kept(folder):
    return b"\n".join(libcorpus.read(folder).lines())


def reasons(folder, cluster_run):
    """(reason, the one that stays) of each reject, in input order."""
    folders = sorted(f for f in folder.iterdir() if f.name[0] != ".") if cluster_run else [folder]
    out = []
    for one in folders:
        if (one / "rejects").is_dir() and any((one / "rejects").iterdir()):
            for line in libcorpus.read(*sorted((one / "rejects").iterdir()), unknown="keep").lines():
                tag = json.loads(line)["corpus"]
                out.append((tag["reason"], tag["offset"], tag.get("dedup", {}).get("of")))
    return out


CHAINS = {
    "maps alone": lambda c: c.filter("length", min_chars=20),
    "exact": lambda c: c.dedup("exact"),
    "minhash": lambda c: c.dedup("minhash"),
    "both, maps between": lambda c: (c.filter("length", min_chars=20).dedup("exact").tag("content_id")
                                     .dedup("minhash", threshold=0.7).filter("loop").convert("messages")),
    "near before equal": lambda c: c.dedup("minhash", scope="response").dedup("exact", scope="response"),
}


@pytest.mark.parametrize("compared", ["by Ray Data", "in one task", "in many tasks"])
@pytest.mark.parametrize("name", CHAINS)
def test_bytes_of_one_machine(cluster, shards, tmp_path, monkeypatch, name, compared):
    if compared == "in many tasks":
        monkeypatch.setattr(cluster, "KEYS_A_TASK", 500)
    chain = CHAINS[name](libcorpus.read(shards))
    one = chain.write(tmp_path / "one", progress=None)
    many = cluster.curate(chain, tmp_path / "many", partitions=3 if compared == "by Ray Data" else 0)
    assert kept(tmp_path / "many") == kept(tmp_path / "one") != b""
    for count in ("in", "kept", "rejected", "malformed", "bytes_in"):
        assert many[count] == one[count], count
    if name != "maps alone":
        assert sum(many["rejected"].values()) > 300
    assert reasons(tmp_path / "many", True) == reasons(tmp_path / "one", False)
    assert all(libcorpus.verify(f)["ok"] for f in (tmp_path / "many").iterdir() if f.name[0] != ".")
    assert not (tmp_path / "many" / ".partial").exists()


def holders(folder):
    """Processes, other than this one, that have a file below `folder` open."""
    for process in pathlib.Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) == os.getpid():
            continue
        try:
            for fd in (process / "fd").iterdir():
                if os.readlink(fd).startswith(f"{folder}/"):
                    yield int(process.name)
                    break
        except OSError:
            continue


@pytest.mark.parametrize("phase", ["reads", "writes"])
def test_a_killed_worker_costs_a_retry(cluster, tmp_path, phase):
    shards = write_shards(tmp_path / "in", shards=4, records=12000, length=120)
    chain = libcorpus.read(shards).dedup("exact").dedup("minhash")
    chain.write(tmp_path / "one", progress=None)
    watched = shards if phase == "reads" else tmp_path / "many" / ".partial"
    killed, over = [], threading.Event()

    def kill_one():
        while not over.is_set() and not killed:
            for pid in holders(watched):
                if "ray::" in pathlib.Path("/proc", str(pid), "cmdline").read_text():
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
                    return
            time.sleep(0.002)

    killer = threading.Thread(target=kill_one)
    killer.start()
    try:
        cluster.curate(chain, tmp_path / "many")
    finally:
        over.set()
        killer.join()
    assert len(killed) == 1
    assert kept(tmp_path / "many") == kept(tmp_path / "one")
    assert not (tmp_path / "many" / ".partial").exists()


def refused(chain):
    return [
        (chain.gate("train"), "policy.gate"), (chain.tag("lineage"), "tags.lineage"),
        (chain.tag("source"), "tags.source"), (chain.filter("withdrawn", list="w.jsonl"), "filters.withdrawn"),
        (chain.stage("decontaminate.ngram", against="b.jsonl"), "decontaminate.ngram"),
        (chain.stage("quality.top_percent", percent=10), "quality.top_percent"),
        (chain.stage("stats.basic"), "stats.basic"), (chain.stage("dedup.known", index="i"), "dedup.known"),
        (chain.dedup("minhash", verify="jaccard"), "verify"), (chain.dedup("minhash", keep="longest"), "keep"),
        (chain.dedup("exact", index="i"), "index"), (chain.dedup("exact", scope="turn"), "scope: turn"),
        (chain.dedup("simhash"), "dedup.simhash"), (chain.head(5), "select.head"), (chain.sample(5), "select.sample"),
        (chain.map(len), "len()"), (chain.columns(["json"]), "columns"),
        (chain.dedup("minhash", bands=-1), "bands"), (chain.over("-"), "standard input"),
    ]


def test_what_is_of_one_machine_is_refused(cluster, shards, tmp_path):
    for chain, named in refused(libcorpus.read(shards)):
        with pytest.raises((ValueError, libcorpus.Error)) as caught:
            cluster.curate(chain, tmp_path / "out")
        assert named in str(caught.value), chain
        assert not (tmp_path / "out").exists(), chain
    with pytest.raises(FileNotFoundError, match="nowhere"):
        cluster.curate(libcorpus.read(tmp_path / "nowhere"), tmp_path / "out")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").write_text("")
    with pytest.raises(ValueError, match="not empty"):
        cluster.curate(libcorpus.read(shards), tmp_path / "full")


def components(edges):
    """By hand: the least member of each node's component."""
    least = {n: n for edge in edges for n in edge}
    for _ in least:
        for a, b in edges:
            least[a] = least[b] = min(least[a], least[b])
    return {n: root for n, root in least.items() if n != root}


def test_clusters_are_the_components_of_links():
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    from libcorpus import _links
    rng = random.Random(3)
    for _ in range(300):
        nodes = rng.randint(2, 40)
        edges = [(rng.randrange(nodes), rng.randrange(nodes)) for _ in range(rng.randint(0, nodes))]
        ends = np.array(edges, np.uint64).reshape(-1, 2)
        goes, stays = _links.survivors(ends[:, 0], ends[:, 1])
        assert dict(zip(goes.tolist(), stays.tolist())) == components(edges)
    chain = np.arange(100000, dtype=np.uint64)
    goes, stays = _links.survivors(chain[1:], chain[:-1])
    assert len(goes) == 99999 and not stays.any()
