"""What is nested deeply is analysed, or refused in one line; it never ends the process."""

import time
from pathlib import Path

import libcst as cst
import pytest
from cli_project import BAD

from dropcheck import State, check_source
from dropcheck.engine.workspace import InternalError
from dropcheck.extract.nesting import nesting
from dropcheck.extract.parse import RefusedError, parse_module
from robustness.command import one_line, run

#: Each makes a text that is nested so deeply, behind a bug.
SHAPES = {
    "parentheses": lambda n: f"y = {'(' * n}1{')' * n}",
    "never closed": lambda n: f"y = {'(' * n}",
    "calls": lambda n: f"y = {'f(' * n}1{')' * n}",
    "dropout calls": lambda n: f"y = {'F.dropout(' * n}x{')' * n}",
    "subscripts": lambda n: f"y = {'x[' * n}1{']' * n}",
    "chain of calls": lambda n: "y = x" + ".b()" * n,
    "chain of attributes": lambda n: "y = x" + ".b" * n,
    "chain of lines": lambda n: "y = (x\n" + ".b()\n" * n + ")",
    "sum": lambda n: f"y = {'+'.join('1' * n)}",
    "power": lambda n: f"y = {'**'.join('1' * n)}",
    "and": lambda n: f"y = {' and '.join('x' * n)}",
    "comparison": lambda n: f"y = {' < '.join('x' * n)}",
    "not": lambda n: f"y = {'not ' * n}1",
    "minus": lambda n: f"y = {'-' * n}1",
    "conditional": lambda n: f"y = {'1 if x else ' * n}1",
    "lambda": lambda n: f"y = {'lambda: ' * n}1",
    "lambda with parameters": lambda n: f"y = {'lambda a, b=1, *c, **d: ' * n}1",
    "lambda with lambdas for defaults": lambda n: f"y = {'lambda a, b=lambda: 1, c=' * n}1{': 1' * n}",
    "lambda without spaces": lambda n: f"y = {'lambda:' * n}1",
    "strings": lambda n: "y = " + "'a' " * n,
    "comprehension": lambda n: f"y = [x {'for a in b ' * n}]",
    "assignments": lambda n: f"{'y = ' * n}1",
    "formatted": lambda n: "y = f'" + "{x:" * n + "}" * n + "'",
    "code in a formatted string": lambda n: "y = f'{x" + ".b" * n + "}'",
    "elif": lambda n: "if x == 0:\n    pass\n" + "".join(f"elif x == {i}:\n    pass\n" for i in range(n)),
    "blocks": lambda n: "".join(" " * i + "if x:\n" for i in range(n)) + " " * n + "pass",
    "functions": lambda n: "".join(" " * i + "def f():\n" for i in range(n)) + " " * n + "pass",
    "patterns": lambda n: f"match x:\n    case {'[' * n}y{']' * n}: pass",
    "patterns of mappings": lambda n: f"match x:\n    case {'{1: ' * n}y{'}' * n}: pass",
    "brackets in strings": lambda n: "y = " + "f(')', " * n + "1" + ")" * n,
}


@pytest.mark.parametrize("depth", [5_000, 100_000])
@pytest.mark.parametrize("shape", SHAPES)
def test_no_depth_ends_the_process(shape: str, depth: int) -> None:
    # In this process: a crash of native code would end the tests.
    text = f"{BAD}\n{SHAPES[shape](min(depth, 3_000) if shape in ('blocks', 'functions') else depth)}\n"
    try:
        findings = check_source(text, "net.py")
        told = [finding.code for finding in findings if finding.state is State.ACTIVE]
    except InternalError as error:
        told = [str(error).partition(" to be analysed")[0]]
    assert told in (["DRP900"], ["DRP101"], ["too deeply nested"], ["too long"])


def chained(first: str, member: str, last: str, count: int) -> str:
    return first + "".join(member.format(number, number - 1) for number in range(1, count)) + last.format(count - 1)


#: Programs in which a thousand things hang on each other, though nothing is nested.
CHAINS = {
    "classes": (
        "class C0(nn.Module):\n    def go(self, x):\n        return F.dropout(x)\n",
        "class C{}(C{}):\n    pass\n",
        "class M(C{}):\n    def forward(self, x):\n        return self.go(x)\n",
    ),
    "methods": (
        "class M(nn.Module):\n    def m0(self, x):\n        return F.dropout(x)\n",
        "    def m{}(self, x):\n        return self.m{}(x)\n",
        "    def forward(self, x):\n        return self.m{}(x)\n",
    ),
    "functions": (
        "def h0(x, t=True):\n    return F.dropout(x, training=t)\n",
        "def h{}(x, t=True):\n    return h{}(x, t)\n",
        "class M(nn.Module):\n    def forward(self, x):\n        return h{}(x)\n",
    ),
    "names": ("d0 = F.dropout\n", "d{} = d{}\n", "class M(nn.Module):\n    def forward(self, x):\n        return d{}(x)\n"),
}


@pytest.mark.parametrize("name", CHAINS)
def test_what_hangs_on_each_other_in_a_long_chain_is_followed(name: str) -> None:
    findings = check_source(BAD + chained(*CHAINS[name], 1_200), "net.py")
    assert [finding.code for finding in findings] == ["DRP101", "DRP108" if name == "functions" else "DRP101"]


LEGAL = sorted(SHAPES.keys() - {"never closed", "patterns", "patterns of mappings", "dropout calls"})


@pytest.mark.parametrize("shape", LEGAL)
def test_what_is_nested_as_in_real_code_is_analysed(shape: str) -> None:
    depth = {"blocks": 90, "functions": 90, "formatted": 1}.get(shape, 150)
    findings = check_source(f"{BAD}\n{SHAPES[shape](depth)}\n", "net.py")
    assert [finding.code for finding in findings] == ["DRP101"]


@pytest.mark.parametrize("shape", ["chain of attributes", "sum", "not", "minus", "elif"])
def test_the_most_that_is_promised_is_analysed(shape: str) -> None:
    findings = check_source(f"{BAD}\n{SHAPES[shape](950)}\n", "net.py")
    assert [finding.code for finding in findings] == ["DRP101"]


@pytest.mark.parametrize("opened", ["(", "[", "{1: ", "A(", "[A(b="])
def test_a_pattern_takes_no_time_that_grows_with_a_factor(opened: str) -> None:
    closed = "".join({"(": ")", "[": "]", "{": "}"}[sign] for sign in reversed(opened) if sign in "([{")
    with pytest.raises(RefusedError, match="a pattern of 'match'"):
        parse_module(f"match x:\n    case {opened * 25}y{closed * 25}:\n        pass\n")
    parse_module(f"match x:\n    case {opened * 4}y{closed * 4}:\n        pass\n")


def test_the_measure_is_never_below_the_tree() -> None:
    for name, shape in SHAPES.items():
        if name in ("never closed", "brackets in strings", "blocks", "functions"):  # LibCST itself stops at 100 blocks
            continue
        text = f"{shape(60 if name not in ('patterns', 'patterns of mappings') else 5)}\n"
        assert nesting(text).levels >= _depth(cst.parse_module(text)) / 8, name


def _depth(tree: cst.CSTNode) -> int:
    deepest, pending = 0, [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        deepest = max(deepest, depth)
        pending.extend((child, depth + 1) for child in node.children)
    return deepest


def test_plain_code_is_plain() -> None:
    for path in (Path(__file__).parents[2] / "dropcheck").rglob("*.py"):
        found = nesting(path.read_text())
        assert found.is_plain, path
        assert found.exact, path


def test_a_table_of_many_lambdas_is_not_deep() -> None:
    rows = "".join(f"    'k{number}': lambda a, b: a + b * {number},\n" for number in range(600))
    assert [finding.code for finding in check_source(f"{BAD}\ny = {{\n{rows}}}\n", "net.py")] == ["DRP101"]


def test_strings_and_comments_hide_no_bracket_and_add_none() -> None:
    assert nesting("f(')', f(\"(\", f('''(((''', 1)))  # ((((((\n").brackets == 3
    assert nesting("f('it\\'s (', 1)\n").exact
    assert nesting("x = 1 + \\\n2\n").levels < 15


COMMANDS = (
    ("check", "net.py"),
    ("check", "--fix", "net.py"),
    ("check", "--diff", "net.py"),
    ("check", "--add-ignore", "net.py"),
    ("check", "--select", "ALL", "--fix-style", "module", "--diff", "net.py"),
    ("inventory", "net.py"),
    ("refactor", "--diff", "net.py"),
    ("check", "-"),
)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_every_command_says_it_in_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    text = f"{BAD}\n{SHAPES['chain of calls'](5_000)}\n".encode()
    (tmp_path / "net.py").write_bytes(text)
    code, _, error = run(tmp_path, *arguments, stdin=text)
    assert code == 2
    assert "too deeply nested to be analysed" in one_line(error)
    assert (tmp_path / "net.py").read_bytes() == text


@pytest.mark.parametrize("arguments", COMMANDS[:-1], ids=" ".join)
def test_the_other_files_go_on(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "net.py").write_text(f"{BAD}\n{SHAPES['chain of calls'](5_000)}\n")
    (tmp_path / "other.py").write_text(BAD)
    code, out, error = run(tmp_path, *arguments[:-1], ".")
    assert code == 2
    assert one_line(error).startswith("net.py: ")
    assert "other.py" in out or "1 finding" in error


def test_a_neighbour_that_is_too_much_costs_nothing(tmp_path: Path) -> None:
    for shape, make in SHAPES.items():
        (tmp_path / f"{shape.replace(' ', '_')}.py").write_text(f"from net import Net\n{BAD}\n{make(2_000)}\n")
    (tmp_path / "net.py").write_text(BAD)
    start = time.monotonic()
    code, out, error = run(tmp_path, "check", "--output-format", "concise", "net.py")
    assert (code, out.count("DRP101")) == (1, 1), error
    assert time.monotonic() - start < 100
