"""`zhiyin classify` on every set of ../shared/data, against figures and classes recomputed from the raw files by SQL that shares no
code with us (domain.md §3-6, docs/reference): every customer, every classification, the counts, a monthly cohort table."""
import collections, csv, json
import pytest
from compare import cohorts, computed, differences, table
from conftest import DATA, data, zhiyin
from plain import SETS

DAYS = [(*s[:4], day) for s in SETS for day in s[4]]

def rows_of(path):
    """Rows without the header and without empty ones."""
    if path.suffix == ".txt":
        return sum(1 for line in open(path) if line.strip())
    with open(path, newline="", encoding="utf-8-sig") as f:
        sample = f.readline()
        f.seek(0)
        return sum(1 for r in csv.reader(f, delimiter=";" if sample.count(";") > sample.count(",") else ",") if any(c.strip() for c in r)) - 1


@pytest.mark.parametrize("name,where,flag,sql,as_of", DAYS, ids=[f"{s[0]}-{s[4]}" for s in DAYS])
def test_every_customer_of_every_set_agrees_with_sql(name, where, flag, sql, as_of, tmp_path):
    path = data(*where)
    out, document, rejects = tmp_path / "out.csv", tmp_path / "out.json", tmp_path / "rejects.csv"
    said = zhiyin("classify", flag, path, "--out", out, "--out", document, "--rejects", rejects, "--as-of", as_of, "--json")
    # every row is in, or has a reason
    assert said["rows_in"] == rows_of(path)
    assert said["rows_in"] == said["accepted"] + said["quarantined"] + said["duplicates"]
    named = table(rejects) if said["quarantined"] else []
    assert len(named) == said["quarantined"] and all(r["reason"] and r["line"] for r in named)
    con, rows = computed(sql, as_of, path=path), table(out)
    # whose first trace lies after the day is not there yet, and nobody else is missing
    wrong = differences(con, rows)
    assert not wrong, wrong
    # the counts of the document are those of the rows, for every classification there is
    document = json.loads(document.read_text())
    assert len(document["classifications"]) >= 38
    for c in document["classifications"]:
        counts = {k["key"]: k["customers"] for k in c["classes"] if k["customers"]}
        assert counts == collections.Counter(r[c["key"]] for r in rows), c["key"]
    assert cohorts(con) == {(c["month"], i): n for c in document["cohorts"] for i, n in enumerate(c["values"]) if n}


def test_every_classification_is_compared():
    """A new classification must be written down a second time, too."""
    from figures import CLASSES, VALUES
    shipped = {f["key"] for f in zhiyin("features", "--json")["classifications"]}
    second = {key for key in shipped if f" {key}" in CLASSES or f'"{key}"' in CLASSES} | {key for key, _, _ in VALUES} | {"rfm_11_kmeans"}
    assert shipped == second and len(shipped) >= 38


def test_every_file_of_the_data_folder_is_looked_at():
    """A new file is imported here, or named as one without customers and orders."""
    nobody = {
        "cdnow/CDNOW_sample.txt", "febrl/dataset1_gold_pairs.csv", "febrl/dataset3_gold_pairs.csv", "splink_fake_1000/fake_1000_gold_pairs.csv",  # pairs of records
        "splink_fake_1000/fake_1000_labels.csv", "groceries/groceries_baskets.csv", "groceries/groceries_item_info.csv", "groceries/groceries_lines.csv",
        "groceries/rules_s0.001_c0.8_arules.csv", "online_shopping_10_cats/online_shopping_first300.csv", "waimai_10k/waimai_10k.csv",  # baskets and texts of nobody
        "sentiment_sentences/amazon_cells_labelled.txt", "sentiment_sentences/imdb_labelled.txt",
    }
    data("figures.md")
    there = {str(p.relative_to(DATA)) for p in DATA.glob("*/*") if p.suffix in (".csv", ".txt")}
    assert there == {"/".join(s[1]) for s in SETS} | nobody


@pytest.mark.parametrize("where,said", [
    (("groceries", "groceries_lines.csv"), (43_367, 0, 43_367, 0)), (("groceries", "groceries_baskets.csv"), "mapping_empty"), (("groceries", "groceries_item_info.csv"), "mapping_empty"),
    (("waimai_10k", "waimai_10k.csv"), "mapping_empty"), (("online_shopping_10_cats", "online_shopping_first300.csv"), "mapping_empty")], ids=lambda x: x[1] if isinstance(x, tuple) and isinstance(x[0], str) else "")
def test_rows_of_nobody_are_set_aside_with_a_reason(where, said, tmp_path):
    path = data(*where)
    rejects = tmp_path / "rejects.csv"
    answer = zhiyin("classify", "--file", path, "--out", tmp_path / "out.csv", "--rejects", rejects, "--json", ok=(0, 4))
    if isinstance(said, str):
        assert answer["error"]["code"] == said
    else:
        assert (answer["rows_in"], answer["accepted"], answer["quarantined"], answer["duplicates"]) == said
        assert all(r["reason"] and r["line"] for r in table(rejects))
