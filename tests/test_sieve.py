"""The sieve tells, from bytes, what is surely right; whatever is not quite so passes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dropcheck.catalogue import DropoutFunction, build_catalogue
from dropcheck.sieve import Look, Sieve, together
from dropcheck.sieve.scan import plain_lines

SIEVE = Sieve(build_catalogue())
HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n"
INIT = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        {}\n"
CHOICE = "make = {}\n            {}\n            if tied\n            else nn.Dropout\n        )\n        self.drop = make({})\n"
FORWARD = "class Net(nn.Module):\n    def forward(self, x):\n        {}\n"


def passes(text: str | bytes, *, other: str = "", is_foreign: bool = False) -> bool:
    """Whether a file, next to another one, is let through; other packages may be known to be no part of the project."""
    raw = text.encode() if isinstance(text, str) else text
    raws = {"a": raw, "b": other.encode()}
    classes = SIEVE.classes(raws, raws.__getitem__, frozenset())
    looks = {path: SIEVE.look(code) for path, code in raws.items()}

    def search(words: Sequence[bytes]) -> dict[bytes, set[str]]:
        return {word: {path for path in raws if word in raws[path]} for word in words}

    return together(looks, classes, search, lambda _name, _path: is_foreign)["a"].suspect


def forward(line: str, head: str = HEAD) -> str:
    return head + FORWARD.format(line)


def init(line: str) -> str:
    return HEAD + INIT.format(line)


HARMLESS_CALLS = [
    "return F.dropout(x, 0.1, self.training)",
    "return F.dropout(x, p=0.1, training=self.training)",
    "return F.dropout(x, p=self.dropout, training=self.training)",
    "return F.dropout(\n            x,\n            p=0.1,\n            training=self.training,\n        )",
    "return nn.functional.dropout2d(x, training=self.training)",
    "return F.scaled_dot_product_attention(x, x, x)",
    "return F.scaled_dot_product_attention(x, x, x, dropout_p=self.p_drop if self.training else 0.0)",
    "return F.scaled_dot_product_attention(x, x, x, dropout_p=0.0 if not self.training else self.p_drop)",
    "return F.dropout(x, 0.1, training=self.training  # the mode\n        )",
    "return F.scaled_dot_product_attention(x, x, x, dropout_p=self.drop.p if self.training else 0.0)",
    "return self.dropout(x)",
    "# F.dropout(x)",
    'return "F.dropout without a call"',
    "return self.out(\n            self.dropout(x), x)",
    "self.set_use_memory_efficient_attention(True)",
    '"""x: a tensor behind F.dropout(x)."""',
    '"""\n        dropout (float | str, *optional*): the rate\n        dropout (tuple[float], *optional*): rates\n        """',
    '"""Looks for\n\n        F.dropout: The function.\n        """',
]
SUSPECT_CALLS = [
    "return F.dropout(x)",
    "return F.dropout(x, 0.1)",
    "return F.dropout(x, 0.1, True)",
    "return F.dropout(x, 0.1, training=not self.training)",
    "return F.dropout(x, 0.1, training=self.train)",
    "return F.dropout(x, 0.1, training=self.training or True)",
    "return F.dropout(x, 1.5, self.training)",
    "return F.dropout(x, -0.1, self.training)",
    "return F.dropout(x, *args)",
    "return F.dropout(x, 0.1, **kwargs)",
    "return F.dropout(x, 0.1, \\\n            training=self.training)",
    "F.dropout(x, 0.1, self.training)",
    "y = 1; F.dropout(x, 0.1, self.training)",
    "if x: F.dropout(x, 0.1, self.training)",
    "self.dropout(x)",
    "x = y  # (\n        self.dropout(x)",
    "x = [y]\n        self.dropout(x)",
    "return dropouts[0] if x else F.dropout(x)",
    "return [y for y in F.dropout(x)]",
    "return F.dropout(list[0], 0.1)",
    "return lambda drop=F.dropout: return_(x)",
    "return F.\\\n            dropout(x)",
    "if x: F . dropout(x, 0.1, self.training)",
    "return F.dropout (x)",
    "fn = F.dropout",
    'return getattr(F, "dropout")(x)',
    "return getattr(F, 'dropout')(x)",
    "return checkpoint(F.dropout, x)",
    "return (F.dropout if x else F.relu)(x)",
    "x = (y := F.dropout(x))",
    'return f"{F.dropout(x)}"',
    "match x:\n            case 1:\n                return F.dropout(x)",
    "def inner(y):\n            return F.dropout(y)\n        return inner(x)",
    "return [F.dropout(y) for y in x]",
    "return F.scaled_dot_product_attention(x, x, x, dropout_p=0.1)",
    "return F.scaled_dot_product_attention(x, x, x, None, self.p_drop)",
    "return F.scaled_dot_product_attention(x, x, x, dropout_p=0.0 if self.training else self.p_drop)",
    "return F.scaled_dot_product_attention(x, x, x, dropout_p=2 if self.training else 0.0)",
    "return nn.Dropout(0.1)(x)",
    "return nn.Dropout (0.1)(x)",
    "return nn.Dropout(0.1).forward(x)",
    "return other.training and F.dropout(x, 0.1, training=other.training)",
]


@pytest.mark.parametrize("line", HARMLESS_CALLS)
def test_right_calls_are_held_back(line: str) -> None:
    assert not passes(forward(line))


@pytest.mark.parametrize("line", SUSPECT_CALLS)
def test_other_calls_pass(line: str) -> None:
    assert passes(forward(line))


@pytest.mark.parametrize(
    ("imports", "call"),
    [
        ("from torch.nn.functional import dropout", "dropout(x)"),
        ("from torch.nn.functional import dropout as shrink", "shrink(x)"),
        ("from torch.nn.functional import (\n    relu,\n    dropout as shrink,\n)", "shrink(x)"),
        ("from torch.nn.functional import *", "dropout(x)"),
        ("import torch.nn.functional as ops", "ops.dropout(x)"),
        ("from torch.nn import Dropout as D", "D(0.1)(x)"),
        ("from torch.nn import (\n    Dropout,\n)", "Dropout(0.1)(x)"),
        ("from compat import dropout", "dropout(x)"),
        ("shrink = F.dropout", "shrink(x)"),
        ("table = {'drop': F.dropout}", "table['drop'](x)"),
        ("table = {'drop': nn.Dropout}", "table['drop'](0.1)(x)"),
        ("ops = F", "ops.dropout(x)"),
    ],
)
def test_other_names_pass(imports: str, call: str) -> None:
    assert passes(forward(f"return {call}", HEAD + imports + "\n"))


ELSEWHERE = [
    ("import chainer.functional as G", "G.dropout(x)"),
    ("from jax import nn as G", "G.dropout(x)"),
    ("from openvino import opset as G  # operations", "G.inner.scaled_dot_product_attention(x, **kwargs)"),
    ("from torch.onnx import symbolic_opset12 as G", "G.dropout(x, p, train)"),
    ("if x:\n    from torch.onnx import symbolic_opset12", "symbolic_opset12.dropout(x, p, train)"),
]


@pytest.mark.parametrize(("imports", "call"), ELSEWHERE)
def test_functions_of_other_packages_are_held_back(imports: str, call: str) -> None:
    assert not passes(forward(f"return {call}", f"{HEAD}{imports}\n"), is_foreign=True)


@pytest.mark.parametrize(("imports", "call"), ELSEWHERE[:3])
@pytest.mark.parametrize("more", ["G = F\n", "from torch.nn import functional as G\n", "from ops import *\n", "def f(G): pass\n"])
def test_functions_of_other_packages_pass_where_the_name_may_mean_more(imports: str, call: str, more: str) -> None:
    text = forward(f"return {call}", f"{HEAD}{imports}\n{more}")
    assert passes(text, is_foreign=True)
    assert passes(text.replace(more, ""), is_foreign=False)


def test_file_of_the_name_of_a_package_is_no_package() -> None:
    files = {"net.py": "import chainer.functional as F\ny = F.dropout(x)\n", "optimizers/chainer.py": "import chainer\n"}
    raws = {path: text.encode() for path, text in files.items()}

    def suspect(raws: dict[str, bytes]) -> bool:
        looks = {path: SIEVE.look(code) for path, code in raws.items()}
        classes = SIEVE.classes(raws, raws.__getitem__, frozenset())
        return together(looks, classes, lambda _words: {}, lambda _name, _path: True)["net.py"].suspect

    assert not suspect(raws)
    assert suspect({"net.py": b"from chainer import functional as F\ny = F.dropout(x)\n", "optimizers/chainer.py": b""})
    assert suspect(raws | {"chainer/functional.py": b""})


@pytest.mark.parametrize("imports", ["from .ops import F as G", "from . import G", "import torch.nn.functional as G"])
def test_functions_that_may_be_ours_pass(imports: str) -> None:
    assert passes(forward("return G.dropout(x)", f"{HEAD}{imports}\n"), is_foreign=True)


HELPER = (
    '\n\ndef shrink(x: Tensor, p, training: bool = True) -> Tensor:\n    """Drop at p."""\n    return F.dropout(x, p, training)\n'
)
IN_FORWARD = "from .ops import shrink\n" + FORWARD


@pytest.mark.parametrize("helper", [HELPER, HELPER.replace("F.dropout(x, p, training)", "F.dropout(x, training=training) + x")])
def test_helper_that_is_only_given_the_mode_is_held_back(helper: str) -> None:
    right = "return shrink(x, self.dropout, self.training) + shrink(x, p=0.1, training=self.training)"
    assert not passes(HEAD + helper)
    assert not passes(HEAD + helper, other=HEAD + IN_FORWARD.format(right))
    assert not passes(HEAD + helper + FORWARD.format(right))


@pytest.mark.parametrize(
    "use",
    [
        "return shrink(x, 0.1)",
        "return shrink(x, 0.1, True)",
        "return shrink(x, 0.1, not self.training)",
        "return shrink(x, 0.1, other.training)",
        "return shrink(x, *args)",
        "return shrink(x, 2, self.training)",
        "return self.ops.shrink(x, 0.1, True)",
        "return checkpoint(shrink, x, 0.1, True)",
        "table = {'shrink': shrink}",
        "return getattr(ops, 'shrink')(x, 0.1)",
    ],
)
def test_helper_that_may_be_given_something_else_passes(use: str) -> None:
    assert passes(HEAD + HELPER, other=HEAD + IN_FORWARD.format(use))
    assert passes(HEAD + HELPER + FORWARD.format(use))


@pytest.mark.parametrize(
    "change",
    [
        ("import shrink", "import shrink as s"),
        ("F.dropout(x, p, training)", "F.dropout(x, p, not training)"),
        ("    return", "    training = True\n    return"),
        ("    return", "    p = 2 * p\n    return"),
        ("\ndef shrink", "\n@wrap\ndef shrink"),
        ("(x: Tensor, p, training: bool = True)", "(x, *args, p=0.1, training=True)"),
        ("F.dropout(x, p, training)", "F.dropout(x, rate, training)"),
        ("def shrink(", "def shrink(training, "),
    ],
)
def test_helper_that_does_more_than_hand_on_passes(change: tuple[str, str]) -> None:
    text = IN_FORWARD.format("return shrink(x, 0.1, self.training)")
    assert passes(HEAD + HELPER.replace(*change), other=HEAD + text.replace(*change))


def test_rate_that_a_helper_is_given_may_be_odd() -> None:
    text = HEAD + IN_FORWARD.format("return shrink(x, self.dropout, self.training)") + "    dropout = 1.5\n"
    assert passes(HEAD + HELPER, other=text)


def test_names_of_functions_in_texts_are_held_back() -> None:
    assert not passes(forward('"""Tensor: dropout(x + y) + z."""\n        return F.dropout(x, 0.1, self.training)'))
    assert passes(forward("dropout = self.pick()\n        return dropout(x)"))


def test_method_of_the_name_hides_no_function() -> None:
    method = "    def dropout(self, x):\n        return x\n"
    assert passes(forward("return dropout(x)", HEAD + "from torch.nn.functional import *\n") + method)


@pytest.mark.parametrize(
    "line",
    [
        "self.drop = nn.Dropout(0.1)",
        "self.drop = nn.Dropout(p=self.dropout)",
        "self.layers = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.1))",
        "self.layers = nn.ModuleList([nn.Dropout(0.1)])",
        "self.x = nn.Sequential(\n            nn.GELU('tanh'),\n            # (\n            nn.Dropout(0.1),\n        )",
        "self.layers = nn.ModuleList()\n        self.layers.append(nn.Dropout(0.1) if deep else nn.Identity())",
        "self.layers = (\n            nn.Sequential(*[Inner(), nn.ReLU()]) if x else nn.Identity()\n        )",
        "self.rates = [0.1, 0.2]",
        "self.mods = []",
        "self.names = {'drop': 'Dropout'}",
        "self.drop = nn.Dropout(0.1, True)",
        "self.mods = nn.ModuleList()\n        self.mods += [nn.Dropout(0.1)]\n        self.mods += [nn.Dropout(0.1), x]",
        "self.to_out = None\n        self.to_out = nn.ModuleList([])\n        self.to_out.append(nn.Dropout(0.1))",
        "drop = nn.Dropout(0.1)  # the rate\n        self.register_module('drop', drop)\n        self.drop: nn.Dropout | None",
        "if deep:\n            drop = nn.Dropout(0.1)\n        else:\n            drop = None\n        self.drop = drop\n",
        "make = Inner if tied else nn.Dropout\n        self.drop = make(self.dropout) if deep else nn.Identity()\n",
        CHOICE.format("(", "partial(Inner, a=1)", "0.1"),
        '"""Tied: like nn.Dropout1d/nn.Dropout2d, not like nn.Dropout the first."""',
        '"""\n        drop : nn.Dropout\n            nn.Dropout drop rate\n        """',
    ],
)
def test_registered_modules_are_held_back(line: str) -> None:
    assert not passes(init(line))


@pytest.mark.parametrize(
    "line",
    [
        "self.mods = [nn.Dropout(0.1)]",
        "self.mods = (nn.Dropout(0.1),)",
        "self.mods = {'a': nn.Dropout(0.1)}",
        "self.mods = dict(a=nn.Dropout(0.1))",
        "self.mods = list([nn.Dropout(0.1)])",
        "self.mods = [nn.Dropout(p) for p in rates]",
        "self.mods = tuple(nn.Dropout(p) for p in rates)",
        "self.mods = collections.OrderedDict(a=nn.Dropout(0.1))",
        "self.mods: list = [\n            nn.Linear(2, 2),\n            nn.Dropout(0.1),  # last\n        ]",
        "self.mods = (\n            [nn.Dropout(0.1)]\n        )",
        "self.mods = []\n        self.mods.append(nn.Dropout(0.1))",
        "self.mods = []\n        self.mods.append(Inner())",
        "for i in x:\n            self.mods = mods\n            mods = [Inner()]",
        "self.first = first\n        self.second = second\n        self.mods = [first, Inner()]",
        "self.mods = []\n        self.mods += [nn.Dropout(0.1)]",
        "self.mods = nn.ModuleList()\n        self.mods = []\n        self.mods += [nn.Dropout(0.1)]",
        "self.mods = {}\n        self.mods['a'] = nn.Dropout(0.1)",
        "self.mods = [make for make in nn.Dropout if make]",
        "self.mods = {'a': nn.Dropout | None\n        }",
        "drop = nn.Dropout(0.1)\n        self.drop = drop\n        self.mods = [drop]\n",
        "drop = nn.Dropout(0.1)\n        self.drop = drop(x)\n",
        "drop = nn.Dropout(0.1)\n        self.drop = drop\n        vars(self).update(locals())\n",
        "drop = nn.Dropout(0.1)\n        self.register_module('drop', drop)\n\n    def forward(self, x):\n        self.drop(x)\n",
        "make = Inner if tied else nn.Dropout\n        self.drop = make(1.5)\n",
        CHOICE.format("(", "Inner", "1.5"),
        CHOICE.format("(", "partial(nn.Dropout, p=0.2)", ""),
        CHOICE.format("wrap(", "Inner", "0.1"),
        "make = Inner if tied else nn.Dropout\n        self.drop = make(0.1)(x)\n",
        "make = Inner if tied else nn.Dropout\n        self.make = make\n        self.drop = make(self.dropout)\n",
        "mods = [nn.Dropout(0.1)]\n        self.mods = mods",
        "self.mods = [nn.Sequential(nn.Dropout(0.1))]",
        "self.mods = [Inner()]",
        "self.drop = nn.Dropout(1.5)",
        "self.drop = nn.Dropout(True)",
        "self.drop = nn.Dropout(*args)",
    ],
)
def test_hidden_modules_and_odd_rates_pass(line: str) -> None:
    assert passes(init(line), other=HEAD + "class Inner(nn.Module):\n    dropout = None\n")


@pytest.mark.parametrize(
    ("code", "held_back"),
    [
        ("class Inner:\n    def __init__(self):\n        self.net = Net()\nclass Net(nn.Module):\n    dropout = None\n", True),
        (
            "class Inner(Base):\n    def __init__(self):\n        self.net = Net()\nclass Net(nn.Module):\n    dropout = None\n",
            False,
        ),
        ("class Inner(nn.Module):\n    def fast(self):\n        self.net.enable_memory_efficient_attention()\n", True),
        ("class Inner(nn.Module):\n    def fast(self):\n        self.net.memory_efficient_attention()\n", False),
    ],
)
def test_what_is_kept_in_a_container_is_followed_to_dropout_in_modules(code: str, held_back: bool) -> None:
    assert passes(init("self.mods = [Inner()]"), other=HEAD + code) is not held_back


def test_attribute_of_the_name_of_a_function_does_not_rename_it() -> None:
    line = "self.mods = {'a': repeat(x)}\n        {} = x"
    assert not passes("from einops import repeat\n" + init(line.replace("{}", "self.repeat")))
    assert passes("from einops import repeat\n" + init(line.replace("{}", "repeat")))


@pytest.mark.parametrize(
    "line",
    [
        "self.on = self.training",
        "self.training = True",
        "self.dropout = 0.1 if self.training else 0.0",
    ],
)
def test_modes_fixed_at_construction_pass(line: str) -> None:
    text = init(line)
    assert passes(text + "# Dropout\n")


@pytest.mark.parametrize(
    "body",
    [
        "    training = True\n",
        "    training: bool = True\n",
        "    @property\n    def training(self):\n        return True\n",
        "    def forward(self, x):\n        if not self.training:\n            self.drop.p = 0\n",
        "    def forward(self, x):\n        if not self.training: self.drop_rate = 0.0\n",
        "    def __init__(self):\n        self.build()\n    def build(self):\n        self.on = self.training\n",
    ],
)
def test_modes_that_are_bound_and_rates_that_are_zeroed_pass(body: str) -> None:
    assert passes(f"{HEAD}class Net(nn.Module):\n{body}# Dropout\n")


@pytest.mark.parametrize("value", ["1.5", "2", "-1", "1", "1.0", "True"])
def test_odd_rate_of_another_file_passes(value: str) -> None:
    text = forward("return F.dropout(x, self.dropout, self.training)")
    assert passes(text, other=f"class Base(nn.Module):\n    dropout = {value}\n")
    assert passes(text, other=f"class Base(nn.Module):\n    def __init__(self):\n        self.dropout: float = {value}\n")
    assert not passes(text, other="class Base(nn.Module):\n    dropout = 0.1\n")


@pytest.mark.parametrize(
    "other",
    [
        "def build(\n    first, dropout, channels=2\n):\n    pass\n",
        "make(\n    kind, dropout, channels=1\n)\n",
        "make(\n    dropout=1,\n)\n",
        '"""\n    dropout: the usual argument. tied=True ties them\n"""\n',
    ],
)
def test_argument_parameter_or_text_is_no_odd_rate(other: str) -> None:
    assert not passes(forward("return F.dropout(x, self.dropout, self.training)"), other=other)


@pytest.mark.parametrize("other", ["# see (\ndropout, channels = 2, 1\n", "x = call(1)\ndropout, channels = 2, 1\n"])
def test_odd_rate_among_several_targets_passes(other: str) -> None:
    assert passes(forward("return F.dropout(x, self.dropout, self.training)"), other=other)


@pytest.mark.parametrize("line", ["self.drop = nn.Dropout(1.5)", "self.drop = nn.Dropout(p=2)", "self.drop.p = 1.0"])
def test_odd_rate_of_a_module_of_another_file_passes(line: str) -> None:
    text = forward("return F.scaled_dot_product_attention(x, x, x, dropout_p=self.drop.p if self.training else 0.0)")
    assert passes(text, other=init(line))


def test_class_that_drops_by_hand_passes_unless_it_reads_the_mode() -> None:
    drawn = "class DropPath(nn.Module):\n    {}\n    def forward(self, x):\n        return x * torch.bernoulli(x){}\n"
    regular = "def regular(x, module):\n    return x if module.training else 2 * x\n"
    assert not passes(HEAD + drawn.format("pass", " if self.training else x"))
    for said in ('"""Only if self.training."""', "# self.training", "pass"):
        assert passes(HEAD + drawn.format(said, "") + regular)


@pytest.mark.parametrize("lines", HARMLESS_CALLS[:4])
def test_line_endings_change_nothing(lines: str) -> None:
    text = forward(lines)
    for other in (
        text.replace("\n", "\r\n"),
        text.replace("\n", "\r"),
        text.replace("\nclass", "\n\f\nclass"),
        text.replace("    ", "\t"),
    ):
        assert not passes(other)


@pytest.mark.parametrize(
    "line",
    ["if not self.training: self.drop.p = 0", "F.dropout(x, 0.1, self.training)", "ops = F\n        return ops.dropout(x)"],
)
def test_odd_line_endings_hide_nothing(line: str) -> None:
    text = forward(line) + "# Dropout\n"
    for other in (text.replace("\n", "\r\n"), text.replace("\n", "\r"), text.replace("    ", "\t")):
        assert passes(other)


def test_offsets_outlive_plain_lines() -> None:
    raw = b"a\r\nb\rc\f\n"
    assert plain_lines(raw) == b"a \nb\nc \n"


@pytest.mark.parametrize(
    "raw",
    [
        forward("return x").encode("utf-16"),
        b"# -*- coding: utf-7 -*-\n" + forward("return F.dropout(x, 0.1, self.training)").encode(),
    ],
)
def test_odd_encodings_pass(raw: bytes) -> None:
    assert passes(raw)


@pytest.mark.parametrize("coding", ["utf-8", "latin-1", "cp1252"])
def test_encodings_like_ascii_are_read(coding: str) -> None:
    text = f"# -*- coding: {coding} -*-\n# é\n" + forward("return F.dropout(x, 0.1, self.training)")
    assert not passes(text.encode(coding))


@pytest.mark.parametrize(
    "line",
    [
        "print 'x'",
        "return x.cuda(async=True)",
        "try:\n            x\n        except OSError, error:\n            pass",
        "pass\n<<<<<<< ours",
    ],
)
def test_what_python_3_cannot_parse_passes(line: str) -> None:
    assert passes(forward("return F.dropout(x, 0.1, self.training)") + FORWARD.format(line))


def test_files_without_the_words_are_nothing() -> None:
    assert SIEVE.look(b"class Net(nn.Module):\n    training = True\n") == Look()


@pytest.mark.parametrize("text", ["def f(encoding: bool) -> str: ...", "x = 1\ny = 2\n# coding: utf-7"])
def test_words_that_look_like_a_declared_encoding_do_not_pass(text: str) -> None:
    assert not passes(text + "\n" + forward("return F.dropout(x, 0.1, self.training)"))


@pytest.mark.parametrize(
    "imports", ["from torch.nn.functional import dropout", "from torch.nn.functional import (\n    relu,  # (\n    dropout,\n)"]
)
@pytest.mark.parametrize("use", ["fn = dropout", "table = {1: dropout}", "fn = partial(dropout, p=0.1)", "fn = [dropout][0]"])
def test_imported_functions_that_are_passed_on_pass(imports: str, use: str) -> None:
    head = f"{HEAD}{imports}\n"
    assert passes(forward(use, head))
    assert not passes(forward("return dropout(x, dropout=0.1, training=self.training)".replace("dropout=0.1", "0.1"), head))


def test_comments_for_this_tool_pass() -> None:
    assert passes("x = 1  # dropcheck: ignore[DRP101]\n")
    assert passes("self.drop = nn.Dropout(0.1)  # noqa: DRP107\n")


BARE = "from torch.nn.functional import dropout\n\n\n"
CALL = "Tensor: dropout(x + y) + z"


@pytest.mark.parametrize(
    "text",
    [
        f'def f(x):\n    """Add.\n\n    Returns:\n        {CALL}\n    """\n    return x\n',
        f'DOC = r"""\n{CALL}\n"""\n',
        f'"""One."""\n\n\ndef f(x):\n    """\n    {CALL}"""\n',
        f'def f(x):\n    # say "so"\n    return """\n{CALL}\n"""\n',
    ],
)
def test_a_call_in_a_long_text_is_none(text: str) -> None:
    assert not passes(BARE + text)
    assert passes(BARE + text.replace('"""', "'''"))


@pytest.mark.parametrize(
    "text",
    [
        f'"""One."""\n{CALL}\n"""Two."""\n',
        'x = f"""{"""one"""\n+ dropout(y)}"""\n',
        f'x = \'"""\'\n{CALL}\ny = \'"""\'\n',
        f'# """\n{CALL}\n# """\n',
        f'x = \'one\\\n"""\'\n{CALL}\ny = \'"""\'\n',
        f'x = """one\\\\"""\n{CALL}\ny = """two"""\n',
    ],
)
def test_a_call_behind_a_long_text_passes(text: str) -> None:
    assert passes(BARE + text)


@pytest.mark.parametrize("name", ["crop_drop", "dropper_drop", "crop_dropout", "my_crop", "Drop_crop"])
def test_functions_of_the_user_pass_by_any_name(name: str) -> None:
    own = DropoutFunction(
        names=(f"lib.{name}",), parameters=("input", "p", "training"), p="p", flag="training", flag_default=True
    )
    look = Sieve(build_catalogue([own])).look(f"import lib\n\n\ndef f(x):\n    return lib.{name}(x, 0.1)\n".encode())
    assert look.suspect
