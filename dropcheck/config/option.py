"""What an option is: its name, its type, its default, its meaning, and how the command line takes it."""

from __future__ import annotations

from enum import Enum

from dropcheck.frozen import dataclass

VARIABLE_PREFIX = "DROPCHECK_"
"""What the names of environment variables begin with."""


class Kind(Enum):
    """What a value must be; the words finish the sentence "must be ..."."""

    BOOLEAN = "true or false"
    CHOICE = "one of"
    FORMATS = "one or more of"
    COUNT = "a whole number above zero"
    PATH = "a path"
    TEXT = "a text"
    STRINGS = "a list of strings"
    SELECTORS = "a list of codes or names"
    GLOBS = "a list of globs"
    DOTTED_NAMES = "a list of dotted names"
    SELECTORS_BY_GLOB = "a table of globs, each with a list of codes or names"
    SEVERITIES = "a table of codes or names, each with one of"
    FUNCTIONS = "an array of tables"


class Group(Enum):
    """The headings of ``--help``, in their order."""

    RULES = "Rules"
    KNOWN = "Known findings"
    FIXES = "Fixes"
    FILES = "Files"
    CONFIGURATION = "Configuration"
    OUTPUT = "Output"
    RUN = "Run"


@dataclass(frozen=True, slots=True)
class Flag:
    """How an option is given on the command line.

    Args:
        group: the heading it stands under.
        help: what it does, in one line of ``--help``.
        metavar: the word for its value.
        short: its short form, such as ``-q``.
        bare: whether the value may be left out; then it is empty, and can only be given behind ``=``.
    """

    group: Group
    help: str
    metavar: str = ""
    short: str = ""
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One option.

    Args:
        name: the key in the file, which is also the name on the command line.
        kind: what its value must be.
        default: the value where it is not given, as it would stand in the file; None: there is none.
        doc: what it does, in Markdown.
        example: a line of TOML that sets it.
        choices: the words allowed, for ``Kind.CHOICE``, ``Kind.FORMATS`` and ``Kind.SEVERITIES``.
        flag: how the command line takes it; None: only files do.
        in_file: whether a configuration file can hold it.
    """

    name: str
    kind: Kind
    default: bool | str | tuple[str, ...] | None
    doc: str
    example: str = ""
    choices: tuple[str, ...] = ()
    flag: Flag | None = None
    in_file: bool = True

    @property
    def type(self) -> str:
        """The type in words, for the documentation and for messages."""
        if self.choices:
            return f"{self.kind.value} {', '.join(repr(choice) for choice in self.choices)}"
        return self.kind.value

    @property
    def field(self) -> str:
        """The name of the field of ``Settings``, and of the parameter of the command."""
        return self.name.replace("-", "_")

    @property
    def variable(self) -> str:
        """The environment variable that stands in for the option of the command line."""
        return VARIABLE_PREFIX + self.field.upper()


def run_option(
    name: str,
    group: Group,
    text: str,
    kind: Kind = Kind.BOOLEAN,
    *,
    metavar: str = "",
    short: str = "",
    choices: tuple[str, ...] = (),
    bare: bool = False,
) -> Option:
    """An option that concerns one run, and so has no place in a file.

    Args:
        name: its name.
        group: the heading it stands under.
        text: what it does, in one line of ``--help``.
        kind: what its value must be.
        metavar: the word for its value.
        short: its short form.
        choices: the words allowed, for ``Kind.CHOICE``; the first is the default.
        bare: whether its value may be left out.
    """
    default = False if kind is Kind.BOOLEAN else choices[0] if choices else None
    return Option(name, kind, default, text, choices=choices, flag=Flag(group, text, metavar, short, bare), in_file=False)
