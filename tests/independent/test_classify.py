"""`zhiyin classify` against figures recomputed from the raw files by SQL that shares no code with us (domain.md §3-4)."""
import csv, datetime, json
import duckdb, pytest
from conftest import data, zhiyin

# Orders, refunds and customers of a raw file, as three tables: o(customer, id, day, paid), r(customer, day, amount), c(customer).
ONLINE_RETAIL = """
create table raw as select distinct InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice, CustomerID, Country
  from read_csv('{path}', all_varchar = true) where CustomerID is not null and CustomerID <> '';
create table l as select regexp_replace(CustomerID, '\\.0$', '') customer, InvoiceNo id, cast(substr(InvoiceDate, 1, 10) as date) as day,
  cast(Quantity as bigint) q, round(cast(Quantity as decimal(18,4)) * cast(UnitPrice as decimal(18,4)) * 100)::bigint cents from raw;
create table c as select distinct customer from l;
create table o as select customer, id, min(day) as day, sum(cents)::bigint paid from l where not starts_with(id, 'C') and q > 0 group by all;
create table r as select customer, day, (-cents)::bigint amount from l where starts_with(id, 'C') or q < 0;
"""
CDNOW = """
create table raw as select master_id, date, number_of_cds, dollar_value from read_csv('{path}', all_varchar = true);
create table o as select master_id customer, row_number() over () id, strptime(date, '%Y%m%d')::date as day, round(cast(dollar_value as decimal(18,4)) * 100)::bigint paid from raw;
create table c as select distinct customer from o;
create table r (customer varchar, day date, amount bigint);
"""
FIGURES = """
create table v as select * from o where paid > 0;
create table b as select customer, count(*) orders, sum(paid)::bigint paid, min(day) first_day, max(day) last_day, date_diff('day', max(day), date '{as_of}') recency from v group by 1;
create table n as select c.customer, coalesce(b.orders, 0) orders, coalesce((select sum(paid) from o where o.customer = c.customer), 0)::bigint gross,
  (coalesce(b.paid, 0) - coalesce(x.back, 0))::bigint net, b.paid order_net, first_day, last_day, recency
  from c left join b using (customer) left join (select customer, sum(amount) back from r group by 1) x using (customer);
create table buyers as select *, (select count(*) from n) total from n where orders > 0;
create table s as select a.customer,
  1 + (5 * (select count(*) from buyers w where w.recency > a.recency)) // (select count(*) from buyers) r,
  1 + (5 * (select count(*) from buyers w where w.orders < a.orders)) // (select count(*) from buyers) f,
  1 + (5 * (select count(*) from buyers w where w.net < a.net)) // (select count(*) from buyers) m,
  case when a.recency * (select count(*) from buyers) <= (select sum(recency) from buyers) then 1 else 0 end hr,
  case when a.orders * (select count(*) from buyers) >= (select sum(orders) from buyers) then 1 else 0 end hf,
  case when a.net::hugeint * (select count(*) from buyers) >= (select sum(net) from buyers) then 1 else 0 end hm
  from buyers a;
"""
EIGHT = {(1, 1, 1): "important_value", (1, 0, 1): "important_development", (0, 1, 1): "important_retention", (0, 0, 1): "important_win_back",
         (1, 1, 0): "general_value", (1, 0, 0): "general_development", (0, 1, 0): "general_retention", (0, 0, 0): "general_win_back"}


def half_even(a, b):
    q, r = divmod(a, b)
    return q + (2 * r > b or (2 * r == b and q % 2))


def minor(text):
    return None if text == "" else round(float(text) * 100)


SETS = [("online_retail", ("online_retail", "online_retail_2010-12.csv"), ONLINE_RETAIL, "2010-12-31"), ("cdnow", ("cdnow", "CDNOW_sample.csv"), CDNOW, "1998-06-30")]


@pytest.mark.parametrize("name,where,sql,as_of", SETS, ids=[s[0] for s in SETS])
def test_every_customer_agrees_with_sql(name, where, sql, as_of, tmp_path):
    path = data(*where)
    out = tmp_path / "out.csv"
    said = zhiyin("classify", "--orders", path, "--out", out, "--as-of", as_of, "--json")
    con = duckdb.connect()
    con.execute(sql.format(path=path))
    con.execute(FIGURES.format(as_of=as_of))
    with open(path, newline="", encoding="utf-8-sig") as f:
        rows = sum(1 for _ in csv.reader(f)) - 1
    assert said["rows_in"] == rows
    assert said["rows_in"] == said["accepted"] + said["quarantined"] + said["duplicates"]
    want = {r[0]: r for r in con.execute("select n.customer, orders, gross, net, first_day, last_day, recency, order_net, r, f, m, hr, hf, hm from n left join s using (customer)").fetchall()}
    with open(out, newline="", encoding="utf-8-sig") as f:
        got = {r["customer_id"]: r for r in csv.DictReader(f)}
    assert said["customers"] == len(got) == len(want)
    assert got.keys() == want.keys()
    for key, (_, orders, gross, net, first, last, recency, order_net, r, f, m, hr, hf, hm) in want.items():
        g = got[key]
        assert int(g["orders"]) == orders, key
        assert minor(g["gross"]) == gross, key
        assert minor(g["net"]) == net, key
        assert (g["first_order_day"] or None, g["last_order_day"] or None) == (first and str(first), last and str(last)), key
        assert (int(g["recency_days"]) if g["recency_days"] else None) == recency, key
        assert minor(g["average_order_net"]) == (half_even(order_net, orders) if orders else None), key
        assert (int(g["rfm_r"]), int(g["rfm_f"]), int(g["rfm_m"])) == ((r, f, m) if orders else (0, 0, 0)), key
        assert g["rfm_8"] == (EIGHT[(hr, hf, hm)] if orders else "no_purchase"), key


def test_class_counts_add_up_to_all_customers(tmp_path):
    path = data("online_retail", "online_retail_2010-12.csv")
    out = tmp_path / "out.json"
    said = zhiyin("classify", "--orders", path, "--out", out, "--json")
    document = json.loads(out.read_text())
    assert len(document["classifications"]) >= 20
    for c in document["classifications"]:
        assert sum(k["customers"] for k in c["classes"]) == said["customers"], c["key"]


def test_monthly_cohorts_agree_with_sql(tmp_path):
    path = data("cdnow", "CDNOW_sample.csv")
    out = tmp_path / "out.json"
    zhiyin("classify", "--orders", path, "--out", out, "--as-of", "1998-06-30", "--json")
    con = duckdb.connect()
    con.execute(CDNOW.format(path=path))
    rows = con.execute("""with v as (select * from o where paid > 0), f as (select customer, date_trunc('month', min(day)) as first from v group by 1)
        select strftime(first, '%Y-%m'), date_diff('month', first, date_trunc('month', day)), count(distinct customer) from v join f using (customer) group by 1, 2""").fetchall()
    want = {(a, b): n for a, b, n in rows}
    got = {(c["month"], i): n for c in json.loads(out.read_text())["cohorts"] for i, n in enumerate(c["values"]) if n}
    assert got == want


@pytest.mark.parametrize("where", [
    ("groceries_members", "Groceries_dataset.csv"), ("mall_customers", "Mall_Customers.csv"), ("telco_churn", "WA_Fn-UseC_-Telco-Customer-Churn.csv"),
    ("customer_personality", "marketing_campaign.csv"), ("febrl", "dataset1.csv"), ("splink_fake_1000", "fake_1000.csv"),
    ("support_tickets", "customer_support_tickets.csv"), ("cdnow", "CDNOW_sample.csv"), ("online_retail", "online_retail_2010-12.csv"), ("bank_additional", "bank-additional.csv")],
    ids=lambda w: w[0])
def test_every_row_of_every_set_is_in_or_has_a_reason(where, tmp_path):
    path = data(*where)
    rejects = tmp_path / "rejects.csv"
    said = zhiyin("classify", "--file", path, "--out", tmp_path / "out.csv", "--rejects", rejects, "--json", ok=(0, 4))
    with open(path, newline="", encoding="utf-8-sig") as f:
        sample = f.readline()
        f.seek(0)
        rows = sum(1 for r in csv.reader(f, delimiter=";" if sample.count(";") > sample.count(",") else ",") if any(c.strip() for c in r)) - 1
    assert said["rows_in"] == rows
    assert said["rows_in"] == said["accepted"] + said["quarantined"] + said["duplicates"]
    if said["quarantined"]:
        with open(rejects, newline="", encoding="utf-8-sig") as f:
            named = list(csv.DictReader(f))
        assert len(named) == said["quarantined"]
        assert all(r["reason"] and r["line"] for r in named)
