"""How long it takes to take an import of 100,000 rows back, and that everything the business has is then what it was, byte for byte: known customers
with other names, new ones, new orders and corrected ones, beside a million orders. `make bench` calls row(); run alone, it prints it. A trial:
BENCH_ROWS=20000 BENCH_BIN=…/debug/zhiyin."""
import csv, itertools, json, os, pathlib, shutil, statistics, subprocess, sys, time

from bench_data import CACHE, DATA, ROWS, prepare

TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "target"))
BIN = pathlib.Path(os.environ.get("BENCH_BIN", TARGET / "release" / "zhiyin"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
TAKEN = min(ROWS // 10 or 100_000, 100_000)
BASE = 10 * TAKEN
HOME = CACHE / ("undo-trial" if ROWS else "undo")
BAR = 30
# how files with these headings are read is remembered with the time, and the manifest holds the time and the hash of that
APART = {"manifest.json", "mapping_templates.csv"}


def said(*args):
    """Seconds, and the answer."""
    begun = time.perf_counter()
    done = subprocess.run([str(BIN), *map(str, args), "--data", str(HOME / "data"), "--json", "--quiet"], stdout=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - begun
    if done.returncode:
        sys.exit(f"failed: {' '.join(map(str, args))}\n{done.stdout}")
    return seconds, json.loads(done.stdout)


def files(orders):
    """What is there before, and the import: orders of known and of new customers, some corrected, and customers with names."""
    with open(orders, encoding="utf-8", newline="") as read:
        rows = csv.reader(read)
        head, base, more = next(rows), list(itertools.islice(rows, BASE)), list(itertools.islice(rows, TAKEN // 2))
    paid, who = head.index("paid"), head.index("customer_id")
    for i, row in enumerate(more):
        if i % 10 == 0:
            more[i] = [*base[i][:paid], f"{i}.50", *base[i][paid + 1:]]
        elif i % 10 == 1:
            row[who] = f"n{i}"
    known = dict.fromkeys(row[who] for row in base)
    people = [[id, f"Customer {n}"] for n, id in enumerate(itertools.islice(itertools.chain(known, (f"m{i}" for i in itertools.count())), TAKEN - len(more)))]
    for name, titles, body in (("base.csv", head, base), ("more.csv", head, more), ("people.csv", ["customer_id", "name"], people)):
        with open(HOME / name, "w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([titles, *body])
    return len(more) + len(people)


def everything(name):
    """Every file of all the business has."""
    folder = HOME / name
    said("export", folder, "--everything", "--format", "csv")
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in APART}


def once(rows):
    """Brings it in and takes it back; seconds of the latter."""
    _, brought = said("import", "--customers", HOME / "people.csv", "--orders", HOME / "more.csv", "--yes")
    assert brought["rows_in"] == rows and brought["accepted"] > 0, brought
    return said("import", "--undo", brought["import"])[0]


def row(orders):
    """The row of docs/benchmarks.md: what, bar, measured."""
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    rows = files(orders)
    said("import", "--orders", HOME / "base.csv", "--yes")
    # from here on the headings are known
    once(rows)
    before, took = everything("before"), []
    for n in range(ROUNDS):
        took.append(once(rows))
        after = everything(f"after-{n}")
        differ = [name for name in {*before, *after} if before.get(name) != after.get(name)]
        if differ:
            sys.exit(f"not what it was: {sorted(differ)}")
    shutil.rmtree(HOME)
    measured = f"{statistics.median(took):.2f} ({min(took):.2f}–{max(took):.2f})"
    return f"an import of {rows:,} rows taken back, {BASE:,} orders beside it; everything is byte for byte as before, s", f"≤ {BAR}", measured


if __name__ == "__main__":
    run = lambda *args, **kw: subprocess.run(list(map(str, args)), check=True, cwd=kw.get("cwd"))
    print(" | ".join(row(DATA / "orders.csv" if (DATA / "orders.csv").exists() else prepare(run)["orders"])))
