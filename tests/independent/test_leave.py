"""Leaving: what other tools read of everything a business takes away, and what comes in again. And: nothing of it needs a network."""
import csv, json, pathlib, subprocess, sys, zipfile
import duckdb, openpyxl, pyarrow.parquet, pytest
from conftest import BIN, data, unproven, zhiyin

FORMATS = ["csv", "jsonl", "parquet", "xlsx"]
# words that formats like to change; a formula must arrive as a text
HOSTILE = """Customer ID,Name,Phone,City
0007,"=cmd|'/c calc'!A1",13800000001,"say ""hi"", 知音"
0008,'quoted,13800000002,"two
lines"
0009,+8613,13800000003,👩‍👩‍👧 \u202eעברית
"""


@pytest.fixture(scope="module")
def taken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("leave")
    (folder / "people.csv").write_text(HOSTILE, encoding="utf-8")
    orders = data("cdnow", "CDNOW_sample.csv")
    for file in (orders, folder / "people.csv"):
        zhiyin("import", "--data", folder / "shop", "--file", file, "--yes", "--json", ok=(0, 4))
    for end in FORMATS:
        zhiyin("export", "--data", folder / "shop", "--everything", folder / end, "--format", end, "--json")
    return folder


def as_text(cell):
    """As our CSV has it: one apostrophe in front of what would be a formula."""
    return None if cell == "" else cell.removeprefix("'")


def read_csv(path):
    with open(path, newline="", encoding="utf-8-sig") as f:
        names, *rows = csv.reader(f)
    return [dict(zip(names, map(as_text, row))) for row in rows]


def test_every_tool_reads_the_same_rows_and_the_same_sums(taken):
    manifest = json.loads((taken / "csv" / "manifest.json").read_text())
    said = {t["name"]: t["rows"] for t in manifest["tables"]}
    assert said["orders"] > 6_000 and said["customers"] > 2_300
    lake = zhiyin("export", "--data", taken / "shop", "--everything", taken / "x", "--dry-run", "--json")["tables"]
    db = duckdb.connect()
    sums = {}
    for end in ("csv", "parquet"):
        source = f"'{taken / end / 'orders'}.{end}'"
        sums[end] = db.execute(f"SELECT count(*), sum(CAST(paid AS DECIMAL(20, 2))), count(DISTINCT order_key), min(day), max(day) FROM {source}").fetchone()
    assert sums["csv"][:3] == sums["parquet"][:3] and str(sums["csv"][3:]) == str(sums["parquet"][3:])
    assert sums["csv"][0] == said["orders"] == lake["orders"]
    for table, rows in said.items():
        from_csv = read_csv(taken / "csv" / f"{table}.csv")
        lines = [json.loads(line) for line in (taken / "jsonl" / f"{table}.jsonl").read_text(encoding="utf-8").splitlines()] if rows else []
        assert len(from_csv) == len(lines) == pyarrow.parquet.read_metadata(taken / "parquet" / f"{table}.parquet").num_rows == rows, table
        for one, other in zip(from_csv, lines):
            assert list(one) == list(other), table
            for name, cell in other.items():
                if isinstance(cell, str) or cell is None:
                    assert one[name] == cell, (table, name)
        sheet = openpyxl.load_workbook(taken / "xlsx" / f"{table}.xlsx", read_only=True)["data"]
        assert sum(1 for _ in sheet.iter_rows(values_only=True)) == rows + 1, table
        assert not any(c.data_type == "f" for row in sheet.iter_rows() for c in row), table


def test_hostile_words_are_texts_everywhere(taken):
    names = {"=cmd|'/c calc'!A1", "'quoted", "+8613"}
    for end in FORMATS:
        if end == "csv":
            found = {row["name"] for row in read_csv(taken / "csv" / "customers.csv")}
        elif end == "jsonl":
            found = {json.loads(line)["name"] for line in (taken / "jsonl" / "customers.jsonl").read_text(encoding="utf-8").splitlines()}
        elif end == "parquet":
            found = set(pyarrow.parquet.read_table(taken / "parquet" / "customers.parquet")["name"].to_pylist())
        else:
            rows = openpyxl.load_workbook(taken / "xlsx" / "customers.xlsx", read_only=True)["data"].iter_rows(values_only=True)
            place = next(rows).index("name")
            found = {row[place] for row in rows}
        assert names <= found, (end, [n for n in found if n and not n[0].isalnum()])


@pytest.mark.parametrize("end", FORMATS)
def test_it_comes_in_with_the_same_classes(taken, end, tmp_path):
    came = zhiyin("import", "--data", tmp_path / "there", "--everything", taken / end, "--json")
    assert came["compared"]["same"] == came["compared"]["customers"] > 2_300 and came["compared"]["differ"] == []


INSIDE = """
import fcntl, json, socket, struct, subprocess, sys, urllib.request
names = [n for _, n in socket.if_nameindex()]
assert names == ["lo"], names
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
    fcntl.ioctl(s, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: up, running
try:
    socket.create_connection(("1.1.1.1", 443), timeout=2)
    sys.exit("there is a network after all")
except OSError:
    pass
binary, file, folder = sys.argv[1:]
run = lambda *a: json.loads(subprocess.run([binary, *a, "--json"], check=True, capture_output=True, text=True, timeout=300).stdout)
said = run("classify", "--file", file, "--out", folder + "/out.csv")
run("import", "--data", folder + "/shop", "--file", file, "--yes")
run("export", "--data", folder + "/shop", "--everything", folder + "/all.zip")
came = run("import", "--data", folder + "/there", "--everything", folder + "/all.zip")
server = subprocess.Popen([binary, "serve", "--data", folder + "/there", "--listen", "127.0.0.1:0", "--json"], stdout=subprocess.PIPE, text=True)
try:
    address = json.loads(server.stdout.readline())["address"]
    page = urllib.request.urlopen(address + "/", timeout=30).read().decode()
    health = json.loads(urllib.request.urlopen(address + "/api/v1/healthz", timeout=30).read())
finally:
    server.terminate()
    server.wait(30)
print(json.dumps({"customers": said["customers"], "same": came["compared"]["same"], "page": "<html" in page.lower(), "health": health}))
"""


def test_everything_works_where_there_is_no_network(tmp_path):
    if subprocess.run(["unshare", "-rn", "true"], capture_output=True).returncode != 0:
        unproven("no namespace without a network can be made here")
    file = data("cdnow", "CDNOW_sample.csv")
    run = subprocess.run(["unshare", "-rn", sys.executable, "-c", INSIDE, str(BIN), str(file), str(tmp_path)], capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr[-3000:]
    said = json.loads(run.stdout.splitlines()[-1])
    assert said["customers"] == said["same"] > 2_300 and said["page"], said
    with zipfile.ZipFile(tmp_path / "all.zip") as all_of_it:
        assert {"README.md", "SCHEMA.md", "manifest.json"} <= set(all_of_it.namelist())


def test_the_manifest_names_every_file_with_its_hash(taken):
    import hashlib
    for end in FORMATS:
        folder = pathlib.Path(taken / end)
        manifest = json.loads((folder / "manifest.json").read_text())
        named = {f["name"]: f for t in manifest["tables"] for f in t["parts"]} | {f["name"]: f for f in manifest["files"]}
        there = {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}
        assert there == set(named) | {"manifest.json"}
        for name, f in named.items():
            content = (folder / name).read_bytes()
            assert (len(content), hashlib.sha256(content).hexdigest()) == (f["bytes"], f["sha256"]), name
