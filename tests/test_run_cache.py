"""The cache of a run: it answers only as long as nothing has changed that the answer depends on."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from notebooks_helper import dump, markdown, notebook

from dropcheck.config.resolve import ConfigResolver
from dropcheck.discover import discover, discover_text
from dropcheck.engine import recheck
from dropcheck.engine import run as engine_run
from dropcheck.engine.cache import RunCache
from dropcheck.engine.entries import catalogue_for
from dropcheck.engine.known import Known
from dropcheck.engine.options import RunOptions, Ticker
from dropcheck.engine.pool import Task, extract_one
from dropcheck.engine.run import check
from dropcheck.outcome import Report
from dropcheck.source.user_key import seal, unseal

FOLDER = ".dropcheck_cache"
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
HELPER = "import torch.nn.functional as F\n\n\ndef drop(x, p, training={default}):\n    return F.dropout(x, p, training)\n"
NET = """\
import torch.nn as nn

from helper import drop


class Net(nn.Module):
    def forward(self, x):
        return drop(x, 0.1)
"""
CLEAN = """\
import torch.nn as nn


class Other(nn.Module):
    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(0.1)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {"helper.py": HELPER.format(default=True), "net.py": NET, "other.py": CLEAN}.items():
        write(tmp_path / name, text)
    return tmp_path


def write(path: Path, text: str) -> None:
    """Write a file as if that was long ago: a file that has just changed is never trusted by its time."""
    path.write_text(text)
    os.utime(path, (1_600_000_000, 1_600_000_000 + len(text)))


def cache() -> RunCache:
    found = discover(["."], ConfigResolver({}, None, isolated=True))
    return RunCache(FOLDER, found, ignore_suppressions=False)


def recalled(kept: RunCache | None = None) -> Report | None:
    """What the cache says without any file being analysed again."""
    kept = kept or cache()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recheck._Again, "result", lambda _: None)
        return recheck.recheck(kept, kept.found, RunOptions(jobs=1, cache=FOLDER), Ticker(0, None))


def entry() -> Path:
    (path,) = Path(FOLDER).glob("*.run")
    return path


def run() -> Report:
    return check(discover(["."], ConfigResolver({}, None, isolated=True)), RunOptions(jobs=1, cache=FOLDER))


def test_nothing_changed(project: Path) -> None:
    assert recalled() is None
    report = run()
    assert [finding.code for finding in report.findings] == ["DRP108"]
    assert recalled() == report


def test_folder_is_marked(project: Path) -> None:
    run()
    assert (project / FOLDER / ".gitignore").read_text() == "*\n"
    assert (project / FOLDER / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def test_clean_file_that_stays_clean(project: Path) -> None:
    report = run()
    write(project / "other.py", CLEAN + "# a remark\n")
    assert recalled() == report


@pytest.mark.parametrize(
    "more",
    [
        "    def forward(self, x):\n        return nn.functional.dropout(x)\n",
        "from helper import drop\n",
        "        self.layers = [Block()]\n",
        "self.dropout = 5\n",
        "x = 1  # dropcheck: ignore\n",
        "\udcff",
    ],
)
def test_clean_file_that_changes_the_answer_or_may(project: Path, more: str) -> None:
    run()
    (project / "other.py").write_bytes((CLEAN + more).encode("utf-8", "surrogateescape"))
    assert recalled() is None


def test_class_in_a_container_that_begins_to_drop(project: Path) -> None:
    write(project / "blocks.py", "import torch.nn as nn\n\n\nclass Block(nn.Module):\n    pass\n")
    holder = "from blocks import Block\nimport torch.nn as nn\n\n\nclass Net(nn.Module):\n    def __init__(self):\n{}"
    write(project / "holder.py", holder.format("        super().__init__()\n        self.blocks = [Block(), Block()]\n"))
    assert [finding.code for finding in run().findings] == ["DRP108"]
    write(project / "blocks.py", "import torch.nn as nn\n\n\nclass Block(nn.Module):\n    rate = 1\n")
    assert recalled() is None
    assert [finding.code for finding in run().findings] == ["DRP108"]
    init = "    def __init__(self):\n        super().__init__()\n        self.drop = nn.Dropout(0.1)\n"
    write(project / "blocks.py", f"import torch.nn as nn\n\n\nclass Block(nn.Module):\n{init}")
    assert recalled() is None
    assert {finding.code for finding in run().findings} == {"DRP107", "DRP108"}


def test_helper_changes_what_is_found_in_its_caller(project: Path) -> None:
    assert run().findings
    write(project / "helper.py", HELPER.format(default=False))
    assert recalled() is None
    assert [finding for finding in run().findings if finding.code == "DRP108"] == []


def test_helper_that_was_given_nothing_but_the_mode(project: Path) -> None:
    write(project / "net.py", NET.replace("0.1)", "0.1, self.training)"))
    write(project / "bad.py", "import torch.nn.functional as F\n\n\ndef f(x):\n    return F.dropout(x, 0.1)\n")
    assert not [finding for finding in run().findings if finding.code == "DRP108"]
    assert recalled() is not None
    write(project / "net.py", NET)
    assert recalled() is None
    assert [finding.code for finding in run().findings if finding.path == "net.py"] == ["DRP108"]


def test_same_time_and_size_but_other_content_is_trusted_only_when_old(project: Path) -> None:
    (project / "helper.py").write_text(HELPER.format(default=True))  # just now: the time proves nothing
    run()
    text = HELPER.format(default=True).replace("x, p", "y, q")
    stamp = os.stat(project / "helper.py").st_mtime_ns
    (project / "helper.py").write_text(text)
    os.utime(project / "helper.py", ns=(stamp, stamp))
    assert recalled() is None


def test_file_added_removed_or_gone(project: Path) -> None:
    run()
    write(project / "more.py", CLEAN)
    assert recalled() is None
    (project / "more.py").unlink()
    assert recalled() is not None
    (project / "other.py").unlink()
    assert recalled() is None


def test_touched_but_unchanged(project: Path) -> None:
    report = run()
    os.utime(project / "net.py")
    assert recalled() == report


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"files": 1}', b"\xff\xfe\x00", b"[" * 100_000, b'{"files": {}, "kinds": {}, "outside": {}}'],
)
def test_broken_cache_counts_as_none(project: Path, content: bytes) -> None:
    report = run()
    entry().write_bytes(content)
    assert recalled() is None
    # Even if this user had sealed it.
    entry().write_bytes(seal(content, cache().name) or b"")
    assert recalled() is None
    assert run() == report
    assert recalled() == report


def rewrite(change: dict[str, object], facts: bytes | None = None) -> None:
    """Change the entry, as only this user could."""
    first, _, second = entry().read_bytes().partition(b"\n")
    kept = json.loads(unseal(first, cache().name) or b"")
    sealed = seal(json.dumps({**kept, **change}).encode(), cache().name) or b""
    entry().write_bytes(sealed + b"\n" + (second if facts is None else facts))


@pytest.mark.parametrize(
    "report",
    [
        ["os.system", "x"],
        ["Finding"],
        ["Report", 1, 2, 3, 4, 5, 6, 7, 8, 9],
        ["mapping", 1],
        [],
        {"is": "Report"},
        [1, 2],
        "x",
        None,
    ],
)
def test_hostile_report_counts_as_none(project: Path, report: object) -> None:
    run()
    rewrite({"report": report})
    assert recalled() is None
    assert run().findings
    assert recalled() is not None


@pytest.mark.parametrize("basis", [{}, [], None, {"touched": 1}, {"touched": [], "words": {"drop": 5}}])
@pytest.mark.parametrize("file", ["other.py", "helper.py"])
def test_what_is_not_understood_is_found_out_again(
    project: Path, monkeypatch: pytest.MonkeyPatch, basis: object, file: str
) -> None:
    monkeypatch.setattr(engine_run, "_FEW", 0)
    run()
    rewrite({"basis": basis})
    write(project / file, CLEAN + "# a remark\n")
    assert recalled() is None
    assert run() == check(discover(["."], ConfigResolver({}, None, isolated=True)), RunOptions(jobs=1))


@pytest.mark.parametrize("facts", [b"", b"{", b"[]", b'{"net.py":{}}', b"[" * 100_000])
def test_facts_that_are_not_those_kept_count_as_none(project: Path, monkeypatch: pytest.MonkeyPatch, facts: bytes) -> None:
    monkeypatch.setattr(engine_run, "_FEW", 0)
    report = run()
    rewrite({}, facts)
    write(project / "helper.py", HELPER.format(default=False))
    changed = run()
    assert changed != report
    assert changed == check(discover(["."], ConfigResolver({}, None, isolated=True)), RunOptions(jobs=1))


@pytest.mark.parametrize(
    "text",
    ["", "{", "5", "[]", '["FileFacts"]', '["Finding",1,2]', '["os.system","x"]', '["Kind","x"]', '["tuple",1]', "[" * 9000],
)
def test_hostile_facts_count_as_none(text: str) -> None:
    task = Task("net.py", NET, "net", False)
    (key,) = (extract := Known({}), extract.begin_extraction([task], catalogue_for([]), jobs=1, tick=int)())[0].to_keep()[
        "net.py"
    ]
    known = Known({"net.py": {key: text}})
    (facts,) = known.begin_extraction([task], catalogue_for([]), jobs=1, tick=int)()
    assert facts == extract_one(task, catalogue_for([]))
    assert known.to_keep() == extract.to_keep()


def test_facts_come_back_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [path.read_text() for path in sorted(FIXTURES.glob("rules/*/bad_*.py"))][::3]
    tasks = [Task(f"{number}.py", text, f"m{number}", False) for number, text in enumerate(texts)]
    first = Known({})
    extracted = dict(zip(tasks, first.begin_extraction(tasks, catalogue_for([]), jobs=1, tick=int)(), strict=True))
    kept = first.to_keep()
    read = [task for task in tasks if task.path in kept]
    assert len(read) > len(tasks) * 0.9  # what does not parse is not kept
    monkeypatch.setattr("dropcheck.engine.known.begin_extraction", lambda left, *_, **__: [1 / len(left)] if left else tuple)
    assert Known(kept).begin_extraction(read, catalogue_for([]), jobs=1, tick=int)() == tuple(extracted[task] for task in read)


def test_run_that_fixes_neither_reads_nor_writes(project: Path) -> None:
    found = discover(["."], ConfigResolver({}, None, isolated=True))
    check(found, RunOptions(jobs=1, cache=FOLDER, diff=True))
    assert not (project / FOLDER).exists()


def test_folder_that_cannot_be_made(project: Path) -> None:
    (project / FOLDER).write_text("a file is in the way")
    assert run().findings
    assert recalled() is None


def test_bounded(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dropcheck.engine.cache._MAX_RUNS", 3)
    for number in range(6):
        write(project / f"new{number}.py", NET)
        found = discover([f"new{number}.py"], ConfigResolver({}, None, isolated=True))
        check(found, RunOptions(jobs=1, cache=FOLDER))
    assert len(list((project / FOLDER).glob("*.run"))) == 3


def test_several_at_once(project: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        reports = list(pool.map(lambda _: run(), range(16)))
    assert all(report == reports[0] for report in reports)
    assert recalled() == reports[0]


def test_notebooks_are_looked_at_as_code(project: Path) -> None:
    write(project / "nb.ipynb", dump(notebook("x = 1", CLEAN)))
    write(project / "notes.ipynb", dump(notebook("x <- 1", language="R")))
    report = run()
    assert recalled() == report
    write(project / "nb.ipynb", dump(notebook("y = 2", CLEAN, markdown("`F.dropout(x)`"))))
    assert recalled() == report
    write(project / "nb.ipynb", dump(notebook(NET)))
    assert recalled() is None


def test_notebook_that_becomes_python(project: Path) -> None:
    write(project / "nb.ipynb", dump(notebook(NET, language="R")))
    run()
    assert recalled() is not None
    write(project / "nb.ipynb", dump(notebook(NET, language="python")))
    assert recalled() is None


def test_standard_input_is_not_kept(project: Path) -> None:
    found = discover_text("net.py", CLEAN.encode(), ConfigResolver({}, None, isolated=True))
    check(found, RunOptions(jobs=1, cache=FOLDER))
    assert not (project / FOLDER).exists()
    check(discover(["net.py"], ConfigResolver({}, None, isolated=True)), RunOptions(jobs=1, cache=FOLDER))
    assert recalled(RunCache(FOLDER, found, ignore_suppressions=False)) is None


def test_baselined_findings_are_not_kept(project: Path) -> None:
    check(discover(["."], ConfigResolver({}, None, isolated=True)), RunOptions(jobs=1, write_baseline="known.json"))
    found = discover(["."], ConfigResolver({"baseline": "known.json"}, None, isolated=True))
    assert not check(found, RunOptions(jobs=1, cache=FOLDER)).active
    check(found, RunOptions(jobs=1, cache=FOLDER, ignore_baseline=True))
    assert recalled(RunCache(FOLDER, found, ignore_suppressions=False)) is None


def test_a_run_that_writes_comments_is_not_kept(project: Path) -> None:
    check(discover(["."], ConfigResolver({}, None, isolated=True)), RunOptions(jobs=1, cache=FOLDER, add_ignore=""))
    assert recalled() is None
