"""How long a newcomer waits, by a machine's clock: from the binary to the first classified customer, and from a file of 10,000 orders of one's own, brought
through the API as the web app does it, to the list of a first segment. `make bench` calls rows(); run alone, it prints them. A trial: BENCH_BIN=…/debug/zhiyin."""
import csv, http.client, io, itertools, json, os, shutil, statistics, time

from bench_data import CACHE, DATA, ROWS
from bench_load import Api, served

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
HOME = CACHE / "first"
ORDERS = 10_000
PASSWORD = "know-every-customer"


def ended(process):
    process.terminate()
    process.wait(60)


def demo():
    """Seconds until the sample business says the class of somebody."""
    shutil.rmtree(HOME, ignore_errors=True)
    begun = time.perf_counter()
    process, said = served(HOME, "demo", "--port", "0", "--quiet")
    try:
        api = Api(said["address"].removeprefix("http://"))
        api("POST", "session", {"email": said["email"], "password": said["password"]})
        someone = api("GET", "customers?limit=1&columns=class.lifecycle")["items"][0]
        assert someone["classes"]["lifecycle"]["key"], someone
        return time.perf_counter() - begun
    finally:
        ended(process)


def brought(api, file):
    """Sent, tried over every row, taken as it is guessed."""
    edge = "edge"
    body = (f'--{edge}\r\ncontent-disposition: form-data; name="file"; filename="orders.csv"\r\ncontent-type: text/csv\r\n\r\n').encode() + file + f"\r\n--{edge}--\r\n".encode()
    wire = http.client.HTTPConnection(api.host, timeout=120)
    wire.request("POST", "/api/v1/imports", body, {"Content-Type": f"multipart/form-data; boundary={edge}", "Origin": f"http://{api.host}", "X-Zhiyin-Csrf": "1", "Cookie": api.cookie})
    made = json.loads(wire.getresponse().read())
    for step, until in (("check", "checked"), ("commit", "committed")):
        api("POST", f"imports/{made['id']}/{step}", {})
        while (now := api("GET", f"imports/{made['id']}"))["status"] != until:
            assert now["status"] != "failed", now
            time.sleep(0.02)


def own(file):
    """Seconds from the file to the members of a first segment, everything accepted as it is guessed."""
    shutil.rmtree(HOME, ignore_errors=True)
    process, said = served(HOME)
    try:
        api = Api(said["address"].removeprefix("http://"))
        api("POST", "setup", {"token": said["setup"].split("token=")[1], "name": "First", "email": "first@example.com", "password": PASSWORD, "workspace_name": "First",
                              "time_zone": "Asia/Shanghai", "currency": "CNY", "lang": "en"})
        begun = time.perf_counter()
        brought(api, file)
        api("POST", "segments", {"key": "first", "label": {"zh": "第一个", "en": "First"}, "rule_text": "orders >= 1"})
        members = api("GET", "customers?segment=first")
        took = time.perf_counter() - begun
        assert members["total"] > 0 and api("GET", "overview")["customers"] >= members["total"], members
        return took
    finally:
        ended(process)


def few(orders):
    """The first orders of the bench's."""
    out = io.StringIO()
    with open(orders, encoding="utf-8", newline="") as read:
        csv.writer(out).writerows(itertools.islice(csv.reader(read), ORDERS + 1))
    return out.getvalue().encode()


def rows(orders):
    """The rows of docs/benchmarks.md: what, bar, measured."""
    file = few(orders)
    table = []
    for what, bar, once in (("from the binary to the first classified customer (`zhiyin demo`, 10,000 customers), s", 180, demo),
                            (f"from a file of {ORDERS:,} orders to the list of a first segment, without the time of thinking, s", 300, lambda: own(file))):
        took = [once() for _ in range(ROUNDS)]
        assert max(took) < bar or ROWS, (what, took)
        table.append((what, f"≤ {bar}", f"{statistics.median(took):.2f} ({min(took):.2f}–{max(took):.2f})"))
    shutil.rmtree(HOME, ignore_errors=True)
    return table


if __name__ == "__main__":
    for row in rows(DATA / "orders.csv"):
        print(" | ".join(row))
