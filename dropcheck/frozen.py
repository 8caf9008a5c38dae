"""The decorator ``dataclass`` of the standard library, made cheap: for a class, it compiles one function and not six.

A run defines a hundred such classes before it looks at a file. With the original that takes half as long as importing LibCST,
and a run may be a hook of every commit. For readers and type checkers it is the original; a frozen class is not frozen against
code that no type checker has seen. What users get in hand (:mod:`dropcheck.model`) is made with the original.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses
    from operator import attrgetter

    def dataclass(*, frozen=False, slots=False, eq=True):
        """As the one of the standard library, for what is used here of its options."""

        def define(cls):
            own = frozenset(cls.__dict__)
            made = dataclasses.dataclass(cls, slots=slots, eq=False, repr=False)
            if "__repr__" not in own:
                made.__repr__ = _repr
            if eq:
                _compare_by_fields(made, own, hashed=frozen)
            return made

        return define

    def _repr(self):
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__)
        return f"{type(self).__qualname__}({shown})"

    def _compare_by_fields(cls, own, *, hashed):
        names = tuple(cls.__dataclass_fields__)
        values = attrgetter(*names) if names else lambda _: ()

        def equals(self, other):
            if other.__class__ is not self.__class__:
                return NotImplemented
            return self is other or values(self) == values(other)

        if "__eq__" not in own:
            cls.__eq__ = equals
        if "__hash__" not in own:
            cls.__hash__ = (lambda self: hash(values(self))) if hashed else None


__all__ = ["dataclass"]
