"""Functions of a project that drop, and all the ways to call them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Helper:
    """A definition and its calls.

    In both, ``{name}`` is its name, ``{dropout}``, ``{sdpa}``, ``{torch_dropout}`` and ``{nn}`` are torch's, ``{inner}`` is a
    call of another helper with ``x``, ``p`` and ``on``, ``{other}`` the name of one that takes these three. In calls, ``{x}``,
    ``{p}``, ``{on}`` and ``{off}`` are expressions and ``{me}`` is a Module.

    Args:
        lines: the definition.
        calls: what it may be called like.
        plain: whether it takes ``x``, a rate and a flag, in that order.
    """

    lines: tuple[str, ...]
    calls: tuple[str, ...]
    plain: bool = False


FULL = (
    "{name}({x}, {p}, {on})",
    "{name}({x}, {p}, {on})",
    "{name}({x}, p={p}, training={on})",
    "{name}({x}, training={on})",
    "{name}({x}, {p})",
    "{name}({x})",
    "{name}({x}, **{{'p': {p}, 'training': {on}}})",
    "{name}({x}, *({p}, {on}))",
    "{name}({x}, **dict(training={on}))",
    "functools.partial({name}, p={p})({x}, training={on})",
    "functools.partial({name}, training={on})({x})",
    "(lambda h: {name}(h, {p}, {on}))({x})",
    "[{name}(h, {p}, {on}) for h in [{x}]][0]",
    "list(map(lambda h: {name}(h, training={on}), [{x}]))[0]",
    "({name} if {on} else (lambda h: h))({x})",
)
RATED = ("{name}({x}, {p})", "{name}({x}, p={p})", "{name}({x})", "(lambda h: {name}(h, p={p}))({x})")

HELPERS = (
    Helper(("def {name}(x, p=0.5, training=True):", "    return {dropout}(x, p, training)"), FULL, plain=True),
    Helper(("def {name}(x, p=0.5, training=False):", "    return {dropout}(x, p=p, training=training)"), FULL, plain=True),
    Helper(("def {name}(x, p: float = 0.25, training: bool = True):", "    return {inner}"), FULL, plain=True),
    Helper(("def {name}(x, p=0.5):", "    return {dropout}(x, p)"), RATED),
    Helper(("def {name}(x, p=0.0):", "    return {sdpa}(x, x, x, dropout_p=p)"), RATED),
    Helper(("def {name}(x, p=0.5):", "    return {sdpa}(x, x, x, None, p)"), RATED),
    Helper(
        ("def {name}(x, p=0.5, training=True):", "    return {sdpa}(x, x, x, dropout_p=p if training else 0.0)"), FULL, plain=True
    ),
    Helper(
        (
            "def {name}(x, p=0.5, training=True):",
            "    if not training or p == 0.0:",
            "        return x",
            "    return {dropout}(x, p)",
        ),
        FULL,
        plain=True,
    ),
    Helper(
        ("def {name}(x, p=0.5, training=False):", "    if training:", "        x = {dropout}(x, p)", "    return x"),
        FULL,
        plain=True,
    ),
    Helper(("def {name}(x, p=0.5, training=False):", "    return {dropout}(x, p) if training else x"), FULL, plain=True),
    Helper(
        ("def {name}(x, p=0.5, training=True):", "    rate = p if training else 0.0", "    return {dropout}(x, rate)"),
        FULL,
        plain=True,
    ),
    Helper(
        ("def {name}(x, p=0.5, training=True):", "    p = p * training", "    return {sdpa}(x, x, x, dropout_p=p)"),
        FULL,
        plain=True,
    ),
    Helper(
        ("def {name}(x, p=0.5, deterministic=False):", "    return {dropout}(x, p, training=not deterministic)"),
        (
            "{name}({x}, {p}, {off})",
            "{name}({x}, deterministic={off})",
            "{name}({x})",
            "{name}({x}, {p}, **{{'deterministic': {off}}})",
        ),
    ),
    Helper(
        ("def {name}(x, p=0.5, *, is_eval=False):", "    if is_eval:", "        return x", "    return {dropout}(x, p=p)"),
        ("{name}({x}, {p}, is_eval={off})", "{name}({x}, is_eval={off})", "{name}({x}, p={p})"),
    ),
    Helper(
        ("def {name}(x, **kwargs):", "    return {dropout}(x, **kwargs)"), ("{name}({x}, p={p}, training={on})", "{name}({x})")
    ),
    Helper(("def {name}(x, *args):", "    return {dropout}(x, *args)"), ("{name}({x}, {p}, {on})", "{name}({x}, {p})")),
    Helper(
        ("def {name}(module, x, p=0.5):", "    return {dropout}(x, p, module.training)"),
        ("{name}({me}, {x})", "{name}({me}, {x}, {p})", "{name}(x={x}, module={me})"),
    ),
    Helper(
        ("def {name}(module: {nn}.Module, x):", "    if module.training:", "        return {dropout}(x, 0.5)", "    return x"),
        ("{name}({me}, {x})",),
    ),
    Helper(("{name} = lambda x, p=0.5, training=True: {dropout}(x, p, training)",), FULL, plain=True),
    Helper(("{name} = {dropout}",), FULL, plain=True),
    Helper(("{name} = {other}",), FULL, plain=True),
    Helper(("{name} = {torch_dropout}",), ("{name}({x}, {p}, {on})", "{name}({x}, p={p}, train={on})")),
    Helper(
        ("{name} = functools.partial({dropout}, p=0.25)",),
        ("{name}({x}, training={on})", "{name}({x})", "{name}({x}, p={p}, training={on})"),
    ),
    Helper(("{name} = functools.partial({other}, p=0.25)",), ("{name}({x}, training={on})", "{name}({x})")),
    Helper(
        ("{name} = functools.partial({other}, training=True)",),
        ("{name}({x}, p={p})", "{name}({x})", "{name}({x}, training={on})"),
    ),
    Helper(
        ("def {name}(p):", "    def apply(x, training=True):", "        return {dropout}(x, p, training)", "    return apply"),
        ("{name}({p})({x}, {on})", "{name}({p})({x})"),
    ),
    Helper(
        (
            "def logged_{name}(function):",
            "    @functools.wraps(function)",
            "    def inner(*args, **kwargs):",
            "        return function(*args, **kwargs)",
            "    return inner",
            "@logged_{name}",
            "def {name}(x, p=0.5, training=True):",
            "    return {dropout}(x, p, training)",
        ),
        FULL,
        plain=True,
    ),
    Helper(
        (
            "class {name}:",
            "    @staticmethod",
            "    def drop(x, p=0.5, training=True):",
            "        return {dropout}(x, p, training)",
        ),
        ("{name}.drop({x}, {p}, {on})", "{name}.drop({x}, training={on})", "{name}().drop({x}, {p})"),
    ),
    Helper(
        (
            "class {name}:",
            "    @classmethod",
            "    def drop(cls, x, p=0.5, training=False):",
            "        return {dropout}(x, p, training)",
        ),
        ("{name}.drop({x}, {p}, {on})", "{name}.drop({x}, training={on})", "{name}().drop({x}, {p})"),
    ),
    Helper(
        ("{name} = {{'one': {other}, 'two': {dropout}}}",),
        (
            "{name}['one']({x}, {p}, {on})",
            "{name}['two']({x}, training={on})",
            "{name}[{key}]({x}, {p}, {on})",
            "{name}[{key}]({x})",
        ),
    ),
    Helper(
        ("def {name}(x, p=None, training=True):", "    p = 0.5 if p is None else p", "    return {dropout}(x, p, training)"),
        FULL,
        plain=True,
    ),
    Helper(
        (
            "def {name}(x, p=0.5, training=None):",
            "    if training is None:",
            "        training = True",
            "    return {dropout}(x, p, training)",
        ),
        FULL,
        plain=True,
    ),
    Helper(
        ("def {name}(x, p=0.5, training=True, enabled=True):", "    return {dropout}(x, p, training and enabled)"),
        (*FULL, "{name}({x}, {p}, {on}, {on})", "{name}({x}, enabled={on})", "{name}({x}, training=True, enabled={on})"),
        plain=True,
    ),
    Helper(
        ("def {name}(x, modules):", "    for module in modules:", "        x = module(x)", "    return x"),
        ("{name}({x}, [{me}.drop])", "{name}({x}, ({me}.drop, torch.relu))"),
    ),
    Helper(
        ("def {name}(function, x):", "    return function(x)"),
        (
            "{name}(lambda h: {dropout}(h, {p}, {on}), {x})",
            "{name}(functools.partial({dropout}, p={p}, training={on}), {x})",
            "{name}({dropout}, {x})",
            "{name}({me}.drop, {x})",
        ),
    ),
    Helper(
        ("def {name}(x, config):", "    return {dropout}(x, config['p'], config['training'])"),
        ("{name}({x}, {{'p': {p}, 'training': {on}}})",),
    ),
    Helper(
        ("def {name}(x, p=0.5, training=True):", "    x = {dropout}(x, p, training)", "    return {inner} + x"), FULL, plain=True
    ),
    Helper(
        ("def {name}(x, p=0.5, training=True):", "    if training:", "        x = {inner_on}", "    return x"), FULL, plain=True
    ),
)
#: The same, by what the body does to its flag and rate on the way.
HELPERS += tuple(
    Helper((f"def {{name}}(x, p=0.5, training={default}):", *(f"    {line}" for line in body)), FULL, plain=True)
    for default, body in (
        (True, ("for _ in range(2):", "    if not training:", "        return x", "    x = {dropout}(x, p)", "return x")),
        (False, ("for _ in range(2):", "    if training:", "        break", "else:", "    return x", "return {dropout}(x, p)")),
        (
            True,
            (
                "try:",
                "    if not training:",
                "        raise ValueError",
                "    return {dropout}(x, p)",
                "except ValueError:",
                "    return x",
            ),
        ),
        (True, ("try:", "    return {dropout}(x, p, training)", "finally:", "    del p")),
        (
            False,
            ("match training:", "    case True:", "        return {dropout}(x, p)", "    case _:", "        return x"),
        ),
        (True, ("def inner(h):", "    return {dropout}(h, p, training)", "return inner(x)")),
        (True, ("def inner(on):", "    return {dropout}(x, p, on)", "return inner(training)")),
        (False, ("drop = functools.partial({dropout}, p=p, training=training)", "return drop(x)")),
        (True, ("if not p:", "    return x", "while training:", "    return {dropout}(x, p)", "return x")),
        (False, ("options = {{'p': p}}", "options['training'] = training", "return {dropout}(x, **options)")),
        (True, ("options = dict(p=p)", "options.update(training=training)", "return {dropout}(x, **options)")),
        (True, ("if training is False:", "    p = 0.0", "return {dropout}(x, p)")),
        (True, ("p = p if training else 0", "return {sdpa}(x, x, x, dropout_p=float(p))")),
        (False, ("scale, on = 1.0, training", "return {dropout}(x * scale, p, on)")),
        (True, ("drop = {dropout} if training else (lambda h, p: h)", "return drop(x, p)")),
        (True, ("return [{dropout}(h, p, training) for h in (x,) if training][0] if training else x",)),
        (False, ("training = not training", "return {dropout}(x, p, not training)")),
        (True, ("return x if not training else {inner}",)),
    )
)
HELPERS += (
    Helper(
        (
            "def {name}(x, p=0.5, training=True, depth=1):",
            "    if depth:",
            "        return {name}(x, p, training, depth - 1)",
            "    return {dropout}(x, p, training)",
        ),
        FULL,
        plain=True,
    ),
    Helper(
        ("def {name}(x, p=0.5, *, training=False):", "    return {dropout}(x, p, training)"),
        ("{name}({x}, {p}, training={on})", "{name}({x}, training={on})", "{name}({x}, {p})"),
    ),
    Helper(
        (
            "def {name}(x, p=0.5, training=True):",
            "    return x",
            "def {name}(x, p=0.5, training=False):",
            "    return {dropout}(x, p, training)",
        ),
        FULL,
        plain=True,
    ),
    Helper(
        (
            "class {name}:",
            "    def __init__(self, p=0.5, training=True):",
            "        self.p = p",
            "        self.on = training",
            "    def __call__(self, x):",
            "        return {dropout}(x, self.p, self.on)",
        ),
        ("{name}({p}, {on})({x})", "{name}()({x})", "{name}(training={on})({x})"),
    ),
    Helper(
        ("def {name}(xs, p=0.5, training=True):", "    for x in xs:", "        yield {dropout}(x, p, training)"),
        ("next({name}([{x}], {p}, {on}))", "list({name}([{x}]))[0]", "next(h for h in {name}([{x}], training={on}))"),
    ),
    Helper(("def {name}(x, p=0.5, training=True, drop={dropout}):", "    return drop(x, p, training)"), FULL, plain=True),
    Helper(
        (
            "@functools.lru_cache(maxsize=None)",
            "def make_{name}(p, training):",
            "    return functools.partial({dropout}, p=p, training=training)",
            "def {name}(x, p=0.5, training=True):",
            "    return make_{name}(p, training)(x)",
        ),
        FULL,
        plain=True,
    ),
    Helper(
        (
            "def switched_{name}(function):",
            "    def inner(x, p=0.5, training=True):",
            "        return function(x, p, training) if training else x",
            "    return inner",
            "@switched_{name}",
            "def {name}(x, p=0.5, training=True):",
            "    return {dropout}(x, p)",
        ),
        FULL,
        plain=True,
    ),
)
#: Takes ``x``, a rate and a flag in any project, so that others can build on it.
FIRST = HELPERS[0]
