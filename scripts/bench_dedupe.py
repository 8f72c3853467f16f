"""Duplicates: `zhiyin dedupe` and the peers, alternating on the same 50,000 people of ../shared/peers/gen.py. F1 first: ours may not be lower than
any peer's; then times. `make bench` calls section(); run alone, it renews that section of docs/benchmarks.md (BENCH_ROUNDS, BENCH_BIN)."""
import csv, datetime, json, os, pathlib, resource, statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parents[1]
PEERS = ROOT.parent / "shared" / "peers"
SETS = ROOT.parent / "shared" / "data"
CACHE = pathlib.Path.home() / ".cache" / "zhiyin"
DATA = pathlib.Path(os.environ.get("PERF_DATA", CACHE / "peers"))
TITLE = "## Duplicates"
# name in our table, script, lines it prints: the sum of their seconds counts
TIMED = [("splink", "er_splink.py", ["er_splink_train_50k", "er_splink_predict_cluster_50k"]), ("recordlinkage", "er_recordlinkage.py", ["er_recordlinkage_ecm_50k"])]
# set, its known pairs, column that names the rows, left out, best F1 printed by a peer (shared/data/figures.md §6)
KNOWN = [
    ("febrl/dataset1.csv", "febrl/dataset1_gold_pairs.csv", "rec_id", "", "0.7760"),
    ("febrl/dataset1.csv", "febrl/dataset1_gold_pairs.csv", "rec_id", "soc_sec_id", "–"),
    ("febrl/dataset3.csv", "febrl/dataset3_gold_pairs.csv", "rec_id", "", "–"),
    ("febrl/dataset3.csv", "febrl/dataset3_gold_pairs.csv", "rec_id", "soc_sec_id", "–"),
    ("splink_fake_1000/fake_1000.csv", "splink_fake_1000/fake_1000_gold_pairs.csv", "unique_id", "", "0.8901"),
]


def pairs(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        return {tuple(sorted((row[0].strip(), row[1].strip()))) for row in rows}


def score(found, gold):
    hits = len(found & gold)
    precision, recall = hits / max(len(found), 1), hits / max(len(gold), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def ours(binary, source, row, out, *flags):
    """Wall seconds and CPU seconds of the whole process, and what it said."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    done = subprocess.run([str(binary), "dedupe", "--input", str(source), "--id", row, "--out", str(out), "--json", *flags], capture_output=True, text=True)
    seconds = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"failed: {done.stderr}")
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, json.loads(done.stdout)


def people(env):
    """The people as a user would have them, without the answer; and the answer."""
    import duckdb
    DATA.mkdir(parents=True, exist_ok=True)
    if not (DATA / "people.parquet").exists():
        subprocess.run([sys.executable, "gen.py", "people"], cwd=PEERS, env=env, check=True)
    source = DATA / "people.csv"
    con = duckdb.connect()
    con.execute(f"copy (select * exclude (entity) from '{DATA}/people.parquet' order by unique_id) to '{source}' (header)")
    rows = con.execute(f"select a.unique_id, b.unique_id from '{DATA}/people.parquet' a join '{DATA}/people.parquet' b on a.entity = b.entity and a.unique_id < b.unique_id").fetchall()
    return source, {tuple(sorted((str(a), str(b)))) for a, b in rows}


def spread(values, digits=2):
    return f"{statistics.median(values):,.{digits}f} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def section(binary, rounds, build="release build"):
    """The section as lines of Markdown."""
    env = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE", "PERF_DATA": str(DATA)}
    folder = pathlib.Path(tempfile.mkdtemp())
    out = folder / "pairs.csv"
    source, gold = people(env)
    walls, cpus, kernels, theirs, qualities = [], [], [], {}, {}
    for i in range(rounds):
        print(f"duplicates, round {i + 1} of {rounds}: ours …", flush=True)
        wall, cpu, said = ours(binary, source, "unique_id", out)
        walls.append(wall)
        cpus.append(cpu)
        kernels.append(said["seconds"])
        for name, script, lines in TIMED:
            print(f"duplicates, round {i + 1} of {rounds}: {name} …", flush=True)
            text = subprocess.run([sys.executable, script], cwd=PEERS, env=env, capture_output=True, text=True)
            if text.returncode:
                sys.exit(f"failed: {script}\n{text.stderr}")
            found = {line["name"]: line for line in map(json.loads, filter(lambda l: l.startswith("{"), text.stdout.splitlines()))}
            theirs.setdefault(name, []).append((sum(found[l]["seconds"] for l in lines), sum(found[l]["detail"]["cpu_s"] for l in lines)))
            qualities[name] = found[lines[-1]]["quality"]
    precision, recall, f1 = score(pairs(out), gold)
    for name, quality in qualities.items():
        print(f"F1 gate: ours {f1:.4f}, {name} {quality['f1']:.4f}")
        if f1 < quality["f1"]:
            sys.exit("F1 is lower; times mean nothing")
    lines = [
        TITLE, "",
        f"{said['rows']:,} people, {len(gold):,} true pairs (../shared/peers/gen.py), {build}, {datetime.date.today()}, load {os.getloadavg()[0]:.1f}. Ours is the whole process from start to end, reading and writing "
        "included; the peers' is their training and prediction alone, told by themselves. Gate passed: our F1 is no lower.", "",
        "| | precision | recall | F1 | seconds | CPU seconds | its time ÷ ours | CPU ÷ ours |", "|---|---|---|---|---|---|---|---|",
        f"| `zhiyin dedupe` | {precision:.4f} | {recall:.4f} | {f1:.4f} | {spread(walls)} | {spread(cpus)} | 1 | 1 |",
    ]
    for name, found in theirs.items():
        q, seconds, cpu = qualities[name], [s for s, _ in found], [c for _, c in found]
        lines.append(f"| {name} | {q['precision']:.4f} | {q['recall']:.4f} | {q['f1']:.4f} | {spread(seconds)} | {spread(cpu)} | {statistics.median(seconds) / statistics.median(walls):.1f}× | {statistics.median(cpu) / statistics.median(cpus):.1f}× |")
    lines += ["", "Sets with known answers, nothing tuned to them, pairs of probability ≥ 0.5:", "", "| set | rows | precision | recall | F1 | best F1 printed by a peer |", "|---|---|---|---|---|---|"]
    for name, known, row, ignored, best in KNOWN:
        if not (SETS / name).exists():
            lines.append(f"| {name} | missing: ../shared/data/{name} | | | | {best} |")
            continue
        _, _, said = ours(binary, SETS / name, row, out, *(["--ignore", ignored] if ignored else []))
        p, r, f = score(pairs(out), pairs(SETS / known))
        lines.append(f"| {name}{f' without {ignored}' if ignored else ''} | {said['rows']:,} | {p:.4f} | {r:.4f} | {f:.4f} | {best} |")
    return lines + [""]


def main():
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "target"))
    binary = pathlib.Path(os.environ.get("BENCH_BIN", target / "release" / "zhiyin"))
    build = "release build" if "release" in binary.parts else "build as in `make demo`"
    lines = section(binary, int(os.environ.get("BENCH_ROUNDS", "3")), build)
    path = ROOT / "docs" / "benchmarks.md"
    before = path.read_text().split(TITLE)[0].rstrip() if path.exists() else "# Benchmarks"
    path.write_text(before + "\n\n" + "\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
