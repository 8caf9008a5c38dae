"""``dropcheck clean`` removes caches, and nothing else."""

import os
from pathlib import Path

import pytest
from cli_project import Project

from dropcheck.source.cache_folder import CACHE_FOLDER, TAG


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Project:
    return Project(tmp_path, monkeypatch, capsys)


def cache(project: Project, folder: str, tag: str = TAG) -> Path:
    project.write(f"{folder}/CACHEDIR.TAG", tag)
    project.write(f"{folder}/.gitignore", "*\n")
    return project.write(f"{folder}/0.1/facts", "x").parents[1]


def test_caches_go_in_all_folders_and_all_else_stays(project: Project) -> None:
    caches = [cache(project, CACHE_FOLDER), cache(project, f".hidden/deep/{CACHE_FOLDER}")]
    source = project.write("net.py", "")
    code, out, err = project.run("clean")
    assert (code, out) == (0, "")
    assert sorted(err.splitlines()) == [f"Removed {CACHE_FOLDER}", f"Removed {Path('.hidden/deep', CACHE_FOLDER)}"]
    assert not any(folder.exists() for folder in caches)
    assert source.exists()
    assert project.run("clean") == (0, "", "")


@pytest.mark.parametrize(
    "tag", ["", "Signature: 8a477f597d28d172789f06886806bc55\n# made by another tool\n", TAG + "more", f"# {TAG}"]
)
def test_a_folder_without_our_tag_is_left_alone(project: Project, tag: str) -> None:
    folder = cache(project, CACHE_FOLDER, tag)
    code, _, err = project.run("clean")
    assert (code, err) == (0, f"{CACHE_FOLDER}: has no CACHEDIR.TAG of dropcheck, left alone\n")
    assert (folder / "0.1" / "facts").exists()


@pytest.mark.skipif(os.name == "nt", reason="needs symbolic links")
def test_links_are_not_followed(project: Project) -> None:
    outside = cache(project, "outside/cache")
    (project.folder / "inside").mkdir()
    (project.folder / "inside" / CACHE_FOLDER).symlink_to(outside)
    inner = cache(project, f"inside/deep/{CACHE_FOLDER}")
    (inner / "link").symlink_to(outside)
    project.run("clean")
    assert (outside / "0.1" / "facts").exists()
    assert not inner.exists()


def test_another_cache_can_be_named(project: Project) -> None:
    named, other = cache(project, "tmp/cache"), cache(project, CACHE_FOLDER)
    assert project.run("clean", "--cache-dir", "tmp/cache") == (0, "", "Removed tmp/cache\n")
    assert (named.exists(), other.exists()) == (False, True)


@pytest.mark.parametrize("name", ["src", "missing"])
def test_a_named_folder_must_be_a_cache(project: Project, name: str) -> None:
    source = project.write("src/net.py", "")
    code, out, err = project.run("clean", "--cache-dir", name)
    assert (code, out) == (2, "")
    assert err == f"error: {name}: has no CACHEDIR.TAG of dropcheck, so it is left alone; remove it yourself if it is a cache\n"
    assert source.exists()
