"""What the classes of a project hold: modules, and methods that drop."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """Something a class holds, and how it is used. Placeholders are those of :class:`proof.generated.helpers.Helper`.

    ``{made}`` is what makes a Module that holds dropout, ``{n}`` a number of its own.

    Args:
        init: lines of the constructor.
        methods: methods and attributes of the class.
        uses: statements of ``forward``; one of them, its lines divided by ``;``.
    """

    init: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()


LOOP = "for module in self.held{n}:;    x = module(x)"

MODULES = (
    Part(("self.held{n} = {made}",), (), ("x = self.held{n}(x)", "x = self.held{n}(x) + x", "h = self.held{n};x = h(x)")),
    Part(("self.held{n} = {nn}.Sequential({nn}.Linear(4, 4), {made})",), (), ("x = self.held{n}(x)", LOOP)),
    Part(("self.held{n} = {nn}.ModuleList([{made} for _ in range(2)])",), (), (LOOP, "x = self.held{n}[0](x)")),
    Part(("self.held{n} = {nn}.ModuleDict({{'a': {made}}})",), (), ("x = self.held{n}['a'](x)",)),
    Part(("self.held{n} = [{made}, {nn}.Identity()]",), (), (LOOP, "x = self.held{n}[0](x)")),
    Part(("self.held{n} = ({made},)",), (), (LOOP, "x = self.held{n}[0](x)")),
    Part(
        ("self.held{n} = {{'a': {made}}}",),
        (),
        ("x = self.held{n}['a'](x)", "for module in self.held{n}.values():;    x = module(x)"),
    ),
    Part(("self.held{n} = []", "for _ in range(2):", "    self.held{n}.append({made})"), (), (LOOP,)),
    Part(("held = [{made}]", "self.held{n} = held"), (), (LOOP,)),
    Part(("held = [{made}]", "self.held{n} = {nn}.Sequential(*held)"), (), ("x = self.held{n}(x)",)),
    Part(("self.held{n} = [{made}]", "self.kept{n} = {nn}.ModuleList(self.held{n})"), (), (LOOP,)),
    Part(("self.held{n} = [{made}]", "self.kept{n} = {nn}.Sequential(*self.held{n})"), (), ("x = self.kept{n}(x)", LOOP)),
    Part(("self.kept{n} = {made}", "self.held{n} = [self.kept{n}]"), (), (LOOP,)),
    Part(("self.add_module('held{n}', {made})",), (), ("x = self.held{n}(x)",)),
    Part(("setattr(self, 'held{n}', {made})",), (), ("x = self.held{n}(x)",)),
    Part(("held = {made}", "self.held{n} = [held]", "self.register_module('kept{n}', held)"), (), (LOOP,)),
    Part(("self.held{n} = {made} if self.p > 0 else {nn}.Identity()",), (), ("x = self.held{n}(x)",)),
    Part(("self.held{n} = self.build{n}()",), ("def build{n}(self):", "    return {made}"), ("x = self.held{n}(x)",)),
    Part(("self.held{n} = [self.build{n}()]",), ("def build{n}(self):", "    return {made}"), (LOOP,)),
    Part((), (), ("x = {made}(x)", "x = {made}.eval()(x)", "x = {made}.train(self.training)(x)", "held = {made};x = held(x)")),
    Part(("self.held{n} = lambda x: {dropout}(x, 0.5, self.training)",), (), ("x = self.held{n}(x)",)),
    Part(("self.held{n} = lambda x: {dropout}(x, {p}, {on})",), (), ("x = self.held{n}(x)",)),
    Part(("self.held{n} = {dropout}",), (), ("x = self.held{n}(x, {p}, {on})", "x = self.held{n}(x)")),
    Part(
        ("self.held{n} = functools.partial({dropout}, p=0.5)",), (), ("x = self.held{n}(x, training={on})", "x = self.held{n}(x)")
    ),
    Part(
        ("self.held{n} = {other}",),
        (),
        ("x = self.held{n}(x, {p}, {on})", "x = self.held{n}(x, training={on})", "x = self.held{n}(x)"),
    ),
    Part((), ("held{n} = staticmethod({dropout})",), ("x = self.held{n}(x, {p}, {on})", "x = self.held{n}(x)")),
    Part(("self.held{n} = {{'a': {other}}}",), (), ("x = self.held{n}['a'](x, {p}, {on})", "x = self.held{n}['a'](x)")),
)

METHODS = (
    Part(
        (),
        ("def held{n}(self, x):", "    return {dropout}(x, {p}, {on})"),
        ("x = self.held{n}(x)", "if {on}:;    x = self.held{n}(x)"),
    ),
    Part(
        (), ("def held{n}(self, x):", "    return {dropout}(x, {p})"), ("x = self.held{n}(x)", "if {on}:;    x = self.held{n}(x)")
    ),
    Part(
        (),
        ("def held{n}(self, x):", "    if not self.training:", "        return x", "    return {dropout}(x, {p})"),
        ("x = self.held{n}(x)",),
    ),
    Part(
        (),
        ("def held{n}(self, x, p=0.5, training=True):", "    return {dropout}(x, p, training)"),
        ("x = self.held{n}(x, {p}, {on})", "x = self.held{n}(x)", "x = self.held{n}(x, training={on})"),
    ),
    Part(
        (),
        ("@staticmethod", "def held{n}(x, p=0.5, training=False):", "    return {inner}"),
        ("x = self.held{n}(x, {p}, {on})", "x = self.held{n}(x)"),
    ),
    Part(
        (),
        ("@classmethod", "def held{n}(cls, x, p=0.5, training=True):", "    return {dropout}(x, p, training)"),
        ("x = self.held{n}(x, {p}, {on})", "x = self.held{n}(x)"),
    ),
    Part((), ("@property", "def rate{n}(self):", "    return {p}"), ("x = {sdpa}(x, x, x, dropout_p=self.rate{n})",)),
    Part((), ("@property", "def on{n}(self):", "    return {on}"), ("x = {dropout}(x, 0.5, self.on{n})",)),
    Part(
        (),
        ("def on{n}(self):", "    return {on}"),
        ("x = {dropout}(x, 0.5, self.on{n}())", "if self.on{n}():;    x = {dropout}(x)"),
    ),
    Part(("self.on{n} = {on}",), (), ("x = {dropout}(x, 0.5, self.on{n})", "if self.on{n}:;    x = {dropout}(x)")),
    Part(
        ("self.on{n} = True",), (), ("x = {dropout}(x, 0.5, self.on{n})", "x = {dropout}(x, 0.5, self.on{n} and self.training)")
    ),
    Part(("self.rate{n} = {p}",), (), ("x = {sdpa}(x, x, x, dropout_p=self.rate{n})", "x = {dropout}(x, self.rate{n}, {on})")),
    Part(("self.rate{n} = 0.5 if self.training else 0.0",), (), ("x = {sdpa}(x, x, x, dropout_p=self.rate{n})",)),
    Part(
        ("self.on{n} = True",),
        ("def train(self, mode=True):", "    self.on{n} = mode", "    return super().train(mode)"),
        ("x = {dropout}(x, 0.5, self.on{n})",),
    ),
    Part(
        (),
        ("def held{n}(self, x, on):", "    if on:", "        x = {dropout}(x, {p})", "    return x"),
        ("x = self.held{n}(x, {on})", "x = self.held{n}(x, self.training)"),
    ),
    Part(
        (),
        (
            "def held{n}(self, x):",
            "    return self.deeper{n}(x, {on})",
            "def deeper{n}(self, x, on):",
            "    return {dropout}(x, 0.5, on)",
        ),
        ("x = self.held{n}(x)",),
    ),
    Part((), ("def held{n}(self, x):", "    return {call}"), ("x = self.held{n}(x)",)),
    Part(
        (),
        ("def held{n}(self, x, **kwargs):", "    return {other}(x, **kwargs)"),
        ("x = self.held{n}(x, training={on})", "x = self.held{n}(x)"),
    ),
)

STATEMENTS = (
    "x = {dropout}(x, {p}, {on})",
    "x = {dropout}(x, {p}, {on})",
    "x = {dropout}(x, p={p}, training={on})",
    "x = {dropout}(x, {p})",
    "x = {sdpa}(x, x, x, dropout_p={p})",
    "x = {sdpa}(x, x, x, None, {p})",
    "x = {torch_dropout}(x, {p}, {on})",
    "x = {call}",
    "x = {call}",
    "x = {call}",
    "x = {call}",
    "x = {call}",
    "x = {call} + x",
    "x = {call} if {on} else x",
    "if {on}:;    x = {call}",
    "if {on}:;    x = {call};else:;    x = {call}",
    "if {off}:;    return x",
    "if {off}:;    return {call}",
    "on = {on};x = {dropout}(x, 0.5, on)",
    "p = {p};x = {sdpa}(x, x, x, dropout_p=p)",
    "p = 0.0;if {on}:;    p = 0.5;x = {sdpa}(x, x, x, dropout_p=p)",
    "def inner(x):;    return {call};x = inner(x)",
    "def inner(x, training=True):;    return {inner_of_x};x = inner(x, {on})",
    "inner = lambda x: {call};x = inner(x)",
    "drop = {dropout};x = drop(x, {p}, {on})",
    "drop = functools.partial({dropout}, training={on});x = drop(x, {p})",
    "options = dict(p={p}, training={on});x = {dropout}(x, **options)",
    "x = sum({call} for _ in range(2))",
    "with torch.no_grad():;    x = {call}",
    "try:;    x = {call};except ValueError:;    pass",
    "match {on}:;    case True:;        x = {call};    case _:;        pass",
    "if (on := {on}):;    x = {dropout}(x, 0.5, on)",
    "x = torch.relu({call})",
    "x = {call}.relu()",
)

#: Modules of the project that hold dropout; ``{name}`` takes the rate.
LAYERS = (
    (
        "class {name}({nn}.Module):",
        "    def __init__(self, rate=0.5):",
        "        super().__init__()",
        "        self.drop = {nn}.Dropout(rate)",
        "    def forward(self, x):",
        "        return self.drop(x)",
    ),
    (
        "class {name}({nn}.Module):",
        "    def __init__(self, rate=0.5):",
        "        super().__init__()",
        "        self.rate = rate",
        "    def forward(self, x):",
        "        return {dropout}(x, self.rate, {on})",
    ),
    (
        "class {name}({nn}.Module):",
        "    def __init__(self, rate=0.5):",
        "        super().__init__()",
        "        self.rate = rate",
        "    def forward(self, x):",
        "        return {sdpa}(x, x, x, dropout_p=self.rate if {on} else 0.0)",
    ),
    (
        "class {name}({nn}.Sequential):",
        "    def __init__(self, rate=0.5):",
        "        super().__init__({nn}.Linear(4, 4), {nn}.Dropout(rate))",
    ),
    ("class {name}({nn}.Dropout):", "    pass"),
    (
        "class {name}({nn}.Module):",
        "    def __init__(self, rate=0.5):",
        "        super().__init__()",
        "        self.inner = [{nn}.Dropout(rate)]",
        "    def forward(self, x):",
        "        return self.inner[0](x)",
    ),
    (
        "class {name}({nn}.Module):",
        "    def __init__(self, rate=0.5):",
        "        super().__init__()",
        "        self.inner = {nn}.ModuleList([{nn}.Dropout(rate)])",
        "    def forward(self, x):",
        "        return self.inner[0](x)",
    ),
    ("def {name}(rate=0.5):", "    return {nn}.Dropout(rate)"),
    ("def {name}(rate=0.5):", "    return {nn}.Sequential({nn}.Linear(4, 4), {nn}.Dropout(rate))"),
    ("{name} = {nn}.Dropout",),
)
