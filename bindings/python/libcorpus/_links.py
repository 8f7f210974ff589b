"""The arithmetic of libcorpus.ray: tables of keys, links between positions, which position stays.

A position is the number of the input << 44 | the byte offset in it, so that the least is the first of a run.
"""
import numpy as np
import pyarrow as pa


def table(rows, base, exact):
    """Keys of one input: `rows` as Batch.keys() has them. dedup.exact compares both numbers as one key."""
    position = rows[:, 0] + np.uint64(base)
    if exact:
        pair = np.ascontiguousarray(rows[:, 1:])
        return pa.table({"key": rows[:, 1].copy(), "more": pair[:, 1].copy(), "position": position})
    bands = rows.shape[1] - 1
    return pa.table({"key": rows[:, 1:].T.reshape(-1), "position": np.tile(position, bands)})


def with_part(keys, parts):
    """Adds which group a key belongs to."""
    part = (keys["key"].to_numpy() % np.uint64(parts)).astype(np.int32)
    return keys.append_column("part", pa.array(part))


def of_part(keys, part, parts):
    """Those that belong to a group, told by the upper bits of the key, and may be there more than once."""
    some = [(t["key"].to_numpy() >> np.uint64(32)) * np.uint64(parts) >> np.uint64(32) == part for t in keys]
    return repeated(pa.concat_tables([t.filter(pa.array(mine)) for t, mine in zip(keys, some)]))


def repeated(keys):
    """Without most of those whose key is there once: few are left to be sorted with their positions."""
    key = keys["key"].to_numpy()
    ordered = np.sort(key)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    seen = np.zeros(1 << 24, bool)
    seen[twice & np.uint64(len(seen) - 1)] = True
    return keys.filter(pa.array(seen[key & np.uint64(len(seen) - 1)]))


def links(keys, exact, gone):
    """(stays, goes) for each position behind the first with the same key; without the sorted positions `gone`."""
    if len(gone):
        position = keys["position"].to_numpy()
        at = np.minimum(np.searchsorted(gone, position), len(gone) - 1)
        keys = keys.filter(pa.array(gone[at] != position))
    columns = [keys[name].to_numpy() for name in (("key", "more", "position") if exact else ("key", "position"))]
    order = np.lexsort(columns[::-1])
    position = columns[-1][order]
    equal = np.ones(max(len(order) - 1, 0), bool)
    for column in columns[:-1]:
        column = column[order]
        equal &= column[1:] == column[:-1]
    follows = np.concatenate([[False], equal])[:len(order)]
    first = np.maximum.accumulate(np.where(follows, 0, np.arange(len(order)))) if len(order) else order
    return pa.table({"stays": position[first][follows], "goes": position[follows]})


def survivors(stays, goes):
    """The clusters that links make: (positions that go, the least position of the cluster of each), sorted."""
    nodes, ends = np.unique(np.concatenate([stays, goes]), return_inverse=True)
    a, b = ends[:len(stays)], ends[len(stays):]
    root = np.arange(len(nodes))
    while len(a):
        # Each root takes the least root that it is linked to, then everybody the root of its root.
        ra, rb = root[a], root[b]
        least = np.minimum(ra, rb)
        np.minimum.at(root, ra, least)
        np.minimum.at(root, rb, least)
        while not np.array_equal(up := root[root], root):
            root = up
        open_ = root[a] != root[b]
        a, b = a[open_], b[open_]
    goes = root != np.arange(len(nodes))
    return nodes[goes], nodes[root[goes]]
