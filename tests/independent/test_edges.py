"""Every edge of the shipped definitions is watched: on a business that stands on all of them figures and classes agree with SQL, and
where a number in a definition is moved by one step (`zhiyin export`, a changed YAML file, `classify --definitions`), SQL notices."""
import re, shutil
import pytest
import edges
from compare import computed, differences, expected, same, table
from conftest import zhiyin

# a number in a rule, outside of quotes and names
NUMBER = re.compile(r'"[^"]*"|(?<![\w.])\d+(?:\.\d+)?(?![\w.])')

# Moved edges that change nothing for anybody, and why; each is proven to be unnoticed, so that this list stays honest.
NOTHING_CHANGES = {
    # who is not younger than 60 is elderly, whatever else is asked
    ("age_group", "elderly: number 1, 60 → 59"),
    # without an order in the year there is no money of the year that could reach a share of the mean
    ("key_account", "key: number 1, 1 → 0"), ("key_account", "important: number 1, 1 → 0"), ("purchase_amount", "high: number 1, 1 → 0"), ("purchase_amount", "middle: number 1, 1 → 0"),
    # those with one order are one-time already
    ("value_potential", "potential: number 1, 1 → 2"),
    # the first class that fits wins: an earlier one has taken whoever the moved edge would let in
    *[(f"rfm_11{how}", what) for how in ("", "_bins", "_kmeans") for what in (
        "loyal: number 1, 4 → 3", "potential_loyalist: number 3, 6 → 7", "new: number 2, 3 → 4", "promising: number 2, 3 → 4", "needs_attention: number 3, 6 → 7",
        "about_to_sleep: number 2, 4 → 5", "cannot_lose: number 2, 8 → 7", "hibernating: number 2, 5 → 6", "hibernating: number 5, 5 → 6", "lost: number 2, 3 → 4")],
}

# Features that classes stand on: file, a number in it, what it becomes.
FEATURES = [
    ("interactions_30d", "days: 30", ("days: 29", "days: 31")), ("interactions_90d", "days: 90", ("days: 89", "days: 91")), ("visits_30d", "days: 30", ("days: 29", "days: 31")),
    ("intent_actions_90d", "days: 90", ("days: 89", "days: 91")), ("orders_12m", "months: 12", ("months: 11", "months: 13", "days: 364", "days: 366")),
    ("refunds_12m", "months: 12", ("months: 11", "months: 13", "days: 364", "days: 366")), ("average_order_net_12m", "months: 12", ("months: 11", "months: 13")),
    ("net_12m", "sum(orders.net, last 12 months)", ("sum(orders.net, last 11 months)", "sum(orders.net, last 13 months)")),
    ("net_12m", "refunded, last 12 months", ("refunded, last 11 months", "refunded, last 13 months")),
    ("dormancy_threshold_days", "max(30,", ("max(29,", "max(31,")), ("dormancy_threshold_days", "+ 2 *", ("+ 1 *", "+ 3 *")), ("dormancy_threshold_days", "(gap_count + 2)", ("(gap_count + 1)", "(gap_count + 3)")),
    ("dormancy_threshold_before_days", "max(30,", ("max(29,", "max(31,")), ("dormancy_threshold_before_days", "+ 2 *", ("+ 1 *", "+ 3 *")),
    ("dormancy_threshold_before_days", "(gap_count + 1)", ("(gap_count + 0)", "(gap_count + 2)")), ("clv_simple", "* 3 -", ("* 2 -", "* 4 -")),
    *[("rfm_r_bins", f"- {edge}.0", (f"- {edge - 1}.0", f"- {edge + 1}.0")) for edge in (30, 90, 180, 365)],
    *[("rfm_f_bins", f"- {edge}.0", (f"- {edge - 1}.0", f"- {edge + 1}.0")) for edge in (2, 3, 5, 10)],
    *[("rfm_m_bins", f"- {edge}.0", (f"- {edge - 1}.0", f"- {edge + 1}.0")) for edge in (100, 500, 1000, 5000)],
]


@pytest.fixture(scope="module")
def business(tmp_path_factory):
    """The files, the shipped definitions as a folder, what SQL says of everybody, and what the product says."""
    folder = tmp_path_factory.mktemp("edges")
    files = edges.make(folder)
    zhiyin("export", "--data", folder / "home", folder / "shipped", "--json")
    con = computed(edges.PLAIN, edges.AS_OF, **files)
    rows = classified(files, folder / "out.csv")
    return folder, files, con, rows


def classified(files, out, *more):
    zhiyin("classify", *edges.given(files), "--out", out, "--as-of", edges.AS_OF, "--json", *more)
    return table(out)


def test_everybody_on_an_edge_agrees_with_sql(business):
    _, _, con, rows = business
    wrong = differences(con, rows)
    assert not wrong, wrong


def moved(rule):
    """Every rule that differs from this one by one number, moved one step down or up, and what was moved."""
    for nth, found in enumerate(f for f in NUMBER.finditer(rule) if not f[0].startswith('"')):
        step = 0.01 if "." in found[0] else 1
        for number in (float(found[0]) - step, float(found[0]) + step):
            if number >= 0:
                text = f"{number:.2f}" if step < 1 else f"{number:.0f}"
                yield rule[: found.start()] + text + rule[found.end() :], f"number {nth + 1}, {found[0]} → {text}"


def moved_classes(shipped):
    """Own key → (classification, text of its file with one moved number, what was moved)."""
    all_of = {}
    for path in sorted((shipped / "classifications").glob("*.yaml")):
        lines = path.read_text().split("\n")
        for i, line in enumerate(lines):
            if line.startswith("  - key: "):
                name = line.removeprefix("  - key: ")
            if line.startswith("    when: "):
                for new, what in moved(line.removeprefix("    when: ")):
                    own = f"{path.stem}_moved_{len(all_of)}"
                    text = "\n".join([*lines[:i], "    when: " + new, *lines[i + 1 :]])
                    all_of[own] = (path.stem, text.replace(f"\nkey: {path.stem}\n", f"\nkey: {own}\n"), f"{name}: {what}")
    return all_of


def moved_features(shipped):
    all_of = {}
    for key, edge, others in FEATURES:
        text = (shipped / "features" / f"{key}.yaml").read_text()
        assert edge in text, (key, edge)
        for other in others:
            own = f"{key}_moved_{len(all_of)}"
            all_of[own] = (key, text.replace(edge, other, 1).replace(f"\nkey: {key}\n", f"\nkey: {own}\n"), f"{edge} → {other}")
    return all_of


def seen_and_not(business, all_of):
    """Each moved definition stands beside the shipped ones under a key of its own: one run tells of all of them."""
    folder, files, con, rows = business
    place = folder / "moved"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for own, (_, text, _) in all_of.items():
        (place / f"{own}.yaml").write_text(text)
    want = expected(con)
    for r in rows:  # k-means scores are judged by their sum of squares; their classes are those that were just found right
        want[r["customer_id"]]["rfm_11_kmeans"] = r["rfm_11_kmeans"]
    now = classified(files, folder / "moved.csv", "--definitions", place)
    seen, unseen = [], []
    for own, (key, _, what) in all_of.items():
        differs = any(not same(key, r[own], want[r["customer_id"]][key]) for r in now)
        (seen if differs else unseen).append((key, what))
    return seen, unseen


def test_no_edge_of_a_class_moves_unseen(business):
    seen, unseen = seen_and_not(business, moved_classes(business[0] / "shipped"))
    print(f"{len(seen)} moved edges seen, {len(NOTHING_CHANGES)} change nothing for anybody")
    assert len(seen) > 250
    # what is not seen is exactly what cannot be: put new edges into edges.py
    assert set(unseen) == NOTHING_CHANGES, (set(unseen) - NOTHING_CHANGES, NOTHING_CHANGES - set(unseen))


def test_no_edge_of_a_feature_moves_unseen(business):
    seen, unseen = seen_and_not(business, moved_features(business[0] / "shipped"))
    assert len(seen) >= 60 and not unseen, unseen


@pytest.mark.parametrize("key,edge,other", [("loyalty", "tenure_days >= 180", "tenure_days >= 200"), ("age_group", "age < 30", "age < 31"), ("rfm_11", "rfm_f + rfm_m >= 8", "rfm_f + rfm_m >= 9")])
def test_a_moved_edge_is_noticed_by_the_very_comparison_we_trust(key, edge, other, business):
    """Not only the class column: the whole comparison, as every other test calls it."""
    folder, files, con, _ = business
    place = folder / f"one-{key}"
    place.mkdir()
    text = (folder / "shipped" / "classifications" / f"{key}.yaml").read_text()
    assert edge in text
    (place / "one.yaml").write_text(text.replace(edge, other, 1))
    wrong = differences(con, classified(files, folder / "one.csv", "--definitions", place))
    assert set(wrong) == {key}, wrong
