"""A proof that cannot run is said plainly, and fails where everything must be proven."""
import os, pathlib, subprocess, sys
import pytest

HERE = pathlib.Path(__file__).parent


def without_data(tmp_path, **env):
    asked = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE / "test_classify.py"), "-k", "groceries_lines"]
    clean = {k: v for k, v in os.environ.items() if k not in ("CI", "ZHIYIN_REQUIRE_DATA", "ZHIYIN_UNPROVEN")}
    kept = tmp_path / "unproven"
    run = subprocess.run(asked, capture_output=True, text=True, env={**clean, "ZHIYIN_SHARED": str(tmp_path / "nowhere"), "ZHIYIN_UNPROVEN": str(kept), **env})
    return run, kept.read_text() if kept.exists() else ""


def test_missing_data_is_named_at_the_end(tmp_path):
    run, kept = without_data(tmp_path)
    assert run.returncode == 0 and "1 skipped" in run.stdout, run.stdout
    assert "NOT PROVEN on this machine: 1" in run.stdout and "missing: ../shared/data/groceries/groceries_lines.csv" in run.stdout
    assert "test_rows_of_nobody" in kept and "groceries_lines.csv" in kept


@pytest.mark.parametrize("env", [{"CI": "true"}, {"ZHIYIN_REQUIRE_DATA": "1"}], ids=["ci", "required"])
def test_missing_data_fails_where_everything_must_be_proven(env, tmp_path):
    run, _ = without_data(tmp_path, **env)
    assert run.returncode == 1 and "1 failed" in run.stdout and "nothing may be left out" in run.stdout, run.stdout
