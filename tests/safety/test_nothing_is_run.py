"""Nothing of a project is ever run or imported, and nothing is written that was not asked for."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_project import BAD
from markdown import ROOT

PACKAGE = ROOT / "dropcheck"
#: All but the audit, which runs the model that its user names: that is what it is for.
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if PACKAGE / "live" not in path.parents)

#: They make objects, or code, of bytes.
READERS_THAT_RUN = frozenset(
    {"pickle", "cPickle", "dill", "marshal", "shelve", "code", "codeop", "runpy", "ctypes", "yaml", "imp"}
)
CALLS_THAT_RUN = frozenset({"eval", "exec", "compile", "__import__"})
STARTS_PROGRAMS = frozenset({"subprocess", "pty", "webbrowser", "socket", "urllib.request", "http.client"})
#: What copies of one process send each other through a pipe that nobody else has; and constructors for LibCST's own classes.
ALLOWED = {"engine/fork.py": "pickle", "extract/loading.py": "exec"}
#: These load modules of dropcheck itself, of LibCST or of Python, by names that stand in their code.
LOADERS = frozenset({"__init__.py", "report/formats.py", "rules/__init__.py", "extract/loading.py", "later.py"})


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_module_can_run_what_it_reads(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    allowed = {ALLOWED.get(path.relative_to(PACKAGE).as_posix())}
    assert not imported & (READERS_THAT_RUN | STARTS_PROGRAMS) - allowed
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert not called & CALLS_THAT_RUN - allowed
    if path.relative_to(PACKAGE).as_posix() not in LOADERS:
        assert "import_module" not in called
        assert "importlib" not in imported


AUDITED = """\
import json
import os
import sys

seen = []
checkout = os.path.realpath(os.getcwd())
PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.startfile", "socket.connect", "ctypes.dlopen")
CHANGES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "os.chown", "os.link", "os.symlink", "os.truncate")


def place(path):
    return os.path.relpath(os.path.realpath(os.fsdecode(path)), checkout)


def hook(event, args):
    if event == "exec" and args[0].co_filename.startswith(checkout):
        seen.append(("exec", place(args[0].co_filename)))
    elif event in PROGRAMS:
        seen.append((event, str(args[0])))
    elif event in CHANGES or (event == "open" and args[2] and args[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
        # What has a descriptor was opened before, under its name; a folder that is there is not made.
        if isinstance(args[0], (str, bytes)) and not (event == "os.mkdir" and os.path.isdir(args[0])):
            seen.append((event, place(args[0])))


sys.addaudithook(hook)
from dropcheck.__main__ import main

code = main(sys.argv[1:])
sys.stderr.write("\\n" + json.dumps(seen))
sys.exit(code)
"""

PAYLOAD = "import os\nopen(os.path.join({folder!r}, 'pwned-' + __name__.replace('.', '-')), 'w').close()\n"
#: What dropcheck imports; a folder of that name in a checkout must not be taken for it.
NAMES = ("libcst", "click", "rich", "pathspec", "dropcheck", "multiprocessing", "json", "tomllib", "concurrent", "torch", "yaml")
SINGLE = (
    "sitecustomize",
    "usercustomize",
    "conftest",
    "setup",
    "signal",
    "hashlib",
    "secrets",
    "fixit_config",
    "__init__",
    "__main__",
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    payload = PAYLOAD.format(folder=str(tmp_path)) + BAD
    for name in NAMES:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(payload)
        (folder / name / "__main__.py").write_text(payload)
    for name in SINGLE:
        (folder / f"{name}.py").write_text(payload)
    (folder / "evil.pth").write_text(f"import os; open({str(tmp_path / 'pwned-pth')!r}, 'w').close()\n")
    (folder / "pyproject.toml").write_text(
        '[tool.dropcheck]\nfunctions = [{ name = "setup.drop", p = "p" }]\nmodule-bases = ["conftest.Net"]\n'
    )
    for number in range(3):
        text = f"import setup, conftest\nfrom libcst import *\nfrom dropcheck.model import Finding\n{BAD}"
        (folder / f"net{number}.py").write_text(text)
    return folder


def make_large(checkout: Path) -> None:
    """Let there be enough to do for several processes."""
    for number in range(3):
        body = BAD.replace("        return", "        y = x + 1\n" * 1700 + "        return")
        (checkout / f"large{number}.py").write_text(body)


def pwned(checkout: Path) -> list[str]:
    return sorted(path.name for path in checkout.parent.glob("pwned*"))


COMMANDS = [
    ("check", "--output-format", "concise", "--jobs", "4"),
    ("check", "--output-format", "concise", "--no-cache", "--diff"),
    ("check", "--output-format", "sarif", "--output-file", "../report.sarif"),
    ("inventory",),
    ("refactor", "--diff"),
]


@pytest.mark.skipif(os.name == "nt", reason="the script has another place")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_script_runs_nothing_of_a_checkout(checkout: Path, command: tuple[str, ...]) -> None:
    # The script of an installation as pip writes it: it has its own folder on the path, not the working folder.
    script = checkout.parent / "bin" / "dropcheck"
    script.parent.mkdir()
    script.write_text(f"#!{sys.executable}\nimport sys\nfrom dropcheck.__main__ import main\nsys.exit(main())\n")
    script.chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    if "--jobs" in command:
        make_large(checkout)
    done = subprocess.run(
        [str(script), *command], cwd=checkout, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode in (0, 1)
    assert "Traceback" not in done.stderr
    assert pwned(checkout) == []


def test_python_with_a_safe_path_runs_nothing_of_a_checkout(checkout: Path) -> None:
    command = [sys.executable, "-P", "-m", "dropcheck", "check", "--jobs", "4"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert pwned(checkout) == []
    # That is why the documentation names the option: without it Python itself takes the checkout for dropcheck.
    command.remove("-P")
    subprocess.run(command, cwd=checkout, env=environment, capture_output=True, timeout=300, check=False)
    assert "pwned-dropcheck" in pwned(checkout)


@pytest.mark.skipif(os.name == "nt", reason="paths are written in another way")
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_a_run_does(checkout: Path, command: tuple[str, ...]) -> None:
    """By the audit events of Python: every file that is opened to write, every program and connection, all code that is run."""
    if "--jobs" in command:
        make_large(checkout)
    done = audited(checkout, *command, paths=(ROOT,))
    assert done.returncode in (0, 1)
    allowed = (".dropcheck_cache", "../.user", "../report.sarif", "../.report.sarif.")
    # On Linux the report has no name until it is whole: its folder is opened, and a file without a name.
    nameless = ("..", "(deleted)") if "--output-file" in command else ()
    assert [(event, what) for event, what in told(done) if not (what.startswith(allowed) or what.endswith(nameless))] == []
    assert bool([what for _, what in told(done) if "report" in what]) is ("--output-file" in command)
    assert pwned(checkout) == []


def audited(checkout: Path, *command: str, paths: tuple[Path, ...]) -> subprocess.CompletedProcess[str]:
    driver = checkout.parent / "audited.py"
    driver.write_text(AUDITED)
    more = {"PYTHONPATH": os.pathsep.join(map(str, paths)), "XDG_CACHE_HOME": str(checkout.parent / ".user")}
    return subprocess.run(
        [sys.executable, "-P", "-B", str(driver), *command],
        cwd=checkout,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def told(done: subprocess.CompletedProcess[str]) -> list[tuple[str, str]]:
    """What the audit saw, without what says nothing: other processes of dropcheck are started with the null device."""
    events = json.loads(done.stderr.splitlines()[-1])
    return [(event, what) for event, what in events if not what.endswith("dev/null")]


SPAWNING = """\
import sys
import threading
import time

from dropcheck.__main__ import main

if __name__ == "__main__":
    # With another thread, as on macOS at any time, processes are not forked but started anew.
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    sys.exit(main(sys.argv[1:]))
"""


def test_processes_that_are_started_anew_run_nothing_of_a_checkout(checkout: Path) -> None:
    make_large(checkout)
    driver = checkout.parent / "spawning.py"
    driver.write_text(SPAWNING)
    command = [sys.executable, str(driver), "check", "--no-cache", "--output-format", "concise", "--jobs", "2"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=checkout, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "large2.py" in done.stdout
    assert pwned(checkout) == []


def test_the_payload_would_be_seen(checkout: Path) -> None:
    subprocess.run([sys.executable, "-c", "import conftest"], cwd=checkout, stderr=subprocess.DEVNULL, timeout=60, check=False)
    assert "pwned-conftest" in pwned(checkout)


def test_the_audit_would_tell(tmp_path: Path) -> None:
    package = tmp_path / "checkout" / "dropcheck"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    text = "import subprocess\n\n\ndef main(_):\n    subprocess.run(['true'])\n    open('new', 'w').close()\n    return 0\n"
    (package / "__main__.py").write_text(text)
    events = {event for event, _ in told(audited(package.parent, paths=(package.parent,)))}
    assert {"exec", "open", "subprocess.Popen"} <= events
