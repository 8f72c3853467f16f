"""`make bench`: ours and the peers, alternating on the same data in one run. Equal answers first, then times. Writes docs/benchmarks.md.

Data: ../shared/peers/gen.py (20 M orders of 1 M customers over 730 days, seeded). BENCH_ROUNDS (default 3), BENCH_ROWS (default all)."""
import datetime, json, os, pathlib, platform, shutil, statistics, subprocess, sys, tempfile, time

import bench_dedupe

ROOT = pathlib.Path(__file__).resolve().parents[1]
PEERS = ROOT.parent / "shared" / "peers"
CACHE = pathlib.Path.home() / ".cache" / "zhiyin"
DATA = pathlib.Path(os.environ.get("PERF_DATA", CACHE / "peers"))
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "target"))
BIN = TARGET / "release" / "zhiyin"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
FIRST = datetime.date(2024, 1, 1)
LAST = FIRST + datetime.timedelta(days=729)
ENV = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "PERF_DATA": str(DATA)}


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
    """Seconds, peak memory in MB and output of a whole process."""
    with tempfile.TemporaryFile("w+") as out:
        begun = time.perf_counter()
        process = subprocess.Popen([str(a) for a in args], stdout=out, stderr=subprocess.PIPE if kw.get("quiet") else None, env=ENV, cwd=kw.get("cwd"))
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        out.seek(0)
        text = out.read()
    if status:
        sys.exit(f"failed: {' '.join(map(str, args))}")
    return seconds, usage.ru_maxrss / 1024, text


def peer(script, impl):
    _, _, text = run(sys.executable, PEERS / script, impl, cwd=PEERS)
    return {line["name"]: line for line in map(json.loads, text.splitlines())}


def prepare():
    import duckdb
    DATA.mkdir(parents=True, exist_ok=True)
    if not (DATA / "orders.parquet").exists():
        print("making the data (20 M orders, 1 M customers) …", flush=True)
        run(sys.executable, PEERS / "gen.py", "orders", cwd=PEERS)
    orders, customers = DATA / "orders.csv", DATA / "customers.csv"
    if not orders.exists():
        print("writing the data as the CSV files a user would have …", flush=True)
        con = duckdb.connect()
        con.execute(f"copy (select 'o' || (row_number() over ()) as order_id, 'c' || customer_id as customer_id, date '{FIRST}' + day as order_date, "
                    f"(cents // 100) || '.' || lpad((cents % 100)::varchar, 2, '0') as paid, 'k' || category as store, 'h' || channel as channel from '{DATA}/orders.parquet') to '{orders}' (header)")
        con.execute(f"copy (select 'c' || customer_id as customer_id, age as years, region as zone, signup_day as joined, opt_in as agreed from '{DATA}/customers.parquet') to '{customers}' (header)")
    return orders, customers


def median(values):
    return statistics.median(values)


def spread(values, digits=2):
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def main():
    if not PEERS.exists():
        sys.exit("missing: ../shared/peers — the peers' scripts are not here, nothing to compare with")
    assert len(RULES) == 50
    orders, customers = prepare()
    rows = sum(chunk.count(b"\n") for chunk in iter(lambda f=open(orders, "rb"): f.read(1 << 24), b"")) - 1
    lines = []
    home = CACHE / "bench-data"
    shutil.rmtree(home, ignore_errors=True)

    print("parse and validate …", flush=True)
    checks = [run(BIN, "import", "--orders", orders, "--parse-only", "--json") for _ in range(ROUNDS)]
    parsed = [rows / json.loads(text)["seconds"] for _, _, text in checks]
    lines.append(("CSV order rows parsed and validated, rows/s", "≥ 500,000", spread(parsed, 0), f"{max(m for _, m, _ in checks):,.0f} MB"))
    print("import …", flush=True)
    _, memory_c, text = run(BIN, "import", "--data", home, "--customers", customers, "--yes", "--json")
    assert json.loads(text)["accepted"] == 1_000_000, text
    seconds, memory, text = run(BIN, "import", "--data", home, "--orders", orders, "--yes", "--json")
    said = json.loads(text)
    assert said["accepted"] == rows, text
    lines.append((f"end to end, {rows:,} rows durable in the lake, rows/s", "≥ 200,000", f"{rows / seconds:,.0f}", f"{memory:,.0f} MB"))

    rules = CACHE / "bench-rules.txt"
    rules.write_text("\n".join(RULES) + "\n")
    ours, theirs, memories, rfm_theirs = [], {}, [], {}
    for i in range(ROUNDS):
        print(f"round {i + 1} of {ROUNDS}: ours …", flush=True)
        wall, memory, text = run(BIN, "segment", "--data", home, "--as-of", LAST, "--rules", rules, "--json")
        answer = json.loads(text)
        ours.append((wall, answer["milliseconds"] / 1000))
        memories.append(memory)
        print(f"round {i + 1} of {ROUNDS}: DuckDB …", flush=True)
        for name, line in peer("segments_sql.py", "duckdb_parquet").items():
            theirs.setdefault(name, []).append(line)
        for impl in ("duckdb", "polars"):
            for name, line in peer("rfm.py", impl).items():
                rfm_theirs.setdefault(name, []).append(line["seconds"])
    counts = next(l for n, l in theirs.items() if n.endswith("shared_query_counts"))
    members, mine = counts[0]["quality"]["members"], sum(r["count"] for r in answer["rules"])
    gate = "equal" if members == mine else "DIFFERENT"
    print(f"equal-answer gate: peer {members:,} memberships, ours {mine:,}: {gate}")
    if members != mine:
        sys.exit("the answers differ; times mean nothing")
    shared = [l["seconds"] for l in counts]
    compute = [c for _, c in ours]
    lines.append((f"all features, all classes and the peers' 50 rules, 1 M customers / {rows / 1e6:.0f} M orders, from Parquet, s", "≤ DuckDB's shared query", spread(compute), f"{max(memories):,.0f} MB"))

    table = [f"| {n} | {t} | {v} | {m} |" for n, t, v, m in lines]
    versus = [f"| 50 rules, one shared query, counts (DuckDB, Parquet) | {spread(shared)} | {median(shared) / median(compute):.2f}× |"]
    for name, found in theirs.items():
        if not name.endswith("shared_query_counts"):
            seconds = [l["seconds"] for l in found]
            versus.append(f"| {name.removeprefix('segments50_')} | {spread(seconds)} | {median(seconds) / median(compute):.2f}× |")
    for name, seconds in rfm_theirs.items():
        versus.append(f"| {name} (RFM scores alone) | {spread(seconds)} | {median(seconds) / median(compute):.2f}× |")
    cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.processor())
    text = "\n".join([
        "# Benchmarks", "",
        f"`make bench` on {datetime.date.today()}: {cpu}, {os.cpu_count()} cores, {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') >> 30} GiB, load {os.getloadavg()[0]:.1f}.",
        "Ours is the release build (docs/decisions/0003-build-profile.md). Median (smallest–largest) of "
        f"{ROUNDS} alternating rounds; every figure is a process of its own, page cache warm.", "",
        f"Data: 20 M orders of 1 M customers over 730 days, seeded. Equal-answer gate: {members:,} memberships of 50 rules, {gate}.", "",
        "| what | bar | measured | peak memory |", "|---|---|---|---|", *table, "",
        "Ours computes every built-in feature and classification besides the 50 rules; the peers compute what their line says.", "",
        "| peer | seconds | its time ÷ ours |", "|---|---|---|", *versus, "",
        *bench_dedupe.section(BIN, ROUNDS)])
    (ROOT / "docs" / "benchmarks.md").write_text(text)
    print(text)


main()
