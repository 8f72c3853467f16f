"""A power cut at random instants: the disk image is copied while imports run, the copy is mounted as the disk after the cut.
Whatever had been acknowledged before the copy began is there, once; the rest is whole or absent (promises.md 2)."""
import os, pathlib, random, shutil, sqlite3, subprocess, threading, time
import pytest
from conftest import BIN, zhiyin

CUTS = int(os.environ.get("ZHIYIN_CUTS", "12"))
ROWS = 40


def sh(*args):
    return subprocess.run(args, capture_output=True, text=True)


def can_mount(tmp_path):
    image, point = tmp_path / "try.img", tmp_path / "try"
    point.mkdir()
    with open(image, "wb") as f:
        f.truncate(8 << 20)
    if sh("mkfs.ext4", "-q", str(image)).returncode or sh("mount", "-o", "loop", str(image), str(point)).returncode:
        return False
    sh("umount", str(point))
    return True


def write_orders(path, number):
    with open(path, "w") as f:
        f.write("order_id,customer_id,order_time,paid\n")
        f.writelines(f"C{number:04}-{i:03},K{i % 11},2026-05-{1 + i % 28:02},{number + 1}.{i:02}\n" for i in range(ROWS))


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a loop image")
def test_what_was_acknowledged_survives_a_power_cut(tmp_path, lake_duckdb):
    if not can_mount(tmp_path):
        pytest.skip("this machine cannot mount a loop image")
    seed = int(os.environ.get("ZHIYIN_SEED", time.time_ns() % 1_000_000))
    print(f"seed {seed}")
    chance = random.Random(seed)
    image, disk = tmp_path / "disk.img", tmp_path / "disk"
    disk.mkdir()
    with open(image, "wb") as f:
        f.truncate(192 << 20)
    assert sh("mkfs.ext4", "-q", str(image)).returncode == 0
    mounted = sh("mount", "-o", "loop,commit=300", str(image), str(disk))
    assert mounted.returncode == 0, mounted.stderr
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
            copy = tmp_path / f"cut-{i}.img"
            shutil.copyfile(image, copy)
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
