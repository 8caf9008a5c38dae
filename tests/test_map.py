"""``dropcheck inventory --output-format html``: the page as text. What a browser makes of it is in ``tests/browser``."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shlex
import shutil
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import click
import pytest
from cli_project import Project
from map_samples import HOSTILE, big, entry, finding, hostile, mixed, source
from markdown import ROOT, fences, read, tables

from dropcheck.cli.inventory import inventory
from dropcheck.inventory import Inventory, InventoryFile
from dropcheck.levels import Behaviour
from dropcheck.model import Edit, Related, Span
from dropcheck.report import html
from dropcheck.report.html.diff_rows import DiffRow, diff_rows
from dropcheck.report.html.source_rows import source_rows
from dropcheck.source.cell_index import line_index
from dropcheck.source.cells import join_cells


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, monkeypatch, capsys)


class _Page(HTMLParser):
    """The elements of a page, and the text of those that hold text only."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, str] = {}
        self.words: list[str] = []
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = (dict(attrs).get("type") or tag) if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.raw[self._inside] = self.raw.get(self._inside, "") + data
        elif data.strip():
            self.words.append(data.strip())


def page(inventory: Inventory) -> _Page:
    return _Page(html.render(inventory, "1.2.3"))


def data(inventory: Inventory) -> list[dict]:
    return json.loads(page(inventory).raw["application/json"])


def leaves(files: list[dict]) -> list[dict]:
    return [site for file in files for cls in file["classes"] for method in cls["methods"] for site in method["sites"]]


def sites(inventory: Inventory) -> list[dict]:
    return leaves(data(inventory))


def methods(file: dict) -> list[tuple[str, list[str]]]:
    return [(cls["name"], [method["name"] for method in cls["methods"]]) for cls in file["classes"]]


def sha(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_command_writes_a_page(project: Project) -> None:
    project.write("net.py", "import torch.nn.functional as F\n\ndef f(x):\n    return F.dropout(x, 0.2)\n")
    code, out, err = project.run("inventory", "--output-format", "html", "-o", "out/map.html")
    assert (code, out, err) == (0, "", "")
    text = project.read("out/map.html")
    assert text.startswith("<!doctype html>")
    (site,) = [
        s
        for file in json.loads(_Page(text).raw["application/json"])
        for c in file["classes"]
        for m in c["methods"]
        for s in m["sites"]
    ]
    assert (site["name"], site["p"], site["behaviour"], site["findings"][0]["code"]) == ("dropout", "0.2", "always on", "DRP101")
    assert project.run("inventory", "--output-format", "html")[1] == text


def test_the_same_inventory_makes_the_same_page() -> None:
    assert html.render(mixed(), "1") == html.render(mixed(), "1")


def test_nothing_is_loaded_and_only_the_own_script_and_style_run() -> None:
    made = page(mixed())
    (policy,) = [a["content"] for tag, a in made.tags if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts == {
        "default-src": "'none'",
        "style-src": f"'{sha(made.raw['style'])}'",
        "script-src": f"'{sha(made.raw['script'])}'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    assert not {"src", "href", "srcset", "data", "action", "poster"} & {
        name for _, attributes in made.tags for name in attributes if (attributes[name] or "")[:1] != "#"
    }
    assert [name for _, attributes in made.tags for name in attributes if name == "style" or name.startswith("on")] == []
    assert not re.search(r"url\(|@import|https?://", made.raw["style"] + made.raw["script"])


def test_what_runs_a_string_is_not_used() -> None:
    script = page(mixed()).raw["script"]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", script)


def test_hostile_texts_add_no_element() -> None:
    made = page(hostile())
    assert {tag for tag, _ in made.tags} - {tag for tag, _ in page(mixed()).tags} == {"strong"}
    assert [tag for tag, _ in made.tags].count("script") == 2
    assert "<" not in made.raw["application/json"]


def test_hostile_texts_are_shown_as_they_are_but_for_what_reorders() -> None:
    shown = HOSTILE.replace("\u202e", "\\u202e")
    (file,) = data(hostile())
    assert file["path"] == f"src/{shown}/net.py"
    site, told = sites(hostile())
    assert {site["name"], site["p"], site["gate"], site["reason"]} == {shown}
    (found,) = told["findings"]
    assert {found["message"], found["help"], found["why"], found["fix"]["message"], found["fix"]["reason"]} == {shown}
    assert shown in told["source"][0][3]
    assert shown in found["fix"]["diff"][1][2]
    assert "\u202e" not in html.render(hostile(), "1")
    assert shown in unescape(html.render(hostile(), "1"))


@pytest.mark.parametrize(
    ("totals", "sentence"),
    [
        ({}, "No dropout found"),
        ({Behaviour.FOLLOWS_MODE: 2, Behaviour.NEVER_ON: 1}, "No dropout stays on in evaluation"),
        ({Behaviour.FOLLOWS_MODE: 2, Behaviour.ALWAYS_ON: 1}, "1 of 3 dropout sites stays on in evaluation"),
        ({Behaviour.INVERTED: 1, Behaviour.ALWAYS_ON: 1}, "2 of 2 dropout sites stay on in evaluation"),
    ],
)
def test_the_verdict_is_one_sentence(totals: dict[Behaviour, int], sentence: str) -> None:
    behaviours = [behaviour for behaviour, count in totals.items() for _ in range(count)]
    entries = tuple(entry(row, behaviour) for row, behaviour in enumerate(behaviours, 1))
    files = (InventoryFile("net.py", entries),) if entries else ()
    assert sentence in page(Inventory(files, 1, sources={"net.py": source(9)})).words


def test_what_is_meant_is_said() -> None:
    assert "3 of 8 dropout sites stay on in evaluation, 1 of them on purpose" in page(mixed()).words


def test_the_chart_has_both_worlds_and_says_what_it_shows() -> None:
    made = page(mixed())
    assert [word for word in made.words if " drop, " in word] == ["4 drop, 2 off, 2 open", "3 drop, 3 off, 2 open"]
    parts = [a["class"] for tag, a in made.tags if tag == "rect"]
    assert parts[:2] == ["bar-part is-always-on drops", "bar-part is-inverted off"]
    assert parts[6:8] == ["bar-part is-always-on drops", "bar-part is-inverted drops"]


def test_rare_behaviours_can_be_seen_in_the_chart() -> None:
    entries = (entry(1, Behaviour.ALWAYS_ON), *(entry(row) for row in range(2, 2001)))
    made = page(Inventory((InventoryFile("net.py", entries),), 1, sources={"net.py": source(2000)}))
    places = [(float(a["x"] or 0), float(a["width"] or 0)) for tag, a in made.tags if tag == "rect"]
    assert places[0][1] > 10
    assert places[1][0] + places[1][1] < 1000


def test_the_tree_has_files_classes_methods_and_sites() -> None:
    there, here = data(mixed())
    assert (there["path"], here["path"]) == ("lib/net.py", "net.py")
    assert methods(here) == [("Net", ["forward"]), ("Head", ["forward"])]
    assert methods(there) == [("Net", ["forward"]), ("", ["attend"]), ("Layer", ["__init__"])]


def test_a_finding_at_no_site_is_in_the_tree() -> None:
    net = data(mixed())[0]["classes"][0]
    site, sticky = net["methods"][0]["sites"]
    assert site["behaviour"] == "inverted"
    assert "behaviour" not in sticky
    assert sticky["findings"][0]["fix"] == {"kind": "advice", "message": "Do it by hand", "reason": "it cannot be told"}


def test_findings_have_their_source_their_state_and_their_fix() -> None:
    told = [site for site in sites(mixed()) if site.get("findings")]
    found, meant = told[1]["findings"][0], told[2]["findings"][0]
    assert told[1]["source"] == [[1, "x = ", "F.dropout(x, .1)", ""], [2, "x = F.dropout(x, .1)"]]
    assert found["notes"] == ["net.py:2:1: the other call"]
    assert found["fix"]["diff"] == [
        ["-", 1, "x = F.dropout(x, .1)"],
        ["+", 0, "x = F.dropout(x, .1, training=self.training)"],
        [" ", 2, "x = F.dropout(x, .1)"],
        [" ", 3, "x = F.dropout(x, .1)"],
    ]
    assert (meant["state"], meant["why"]) == ("intended", "Monte Carlo")


def test_files_that_could_not_be_read_are_named() -> None:
    assert "odd.py: is not UTF-8" in page(mixed()).words


@pytest.mark.parametrize(
    ("paths", "name"),
    [
        (("src/lib/a.py", "src/lib/b/c.py"), "of lib"),
        (("a.py", "b/c.py"), ""),
        (("/x/lib/a.py",), "of lib"),
        (("/x/lib/a.py", "b.py"), ""),
        (("../a.py",), ""),
    ],
)
def test_the_page_is_named_after_the_folder(paths: tuple[str, ...], name: str) -> None:
    files = tuple(InventoryFile(path, (entry(1),)) for path in paths)
    text = html.render(Inventory(files, 1, sources=dict.fromkeys(paths, source(1))), "1")
    assert f"<title>{f'Dropout map {name}'.strip()}</title>" in text


def test_a_page_of_five_thousand_sites_stays_small() -> None:
    text = html.render(big(), "1")
    assert len(sites(big())) == 5000
    assert len(text) < 2_000_000


# The rows of a diff


def rows(text: str, *edits: tuple[int, int, str]) -> list[DiffRow | None]:
    return list(diff_rows(line_index(text), [Edit(Span(start, end), content) for start, end, content in edits]))


def test_a_diff_shows_two_rows_around_a_change() -> None:
    text = "".join(f"r{number}\n" for number in range(1, 9))
    assert rows(text, (12, 14, "new")) == [
        DiffRow(" ", 3, "r3"),
        DiffRow(" ", 4, "r4"),
        DiffRow("-", 5, "r5"),
        DiffRow("+", 0, "new"),
        DiffRow(" ", 6, "r6"),
        DiffRow(" ", 7, "r7"),
    ]


def test_an_inserted_row_leaves_the_others_alone() -> None:
    assert rows("a\r\nb\r\n", (3, 3, "new\r\n")) == [DiffRow(" ", 1, "a"), DiffRow("+", 0, "new"), DiffRow(" ", 2, "b")]


def test_changes_far_apart_are_told_apart_and_close_ones_together() -> None:
    text = "".join(f"row{number:02}\n" for number in range(30))
    assert rows(text, (0, 5, "one"), (150, 155, "two")).count(None) == 1
    assert None not in rows(text, (0, 5, "one"), (24, 29, "two"))


def test_the_last_row_may_have_no_newline() -> None:
    assert rows("a", (1, 1, "b")) == [DiffRow("-", 1, "a"), DiffRow("+", 0, "ab")]


def test_the_rows_of_a_notebook_are_those_of_its_cells() -> None:
    text = join_cells(["first", "second\nthird"])
    start = text.index("third")
    assert rows(text, (start, start + 5, "3rd")) == [DiffRow(" ", 1, "second"), DiffRow("-", 2, "third"), DiffRow("+", 0, "3rd")]


def test_a_row_without_an_end_is_cut() -> None:
    (old, new) = rows("x" * 5000, (0, 1, "y"))
    assert old is not None
    assert new is not None
    assert len(old.text) == len(new.text) == 1003


def test_control_characters_are_escaped() -> None:
    assert rows("a\x1b", (0, 1, "b\u202e"))[1] == DiffRow("+", 0, "b\\u202e\\x1b")


# The rows of the source


def marked(text: str, start: int, end: int) -> list[tuple[int, str, str, str] | None]:
    found = source_rows(line_index(text), Span(start, end))
    return [row and (row.number, row.before, row.inside, row.after) for row in found]


def test_a_span_is_marked_with_a_row_around_it() -> None:
    text = "one\n  two = f(\n    x)  # end\nthree\nfour\n"
    assert marked(text, text.index("f("), text.index(")") + 1) == [
        (1, "one", "", ""),
        (2, "  two = ", "f(", ""),
        (3, "    ", "x)", "  # end"),
        (4, "three", "", ""),
    ]


def test_the_middle_of_a_long_span_is_left_out() -> None:
    text = "".join(f"row {number}\n" for number in range(40))
    rows = marked(text, 0, len(text))
    assert rows.count(None) == 1
    assert [row[0] for row in rows if row] == [1, 2, 3, 4, 5, 36, 37, 38, 39, 40]


def test_a_row_without_an_end_is_cut_around_its_mark() -> None:
    (row,) = marked("a" * 5000 + "f(x)" + "b" * 5000, 5000, 5004)
    assert row == (1, "..." + "a" * 40, "f(x)", "b" * 956 + "...")


# What classes are made of


MODEL = """\
import torch.nn as nn

from layers import Attention, Plain


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention = Attention()
        self.plain = Plain()


class Model(nn.Module):
    def __init__(self, depth):
        super().__init__()
        self.blocks = nn.ModuleList([Block() for _ in range(depth)])
        self.tail = nn.Sequential(nn.ReLU(), Attention())


class Large(Model):
    pass
"""
LAYERS = """\
import torch.nn as nn


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.drop = nn.Dropout(0.1)


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(1, 1)
"""


def test_classes_name_their_parts_that_lead_to_dropout(project: Project) -> None:
    project.write("layers.py", LAYERS)
    project.write("model.py", MODEL)
    _, out, _ = project.run("inventory", "--output-format", "html", "--isolated")
    classes = [cls for file in json.loads(_Page(out).raw["application/json"]) for cls in file["classes"]]
    names = [cls["name"] for cls in classes]
    assert names == ["Attention", "Block", "Model", "Large"]
    held = {cls["name"]: [(name, names[number]) for name, number in cls.get("parts", ())] for cls in classes}
    assert held == {
        "Attention": [],
        "Block": [("attention", "Attention")],
        "Model": [("blocks", "Block"), ("tail", "Attention")],
        "Large": [("", "Model")],
    }


def test_classes_that_hold_each_other_are_no_trouble(project: Project) -> None:
    start = "class {}(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    text = start + "        self.other = {}()\n        self.last = {}\n\n\n"
    classes = text.format("One", "Two", "nn.Dropout(0.1)") + text.format("Two", "One", "nn.ReLU()")
    project.write("net.py", "import torch.nn as nn\n" + classes)
    _, out, _ = project.run("inventory", "--output-format", "html", "--isolated")
    (file,) = json.loads(_Page(out).raw["application/json"])
    assert [(cls["name"], cls["parts"]) for cls in file["classes"]] == [("One", [["other", 1]]), ("Two", [["other", 0]])]


# Findings that are at no site come from the engine


STICKY = """\
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def forward(self, x):
        if not self.training:
            self.p = 0.0
        return F.dropout(x, self.p, self.training)
"""


def test_the_engine_hands_over_what_is_at_no_site(project: Project) -> None:
    project.write("net.py", STICKY)
    _, out, _ = project.run("inventory", "--output-format", "html", "--isolated")
    (file,) = json.loads(_Page(out).raw["application/json"])
    (cls,) = file["classes"]
    assert cls["name"] == "Net"
    assert [found["code"] for m in cls["methods"] for s in m["sites"] for found in s.get("findings", ())] == ["DRP110"]
    project.write("broken.py", "def dropout(:\n")
    _, out, _ = project.run("inventory", "--output-format", "html", "--isolated")
    assert json.loads(_Page(out).raw["application/json"])[0]["path"] == "broken.py"
    assert "broken.py" not in project.run("inventory", "--isolated")[1]


def test_places_of_unknown_texts_are_no_error() -> None:
    # A note may lead to a file whose text is not part of the run.
    found = finding(1, related=(Related("else.py", Span(0, 1), "the other call"),))
    files = (InventoryFile("net.py", (entry(1, Behaviour.ALWAYS_ON, findings=(found,)),)),)
    (site,) = sites(Inventory(files, 1, sources={"net.py": source(1)}))
    assert site["findings"][0]["notes"] == ["else.py: the other call"]


# The documentation


def test_the_example_of_the_documentation_is_what_the_command_says(project: Project) -> None:
    shutil.copytree(ROOT / "fixtures/map/gpt", project.folder / "gpt")
    command, _, output = fences(read("docs/inventory.md"), "console")[0].partition("\n")
    assert project.run(*shlex.split(command)[2:]) == (0, output, "")


def test_the_documentation_names_every_behaviour_and_format() -> None:
    behaviours, formats = (([row[0].strip("`") for row in rows[1:]]) for rows in tables(read("docs/inventory.md")))
    assert set(behaviours) == {behaviour.value for behaviour in Behaviour}
    (option,) = [parameter for parameter in inventory.params if parameter.name == "output_format"]
    assert isinstance(option.type, click.Choice)
    assert tuple(formats) == tuple(option.type.choices)
