"""Peers that ../shared/peers does not have, because they must do exactly what ours does: RFM scores whose ties share a score, and k-means
on one axis. `bench_peers.py rfm` · `bench_peers.py kmeans <file of doubles>`; one JSON line."""
import json, os, sys, time

DATA = os.environ["PERF_DATA"]

if sys.argv[1] == "rfm":
    import duckdb
    con = duckdb.connect()
    con.execute(f"pragma threads = {os.cpu_count()}")
    con.execute(f"select count(*) from '{DATA}/orders.parquet'").fetchall()
    begun = time.perf_counter()
    con.execute(f"""create table scores as with a as (select customer_id, 729 - max(day) r, count(*) f, sum(cents) m from '{DATA}/orders.parquet' group by 1)
      select customer_id, 1 + 5 * (rank() over (order by r desc) - 1) // count(*) over () r, 1 + 5 * (rank() over (order by f) - 1) // count(*) over () f,
        1 + 5 * (rank() over (order by m) - 1) // count(*) over () m from a""")
    seconds = time.perf_counter() - begun
    check = con.execute("select sum(r * 100 + f * 10 + m) from scores").fetchone()[0]
    print(json.dumps({"name": "rfm_duckdb_ties_share", "seconds": seconds, "check": int(check)}))
else:
    import numpy as np
    from sklearn.cluster import KMeans
    x = np.fromfile(sys.argv[2]).reshape(-1, 1)
    KMeans(5, n_init=1, max_iter=2, random_state=0).fit(x[:5000])
    begun = time.perf_counter()
    model = KMeans(5, init="k-means++", n_init=1, max_iter=300, random_state=0).fit(x)
    print(json.dumps({"name": "kmeans_sklearn_pp", "seconds": time.perf_counter() - begun, "inertia": float(model.inertia_), "iterations": int(model.n_iter_)}))
