"""Other names and another layout are the same program, so they have the same findings."""

import io
import re
import subprocess
import sys
import tempfile
import tokenize
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from proof.generated.projects import generate

import dropcheck
from properties.programs import parses
from properties.texts import SLOW, programs_with_dropout

#: Names in generated projects that say nothing of a mode, of a rate or of an intention.
RENAMED = re.compile(
    r"x|h|inner|helper\d|his_helper\d|my_helper\d|Layer\d|held\d|kept\d|Net|Base|Mixin|module|function|config|options"
)
#: What they may become; classes get a capital, since an imported name with one is taken for a class.
NEW = tuple(f"{stem}_{letter}" for stem in ("alpha", "thing", "été", "o0", "aVeryLongNameIndeed") for letter in "abcdefgh")

projects = st.integers(0, 10**6).map(lambda seed: generate(seed).files)
renamings = st.permutations(NEW)


def renamed(files: Mapping[str, str], names: list[str]) -> dict[str, str]:
    """Consistently, in all files at once, token by token: every row stays where it is."""
    known: dict[str, str] = {}
    free = iter(names)

    def rename(text: str) -> str:
        rows = text.splitlines(keepends=True)
        for token in reversed(list(tokenize.generate_tokens(io.StringIO(text).readline))):
            if token.type == tokenize.NAME and RENAMED.fullmatch(token.string):
                if token.string not in known:
                    new = next(free)
                    known[token.string] = new.capitalize() if token.string[0].isupper() else new
                (row, start), (_, end) = token.start, token.end
                rows[row - 1] = rows[row - 1][:start] + known[token.string] + rows[row - 1][end:]
        # Attributes that are set by name.
        return re.sub(r"'(held\d|kept\d)'", lambda match: repr(known.setdefault(match[1], match[1])), "".join(rows))

    return {path: rename(text) for path, text in files.items()}


def found_in(files: Mapping[str, str]) -> Counter[tuple[str, int, str, str]]:
    """File, row, rule and confidence of every finding."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            Path(folder, path).parent.mkdir(exist_ok=True)
            Path(folder, path).write_text(text, encoding="utf-8")
        report = dropcheck.check_paths([folder])
        return Counter(
            (
                Path(one.path).relative_to(folder).as_posix(),
                files[Path(one.path).relative_to(folder).as_posix()].count("\n", 0, one.span.start),
                one.code,
                one.confidence.value,
            )
            for one in report.findings
        )


@given(projects, renamings)
@SLOW
def test_renaming_changes_no_finding(files: Mapping[str, str], names: list[str]) -> None:
    assert found_in(renamed(files, names)) == found_in(files)


def formatted(text: str, *options: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--isolated", *options, "-"],
        input=text.encode(),
        capture_output=True,
        check=True,
    )
    return run.stdout.decode()


def rules_in(text: str) -> Counter[tuple[str, str, str]]:
    return Counter((one.code, one.qualified_name, one.confidence.value) for one in dropcheck.check_source(text))


@given(programs_with_dropout.filter(lambda text: "# mode" not in text), st.sampled_from(("20", "88", "320")))
@SLOW
def test_formatting_changes_no_finding(text: str, width: str) -> None:
    after = formatted(text, f"--line-length={width}")
    assert parses(after)
    assert rules_in(after) == rules_in(text)


@given(projects, st.sampled_from(("20", "120")))
@SLOW
def test_formatting_a_project_changes_no_finding(files: Mapping[str, str], width: str) -> None:
    after = {path: formatted(text, f"--line-length={width}") for path, text in files.items()}
    plain = Counter((path, code, confidence) for path, _, code, confidence in found_in(files).elements())
    assert Counter((path, code, confidence) for path, _, code, confidence in found_in(after).elements()) == plain
