"""TorchScript: it runs out of Python's sight, but its graph knows the lines it was made from."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import torch
from torch import nn

# As torch.jit.script and as torch.jit.trace write it.
_LINE = re.compile(r'File "(?P<script>[^"]+)", line (?P<row>\d+)|^\s*(?P<trace>\S.*)\((?P<traced>\d+)\): ', re.MULTILINE)
_RANDOM = re.compile(r"dropout|scaled_dot_product_attention|bernoulli|rand|normal|uniform|multinomial|rrelu")
_TORCH = os.path.dirname(torch.__file__)
_MANY = 5


def is_script(module: nn.Module) -> bool:
    """Whether a module runs as TorchScript, which keeps its attributes out of Python's reach.

    Args:
        module: the module.
    """
    return isinstance(module, torch.jit.ScriptModule)


def class_name(module: nn.Module) -> str:
    """The name of the class of a module; of a compiled or scripted one, that of the class it was made from.

    Args:
        module: the module.
    """
    inner = getattr(module, "_orig_mod", module)
    return str(getattr(inner, "original_name", None) or type(inner).__name__)


def lines_of_script(module: nn.Module) -> str:
    """Which lines of a scripted module may have drawn, in a sentence.

    Args:
        module: the module.
    """
    lines = sorted({line for each in module.modules() if is_script(each) for line in _lines(each)})
    said = "it runs as TorchScript, which does not tell the line"
    if not lines:
        return said
    more = f" and {len(lines) - _MANY} more" if len(lines) > _MANY else ""
    return f"{said}; it may be {', '.join(lines[:_MANY])}{more}"


def _lines(module: nn.Module) -> Iterator[str]:
    graph = getattr(module, "graph", None)
    for node in graph.nodes() if graph is not None else ():
        # A call of a Python function is named by what it is called with: the function, as a constant.
        names = (node.kind(), *(each.type().annotation_str for each in node.inputs()), str(node))
        if any(_RANDOM.search(name) for name in names):
            line = next(_own_lines(node.sourceRange()), None)
            if line is not None:
                yield line


def _own_lines(source: str) -> Iterator[str]:
    for found in _LINE.finditer(source):
        path, row = found["script"] or found["trace"], found["row"] or found["traced"]
        if not path.startswith(_TORCH):
            yield f"{path}:{row}"
