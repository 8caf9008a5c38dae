"""Discovery: which files are checked, and what is said of those that cannot be."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dropcheck.config.options import DEFAULT_EXCLUDE
from dropcheck.config.resolve import ConfigResolver
from dropcheck.discover import Discovery, discover
from dropcheck.errors import ConfigError

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
needs_links = pytest.mark.skipif(sys.platform == "win32", reason="needs symbolic links")


@pytest.fixture(autouse=True)
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def make(*paths: str) -> None:
    for path in paths:
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        Path(path).write_text("x = 1\n", encoding="utf-8")


def write(path: str, text: str) -> None:
    make(path)
    Path(path).write_text(text, encoding="utf-8")


def search(*paths: str, config: str | None = None, isolated: bool = False, **given: object) -> Discovery:
    overrides = {name.replace("_", "-"): value for name, value in given.items()}
    return discover(paths, ConfigResolver(overrides, config, isolated))


def found(*paths: str, config: str | None = None, isolated: bool = False, **given: object) -> list[str]:
    discovery = search(*paths, config=config, isolated=isolated, **given)
    assert discovery.errors == ()
    return [file.path.replace(os.sep, "/") for file in discovery.files]


def test_folders_are_walked_for_python_files_in_the_order_of_their_paths() -> None:
    make("b.py", "a/z.pyi", "a/b/c.py", "a.py", "readme.md", "x.pyc", "a/script", "odd.py/in.py")
    assert found(".") == ["a.py", "a/b/c.py", "a/z.pyi", "b.py", "odd.py/in.py"]
    assert found() == []
    assert found("readme.md") == ["readme.md"]


def test_paths_stay_as_the_user_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make("a/b.py", "a/c/d.py")
    assert found("a") == found("./a/") == ["a/b.py", "a/c/d.py"]
    assert found(str(tmp_path / "a" / "c")) == [f"{tmp_path.as_posix()}/a/c/d.py"]
    monkeypatch.chdir(tmp_path / "a" / "c")
    assert found("..") == ["../b.py", "../c/d.py"]
    assert found("../b.py", "d.py", "./d.py") == ["../b.py", "d.py"]


def test_a_file_is_found_once_whatever_leads_to_it(tmp_path: Path) -> None:
    make("a/b.py")
    assert found("a", ".", "a/b.py", str(tmp_path)) == ["a/b.py"]


def test_what_a_usual_checkout_holds_besides_source_is_left_out() -> None:
    make("src/a.py", *(f"{name}/a.py" for name in DEFAULT_EXCLUDE), *(f"src/{name}/a.py" for name in DEFAULT_EXCLUDE))
    assert found(".") == ["src/a.py"]
    assert len(found(".", exclude=["nothing"])) == 1 + 2 * len(DEFAULT_EXCLUDE)
    assert found("build") == ["build/a.py"]


def test_it_is_known_whether_all_of_a_folder_was_found(tmp_path: Path) -> None:
    make("pkg/__init__.py", "pkg/a.py", "pkg/sub/b.py", "pkg/.venv/c.py", "pkg/__pycache__/d.py", "pkg/readme.md", "other/e.py")
    pkg, other = str(tmp_path / "pkg"), str(tmp_path / "other")
    assert search(".").has_all_of(pkg)
    assert search(".").has_all_of(str(tmp_path))
    assert search("pkg").has_all_of(pkg)
    assert search("pkg").has_all_of(str(tmp_path / "pkg" / "sub"))
    assert not search("pkg").has_all_of(str(tmp_path))
    assert not search("pkg").has_all_of(str(tmp_path / "pk"))
    assert not search("pkg/a.py").has_all_of(pkg)
    assert not search("pkg", "missing").has_all_of(pkg)
    for excluded in ("b.py", "sub", "pkg/sub"):
        assert not search(".", exclude=[excluded]).has_all_of(pkg)
        assert search(".", exclude=[excluded]).has_all_of(other)
    make("pkg/build/f.py")
    assert not search(".").has_all_of(pkg)


def test_what_git_ignores_is_not_all_of_a_folder(tmp_path: Path) -> None:
    make("pkg/__init__.py", "pkg/a.py", "other/b.py")
    write(".gitignore", "/pkg/a.py\n")
    assert not search(".").has_all_of(str(tmp_path / "pkg"))
    assert search(".").has_all_of(str(tmp_path / "other"))


@needs_links
def test_a_file_behind_a_link_may_be_found_under_another_name(tmp_path: Path) -> None:
    make("pkg/__init__.py", "other/b.py")
    os.symlink("../other/b.py", "pkg/b.py")
    assert not search(".").has_all_of(str(tmp_path / "pkg"))
    assert search(".").has_all_of(str(tmp_path / "other"))


@pytest.mark.parametrize(
    ("glob", "left"),
    [
        ("gen", ["a.py", "b/a.py", "b/generated.py", "gen.py"]),
        ("gen/", ["a.py", "b/a.py", "b/generated.py", "gen.py"]),
        ("b/gen", ["a.py", "b/a.py", "b/generated.py", "gen.py", "gen/a.py"]),
        ("/gen", ["a.py", "b/a.py", "b/gen/a.py", "b/generated.py", "gen.py"]),
        ("gen*", ["a.py", "b/a.py"]),
        ("*/a.py", ["a.py", "b/generated.py", "gen.py"]),
        ("**/gen/*.py", ["a.py", "b/a.py", "b/generated.py", "gen.py"]),
        ("b/**", ["a.py", "gen.py", "gen/a.py"]),
        ("a.py", ["b/generated.py", "gen.py"]),
    ],
)
def test_excludes_match_names_or_paths_from_the_configuration(glob: str, left: list[str]) -> None:
    make("a.py", "gen.py", "gen/a.py", "b/a.py", "b/gen/a.py", "b/generated.py")
    write("dropcheck.toml", f'exclude = ["{glob}"]\n')
    assert found(".") == left
    write("dropcheck.toml", f'extend-exclude = ["{glob}"]\n')
    assert found(".") == left
    assert found(".", isolated=True) == ["a.py", "b/a.py", "b/gen/a.py", "b/generated.py", "gen.py", "gen/a.py"]


def test_excludes_of_the_command_line_are_relative_to_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make("sub/gen/a.py", "sub/b.py", "gen/a.py")
    write("dropcheck.toml", "")
    monkeypatch.chdir(tmp_path / "sub")
    assert found("..", extend_exclude=["gen/*"]) == ["../gen/a.py", "../sub/b.py"]
    assert found("..", extend_exclude=[f"{tmp_path.as_posix()}/gen"]) == ["../sub/b.py", "../sub/gen/a.py"]


def test_a_file_named_directly_is_taken_unless_exclusion_is_forced(tmp_path: Path) -> None:
    make("build/x/a.py", "src/a.py")
    assert found("build/x/a.py", "src/a.py") == ["build/x/a.py", "src/a.py"]
    assert found("build/x/a.py", "src/a.py", force_exclude=True) == ["src/a.py"]
    assert found("build/x", "build", "src", force_exclude=True) == ["src/a.py"]
    assert found(str(tmp_path / "build" / "x" / "a.py"), force_exclude=True) == []
    write("ci/dropcheck.toml", "force-exclude = true\n")
    assert found("build/x/a.py", "src/a.py", config="ci/dropcheck.toml") == ["src/a.py"]


def test_where_the_project_lies_does_not_exclude_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make("build/project/a.py", "build/project/lib/b.py")
    for root in ("build/project", "build"):
        write(f"{root}/dropcheck.toml", "")
        monkeypatch.chdir(tmp_path / root)
        prefix = "project/" if root == "build" else ""
        assert found(".", force_exclude=True) == [f"{prefix}a.py", f"{prefix}lib/b.py"]
        assert found(f"{prefix}a.py", force_exclude=True) == [f"{prefix}a.py"]
        monkeypatch.chdir(tmp_path)


def test_each_file_has_the_settings_of_its_folder() -> None:
    make("a.py", "sub/a.py", "sub/deep/a.py", "sub/skip/a.py", "skip/a.py")
    write("pyproject.toml", '[tool.dropcheck]\nselect = ["DRP1"]\n')
    write("sub/dropcheck.toml", 'select = ["DRP2"]\nexclude = ["skip"]\n')
    files = search(".").files
    assert [(file.path, file.settings.select) for file in files] == [
        ("a.py", ("DRP1",)),
        (os.path.join("skip", "a.py"), ("DRP1",)),
        (os.path.join("sub", "a.py"), ("DRP2",)),
        (os.path.join("sub", "deep", "a.py"), ("DRP2",)),
    ]
    write("sub/deep/dropcheck.toml", "selct = []\n")
    with pytest.raises(ConfigError, match="did you mean 'select'"):
        search(".")


def test_a_path_that_is_not_there_is_one_error_and_the_rest_goes_on() -> None:
    make("a.py")
    discovery = search("nowhere/b.py", "a.py/b", "", "nowhere/b.py", "a.py")
    assert [file.path for file in discovery.files] == ["a.py"]
    assert [(error.path, error.message) for error in discovery.errors] == [
        ("''", "no such file or folder"),
        ("a.py/b", "cannot be read: Not a directory"),
        ("nowhere/b.py", "no such file or folder"),
    ]
    assert [error.message.split(":")[0] for error in search("a\0.py").errors] == ["cannot be read"]


@needs_links
def test_links_to_folders_are_not_followed_and_loops_end() -> None:
    make("a/b.py")
    os.symlink(".", "a/loop")
    os.symlink("a", "again")
    discovery = search(".")
    assert [file.path for file in discovery.files] == ["a/b.py"]
    assert discovery.errors == ()
    assert [note.split(":")[0] for note in discovery.notes] == ["a/loop", "again"]
    assert found("again") == ["again/b.py"]


@needs_links
def test_links_to_files_are_followed_but_not_to_what_is_found_anyway() -> None:
    make("outside/real.py", "in/a.py")
    os.symlink("../outside/real.py", "in/link.py")
    os.symlink("a.py", "in/0.py")
    assert found("in") == ["in/a.py", "in/link.py"]
    assert found(".") == ["in/a.py", "outside/real.py"]
    assert found("in/0.py") == ["in/0.py"]
    assert found("in/0.py", "in") == ["in/a.py", "in/link.py"]


@needs_links
def test_broken_links_are_told_of() -> None:
    make("a.py")
    os.symlink("nothing", ".#a.py")
    os.symlink("round.py", "round.py")
    os.symlink("nothing", "data")
    discovery = search(".")
    assert [file.path for file in discovery.files] == ["a.py"]
    assert [(error.path, "symbolic links" in error.message) for error in discovery.errors] == [("round.py", True)]
    assert discovery.notes == (".#a.py: symbolic link to nothing, passed over",)
    discovery = search(".#a.py", "round.py")
    assert [error.path for error in discovery.errors] == [".#a.py", "round.py"]
    assert all("symbolic link that leads to no file" in error.message for error in discovery.errors)


@needs_links
def test_a_parent_folder_behind_a_link_is_the_one_the_system_means() -> None:
    make("far/x/in.py", "far/here.py", "here.py")
    os.symlink("far/x", "link")
    assert found("link/..") == ["link/../here.py", "link/../x/in.py"]


def test_an_unreadable_folder_is_one_error_and_the_rest_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    make("a.py", "secret/b.py", "z/c.py")
    scandir = os.scandir

    def refuse(path: str) -> Iterator[os.DirEntry[str]]:
        if os.path.basename(path) == "secret":
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    discovery = search(".")
    assert [file.path for file in discovery.files] == ["a.py", os.path.join("z", "c.py")]
    assert [(error.path, error.message) for error in discovery.errors] == [
        ("secret", "the folder cannot be read: Permission denied")
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="needs pipes")
def test_what_is_no_regular_file_is_passed_over() -> None:
    make("a.py")
    os.mkfifo("pipe.py")
    assert found(".") == ["a.py"]


def test_gitignore_files_nest_and_negate() -> None:
    os.mkdir(".git")
    make("a.py", "gen_a.py", "keep/gen_a.py", "sub/gen_b.py", "sub/x.py", "sub/deep/x.py", "out/a.py", "top/out/a.py")
    write(".gitignore", "# made\ngen_*.py\n!keep/gen_a.py\n/out/\n")
    write("sub/.gitignore", "!gen_b.py\n/x.py\n")
    assert found(".") == ["a.py", "keep/gen_a.py", "sub/deep/x.py", "sub/gen_b.py", "top/out/a.py"]
    assert found("sub") == ["sub/deep/x.py", "sub/gen_b.py"]
    assert found("sub/deep", "keep") == ["keep/gen_a.py", "sub/deep/x.py"]
    assert len(found(".", respect_gitignore=False)) == 8


def test_what_git_ignores_is_taken_where_it_is_named() -> None:
    os.mkdir(".git")
    make("gen/a.py", "gen/sub/b.py")
    write(".gitignore", "gen\n*.py\n")
    assert found(".") == []
    assert found("gen/a.py") == ["gen/a.py"]
    assert found("gen") == ["gen/a.py", "gen/sub/b.py"]


def test_rules_from_above_the_repository_do_not_hold_in_it() -> None:
    write(".gitignore", "*.py\n")
    make("repo/a.py", "repo/b.py")
    os.makedirs("repo/.git/info")
    write("repo/.git/info/exclude", "b.py\n")
    assert found("repo") == ["repo/a.py"]
    assert found(".") == ["repo/a.py"]
    os.mkdir(".git")
    assert found("repo") == found(".") == ["repo/a.py"]


@needs_git
def test_a_worktree_has_the_exclude_file_of_its_repository() -> None:
    git = ["git", "-C", "main", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run(["git", "init", "-q", "main"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "first"], check=True)
    subprocess.run([*git, "worktree", "add", "-q", os.path.join("..", "tree")], check=True, stderr=subprocess.DEVNULL)
    write("main/.git/info/exclude", "local.py\n")
    make("main/a.py", "main/local.py", "tree/a.py", "tree/sub/local.py")
    assert found("main", "tree") == ["main/a.py", "tree/a.py"]


def test_a_submodule_has_an_exclude_file_of_its_own() -> None:
    write(".git/info/exclude", "a.py\n")
    write(".git/modules/lib/info/exclude", "b.py\n")
    make("lib/a.py", "lib/b.py", "a.py", "b.py", "odd/a.py")
    write("lib/.git", "gitdir: ../.git/modules/lib\n")
    write("odd/.git", "gitdir: \0\n")
    assert found(".") == ["b.py", "lib/a.py", "odd/a.py"]


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        ("*\n!*/\n!a.py", ["a.py", "in/a.py", "in/deep/a.py"]),
        ("in/**\n!in/b.py", ["a.py", "b.py", "in/b.py"]),
        ("*/\n!in/", ["a.py", "b.py", "in/a.py", "in/b.py"]),
        ("a.py\n!in/deep", ["b.py", "in/b.py"]),
        ("in\n!in/deep/a.py", ["a.py", "b.py"]),
        ("\ufeffa.py\r\n\r\n#b.py\r\n", ["b.py", "in/b.py"]),
        ("[z-a]\n[[:alpha:]\n!\n\\\nb.py", ["a.py", "in/a.py", "in/deep/a.py"]),
    ],
)
def test_the_last_line_that_matches_decides(lines: str, left: list[str], recwarn: pytest.WarningsRecorder) -> None:
    make("a.py", "b.py", "in/a.py", "in/b.py", "in/deep/a.py")
    write(".gitignore", lines)
    assert found(".") == left
    assert not recwarn.list


def test_a_closer_file_takes_back_a_folder_but_not_what_is_in_it() -> None:
    make("x/gen/a.py", "x/gen/b.py", "gen/b.py")
    write(".gitignore", "gen\na.py\n")
    write("x/.gitignore", "!gen\n")
    assert found(".") == ["x/gen/b.py"]


def test_pathspec_is_loaded_only_for_patterns() -> None:
    make("a.py")
    code = """
import sys
from dropcheck.config.resolve import ConfigResolver
from dropcheck.discover import discover
discover(["."], ConfigResolver())
print("pathspec" in sys.modules)
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    answers = []
    for text in ("\n# nothing yet\n  \n", "b.py\n"):
        write(".gitignore", text)
        command = [sys.executable, "-c", code]
        run = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        answers.append(run.stdout.strip())
    assert answers == ["False", "True"]


def test_without_a_repository_rules_hold_below_the_folder_named() -> None:
    make("a/b/x.py", "a/b/y.py")
    write(".gitignore", "x.py\n")
    write("a/b/.gitignore", "y.py\n")
    assert found("a") == ["a/b/x.py"]
    assert found(".") == []


ATOMS = ("a", "b", "*", "?", "[ab]", "x.py", "*.py", "a*", "*b", "[a-c]", "[]a]", ".", "]", "#", "\\#", "\\!", "\\*")
FOLDERS = ("", "a", "b", "ab", "a/a", "a/b", "b/ab", "a/b/a", "b/ab/b", "[x]")
NAMES = ("x.py", "y.py", "a.py", "].py", "*.py", "#a.py", "!b.py")


def any_line(dice: random.Random) -> str:
    """A line that pathspec and git read alike.

    They differ in what is exotic: sets with "!", named classes, backslashes or backward ranges; "!/"; "**" that is not the
    whole of what is between slashes, or is so before a last slash; and, in pathspec before 1.0, spaces that open a line.
    """
    parts = ["".join(dice.choices(ATOMS, k=dice.randint(1, 3))).replace("**", "*") for _ in range(dice.randint(1, 3))]
    parts = ["**" if dice.random() < 0.2 else part for part in parts]
    slash = "/" if dice.random() < 0.3 and parts[-1] != "**" else ""
    return f"{dice.choice(['', '', '!'])}{dice.choice(['', '', '/'])}{'/'.join(parts)}{slash}"


@needs_git
@pytest.mark.skipif(sys.platform == "win32", reason="needs odd file names")
def test_rules_mean_what_they_mean_to_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("XDG_CONFIG_HOME", os.getcwd())
    subprocess.run(["git", "init", "-q"], check=True)
    make(*(os.path.join(folder, name) for folder in FOLDERS for name in NAMES))
    dice = random.Random(20)
    for _ in range(150):
        texts = {}
        for folder in ("", "a", "b/ab"):
            lines = [any_line(dice) for _ in range(dice.randint(1, 4))]
            texts[folder] = "\n".join(lines) + dice.choice(["", "\n", "\r\n"])
            write(os.path.join(folder, ".gitignore"), texts[folder])
        command = ["git", "ls-files", "-z", "--others", "--exclude-standard", "*.py"]
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
        assert found(".") == sorted(path for path in listed if path), texts


def test_three_thousand_files_in_folders_are_all_found() -> None:
    os.mkdir(".git")
    write(".gitignore", "\n".join(["*.so", "*.log", "docs/_build/", "x?y", *(f"name{row}" for row in range(60))]))
    paths = [f"p{row // 300}/q{row // 30}/m{row}.py" for row in range(3000)]
    make(*paths)
    assert found(".") == sorted(paths)
