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

_Method = tuple[str, str, str]
"""A method: its file, its class and its name."""


class Construction:
    """Follows the methods of classes to the constructors that call them.

    Args:
        project: the linked files.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[_Method, bool] = {}

    def only_runs(self, path: str, function: FunctionFacts) -> bool:
        """Whether a function runs only while an object is made: a constructor, or a method that only those call."""
        method = function.name.removeprefix(f"{function.owner}.")
        if not function.owner or "." in method:
            # A function made in a constructor runs whenever it is called.
            return False
        return self._only_constructs((path, function.owner, method))

    def _only_constructs(self, start: _Method) -> bool:
        """Whether whatever leads to a method begins in a constructor; what calls itself in a circle may begin anywhere."""
        known = self._known
        pending = [start]
        way: set[_Method] = set()
        while pending:
            key = pending[-1]
            if key in way:  # and all that call it are known
                way.remove(key)
                known[key] = True
            if key[2] in CONSTRUCTORS or known.get(key):
                pending.pop()
                continue
            callers = self._callers_of(key)
            if key in known or not callers or any(caller in way or caller == key for caller in callers):
                known |= dict.fromkeys((*way, key), False)
                return False
            way.add(key)
            pending.extend(callers)
        return True

    def _callers_of(self, key: _Method) -> list[_Method]:
        """The methods of the family of a class that call one of its methods."""
        path, name, method = key
        owner = self._project.owner(path, name)
        family = self._project.family(owner) if owner is not None else ()
        return [(file, cls.name, one) for file, cls in family for one in self._callers.get((file, cls.name, method), ())]

    def also_runs(self, path: str, function: FunctionFacts) -> bool:
        """Whether a constructor runs a method, and so do other methods, but none that runs each time the mode is read or set."""
        if not function.owner or self.only_runs(path, function):
            return False
        seen: set[tuple[str, str, str]] = set()
        pending = [(path, function.owner, function.name.removeprefix(f"{function.owner}."))]
        while pending:
            key = pending.pop()
            if key not in seen and self._project.owner(*key[:2]) is not None:
                seen.add(key)
                pending.extend(self._callers_of(key))
        methods = {method for _, _, method in seen}
        return not methods.isdisjoint(CONSTRUCTORS) and methods.isdisjoint(_REFRESHING)

    @cached_property
    def _callers(self) -> dict[_Method, set[str]]:
        """For each method, by file and class, the methods of the class that call it on the instance."""
        callers: dict[_Method, set[str]] = {}
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
