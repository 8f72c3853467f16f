"""Under load: `zhiyin serve` on a million customers and twenty million orders, and people and programs who ask at a fixed rate (`xtask load`).
`make bench` calls section(); run alone, it renews that section of docs/benchmarks.md. LOAD_SECONDS (600), LOAD_RATE (1000), BENCH_ROWS and
BENCH_BIN for a trial, which prints and writes nothing; LOAD_AGAIN=1 takes the base of the run before; LOAD_ONLY=list,profile plays these kinds alone."""
import csv, datetime, http.client, json, os, pathlib, random, re, shutil, statistics, subprocess, sys, threading, time, urllib.parse

from bench_data import CACHE, LAST, ROOT, ROWS, made, prepare, renew

TITLE = "## Under load"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", CACHE / "target"))
BIN = pathlib.Path(os.environ.get("BENCH_BIN", TARGET / "release" / "zhiyin"))
LOAD = pathlib.Path(os.environ.get("BENCH_LOAD", TARGET / "release" / "xtask"))
SECONDS = int(os.environ.get("LOAD_SECONDS", "600"))
RATE = int(os.environ.get("LOAD_RATE", "1000"))
WARM = int(os.environ.get("LOAD_WARM", "10"))
ONLY = [kind for kind in os.environ.get("LOAD_ONLY", "").split(",") if kind]
AGAIN = os.environ.get("LOAD_AGAIN") == "1"
HOME = CACHE / ("load-trial" if ROWS else "load")
SECRET = HOME / "token"
PLAN = 20_000
# kind, share in a thousand, group
MIX = [
    ("list", 300, "lists and profiles"), ("facets", 20, "lists and profiles"), ("profile", 280, "lists and profiles"), ("timeline", 70, "lists and profiles"), ("why", 30, "lists and profiles"),
    ("search by name", 40, "search and preview"), ("search by phone", 25, "search and preview"), ("search by e-mail", 15, "search and preview"), ("segment preview", 70, "search and preview"),
    ("order posted", 70, "posts"), ("interaction posted", 30, "posts"),
    ("note", 20, "writes"), ("tag", 15, "writes"), ("owner", 15, "writes"),
]
# days as people write them
WINDOWS = [7, 14, 30, 60, 90, 180, 365]
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉红建文辉玲婷宇浩凯健俊帆雪琳欣"
WEST_GIVEN = ["Emma", "Liam", "Olivia", "Noah", "Ava", "Ethan", "Mia", "Lucas", "Grace", "Henry", "Chloe", "Jack", "Zoe", "Oscar", "Ruby", "Leo"]
WEST_LAST = ["Smith", "Brown", "Taylor", "Wilson", "Evans", "Thomas", "Walker", "White", "Hall", "Green", "Wood", "Clarke", "Hughes", "Edwards", "Turner", "Hill"]


def person(i):
    """Name, phone and e-mail of the customer c{i}: three of four Chinese."""
    a = (i * 2_654_435_761) & 0xFFFFFFFF
    if a % 4:
        name = SURNAMES[a // 4 % 20] + GIVEN[a // 80 % 40] + GIVEN[a // 3200 % 40]
    else:
        name = f"{WEST_GIVEN[a // 4 % 16]} {WEST_LAST[a // 64 % 16]}"
    return name, f"1{38 + a % 3}{i:08d}", f"u{i}@example.com"


def people(source):
    """The bench's customers with names, phones and e-mails."""
    def write(path):
        with open(source, encoding="utf-8", newline="") as read, open(path, "w", encoding="utf-8", newline="") as out:
            rows, w = csv.reader(read), csv.writer(out)
            w.writerow(next(rows) + ["name", "phone", "email"])
            for row in rows:
                w.writerow([*row, *person(int(row[0][1:]))])
    return made("named-customers.csv", write)


class Api:
    """Our own asker, for setting up."""
    def __init__(self, host):
        self.host, self.token, self.cookie = host, None, None

    def __call__(self, method, path, body=None):
        wire = http.client.HTTPConnection(self.host, timeout=120)
        head = {"Content-Type": "application/json", "Origin": f"http://{self.host}", "X-Zhiyin-Csrf": "1"}
        if self.token:
            head = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        elif self.cookie:
            head["Cookie"] = self.cookie
        wire.request(method, f"/api/v1/{path}", json.dumps(body) if body is not None else None, head)
        answer = wire.getresponse()
        text = answer.read()
        self.cookie = (answer.getheader("Set-Cookie") or self.cookie or "").split(";")[0]
        if answer.status >= 400:
            sys.exit(f"{method} {path}: {answer.status} {text.decode()[:600]}")
        return json.loads(text) if text else None


def served(home, *how):
    """A server on the folder, its address, and what made its first account; `how` else than `serve` on a free port."""
    process = subprocess.Popen([str(BIN), *(how or ("serve", "--listen", "127.0.0.1:0")), "--data", str(home), "--json"], stdout=subprocess.PIPE, text=True)
    text = ""
    for line in process.stdout:
        text += line
        try:
            return process, json.loads(text)
        except ValueError:
            continue
    sys.exit(f"the server did not start: {text}")


def settled(api, said):
    """The owner's account and a token."""
    api("POST", "setup", {"token": urllib.parse.parse_qs(urllib.parse.urlsplit(said["setup"]).query)["token"][0], "name": "Load", "email": "load@example.com",
                          "password": "correct horse battery", "workspace_name": "Load", "time_zone": api.zone, "currency": api.currency, "lang": "en"})
    api.token = api("POST", "tokens", {"name": "load", "role": "owner", "personal": "granted"})["secret"]
    SECRET.write_text(api.token)


def plan(api, seed=11):
    """The requests, shuffled; every kind in its share."""
    r = random.Random(seed)
    ids, pages = [], []
    sorts = ["-net", "net", "recency_days", "-orders", "-recency_days", "-average_order_net"]
    rules = ["", "net >= 5000", "recency_days <= 30", "orders = 1", "orders >= 10 and recency_days > 90", "count(orders, last 90 days) >= 3"]
    for n in range(24):
        path = f"customers?limit=500&sort={sorts[n % len(sorts)]}" + (f"&rule={urllib.parse.quote(rules[n % 6])}" if rules[n % 6] else "")
        found = api("GET", path)
        ids += [c["id"] for c in found["items"]]
        if found.get("next_cursor"):
            pages.append((path.replace("limit=500", "limit=50"), found["next_cursor"]))
    known = 200 if ROWS else 900_000
    tags = api("GET", "tags")["items"]
    tag = tags[0]["id"] if tags else api("POST", "tags", {"name": "load"})["id"]
    me = api("GET", "owners")["items"][0]["id"]
    day = api("GET", "overview")["as_of"]

    def rule():
        return (f"net >= {r.randrange(100, 20_000)} and recency_days > {r.randrange(5, 300)} and orders >= {r.randrange(1, 9)} "
                f"and custom.years between {r.randrange(18, 40)} and {r.randrange(41, 80)} and count(orders, last {r.choice(WINDOWS)} days) <= {r.randrange(1, 12)}")

    def one(kind):
        name, phone, email = person(r.randrange(known))
        id, whom = r.choice(ids), {"id": f"c{r.randrange(known)}"}
        get = lambda path: ("GET", path, None)
        find = lambda text: get(f"customers?q={urllib.parse.quote(text)}&limit=50")
        match kind:
            case "list" if r.random() < .3 and pages:
                path, cursor = r.choice(pages)
                return get(f"{path}&cursor={urllib.parse.quote(cursor)}")
            case "list":
                chosen = r.choice(rules)
                return get(f"customers?limit=50&sort={r.choice(sorts)}" + (f"&rule={urllib.parse.quote(chosen)}" if chosen else ""))
            case "facets":
                return get("customers/facets")
            case "profile":
                return get(f"customers/{id}")
            case "timeline":
                return get(f"customers/{id}/timeline")
            case "why":
                return get(f"customers/{id}/why?classification=lifecycle")
            case "search by name":
                return find(name)
            case "search by phone":
                return find(phone)
            case "search by e-mail":
                return find(email)
            case "segment preview":
                return "POST", "segments/preview", {"rule_text": rule()}
            case "order posted":
                return "POST", "orders", {"number": f"L{{n}}-{r.randrange(1 << 40)}", "at": f"{day}T10:00:00", "paid": f"{r.randrange(10, 900)}.{r.randrange(10, 99)}", "customer": whom}
            case "interaction posted":
                return "POST", "interactions", {"at": f"{day}T11:00:00", "kind": "visit", "channel": "web", "number": f"V{{n}}-{r.randrange(1 << 40)}", "customer": whom}
            case "note":
                return "POST", f"customers/{id}/notes", {"body": "Called; asks for the spring list. {n}"}
            case "tag":
                return "POST", "changes", {"kind": r.choice(["tag_add", "tag_remove"]), "subject": tag, "customers": [id]}
            case "owner":
                return "POST", "changes", {"kind": "owner_set", "subject": r.choice([me, "none"]), "customers": [id]}

    lines = []
    for kind, share, _ in MIX:
        for _ in range(PLAN * share // 1000 if not ONLY or kind in ONLY else 0):
            method, path, body = one(kind)
            lines.append({"kind": kind, "method": method, "path": f"/api/v1/{path}", **({"body": body} if body is not None else {})})
    r.shuffle(lines)
    # each kind once, so that a plan that is refused says so before anything is measured
    tried = {}
    for line in lines:
        tried.setdefault(line["kind"], line)
    for line in tried.values():
        if line["path"] != "/api/v1/changes":
            api(line["method"], line["path"].removeprefix("/api/v1/").replace("{n}", "0"), json.loads(json.dumps(line.get("body")).replace("{n}", "0")))
    path = HOME / "plan.jsonl"
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def rested(api):
    """Waits until no job is open."""
    while any(api("GET", f"jobs?state={state}")["items"] for state in ("queued", "running")):
        time.sleep(1)


def resident(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


def watched(pid, over):
    """Memory in MB every five seconds, until it is over."""
    seen = []
    while not over.wait(5):
        seen.append(resident(pid))
    return seen


def measure():
    """Loads the base if it is not there yet, serves it, and plays the plan. What came of it, and the memory over time."""
    files = prepare(lambda *a, **k: subprocess.run(list(map(str, a)), check=True, cwd=k.get("cwd")))
    if not AGAIN:
        shutil.rmtree(HOME, ignore_errors=True)
    for flags in () if AGAIN else (("--customers", people(files["customers"])), ("--orders", files["orders"])):
        print(f"load: importing {flags[1].name} …", flush=True)
        subprocess.run([str(BIN), "import", "--data", str(HOME), *map(str, flags), "--yes", "--json"], check=True, capture_output=True)
    process, said = served(HOME)
    try:
        api = Api(said["address"].removeprefix("http://"))
        if SECRET.exists():
            api.token = SECRET.read_text()
        else:
            fixed = api("GET", "session")["settled"]
            api.zone, api.currency = fixed["time_zone"], fixed["currency"]
            settled(api, said)
        customers = api("GET", "overview")["customers"]
        path = plan(api)
        print("load: waiting for what follows an import …", flush=True)
        rested(api)
        print(f"load: {RATE} requests a second for {SECONDS} s …", flush=True)
        over, memory = threading.Event(), []
        watcher = threading.Thread(target=lambda: memory.extend(watched(process.pid, over)))
        watcher.start()
        done = subprocess.run([str(LOAD), "load", api.host, str(path), "--rate", str(RATE), "--seconds", str(SECONDS), "--warm", str(WARM)],
                              env={**os.environ, "ZHIYIN_TOKEN": api.token, "CARGO_MANIFEST_DIR": str(ROOT / "xtask")}, check=True, capture_output=True, text=True)
        over.set()
        watcher.join()
        return json.loads(done.stdout), memory, customers
    finally:
        process.terminate()
        process.wait(60)


def section():
    """The section of docs/benchmarks.md."""
    found, memory, customers = measure()
    whole = found["all"]
    rows = [f"| {kind} | {share / 10:g} % | {k['requests']:,} | {k['failed']} | {k['p50']:.1f} | {k['p95']:.1f} | {k['p99']:.1f} | {k['p999']:.1f} | {k['max']:.0f} |"
            for kind, share, _ in MIX if (k := found["kinds"].get(kind))]
    k = whole
    rows.append(f"| **all** | 100 % | {k['requests']:,} | {k['failed']} | {k['p50']:.1f} | {k['p95']:.1f} | {k['p99']:.1f} | {k['p999']:.1f} | {k['max']:.0f} |")
    sixth = max(1, len(memory) // 6)
    early, late = statistics.median(memory[sixth : 2 * sixth] or memory), statistics.median(memory[-sixth:])
    for line in found["refusals"]:
        print(f"refused: {line}")
    return "\n".join([
        TITLE, "",
        f"`zhiyin serve` on SQLite, {customers:,} customers, and a generator on the same two cores that keeps its schedule whether the server keeps up or not; a request's time counts from when it was due. "
        f"{found['rate']:,} requests a second for {found['seconds']} s on {datetime.date.today()}, load {os.getloadavg()[0]:.1f}; release build. Bars: ≥ 1,000 requests a second, p99 ≤ 100 ms, none refused, memory flat; search p99 ≤ 50 ms.", "",
        "| what | share | requests | failed | p50 ms | p95 ms | p99 ms | p99.9 ms | max ms |", "|---|---|---|---|---|---|---|---|---|", *rows, "",
        f"It took {found['took']:.1f} s for {found['seconds'] + WARM} s of requests. Memory of the server: {early:,.0f} MB in the second sixth of the time, {late:,.0f} MB in the last, {max(memory):,.0f} MB at most.", ""])


def main():
    text = section()
    print(text)
    if not ROWS:
        renew(TITLE, text)


if __name__ == "__main__":
    main()
