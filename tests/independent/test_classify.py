"""`zhiyin classify` against figures and classes recomputed from the raw files by SQL that shares no code with us (domain.md §3-6)."""
import collections, csv, datetime, json
import duckdb, pytest
from conftest import data, zhiyin
from figures import CLASSES, COHORTS, FIGURES, SETS

MONEY = {"gross", "net", "average_order_net", "net_12m", "refunded", "clv_simple"}
DAYS = [(name, where, sql, day) for name, where, sql, days in SETS for day in days]


def minor(text):
    return None if text == "" else round(float(text) * 100)


def table(out):
    with open(out, newline="", encoding="utf-8-sig") as f:
        return list(csv.DictReader(f))


def rows_of(path):
    """Rows without the header and without empty ones."""
    with open(path, newline="", encoding="utf-8-sig") as f:
        sample = f.readline()
        f.seek(0)
        return sum(1 for r in csv.reader(f, delimiter=";" if sample.count(";") > sample.count(",") else ",") if any(c.strip() for c in r)) - 1


def computed(path, sql, as_of):
    con = duckdb.connect()
    con.execute(sql.format(path=path))
    con.execute(FIGURES.format(as_of=as_of))
    return con


@pytest.mark.parametrize("name,where,sql,as_of", DAYS, ids=[f"{s[0]}-{s[3]}" for s in DAYS])
def test_every_customer_agrees_with_sql(name, where, sql, as_of, tmp_path):
    path = data(*where)
    out = tmp_path / "out.csv"
    said = zhiyin("classify", "--orders", path, "--out", out, "--as-of", as_of, "--json")
    assert said["rows_in"] == rows_of(path)
    assert said["rows_in"] == said["accepted"] + said["quarantined"] + said["duplicates"]
    con = computed(path, sql, as_of)
    found = con.execute(CLASSES)
    columns = [c[0] for c in found.description]
    want = {row[0]: dict(zip(columns, row)) for row in found.fetchall()}
    got = {r["customer_id"]: r for r in table(out)}
    # whose first trace lies after the day is not there yet, and nobody else is missing
    assert got.keys() == want.keys()
    wrong = collections.Counter()
    for key, figures in want.items():
        for column, value in figures.items():
            text = got[key][column]
            if column in MONEY:
                same = minor(text) == (None if value is None else int(value))
            elif isinstance(value, (str, datetime.date)):
                same = text == str(value)
            else:
                same = (text == "" and value is None) or (text != "" and value is not None and float(text) == float(value))
            if not same:
                wrong[column] += 1
                first = (column, key, text, value)
    assert not wrong, f"{dict(wrong)}, for instance {first}"
    total = sum(f["net"] for f in want.values())
    for key, figures in want.items():
        share = got[key]["contribution_share"]
        assert (share == "") if total == 0 else abs(float(share) - figures["net"] / total) < 1e-6, key


@pytest.mark.parametrize("name,where,sql,as_of", DAYS, ids=[f"{s[0]}-{s[3]}" for s in DAYS])
def test_class_counts_and_monthly_cohorts_agree_with_sql(name, where, sql, as_of, tmp_path):
    path = data(*where)
    out = tmp_path / "out.json"
    zhiyin("classify", "--orders", path, "--out", out, "--as-of", as_of, "--json")
    document = json.loads(out.read_text())
    con = computed(path, sql, as_of)
    found = con.execute(CLASSES)
    columns = [c[0] for c in found.description]
    people = found.fetchall()
    assert len(document["classifications"]) >= 20
    compared = 0
    for c in document["classifications"]:
        counts = {k["key"]: k["customers"] for k in c["classes"] if k["customers"]}
        assert sum(counts.values()) == len(people), c["key"]
        if c["key"] in columns:
            compared += 1
            assert counts == collections.Counter(row[columns.index(c["key"])] for row in people), c["key"]
    assert compared == 12
    want = {(a, b): n for a, b, n in con.execute(COHORTS).fetchall()}
    got = {(c["month"], i): n for c in document["cohorts"] for i, n in enumerate(c["values"]) if n}
    assert got == want


# Sets of customers without orders: who they are, counted a second time: number, gender, age.
PEOPLE = [
    (("mall_customers", "Mall_Customers.csv"), "select raw.CustomerID, raw.Genre, raw.Age::int from raw"),
    (("telco_churn", "WA_Fn-UseC_-Telco-Customer-Churn.csv"), "select raw.customerID, raw.gender, null from raw"),
    (("customer_personality", "marketing_campaign.csv"), "select raw.ID, null, 2014 - Year_Birth::int from raw"),
]


@pytest.mark.parametrize("where,sql", PEOPLE, ids=[w[0][0] for w in PEOPLE])
def test_customers_without_orders_are_described_and_have_no_scores(where, sql, tmp_path):
    path = data(*where)
    out = tmp_path / "out.csv"
    zhiyin("classify", "--file", path, "--out", out, "--as-of", "2014-12-31", "--json")
    con = duckdb.connect()
    con.execute(f"create table raw as select * from read_csv('{path}', all_varchar = true)")
    want = {i: (g, a) for i, g, a in con.execute(sql).fetchall()}
    got = {r["customer_id"]: r for r in table(out)}
    assert got.keys() == want.keys()
    for key, (gender, age) in want.items():
        g = got[key]
        assert (g["orders"], g["rfm_r"], g["rfm_f"], g["rfm_m"]) == ("0", "0", "0", "0")
        assert (g["rfm_8"], g["rfm_11"], g["lifecycle"], g["standing"]) == ("no_purchase", "no_purchase", "prospect", "no_purchase")
        assert g["by_gender"] == (gender.lower() if gender else "unknown"), key
        assert g["age_group"] == ("unknown" if age is None else "young" if age < 30 else "middle" if age < 60 else "elderly"), key


def test_baskets_of_nobody_are_set_aside_with_a_reason(tmp_path):
    path = data("groceries", "groceries_lines.csv")
    rejects = tmp_path / "rejects.csv"
    said = zhiyin("classify", "--file", path, "--out", tmp_path / "out.csv", "--rejects", rejects, "--json", ok=(0, 4))
    assert (said["rows_in"], said["accepted"], said["quarantined"], said["duplicates"]) == (43_367, 0, 43_367, 0)
    assert all(r["reason"] and r["line"] for r in table(rejects))


@pytest.mark.parametrize("where", [
    ("groceries_members", "Groceries_dataset.csv"), ("mall_customers", "Mall_Customers.csv"), ("telco_churn", "WA_Fn-UseC_-Telco-Customer-Churn.csv"),
    ("customer_personality", "marketing_campaign.csv"), ("febrl", "dataset1.csv"), ("febrl", "dataset3.csv"), ("splink_fake_1000", "fake_1000.csv"),
    ("support_tickets", "customer_support_tickets.csv"), ("cdnow", "CDNOW_sample.csv"), ("online_retail", "online_retail_2010-12.csv"), ("bank_additional", "bank-additional.csv")],
    ids=lambda w: "-".join(w))
def test_every_row_of_every_set_is_in_or_has_a_reason(where, tmp_path):
    path = data(*where)
    rejects = tmp_path / "rejects.csv"
    said = zhiyin("classify", "--file", path, "--out", tmp_path / "out.csv", "--rejects", rejects, "--json", ok=(0, 4))
    assert said["rows_in"] == rows_of(path)
    assert said["rows_in"] == said["accepted"] + said["quarantined"] + said["duplicates"]
    if said["quarantined"]:
        named = table(rejects)
        assert len(named) == said["quarantined"]
        assert all(r["reason"] and r["line"] for r in named)
