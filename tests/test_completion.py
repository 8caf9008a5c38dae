"""Completion, asked for as shells ask: in a real bash, and in zsh and fish where they are installed."""

import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cli_project import Project

import dropcheck

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment with a ``dropcheck`` on the path, installed or not."""
    script = tmp_path / "bin" / "dropcheck"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m dropcheck "$@"\n')
    script.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DROPCHECK_")}
    return {
        **kept,
        "PATH": os.pathsep.join((str(script.parent), os.environ["PATH"])),
        "PYTHONPATH": str(Path(dropcheck.__file__).parents[1]),
        "HOME": str(tmp_path),
    }


ASK = """
eval "$(dropcheck completion bash)"
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
compopt() { :; }  # only readline may call the real one
_dropcheck_completion dropcheck
printf '%s\\n' "${COMPREPLY[@]}"
"""


def completions(environ: dict[str, str], folder: Path, *words: str) -> list[str]:
    """What bash would offer for the last of some words, split as bash splits them."""
    command = ["bash", "--norc", "-c", ASK, "bash", "dropcheck", *words]
    run = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=folder, check=True)
    assert run.stderr == ""
    return run.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (["chec"], ["check"]),
        (["--sel"], ["--select"]),
        (["src", "--min"], ["--min-confidence"]),
        (["check", "--select", "DRP20"], ["DRP201", "DRP202", "DRP203"]),
        (["check", "--select", "drp20"], ["DRP201", "DRP202", "DRP203"]),
        (["--extend-select", "miss"], ["missing-training-flag"]),
        (["check", "--ignore", "DRP101,inval"], ["DRP101,invalid-dropout-probability", "DRP101,invalid-suppression"]),
        (["check", "--select", "=", "A"], ["ALL"]),
        (["check", "--min-confidence", "="], ["high", "medium", "low"]),
        (["check", "--output-format", "conc"], ["concise"]),
        (["check", "--output-format", "full,sar"], ["full,sarif"]),
        (["inventory", "--output-format", "mark"], ["markdown"]),
        (["rule", "DRP10"], [f"DRP10{number}" for number in range(1, 10)]),
        (["config", "extend-se"], ["extend-select"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["check", "--no-un"], ["--no-unsafe-fixes"]),
        (["check", "--xyzzy"], []),
    ],
)
def test_bash(environ: dict[str, str], tmp_path: Path, words: list[str], offered: list[str]) -> None:
    assert completions(environ, tmp_path, *words) == offered


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_first_word_can_be_a_command_or_a_path(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "check.py").touch()
    folder = tmp_path / "code"
    assert completions(environ, folder, "c") == ["check", "clean", "completion", "config", "check.py"]
    assert {"check", "rule", "check.py"} <= set(completions(environ, folder, ""))


class Terminal:
    """An interactive bash on a pseudo terminal."""

    def __init__(self, environ: dict[str, str], folder: Path) -> None:
        import pty  # noqa: PLC0415  (there is none on Windows)

        self.ours, theirs = pty.openpty()
        self.bash = subprocess.Popen(
            ["bash", "--norc", "--noprofile", "-i"],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**environ, "TERM": "dumb", "PS1": "$ "},
            cwd=folder,
            start_new_session=True,
        )
        os.close(theirs)

    def type(self, keys: str, expected: str) -> str:
        """Type, and read until something is shown, or for a minute."""
        os.write(self.ours, keys.encode())
        shown = ""
        end = time.monotonic() + 60
        while expected not in shown and time.monotonic() < end:
            if select.select([self.ours], [], [], 0.1)[0]:
                shown += os.read(self.ours, 4096).decode()
        return shown

    def close(self) -> None:
        self.bash.kill()
        self.bash.wait()
        os.close(self.ours)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_tab_key_in_bash(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    terminal = Terminal(environ, tmp_path)
    try:
        assert "ready\r\n" in terminal.type('eval "$(dropcheck completion bash)"; echo rea""dy\n', "ready\r\n")
        assert "--min-confidence " in terminal.type("dropcheck check --min-c\t", "--min-confidence ")
        assert "medium " in terminal.type("me\t", "medium ")
        assert "source/" in terminal.type("sou\t", "source/")
    finally:
        terminal.close()


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("dropcheck chec", "check"),
        ("dropcheck check --select DRP101,DRP201", "DRP101,DRP201"),
        ("dropcheck check --select=DRP201", "--select=DRP201"),
        ("dropcheck sou", "source/"),
    ],
)
def test_fish(environ: dict[str, str], tmp_path: Path, line: str, offered: str) -> None:
    (tmp_path / "source").mkdir()
    command = ["fish", "--no-config", "-c", "dropcheck completion fish | source; complete -C $argv[1]", line]
    run = subprocess.run(command, capture_output=True, text=True, env=environ, cwd=tmp_path, check=True)
    assert [row.partition("\t")[0] for row in run.stdout.splitlines()] == [offered]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
def test_zsh_takes_the_script(environ: dict[str, str], tmp_path: Path) -> None:
    script = 'autoload -U compinit && compinit -u; eval "$(dropcheck completion zsh)"; print $_comps[dropcheck]'
    run = subprocess.run(["zsh", "-f", "-c", script], capture_output=True, text=True, env=environ, cwd=tmp_path, check=True)
    assert (run.stdout, run.stderr) == ("_dropcheck_completion\n", "")


def test_what_zsh_is_answered(environ: dict[str, str], tmp_path: Path) -> None:
    asked = {"_DROPCHECK_COMPLETE": "zsh_complete", "COMP_WORDS": "dropcheck check --select=DRP202", "COMP_CWORD": "2"}
    command = [sys.executable, "-m", "dropcheck"]
    run = subprocess.run(command, capture_output=True, text=True, env={**environ, **asked}, cwd=tmp_path, check=True)
    assert run.stdout == "plain\n--select=DRP202\nA probability outside 0 to 1.\n"


def test_completion_goes_on_over_wrong_variables(environ: dict[str, str], tmp_path: Path) -> None:
    asked = {"_DROPCHECK_COMPLETE": "bash_complete", "COMP_WORDS": "dropcheck check --sta", "COMP_CWORD": "2"}
    wrong = {"DROPCHECK_FIX": "maybe", "DROPCHECK_SELCT": "x", "DROPCHECK_JOBS": "-1"}
    command = [sys.executable, "-m", "dropcheck"]
    run = subprocess.run(command, capture_output=True, text=True, env={**environ, **asked, **wrong}, cwd=tmp_path, check=True)
    assert (run.stdout, run.stderr) == ("plain,--statistics\n", "")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, monkeypatch, capsys)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "error: name a shell: bash, zsh or fish\n"),
        (("bsh",), "error: SHELL must be bash, zsh or fish, not 'bsh'; did you mean 'bash'?\n"),
    ],
)
def test_a_shell_must_be_named(project: Project, arguments: tuple[str, ...], message: str) -> None:
    assert project.run("completion", *arguments) == (2, "", message)
