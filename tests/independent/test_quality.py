"""What the page on data quality counts is what SQL that shares no code with us counts, by real DuckDB over the lake's files."""
import datetime, json, pathlib, random, signal, subprocess, urllib.request
import pytest
from conftest import BIN, zhiyin

TODAY = datetime.date.today()


def dirty(folder: pathlib.Path, seed: int):
    """Two files of orders, the second of which corrects some of the first; with everything that can be wrong with them."""
    r = random.Random(seed)
    rows = []
    for n in range(1500):
        day = TODAY - datetime.timedelta(days=r.randrange(1, 200))
        paid = f"{r.lognormvariate(4.5, 0.6):.2f}"
        rows.append([f"T{n}", f"K{r.randrange(90)}", f"{day} 10:00:00", paid, r.choice("NSW")])
    spoil = lambda n, place, value: [row.__setitem__(place, value(row)) for row in r.sample(rows, n)]
    spoil(17, 3, lambda _: "0")
    spoil(9, 3, lambda row: f"-{row[3].lstrip('-')}")
    spoil(6, 2, lambda _: f"{TODAY + datetime.timedelta(days=r.randrange(2, 900))} 10:00:00")
    spoil(1, 2, lambda _: "1970-01-01 10:00:00")
    spoil(8, 3, lambda _: f"{r.randrange(90_000, 400_000)}.00")
    gone = {TODAY - datetime.timedelta(days=d) for d in (20, 47)}
    rows = [row for row in rows if row[2][:10] not in {str(d) for d in gone}]
    again = [[f"A{row[0]}", *row[1:]] for row in r.sample(rows, 25)]
    corrected = [[row[0], row[1], row[2], f"{float(row[3]) + 1:.2f}", row[4]] for row in r.sample(rows, 40)]
    head = "order_id,customer_id,order_time,paid,store\n"
    files = []
    for name, part in (("a.csv", rows + again), ("b.csv", corrected)):
        (folder / name).write_text(head + "".join(",".join(row) + "\n" for row in part))
        files.append(folder / name)
    return files


def page(home: pathlib.Path):
    """The page as its API says it, of a server on this folder."""
    serve = subprocess.Popen([str(BIN), "serve", "--data", str(home), "--listen", "127.0.0.1:0", "--json", "--quiet"], stdout=subprocess.PIPE, text=True)
    try:
        said = json.loads(serve.stdout.readline())
        base, cookie = said["address"] + "/api/v1", None

        def ask(path, body=None):
            nonlocal cookie
            headers = {"content-type": "application/json", "X-Zhiyin-CSRF": "1", **({"cookie": cookie} if cookie else {})}
            request = urllib.request.Request(base + path, data=None if body is None else json.dumps(body).encode(), headers=headers)
            with urllib.request.urlopen(request, timeout=60) as answer:
                cookie = (answer.headers.get("set-cookie") or cookie or "").split(";")[0]
                return json.load(answer)

        token = said["setup"].split("token=")[-1]
        ask("/setup", {"token": token, "name": "A", "email": "a@example.com", "password": "a long enough password", "workspace_name": "B", "time_zone": "UTC", "currency": "EUR", "lang": "en"})
        found = ask("/data-quality")
        lists = {f["code"]: ask(f["link"] + "&limit=1")["total"] for f in found["findings"] if (f["link"] or "").startswith("/customers?finding=")}
        return found, lists
    finally:
        serve.send_signal(signal.SIGTERM)
        serve.wait(timeout=30)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counts_are_those_of_independent_sql(tmp_path, lake_duckdb, seed):
    home = tmp_path / "data"
    for file in dirty(tmp_path, seed):
        zhiyin("import", "--data", home, "--orders", file, "--time-zone", "UTC", "--currency", "EUR", "--yes", "--json", ok=(0, 4))
    found, lists = page(home)
    count = {f["code"]: f["count"] for f in found["findings"]}
    con = lake_duckdb
    con.execute(f"ATTACH 'ducklake:sqlite:{home}/zhiyin.db' AS lake (READ_ONLY)")
    con.execute("create temp table o as select * exclude n from (select *, row_number() over (partition by customer, order_key order by recorded_at desc, batch desc) n from lake.orders) where n = 1")
    one = lambda sql: con.execute(sql).fetchone()[0]
    con.execute("create temp table v as select * from o where not cancelled and paid > 0")
    con.execute("create temp table d as select day, count(*) n from v group by day")
    assert one("select count(*) from o") == next(f["of"] for f in found["findings"] if f["code"] == "zero_orders") > 1400
    assert count["zero_orders"] == one("select count(*) from o where paid = 0 and not cancelled") > 0
    # a negative amount of a file is a refund
    assert count["negative_orders"] == one("select count(*) from o where paid < 0") == 0
    assert count["future_facts"] == one(f"select count(*) from o where day > date '{TODAY}'") > 0
    assert count["twice_orders"] == one("select coalesce(sum(n - 1), 0)::int from (select count(*) n from v group by customer, day, paid, store)") > 0
    # Tukey's outer fence on eighths of doublings
    con.execute("create temp table s as select customer, floor(log2(paid) * 8)::int step from v")
    quartile = lambda q: one(f"select step from (select step, sum(count(*)) over (order by step) below from s group by step) where below * 100 >= (select count(*) from s) * {q} order by step limit 1")
    fence = quartile(75) + max(3 * (quartile(75) - quartile(25)), 32)
    assert count["outliers"] == one(f"select count(*) from s where step >= {fence}") > 0
    assert lists["outliers"] == one(f"select count(distinct customer) from s where step >= {fence}")
    # a few orders, then nothing for two years
    began = one("select max(day) from (select day, sum(n) over (order by day) - n earlier, day - lag(day) over (order by day) gap from d) where gap > 730 and earlier <= greatest((select sum(n) from d) // 1000, 1)")
    assert count["early_orders"] == one(f"select count(*) from v where day < date '{began}'") == 1
    for code, condition in (("zero_orders", "paid = 0 and not cancelled"), ("future_facts", f"day > date '{TODAY}'"), ("early_orders", f"day < date '{began}'")):
        assert lists[code] == one(f"select count(distinct customer) from o where {condition}"), code
    assert found["score"] == min(99, round(100 - sum(f["points"] for f in found["findings"])))
