"""What happens to one tree when it is checked, repaired and refactored."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from benchmarks.corpora import python_files
from benchmarks.tool import COMMAND

_CHANGE = re.compile(rb"^(?P<first>\d+)(,(?P<last>\d+))?(?P<kind>[acd])(?P<new>\d+)(,(?P<end>\d+))?", re.MULTILINE)
_CRASH = re.compile(r"Traceback|[Ii]nternal error|\(please report")
_EVERYTHING = ("--isolated", "--no-cache", "--no-respect-gitignore", "--exclude=", "--select=ALL")


class _Place(TypedDict):
    row: int
    column: int


class _Edit(TypedDict):
    location: _Place
    end_location: _Place


class _Fix(TypedDict):
    edits: list[_Edit]


class _Finding(TypedDict):
    code: str
    filename: str
    fix: _Fix | None


@dataclass(frozen=True, slots=True)
class Result:
    """What was seen.

    Args:
        files: how many Python files there are.
        findings: how many findings, those of files that do not parse left out.
        unparsable: how many files do not parse.
        unreadable: how many could not be read at all.
        code: the exit code of the check.
        expected: what it should be.
        fixed: how many files the fixes changed.
        refactored: how many files the refactor changed.
        crashes: lines that speak of a mistake of dropcheck's own.
        broken: files that compiled before a repair and not after it.
        elsewhere: files in which a line changed that no fix names.
    """

    files: int = 0
    findings: int = 0
    unparsable: int = 0
    unreadable: int = 0
    code: int = 0
    expected: int = 0
    fixed: int = 0
    refactored: int = 0
    crashes: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that went wrong, one line each."""
        wrong = () if self.code == self.expected else (f"exit code {self.code}, not {self.expected}",)
        broken = tuple(f"compiles no more: {name}" for name in self.broken)
        return (*self.crashes, *wrong, *broken, *(f"changed elsewhere: {name}" for name in self.elsewhere))

    def __add__(self, other: Result) -> Result:
        return Result(
            self.files + other.files,
            self.findings + other.findings,
            self.unparsable + other.unparsable,
            self.unreadable + other.unreadable,
            max(self.code, other.code),
            max(self.expected, other.expected),
            self.fixed + other.fixed,
            self.refactored + other.refactored,
            self.crashes + other.crashes,
            self.broken + other.broken,
            self.elsewhere + other.elsewhere,
        )


def examine(tree: Path) -> Result:
    """Check a tree, repair it in place, and refactor it.

    Args:
        tree: a copy that may be changed.
    """
    files = python_files(tree)
    before = {file: file.read_bytes() for file in files}
    code, found, said = _dropcheck("check", *_EVERYTHING, "--unsafe-fixes", "--output-format=json", str(tree))
    findings: list[_Finding] = json.loads(found) if found else []
    unparsable = [finding for finding in findings if finding["code"] == "DRP900"]
    errors = [line for line in said.splitlines() if line.startswith("error:")]
    # What DRP301 does is that of the refactor, also to what another fix has mended just before.
    fixes = ("--ignore=DRP301", "--fix", "--unsafe-fixes", "--exit-zero", "--quiet")
    _, _, fixing = _dropcheck("check", *_EVERYTHING, *fixes, str(tree))
    fixed = {file: file.read_bytes() for file in files}
    _, _, moving = _dropcheck("refactor", "--isolated", str(tree))
    after = {file: file.read_bytes() for file in files}
    compiled = [file for file in files if before[file] != after[file] and compiles(before[file], file)]
    return Result(
        files=len(files),
        findings=len(findings) - len(unparsable),
        unparsable=len(unparsable),
        unreadable=len(errors),
        code=code,
        expected=2 if errors else 1 if findings else 0,
        fixed=sum(before[file] != fixed[file] for file in files),
        refactored=sum(fixed[file] != after[file] for file in files),
        crashes=tuple(line for text in (said, fixing, moving) for line in text.splitlines() if _CRASH.search(line)),
        broken=tuple(str(file) for file in compiled if not (compiles(fixed[file], file) and compiles(after[file], file))),
        elsewhere=tuple(_changed_elsewhere(findings, before, fixed)),
    )


def _dropcheck(*arguments: str) -> tuple[int, bytes, str]:
    run = subprocess.run([*COMMAND, *arguments], capture_output=True, check=False)
    return run.returncode, run.stdout, run.stderr.decode(errors="replace")


def compiles(source: bytes, file: Path) -> bool:
    """Whether Python takes a source.

    Args:
        source: the bytes of a file.
        file: its name; stubs are only parsed, as Python does not run them.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, str(file), "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _changed_elsewhere(findings: Iterable[_Finding], before: dict[Path, bytes], fixed: dict[Path, bytes]) -> Iterator[str]:
    """The files with a change in a row that no edit of a finding touches."""
    named: dict[Path, set[int]] = {}
    for finding in findings:
        for edit in (finding["fix"] or {"edits": []})["edits"]:
            rows = range(edit["location"]["row"], edit["end_location"]["row"] + 1)
            named.setdefault(Path(finding["filename"]), set()).update(rows)
    for file, old in before.items():
        if old != fixed[file] and any(map(named.get(file, set()).isdisjoint, changed_rows(old, fixed[file]))):
            yield str(file)


def changed_rows(old: bytes, new: bytes) -> Iterator[tuple[int, ...]]:
    """The rows of the old text, counted from 1, that are not the same in the new one; an insertion is that behind it.

    Args:
        old: the text before.
        new: the text after.

    Yields:
        For each of them, the rows of which it may be any: those around an insertion, and more where equal rows follow each other.
    """
    with tempfile.TemporaryDirectory() as name:
        paths = [Path(name, "old"), Path(name, "new")]
        for path, text in zip(paths, (old, new), strict=True):
            path.write_bytes(text)
        run = subprocess.run(
            ["diff", "--text", *paths], capture_output=True, check=False
        )  # of texts this long, difflib is too slow
    rows, new_rows = old.split(b"\n"), new.split(b"\n")
    for match in _CHANGE.finditer(run.stdout):
        first, last = int(match["first"]), int(match["last"] or match["first"])
        if match["kind"] != b"a":
            yield from ((row,) for row in range(first, last + 1))
            continue
        end, least = int(match["end"] or match["new"]), first
        while least and rows[least - 1] == new_rows[end - 1 - first + least]:
            least -= 1
        yield tuple(range(least, first + 2))  # an edit may begin at the end of the row before
