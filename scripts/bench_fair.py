"""Many businesses on one server: what one that is busy does to the others. Forty-nine small ones are asked at a fixed rate, first while nothing
else happens, then while a fiftieth asks for more than the machine can do and imports. `make bench` calls section(); run alone, it prints it.
FAIR_SECONDS (60) and FAIR_SMALL (49) for a trial."""
import datetime, http.client, json, os, pathlib, random, shutil, subprocess, sys, threading, urllib.parse

from bench_data import CACHE
from bench_load import LOAD, person, served

TITLE = "## One busy business among fifty"
SECONDS = int(os.environ.get("FAIR_SECONDS", "60"))
SMALL = int(os.environ.get("FAIR_SMALL", "49"))
RATE = 50
HOME = CACHE / "fair"
TODAY = datetime.date.today()


class House:
    """One business of the server."""
    def __init__(self, host, slug=""):
        self.host, self.base, self.token, self.cookie, self.csrf = host, f"/w/{slug}" if slug else "", None, None, "1"

    def __call__(self, method, path, body=None):
        wire = http.client.HTTPConnection(self.host, timeout=300)
        head = {"Content-Type": "application/json", "Origin": f"http://{self.host}", "X-Zhiyin-Csrf": "1"}
        if self.token:
            head["Authorization"] = f"Bearer {self.token}"
        elif self.cookie:
            head["Cookie"] = self.cookie
        wire.request(method, f"{self.base}/api/v1/{path}", json.dumps(body) if body is not None else None, head)
        answer = wire.getresponse()
        text = answer.read()
        self.cookie = (answer.getheader("Set-Cookie") or self.cookie or "").split(";")[0]
        if answer.status >= 400:
            sys.exit(f"{method} {self.base} {path}: {answer.status} {text.decode()[:600]}")
        return json.loads(text) if text else None

    def found(self, token, name):
        self("POST", "setup", {"token": token, "name": "Owner", "email": "owner@example.com", "password": "correct horse battery",
                               "workspace_name": name, "time_zone": "UTC", "currency": "CNY", "lang": "en"})

    def knock(self):
        """A token; what is asked with the cookie is asked as a browser would."""
        self.token = self("POST", "tokens", {"name": "bench", "role": "owner", "personal": "granted"})["secret"]


def orders(house, customers, each, r):
    """A business's customers with their orders, posted as programs do."""
    rows = [{"number": f"o{i}-{n}", "at": f"{TODAY - datetime.timedelta(days=r.randrange(700))}T10:00:00", "paid": f"{r.randrange(10, 900)}.00",
             "customer": {"id": f"c{i}", "name": person(i)[0], "phone": person(i)[1]}} for i in range(customers) for n in range(each)]
    for at in range(0, len(rows), 1000):
        house("POST", "orders", rows[at : at + 1000])
    house("POST", "inbox/move")


def reads(house, customers, r):
    """What people do in one of the small businesses."""
    path = lambda p: f"{house.base}/api/v1/{p}"
    ids = [c["id"] for c in house("GET", "customers?limit=100")["items"]]
    whom = {"id": f"c{r.randrange(customers)}"}
    kinds = [("list", "GET", "customers?limit=50", None), ("profile", "GET", f"customers/{r.choice(ids)}", None),
             ("timeline", "GET", f"customers/{r.choice(ids)}/timeline", None), ("overview", "GET", "overview", None),
             ("preview", "POST", "segments/preview", {"rule_text": f"net >= {r.randrange(100, 2000)} and orders >= {r.randrange(1, 4)}"}),
             ("order", "POST", "orders", {"number": f"n{{n}}-{r.randrange(1 << 40)}", "at": f"{TODAY}T11:00:00", "paid": "12.00", "customer": whom})]
    return [{"kind": k, "method": m, "path": path(p), "token": house.token, **({"body": b} if b is not None else {})} for k, m, p, b in kinds]


def played(host, plan, rate, seconds, connections):
    done = subprocess.run([str(LOAD), "load", host, str(plan), "--rate", str(rate), "--seconds", str(seconds), "--warm", "10", "--connections", str(connections)],
                          env={**os.environ, "ZHIYIN_TOKEN": "none"}, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def measure():
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    r = random.Random(5)
    process, said = served(HOME)
    try:
        host = said["address"].removeprefix("http://")
        first = House(host)
        first.found(urllib.parse.parse_qs(urllib.parse.urlsplit(said["setup"]).query)["token"][0], "First")
        small = []
        for slug in [f"small-{n}" for n in range(SMALL)] + ["busy"]:
            link = first("POST", "businesses", {"slug": slug})["link"]
            house = House(host, slug)
            house.found(urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0], slug)
            house.knock()
            small.append(house)
        busy = small.pop()
        for house in small:
            orders(house, 200, 3, r)
        print("fair: a busy business of 20,000 customers …", flush=True)
        orders(busy, 20_000, 2, r)
        lines = [line for house in small for _ in range(4) for line in reads(house, 200, r)]
        r.shuffle(lines)
        calm = HOME / "small.jsonl"
        calm.write_text("".join(json.dumps(line) + "\n" for line in lines))
        noise = HOME / "busy.jsonl"
        noisy = [line for _ in range(200) for line in reads(busy, 20_000, r)]
        noise.write_text("".join(json.dumps(line) + "\n" for line in noisy))
        print(f"fair: {RATE} requests a second to {SMALL} small ones, alone …", flush=True)
        alone = played(host, calm, RATE, SECONDS, 64)
        print("fair: … and beside the busy one", flush=True)
        loud = {}
        other = threading.Thread(target=lambda: loud.update(played(host, noise, 4000, SECONDS + 15, 64)))
        other.start()
        beside = played(host, calm, RATE, SECONDS, 64)
        other.join()
        return alone["all"], beside["all"], loud
    finally:
        process.terminate()
        process.wait(60)


def section():
    alone, beside, loud = measure()
    row = lambda name, k: f"| {name} | {k['requests']:,} | {k['failed']} | {k['p50']:.1f} | {k['p95']:.1f} | {k['p99']:.1f} | {k['max']:.0f} |"
    return "\n".join([
        TITLE, "",
        f"{SMALL} businesses of 200 customers on one server, {RATE} requests a second among them for {SECONDS} s: alone, and beside one business of 20,000 customers that is asked for 4,000 requests a second over 64 connections, "
        f"more than the machine can do. SQLite, two cores, generators on the same two, {TODAY}. Bar: p99 of the others ≤ 2 ×.", "",
        "| the small ones | requests | failed | p50 ms | p95 ms | p99 ms | max ms |", "|---|---|---|---|---|---|---|", row("alone", alone), row("beside the busy one", beside), "",
        f"p99 × {beside['p99'] / alone['p99']:.2f}. The busy one got {loud['all']['requests'] / loud['took']:,.0f} requests a second.", ""])


if __name__ == "__main__":
    print(section())
