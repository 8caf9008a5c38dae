"""Which methods run while an object is made, when it is in training mode."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from dropcheck.facts import FunctionFacts
from dropcheck.worlds import Attr, Receiver, arms

if TYPE_CHECKING:
    from dropcheck.link.project import Project

#: Methods that run while an object is made, when it is in training mode.
CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__"})
#: Methods that run each time an object is used, or its mode is set.
_REFRESHING = frozenset({"forward", "__call__", "train", "eval"})


class Construction:
    """Follows the methods of classes to the constructors that call them.

    Args:
        project: the linked files.
    """

    def __init__(self, project: Project) -> None:
        self._project = project

    def only_runs(self, path: str, function: FunctionFacts) -> bool:
        """Whether a function runs only while an object is made: a constructor, or a method that only those call."""
        method = function.name.removeprefix(f"{function.owner}.")
        if not function.owner or "." in method:
            # A function made in a constructor runs whenever it is called.
            return False
        return self._only_constructs((path, function.owner, method), frozenset())

    def _only_constructs(self, key: tuple[str, str, str], seen: frozenset[tuple[str, str, str]]) -> bool:
        path, name, method = key
        if method in CONSTRUCTORS:
            return True
        owner = self._project.owner(path, name)
        if owner is None or key in seen:
            return False
        callers = [
            (file, cls.name, caller)
            for file, cls in self._project.family(owner)
            for caller in self._callers.get((file, cls.name, method), ())
        ]
        return bool(callers) and all(self._only_constructs(caller, seen | {key}) for caller in callers)

    def also_runs(self, path: str, function: FunctionFacts) -> bool:
        """Whether a constructor runs a method, and so do other methods, but none that runs each time the mode is read or set."""
        if not function.owner or self.only_runs(path, function):
            return False
        seen: set[tuple[str, str, str]] = set()
        pending = [(path, function.owner, function.name.removeprefix(f"{function.owner}."))]
        while pending:
            key = pending.pop()
            owner = self._project.owner(*key[:2])
            if key in seen or owner is None:
                continue
            seen.add(key)
            for file, cls in self._project.family(owner):
                callers = self._callers.get((file, cls.name, key[2]), ())
                pending.extend((file, cls.name, caller) for caller in callers)
        methods = {method for _, _, method in seen}
        return not methods.isdisjoint(CONSTRUCTORS) and methods.isdisjoint(_REFRESHING)

    @cached_property
    def _callers(self) -> dict[tuple[str, str, str], set[str]]:
        """For each method, by file and class, the methods of the class that call it on the instance."""
        callers: dict[tuple[str, str, str], set[str]] = {}
        for path, file in self._project.files.items():
            for call in file.calls:
                caller = self._project.function(path, call.function)
                if caller is None or not caller.owner:
                    continue
                method = caller.name.removeprefix(f"{caller.owner}.").partition(".")[0]
                for arm in arms(call.callee.train):
                    if isinstance(arm, Attr) and isinstance(arm.base, Receiver):
                        callers.setdefault((path, caller.owner, arm.name), set()).add(method)
        return callers
