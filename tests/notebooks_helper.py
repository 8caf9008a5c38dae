"""Notebooks as Jupyter writes them."""

import json
from typing import Any

IMPORTS = "import torch.nn.functional as F\nfrom torch import nn"
NET = "class Net(nn.Module):\n    def forward(self, x):\n        return F.dropout(x, 0.5)"
FIXED_NET = NET.replace("0.5)", "0.5, training=self.training)")


def code(source: str, **changes: Any) -> dict[str, Any]:
    cell = {"cell_type": "code", "execution_count": 1, "id": "a1", "metadata": {}, "outputs": [], "source": _rows(source)}
    return {**cell, **changes}


def markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": "b2", "metadata": {}, "source": _rows(source)}


def notebook(*cells: str | dict[str, Any], language: str = "python", **changes: Any) -> dict[str, Any]:
    metadata = {"kernelspec": {"display_name": "K", "language": language, "name": "k"}, "language_info": {"name": language}}
    made = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    return {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5, **changes}


def dump(made: dict[str, Any]) -> str:
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _rows(source: str) -> list[str]:
    return source.splitlines(keepends=True)
