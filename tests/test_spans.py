"""Places are those of the text, also where LibCST does not keep all of it."""

import pytest

from dropcheck import State, check_source, fix_source
from dropcheck.engine.workspace import InternalError

CODE = """\
import torch.nn.functional as F
from torch import nn

try:
    import x
except ImportError:
    x = None


class Net(nn.Module):
    def forward(self, x):
        try:
            y = F.dropout(x, 0.5)
        except* (TypeError, ValueError):
            y = x
        y = y + 1
        return F.dropout(y, 0.5)  # the end
"""
FIXED = CODE.replace("0.5)", "0.5, training=self.training)")

#: Each changes the layout of the code and nothing else.
LAYOUTS = {
    "blank before the colon of except": (("except ImportError:", "except ImportError :"),),
    "blanks and tabs": (("ImportError:", "ImportError \t :"), ("ValueError):", "ValueError)  :")),
    "broken before the colon": (("ImportError:", "ImportError \\\n  \\\n :"),),
    "row of only a backslash": (("        return", "\\\n        return"),),
    "several": (("        return", "\\\n\\\n        return"), ("ImportError:", "ImportError :")),
    "indented as the statement": (("        return", "        \\\n        return"),),
    "indented by the backslash alone": (("        return", "        \\\n  return"),),
    "as it is": (),
    "at the top": (("import torch", "\\\nimport torch"),),
    "between statements of the top": (("try:\n    import", "\\\ntry:\n    import"),),
}
#: Comments behind the last row that are set in, but less than any block: LibCST keeps the last of them.
SET_IN = ("\n  #\n  #0", "\n  #\n  #0\n", "\n  # a\n\n  # a\n\n # b\n# c", "\n  # a\n  # a\n\n")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("ending", ["", "\n", "\n\n# the end", "\n\n    ", "\n# the end\n\n\t# of it\n  ", "\n    \n ", *SET_IN])
def test_blanks_that_libcst_drops_move_no_place_and_no_edit(name: str, newline: str, ending: str) -> None:
    def laid_out(text: str) -> str:
        for old, new in LAYOUTS[name]:
            assert old in text
            text = text.replace(old, new, 1)
        return f"{text.rstrip()}{ending}".replace("\n", newline)

    text = laid_out(CODE)
    places = [text[finding.span.start : finding.span.end] for finding in check_source(text, "net.py")]
    assert places == ["F.dropout(x, 0.5)", "F.dropout(y, 0.5)"]
    assert fix_source(text, "net.py").text == laid_out(FIXED)


def test_what_libcst_reads_as_something_else_is_refused() -> None:
    # To Python the last row stands behind the "if", to LibCST in it.
    with pytest.raises(InternalError, match="cannot be analysed from row 7 "):
        check_source("import torch.nn.functional as F\n\n\nif F:\n    y = F.dropout(1)\n    x = 1\n\\\nz = 1\n", "net.py")


@pytest.mark.parametrize("ending", SET_IN)
def test_comments_that_libcst_drops_are_read(ending: str) -> None:
    text = f"{CODE.rstrip()}\n  # dropcheck: file-ignore[DRP101] meant{ending}"
    assert {finding.state for finding in check_source(text, "net.py")} == {State.SUPPRESSED}
