"""Small programs made at random, of one file or several: much that looks like dropout, and much that only looks like it."""

import ast
import warnings

from hypothesis import strategies as st

HEADS = (
    "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n",
    "import torch\nfrom torch import nn\nfrom torch.nn import (\n    functional as F,  # ops\n    Dropout,\n)\n",
    "import torch\nfrom torch import nn\nimport torch.nn.functional as F\nfrom torch.nn.functional import dropout\n",
    "import torch.nn as nn, torch.nn.functional as F\nfrom torch.nn.functional import dropout as drop\n"
    "from torch.nn import Dropout as D\n",
    "import torch\nfrom torch import nn\nimport torch.nn.functional as F\n"
    "from torch.nn.functional import *\nfrom torch.nn import *\n",
    "try:\n    import torch.nn.functional as F\nexcept ImportError:\n    F = None\nimport torch\nimport torch.nn as nn\n",
    "import torch\nimport torch.nn as nn\nF = nn.functional\n",
)
TOPS = (
    "drop = F.dropout\n",
    'drop = getattr(F, "dropout")\n',
    "ops = F\n",
    "Drop = nn.Dropout\n",
    "RATE = 1.5\n",
    "LAYERS = {\n    'drop': nn.Dropout,\n    'relu': nn.ReLU,\n}\n",
    "noise = lambda x: F.dropout(x, 0.2)\n",
    "def noise(x, p=0.1):\n    return F.dropout(x, p=p)\n",
    "def drop(x, p=0.1, training=False):\n    return F.dropout(x, p, training=training)\n",
    "def dropout(x, p=0.1, training=True):\n    return F.dropout(x, p, training)\n",
    "def chain(x):\n    return noise(x)\n",
    "def regular(x, module):\n    return F.dropout(x, 0.1, module.training)\n",
    "def make(p):\n    return nn.Dropout(p)\n",
    "def attend(q, p):\n    return F.scaled_dot_product_attention(q, q, q, dropout_p=p)\n",
    "class Cfg:\n    dropout = 1.5\n",
    "class Mixin:\n    training = True\n",
    "class Mixin:\n    @property\n    def training(self):\n        return True\n",
    "class Mixin:\n    def dropout(self, x):\n        return x\n",
    "class Mixin:\n    def __init__(self):\n        super().__init__()\n"
    "        self.dropout_p = 1.5\n        self.on = self.training\n",
    "class Inner(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.drop = nn.Dropout(0.1)\n",
    'class DropPath(nn.Module):\n    """Only if self.training."""\n'
    "    def forward(self, x):\n        return x * torch.bernoulli(x)\n",
    "class User(nn.Module):\n    def forward(self, x):\n        if self.training:\n            x = chain(x)\n        return x\n",
)
BASES = (
    "nn.Module",
    "nn.Module",
    "torch.nn.Module",
    "Base",
    "Mixin, nn.Module",
    "nn.Module, metaclass=Meta",
    "\n    nn.Module,  # base\n",
    "object",
)
MEMBERS = (
    "training = True",
    "dropout = 1.5",
    "dropout_p: float = 2",
    "drop = nn.Dropout(0.1)",
    "fn = F.dropout",
    '"""A class."""',
)
INITS = (
    "self.drop = nn.Dropout(0.1)",
    "self.drop = nn.Dropout(True)",
    "self.drop = Inner()",
    "self.drop = Drop(0.3)",
    "self.dropout = nn.Dropout(1.5)",
    "self.dropout = 1.0",
    "self.dropout_p, self.x = 2.0, 3",
    "self.on = self.training",
    "self.training = True",
    "self.helper()",
    "self.fn = F.dropout",
    "self.fn = lambda x: F.dropout(x, 0.1)",
    "self.mods = [nn.Dropout(0.1), nn.Linear(2, 2)]",
    "self.mods = (nn.Dropout(0.1),)",
    "self.mods = (\n            [nn.Dropout(0.1)]\n        )",
    "self.mods = {'a': nn.Dropout(0.1)}",
    "self.mods = dict(a=Inner())",
    "self.mods = [make(0.1)]",
    "self.mods = [Inner() for _ in range(2)]",
    "self.mods = nn.ModuleList([nn.Dropout(0.1)])",
    "self.mods = []\n        self.mods.append(nn.Dropout(0.1))",
    "self.mods = {}\n        self.mods['a'] = nn.Dropout(0.1)",
    "mods = []\n        mods += [nn.Dropout(0.2)]\n        self.mods = mods",
    "mods = [nn.Dropout(0.2)]\n        self.mods = nn.Sequential(*mods)",
)
FUNCTIONS = (
    "F.dropout",
    "F.dropout2d",
    "F.alpha_dropout",
    "torch.nn.functional.dropout",
    "torch.dropout",
    "F . dropout",
    "F.\\\n            dropout",
    "getattr(F, 'dropout')",
    "(F.dropout if self.training else F.relu)",
    "dropout",
    "drop",
    "ops.dropout",
    "noise",
    "chain",
    "regular",
    "self.fn",
    "self.drop",
    "self.dropout",
    "self.helper",
)
RATES = (
    "0.1",
    "p=0.1",
    "p=self.dropout",
    "self.dropout_p",
    "1.5",
    "1.0",
    "0",
    "p=RATE",
    "Cfg.dropout",
    "self.training",
    "*args",
    "0.1 if self.training else 0.0",
)
FLAGS = (
    "training=self.training",
    "training=self.training",
    "self.training",
    "training=True",
    "training=not self.training",
    "training=self.train",
    "training=self.on",
    "training=training",
    "training=module.training",
    "training=self.training or True",
    "training=self.training  # mode\n        ",
    "training=\\\n            self.training",
    "**kwargs",
)
OTHERS = (
    "F.scaled_dot_product_attention(x, x, x)",
    "F.scaled_dot_product_attention(x, x, x, dropout_p=0.1)",
    "F.scaled_dot_product_attention(x, x, x, dropout_p=self.dropout_p if self.training else 0)",
    "F.scaled_dot_product_attention(x, x, x, dropout_p=0.0 if self.training else self.dropout)",
    "attend(x, 0.1)",
    "attend(x, self.dropout if self.training else 0.0)",
    "nn.Dropout(0.1)(x)",
    "nn.Dropout (0.1)(x)",
    "nn.Dropout(0.1).eval()(x)",
    "Drop(0.2)(x)",
    "D(0.2)(x)",
    "LAYERS['drop'](0.1)(x)",
    "Inner()(x)",
)
STATEMENTS = (
    "x = {}",
    "x = {}",
    "return {}",
    "{}",
    "y = 1; {}",
    "if x is not None: {}",
    "if (y := {}) is not None:\n            x = y",
    "if self.training:\n            x = {}",
    "if not self.training:\n            return x\n        x = {}",
    "x = {} if self.training else x",
    "x = [{} for _ in range(2)]",
    "fn = lambda x: {}",
    "def inner(x, training=True):\n            return {}\n        x = inner(x)",
    "match x:\n            case 1:\n                x = {}",
    "try:\n            x = {}\n        finally:\n            pass",
    "ops = F\n        x = {}",
    "dropout = 1.5\n        x = {}",
    "fn = F.dropout\n        x = fn(x, 0.1)",
    "if not self.training: self.drop.p = 0",
    "if not self.training:\n            self.dropout = 0.0",
    "self.on = self.training",
    "x = self.helper(x)",
)
METHODS = ("forward", "forward", "helper", "_run", "training", "dropout", "__call__", "training_step")
PARAMETERS = ("self, x", "self, x", "self, x, *args, **kwargs", "self, x, training=True", "self, x, module", "this, x", "x")
DECORATORS = ("", "", "", "@torch.no_grad()\n    ", "@staticmethod\n    ", "@property\n    ")
IMPORTED = (
    "Base",
    "Mixin",
    "Inner",
    "noise",
    "chain",
    "drop",
    "make",
    "attend",
    "RATE",
    "Cfg",
    "Drop",
    "LAYERS",
    "ops",
    "DropPath",
)

calls = st.builds(
    lambda name, rate, flag: f"{name}({', '.join(('x', *rate, *flag))})",
    st.sampled_from(FUNCTIONS),
    st.lists(st.sampled_from(RATES), max_size=1),
    st.lists(st.sampled_from(FLAGS), max_size=1),
)
statements = st.builds(str.format, st.sampled_from(STATEMENTS), calls | st.sampled_from(OTHERS))
methods = st.builds(
    lambda decorator, name, parameters, lines: (
        f"    {decorator}def {name}({parameters}):\n" + "".join(f"        {line}\n" for line in lines)
    ),
    st.sampled_from(DECORATORS),
    st.sampled_from(METHODS),
    st.sampled_from(PARAMETERS),
    st.lists(statements, min_size=1, max_size=2),
)
constructors = st.builds(
    lambda lines: (
        "    def __init__(self, dropout=0.1):\n        super().__init__()\n" + "".join(f"        {line}\n" for line in lines)
    ),
    st.lists(st.sampled_from(INITS), max_size=2),
)
classes = st.builds(
    lambda name, base, members, parts: f"class {name}({base}):\n" + "".join((*(f"    {member}\n" for member in members), *parts)),
    st.sampled_from(("Base", "Net", "Model")),
    st.sampled_from(BASES),
    st.lists(st.sampled_from(MEMBERS), max_size=1),
    st.builds(lambda first, rest: [*first, *rest], st.lists(constructors, max_size=1), st.lists(methods, min_size=1, max_size=2)),
)
layouts = st.sampled_from((("", ""), ("", ""), ("\n", "\r\n"), ("    ", "\t"), ("\n\n", "\n\f\n")))


@st.composite
def files(draw: st.DrawFn, others: tuple[str, ...]) -> str:
    """One file, which may import from others."""
    parts = [draw(st.sampled_from(HEADS))]
    for other in others:
        names = draw(st.lists(st.sampled_from(IMPORTED), max_size=4, unique=True))
        parts += (
            [f"from .{other} import {', '.join(names)}\n"]
            if names
            else [draw(st.sampled_from(("", f"from .{other} import *\n")))]
        )
    parts += draw(st.lists(st.sampled_from(TOPS), max_size=3))
    parts += draw(st.lists(classes, max_size=2))
    return "\n\n".join(parts).replace(*draw(layouts))


@st.composite
def programs(draw: st.DrawFn) -> dict[str, str]:
    """One to three files, by their names."""
    names = ("a", "b", "c")[: draw(st.integers(1, 3))]
    return {name: draw(files(tuple(other for other in names if other != name))) for name in names}


def parses(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except SyntaxError:
        return False
    return True
