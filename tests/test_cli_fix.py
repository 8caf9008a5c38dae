"""``--fix``, ``--diff`` and their kin, on real files and with the real engine."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cli_project import BAD, GOOD, UNSAFE, Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, monkeypatch, capsys)


def test_fix(project: Project) -> None:
    project.write("net.py", BAD)
    code, out, err = project.run("--fix")
    assert (code, out, err) == (0, "", "Fixed 1 finding in 1 file, 0 left.\n")
    assert "training=self.training" in project.read("net.py")
    assert project.run("--fix") == (0, "", "All clear: 1 file checked.\n")


def test_what_is_mended_may_still_become_a_module(project: Project) -> None:
    project.write("net.py", BAD)
    code, out, _ = project.run("--select", "ALL", "--fix", "--output-format", "concise")
    assert (code, out.count("DRP301"), out.count("DRP101")) == (1, 1, 0)
    assert "training=self.training" in project.read("net.py")


def test_fix_with_leftovers(project: Project) -> None:
    project.write("a.py", BAD)
    project.write("b.py", UNSAFE)
    code, out, err = project.run("--fix", "--output-format", "concise")
    assert code == 1
    assert "DRP102" in out
    assert "DRP101" not in out
    assert err == "Fixed 1 finding in 1 file, 1 left; 1 fixable with --fix --unsafe-fixes.\n"
    assert project.read("b.py") == UNSAFE


def test_unsafe_fixes(project: Project) -> None:
    project.write("net.py", UNSAFE)
    assert project.run("--fix", "--unsafe-fixes")[0] == 0
    assert project.read("net.py") == GOOD


def test_fix_only(project: Project) -> None:
    project.write("a.py", BAD)
    project.write("b.py", UNSAFE)
    assert project.run("--fix-only") == (0, "", "Fixed 1 finding in 1 file.\n")
    assert "self.training" in project.read("a.py")


def test_exit_non_zero_on_fix(project: Project) -> None:
    project.write("net.py", BAD)
    assert project.run("--fix-only", "--exit-non-zero-on-fix")[0] == 1
    assert project.run("--fix", "--exit-non-zero-on-fix")[0] == 0


def test_show_fixes(project: Project) -> None:
    project.write("net.py", BAD)
    err = project.run("--fix", "--show-fixes")[2]
    assert "1 x DRP101 (missing-training-flag)" in err


def test_fix_from_the_configuration(project: Project) -> None:
    project.write("dropcheck.toml", "fix = true\n")
    project.write("net.py", BAD)
    assert project.run("--no-fix")[0] == 1
    assert project.read("net.py") == BAD
    assert project.run()[0] == 0
    assert project.read("net.py") != BAD


@pytest.mark.parametrize("extra", [(), ("--fix",), ("--fix-only",), ("--output-format", "json")])
def test_diff_writes_nothing(project: Project, extra: tuple[str, ...]) -> None:
    project.write("net.py", BAD)
    code, out, err = project.run("--diff", *extra)
    assert code == 1
    assert project.read("net.py") == BAD
    assert out.startswith("--- net.py\n+++ net.py\n")
    assert "+        return F.dropout(x, 0.5, training=self.training)\n" in out
    assert err.startswith("Would fix 1 finding in 1 file")


def test_diff_exits_1_on_what_it_cannot_fix(project: Project) -> None:
    project.write("net.py", UNSAFE)
    code, out, _ = project.run("--diff")
    assert (code, out) == (1, "")
    project.write("net.py", GOOD)
    assert project.run("--diff")[0] == 0


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_diff_is_what_fix_does(project: Project) -> None:
    project.write("net.py", BAD.replace("\n", "\r\n"))
    patch = project.run("--diff")[1].encode()
    assert project.run("--fix")[0] == 0
    fixed = project.read("net.py")
    project.write("net.py", BAD.replace("\n", "\r\n"))
    subprocess.run(["git", "apply", "-p0", "-"], input=patch, check=True, cwd=project.folder)
    assert project.read("net.py") == fixed
