"""Hold findings against labels that somebody gave by reading."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from benchmarks.folders import Unavailable

#: Confidences, from the one that is reported by default to the one that has to be asked for.
CONFIDENCES = ("high", "medium", "low")
#: Its fix and its message ask whether it is meant, so reporting a call that is meant is no mistake.
LITERALLY_ON = "DRP102"
_COLUMNS = ("package", "version", "path", "line", "label")


class Word(Enum):
    """What a label can say of a call."""

    BUG = "bug"
    OK = "ok"
    INTENTIONAL = "intentional"


@dataclass(frozen=True, slots=True)
class Label:
    """What is true of a call.

    Args:
        package: the corpus.
        version: its version.
        path: the file, relative to the unpacked package.
        line: where the call starts.
        word: what is true of it.
        note: why.
    """

    package: str
    version: str
    path: str
    line: int
    word: Word
    note: str


@dataclass(frozen=True, slots=True)
class Found:
    """A finding.

    Args:
        path: the file, relative to the tree.
        first: the line where it starts.
        last: the line where it ends.
        code: the rule.
        confidence: how sure it is.
        related: lines of the same file that it points to.
    """

    path: str
    first: int
    last: int
    code: str
    confidence: str
    related: tuple[int, ...] = ()

    def reported(self, threshold: str) -> bool:
        """Whether it is reported if this much confidence is asked for.

        Args:
            threshold: the option ``--min-confidence``.
        """
        return CONFIDENCES.index(self.confidence) <= CONFIDENCES.index(threshold)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What findings are worth.

    Args:
        hits: bugs that are reported.
        misses: bugs that are not.
        false_alarms: reports of what is right or meant.
        meant: reports of what is meant, by the rule that asks whether it is.
        unlabelled: reports of what nobody has labelled.
    """

    hits: tuple[Label, ...]
    misses: tuple[Label, ...]
    false_alarms: tuple[tuple[Found, Label], ...]
    meant: tuple[tuple[Found, Label], ...]
    unlabelled: tuple[Found, ...]


def read_labels(path: Path) -> tuple[Label, ...]:
    """Read labels: CSV with the columns package, version, path, line and label; note is optional.

    Args:
        path: the file.

    Returns:
        The labels.

    Raises:
        Unavailable: if it is no such file.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if missing := [column for column in _COLUMNS if column not in (reader.fieldnames or ())]:
                raise Unavailable(f"{path}: has no column {missing[0]!r}")
            labels = tuple(_label(row) for row in reader)
    except OSError as error:
        raise Unavailable(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise Unavailable(f"{path}: {error}") from error
    if not labels:
        raise Unavailable(f"{path}: has no labels")
    return labels


def _label(row: Mapping[str, str]) -> Label:
    return Label(row["package"], row["version"], row["path"], int(row["line"]), Word(row["label"]), row.get("note") or "")


def read_findings(output: bytes, tree: Path) -> tuple[Found, ...]:
    """Read what ``dropcheck check --output-format json`` prints.

    Args:
        output: what it printed.
        tree: the folder that paths become relative to.
    """
    return tuple(
        Found(
            path=Path(item["filename"]).relative_to(tree).as_posix(),
            first=item["location"]["row"],
            last=item["end_location"]["row"],
            code=item["code"],
            confidence=item["confidence"],
            related=tuple(
                related["location"]["row"]
                for related in item["related"]
                if related["location"] and related["filename"] == item["filename"]
            ),
        )
        for item in json.loads(output)
    )


def judge(labels: Sequence[Label], found: Iterable[Found]) -> Judgement:
    """Hold the findings in a package against its labels.

    Args:
        labels: the labels of one package.
        found: the findings in it.

    Returns:
        What they are worth. Where one finding covers several labelled calls, the one where it starts decides.
    """
    by_path: defaultdict[str, list[Label]] = defaultdict(list)
    for label in labels:
        by_path[label.path].append(label)
    hits: set[Label] = set()
    false_alarms: list[tuple[Found, Label]] = []
    meant: list[tuple[Found, Label]] = []
    unlabelled: list[Found] = []
    for finding in found:
        about = _about(finding, by_path[finding.path])
        bugs = [label for label in about if label.word is Word.BUG]
        hits.update(bugs)
        if not about:
            unlabelled.append(finding)
        elif not bugs:
            intended = about[0].word is Word.INTENTIONAL and finding.code == LITERALLY_ON
            (meant if intended else false_alarms).append((finding, about[0]))
    bugs = [label for label in labels if label.word is Word.BUG]
    return Judgement(
        hits=tuple(label for label in bugs if label in hits),
        misses=tuple(label for label in bugs if label not in hits),
        false_alarms=tuple(false_alarms),
        meant=tuple(meant),
        unlabelled=tuple(unlabelled),
    )


def _about(finding: Found, labels: Sequence[Label]) -> list[Label]:
    """The labels of the calls that a finding is about."""
    starting = [label for label in labels if label.line == finding.first]
    return starting or [label for label in labels if finding.first <= label.line <= finding.last or label.line in finding.related]
