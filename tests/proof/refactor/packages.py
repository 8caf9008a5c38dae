"""Model files of public libraries, read from where the libraries are installed: packages.txt tells how."""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from unittest.mock import MagicMock

import pytest

REQUIREMENTS = Path(__file__).with_name("packages.txt")
PINNED = dict(re.findall(r"^(\w+)==(\S+)$", REQUIREMENTS.read_text(encoding="utf-8"), flags=re.MULTILINE))
#: Which distribution an importable package comes from, where the names differ.
DISTRIBUTIONS = {"espnet2": "espnet"}
#: Large, or built for another torch, and imported for sound files, text and experiments: no model made here calls them.
NEVER_CALLED = frozenset({"hyperpyyaml", "joblib", "scipy", "sentencepiece", "soundfile", "torchaudio"})


def require(package: str) -> None:
    """Skip the test where a package is not installed in the pinned version; fail where nothing may be skipped."""
    name = DISTRIBUTIONS.get(package, package)
    try:
        installed = version(name)
    except PackageNotFoundError:
        installed = "not"
    if installed == PINNED[name]:
        return
    reason = f"{name} {PINNED[name]} is needed, and {installed} installed: see the head of {REQUIREMENTS.name}"
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def root(package: str) -> Path:
    """The folder that an installed package is in."""
    spec = find_spec(package)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(spec.submodule_search_locations[0])


def relative(module: str) -> Path:
    """Where a module lies, seen from the folder that its package is in."""
    return Path(*module.split(".")).with_suffix(".py")


def copy_modules(modules: Iterable[str], target: Path) -> None:
    """Copy the files of modules and of the packages around them, byte for byte, into a folder with the same layout."""
    for module in modules:
        path = relative(module)
        source = root(path.parts[0]).parent
        packages = [folder / "__init__.py" for folder in path.parents if (source / folder / "__init__.py").exists()]
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        for item in (path, *packages):
            shutil.copyfile(source / item, target / item)


def load(module: str, folder: Path) -> ModuleType:
    """Import a module under its own name from a copy, so that all that it imports comes from the installed package.

    For everyone else the module stays what it is in the package.
    """
    spec = spec_from_file_location(module, folder / relative(module))
    assert spec is not None
    assert spec.loader is not None
    loaded = module_from_spec(spec)
    installed = import_module(module)
    sys.modules[module] = loaded
    try:
        spec.loader.exec_module(loaded)
    finally:
        sys.modules[module] = installed
    return loaded


class _Empty(ModuleType):
    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return MagicMock(name=f"{self.__name__}.{name}")


class _StandIns(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        known = fullname.partition(".")[0] in NEVER_CALLED
        return ModuleSpec(fullname, self, is_package=True) if known else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        pass


@contextmanager
def stand_ins() -> Iterator[None]:
    """Let what is imported and never called be imported where it is not installed."""
    finder = _StandIns()
    sys.meta_path.append(finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
