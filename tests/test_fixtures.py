"""Every file under ``fixtures/rules`` and ``fixtures/wild`` says itself what is found in it and what its fixes make of it.

bad_*.py          has findings: ``# expect: DRP101`` on the line where each starts, ``# expect: DRP101 medium, DRP201`` for
                  more of them and for less confidence than high
bad_*.fixed.py    what safe fixes make of it; where there is none, they change nothing
bad_*.unsafe.py   what safe and unsafe fixes make of it; where there is none, unsafe ones change nothing more
good_*.py         has no finding of high confidence, and no fix changes it
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from dropcheck import Finding, Settings, State, check_source, fix_source
from dropcheck.model import LineIndex

ROOT = Path(__file__).parent.parent
MADE = (".fixed.py", ".unsafe.py")
_EXPECT = re.compile(r"# expect: (?P<items>[\w ,]+)")

FILES = sorted(path for folder in ("rules", "wild") for path in (ROOT / "fixtures" / folder).rglob("*.py"))
SOURCES = [path for path in FILES if not path.name.endswith(MADE)]
BAD = [path for path in SOURCES if path.name.startswith("bad_")]
GOOD = [path for path in SOURCES if path.name.startswith("good_")]

Expectation = tuple[int, str, str]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def read(path: Path) -> str:
    return path.read_bytes().decode()


def expected(text: str) -> Counter[Expectation]:
    """Row, code and confidence of what a text says of itself."""
    found: Counter[Expectation] = Counter()
    for row, line in enumerate(text.split("\n"), 1):
        match = _EXPECT.search(line)
        for item in match["items"].split(",") if match else ():
            code, _, confidence = item.strip().partition(" ")
            found[row, code, confidence or "high"] += 1
    return found


def counts(finding: Finding) -> bool:
    return finding.state in {State.ACTIVE, State.BELOW_CONFIDENCE}


def settings_for(path: Path) -> Settings:
    """The default rules, and the one whose folder this is, which may be off by default."""
    folder = path.parent.name
    return Settings(extend_select=(folder,) if folder.startswith("DRP") else ())


def found_in(text: str, path: Path) -> Counter[Expectation]:
    rows = LineIndex(text)
    findings = filter(counts, check_source(text, name_of(path), settings=settings_for(path)))
    return Counter((rows.position(item.span.start).row, item.code, item.confidence.value) for item in findings)


def fixed(text: str, path: Path, *, unsafe: bool) -> str:
    result = fix_source(text, name_of(path), unsafe=unsafe, settings=settings_for(path))
    assert result.refused == ()
    return result.text


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_findings(path: Path) -> None:
    text = read(path)
    assert found_in(text, path) == expected(text)


@pytest.mark.parametrize("path", BAD, ids=name_of)
def test_fixes(path: Path) -> None:
    text = read(path)
    assert expected(text)
    safe, unsafe = path.with_suffix(".fixed.py"), path.with_suffix(".unsafe.py")
    wanted = read(safe) if safe.exists() else text
    assert fixed(text, path, unsafe=False) == wanted
    assert fixed(wanted, path, unsafe=False) == wanted
    wanted = read(unsafe) if unsafe.exists() else wanted
    assert fixed(text, path, unsafe=True) == wanted
    assert fixed(wanted, path, unsafe=True) == wanted


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_good_files_are_left_alone(path: Path) -> None:
    text = read(path)
    assert not [found for found in expected(text) if found[2] == "high"]
    assert fixed(text, path, unsafe=True) == text


def test_every_file_is_used() -> None:
    sources = {path.with_suffix(suffix) for path in BAD for suffix in MADE}
    assert {path for path in FILES if path.name.endswith(MADE)} <= sources
    assert sorted(BAD + GOOD) == SOURCES
