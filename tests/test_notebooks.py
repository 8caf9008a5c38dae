"""Notebooks through the command line: what is found in which cell, and what a fix changes in the file."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_project import BAD, Project
from notebooks_helper import FIXED_NET, IMPORTS, NET, code, dump, markdown, notebook
from snapshots_helper import assert_snapshot

CONCISE = ("check", "-q", "--output-format", "concise")

IN_INIT = """\
class Net(nn.Module):
    def __init__(self):
        self.p = {}

    def forward(self, x):
        return F.dropout(x, self.p)"""

TOUR = notebook(
    markdown("# Attention\n\nWith `F.dropout(x)`."),
    f"%matplotlib inline\n!pip install torch \\\n    numpy\n{IMPORTS}\nimport helpers\n\n%load_ext autoreload",
    "%%bash\nfor f in *.pt; do F.dropout(x); done",
    "class Broken(\n    F.dropout(x)",
    f"%%time\n# Änderung\n{NET}\n\n\nfiles = !ls *.pt\nhere = %pwd\nnet = Net()\nnet?\nawait net.load()",
    markdown("Again, with the flag:"),
    NET.replace("Net", "Other").replace("0.5)", "\n            0.5,\n            training=True,\n        )"),
    NET.replace("Net", "Prenet").replace("0.5)", "0.5)  # dropcheck: always-on (as in the paper)"),
    {"cell_type": "raw", "id": "c3", "metadata": {}, "source": ["F.dropout(x)"]},
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, monkeypatch, capsys)


def concise(project: Project, *cells: str | dict[str, Any], name: str = "nb.ipynb") -> list[str]:
    """The findings in a notebook of these cells, each as ``cell row code``."""
    project.write(name, dump(notebook(*cells)))
    lines = project.run(*CONCISE, name)[1].splitlines()
    places = (line.split(":", 2)[1:] for line in lines)
    return [f"{cell} {rest.split(':')[0]} {rest.split()[1]}" for cell, rest in places]


# What is found, and where


def test_tour(project: Project) -> None:
    project.write("nb.ipynb", dump(TOUR))
    code, out, err = project.run()
    assert (code, err) == (1, "Found 3 findings in 1 file (1 file checked); 1 fixable with --fix, 1 more with --unsafe-fixes.\n")
    assert_snapshot("notebook_full.txt", out)
    assert_snapshot("notebook_concise.txt", project.run("--output-format", "concise")[1])
    assert_snapshot("notebook.diff", project.run("--diff", "--unsafe-fixes")[1])
    assert_snapshot("notebook_inventory.txt", project.run("inventory")[1])


def test_json_names_the_cell_and_the_row_in_it(project: Project) -> None:
    project.write("nb.ipynb", dump(TOUR))
    project.write("net.py", BAD)
    items = json.loads(project.run("--output-format", "json")[1])
    places = [(item["code"], item["cell"], item["location"]["row"], item["noqa_row"]) for item in items]
    assert places == [("DRP900", 4, 1, 1), ("DRP101", 5, 5, 5), ("DRP102", 7, 3, 6), ("DRP101", None, 7, 7)]
    edits = items[1]["fix"]["edits"]
    assert edits[0]["location"] == {"row": 5, "column": 32}


def test_inventory_as_json_and_markdown(project: Project) -> None:
    project.write("nb.ipynb", dump(TOUR))
    sites = json.loads(project.run("inventory", "--output-format", "json")[1])["files"][0]["sites"]
    assert [(site["cell"], site["location"]["row"], site["behaviour"]) for site in sites] == [
        (5, 5, "always on"),
        (7, 3, "always on"),
        (8, 3, "always on"),
    ]
    assert "| cell 5:5:16 | Net |" in project.run("inventory", "--output-format", "markdown")[1]


def test_folders_are_searched_for_notebooks_without_checkpoints(project: Project) -> None:
    project.write("a/nb.ipynb", dump(notebook(IMPORTS, NET)))
    project.write(".ipynb_checkpoints/nb-checkpoint.ipynb", dump(notebook(IMPORTS, NET)))
    code, out, _ = project.run(*CONCISE)
    assert (code, out.count("\n")) == (1, 1)
    assert out.startswith("a/nb.ipynb:cell 2:3:16: DRP101 [*] ".replace("/", "\\" if sys.platform == "win32" else "/"))


def test_excludes(project: Project) -> None:
    project.write("nb.ipynb", dump(notebook(IMPORTS, NET)))
    assert project.run("-q", "--extend-exclude", "*.ipynb") == (0, "", "")
    project.write("dropcheck.toml", '[per-file-ignores]\n"*.ipynb" = ["DRP1"]\n')
    assert project.run("-q") == (0, "", "")


def test_a_notebook_is_linked_with_the_files_of_its_project(project: Project) -> None:
    project.write(
        "helpers.py", "import torch.nn.functional as F\n\n\ndef noise(x, p, on=True):\n    return F.dropout(x, p, on)\n"
    )
    found = "import helpers\nfrom torch import nn", NET.replace("F.dropout", "helpers.noise")
    # The notebook itself holds no word that speaks of dropout.
    assert concise(project, *found) == ["cell 2 3 DRP108"]


def test_nothing_is_imported_from_a_notebook(project: Project) -> None:
    project.write("nets/helpers.ipynb", dump(notebook(IMPORTS, "def noise(x, p, on=True):\n    return F.dropout(x, p, on)")))
    found = "import helpers\nfrom torch import nn", NET.replace("F.dropout", "helpers.noise")
    project.write("nets/nb.ipynb", dump(notebook(*found)))
    assert project.run(*CONCISE)[1] == ""


def test_cells_see_what_earlier_cells_defined(project: Project) -> None:
    base = "class Base(nn.Module):\n    def drop(self, x, on=True):\n        return F.dropout(x, 0.5, on)"
    child = "class Net(Base):\n    def forward(self, x):\n        return self.drop(x)"
    assert concise(project, IMPORTS, base, markdown("then"), child) == ["cell 4 3 DRP108"]


def test_a_class_that_is_written_anew_is_not_mixed_up_with_the_old_one(project: Project) -> None:
    assert concise(project, IMPORTS, IN_INIT.format("0.0"), IN_INIT.format("0.5")) == ["cell 3 6 DRP101"]
    assert concise(project, IMPORTS, IN_INIT.format("0.5"), IN_INIT.format("0.0")) == ["cell 2 6 DRP101"]
    kept = IN_INIT.replace("self.p = {}", "self.drops = [nn.Dropout(0.1)]").replace("F.dropout(x, self.p)", "self.drops[0](x)")
    assert concise(project, IMPORTS, kept, kept, kept) == ["cell 2 3 DRP107", "cell 3 3 DRP107", "cell 4 3 DRP107"]
    out = project.run("inventory")[1]
    assert "@" not in out


# Syntax


def test_a_cell_that_does_not_parse_costs_only_itself(project: Project) -> None:
    cells = [IMPORTS, "def f(:\n    pass", NET, "x = (\n", NET.replace("Net", "Other"), "'''"]
    assert concise(project, *cells) == [
        "cell 2 1 DRP900",
        "cell 3 3 DRP101",
        "cell 4 1 DRP900",
        "cell 5 3 DRP101",
        "cell 6 1 DRP900",
    ]
    assert project.run("--fix", "-q", "--output-format", "concise")[1].count("DRP900") == 3
    assert "".join(json.loads(project.read("nb.ipynb"))["cells"][2]["source"]) == FIXED_NET


def test_a_cell_that_only_our_parser_refuses_costs_only_itself(project: Project) -> None:
    assert concise(project, IMPORTS, "(x): int = 1", NET) == ["cell 2 1 DRP900", "cell 3 3 DRP101"]


@pytest.mark.parametrize(
    "cell",
    [
        "pip install torch",
        "cd ../data\n",
        "%sql\nselect * from runs where x",
        "%md\n# What *this* is",
        "\n\n%%html\n<b>",
        "# listing\n%%sh\nls a b",
        "%%time\n%%bash\nls a b",
        "%%time",
        "%%timeit?",
        "",
        "# only a comment",
        "??",
        "!",
    ],
)
def test_cells_that_are_not_python_are_no_mistake(project: Project, cell: str) -> None:
    assert concise(project, IMPORTS, cell, NET) == ["cell 3 3 DRP101"]


@pytest.mark.parametrize("magic", ["%%time", "%%capture out", "%%timeit -n 3", "\n%%prun", "%%capture\n%%time"])
def test_cells_that_are_only_timed_are_checked(project: Project, magic: str) -> None:
    rows = magic.count("\n") + 1
    assert concise(project, IMPORTS, f"{magic}\n{NET}") == [f"cell 2 {3 + rows} DRP101"]


def test_a_cell_in_another_language_is_left_out(project: Project) -> None:
    sql = code("select dropout from runs", metadata={"vscode": {"languageId": "sql"}})
    python = code(NET, metadata={"vscode": {"languageId": "python"}})
    assert concise(project, IMPORTS, sql, python) == ["cell 3 3 DRP101"]


def test_a_cell_that_is_indented_throughout_is_checked(project: Project) -> None:
    indented = "".join(f"  {row}" for row in NET.splitlines(keepends=True))
    assert concise(project, IMPORTS, indented, f"# one\n\n{indented}\n") == ["cell 2 3 DRP101", "cell 3 5 DRP101"]


def test_half_a_surrogate_pair_is_no_crash(project: Project) -> None:
    project.write("nb.ipynb", json.dumps(notebook(IMPORTS, f"x = '\ud83d'\n{NET}")))
    assert "cell 2:4:16: DRP101" in project.run(*CONCISE)[1]
    assert project.run("--fix")[0] == 0
    assert "\\ud83d" in project.read("nb.ipynb")


# Suppressions


@pytest.mark.parametrize("comment", ["# dropcheck: ignore[DRP101] known", "# noqa: DRP101", "# dropcheck: always-on (meant)"])
def test_comments_silence_in_their_cell(project: Project, comment: str) -> None:
    assert concise(project, IMPORTS, f"{NET}  {comment}", NET.replace("Net", "Other")) == ["cell 3 3 DRP101"]


def test_a_comment_that_ends_a_cell_does_not_speak_about_the_next(project: Project) -> None:
    call = "drop = nn.Dropout(2.5)"
    assert concise(project, IMPORTS, f"x = 1\n# dropcheck: ignore[DRP202] below\n{call}") == []
    assert concise(project, IMPORTS, "x = 1\n# dropcheck: ignore[DRP202] below", call) == ["cell 3 1 DRP202"]


def test_a_file_comment_speaks_for_all_cells(project: Project) -> None:
    assert concise(project, "# dropcheck: file-ignore[DRP101] a lecture", IMPORTS, NET) == []


def test_an_unknown_word_is_found_in_its_cell(project: Project) -> None:
    assert concise(project, IMPORTS, "x = 1  # dropcheck: ignroe[DRP101]") == ["cell 2 1 DRP902"]


# Fixes


def assert_fixed(project: Project, before: str | bytes, after: str | bytes, *options: str) -> None:
    path = project.write("nb.ipynb", before)
    assert project.run("--fix", "-q", "nb.ipynb", *options) == (0, "", "")
    assert path.read_bytes() == (after.encode() if isinstance(after, str) else after)
    assert project.run("--fix", "-q", "nb.ipynb", *options) == (0, "", "")


@pytest.mark.parametrize(
    "layout",
    [{"indent": 1}, {"indent": 4}, {"indent": "\t"}, {"indent": None}, {"indent": None, "separators": (",", ":")}],
    ids=str,
)
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_fix_keeps_every_other_byte(project: Project, layout: dict[str, Any], ascii_only: bool, end: str) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": ["F.dropout(x, 0.5)\n", "é"]}
    before = notebook(markdown("é F.dropout(x, 0.5)"), IMPORTS, code(f"# é\n{NET}  # ü", outputs=[output]), zz=1, aa=1.50)
    text = json.dumps(before, ensure_ascii=ascii_only, **layout) + end
    changed = "        return F.dropout(x, 0.5{})  # " + ("\\u00fc" if ascii_only else "ü")
    assert text.count(changed.format("")) == 1
    assert_fixed(project, text, text.replace(changed.format(""), changed.format(", training=self.training")))


def test_escapes_in_a_changed_row_stay_as_they_are_written(project: Project) -> None:
    text = dump(notebook(IMPORTS, f'{NET}  # é / \\ " \U0001f600'))
    text = text.replace("é /", "\\u00E9 \\/").replace("\U0001f600", "\\uD83D\\ude00")
    assert_fixed(project, text, text.replace("0.5)", "0.5, training=self.training)"))


def test_a_source_in_one_string(project: Project) -> None:
    text = dump(notebook(IMPORTS, {**code(""), "source": NET}))
    assert_fixed(project, text, text.replace("0.5)", "0.5, training=self.training)"))


def test_a_source_cut_into_odd_parts(project: Project) -> None:
    parts = [NET[:5], NET[5:40], "", NET[40:70], NET[70:]]
    text = dump(notebook(IMPORTS, {**code(""), "source": parts}))
    project.write("nb.ipynb", text)
    assert project.run("--fix", "-q")[0] == 0
    after = json.loads(project.read("nb.ipynb"))
    assert "".join(after["cells"][1]["source"]) == FIXED_NET
    assert after["cells"][1]["source"][:3] == parts[:3]


def test_line_endings_and_byte_order_mark(project: Project) -> None:
    text = dump(notebook(IMPORTS, NET)).replace("\n", "\r\n")
    fixed = text.replace("0.5)", "0.5, training=self.training)")
    assert_fixed(project, text, fixed)
    assert_fixed(project, b"\xef\xbb\xbf" + text.encode(), b"\xef\xbb\xbf" + fixed.encode())
    inside = dump(notebook(IMPORTS, NET.replace("\n", "\r\n")))
    assert_fixed(project, inside, inside.replace("0.5)", "0.5, training=self.training)"))


def test_rows_that_a_fix_adds_are_laid_out_as_their_neighbours(project: Project) -> None:
    call = "        return F.dropout(\n            x,\n            0.5,\n        )"
    text = dump(notebook(IMPORTS, f"{NET.rpartition('        return')[0]}{call}"))
    row = '    "            0.5,\\n",\n'
    assert_fixed(project, text, text.replace(row, row + '    "            training=self.training,\\n",\n'))


def test_several_cells_in_one_run(project: Project) -> None:
    text = dump(notebook(IMPORTS, NET, NET.replace("Net", "Other"), "x = 1"))
    assert_fixed(project, text, text.replace("0.5)", "0.5, training=self.training)"))


def test_unsafe_fixes(project: Project) -> None:
    text = dump(notebook(IMPORTS, NET.replace("0.5)", "training=True)")))
    assert_fixed(project, text, text.replace("=True", "=self.training"), "--unsafe-fixes")


def test_a_diff_writes_nothing_and_has_one_part_a_cell(project: Project) -> None:
    text = dump(notebook(IMPORTS, NET, "x = 1", NET.replace("Net", "Other")))
    project.write("nb.ipynb", text)
    code, out, err = project.run("--diff")
    assert (code, err) == (1, "Would fix 2 findings in 1 file, 0 left.\n")
    assert [line for line in out.splitlines() if line.startswith("---")] == ["--- nb.ipynb:cell 2", "--- nb.ipynb:cell 4"]
    assert "\0" not in out
    assert "No newline" not in out
    assert project.read("nb.ipynb") == text


def test_colour(project: Project) -> None:
    project.write("nb.ipynb", dump(notebook(IMPORTS, NET)))
    out = project.run("--color", "always", "--output-format", "concise")[1]
    assert "nb.ipynb:cell 2:3:16\x1b[0m" in out


# What is no notebook


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["JSON is broken", "row 1, column 1"]),
        ("{ not json", ["JSON is broken", "row 1, column 3"]),
        ("[]", ["no list of cells"]),
        ('{"cells": {}, "nbformat": 4}', ["no list of cells"]),
        ('{"nbformat": 4, "nbformat_minor": 5, "metadata": {}}', ["no list of cells"]),
        ('{"worksheets": [], "nbformat": 3}', ["format 3", "jupyter nbconvert"]),
        ('{"cells": []}', ["format None"]),
        ('{"cells": [1], "nbformat": 4}', ["cell 1 is not an object"]),
        ('{"cells": [{"cell_type": "code"}], "nbformat": 4}', ["cell 1 has no source"]),
        ('{"cells": [{"cell_type": "code", "source": [1]}], "nbformat": 4}', ["cell 1 has no source"]),
        ('{"cells": [{"cell_type": "code", "source": "\\u0000"}], "nbformat": 4}', ["NUL character in its cell 1"]),
        ("[" * 100_000, ["JSON cannot be read"]),
        (b"\xff", ["not UTF-8"]),
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_malformed_notebook_is_one_line(project: Project, text: str | bytes, words: list[str], named: bool) -> None:
    project.write("nb.ipynb", text)
    project.write("net.py", BAD)
    code, out, err = project.run("-q", "--output-format", "concise", *(["nb.ipynb", "net.py"] if named else []))
    assert (code, out.count("\n"), err.count("\n")) == (2, 1, 1)
    assert err.startswith("error: nb.ipynb: ")
    assert all(word in err for word in words), err


def test_a_notebook_in_another_language_is_passed_over_unless_named(project: Project) -> None:
    project.write("r.ipynb", dump(notebook("y <- F.dropout(x)", language="R")))
    assert project.run("-q") == (0, "", "")
    assert "r.ipynb: is a notebook in R" in project.run("-v")[2]
    # Hooks name every file, and say so.
    assert project.run("-q", "--force-exclude", "r.ipynb") == (0, "", "")
    assert project.run("-q", "r.ipynb") == (2, "", "error: r.ipynb: is a notebook in R, not in Python; leave it out\n")


@pytest.mark.parametrize("metadata", [{}, {"language_info": {"name": "ipython"}}, {"kernelspec": {"language": "Python"}}])
def test_a_notebook_that_does_not_say_its_language_is_python(project: Project, metadata: dict[str, Any]) -> None:
    project.write("nb.ipynb", dump(notebook(IMPORTS, NET, metadata=metadata)))
    assert "DRP101" in project.run(*CONCISE)[1]


def test_a_notebook_without_cells_is_clean(project: Project) -> None:
    project.write("nb.ipynb", dump(notebook()))
    assert project.run("nb.ipynb") == (0, "", "All clear: 1 file checked.\n")
    assert project.run("--fix", "nb.ipynb")[0] == 0


# Scripts with cells


DATABRICKS = """\
# Databricks notebook source
# MAGIC %md
# MAGIC # Attention

# COMMAND ----------

# MAGIC %pip install torch

# COMMAND ----------

import torch.nn.functional as F
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return F.dropout(x, 0.5)

# COMMAND ----------

# MAGIC %sql select * from runs
display(Net())
"""
PERCENT = DATABRICKS.replace("# COMMAND ----------", "# %% [markdown]").replace("# MAGIC", "#")


@pytest.mark.parametrize("text", [DATABRICKS, PERCENT])
def test_scripts_with_cells_are_plain_python(project: Project, text: str) -> None:
    project.write("script.py", text)
    assert project.run(*CONCISE)[1].startswith("script.py:17:16: DRP101 [*] ")
    assert project.run("--fix")[0] == 0
    assert project.read("script.py") == text.replace("0.5)", "0.5, training=self.training)")
