"""Does the API keep what its description says? schemathesis, all checks, against the real binary, as owner, analyst and viewer.

    contract.py <zhiyin> [--budget SECONDS] [--deep] [--role owner]

`--budget` is for all roles together; `--deep` sends some ten thousand requests a role and takes as long as it takes.
"""
import argparse
import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent
ROLES = ("owner", "analyst", "viewer")
PASSWORD = "correct horse battery"
CUSTOMERS = "会员号,姓名,手机号,城市,注册日期\n" + "".join(f"M{n:03},客户{n},1380000{n:04},上海,2024-03-{n:02}\n" for n in range(1, 13))
ORDERS = "订单号,会员号,下单时间,实付金额\n" + "".join(f"D{n}-{k},M{n:03},2025-{k + 1:02}-{n:02} 10:00:00,{100 * n}.50\n" for n in range(1, 12) for k in range(n))


class Server:
    """The real binary over a data folder of its own, with an owner and a small base."""

    def __init__(self, binary, store=None):
        self.folder = tempfile.mkdtemp(prefix="zhiyin-contract-")
        command = [binary, "serve", "--data", self.folder, "--listen", "127.0.0.1:0", "--lang", "en"] + (["--store", store] if store else [])
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        line = ""
        while "http" not in line:
            line = self.process.stdout.readline()
            if not line:
                raise SystemExit("the server did not start")
        link = re.search(r"https?://\S+", line).group(0)
        self.address = f"http://{urlsplit(link).netloc}"
        self.cookie = None
        self.log = open(os.path.join(self.folder, "server.log"), "w")
        # what it says later is kept, so that it never waits for a reader
        import threading

        threading.Thread(target=lambda: shutil.copyfileobj(self.process.stdout, self.log), daemon=True).start()
        token = link.split("token=")[1]
        owner = {"name": "Owner", "email": "owner@shop.test", "password": PASSWORD, "workspace_name": "Shop", "time_zone": "Asia/Shanghai", "currency": "CNY", "lang": "en"}
        self.call("POST", "/setup", {"token": token, **owner})
        self.import_files()

    def call(self, method, path, body=None, headers=None, raw=None):
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        send = {"x-zhiyin-csrf": "1", **(headers or {})}
        if self.cookie:
            send["cookie"] = self.cookie
        if body is not None:
            raw, send["content-type"] = json.dumps(body).encode(), "application/json"
        connection.request(method, f"/api/v1{path}", raw, send)
        answer = connection.getresponse()
        text = answer.read()
        if set_cookie := answer.getheader("set-cookie"):
            self.cookie = set_cookie.split(";")[0]
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {text.decode()}")
        return json.loads(text) if text else None

    def import_files(self):
        parts = [("customers.csv", CUSTOMERS), ("orders.csv", ORDERS)]
        edge = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: text/csv\r\n\r\n{}\r\n"
        raw = ("".join(edge.format(*p) for p in parts) + "--edge--\r\n").encode()
        made = self.call("POST", "/imports", raw=raw, headers={"content-type": "multipart/form-data; boundary=edge"})
        for step, until in (("check", "checked"), ("commit", "committed")):
            self.call("POST", f"/imports/{made['id']}/{step}", {})
            while self.call("GET", f"/imports/{made['id']}")["status"] != until:
                time.sleep(0.05)

    def token(self, role):
        """A program with this role: of the owner, whose rights are the widest."""
        return self.call("POST", "/tokens", {"name": role, "role": role})["secret"]

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--budget", type=int, default=150)
    parser.add_argument("--deep", action="store_true")
    parser.add_argument("--role", choices=ROLES)
    parser.add_argument("--report")
    asked = parser.parse_args()
    st = Path(sys.executable).parent / "st"
    roles = (asked.role,) if asked.role else ROLES
    failed = []
    for role in roles:
        # each role has a base of its own: what the owner changes the viewer does not meet
        server = Server(asked.binary)
        try:
            command = [str(st), "--config-file", str(HERE / "schemathesis.toml"), "run", f"{server.address}/api/v1/openapi.json"]
            command += ["-H", f"Authorization: Bearer {server.token(role)}", "--no-color"]
            if asked.deep:
                command += ["--max-examples", "200"]
            else:
                command += ["--max-examples", "10", "--max-time", str(max(20, asked.budget // len(roles)))]
            if asked.report:
                command += ["--report", "ndjson", "--report-ndjson-path", f"{asked.report}-{role}.ndjson"]
            print(f"==> {role}", flush=True)
            begun = time.time()
            hooks = {**os.environ, "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py")}
            code = subprocess.run(command, cwd=server.folder, env=hooks, check=False).returncode
            print(f"    {role}: {'kept' if code == 0 else 'broken'} in {time.time() - begun:.0f} s", flush=True)
            if code != 0:
                failed.append(role)
        finally:
            server.stop()
    if failed:
        raise SystemExit(f"the API does not keep its description: {', '.join(failed)}")


if __name__ == "__main__":
    main()
