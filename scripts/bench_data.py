"""The data `make bench` stands on: what ../shared/peers/gen.py makes, and the same as files a user would have."""
import datetime, os, pathlib, subprocess, sys, tempfile, time, zipfile
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).resolve().parents[1]
PEERS = pathlib.Path(os.environ.get("ZHIYIN_SHARED", ROOT.parent / "shared")) / "peers"
CACHE = pathlib.Path(os.environ.get("ZHIYIN_CACHE", pathlib.Path.home() / ".cache" / "zhiyin"))
# BENCH_ROWS: a small trial of the same shape, never what docs/benchmarks.md shows
ROWS = int(os.environ.get("BENCH_ROWS", "0"))
DATA = pathlib.Path(os.environ.get("PERF_DATA", CACHE / (f"peers-{ROWS}" if ROWS else "peers")))
FIRST = datetime.date(2024, 1, 1)
LAST = FIRST + datetime.timedelta(days=729)
SHEET_ROWS = min(ROWS or 1_000_000, 1_000_000)


def timed(*args, **how):
    """Seconds, peak memory in MB and output of a whole process."""
    with tempfile.TemporaryFile("w+") as out:
        begun = time.perf_counter()
        process = subprocess.Popen([str(a) for a in args], stdout=out, **how)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        out.seek(0)
        text = out.read()
    if status:
        sys.exit(f"failed: {' '.join(map(str, args))}\n{text}")
    return seconds, usage.ru_maxrss / 1024, text


def renew(title, text):
    """One section of docs/benchmarks.md anew; the others stay as they were measured."""
    page = ROOT / "docs" / "benchmarks.md"
    head, *sections = (page.read_text() if page.exists() else "# Benchmarks\n").split("\n## ")
    name = title.removeprefix("## ")
    kept = [s for s in sections if not s.startswith(name)]
    place = next((i for i, s in enumerate(sections) if s.startswith(name)), len(kept))
    kept.insert(place, text.removeprefix("## "))
    page.write_text("\n## ".join(s.rstrip() + "\n" for s in [head, *kept]))


def small():
    """The tables of gen.py, fewer of them: the same columns, days and skew."""
    import numpy as np, pyarrow as pa, pyarrow.parquet as pq
    r, no, nc = np.random.default_rng(2), ROWS, max(100, ROWS // 20)
    start = r.integers(0, 600, nc).astype(np.int32)
    rate = r.gamma(.6, 1, nc)
    cid = r.choice(nc, no, p=rate / rate.sum()).astype(np.int32)
    day = np.sort((start[cid] + r.random(no) * (730 - start[cid])).astype(np.int32))
    orders = {"customer_id": cid, "day": day, "cents": np.exp(r.normal(8.2, .9, no)).astype(np.int32) + 100,
              "category": np.minimum(r.zipf(1.6, no), 20).astype(np.int8), "channel": r.integers(0, 4, no).astype(np.int8)}
    customers = {"customer_id": np.arange(nc, dtype=np.int32), "region": r.integers(0, 30, nc).astype(np.int8), "age": r.integers(18, 80, nc).astype(np.int8),
                 "signup_day": start, "opt_in": r.random(nc) < .6}
    pq.write_table(pa.table(orders), DATA / "orders.parquet", compression="zstd")
    pq.write_table(pa.table(customers), DATA / "customers.parquet", compression="zstd")


def made(name, how):
    """The file, made the first time; a half-made one is not taken for whole."""
    path = DATA / name
    if not path.exists():
        print(f"writing {name} …", flush=True)
        part = DATA / f"{name}.part"
        how(part)
        part.rename(path)
    return path


def copy(con, select, options):
    return lambda path: con.execute(f"copy ({select}) to '{path}' ({options})")


def sheet(con, select):
    """An XLSX as Excel writes it: texts in one shared list, numbers in the cells, one row after the other."""
    def write(path):
        found = con.execute(select)
        texts, order = {}, []
        def shared(text):
            if text not in texts:
                texts[text] = len(order)
                order.append(text)
            return texts[text]
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1, allowZip64=True) as z:
            main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
            kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
            z.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
                       'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' + "".join(f'<Override PartName="/xl/{part}.xml" ContentType="{kind}.{of}+xml"/>' for part, of in
                       (("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet"), ("sharedStrings", "sharedStrings"))) + "</Types>")
            rels = lambda *all: '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' + "".join(
                f'<Relationship Id="rId{i}" Type="{rel}/{of}" Target="{target}"/>' for i, (of, target) in enumerate(all, 1)) + "</Relationships>"
            z.writestr("_rels/.rels", rels(("officeDocument", "xl/workbook.xml")))
            z.writestr("xl/_rels/workbook.xml.rels", rels(("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml")))
            z.writestr("xl/workbook.xml", f'<?xml version="1.0"?><workbook xmlns="{main}" xmlns:r="{rel}"><sheets><sheet name="orders" sheetId="1" r:id="rId1"/></sheets></workbook>')
            with z.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as f:
                f.write(f'<?xml version="1.0"?><worksheet xmlns="{main}"><sheetData>'.encode())
                number = 1
                rows = [tuple(c[0] for c in found.description)]
                while rows:
                    text = []
                    for row in rows:
                        cells = [f'<c r="{chr(65 + i)}{number}"><v>{v}</v></c>' if isinstance(v, float) else f'<c r="{chr(65 + i)}{number}" t="s"><v>{shared(str(v))}</v></c>' for i, v in enumerate(row)]
                        text.append(f'<row r="{number}">{"".join(cells)}</row>')
                        number += 1
                    f.write("".join(text).encode())
                    rows = found.fetchmany(20_000)
                f.write(b"</sheetData></worksheet>")
            with z.open("xl/sharedStrings.xml", "w", force_zip64=True) as f:
                f.write(f'<?xml version="1.0"?><sst xmlns="{main}" uniqueCount="{len(order)}">'.encode())
                for i in range(0, len(order), 20_000):
                    f.write("".join(f"<si><t>{escape(t)}</t></si>" for t in order[i : i + 20_000]).encode())
                f.write(b"</sst>")
    return write


def prepare(run):
    """Every file by its name; makes what is missing."""
    import duckdb
    DATA.mkdir(parents=True, exist_ok=True)
    if not (DATA / "orders.parquet").exists():
        print("making the data …", flush=True)
        small() if ROWS else run(sys.executable, PEERS / "gen.py", "orders", cwd=PEERS)
    con = duckdb.connect()
    con.execute("set preserve_insertion_order = true")
    money = lambda cents: f"({cents} // 100) || '.' || lpad(({cents} % 100)::varchar, 2, '0')"
    source = f"(select *, row_number() over () as i from '{DATA}/orders.parquet')"
    orders = f"select 'o' || i as order_id, 'c' || customer_id as customer_id, date '{FIRST}' + day as order_date, {{paid}} as paid, 'k' || category as store, 'h' || channel as channel from {source}"
    text, number = orders.format(paid=money("cents")), orders.format(paid="cents / 100")
    lines = f"select 'o' || i as order_id, 'c' || customer_id as customer_id, date '{FIRST}' + day as order_date, 'p' || (cents % 997) as product, 'k' || category as category, 1 as quantity, {money('cents')} as line_amount from {source}"
    customers = f"select 'c' || customer_id as customer_id, age as years, region as zone, signup_day as joined, opt_in as agreed from '{DATA}/customers.parquet'"
    return {
        "orders": made("orders.csv", copy(con, text, "header")),
        "customers": made("customers.csv", copy(con, customers, "header")),
        "lines": made("lines.csv", copy(con, lines, "header")),
        "jsonl": made("orders.jsonl", copy(con, text, "format json")),
        "parquet": made("orders-as-given.parquet", copy(con, number, "format parquet, compression zstd")),
        "xlsx": made("orders.xlsx", sheet(con, f"{number} limit {SHEET_ROWS}")),
    }


def axes():
    """R, F and M of every buyer as files of doubles, for k-means on one axis."""
    import duckdb
    con = duckdb.connect()
    out = {}
    for axis, of in (("r", "729 - max(day)"), ("f", "count(*)"), ("m", "sum(cents)")):
        def write(path, of=of):
            con.execute(f"select ({of})::double as value from '{DATA}/orders.parquet' group by customer_id").fetchnumpy()["value"].tofile(path)
        out[axis] = made(f"axis-{axis}.f64", write)
    return out
