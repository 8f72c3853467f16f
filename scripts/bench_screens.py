"""How soon pages are there on a base of a million customers, in a real browser (web/tools/screens.mjs), and what Lighthouse says of them, on the base that bench_load made.
`make bench` calls section(); run alone, it renews that section of docs/benchmarks.md. SCREEN_ROUNDS (5)."""
import datetime, http.client, json, os, pathlib, statistics, subprocess, tempfile

from bench_data import CACHE, ROOT, ROWS, renew
from bench_load import HOME, SECRET, Api, rested, served

TITLE = "## Screens"
ROUNDS = os.environ.get("SCREEN_ROUNDS", "5")
NAMES = {"today": "today", "customers": "customer list", "customer": "a customer", "segment": "segment builder", "overview": "overview"}

EMAIL, PASSWORD = "load@example.com", "correct horse battery"
LIGHTHOUSE = pathlib.Path(CACHE) / "lighthouse" / "node_modules" / ".bin" / "lighthouse"


def middle(values):
    return statistics.median(values)


def cookies(address):
    """What the browser holds once one signed in."""
    wire = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
    wire.request("POST", "/api/v1/session", json.dumps({"email": EMAIL, "password": PASSWORD}), {"Content-Type": "application/json", "Origin": address, "X-Zhiyin-Csrf": "1"})
    answer = wire.getresponse()
    answer.read()
    return "; ".join(value.split(";")[0] for name, value in answer.getheaders() if name.lower() == "set-cookie")


def marks(address, path, cookie, folder):
    """Lighthouse's marks of a page on a desktop, of a hundred: speed, accessibility, good practice."""
    head, told = folder / "head.json", folder / "told.json"
    head.write_text(json.dumps({"Cookie": cookie}))
    subprocess.run([LIGHTHOUSE, address + path, "--preset=desktop", "--only-categories=performance,accessibility,best-practices", "--output=json", f"--output-path={told}", "--quiet",
                    f"--extra-headers={head}", "--chrome-flags=--headless=new --no-sandbox"], check=True, env={**os.environ, "CHROME_PATH": "/usr/bin/chromium"})
    found = json.loads(told.read_text())["categories"]
    return {key: round(100 * found[key]["score"]) for key in ("performance", "accessibility", "best-practices")}


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
                              env={**os.environ, "EMAIL": EMAIL, "PASSWORD": PASSWORD, "ROUNDS": ROUNDS})
        paths = {"today": "/", "customers": "/customers", "customer": f"/customers/{first}", "segment": "/segments/new", "overview": "/classification"}
        cookie = cookies(said["address"])
        with tempfile.TemporaryDirectory() as folder:
            marked = {key: [marks(said["address"], path, cookie, pathlib.Path(folder)) for _ in range(3)] for key, path in paths.items()}
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
        f"another page is there after {middle(routes):.0f} ms (bar 300; worst {max(routes):.0f}).", "",
        "Lighthouse 12.8.2, desktop, median of three (smallest): bars 80, 100, 100.", "",
        "| page | speed | accessibility | good practice |", "|---|---|---|---|",
        *(f"| {NAMES[key]} | " + " | ".join(f"{middle([m[c] for m in all]):.0f} ({min(m[c] for m in all)})" for c in ("performance", "accessibility", "best-practices")) + " |" for key, all in marked.items()), ""])


if __name__ == "__main__":
    text = section()
    print(text)
    if not ROWS:
        renew(TITLE, text)
