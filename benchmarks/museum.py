"""Hold findings against real bugs, before and after their public fix.

A case is a line of JSON: `id`, `repo` (on GitHub), `path`, `before` and `after` (commits; `after` may be null),
`bug_lines` (in the file before), `alt_lines` (where a report is as good), `bad_after` (lines still wrong after), and `kind`:
`bug`, or another word for code that is right or meant. `evidence` may hold a link to a report.
"""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import tool
from benchmarks.folders import Unavailable, last_line, made_once
from benchmarks.labels import LITERALLY_ON, Found, read_findings

_LINK = re.compile(r"https://\S+")


@dataclass(frozen=True, slots=True)
class MuseumCase:
    """A bug, or code that looks like one.

    Args:
        name: what to call it.
        repository: owner and name on GitHub.
        path: the file.
        before: the commit with the bug.
        after: the commit with the fix, if there is one.
        lines: where a report is right in the file before.
        bad_after: where a report is still right in the file after.
        is_bug: False if the code before is right or meant, too.
        link: where it was reported, if that is known.
    """

    name: str
    repository: str
    path: str
    before: str
    after: str | None
    lines: frozenset[int]
    bad_after: frozenset[int]
    is_bug: bool
    link: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What dropcheck makes of a case.

    Args:
        name: the case.
        wished: whether it is as it should be, with the default confidence.
        before: what is reported at the lines in question before the fix.
        after: what is reported after it, anywhere in the file.
    """

    name: str
    wished: bool
    before: str
    after: str


def read_cases(path: Path) -> tuple[MuseumCase, ...]:
    """Read cases.

    Args:
        path: the file.

    Returns:
        The cases.

    Raises:
        Unavailable: if it is no such file.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(_case(json.loads(line)) for line in lines if line.strip())
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}") from error
    except KeyError as error:
        raise Unavailable(f"{path}: a case has no {error}") from error
    except ValueError as error:
        raise Unavailable(f"{path}: {error}") from error


def _case(item: dict[str, Any]) -> MuseumCase:
    return MuseumCase(
        name=item["id"],
        repository=item["repo"],
        path=item["path"],
        before=item["before"],
        after=item.get("after"),
        lines=frozenset((*item["bug_lines"], *item.get("alt_lines", ()))),
        bad_after=frozenset(item.get("bad_after", ())),
        is_bug=item["kind"] == "bug",
        link=link[0] if (link := _LINK.search(item.get("evidence", ""))) else "",
    )


def judge_case(case: MuseumCase, clones: Path | None, cache: Path) -> Verdict:
    """Check a case before and after.

    Args:
        case: the case.
        clones: a folder of repositories, as OWNER/NAME.
        cache: the folder of the downloads.

    Returns:
        The verdict.

    Raises:
        Unavailable: if the repository cannot be had, or dropcheck fails.
    """
    repository = _repository(case.repository, clones, cache)
    before = _findings(case, case.before, repository, cache)
    after = _findings(case, case.after, repository, cache) if case.after else None
    return verdict(case, before, after)


def verdict(case: MuseumCase, before: tuple[Found, ...], after: tuple[Found, ...] | None) -> Verdict:
    """What to make of the findings in the file of a case.

    Args:
        case: the case.
        before: the findings in the file before, of any confidence.
        after: those after; None if there is no fix.
    """
    there = tuple(finding for finding in before if case.lines.intersection((finding.first, *finding.related)))
    left = tuple(finding for finding in after or () if finding.first not in case.bad_after)
    reported = [finding for finding in there if finding.confidence == "high"]
    still = [finding for finding in left if finding.confidence == "high"]
    wished = bool(reported) if case.is_bug else all(finding.code == LITERALLY_ON for finding in reported)
    return Verdict(case.name, wished and not still, _words(there), "-" if after is None else _words(left))


def _words(found: tuple[Found, ...]) -> str:
    return ", ".join(f"{finding.code} {finding.confidence} at {finding.first}" for finding in found) or "nothing"


def _repository(name: str, clones: Path | None, cache: Path) -> Path:
    """A repository on this machine; from GitHub, without the contents of files that nobody asks for, if need be."""
    if clones is not None and (clones / name).is_dir():
        return clones / name
    return made_once(cache / "clones" / name, lambda folder: _clone(name, folder))


def _clone(name: str, folder: Path) -> None:
    _git("clone", "--quiet", "--bare", "--filter=blob:none", f"https://github.com/{name}", str(folder))


def _findings(case: MuseumCase, commit: str, repository: Path, cache: Path) -> tuple[Found, ...]:
    """What is found in the file of a case, looking at the whole repository at a commit."""
    tree = made_once(cache / "museum" / case.repository / commit, lambda folder: _export(repository, commit, folder))
    answer = tool.ask(*tool.cold("check", "--min-confidence", "low", "--output-format", "json", str(tree)))
    return tuple(finding for finding in read_findings(answer.out, tree) if finding.path == case.path)


def _export(repository: Path, commit: str, folder: Path) -> None:
    archive = folder / "archive.zip"
    _git("-C", str(repository), "archive", "--format=zip", f"--output={archive}", commit, "--", "*.py")
    with zipfile.ZipFile(archive) as files:
        files.extractall(folder)
    archive.unlink()


def _git(*arguments: str) -> None:
    run = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    if run.returncode:
        raise Unavailable(f"git: {last_line(run.stderr)}")
