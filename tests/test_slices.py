"""Which parts of a file are extracted, and that places in a part are places in the file."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import dropcheck
from dropcheck.catalogue import build_catalogue
from dropcheck.engine.slicing import Slices
from dropcheck.extract import extract
from dropcheck.extract.asked import Asked, Cut
from dropcheck.extract.slices import Outline
from dropcheck.extract.suites import chain_of
from dropcheck.extract.top import bound
from dropcheck.sieve import Look
from dropcheck.source.excerpt import Excerpt, Hole, without
from dropcheck.source.text import SourceFile
from dropcheck.worlds import CallOf

LONG = "".join(f"        x = self.layer(x, {row})\n" for row in range(30))
FILE = f"""\
import os
import torch.nn.functional as F
from .parts import Base, Part
from .tools import helper, other

SIZE = other(3)
RATE = 0.1
TABLE = {{"a": RATE}}

def rate_of(self):
    return 0.3 if self.training else 0.0

def unrelated(x):
{LONG}
class Piece(Base):
    def forward(self, x, training=True):
{LONG}
class Net(Base):
    def __init__(self):
        self.piece = Piece()
        self.p = TABLE["a"]

    def forward(self, x):
        return self.piece(F.dropout(x, self.p) * rate_of(self))

    def sizes(self, x):
{LONG}
        return x
"""


def cut(*, blocks: tuple[str, ...] = (), named: tuple[str, ...] = ()) -> tuple[str, tuple[str, ...]]:
    outline = Outline(FILE)
    asked = Asked(
        (FILE.index("F.dropout"),),
        frozenset(index for name in blocks for index in outline.named(name)),
        named=frozenset(index for name in named for index in outline.named(name)),
        names=frozenset(named),
    )
    result = outline.cut(asked)
    return (result.excerpt.text if result.excerpt is not None else FILE), result.left_out


def test_a_suspect_call_brings_its_class_and_what_its_values_are_made_of() -> None:
    text, left_out = cut()
    for kept in ("class Net(Base):", "return self.piece(", "self.p = TABLE", "RATE = 0.1", "def rate_of(", "import Base, Part"):
        assert kept in text
    for gone in ("class Piece", "def unrelated", "import os", "SIZE", "helper"):
        assert gone not in text
    assert {"Piece", "unrelated", "os", "helper", "SIZE"} <= set(left_out)


def test_a_method_that_decides_nothing_is_there_by_name_only() -> None:
    text, left_out = cut()
    assert "    def sizes(self, x):\n        return __" in text
    assert "Net" in left_out  # others may ask for the rest of it


HELPERS = """\
import torch.nn.functional as F

def first(x):
    return x

def pick():
    return {pick}

def drop(x, p):
    return {call}

def choose(x):
    return pick()(x, 0.1)

def forward(x):
    return drop(x, 0.1)

def run(x):
    return choose(x)
"""


@pytest.mark.parametrize(
    ("text", "there"),
    [
        # What is handed out may be asked for under the name of whoever gets it in the end.
        (HELPERS.format(pick="F.dropout", call="x"), {"pick", "choose", "run"}),
        (HELPERS.format(pick="x", call="F.dropout(x, p)"), {"drop", "forward"}),
    ],
)
def test_the_functions_that_a_helper_is_called_in_are_read_with_it(text: str, there: set[str]) -> None:
    slices = Slices()
    source = SourceFile("net.py", text.encode(), text)
    seen = slices.begin(source, Look((text.index("F.dropout"),))).seen
    assert {node.name for node in ast.parse(seen).body if isinstance(node, ast.FunctionDef)} == there


KEPT = f"""\
class Part:
    def forward(self, x):
{LONG}        return F.dropout(x, 0.1, self.training)

class Net:
    def __init__(self, k):
        self.parts = [k]
        self.part = Part

class Other:
    pass
"""


@pytest.mark.parametrize(("made", "there"), [(frozenset(), ["Part", "Net"]), ({b"Other"}, ["Net", "Other"])])
def test_where_it_is_not_plain_what_a_container_holds_all_that_is_named_around_stays(
    made: frozenset[bytes], there: list[str]
) -> None:
    at = KEPT.index("[k]")
    seen = Slices().begin(SourceFile("net.py", KEPT.encode(), KEPT), Look((at,), kept=((at, made),))).seen
    assert [node.name for node in ast.parse(seen).body if isinstance(node, ast.ClassDef)] == there


NARROW = f"""\
class Net(Base):
    def __init__(self):
        self.p = 0.1
        self.steps = 0

    def forward(self, x):
        self.count(x)
        return self.tidy(F.dropout(x, self.p))

    def count(self, x):
        self.steps = self.steps + 1
{LONG}
    def tidy(self, x):
        # While training, this is dropout.
        x = pad(x, mode="constant")
{LONG}
    def choose(self, x):
        self.p = x
{LONG}
"""


@pytest.mark.parametrize(
    ("further", "there"),
    [
        ("", ["choose"]),
        ("class Other(Base):\n    def show(self, net):\n        return net.steps\n", ["choose", "count"]),
    ],
)
def test_of_a_class_the_methods_stay_that_drop_or_set_what_is_read(further: str, there: list[str]) -> None:
    text = NARROW + further
    excerpt = Outline(text).cut(Asked((text.index("F.dropout"),))).excerpt
    assert excerpt is not None
    left = {node.name for node in ast.walk(ast.parse(excerpt.text)) if isinstance(node, ast.FunctionDef) and len(node.body) > 1}
    assert left == {"__init__", "forward", *there}


@pytest.mark.parametrize("comment", ["# dropcheck: ignore[DRP101]", "x = F.dropout(x)"])
def test_a_method_that_others_may_ask_for_stays_with_its_suppressions(comment: str) -> None:
    text = NARROW.replace("# While training, this is dropout.", comment)
    for source, kept in ((NARROW, False), (text, True)):
        excerpt = Outline(source).cut(Asked(named=frozenset({0}))).excerpt
        assert excerpt is None or ("x = pad(" in excerpt.text) is kept


def test_what_other_files_ask_for_is_there_with_all_that_it_names() -> None:
    text, left_out = cut(named=("Net", "SIZE"))
    assert "import os" not in text
    assert "SIZE = other(3)" in text
    assert "import helper, other" in text
    assert "class Piece" in text
    assert "Net" not in left_out
    assert "os" in left_out


@pytest.mark.parametrize(
    "alias", ["G = nn.functional", "N = torch.nn", "from torch.nn import functional as G", "drop = F.dropout"]
)
def test_other_names_for_torch_stay_whether_they_are_used_or_not(alias: str) -> None:
    (kept,) = [one for one in Outline(f"import os\n{alias}\nx = 1\n\ndef f(): ...\n").top if one.stays]
    assert alias in kept.code


LAZY = f"""\
from typing import TYPE_CHECKING
from .tools import is_there, other
{"".join(f"_names.append({row})" + chr(10) for row in range(40))}
if TYPE_CHECKING:
    # the first
    from .first import (
{"".join(f"        One{row}," + chr(10) for row in range(30))}\
        Two as Zwei,  # as it is
    )
    try:
        if not is_there():
            raise ImportError
    except ImportError:
        from .dummies import *
    else:
        import third

        def helper():
            return third.x
    for name in third.names:
        if name:
            break
    try:
        import fourth
    except ImportError:
        fourth = None
else:
    import sys
    last = other(sys)
"""


def lazy(*names: str, spots: tuple[str, ...] = ()) -> tuple[str, tuple[str, ...]]:
    outline = Outline(LAZY)
    result = outline.cut(Asked(tuple(LAZY.index(spot) for spot in spots), names=frozenset(names)))
    assert result.excerpt is not None
    ast.parse(result.excerpt.text)
    return result.excerpt.text, result.left_out


def test_of_a_long_if_the_rows_that_bind_what_is_asked_for_stay_with_what_decides_whether_they_run() -> None:
    text, left_out = lazy("Zwei")
    for kept in (
        "if TYPE_CHECKING:",
        "    # the first\n",
        "Two as Zwei,  # as it is\n    )",
        "raise ImportError",
        "import *",
    ):
        assert kept in text
    for gone in ("One3", "third.x", "fourth", "last", "_names", "break"):
        assert gone not in text
    assert "    else:\n        pass\n" in text
    assert {"One3", "third", "helper", "fourth", "last"} <= set(left_out)
    assert not {"Zwei", "is_there"} & set(left_out)


def test_what_the_rows_that_stay_are_made_of_stays_too() -> None:
    text, left_out = lazy("last")
    assert "    import sys\n    last = other(sys)\n" in text
    assert "import is_there, other" in text
    assert "from .first" not in text
    assert "sys" not in left_out
    assert "import third" in lazy("helper")[0]


def test_places_in_the_rows_that_stay_are_places_in_the_file() -> None:
    result = Outline(LAZY).cut(Asked(names=frozenset({"Zwei", "last"}))).excerpt
    assert result is not None
    for word in ("Two as", "raise", "import *", "last ="):
        assert result.start(result.text.index(word)) == LAZY.index(word)


def test_a_place_in_a_long_if_matters_by_what_its_own_row_binds() -> None:
    outline = Outline(LAZY)
    assert outline.bound_at([LAZY.index("third.x")]) >= {"helper"}
    assert "fourth" not in outline.bound_at([LAZY.index("third.x")])
    assert outline.bound_at([LAZY.index("import third")]) >= {"third", "helper", "name"}


@pytest.mark.parametrize(
    "code",
    [
        "if a: x = 1\nelse:\n    y = 2\n",
        "if a:\n    x = 1\n  y = 2\n",
        "if a:\n\tx = 1\n",
        "if a and \\\n    b:\n    x = 1\n",
        "if a(\n    x = 1\n",
        "x = 1\n",
        "if a:\n",
    ],
)
def test_statements_whose_rows_are_not_plain_are_left_whole(code: str) -> None:
    assert chain_of(code, 0) is None


def test_decorators_loops_and_functions_stay_with_what_is_in_them() -> None:
    body = "    @b\n    @c\n    def f():\n        return 1\n    for i in x:\n        y = i\n    else:\n        z = 1\n"
    code = f"if a:\n{body}elif b:\n    pass\n"
    chain = chain_of(code, 10)
    assert chain is not None
    assert (chain.start, chain.end) == (10, 10 + len(code))
    assert [row.first.split()[0] for row in chain.rows()] == ["if", "@b", "for", "elif", "pass"]
    assert [row.leaves for row in chain.rows()] == [False] * 5


def test_the_same_part_is_not_extracted_again() -> None:
    slices = Slices()
    source = SourceFile("net.py", FILE.encode(), FILE)
    slices.begin(source, Look((FILE.index("F.dropout"),)))
    assert slices.with_words(source, ["rate_of"], []) is None
    assert slices.with_words(source, ["Piece"], []) is not None


def test_a_file_is_not_cut_again_for_words_that_its_part_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    slices = Slices()
    source = SourceFile("net.py", FILE.encode(), FILE)
    slices.begin(source, Look((FILE.index("F.dropout"),)))
    cuts: list[Asked] = []
    whole = Outline.cut

    def cut(self: Outline, asked: Asked) -> Cut:
        cuts.append(asked)
        return whole(self, asked)

    monkeypatch.setattr(Outline, "cut", cut)
    assert slices.with_words(source, ["rate_of", "RATE", ".nothing"], []) is None
    assert not cuts
    # What was asked for before is still asked for, and another place or a class with a base brings more.
    assert slices.with_words(source, ["SIZE"], []) is not None
    assert [asked.words for asked in cuts] == [("rate_of", "RATE", ".nothing", "SIZE")]
    assert slices.with_words(source, ["(Base"], []) is not None
    assert len(cuts) == 2


def test_places_in_a_part_are_places_in_the_whole() -> None:
    whole = "abcdefghij"
    part = without(whole, (Hole(0, 1), Hole(2, 4, "-"), Hole(5, 8)))
    assert part.text == "b-eij"
    assert [whole[part.start(at)] for at in (0, 2, 3, 4)] == list("beij")
    assert [part.end(at + 1) - part.start(at) for at in (0, 2, 3, 4)] == [1, 1, 1, 1]
    assert without(whole, ()) == Excerpt(whole)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import pkg.base\n", "pkg"),
        ("from . import a as b, c\n", "b c"),
        ("from a import (\n    b,\n    c as d,\n)\n", "b d"),
        ("x = y = f(z)\n", "x y"),
        ("(a, b) = 1, 2\n", "a b"),
        ("T: dict[str, int] = {}\n", "T"),
        ("X += [a]\n", "X"),
        ("X.append(3)\n", "X"),
        ("X[0] = 3\n", "X"),
        ("x = 1; y = 2\n", "x y"),
        ("if (n := 3) > 1: pass\n", "n"),
        ("if a:\n    import q\n    def f(x):\n        t = 1\n        return t\nelse:\n    z: int = 3\n", "q f z"),
        ("try:\n    from x import y\nexcept ImportError:\n    y = None\n", "y"),
        ("for i in range(3):\n    T[i] = 2\n", "i T"),
        ("with open(f) as g:\n    pass\n", "g"),
        ("del x\n", "x"),
    ],
)
def test_names_that_a_statement_binds(code: str, names: str) -> None:
    assert set(names.split()) <= bound(code)


def test_what_stands_in_brackets_is_not_bound_by_the_statement_around() -> None:
    assert bound("# a\nTABLE = {\n    1: (\n        helper,\n    ),\n}\n") == {"TABLE"}


def test_what_is_inside_a_function_is_not_bound_by_the_statement_around() -> None:
    assert "t" not in bound("if a:\n    def f(\n        x,\n    ):\n        t = 1\n\n        return t\n")


def test_findings_in_a_part_are_at_their_places_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = FILE.replace("from .parts import Base, Part", "import torch.nn as nn").replace("(Base)", "(nn.Module)")
    (tmp_path / "net.py").write_text(text)
    (found,) = dropcheck.check_paths([tmp_path]).findings
    assert text[found.span.start : found.span.end].startswith("F.dropout(x, self.p")
    monkeypatch.setenv("DROPCHECK_NO_SIEVE", "1")
    assert [found] == list(dropcheck.check_paths([tmp_path]).findings)


def test_to_read_a_table_of_another_file_is_no_call_of_what_is_in_it() -> None:
    facts = extract(
        "from .tables import DROPS, SIZES\n\ndef f(x):\n    return DROPS.get('a')(x, SIZES.get('b', 1))\n",
        "net.py",
        module="pkg.net",
        is_package=False,
        catalogue=build_catalogue(),
    )
    (call,) = facts.calls
    assert isinstance(call.callee.train, CallOf)
