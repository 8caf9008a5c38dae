"""Notebooks and standard input with comments and baselines: what is known of cells, and what writes it."""

import json
from pathlib import Path
from typing import Any

import pytest
from cli_project import BAD, Project
from notebooks_helper import FIXED_NET, IMPORTS, NET, code, dump, notebook
from test_stdin import Shell

MARK = "  # dropcheck: ignore[DRP101]"
HELPER = "def noise(x, p, on=True):\n    return F.dropout(x, p, on)"
CALLER = "class Caller(nn.Module):\n    def forward(self, x):\n        return noise(x, 0.5)"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, monkeypatch, capsys)


def sources(project: Project, name: str = "nb.ipynb") -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(project.read(name))["cells"]]


def test_add_ignore_writes_comments_into_cells(project: Project) -> None:
    project.write("nb.ipynb", dump(notebook(f"%matplotlib inline\n{IMPORTS}", f"%%time\n{NET}", "!ls\nnet?")))
    assert project.run("check", "-q", "--add-ignore")[0] == 0
    assert sources(project) == [f"%matplotlib inline\n{IMPORTS}", f"%%time\n{NET}{MARK}", "!ls\nnet?"]
    assert project.run("check", "-q")[0] == 0


def test_add_ignore_keeps_out_of_strings_and_magics(project: Project) -> None:
    net = NET.replace("0.5)", '0.5), """\n"""')
    project.write("nb.ipynb", dump(notebook(IMPORTS, f"%time\n{net}")))
    assert project.run("check", "-q", "--add-ignore")[0] == 0
    assert sources(project)[1] == f"%time\n{net}{MARK}"
    assert project.run("check", "-q")[0] == 0


@pytest.mark.parametrize(
    ("cell", "left"),
    [
        ("# dropcheck: ignore[DRP101]", ""),
        ("# dropcheck: ignore[DRP101]\n", ""),
        ("x = 1\n# dropcheck: ignore[DRP101]", "x = 1\n"),
        ("# dropcheck: ignore[DRP101]\nx = 1", "x = 1"),
        ("x = 1  # dropcheck: ignore[DRP101]", "x = 1"),
    ],
)
@pytest.mark.parametrize("last", [False, True])
def test_a_cell_stays_without_its_unused_comment(project: Project, cell: str, left: str, last: bool) -> None:
    cells = ["import torch", cell] if last else [cell, "import torch"]
    project.write("nb.ipynb", dump(notebook(*cells)))
    code, _, err = project.run("check", "--extend-select", "DRP901", "--fix")
    assert (code, "refused" in err) == (0, False)
    assert sources(project)[cells.index(cell)].rstrip("\n") == left.rstrip("\n")
    assert len(sources(project)) == 2


def test_a_baseline_holds_what_is_in_cells(project: Project) -> None:
    project.write("nb.ipynb", dump(notebook(IMPORTS, NET)))
    assert project.run("check", "-q", "--write-baseline", "known.json")[0] == 0
    other = NET.replace("Net", "Other")
    project.write("nb.ipynb", dump(notebook("# Another first cell", IMPORTS, NET, other)))
    code, out, _ = project.run("check", "-q", "--baseline", "known.json", "--output-format", "concise")
    assert code == 1
    assert [line.split(": ")[0] for line in out.splitlines()] == ["nb.ipynb:cell 4:3:16"]


def test_a_cell_that_does_not_parse_makes_no_entry_stale_and_no_comment_unused(project: Project) -> None:
    project.write("nb.ipynb", dump(notebook(IMPORTS, NET)))
    project.run("check", "-q", "--write-baseline", "known.json")
    held = project.read("known.json")
    project.write("nb.ipynb", dump(notebook(IMPORTS, f"{NET}(", f"x = 1{MARK}")))
    arguments = (
        "check",
        "--extend-select",
        "DRP901",
        "--baseline",
        "known.json",
        "--prune-baseline",
        "--output-format",
        "concise",
    )
    code, out, err = project.run(*arguments)
    assert (code, [line.split()[2] for line in out.splitlines()]) == (1, ["DRP900"])
    assert "stale" not in err
    assert project.read("known.json") == held
    project.write("nb.ipynb", dump(notebook(IMPORTS, FIXED_NET, f"x = 1{MARK}")))
    assert "DRP901" in project.run(*arguments)[1]
    assert project.read("known.json") != held


def test_a_notebook_that_only_calls_a_helper_is_seen_as_a_whole(project: Project) -> None:
    project.write("pkg/__init__.py", "")
    project.write("pkg/ops.py", f"{IMPORTS}\n\n\n{HELPER}\n")
    project.write(
        "pkg/nb.ipynb", dump(notebook("%load_ext autoreload\nfrom torch import nn\nfrom pkg.ops import noise", "!ls", CALLER))
    )
    _, out, _ = project.run("check", "-q", "--output-format", "concise")
    assert [line.split(": ")[0] for line in out.splitlines()] == ["pkg/nb.ipynb:cell 3:3:16"]


def test_words_in_outputs_and_in_markdown_make_no_notebook_suspect(project: Project) -> None:
    outputs = [{"name": "stdout", "output_type": "stream", "text": [f"{IMPORTS}\n", NET]}]
    project.write("nb.ipynb", dump(notebook(code("x = 1", outputs=outputs))))
    assert "0 of 1 files needed to be parsed" in project.run("check", "-v")[2]


def add_ignore(shell: Shell, text: str, *arguments: str) -> tuple[int, str, str]:
    code, out, err = shell.run(text, "check", "--add-ignore=known", *arguments, "-")
    return code, out.decode(), err


def test_standard_input_with_comments_goes_to_stdout(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.write("net.py", "x = 1\n")
    code, out, _ = add_ignore(shell, BAD, "--stdin-filename", "net.py")
    assert (code, out) == (0, BAD.replace("0.5)", "0.5)  # dropcheck: ignore[DRP101] known"))
    assert (tmp_path / "net.py").read_text() == "x = 1\n"


def test_standard_input_of_a_notebook_with_comments(tmp_path: Path) -> None:
    made: dict[str, Any] = notebook(IMPORTS, NET)
    _, out, _ = add_ignore(Shell(tmp_path), dump(made), "--stdin-filename", "nb.ipynb")
    assert "".join(json.loads(out)["cells"][1]["source"]) == f"{NET}{MARK} known"


def test_standard_input_is_what_counts_and_not_the_file_of_its_name(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.write("ops.py", f"{IMPORTS}\n\n\n{HELPER}\n")
    shell.write("net.py", "from torch import nn\nfrom ops import noise\n\n\nclass Net(nn.Module):\n    pass\n")
    text = f"from torch import nn\nfrom ops import noise\n\n\n{CALLER}\n"
    assert shell.concise(text, "--stdin-filename", "net.py", "-")[0] == 1
    code, out, _ = shell.run(text, "check", "-q", "--fix", "--unsafe-fixes", "--stdin-filename", "net.py", "-")
    assert (code, out.decode()) == (0, text.replace("0.5)", "0.5, on=self.training)"))
