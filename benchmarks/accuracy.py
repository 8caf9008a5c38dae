"""How right dropcheck is on code that somebody has labelled.

python -m benchmarks.accuracy --labels labels.csv                  calls in the packages of benchmarks/corpora.py
python -m benchmarks.accuracy --museum cases.jsonl                 bugs before and after their fix
python -m benchmarks.accuracy --museum cases.jsonl --clones DIR    with repositories in DIR/OWNER/NAME, not from GitHub
python -m benchmarks.accuracy ... --output docs/accuracy_table.md  and python docs/generate.py puts it into docs/accuracy.md

Labels are CSV with the columns package, version, path (in the wheel), line, label (bug, ok or intentional) and note.
A case of the museum is a line of JSON, described in benchmarks/museum.py.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import tool
from benchmarks.corpora import VERSIONS, unpacked
from benchmarks.folders import Unavailable, add_cache_option
from benchmarks.labels import CONFIDENCES, Found, Judgement, Label, judge, read_findings, read_labels
from benchmarks.machine import conditions
from benchmarks.museum import judge_case, read_cases
from benchmarks.speed import to_stderr
from benchmarks.tables import markdown


def judgements(labels: Sequence[Label], cache: Path) -> Iterator[tuple[str, Judgement]]:
    """Check every labelled package.

    Args:
        labels: the labels.
        cache: the folder of the downloads.

    Yields:
        A confidence, and what the findings in a package are worth if that much is asked for.

    Raises:
        Unavailable: if a package cannot be had, or labels are for another version of it.
    """
    for package in dict.fromkeys(label.package for label in labels):
        own = [label for label in labels if label.package == package]
        if package not in VERSIONS or any(label.version != VERSIONS[package] for label in own):
            raise Unavailable(f"the labels are for {package} {own[0].version}, which is not in benchmarks/corpora.py")
        to_stderr(f"checking {package}")
        tree = unpacked(package, cache)
        answer = tool.ask(*tool.cold("check", "--min-confidence", "low", "--output-format", "json", str(tree)))
        found = read_findings(answer.out, tree)
        for confidence in CONFIDENCES:
            yield confidence, judge(own, [finding for finding in found if finding.reported(confidence)])


def table(judged: Sequence[tuple[str, Judgement]]) -> str:
    """Numbers, by the confidence that is asked for.

    Args:
        judged: confidences, and what the findings in a package are worth.
    """
    rows = []
    for confidence in CONFIDENCES:
        own = [judgement for asked, judgement in judged if asked == confidence]
        parts = [(one.hits, one.misses, one.false_alarms, one.meant, one.unlabelled) for one in own]
        rows.append((confidence, *(str(sum(map(len, column))) for column in zip(*parts, strict=True))))
    header = ("--min-confidence", "Bugs found", "Bugs missed", "False alarms", "Meant, and asked about", "Not labelled")
    return markdown(header, rows)


def details(judged: Sequence[tuple[str, Judgement]]) -> Iterator[str]:
    """What to look at: all that is not as wished with the least confidence.

    Args:
        judged: confidences, and what the findings in a package are worth.
    """
    for confidence, judgement in judged:
        if confidence != CONFIDENCES[-1]:
            continue
        for label in judgement.misses:
            yield f"- missed: {label.path}:{label.line} {label.note}\n"
        for finding, label in judgement.false_alarms:
            yield f"- false alarm: {_place(finding)}: {label.note}\n"
        for finding in judgement.unlabelled:
            yield f"- not labelled: {_place(finding)}\n"


def _place(finding: Found) -> str:
    return f"{finding.path}:{finding.first} {finding.code} ({finding.confidence})"


def museum_table(path: Path, clones: Path | None, cache: Path) -> str:
    """The verdict on each case; a case whose repository cannot be had says so.

    Args:
        path: the cases.
        clones: a folder of repositories, as OWNER/NAME.
        cache: the folder of the downloads.

    Raises:
        Unavailable: if the file cannot be read.
    """
    rows = []
    for case in read_cases(path):
        to_stderr(f"checking {case.name}")
        kind = "bug" if case.is_bug else "right or meant"
        name = f"[{case.name}]({case.link})" if case.link else case.name
        try:
            verdict = judge_case(case, clones, cache)
        except Unavailable as reason:
            rows.append((name, kind, "-", str(reason), ""))
        else:
            rows.append((name, kind, "yes" if verdict.wished else "**no**", verdict.before, verdict.after))
    return markdown(("Case", "Kind", "As wished", "Reported before", "Reported after"), rows)


def main(argv: Sequence[str] | None = None) -> int:
    """Check what is labelled, and print tables.

    Args:
        argv: the arguments; by default those of the process.

    Returns:
        The exit code: 2 if something could not be read or downloaded.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=Path, metavar="FILE", help="labelled calls, as CSV")
    parser.add_argument("--museum", type=Path, metavar="FILE", help="bugs before and after their fix, as lines of JSON")
    parser.add_argument("--clones", type=Path, metavar="DIR", help="repositories of the museum, as OWNER/NAME")
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to FILE, and say what was measured with what")
    add_cache_option(parser)
    arguments = parser.parse_args(argv)
    if arguments.labels is None and arguments.museum is None:
        parser.error("give --labels, --museum or both")
    parts = []
    try:
        if arguments.labels is not None:
            judged = list(judgements(read_labels(arguments.labels), arguments.cache))
            parts.append(f"## Labelled calls\n\n{table(judged)}\n{''.join(details(judged))}")
        if arguments.museum is not None:
            parts.append(f"## Museum\n\n{museum_table(arguments.museum, arguments.clones, arguments.cache)}")
    except Unavailable as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 2
    if arguments.output is None:
        print("".join(parts), end="")
    else:
        taken = f"Measured {datetime.now(UTC):%Y-%m-%d}.\n\n{conditions()}"
        arguments.output.write_text("\n".join((*parts, taken)), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
