"""Which calls can become modules: dropout with a twin in torch.nn, switched by the mode of the Module it is in."""

from __future__ import annotations

from collections.abc import Callable

import libcst as cst

from dropcheck.extract.scopes import bindings, dotted
from dropcheck.frozen import dataclass
from dropcheck.link.behaviour import parameters
from dropcheck.link.project import Project
from dropcheck.link.site import Form, Site
from dropcheck.refactor.gates import require_own_mode
from dropcheck.refactor.result import DeclinedError
from dropcheck.refactor.tree import Tree, attribute_path
from dropcheck.worlds import TRUE, Const, Imported, Value, Worlds

Wanted = Callable[[Site], str]
"""Says why a site is not to be touched; empty where it is."""


class NoTwinError(DeclinedError):
    """A site has no counterpart among the modules of torch.nn."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A call that can become the call of a module, its rate permitting.

    Args:
        site: the call.
        node: the call of the function; for a fresh module, the call that makes it.
        kind: the class in torch.nn.
        rate: its rate; None for the default.
        inplace: whether it writes into its input.
        receiver: the name of the instance there.
    """

    site: Site
    node: cst.Call
    kind: str
    rate: cst.BaseExpression | None
    inplace: bool
    receiver: str

    @property
    def fresh(self) -> bool:
        """Whether it is a module already, but a new one at each call."""
        return self.site.form is Form.FRESH_MODULE


def is_dropout(site: Site) -> bool:
    """Whether a site is of concern: everything but modules that are registered, or are just being made."""
    if site.form is Form.FRESH_MODULE:
        return not site.at_construction
    return site.form not in {Form.CONSTRUCTION, Form.MODULE_CALL}


def require_twin(site: Site) -> None:
    """See to it that a module of torch.nn does what the site does.

    Raises:
        NoTwinError: none does.
    """
    if site.form is Form.HELPER:
        helper = site.helper.name if site.helper is not None else ""
        raise NoTwinError(f"what drops is in the helper `{helper}`, which is given its rate or its flag")
    if site.form is Form.FRESH_CONTAINER:
        raise NoTwinError("the container around it is made where it is called")
    if site.attention:
        raise NoTwinError("attention takes its rate as an argument")
    if site.entry is not None and site.entry.module is None:
        raise NoTwinError(f"torch.nn has no module for `{site.name}`")
    if site.owner is None and any(any(parameters(value)) for value in (site.p.value.train, site.flag.value.train)):
        raise NoTwinError("it is in a helper function, whose caller decides")


def candidate(tree: Tree, project: Project, site: Site, owner: cst.ClassDef, wanted: Wanted) -> Candidate:
    """A site as a candidate.

    Args:
        tree: its file.
        project: the linked files.
        site: the site, in a method of a Module.
        owner: the class.
        wanted: says which sites are not to be touched.

    Raises:
        DeclinedError: it is none.
    """
    require_twin(site)
    if site.at_construction:
        raise DeclinedError("it runs while the object is made")
    node = tree.expression(site.call.span)
    assert isinstance(node, cst.Call)
    method = _method(tree, node, owner)
    receiver = site.function.receiver if site.function is not None else ""
    if not receiver:
        raise DeclinedError("no instance is at hand in its function")
    require_own_mode(tree, site, method, receiver)
    refused = wanted(site)
    if refused:
        raise DeclinedError(refused)
    if site.form is Form.FRESH_MODULE:
        return _fresh(tree, site, receiver)
    _require_plain_callee(tree, project, site, node, receiver)
    assert site.entry is not None
    assert site.entry.module is not None
    kind = site.entry.module.rpartition(".")[2]
    inplace = _inplace(site.inplace)
    if inplace and "Alpha" in kind:
        raise DeclinedError(f"`nn.{kind}` does not write into its input")
    if site.p.given is None:
        raise DeclinedError("its rate may come from unpacked arguments")
    rate = tree.expression(site.p.argument.span) if site.p.argument is not None else None
    return Candidate(site, node, kind, rate, inplace, receiver)


def _method(tree: Tree, node: cst.CSTNode, owner: cst.ClassDef) -> cst.FunctionDef:
    method = tree.method_around(node, owner)
    if method is None:
        raise DeclinedError("it is in no method")
    for decorator in method.decorators:
        called = decorator.decorator.func if isinstance(decorator.decorator, cst.Call) else decorator.decorator
        name = dotted(called).rpartition(".")[2]
        if name in {"staticmethod", "classmethod"}:
            raise DeclinedError(f"it is in a {name}, which has no instance")
        if name == "script_method":
            raise DeclinedError("TorchScript compiles its method")
    return method


def _require_plain_callee(tree: Tree, project: Project, site: Site, node: cst.Call, receiver: str) -> None:
    path = attribute_path(node.func)
    called = project.localize(site.call.callee.train, site.file.path)
    assert site.entry is not None
    plain = isinstance(called, Imported) and called.path in site.entry.names
    if not path or not plain or site.call.callee.train != site.call.callee.eval:
        raise DeclinedError("what it calls is chosen elsewhere")
    if path[0] == receiver:
        raise DeclinedError(f"it is called through the attribute `{'.'.join(path)}`")
    for function in tree.functions_around(node):
        if path[0] in bindings(function).local:
            raise DeclinedError(f"it is called through the local name `{path[0]}`")


def _inplace(value: Worlds[Value]) -> bool:
    if value.train != value.eval or not isinstance(value.train, Const) or not isinstance(value.train.value, bool):
        raise DeclinedError("whether it works in place is decided when it runs")
    return value.train.value


def _fresh(tree: Tree, site: Site, receiver: str) -> Candidate:
    untouched = site.flag.value == Worlds(TRUE, TRUE)  # by ``train(...)`` or ``eval()``
    if not untouched or site.call.constructor is None or site.module is None:
        raise DeclinedError("it is made where it is called, and put into the mode there")
    if site.call.constructor_has_comments:
        raise DeclinedError("a comment inside the call would be lost")
    node = tree.expression(site.call.constructor)
    assert isinstance(node, cst.Call)
    rate: cst.BaseExpression | None = None
    inplace = False
    for index, arg in enumerate(node.args):
        name = arg.keyword.value if arg.keyword is not None else ("p", "inplace")[min(index, 1)]
        if arg.star:
            raise DeclinedError("its arguments are unpacked from elsewhere")
        if name == "p":
            rate = arg.value
        elif isinstance(arg.value, cst.Name) and arg.value.value in {"True", "False"}:
            inplace = arg.value.value == "True"
        else:
            raise DeclinedError("whether it works in place is decided when it runs")
    return Candidate(site, node, site.module.name.rpartition(".")[2], rate, inplace, receiver)
