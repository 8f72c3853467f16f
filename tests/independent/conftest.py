"""What the independent checks share: the built binary, the data folder, a DuckDB that can read a DuckLake."""
import json, os, pathlib, shutil, socket, subprocess, tempfile
import duckdb, pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = pathlib.Path(os.environ.get("ZHIYIN_SHARED", ROOT.parent / "shared")) / "data"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", pathlib.Path.home() / ".cache/zhiyin/target"))
BIN = TARGET / "debug" / "zhiyin"
# Where everything must be proven, what cannot be proven fails.
REQUIRED = os.environ.get("CI", "").lower() in ("true", "1") or os.environ.get("ZHIYIN_REQUIRE_DATA") == "1"


def unproven(why):
    """Leaves a proof out and says so at the end; fails where everything must be proven."""
    if REQUIRED:
        pytest.fail(f"{why} (CI or ZHIYIN_REQUIRE_DATA is set: nothing may be left out)", pytrace=False)
    pytest.skip(why)


def pytest_terminal_summary(terminalreporter):
    """The last lines name every proof that was left out; `scripts/test.sh` says them again at its own end."""
    left_out = [(r.nodeid, r.longrepr[2].removeprefix("Skipped: ")) for r in terminalreporter.stats.get("skipped", [])]
    if not left_out:
        return
    lines = [f"{name}: {why}" for name, why in left_out]
    terminalreporter.write_line(f"NOT PROVEN on this machine: {len(lines)} of our promises", yellow=True, bold=True)
    for line in lines:
        terminalreporter.write_line(f"  {line}", yellow=True)
    if kept := os.environ.get("ZHIYIN_UNPROVEN"):
        with open(kept, "a") as f:
            f.writelines(f"{line}\n" for line in lines)


def zhiyin(*args, ok=(0,), **env):
    """Runs the binary; the JSON of its standard output, or the text."""
    run = subprocess.run([str(BIN), *map(str, args)], capture_output=True, text=True, env={**os.environ, "LC_ALL": "C.UTF-8", **env}, timeout=600)
    assert run.returncode in ok, f"exit {run.returncode}\n{run.stdout[-2000:]}\n{run.stderr[-4000:]}"
    return json.loads(run.stdout) if "--json" in args else run.stdout


def data(*parts):
    """A file of ../shared/data; says plainly when it is missing."""
    path = DATA.joinpath(*parts)
    if not path.exists():
        unproven(f"missing: ../shared/data/{'/'.join(parts)}")
    return path


@pytest.fixture(scope="session")
def extensions(tmp_path_factory):
    """The folder DuckDB loads its extensions from; filled from the wheels, no network."""
    import importlib
    folder = tmp_path_factory.mktemp("duckdb")
    into = folder / f"v{duckdb.__version__}" / "linux_amd64"
    into.mkdir(parents=True)
    for name, wanted in (("ducklake", "ducklake"), ("parquet", "parquet"), ("sqlite", "sqlite_scanner"), ("postgres", "postgres_scanner")):
        package = pathlib.Path(importlib.import_module(f"duckdb_extension_{name}").__file__).parent
        found = next(package.rglob("*.duckdb_extension"))
        shutil.copy(found, into / f"{wanted}.duckdb_extension")
    return folder


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL of our own on loopback; a function that makes an empty database and names its port and name."""
    bins = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[4]))
    assert bins, "PostgreSQL is not installed (scripts/setup.sh postgres)"
    home, root = bins[-1].parent, os.getuid() == 0
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if root else {}
    folder = pathlib.Path(tempfile.mkdtemp(prefix="zhiyin-pg-", dir="/tmp"))
    if root:
        shutil.chown(folder, "postgres", "postgres")
    run = lambda *a: subprocess.run([str(x) for x in a], check=True, capture_output=True, cwd=folder, env={"LC_ALL": "C.UTF-8"}, **user)
    run(home / "initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "-D", folder / "data")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    run(home / "pg_ctl", "-D", folder / "data", "-w", "-l", folder / "log", "-o", f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off", "start")
    made = iter(range(1000))

    def database():
        name = f"lake_{next(made)}"
        run(home / "createdb", "-h", "127.0.0.1", "-p", port, "-U", "postgres", name)
        return port, name

    yield database
    run(home / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def lake_duckdb(extensions):
    """A DuckDB connection with the DuckLake extension loaded."""
    con = duckdb.connect(config={"extension_directory": str(extensions), "allow_unsigned_extensions": "true", "autoinstall_known_extensions": "false"})
    for name in ("parquet", "sqlite_scanner", "postgres_scanner", "ducklake"):
        con.execute(f"LOAD {name}")
    return con
