"""Globs and ignore patterns of a stranger: matching them takes no time to speak of, and gives what it always gave."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from dropcheck.config import globs
from dropcheck.config.globs import path_matcher
from dropcheck.gitignore import IgnoreFile

LETTERS = st.text("ab/", max_size=12)
PARTS = st.lists(st.sampled_from(["*", "**/", "?", "a", "b", "/", "[ab]", "[!a]", "ab", "/**"]), min_size=1, max_size=9).map(
    "".join
)
PLAIN_TOKENS = {"**/": "(?:.*/)?", "?": "."}


def plain_regex(pattern: str) -> str:
    """The expression of a glob as it would be written without a thought to how long it takes."""
    parts = []
    end = 0
    for match in globs._SPECIAL.finditer(pattern):
        token = match[0]
        if token in PLAIN_TOKENS:
            shown = PLAIN_TOKENS[token]
        else:
            shown = ".*" if token.startswith("*") else globs._special_to_regex(token)
        parts += [re.escape(pattern[end : match.start()]), shown]
        end = match.end()
    return "".join(parts) + re.escape(pattern[end:])


@given(PARTS, LETTERS)
@example("**/a**/b", "/aa/b")
@example("a*/**/b*b", "a/b/b")
def test_a_glob_matches_what_it_always_matched(pattern: str, path: str) -> None:
    wanted = re.compile(plain_regex(pattern), re.DOTALL).fullmatch(path) is not None
    assert (re.compile(globs._to_regex(pattern), re.DOTALL).fullmatch(path) is not None) is wanted


#: No path that is matched has an empty part.
PATHS = LETTERS.filter(lambda path: path.strip("/") and "//" not in path)


@given(PARTS.filter(lambda line: line.count("**") <= 4 and line.strip("/ ")), PATHS)
@example("[ab]*?a*b[!a]", "aaab")
def test_an_ignore_pattern_matches_what_it_always_matched(line: str, path: str) -> None:
    (pattern,) = GitIgnoreSpec.from_lines([line]).patterns
    (ours,) = IgnoreFile([line])._patterns or (None,)
    if pattern.regex is None or ours is None:
        assert pattern.regex is None and ours is None  # noqa: PT018  (one statement)
        return
    found, expected = ours.regex.search(path), pattern.regex.search(path)
    assert (found and (found.span(), found.groups())) == (expected and (expected.span(), expected.groups()))


@pytest.mark.parametrize("times", [6, 12, 60])
def test_stars_that_would_take_hours(times: int) -> None:
    # With retries, six of them take seconds on such a name, and sixty more than the age of the world.
    pattern, name = "*a" * times + "*b", "a" * 250
    assert not path_matcher((pattern,)).matches("/folder", name)
    assert path_matcher((pattern,)).matches("/folder", f"{name}b")
    assert not path_matcher((f"/x/**/{pattern}/**/{pattern}",)).matches(f"/x/{name}/{name}", name)
    assert IgnoreFile([pattern]).verdict(name, folder=False) is None
    assert IgnoreFile([pattern]).verdict(f"{name}b", folder=True) is True


def test_an_ignore_pattern_with_very_many_double_stars_counts_for_nothing() -> None:
    path = "/".join("a" * 100)
    assert IgnoreFile(["**/a/" * 4 + "*"]).verdict(path, folder=False) is True
    assert IgnoreFile(["**/a/" * 40 + "b"]).verdict(path, folder=False) is None
