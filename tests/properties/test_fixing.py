"""What a fix leaves behind: the same text outside its edits, a text that parses, and nothing to fix."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given

import dropcheck
from dropcheck.model import Edit
from properties.programs import parses, programs
from properties.texts import QUICK, programs_with_dropout


def rewritten(text: str, edits: list[Edit]) -> str:
    """The text with edits, made the plain way."""
    for edit in sorted(edits, reverse=True):
        text = text[: edit.span.start] + edit.content + text[edit.span.end :]
    return text


#: Two calls of a helper in a class that may be no Module: told at the helper.
SHARED = (
    "import torch.nn.functional as F\n\n\ndef drop(x, training=True):\n    return F.dropout(x, 0.1, training)\n\n\n"
    "class Net(Base):\n    def forward(self, x):\n        x = drop(x)\n        return drop(x)\n"
)


@pytest.mark.parametrize("unsafe", [False, True])
@given(text=programs_with_dropout)
@QUICK
def test_fixing_twice_is_fixing_once(text: str, *, unsafe: bool) -> None:
    once = dropcheck.fix_source(text, unsafe=unsafe).text
    assert dropcheck.fix_source(once, unsafe=unsafe).text == once


@pytest.mark.parametrize("unsafe", [False, True])
@given(text=programs_with_dropout)
@example(text=SHARED)
@QUICK
def test_what_is_fixed_parses_and_is_not_found_again(text: str, *, unsafe: bool) -> None:
    result = dropcheck.fix_source(text, unsafe=unsafe)
    assert parses(result.text)
    refused = {refusal.finding.code for refusal in result.refused}
    left = [finding for finding in result.findings if finding.fix_applies(unsafe=unsafe) and finding.code not in refused]
    assert left == []
    assert dropcheck.check_source(result.text) == result.findings


@given(programs_with_dropout)
@QUICK
def test_every_single_fix_changes_nothing_outside_its_edits(text: str) -> None:
    for finding in dropcheck.check_source(text):
        if finding.fix is None or not finding.fix.edits:
            continue
        changed = rewritten(text, list(finding.fix.edits))
        assert parses(changed)
        same = [other for other in dropcheck.check_source(changed) if (other.code, other.qualified_name) == key(finding)]
        before = [other for other in dropcheck.check_source(text) if (other.code, other.qualified_name) == key(finding)]
        assert len(same) < len(before)


def key(finding: dropcheck.Finding) -> tuple[str, str]:
    return finding.code, finding.qualified_name


@given(programs())
@QUICK
def test_files_change_in_their_fixed_places_only(program: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "package")
        folder.mkdir()
        (folder / "__init__.py").touch()
        texts = {folder / f"{stem}.py": text for stem, text in program.items() if parses(text)}
        for path, text in texts.items():
            path.write_bytes(text.encode())
        before = dropcheck.check_paths([folder])
        report = dropcheck.check_paths([folder], fix=True)
        fixed = {Path(file.path): file for file in report.fixed}
        for path, text in texts.items():
            now = path.read_bytes().decode()
            assert parses(now)
            if path not in fixed:
                assert now == text
            else:
                assert now == fixed[path].after
                # What is told at a helper in another file, because all its calls are wrong, is fixed at the calls.
                found = [one for one in before.findings if one.path == str(path)]
                assert outside(text, now, [*found, *(one for one in fixed[path].applied if one not in found)])
        assert [file.after for file in dropcheck.check_paths([folder], fix=True).fixed] == []


def outside(old: str, new: str, findings: list[dropcheck.Finding]) -> bool:
    """Whether the text between the places of edits is all there, in order."""
    edits = sorted(edit for finding in findings if finding.fix for edit in finding.fix.edits)
    at, kept = 0, []
    for edit in edits:
        kept.append(old[at : edit.span.start])
        at = max(at, edit.span.end)
    kept.append(old[at:])
    place = 0
    for part in kept:
        found = new.find(part, place)
        if found < 0:
            return False
        place = found + len(part)
    return True
