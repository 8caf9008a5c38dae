"""Where the parts of a project stand, and how one file names what another defines."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

#: The parts of a project, each of which uses only those before it.
SECTIONS = ("settings", "ops", "layers", "base", "net")
PACKAGE = "package"
HEADER = ("import contextlib", "import functools", "import torch")


@dataclass(frozen=True, slots=True)
class Torch:
    """How a file imports torch, and how its parts are then spelt; ``{}`` is the name of a function."""

    lines: tuple[str, ...]
    function: str = "F.{}"
    nn: str = "nn"


SPELLINGS = (
    Torch(("import torch.nn as nn", "import torch.nn.functional as F")),
    Torch(("import torch.nn as nn", "import torch.nn.functional as F")),
    Torch(("from torch import nn", "from torch.nn import functional as F")),
    Torch(("from torch import nn",), "nn.functional.{}"),
    Torch((), "torch.nn.functional.{}", "torch.nn"),
    Torch(("import torch.nn as layer", "import torch.nn.functional as ops_of_torch"), "ops_of_torch.{}", "layer"),
    Torch(("from torch import nn", "from torch.nn.functional import *"), "{}"),
    Torch(("from torch import nn", "from torch.nn.functional import dropout, scaled_dot_product_attention"), "{}"),
    Torch(("from torch import nn", "import torch.nn.functional as F", "F = F if F is not None else None")),
    Torch(("try:", "    import torch.nn.functional as F", "except ImportError:", "    F = None", "from torch import nn")),
)


@dataclass(slots=True)
class File:
    """One file while it is written.

    Args:
        name: its module.
        torch: how it imports torch.
        imports: what it imports from the project, in order.
        lines: what it defines.
        known: how each foreign name is spelt here.
    """

    name: str
    torch: Torch
    imports: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    known: dict[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The source."""
        return "\n".join((*HEADER, *self.torch.lines, *dict.fromkeys(self.imports), "", *self.lines)) + "\n"


@dataclass(slots=True)
class Layout:
    """The files of a project.

    Args:
        random: where the choices come from.
        is_package: whether the files form a package; otherwise they lie side by side as scripts do.
        files: by the section that they hold; sections may share one.
        where: the section that defines each name.
        exported: what the ``__init__.py`` of the package imports.
    """

    random: Random
    is_package: bool
    files: dict[str, File]
    where: dict[str, str] = field(default_factory=dict)
    exported: list[str] = field(default_factory=list)

    @staticmethod
    def drawn(random: Random) -> "Layout":
        """Divide the sections into files: a first part of them stands in files of its own, the others in the last."""
        own = random.choice((0, 0, 1, 2, 3, 4, 4))
        files: dict[str, File] = {}
        last: File | None = None
        for number, section in enumerate(SECTIONS):
            if last is None or number == own or (number < own and random.random() < 0.8):
                last = File(section if number < own else "net", random.choice(SPELLINGS))
            files[section] = last
        return Layout(random, random.random() < 0.7, files)

    def define(self, name: str, section: str) -> None:
        """Say that a section defines a name."""
        self.where[name] = section

    def spelt(self, name: str, section: str) -> str:
        """How a section writes a name of the project, which is imported if need be."""
        here, there = self.files[section], self.files[self.where[name]]
        if here is there:
            return name
        if name not in here.known:
            here.known[name] = self._import(name, here, there)
        return here.known[name]

    def local_import(self, name: str, section: str) -> str:
        """The statement that imports a name inside a function; empty where it stands in the same file."""
        here, there = self.files[section], self.files[self.where[name]]
        return "" if here is there else f"from {self._source(there)} import {name}"

    def _source(self, there: File) -> str:
        if not self.is_package:
            return there.name
        return self.random.choice((f".{there.name}", f"{PACKAGE}.{there.name}"))

    def _import(self, name: str, here: File, there: File) -> str:
        source, alias = self._source(there), f"{there.name}_of_project"
        forms = [
            ([f"from {source} import {name}"], name),
            ([f"from {source} import {name}"], name),
            ([f"from {source} import {name} as my_{name}"], f"my_{name}"),
            ([f"from {source} import *"], name),
            (["try:", f"    from {source} import {name}", "except ImportError:", f"    {name} = None"], name),
            ([f"from {source} import {name} as his_{name}", f"my_{name} = his_{name}"], f"my_{name}"),
        ]
        if self.is_package:
            forms += [
                ([f"from . import {there.name}"], f"{there.name}.{name}"),
                ([f"from . import {there.name} as {alias}"], f"{alias}.{name}"),
                ([f"import {PACKAGE}.{there.name}"], f"{PACKAGE}.{there.name}.{name}"),
                ([f"from {PACKAGE} import {name}"], name),
            ]
        else:
            forms += [
                ([f"import {there.name}"], f"{there.name}.{name}"),
                ([f"import {there.name} as {alias}"], f"{alias}.{name}"),
            ]
        lines, spelling = self.random.choice(forms)
        here.imports.extend(["\n".join(lines)])
        if lines[0] == f"from {PACKAGE} import {name}":
            self.exported.append(f"from .{there.name} import {name}")
        return spelling

    def texts(self) -> dict[str, str]:
        """Every file by its path below the folder of the project."""
        folder = f"{PACKAGE}/" if self.is_package else ""
        files = {f"{folder}{file.name}.py": file.text for file in self._distinct()}
        if self.is_package:
            # What comes first uses nothing that comes later, so no import meets a half-imported package.
            order = {file.name: number for number, file in enumerate(self._distinct())}
            exported = sorted(set(self.exported), key=lambda line: (order[line.split()[1].removeprefix(".")], line))
            files[f"{folder}__init__.py"] = "".join(f"{line}\n" for line in exported)
        return files

    def _distinct(self) -> Iterable[File]:
        return {file.name: file for file in self.files.values()}.values()
