"""Every option of the configuration in one table: name, type, default, meaning."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a value must be; the words finish the sentence "must be ..."."""

    BOOLEAN = "true or false"
    CHOICE = "one of"
    STRINGS = "a list of strings"
    GLOBS = "a list of globs"
    DOTTED_NAMES = "a list of dotted names"
    SELECTORS_BY_GLOB = "a table of globs, each with a list of codes or names"
    FUNCTIONS = "an array of tables"


@dataclass(frozen=True, slots=True)
class Option:
    """One key of ``[tool.dropcheck]``.

    Args:
        name: the key, which is also the name of the command line's option.
        kind: what its value must be.
        default: the value where the key is absent, as it would stand in the file.
        doc: what it does, in Markdown.
        choices: the words allowed, for ``Kind.CHOICE``.
    """

    name: str
    kind: Kind
    default: bool | str | tuple[str, ...]
    doc: str
    choices: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The type in words, for the documentation and for messages."""
        if self.choices:
            return f"{self.kind.value} {', '.join(repr(choice) for choice in self.choices)}"
        return self.kind.value

    @property
    def field(self) -> str:
        """The name of the field of ``Settings``."""
        return self.name.replace("-", "_")


DEFAULT_EXCLUDE = (
    ".bzr",
    ".direnv",
    ".dropcheck_cache",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
"""What ruff leaves out by default, compiled files, and the folder of the tool's own cache."""

OPTIONS = (
    Option("select", Kind.STRINGS, (), "The rules to run, by code, prefix, name or `ALL`; empty: the default rules."),
    Option("extend-select", Kind.STRINGS, (), "Rules to run in addition to `select`."),
    Option("ignore", Kind.STRINGS, (), "Rules not to run."),
    Option(
        "per-file-ignores",
        Kind.SELECTORS_BY_GLOB,
        (),
        "Rules not to run on the files a glob matches. A glob is matched against the file's name and against its path "
        "relative to the folder of the configuration file; `*` crosses folders; a leading `!` inverts it; a trailing "
        "`/` means all that is in the folder.",
    ),
    Option(
        "exclude",
        Kind.GLOBS,
        DEFAULT_EXCLUDE,
        "Files and folders to leave out. A glob without a slash matches the name of a file or folder anywhere, one "
        "with a slash the path relative to the folder of the configuration file. Replaces the defaults.",
    ),
    Option("extend-exclude", Kind.GLOBS, (), "Files and folders to leave out in addition to `exclude`."),
    Option("force-exclude", Kind.BOOLEAN, False, "Leave out excluded files even if they are named on the command line."),
    Option("respect-gitignore", Kind.BOOLEAN, True, "Leave out what `.gitignore` files and `.git/info/exclude` ignore."),
    Option("output-format", Kind.CHOICE, "full", "How findings are printed.", choices=("full", "concise", "json")),
    Option("fix", Kind.BOOLEAN, False, "Repair what has a safe fix."),
    Option("unsafe-fixes", Kind.BOOLEAN, False, "Offer and apply fixes that may change more than evaluation, too."),
    Option(
        "fix-style",
        Kind.CHOICE,
        "flag",
        "How dropout that is always on is repaired: `flag` passes the mode to the function; `module` makes an `nn.Dropout` in "
        "`__init__` and calls that, which is an unsafe fix, and passes the mode where that cannot be done.",
        choices=("flag", "module"),
    ),
    Option(
        "min-confidence",
        Kind.CHOICE,
        "high",
        "Report findings of at least this confidence.",
        choices=("high", "medium", "low"),
    ),
    Option(
        "intent-words",
        Kind.STRINGS,
        (),
        "Further words that, in a class, a function or a comment, say that dropout in evaluation is meant.",
    ),
    Option(
        "module-bases",
        Kind.DOTTED_NAMES,
        (),
        "Classes of other packages, such as `mylib.nn.Layer`, that are subclasses of `torch.nn.Module`.",
    ),
    Option(
        "functions",
        Kind.FUNCTIONS,
        (),
        "Further dropout functions: `name` (dotted), `parameters` (in order), `p` and `flag` (the parameters that "
        "hold the probability and the switch), `p-default`, `flag-default`.",
    ),
)

OPTION_BY_NAME = {option.name: option for option in OPTIONS}
