"""IPython's own syntax in the cells of a notebook, replaced by Python of the same length.

What is replaced, and how it is told from Python, follows IPython's documentation (``%quickref``) and its input transformer:
an escape counts at the start of a statement only, so a ``%`` that begins a row inside brackets is an operator.
"""

from __future__ import annotations

import re

from dropcheck.source.cells import CELL_START, blank, is_notebook, split_cells

#: Cell magics that run the rest of the cell as Python. Any other may be of any language.
_RUNS_PYTHON = re.compile("capture|debug|heat|ipytest|memit|prun|pyinstrument|pypy|python3?|scalene|snakeviz|time|timeit|wandb")
_SUSPICIOUS = re.compile(r"^[ \t]*[%!?,;/]|=[ \t]*[%!]|\?[ \t]*(?:#|\r?$)", re.MULTILINE)
_SURROGATE = re.compile("[\ud800-\udfff]")
_INDENTED = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]+[^\s#]")
_LEADING = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*")
_CELL_MAGIC = re.compile(r"[ \t]*%%(\w+)(\?*)[^\n]*\n?")
_ESCAPE = re.compile(r"[ \t]*(?=[%!?,;/])")
#: A command goes on behind a backslash at the end of a row.
_COMMAND = re.compile(r"(?:[^\\\r\n]|\\\r?\n|\\)*")
_HELP_ENDS = re.compile(r"\??[ \t]*(?:#[^\r\n]*)?(?=[\r\n]|\Z)")
_LEXEME = re.compile(
    r'"""(?:[^\\]|\\.)*?(?:"""|\Z)'
    r"|'''(?:[^\\]|\\.)*?(?:'''|\Z)"
    r'|"(?:[^"\\\n]|\\.)*"?'
    r"|'(?:[^'\\\n]|\\.)*'?"
    r"|\#[^\r\n]*"
    r"|\\\r?\n"
    r"|(?P<open>[(\[{])"
    r"|(?P<close>[)\]}])"
    r"|(?P<row>\r?\n|\r)"
    r"|(?P<assign>=[ \t]*(?=[%!](?!=)))"
    r"|(?P<help>\?)"
    r"|[^\"'\#\\(){}\[\]\r\n=?]+"
    r"|.",
    re.DOTALL,
)
#: Languages of Databricks, which switches a whole cell with one per cent sign, where IPython needs two.
_LANGUAGE = re.compile(r"\s*%(?:sql|md|md-sandbox|sh|scala|r|fs|html|javascript)\b", re.IGNORECASE)
#: Magics that are typed without their per cent sign more often than others.
_AUTOMAGIC = re.compile(
    r"\s*(?:cat|cd|conda|config|cp|env|load_ext|ls|mamba|matplotlib|micromamba|mkdir|mv|pip|reload_ext|rm|run|uv)[ \t]+[^\s=]"
)


def python_text(text: str) -> str:
    """The text of a notebook as Python; any other text as it is.

    Args:
        text: the text of a file.

    Returns:
        A text of the same length with the same rows. What is IPython's is a name that means nothing (where a
        statement or a value is needed) and spaces.
    """
    if not is_notebook(text):
        return text
    return "".join(map(python_of_cell, split_cells(text)))


def python_of_cell(source: str) -> str:
    """One cell as Python.

    Args:
        source: its source. Cells in another language become spaces.

    Returns:
        A text as long as the cell is in the text of its notebook. A cell whose rows are all indented is a block, since
        IPython removes what it is indented by.
    """
    # Half a surrogate pair can be written in JSON, but not parsed.
    python = _SURROGATE.sub("?", source)
    if _SUSPICIOUS.search(python) is not None:
        python = blank(python) if _is_foreign(python) else _Masking(python).run()
    header = "if 1:\n" if _INDENTED.match(python) else blank(CELL_START)
    return f"{header}{python}\n"


def is_no_python(cell: str) -> bool:
    """Whether a cell that does not parse is not meant to: another language, or a magic without its sign.

    Args:
        cell: its source.
    """
    return _LANGUAGE.match(cell) is not None or _AUTOMAGIC.match(cell) is not None


def _is_foreign(cell: str) -> bool:
    """Whether a cell starts with the magic of another language, below those that time or capture it."""
    start = _LEADING.match(cell)
    magic = _CELL_MAGIC.match(cell, start.end() if start else 0)
    while magic is not None and not magic[2]:
        if _RUNS_PYTHON.fullmatch(magic[1]) is None:
            return True
        magic = _CELL_MAGIC.match(cell, magic.end())
    return False


class _Masking:
    """The replacement of escapes in one cell, statement by statement."""

    def __init__(self, cell: str) -> None:
        self.cell = cell
        self.pieces: list[str] = []
        self.done = 0

    def run(self) -> str:
        """The cell as Python."""
        offset, statement, depth = 0, 0, 0
        while offset < len(self.cell):
            escape = _ESCAPE.match(self.cell, offset) if offset == statement else None
            if escape is not None:
                offset = self._mask_command(escape.end())
                continue
            lexeme = _LEXEME.match(self.cell, offset)
            assert lexeme is not None  # the last alternative takes any character
            offset = lexeme.end()
            match lexeme.lastgroup:
                case "open":
                    depth += 1
                case "close":
                    depth = max(depth - 1, 0)
                case "row" if not depth:
                    statement = offset
                case "assign" if not depth:
                    offset = self._mask_command(offset)
                case "help" if not depth and (end := _HELP_ENDS.match(self.cell, offset)):
                    indent = len(self.cell[statement:offset]) - len(self.cell[statement:offset].lstrip())
                    offset = self._mask(statement + indent, end.end())
        return "".join((*self.pieces, self.cell[self.done :]))

    def _mask_command(self, start: int) -> int:
        command = _COMMAND.match(self.cell, start)
        return self._mask(start, command.end() if command else start)

    def _mask(self, start: int, end: int) -> int:
        # A name without meaning, since a number would be taken for a value.
        self.pieces += (self.cell[self.done : start], "_", blank(self.cell[start + 1 : end]))
        self.done = end
        return end
