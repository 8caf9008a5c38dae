"""LibCST loaded by dropcheck is LibCST, and only a process of dropcheck's own has it without frozen nodes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from dropcheck.__main__ import main
from dropcheck.alone import is_alone

LOAD = """\
import dataclasses
{claim}
from dropcheck.extract.loading import load_libcst
before = dataclasses.dataclass
load_libcst()
assert dataclasses.dataclass is before
import libcst as cst
"""
ALONE = LOAD.format(claim="from dropcheck.alone import claim; claim()")
SHARED = LOAD.format(claim="")
FIRST = "import libcst\n" + ALONE
UNKNOWN = "import dropcheck.extract.loading as loading\nloading._KNOWN = frozenset()\n" + ALONE
USE = """\
import pickle
from libcst.metadata import MetadataWrapper, PositionProvider

tree = cst.parse_module("def f(x):\\n    return F.dropout(x, p=0.5)  # c\\n")
name = tree.body[0].name
assert repr(name).startswith("Name("), repr(name)
assert name != cst.Name("f") and name in {name}
assert name.deep_equals(cst.Name("f")) and name.deep_clone().deep_equals(name)
assert name.with_changes(value="g").value == "g" and name.value == "f"
assert pickle.loads(pickle.dumps(tree)).deep_equals(tree)
match name:
    case cst.Name("f"):
        pass
    case _:
        raise AssertionError

class Renamer(cst.CSTTransformer):
    def leave_Name(self, original_node, updated_node):
        return updated_node.with_changes(value="y") if original_node.value == "x" else updated_node

assert tree.visit(Renamer()).code == "def f(y):\\n    return F.dropout(y, p=0.5)  # c\\n"
call = cst.Call(cst.Name("f"), [cst.Arg(cst.Name("x"), keyword=cst.Name("y"))], lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
assert cst.Module([cst.SimpleStatementLine([cst.Expr(call)])]).code == "(f(y = x))\\n"
for wrong in (lambda: cst.Name(), lambda: cst.Name("f", [], [], None), lambda: cst.Name("f", nothing=1), lambda: cst.nothing):
    try:
        wrong()
    except (TypeError, AttributeError):
        pass
    else:
        raise AssertionError
assert cst.MetadataWrapper is MetadataWrapper and cst.ensure_type(name, cst.Name) is name
assert cst.parse_expression("x").value == "x" and cst.PartialParserConfig(encoding="latin-1").encoding == "latin-1"
places = MetadataWrapper(tree).resolve(PositionProvider)
assert {(place.start.line, place.start.column) for node, place in places.items() if isinstance(node, cst.Comment)} == {(2, 32)}
assert cst.metadata.CodePosition(1, 2) == cst.metadata.CodePosition(1, 2)
for wrong in (lambda: cst.Name(""), lambda: cst.SimpleWhitespace("x"), lambda: cst.Name("x", lpar=[cst.LeftParen()])):
    for again in range(2):
        try:
            wrong()
        except cst.CSTValidationError:
            pass
        else:
            raise AssertionError
"""
FROZEN = """\
try:
    name.value = "g"
except dataclasses.FrozenInstanceError:
    pass
else:
    raise AssertionError

@dataclasses.dataclass(frozen=True)
class Own(cst.Name):
    pass
"""
EXTRACT = """\
import json, pathlib, sys
from dropcheck.catalogue import build_catalogue
from dropcheck.engine.plain import encode
from dropcheck.extract import extract

text = pathlib.Path(sys.argv[1]).read_text()
facts = extract(text, "net.py", module="net", is_package=False, catalogue=build_catalogue())
print(json.dumps(encode(facts)))
"""


def python(code: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("load", [ALONE, SHARED, FIRST, UNKNOWN])
def test_nodes_are_what_they_are_in_libcst(load: str) -> None:
    python(load + USE)


@pytest.mark.parametrize("load", [SHARED, FIRST, UNKNOWN])
def test_nodes_stay_frozen_where_others_may_use_them(load: str) -> None:
    python(load + USE + FROZEN)


def test_facts_are_the_same_however_libcst_was_loaded() -> None:
    alone, *others = (python(load + EXTRACT, __file__) for load in (ALONE, SHARED, FIRST, UNKNOWN))
    assert others == [alone] * 3


def test_the_version_that_is_installed_is_known() -> None:
    told = python("from dropcheck.extract.loading import _is_known\nimport sys\nprint(_is_known(), 'libcst' in sys.modules)")
    assert told == "True False\n"


def test_what_most_files_need_is_compiled_before_they_come() -> None:
    warm = (
        "from dropcheck.catalogue import build_catalogue\n"
        "from dropcheck.extract.warming import warm_up\n"
        "from dropcheck.extract.loading import _compiled_when_used as later\n"
        "warm_up(build_catalogue())\n"
        "print(*(name for name in dir(cst) if getattr(getattr(cst, name), '__init__', None) is later))\n"
    )
    waiting = python(ALONE + warm).split()
    assert "Try" not in waiting
    assert {"Name", "Call", "Attribute", "If", "For", "ClassDef", "FunctionDef", "Comment", "Lambda"}.isdisjoint(waiting)
    assert "MatchStar" in waiting


def test_only_the_script_takes_the_process_for_its_own() -> None:
    main(["--version"])
    main(["rule", "DRP101"])
    assert not is_alone()
    run = "import sys, dropcheck.__main__ as m\nm.claim = lambda: print('claimed')\nsys.argv = ['', *sys.argv[1:]]\nm.main()\n"
    assert "claimed" in python(run, "rule", "DRP101")
    assert "claimed" not in python(run, "audit", "--help")
