"""What `zhiyin classify` wrote, beside what SQL says: figure by figure, class by class, customer by customer."""
import collections, csv, datetime, re
import duckdb
from figures import CLASSES, COHORTS, FIGURES, KMEANS, LARGEST, RFM_11, VALUES
from plain import PLAIN

MONEY = {"gross", "net", "average_order_net", "net_12m", "refunded", "clv_simple", "income", "average_order_net_12m"}
OTHER = "other_values"


def minor(text):
    return None if text == "" else round(float(text) * 100)


def table(out):
    with open(out, newline="", encoding="utf-8-sig") as f:
        return list(csv.DictReader(f))


def name_of(row):
    """A customer without a number is called by the row; the check sum behind is ours."""
    return re.sub(r"^(row-\d+)-[0-9a-f]{8}$", r"\1", row["customer_id"])


def computed(sql, as_of, **paths):
    con = duckdb.connect()
    con.execute("set timezone = 'UTC'; set threads = 2;" + PLAIN)
    con.execute(sql.format(**paths))
    con.execute(FIGURES.format(as_of=as_of) + RFM_11)
    return con


def same(column, text, value):
    if column in MONEY:
        return minor(text) == (None if value is None else int(value))
    if isinstance(value, (str, datetime.date)):
        return text == str(value)
    return (text == "" and value is None) or (text != "" and value is not None and float(text) == float(value))


def expected(con):
    found = con.execute(CLASSES)
    columns = [c[0] for c in found.description]
    return {row[0]: dict(zip(columns, row)) for row in found.fetchall()}


def differences(con, rows):
    """Column → (how many customers differ, one of them), over every figure and every classification."""
    want, got = expected(con), {name_of(r): r for r in rows}
    assert len(got) == len(rows), "two customers of one name"
    missing, more = want.keys() - got.keys(), got.keys() - want.keys()
    assert not missing and not more, f"not there: {sorted(missing)[:5]}; not expected: {sorted(more)[:5]}"
    wrong = collections.defaultdict(list)
    for key, figures in want.items():
        for column, value in figures.items():
            if column != "customer_id" and not same(column, got[key][column], value):
                wrong[column].append((key, got[key][column], value))
    for column, feature, limit in VALUES:
        wrong[column] += largest(con, got, column, feature, limit)
    wrong["rfm_11_kmeans"] += clustered(con, got, want)
    total = sum(f["net"] for f in want.values())
    for key, figures in want.items():
        share = got[key]["contribution_share"]
        if (share != "") if total == 0 else (share == "" or abs(float(share) - figures["net"] / total) > 1e-6):
            wrong["contribution_share"].append((key, share, figures["net"]))
    return {column: (len(found), found[0]) for column, found in wrong.items() if found}


def largest(con, got, column, feature, limit):
    """Classes made of texts: the `limit` largest by customers (of equally large ones any), the rest together, unknown apart."""
    con.execute(LARGEST.format(column=feature))
    rows = con.execute("select customer, value, larger, not_smaller from k").fetchall()
    named, wrong = set(), []
    for customer, value, larger, not_smaller in rows:
        text = got[customer][column]
        if value is None:
            fits = text == "unknown"
        elif not_smaller <= limit:
            fits = text == value
        elif larger >= limit:
            fits = text == OTHER
        else:
            fits = text in (value, OTHER)
        if text not in (OTHER, "unknown"):
            named.add(text)
        if not fits:
            wrong.append((customer, text, value))
    texts = {value for _, value, _, _ in rows if value is not None}
    if len(named) != min(limit, len(texts)):
        wrong.append((None, len(named), min(limit, len(texts))))
    both = {v for c, v, _, _ in rows if v is not None and got[c][column] == OTHER} & named
    return wrong + [(None, v, "named and not named") for v in both]


def clustered(con, got, want):
    """k-means scores are runs of the values in order whose sum of squares cannot be smaller; the classes follow from them."""
    scores = [(key, *(int(got[key][f"rfm_{axis}_kmeans"]) for axis in "rfm")) for key in want]
    con.execute("create or replace temp table got (customer varchar, r_kmeans int, f_kmeans int, m_kmeans int)")
    con.executemany("insert into got values (?, ?, ?, ?)", scores) if scores else None
    wrong = []
    for axis, column in (("r", "recency"), ("f", "orders"), ("m", "net")):
        con.execute(KMEANS.format(column=column, score=f"{axis}_kmeans"))
        (distinct,) = con.execute("select count(*) from u").fetchone()
        runs = con.execute("select score, low, high, spread from clusters order by low").fetchall()
        if distinct == 0:
            continue
        k = min(5, distinct)
        rank = [score for score, *_ in runs]
        if (rank[::-1] if axis == "r" else rank) != list(range(1, k + 1)) or any(a[2] >= b[1] for a, b in zip(runs, runs[1:])):
            wrong.append((None, f"{axis}: {rank}", "runs in order"))
        (best,) = con.execute(f"select best from d{k - 1} where j = {distinct}").fetchone()
        within = sum(w for *_, w in runs)
        if within > best * (1 + 1e-9) + 1e-6:
            wrong.append((None, f"{axis}: {within}", best))
    sql = "select customer, case when orders = 0 then 'no_purchase' else rfm_11(r_kmeans, f_kmeans + m_kmeans) end from n join got using (customer)"
    wrong += [(key, got[key]["rfm_11_kmeans"], value) for key, value in con.execute(sql).fetchall() if got[key]["rfm_11_kmeans"] != value]
    return wrong


def cohorts(con):
    return {(month, after): n for month, after, n in con.execute(COHORTS).fetchall()}
