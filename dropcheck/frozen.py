"""The decorator ``dataclass`` of the standard library, made cheap: what it compiles for each class is mostly not compiled.

A run defines a hundred such classes before it looks at a file. With the original that takes half as long as importing LibCST,
and a run may be a hook of every commit. For readers and type checkers it is the original; a frozen class is not frozen against
code that no type checker has seen. One that users get in hand (:mod:`dropcheck.model`) is ``sealed``: it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
    from dataclasses import dataclass as sealed
else:
    import operator
    from operator import attrgetter

    from dropcheck.alone import is_alone
    from dropcheck.later import put_off

    with put_off("inspect"):  # with it come ast, dis and tokenize, and it is only asked about classes without a docstring
        import dataclasses

    #: So many objects are made without a compiled constructor in the time that it takes to compile one.
    _FEW = 100

    def dataclass(*, frozen=False, slots=False, eq=True):
        """As the one of the standard library, for what is used here of its options."""
        return lambda cls: _define(cls, slots=slots, eq=eq, hashed=frozen)

    def sealed(*, frozen, slots, order=False):
        """The same for a class that is frozen against all code; who has it in a program of theirs has the original."""
        if not is_alone():
            return dataclasses.dataclass(frozen=frozen, slots=slots, order=order)
        return lambda cls: _define(cls, slots=slots, eq=True, hashed=frozen, order=order, frozen=frozen)

    def _define(cls, *, slots, eq, hashed, order=False, frozen=False):
        own = frozenset(cls.__dict__)
        cls.__doc__ = cls.__doc__ or cls.__name__  # without one, the original makes its own, which takes long
        made = dataclasses.dataclass(cls, slots=slots, init=False, eq=False, repr=False, frozen=frozen)
        fields = made.__dataclass_fields__
        values = attrgetter(*fields) if fields else lambda _: ()
        made.__init__ = _constructor(made, fields, frozen=frozen)
        # To other processes go the values alone, in half the time that pickle takes for names and values.
        made.__reduce__ = (lambda self: (made, (values(self),))) if len(fields) == 1 else (lambda self: (made, values(self)))
        if "__repr__" not in own:
            made.__repr__ = _repr
        if eq:
            _compare_by_fields(made, own, values, hashed=hashed)
        if order:
            _order_by_fields(made, values)
        return made

    def _constructor(cls, fields, *, frozen):
        """A constructor that is compiled when it was called some times, or is called in a wrong way: few classes need that."""
        known = fields.keys()
        defaults = {name: make for name, field in fields.items() if (make := _default(field)) is not None}
        left = _FEW

        def construct(self, *args, **kwargs):
            nonlocal left
            passed = {**dict(zip(known, args, strict=False)), **kwargs}
            plain = left and len(passed) == len(args) + len(kwargs)
            if plain:
                passed.update([(name, make()) for name, make in defaults.items() if name not in passed])
            if plain and passed.keys() == known:
                left -= 1
                for name, value in passed.items():
                    object.__setattr__(self, name, value)
            else:
                named = [(name, field.type, field) for name, field in fields.items()]
                options = {"eq": False, "repr": False, "frozen": frozen, "namespace": {"__doc__": cls.__doc__}}
                cls.__init__ = dataclasses.make_dataclass(cls.__name__, named, **options).__init__
                cls.__init__(self, *args, **kwargs)

        return construct

    def _default(field):
        if field.default_factory is not dataclasses.MISSING:
            return field.default_factory
        return None if field.default is dataclasses.MISSING else lambda: field.default

    def _repr(self):
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__)
        return f"{type(self).__qualname__}({shown})"

    def _compare_by_fields(cls, own, values, *, hashed):
        def equals(self, other):
            if other.__class__ is not self.__class__:
                return NotImplemented
            return self is other or values(self) == values(other)

        if "__eq__" not in own:
            cls.__eq__ = equals
        if "__hash__" not in own:
            cls.__hash__ = (lambda self: hash(values(self))) if hashed else None

    def _order_by_fields(cls, values):
        def by(compare):
            return lambda self, other: (
                compare(values(self), values(other)) if other.__class__ is self.__class__ else NotImplemented
            )

        cls.__lt__, cls.__le__, cls.__gt__, cls.__ge__ = map(by, (operator.lt, operator.le, operator.gt, operator.ge))


__all__ = ["dataclass", "sealed"]
