"""`make bench`: ours and the peers, alternating on the same data in one run. Equal answers first, then times. Writes docs/benchmarks.md.

Data: ../shared/peers/gen.py (20 M orders of 1 M customers over 730 days, seeded). BENCH_ROUNDS (default 3). A trial of the script itself:
BENCH_ROWS=20000 BENCH_BIN=…/debug/zhiyin BENCH_KMEANS=…/debug/examples/kmeans prints and writes nothing."""
import datetime, json, os, platform, shutil, statistics, sys
import pathlib

import bench_dedupe
import bench_fair
import bench_first
import bench_load
import bench_move
import bench_screens
import bench_undo
from bench_data import CACHE, DATA, FIRST, LAST, PEERS, ROOT, ROWS, SHEET_ROWS, axes, prepare, timed

TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "target"))
BIN = pathlib.Path(os.environ.get("BENCH_BIN", TARGET / "release" / "zhiyin"))
KMEANS = pathlib.Path(os.environ.get("BENCH_KMEANS", f"{TARGET}-check/release/examples/kmeans"))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
ENV = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "PERF_DATA": str(DATA)}
# an import that takes longer is run once
SHORT = 60


def day(n):
    return str(FIRST + datetime.timedelta(days=n))


def window(n):
    return f"last {n} days"


def bought(kind, extreme):
    return f'{extreme}(orders.day, store = "k{kind}")'


# The 50 rules of segments_sql.py in our words, in its order. As of day 729: `day >= 730 - w` is `last w days`.
# An order's category stands in its field `store`: the data has orders without lines. The peer counts customers without an order as last ordered on day 0, hence `is missing`.
RULES = [
    "custom.years >= 60", "custom.years < 25", "custom.zone = 3", "custom.zone in (1, 2, 3, 4)", "custom.agreed = true",
    "custom.agreed = false and custom.years > 40", "custom.joined >= 700", "custom.joined < 100", "custom.zone >= 20 and custom.agreed = true",
    "custom.years between 30 and 45",
    "orders = 1", "orders >= 2", "orders >= 10", "orders >= 50", "net >= 1000", "net >= 10000", "max(orders.net) >= 500",
    "recency_days > 29 or recency_days is missing", "recency_days > 89 or recency_days is missing", "recency_days > 179 or recency_days is missing", "recency_days <= 6",
    *[f"count(orders, {window(30)}) >= {n}" for n in (1, 3)], f"count(orders, {window(90)}) = 0", f"count(orders, {window(90)}) >= 5", f"count(orders, {window(365)}) >= 12",
    f"sum(orders.net, {window(30)}) >= 200", f"sum(orders.net, {window(90)}) >= 500", f"sum(orders.net, {window(365)}) >= 2000",
    'count(orders, store = "k1") >= 5', 'count(orders, store = "k20") >= 1', 'count(orders, store = "k1") > 0 and count(orders, store = "k2") = 0',
    'count(orders, channel = "h3") >= 3', 'count(orders, channel = "h0") = 0 and orders > 0',
    f"sum(orders.net, {window(90)}) > sum(orders.net, 179 to 90 days ago)",
    f"custom.agreed = true and count(orders, {window(90)}) = 0 and orders >= 3", f"custom.years < 30 and sum(orders.net, {window(365)}) >= 1000",
    f"custom.zone = 1 and count(orders, {window(30)}) >= 1", f"orders >= 10 and sum(orders.net, {window(90)}) < sum(orders.net, 179 to 90 days ago) * 0.5",
    f"first_order_day >= {day(640)} and orders >= 2", f"custom.agreed = true and net >= 5000 and count(orders, {window(180)}) = 0",
    f'count(orders, store = "k3") > 0 and count(orders, store = "k4") > 0 and count(orders, {window(30)}) > 0', 'custom.years > 50 and count(orders, channel = "h3") > 0',
    f"custom.agreed = false and count(orders, {window(365)}) > 20", "max(orders.net) >= 1000 and orders = 1",
    f"{bought(1, 'min')} < {bought(2, 'max')}", f"{bought(1, 'min')} < {bought(2, 'max')} and {bought(2, 'max')} >= {day(640)}", f"{bought(3, 'min')} < {bought(1, 'max')}",
    f"{bought(1, 'max')} < {bought(3, 'max')} and {bought(3, 'max')} >= {day(700)}", f"{bought(1, 'min')} < {bought(3, 'max')} and {bought(1, 'max')} < {bought(2, 'max')}",
]


def run(*args, **kw):
    return timed(*args, env=ENV, **kw)


def peer(script, impl):
    _, _, text = run(sys.executable, PEERS / script, impl, cwd=PEERS)
    return {line["name"]: line for line in map(json.loads, text.splitlines())}


def median(values):
    return statistics.median(values)


def spread(values, digits=2):
    if len(values) == 1:
        return f"{values[0]:,.{digits}f} (one run)"
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def highest(values):
    return f"{max(values):,.0f} MB"


def equal(what, ours, theirs):
    """The gate before any time: a comparison of different answers is none."""
    print(f"equal-answer gate, {what}: peer {theirs:,}, ours {ours:,}: {'equal' if ours == theirs else 'DIFFERENT'}", flush=True)
    if ours != theirs:
        sys.exit("the answers differ; times mean nothing")


def imported(home, rows, *flags):
    """Imports into a new folder, again while it is short; rows/s of each run, and peak memories."""
    rates, memories = [], []
    for _ in range(ROUNDS):
        shutil.rmtree(home, ignore_errors=True)
        seconds, memory, text = run(BIN, "import", "--data", home, *flags, "--yes", "--json")
        said = json.loads(text)
        assert (said["rows_in"], said["accepted"]) == (rows, rows), text
        rates.append(rows / seconds)
        memories.append(memory)
        if seconds > SHORT:
            break
    return rates, memories


def inputs(files, rows, home):
    """Every kind of input, end to end: memory must not grow with the file."""
    lines = []
    for name, n, flags in (
        ("CSV, customers", sum(1 for _ in open(files["customers"], "rb")) - 1, ("--customers", files["customers"])),
        ("CSV, orders and as many order lines beside them", 2 * rows, ("--orders", files["orders"], "--lines", files["lines"])),
        ("XLSX, orders", SHEET_ROWS, ("--orders", files["xlsx"])),
        ("JSON Lines, orders", rows, ("--orders", files["jsonl"])),
        ("Parquet, orders", rows, ("--orders", files["parquet"])),
    ):
        print(f"import: {name} …", flush=True)
        rates, memories = imported(home, n, *flags)
        lines.append((f"{name}: {n:,} rows durable in the lake, rows/s", "memory ≤ 600 MB", spread(rates, 0), highest(memories)))
    return lines


def scores(home):
    """RFM scores alone: seconds of ours, and the check value Σ(100 r + 10 f + m)."""
    rules = CACHE / "bench-rfm-rules.txt"
    rules.write_text("".join(f"rfm_{axis} = {k}\n" for axis in "rfm" for k in range(1, 6)))
    _, memory, text = run(BIN, "segment", "--data", home, "--as-of", LAST, "--rules", rules, "--json")
    answer = json.loads(text)
    counts = [r["count"] for r in answer["rules"]]
    check = sum(weight * k * counts[5 * a + k - 1] for a, weight in enumerate((100, 10, 1)) for k in range(1, 6))
    return answer["milliseconds"] / 1000, memory, check


def clusters():
    """k-means on one axis, ours exact and scikit-learn's by chance: theirs must not find a smaller sum of squares. Rows of a table."""
    rows = []
    for axis, path in axes().items():
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(json.loads(run(KMEANS, path, 5)[2]))
            theirs.append(json.loads(run(sys.executable, ROOT / "scripts" / "bench_peers.py", "kmeans", path)[2]))
        mine, found = ours[0]["inertia"], theirs[0]["inertia"]
        print(f"inertia gate, axis {axis}: peer {found:.6e}, ours {mine:.6e}", flush=True)
        if mine > found * (1 + 1e-9):
            sys.exit("ours is not the best partition; times mean nothing")
        a, b = [o["seconds"] for o in ours], [t["seconds"] for t in theirs]
        rows.append(f"| k-means of {axis.upper()}, {ours[0]['values']:,} values, k = 5 (scikit-learn, k-means++, one start) | {spread(b, 3)} | {spread(a, 3)} | {median(b) / median(a):.2f}× | {found / mine:.6f} |")
    return rows


def main():
    if not PEERS.exists():
        sys.exit("missing: ../shared/peers — the peers' scripts are not here, nothing to compare with")
    assert len(RULES) == 50
    files = prepare(run)
    orders = files["orders"]
    rows = sum(chunk.count(b"\n") for chunk in iter(lambda f=open(orders, "rb"): f.read(1 << 24), b"")) - 1
    lines = []
    home = CACHE / "bench-data"

    print("parse and validate …", flush=True)
    checks = [run(BIN, "import", "--orders", orders, "--parse-only", "--json") for _ in range(ROUNDS)]
    parsed = [rows / json.loads(text)["seconds"] for _, _, text in checks]
    lines.append(("CSV order rows parsed and validated, rows/s", "≥ 500,000", spread(parsed, 0), highest(m for _, m, _ in checks)))
    lines += inputs(files, rows, home)
    print("import: CSV, orders of known customers …", flush=True)
    shutil.rmtree(home, ignore_errors=True)
    run(BIN, "import", "--data", home, "--customers", files["customers"], "--yes", "--json")
    seconds, memory, text = run(BIN, "import", "--data", home, "--orders", orders, "--yes", "--json")
    assert json.loads(text)["accepted"] == rows, text
    lines.append((f"CSV, orders of known customers: {rows:,} rows durable in the lake, rows/s", "≥ 200,000, memory ≤ 600 MB", f"{rows / seconds:,.0f}", f"{memory:,.0f} MB"))

    print("undo …", flush=True)
    lines.append((*bench_undo.row(orders), ""))

    print("the first minutes …", flush=True)
    lines += [(*row, "") for row in bench_first.rows(orders)]

    rules = CACHE / "bench-rules.txt"
    rules.write_text("\n".join(RULES) + "\n")
    ours, theirs, memories, rfm_ours, rfm_memories, rfm_theirs = [], {}, [], [], [], {}
    for i in range(ROUNDS):
        print(f"round {i + 1} of {ROUNDS}: ours …", flush=True)
        _, memory, text = run(BIN, "segment", "--data", home, "--as-of", LAST, "--rules", rules, "--json")
        answer = json.loads(text)
        ours.append(answer["milliseconds"] / 1000)
        memories.append(memory)
        print(f"round {i + 1} of {ROUNDS}: DuckDB …", flush=True)
        for name, line in peer("segments_sql.py", "duckdb_parquet").items():
            theirs.setdefault(name, []).append(line)
        print(f"round {i + 1} of {ROUNDS}: RFM scores …", flush=True)
        seconds, memory, check = scores(home)
        rfm_ours.append(seconds)
        rfm_memories.append(memory)
        exact = json.loads(run(sys.executable, ROOT / "scripts" / "bench_peers.py", "rfm")[2])
        equal("RFM scores, Σ(100 r + 10 f + m)", check, exact["check"])
        rfm_theirs.setdefault("DuckDB, equal values share a score as ours do", []).append(exact["seconds"])
        for impl in ("duckdb", "polars"):
            for name, line in peer("rfm.py", impl).items():
                rfm_theirs.setdefault(f"{name.removeprefix('rfm_')}: equal values are split by row order", []).append(line["seconds"])
    counts = next(l for n, l in theirs.items() if n.endswith("shared_query_counts"))
    members = sum(r["count"] for r in answer["rules"])
    equal("memberships of 50 rules", members, counts[0]["quality"]["members"])
    lines.append((f"all features, all classes and the peers' 50 rules, {answer['customers']:,} customers / {rows:,} orders, from Parquet, s", "≤ DuckDB's shared query, memory ≤ 6 GB", spread(ours), highest(memories)))
    lines.append(("RFM scores and what 15 rules on them need, from Parquet, s", "", spread(rfm_ours), highest(rfm_memories)))
    print("k-means …", flush=True)
    kmeans = clusters()

    table = [f"| {n} | {t} | {v} | {m} |" for n, t, v, m in lines]
    shared = [l["seconds"] for l in counts]
    versus = [f"| 50 rules, one shared query, counts (DuckDB, Parquet) | {spread(shared)} | {median(shared) / median(ours):.2f}× |"]
    for name, found in theirs.items():
        if not name.endswith("shared_query_counts"):
            seconds = [l["seconds"] for l in found]
            versus.append(f"| {name.removeprefix('segments50_')} | {spread(seconds)} | {median(seconds) / median(ours):.2f}× |")
    rfm = [f"| {name} | {spread(seconds)} | {median(seconds) / median(rfm_ours):.2f}× |" for name, seconds in rfm_theirs.items()]
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.processor())
    text = "\n".join([
        "# Benchmarks", "",
        f"`make bench` on {datetime.date.today()}: {cpu}, {os.cpu_count()} cores, {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') >> 30} GiB, load {os.getloadavg()[0]:.1f}.",
        "Ours is the release build (docs/decisions/0003-build-profile.md). Median (smallest–largest) of "
        f"{ROUNDS} alternating rounds, imports of more than {SHORT} s once; every figure is a process of its own, page cache warm.", "",
        f"Data: {rows:,} orders of {answer['customers']:,} customers over 730 days, seeded. Equal-answer gates: {members:,} memberships of 50 rules, the check value of the RFM scores, inertia of k-means.", "",
        "| what | bar | measured | peak memory |", "|---|---|---|---|", *table, "",
        "Ours computes every built-in feature and classification besides the 50 rules; the peers compute what their line says.", "",
        "| peer | seconds | its time ÷ ours |", "|---|---|---|", *versus, "",
        "RFM scores alone; ours opens the data folder, reads the facts and computes what the scores need.", "",
        "| peer | seconds | its time ÷ ours |", "|---|---|---|", *rfm, "",
        "k-means on one axis; ours is exact, so the peer's sum of squares ÷ ours is never below 1.", "",
        "| peer | seconds | ours | its time ÷ ours | its sum of squares ÷ ours |", "|---|---|---|---|---|", *kmeans, "",
        *([] if ROWS else [*bench_dedupe.section(BIN, ROUNDS), bench_load.section(), bench_screens.section(), bench_move.section(), bench_fair.section()])])
    if not ROWS:
        (ROOT / "docs" / "benchmarks.md").write_text(text)
    print(text)


main()
