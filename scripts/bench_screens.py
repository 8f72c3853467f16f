"""How soon pages are there on a base of a million customers, in a real browser (web/tools/screens.mjs), on the base that bench_load made.
`make bench` calls section(); run alone, it renews that section of docs/benchmarks.md. SCREEN_ROUNDS (5)."""
import datetime, json, os, statistics, subprocess

from bench_data import ROOT, ROWS, renew
from bench_load import HOME, SECRET, Api, rested, served

TITLE = "## Screens"
ROUNDS = os.environ.get("SCREEN_ROUNDS", "5")
NAMES = {"today": "today", "customers": "customer list", "customer": "a customer", "segment": "segment builder", "overview": "overview"}


def middle(values):
    return statistics.median(values)


def section():
    """The section of docs/benchmarks.md."""
    process, said = served(HOME)
    try:
        api = Api(said["address"].removeprefix("http://"))
        api.token = SECRET.read_text()
        customers, first = api("GET", "overview")["customers"], api("GET", "customers?limit=1")["items"][0]["id"]
        # a server that has just begun makes its first run, and looks for duplicates
        rested(api)
        done = subprocess.run(["node", "tools/screens.mjs", said["address"], first], cwd=ROOT / "web", check=True, stdout=subprocess.PIPE, text=True,
                              env={**os.environ, "EMAIL": "load@example.com", "PASSWORD": "correct horse battery", "ROUNDS": ROUNDS})
    finally:
        process.terminate()
        process.wait(60)
    found = json.loads(done.stdout)
    rows = []
    for size in ("desktop", "phone"):
        for key, loads in found[size].items():
            of = lambda what: [load[what] for load in loads]
            rows.append(f"| {NAMES[key]} | {size} | {middle(of('lcp')):,.0f} | {max(of('lcp')):,.0f} | {max(of('cls')):.3f} | {middle(of('blocked')):,.0f} |")
    events, routes = sorted(found["use"]["events"]) or [0], found["use"]["routes"]
    return "\n".join([
        TITLE, "",
        f"Chromium opens pages by their address, nothing in its cache, on {customers:,} customers and a server at rest; release build, {datetime.date.today()}, load {os.getloadavg()[0]:.1f}; the browser is on the same two cores. "
        "Phone: a processor four times slower, 9 Mbit/s, 60 ms. Bars: the list's largest content within 1.2 s (phone 2.5 s), shifts ≤ 0.05, blocked ≤ 300 ms.", "",
        "| page | on | largest content, ms (median) | worst | shift | blocked, ms |", "|---|---|---|---|---|---|", *rows, "",
        f"In use (keys in the list, sorting, other pages and back): three of four answers are painted within {events[int(len(events) * .75)]:.0f} ms (bar 200; events under 16 ms are not told, {len(events)} were), "
        f"another page is there after {middle(routes):.0f} ms (bar 300; worst {max(routes):.0f}).", ""])


if __name__ == "__main__":
    text = section()
    print(text)
    if not ROWS:
        renew(TITLE, text)
