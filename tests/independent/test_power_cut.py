"""A power cut at random instants: while imports run, the disk image is cloned, and the clone is mounted as the disk after the
cut. Whatever had been acknowledged before the clone is there, once; the rest is whole or absent (promises.md 2).

The image lies on a file system that clones a file at one instant (XFS): a copy read from front to end while the disk is
written to is a disk that never was, with a journal younger than the blocks before it."""
import os, pathlib, random, sqlite3, subprocess, threading, time
import pytest
from conftest import BIN, unproven, zhiyin

CUTS = int(os.environ.get("ZHIYIN_CUTS", "50"))
ROWS = 40


def sh(*args):
    return subprocess.run(args, capture_output=True, text=True)


def made(image, size, point, mkfs, options="loop"):
    """A new file system in a file, mounted; the reason if this machine cannot."""
    point.mkdir()
    with open(image, "wb") as f:
        f.truncate(size)
    for args in ([*mkfs, str(image)], ["mount", "-o", options, str(image), str(point)]):
        said = sh(*args)
        if said.returncode:
            return said.stderr.strip() or args[0]
    return None


@pytest.fixture
def clones(tmp_path):
    """A folder whose files can be cloned at one instant."""
    if os.geteuid() != 0:
        unproven("only root may mount a loop image")
    place = tmp_path / "clones"
    missing = made(tmp_path / "clones.img", 4 << 30, place, ["mkfs.xfs", "-q", "-m", "reflink=1"])
    if missing:
        unproven(f"this machine cannot mount an XFS image: {missing}")
    yield place
    sh("umount", str(place))
    (tmp_path / "clones.img").unlink()


def write_orders(path, number):
    with open(path, "w") as f:
        f.write("order_id,customer_id,order_time,paid\n")
        f.writelines(f"C{number:04}-{i:03},K{i % 11},2026-05-{1 + i % 28:02},{number + 1}.{i:02}\n" for i in range(ROWS))


def test_what_was_acknowledged_survives_a_power_cut(tmp_path, clones, lake_duckdb):
    seed = int(os.environ.get("ZHIYIN_SEED", time.time_ns() % 1_000_000))
    print(f"seed {seed}")
    chance = random.Random(seed)
    image, disk = clones / "disk.img", tmp_path / "disk"
    assert made(image, 192 << 20, disk, ["mkfs.ext4", "-q"], "loop,commit=300") is None
    acknowledged, stop = [], threading.Event()
    failures = []

    def load():
        number = 0
        while not stop.is_set():
            file = tmp_path / f"orders-{number}.csv"
            write_orders(file, number)
            run = subprocess.run([str(BIN), "import", "--data", str(disk / "data"), "--orders", str(file), "--yes", "--json"], capture_output=True, text=True)
            if run.returncode:
                failures.append(run.stderr)
                return
            acknowledged.append(number)
            number += 1

    loader = threading.Thread(target=load)
    loader.start()
    cuts = []
    try:
        while not acknowledged and loader.is_alive():
            time.sleep(0.05)
        for i in range(CUTS):
            time.sleep(chance.random() * 0.8)
            known = list(acknowledged)
            copy = clones / f"cut-{i}.img"
            cloned = sh("cp", "--reflink=always", str(image), str(copy))
            assert cloned.returncode == 0, cloned.stderr
            cuts.append((copy, known))
    finally:
        stop.set()
        loader.join()
        sh("umount", str(disk))
    assert not failures, failures[0]
    after = disk  # the same path again, as after a real power cut: the catalog names it
    for copy, known in cuts:
        mounted = sh("mount", "-o", "loop", str(copy), str(after))
        assert mounted.returncode == 0, mounted.stderr
        try:
            check(after / "data", known, lake_duckdb)
            # and the product opens it and goes on
            file = tmp_path / "next.csv"
            write_orders(file, 9000)
            said = zhiyin("import", "--data", after / "data", "--orders", file, "--yes", "--json")
            assert said["accepted"] == ROWS
        finally:
            sh("umount", str(after))
            copy.unlink()


def check(home: pathlib.Path, known, con):
    db = sqlite3.connect(home / "zhiyin.db")
    assert db.execute("pragma integrity_check").fetchone() == ("ok",)
    db.close()
    con.execute(f"ATTACH 'ducklake:sqlite:{home}/zhiyin.db' AS cut (READ_ONLY)")
    try:
        rows = con.execute("select split_part(order_id, '-', 1), count(*), count(distinct order_id), sum(paid) from cut.orders group by 1").fetchall()
    finally:
        con.execute("DETACH cut")
    found = {int(name[1:]): (n, distinct, paid) for name, n, distinct, paid in rows}
    for number in known:
        assert number in found, f"import {number} was acknowledged and is gone"
    for number, (n, distinct, paid) in found.items():
        assert (n, distinct, paid) == (ROWS, ROWS, sum((number + 1) * 100 + i for i in range(ROWS))), f"import {number} is not whole"
