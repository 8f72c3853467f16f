"""`zhiyin classify` writes one real, wide file in every format: the same columns, and the same bytes again."""
import csv, json
import openpyxl, pyarrow.parquet, pytest
from conftest import data, zhiyin

FIRST = ["customer_id", "orders", "gross", "net", "first_order_day", "last_order_day", "recency_days", "average_order_net", "rfm_r", "rfm_f", "rfm_m", "rfm_8", "rfm_11", "lifecycle"]
FORMATS = ["csv", "xlsx", "parquet", "json", "html"]


def classified(path, folder, as_of):
    outs = {end: folder / f"out.{end}" for end in FORMATS}
    said = zhiyin("classify", "--file", path, "--as-of", as_of, "--json", *(x for out in outs.values() for x in ("--out", out)))
    return outs, said


def test_one_wide_file_comes_out_in_every_format(tmp_path):
    outs, said = classified(data("online_retail", "online_retail_2010-12.csv"), tmp_path, "2010-12-31")
    assert said["rows_in"] == said["accepted"] + said["quarantined"] + said["duplicates"] == 42_481
    with open(outs["csv"], newline="", encoding="utf-8-sig") as f:
        columns = next(csv.reader(f))
    assert columns[: len(FIRST)] == FIRST and len(columns) > 80
    sheet = openpyxl.load_workbook(outs["xlsx"], read_only=True).worksheets[0]
    assert [c.value for c in next(sheet.iter_rows(max_row=1))] == columns
    assert pyarrow.parquet.read_schema(outs["parquet"]).names == columns
    document = json.loads(outs["json"].read_text())
    assert len(document["customers"]) == said["customers"]
    assert set(document["customers"][0]) == set(columns)
    for c in document["classifications"]:
        assert sum(k["customers"] for k in c["classes"]) == said["customers"], c["key"]
    html = outs["html"].read_text()
    assert "<svg" in html and "<script" not in html and "src=" not in html and "http://cdn" not in html


@pytest.mark.parametrize("where,as_of", [(("cdnow", "CDNOW_sample.csv"), "1998-06-30"), (("online_retail", "online_retail_2010-12.csv"), "2010-12-31")], ids=lambda x: x[0] if isinstance(x, tuple) else x)
def test_equal_inputs_give_equal_bytes(where, as_of, tmp_path):
    seen = []
    for turn in ("a", "b"):
        (tmp_path / turn).mkdir()
        outs, _ = classified(data(*where), tmp_path / turn, as_of)
        seen.append({end: out.read_bytes() for end, out in outs.items()})
    assert [end for end in FORMATS if seen[0][end] != seen[1][end]] == []
