"""Texts of any kind: programs that parse, and what only looks like Python."""

import warnings

import hypothesmith
from hypothesis import settings
from hypothesis import strategies as st

from properties.programs import files, parses


def times(share: float) -> settings:
    """Settings for a test that takes its share of the examples of the profile, which are 100 by default (``conftest.py``)."""
    return settings(max_examples=round(share * settings.default.max_examples))


QUICK = times(1)
SLOW = times(0.25)
FORKING = times(0.08)

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n"
PIECES = (
    *("F.dropout(x", "F.dropout", "nn.Dropout(", "self.training", "training=", "x", "0.5", "self", "p", "*a", "**k", "lambda"),
    *("(", ")", "[", "]", "{", "}", ",", ":", "=", ":=", "==", ".", "->", "@", "*", "...", ";", "\\\n", "\\"),
    *("if ", "else", " for ", " in ", "not ", " and ", "yield ", "await ", "async ", "return ", "del ", "global x", "match x:"),
    *("class A(nn.Module):\n", "def f(self, x):\n", "try:\n", "finally:\n", "with x:\n", "import torch\n", "type X = int\n"),
    *(
        "\n",
        "\n    ",
        "\n\t",
        "\r\n",
        "\r",
        "\f",
        " ",
        "    ",
        "#",
        "# dropcheck: ignore[DRP101] why",
        "# noqa",
        '"""',
        "'",
        'f"{',
        "rb'",
    ),
    *("\x00", "\ufeff", "\u2028", "é", "\N{FULLWIDTH LATIN SMALL LETTER F}", "\u200b", "1_0", "0x", "1j", "²"),
)

#: Anything at all.
soup = st.text(st.characters(codec="utf-8"), max_size=60) | st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
#: Small programs about dropout.
programs_with_dropout = files(()).filter(parses)
#: Programs that use all of Python's grammar and know nothing of torch.
#: Python is of two minds about a text that ends in a continued line: it depends on the newline.
grammar = hypothesmith.from_grammar().filter(lambda text: parses(text) and not text.rstrip().endswith("\\"))
nodes = hypothesmith.from_node().filter(parses)


def quietly(action):
    """Run without the warnings of Python's parser, which random literals earn."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return action()
