"""A project of a stranger: every hostile string in every place that a report may quote."""

from __future__ import annotations

import json
import os
from pathlib import Path

from notebooks_helper import dump, notebook

PAYLOADS = {
    "rich markup": "[bold red]x[/] [link=https://evil.example]y[/link] :smile: \\[",
    "colour": "\x1b[2J\x1b[31mx\x1b[0m",
    "title of the terminal": "\x1b]0;evil\x07",
    "link of the terminal": "\x1b]8;;https://evil.example\x1b\\y\x1b]8;;\x1b\\",
    "C1 controls": "\x9b2J\x9d0;evil\x9c\x85\x84",
    "backspaces": "a\x08\x08\x7f\x0b\x0c",
    "bidi overrides": "\u202e\u202d\u2066x\u2069\u200f\u061c",
    "invisible": "\u200b\ufeff\u2060\u00ad\U000e0041",
    "line separators": "a\u2028::error::x\u2029::error::x\x1c::error::x\x85::error::x",
    "GitHub": "::error file=a,line=1::evil ::stop-commands::x %0A::error::evil",
    "GitHub at the start of a line": "\n::error::evil\r\n::set-output name=a::evil\r  ::add-mask::e",
    "GitHub, the old way": "##[error]evil ##[add-mask]e",
    "Azure": "##vso[task.setvariable variable=a;issecret=false]evil %AZP25",
    "TeamCity": "##teamcity[buildStop comment='evil']",
    "XML": ']]></failure><evil a="1">&lol;<!-- --><![CDATA[',
    "JSON": '"},{"evil":1}],"x":["\\"',
    "HTML": "<script>evil()</script><img src=x onerror='evil()'></title></style>",
    "Markdown": "](https://evil.example) ![i](https://evil.example) |a|b| `c` ``` **b** <https://evil.example> www.evil.example",
    "mentions": "@everyone #1 GH-1 ~evil !1 $x$",
    "SARIF link": "[evil](https://evil.example) [e](1)",
    "format": "%s %(x)s {0} {x!r} $HOME `id` $(id) \\n \\x1b[2J",
}

#: Names that Python takes: letters of another direction, wide ones, marks that combine, and one that cannot be seen.
IDENTIFIERS = ("\u05e9\u05dc\u05d5\u05dd", "\uff2e\uff45\uff54", "N\u0335\u0336et", "\u115f\u3164", "\u0627\u0644")

BODY = """\
import torch.nn.functional as F
from helper import drop
from torch import nn

# {comment}


class {name}(nn.Module):
    '''{text}'''

    def forward(self, q, {name}={literal}):
        x = F.dropout(q)  # {comment}
        x = F.scaled_dot_product_attention(q, q, q, dropout_p=self.p[{literal}])
        x = F.dropout(x, training=self.modes[{literal}])
        x = F.dropout(x, training={literal})
        x = F.dropout(x, {literal})
        x = F.dropout(x, training=not (self.training and {literal}))
        x = F.dropout(self.training, {literal}, training=self.train)
        self.{name} = {{{literal}: nn.Dropout(0.5)}}
        x = nn.Dropout({literal})(x)
        x = drop(x, {literal})
        {name} = drop(x, p={literal})
        F.dropout(x, training=self.training)
        x = F.dropout(x)  # dropcheck: always-on ({comment})
        x = F.dropout(x)  # dropcheck: ignore[DRP101] {comment}
        x = F.dropout(x)  # dropcheck: ignore[{comment}] {comment}
        x = F.dropout(x)  # dropcheck: {comment}
        x = F.dropout(x)  # noqa: DRP101 {comment}
        '''
        {text}
::error::evil
        '''
        x = F.dropout(x)
        '''
  ::error::evil
{text}
        '''
        return x
"""
HELPER = "import torch.nn.functional as F\n\n\ndef drop(x, p={literal}):\n    # {comment}\n    return F.dropout(x, p)\n"


def name_of_file(payload: str) -> str:
    return payload.replace("/", "\u2044")


def in_source(payload: str) -> str:
    """The payload on one row of source."""
    return " ".join(payload.replace("\x0c", " ").splitlines()).replace("'", "\u02bc")


def in_string(payload: str) -> str:
    escaped = payload.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r")
    return f"'{escaped}'"


def sources(payload: str, number: int) -> dict[str, bytes]:
    """The files that carry one payload, by their names in a folder that carries it, too."""
    comment, literal = in_source(payload), in_string(payload)
    identifier = IDENTIFIERS[number % len(IDENTIFIERS)]
    body = BODY.format(comment=comment, literal=literal, name=identifier, text=payload.replace("'", "\u02bc").replace("\\", "/"))
    name = name_of_file(payload)
    kernel = {"language_info": {"name": payload}}
    texts = {
        f"net{name}.py": body,
        "helper.py": HELPER.format(comment=comment, literal=literal),
        f"broken{name}.py": f"def f(:\n    # {comment}\n",
        f"broken2{name}.py": f"x = 1 {comment} 2\nimport {comment}\n",
        f"broken3{name}.py": f"x = {literal[:-1]}\nF.dropout\n",
        f"coding{name}.py": f"# -*- coding: {comment} -*-\nF.dropout\n",
        f"coding2{name}.py": f"# coding: evil-{number}\nF.dropout\n",
        f"nb{name}.ipynb": dump(notebook("import torch.nn.functional as F", f"# {comment}\nF.dropout(x, {literal})")),
        f"nb2{name}.ipynb": json.dumps({"cells": [], "metadata": kernel, "nbformat": 4}),
        f"nb3{name}.ipynb": json.dumps({"cells": [], "nbformat": payload}),
        f"nb4{name}.ipynb": f'{{"cells": {comment}',
    }
    return {name: text.encode("utf-8", "ignore") for name, text in texts.items()} | {f"undecodable{name}.py": b"F.dropout \xff"}


def make_project(folder: Path) -> Path:
    """Write all of it.

    Args:
        folder: where the project is to be.

    Returns:
        The project.
    """
    for number, payload in enumerate(PAYLOADS.values()):
        inside = os.path.join(os.fsencode(folder), os.fsencode(f"d{name_of_file(payload)}"))
        os.makedirs(inside)
        for name, raw in sources(payload, number).items():
            with open(os.path.join(inside, os.fsencode(name)[:250]), "wb") as file:
                file.write(raw)
    # Bytes that are no text, in the name of a file and of a folder.
    os.makedirs(os.path.join(os.fsencode(folder), b"bytes\xff\xfe"))
    with open(os.path.join(os.fsencode(folder), b"bytes\xff\xfe", b"net\x80\xed\xa0\x80.py"), "wb") as file:
        file.write(b"import torch.nn.functional as F\n\n\ndef f(x):\n    return F.dropout(x)\n")
    return folder
