"""Leaving and arriving: everything a business of a million customers has, out into open files, and in again elsewhere; what comes out there is byte for
byte what went in. The base is the one bench_load made. `make bench` calls section(); run alone, it renews that section of docs/benchmarks.md."""
import datetime, hashlib, json, os, shutil, sys, zipfile

from bench_data import CACHE, ROWS, renew, timed
from bench_load import BIN, HOME

TITLE = "## Leaving and arriving"
THERE = CACHE / "arrived"


def said(*args):
    """Seconds, peak memory in MB and what a command says."""
    seconds, memory, text = timed(BIN, *args, "--json", "--quiet")
    return seconds, memory, json.loads(text)


def contents(path):
    """Each file of an archive by a hash of its bytes; the manifest says when it was made, so it is left out."""
    with zipfile.ZipFile(path) as z:
        found = {}
        for name in z.namelist():
            if not name.endswith("manifest.json"):
                with z.open(name) as f:
                    found[name] = hashlib.file_digest(f, "sha256").hexdigest()
    return found


def section():
    """The section of docs/benchmarks.md."""
    rows = []
    for form in ("parquet", "csv"):
        first, second = CACHE / f"everything-{form}.zip", CACHE / f"everything-{form}-again.zip"
        for path in (first, second):
            path.unlink(missing_ok=True)
        shutil.rmtree(THERE, ignore_errors=True)
        print(f"leaving as {form} …", flush=True)
        out, out_memory, _ = said("export", "--data", HOME, "--everything", "--format", form, first)
        size = first.stat().st_size / 1e6
        print(f"arriving from {form} …", flush=True)
        in_, in_memory, came = said("import", "--data", THERE, "--everything", first, "--yes")
        print("leaving again, for the comparison …", flush=True)
        said("export", "--data", THERE, "--everything", "--format", form, second)
        here, there = contents(first), contents(second)
        differ = sorted(n for n in here.keys() | there.keys() if here.get(n) != there.get(n))
        print(f"equal-answer gate, {len(here)} files of both: {'equal' if not differ else 'DIFFERENT: ' + ', '.join(differ)}", flush=True)
        if differ:
            sys.exit("what arrived is not what left; times mean nothing")
        rows.append(f"| {form} | {came['customers']:,} | {came['rows']:,} | {size:,.0f} | {out:.0f} | {out_memory:,.0f} | {in_:.0f} | {in_memory:,.0f} |")
        for path in (first, second):
            path.unlink()
    shutil.rmtree(THERE, ignore_errors=True)
    return "\n".join([
        TITLE, "",
        f"Everything of the base above, out into an archive of open files, and in again in an empty folder, where it is compared with the results that came along; release build, {datetime.date.today()}, "
        f"load {os.getloadavg()[0]:.1f}. A second export from there is the same byte for byte.", "",
        "| tables as | customers | rows | archive, MB | out, s | peak, MB | in, s | peak, MB |", "|---|---|---|---|---|---|---|---|", *rows, ""])


if __name__ == "__main__":
    text = section()
    print(text)
    if not ROWS:
        renew(TITLE, text)
