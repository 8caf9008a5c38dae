"""Blanks between the signs of a program change nothing in it: LibCST does not keep all of them, and every place counts them."""

import io
import re
import tokenize
from collections.abc import Iterator
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from dropcheck import check_source, fix_source
from properties.programs import parses
from properties.texts import SLOW, programs_with_dropout

_BREAKS = {tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def gaps(text: str) -> Iterator[tuple[int, int]]:
    """Where two tokens meet in one row: the row and the column; nothing in a formatted string."""
    before = None
    formatted = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tokenize.tok_name[token.type]
        formatted += kind.endswith("STRING_START")
        together = before is not None and before.end[0] == token.start[0] and not {before.type, token.type} & _BREAKS
        if together and not formatted:
            yield token.start
        formatted -= kind.endswith("STRING_END")
        before = token


def spaced(text: str, random: Random) -> str:
    """The program with more blanks."""
    rows = io.StringIO(text).readlines()
    for row, column in reversed(list(gaps(text))):
        if random.random() < 0.3:
            rows[row - 1] = rows[row - 1][:column] + random.choice((" ", "  ", "\t")) + rows[row - 1][column:]
    return "".join(rows)


def plain(text: str) -> str:
    return re.sub(r"[ \t]", "", text)


def test_blanks_inside_the_name_of_a_method_move_no_edit() -> None:
    text = "from torch import nn\nfrom torch.nn import functional as F\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n"
    for flag in ("self.train", "self. train", "self .train", "self\t.\ttrain"):
        fixed = fix_source(f"{text}        return F.dropout(x, training={flag})\n").text
        assert plain(fixed).endswith("training=self.training)\n")


@given(programs_with_dropout, st.randoms(use_true_random=False))
@SLOW
def test_blanks_move_no_place_and_no_edit(text: str, random: Random) -> None:
    wide = spaced(text, random)
    assert parses(wide)
    places = [(one.code, plain(wide[one.span.start : one.span.end])) for one in check_source(wide)]
    assert places == [(one.code, plain(text[one.span.start : one.span.end])) for one in check_source(text)]
    assert plain(fix_source(wide, unsafe=True).text) == plain(fix_source(text, unsafe=True).text)
