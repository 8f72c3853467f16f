"""How many posts a second are durable? One order a request, acknowledged after the database's own sync, over 1, 16 and 64 connections.

    rate.py <zhiyin> [--store postgres://…] [--seconds 5]
"""
import argparse
import json
import socket
import threading
import time
from urllib.parse import urlsplit

from contract import Server


def post(address, secret, stop, counts, slow, program):
    host, port = urlsplit(address).netloc.split(":")
    connection = socket.create_connection((host, int(port)))
    reader, n = connection.makefile("rb"), 0
    while time.time() < stop:
        n += 1
        body = json.dumps({"number": f"R{program}-{n}-{stop}", "at": "2026-03-01", "paid": 1, "customer": {"id": f"C{program}"}})
        begun = time.time()
        connection.sendall(f"POST /api/v1/orders HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {secret}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode())
        status, length = int(reader.readline().split()[1]), 0
        while (line := reader.readline().strip().lower()):
            if line.startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        answer = reader.read(length)
        if status != 202:
            raise SystemExit(f"{status} {answer}")
        counts[program] += 1
        slow.append(time.time() - begun)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--store")
    parser.add_argument("--seconds", type=float, default=5)
    asked = parser.parse_args()
    server = Server(asked.binary, asked.store)
    try:
        secret = server.token("owner")
        for connections in (1, 16, 64):
            stop, counts, slow = time.time() + asked.seconds, [0] * connections, []
            threads = [threading.Thread(target=post, args=(server.address, secret, stop, counts, slow, p)) for p in range(connections)]
            [t.start() for t in threads]
            [t.join() for t in threads]
            slow.sort()
            print(f"{connections:>3} connections: {sum(counts) / asked.seconds:>7.0f} durable posts/s, median {slow[len(slow) // 2] * 1000:.1f} ms, p99 {slow[int(len(slow) * 0.99)] * 1000:.1f} ms", flush=True)
    finally:
        server.stop()


if __name__ == "__main__":
    main()
