"""The lake is a true DuckLake 1.0: real DuckDB attaches it, at head and at an older snapshot, and counts and sums are equal."""
import csv, pathlib, re, subprocess, time
import pytest
from conftest import BIN, data, zhiyin

HEAD = "order_id,customer_id,order_time,paid\n"


def orders(path: pathlib.Path, first: int, n: int):
    rows = [(f"T{i:06}", f"K{i % 37:04}", f"2026-03-{1 + i % 28:02} 10:00:00", f"{10 + i % 90}.{i % 100:02}") for i in range(first, first + n)]
    path.write_text(HEAD + "".join(",".join(r) + "\n" for r in rows))
    return len(rows), sum(round(float(r[3]) * 100) for r in rows)


@pytest.fixture(params=["sqlite", "postgres"])
def place(request, tmp_path):
    """Where the catalog lies: options for our program, and the address DuckDB attaches."""
    if request.param == "sqlite":
        return ["--data", tmp_path / "data"], f"ducklake:sqlite:{tmp_path}/data/zhiyin.db"
    port, name = request.getfixturevalue("postgres")()
    store = f"postgres://postgres@127.0.0.1:{port}/{name}"
    return ["--data", tmp_path / "data", "--store", store], f"ducklake:postgres:host=127.0.0.1 port={port} user=postgres dbname={name}"


def attach(con, url):
    con.execute(f"ATTACH '{url}' AS lake (READ_ONLY)")


def test_duckdb_reads_head_and_an_older_snapshot(tmp_path, place, lake_duckdb):
    home, url = place
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    n1, s1 = orders(first, 0, 1000)
    n2, s2 = orders(second, 900, 600)  # 100 rows are the same again
    said = zhiyin("import", *home, "--orders", first, "--yes", "--json")
    assert (said["rows_in"], said["accepted"], said["duplicates"]) == (n1, n1, 0)
    snapshot = said["snapshot"]
    said = zhiyin("import", *home, "--orders", second, "--yes", "--json")
    assert (said["rows_in"], said["accepted"], said["duplicates"]) == (n2, 500, 100)
    fresh = sum(round(float(r["paid"]) * 100) for r in list(csv.DictReader(open(second)))[100:])
    con = lake_duckdb
    attach(con, url)
    assert con.execute("select count(*), sum(paid), min(day)::varchar, max(day)::varchar, count(distinct customer) from lake.orders").fetchone() == (1500, s1 + fresh, "2026-03-01", "2026-03-28", 37)
    assert con.execute(f"select count(*), sum(paid) from lake.orders AT (VERSION => {snapshot})").fetchone() == (1000, s1)
    types = dict(con.execute("select column_name, column_type from (describe lake.orders)").fetchall())
    assert types["paid"] == "BIGINT" and types["day"] == "DATE" and types["at"] == "TIMESTAMP WITH TIME ZONE" and types["cancelled"] == "BOOLEAN"


def test_duckdb_sees_an_undone_import_go_and_the_older_snapshot_stay(tmp_path, place, lake_duckdb):
    home, url = place
    n, s = orders(tmp_path / "a.csv", 0, 300)
    said = zhiyin("import", *home, "--orders", tmp_path / "a.csv", "--yes", "--json")
    zhiyin("import", *home, "--undo", said["import"], "--yes", "--json")
    con = lake_duckdb
    attach(con, url)
    assert con.execute("select count(*) from lake.orders").fetchone() == (0,)
    assert con.execute(f"select count(*), sum(paid) from lake.orders AT (VERSION => {said['snapshot']})").fetchone() == (n, s)


def test_duckdb_reads_files_that_were_merged_and_taken_apart(tmp_path, place, lake_duckdb):
    home, url = place
    said, sums = [], []
    for i in range(6):
        sums.append(orders(tmp_path / f"{i}.csv", 100 * i, 100)[1])
        said.append(zhiyin("import", *home, "--orders", tmp_path / f"{i}.csv", "--yes", "--json"))
    files = lambda: re.search(r"lake snapshot \d+: (\d+) files", str(zhiyin("doctor", *home, "--json", "--lang", "en", ok=range(10))["checks"]))[1]
    assert files() == "6"
    # what is done every night is made up for when a server starts
    serve = subprocess.Popen([str(BIN), "serve", *map(str, home), "--listen", "127.0.0.1:0", "--json", "--quiet"], stdout=subprocess.PIPE, text=True)
    try:
        serve.stdout.readline()
        until = time.time() + 60
        while files() != "1":
            assert time.time() < until, "the files are not merged"
            time.sleep(0.2)
    finally:
        serve.terminate()
        serve.wait(timeout=30)
    zhiyin("import", *home, "--undo", said[2]["import"], "--yes", "--json")
    con = lake_duckdb
    attach(con, url)
    assert con.execute("select count(*), sum(paid), count(distinct batch) from lake.orders").fetchone() == (500, sum(sums) - sums[2], 5)
    assert con.execute(f"select count(*), sum(paid) from lake.orders AT (VERSION => {said[2]['snapshot']})").fetchone() == (300, sum(sums[:3]))
    assert con.execute(f"select count(*), sum(paid) from lake.orders AT (VERSION => {said[5]['snapshot'] + 1})").fetchone() == (600, sum(sums))


def test_duckdb_finds_the_lake_after_the_data_folder_moved(tmp_path, lake_duckdb):
    n, s = orders(tmp_path / "a.csv", 0, 200)
    zhiyin("import", "--data", tmp_path / "data", "--orders", tmp_path / "a.csv", "--yes", "--json")
    (tmp_path / "data").rename(tmp_path / "moved")
    assert zhiyin("segment", "--data", tmp_path / "moved", "--rule", "orders > 0", "--json")["rules"][0]["count"] == 37
    attach(lake_duckdb, f"ducklake:sqlite:{tmp_path}/moved/zhiyin.db")
    assert lake_duckdb.execute("select count(*), sum(paid) from lake.orders").fetchone() == (n, s)


def test_the_same_file_again_adds_nothing(tmp_path):
    home = tmp_path / "data"
    n, _ = orders(tmp_path / "a.csv", 0, 300)
    zhiyin("import", "--data", home, "--orders", tmp_path / "a.csv", "--yes", "--json")
    for _ in range(2):
        said = zhiyin("import", "--data", home, "--orders", tmp_path / "a.csv", "--yes", "--json")
        assert (said["accepted"], said["duplicates"]) == (0, n)
