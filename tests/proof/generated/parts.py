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


ROWS = "for row in self.held{n}:;    for module in row:;        x = module(x)"
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

MODULES += (
    Part(("self.held{n} = {sdpa}",), (), ("x = self.held{n}(x, x, x, dropout_p={p})", "x = self.held{n}(x, x, x, None, {p})")),
    Part(("self.held{n} = {made} if self.open0 else None",), (), ("if self.held{n} is not None:;    x = self.held{n}(x)",)),
    Part(("self.held{n} = {nn}.ModuleList([{nn}.ModuleList([{made}])])",), (), (ROWS,)),
    Part(("self.held{n} = [[{made}]]",), (), (ROWS,)),
    Part(("self.held{n} = [{nn}.ModuleList([{made}])]",), (), (ROWS,)),
    Part(("self.held{n} = {nn}.ModuleList()", "self.held{n}.append({made})"), (), (LOOP, "x = self.held{n}[-1](x)")),
    Part(("self.held{n} = {nn}.ModuleList()", "self.held{n}.extend([{made}])"), (), (LOOP,)),
    Part(("self.held{n} = list({nn}.ModuleList([{made}]))",), (), (LOOP,)),
    Part(
        ("self.held{n} = []", "self.held{n} += [{made}]"),
        (),
        (LOOP, "for module, _ in zip(self.held{n}, 'ab'):;    x = module(x)"),
    ),
    Part(("self.held{n} = [*[{made}], {nn}.Identity()]",), (), ("for _, module in enumerate(self.held{n}):;    x = module(x)",)),
    Part(("self.held{n} = {{}}", "self.held{n}['a'] = {made}"), (), ("x = self.held{n}['a'](x)", "x = self.held{n}.get('a')(x)")),
    Part(
        ("self.held{n} = {nn}.Sequential()", "self.held{n}.add_module('a', {made})"),
        (),
        ("x = self.held{n}(x)", "x = self.held{n}.a(x)"),
    ),
    Part(
        ("def held(x, on=True):", "    return {dropout}(x, 0.5, on)", "self.held{n} = held"),
        (),
        ("x = self.held{n}(x, {on})", "x = self.held{n}(x)"),
    ),
    Part(
        ("self.held{n} = self.make{n}(self.training)",),
        ("def make{n}(self, on):", "    def held(x):", "        return {dropout}(x, 0.5, on)", "    return held"),
        ("x = self.held{n}(x)", "x = self.make{n}({on})(x)", "drop = self.make{n}(self.training);x = drop(x)"),
    ),
)

METHODS += (
    Part((), ("def held{n}(this, x):", "    return {dropout}(x, 0.5, this.training)"), ("x = self.held{n}(x)",)),
    Part(
        (),
        ("def held{n}(this, x):", "    if this.training:", "        x = {dropout}(x, this.p)", "    return x"),
        ("x = self.held{n}(x)",),
    ),
    Part((), ("on{n} = True",), ("x = {dropout}(x, 0.5, self.on{n})", "x = {dropout}(x, 0.5, self.on{n} and {on})")),
    Part((), ("on{n} = False",), ("x = {dropout}(x, 0.5, self.on{n})", "x = {dropout}(x, 0.5, self.on{n} or {on})")),
    Part((), ("rate{n} = 0.5",), ("x = {sdpa}(x, x, x, dropout_p=self.rate{n})", "x = {dropout}(x, self.rate{n}, {on})")),
    Part(
        (),
        ("def base{n}(self, x, on):", "    return {dropout}(x, 0.5, on)", "held{n} = functools.partialmethod(base{n}, on=True)"),
        ("x = self.held{n}(x)", "x = self.base{n}(x, {on})"),
    ),
    Part((), ("@functools.cached_property", "def on{n}(self):", "    return {on}"), ("x = {dropout}(x, 0.5, self.on{n})",)),
    Part(
        (),
        ("@property", "def on{n}(self):", "    if {on}:", "        return True", "    return False"),
        ("x = {dropout}(x, 0.5, self.on{n})", "if not self.on{n}:;    return x"),
    ),
    Part(
        (),
        ("@property", "def rate{n}(self):", "    if not self.training:", "        return 0.0", "    return self.p"),
        ("x = {dropout}(x, self.rate{n})", "x = {sdpa}(x, x, x, dropout_p=self.rate{n})"),
    ),
    Part((), ("def rate{n}(self):", "    return {p} if {on} else 0.0"), ("x = {sdpa}(x, x, x, dropout_p=self.rate{n}())",)),
    Part(
        ("self.rate{n} = 0.0",),
        ("def set{n}(self):", "    self.rate{n} = 0.5"),
        ("self.set{n}();x = {dropout}(x, self.rate{n})", "self.set{n}();x = {dropout}(x, self.rate{n}, {on})"),
    ),
    Part(
        ("if self.open0:", "    self.rate{n} = 0.5", "else:", "    self.rate{n} = 0.0"),
        (),
        ("x = {sdpa}(x, x, x, dropout_p=self.rate{n})", "x = {dropout}(x, self.rate{n}, {on})"),
    ),
    Part(("self.on{n} = True", "if self.open0:", "    self.on{n} = False"), (), ("x = {dropout}(x, 0.5, self.on{n})",)),
    Part(
        ("self.options{n} = {{'p': {p}, 'on': True}}",),
        (),
        ("x = {dropout}(x, self.options{n}['p'], self.options{n}['on'])", "x = {dropout}(x, self.options{n}['p'], {on})"),
    ),
    Part(("self.options{n} = {{'p': 0.5, 'training': True}}",), (), ("x = {dropout}(x, **self.options{n})",)),
    Part(
        ("self.pair{n} = (0.5, True)",), (), ("x = {dropout}(x, *self.pair{n})", "p, on = self.pair{n};x = {dropout}(x, p, on)")
    ),
    Part(
        (),
        (
            "def held{n}(self, x):",
            "    for _ in range(2):",
            "        if not self.training:",
            "            return x",
            "        x = {dropout}(x, {p})",
            "    return x",
        ),
        ("x = self.held{n}(x)",),
    ),
    Part(
        (),
        (
            "def held{n}(self, x):",
            "    try:",
            "        assert self.training",
            "    except AssertionError:",
            "        return x",
            "    else:",
            "        return {dropout}(x, {p})",
        ),
        ("x = self.held{n}(x)",),
    ),
    Part(
        (),
        ("@torch.no_grad()", "def held{n}(self, x, on=True):", "    return {dropout}(x, 0.5, on)"),
        ("x = self.held{n}(x, {on})", "x = self.held{n}(x)"),
    ),
    Part((), ("def held{n}(self, x):", "    yield {call}"), ("x = next(self.held{n}(x))", "for h in self.held{n}(x):;    x = h")),
    Part(
        (),
        ("def held{n}(self, x, *, on=None):", "    return {dropout}(x, 0.5, self.training if on is None else on)"),
        ("x = self.held{n}(x)", "x = self.held{n}(x, on={on})", "x = self.held{n}(x, on=None)"),
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
    # Gates further out, further down, and in other statements.
    "if self.p > 0:;    x = {call}",
    "if self.p > 0 and {on}:;    x = {dropout}(x, {p})",
    "if self.limit:;    if {on}:;        if self.p:;            x = {dropout}(x, self.p)",
    "if {off}:;    pass;else:;    x = {call}",
    "if self.none:;    x = {call};elif {on}:;    x = {call}",
    "n = 2;while n:;    n -= 1;    x = {call}",
    "n = 2;while n and {on}:;    n -= 1;    x = {dropout}(x, {p})",
    "for step in range(3):;    if {off}:;        break;    x = {dropout}(x, {p})",
    "for step in range(3):;    if {off}:;        continue;    x = {call}",
    "for step in range(2):;    x = {call};else:;    x = {dropout}(x, {p}, {on})",
    "for on in (True, {on}):;    x = {dropout}(x, 0.5, on)",
    "for step in range(2):;    if step and {off}:;        return x;    x = {call}",
    "try:;    x = {call};finally:;    x = {dropout}(x, {p}, {on})",
    "try:;    if {off}:;        raise ValueError;    x = {dropout}(x, {p});except ValueError:;    pass",
    "try:;    raise KeyError;except KeyError:;    x = {call}",
    "try:;    x = x * 1;except ValueError:;    return x;else:;    x = {call}",
    "with contextlib.suppress(ValueError):;    if {off}:;        raise ValueError;    x = {dropout}(x, {p})",
    "with contextlib.nullcontext({call}) as h:;    x = h",
    "match self.training:;    case False:;        return x;x = {dropout}(x, {p})",
    "match ({on}, self.p):;    case (True, p) if p:;        x = {dropout}(x, p)",
    "match {on}:;    case False:;        p = 0.0;    case True:;        p = 0.5;x = {dropout}(x, p)",
    # Rates and flags by way of names, tuples and dicts.
    "p = 0.0;if {on}:;    p = {p};x = {dropout}(x, p)",
    "p = 0.5;if {off}:;    p = 0.0;x = {dropout}(x, p)",
    "p, on = {p}, {on};x = {dropout}(x, p, on)",
    "(p, (on, _)) = ({p}, ({on}, None));x = {dropout}(x, p, on)",
    "on = not {on};on = not on;x = {dropout}(x, 0.5, on)",
    "on = off = {on};x = {dropout}(x, 0.5, off)",
    "on = True;on &= {on};x = {dropout}(x, 0.5, on)",
    "on = [{on}][0];x = {dropout}(x, 0.5, on)",
    "x = {dropout}(x, 0.5, max({on}, False))",
    "x = {dropout}(x, 0.5, all(({on}, True)))",
    "x = {dropout}(x, 0.5, {on} == True)",
    "x = {dropout}(input=x, p={p}, training={on})",
    "x = {dropout}(x, {p}, {on}, False)",
    "x = {dropout}(x * 1, {p}, {on}, inplace=True)",
    "x = {dropout}(x, **{{'p': {p}, 'training': {on}}})",
    "x = {dropout}(x, {p}, **dict(training={on}))",
    "options = {{'training': False}};if {on}:;    options['training'] = True;x = {dropout}(x, **options)",
    "options = {{'p': {p}}};options |= {{'training': {on}}};x = {dropout}(x, **options)",
    "x = {dropout}(x, bool({on}) * 0.5)",
    "x = {dropout}(x, min({p}, 0.25 * {on}))",
    "x = {sdpa}(x, x, x, dropout_p=bool({on}) * self.p)",
    "x = {sdpa}(x, x, x, **{{'dropout_p': {p}}})",
    "x = {sdpa}(x, x, x, dropout_p=(0.0, 0.5)[{on}])",
    "x = {sdpa}(x, x, x, dropout_p={{True: 0.5, False: 0.0}}[{on}])",
    # Attributes that are set on the way.
    "self.none = 0.5;x = {dropout}(x, self.none)",
    "self.none = 0.5 if {on} else 0.0;x = {dropout}(x, self.none)",
    "self.limit = {p};x = {sdpa}(x, x, x, dropout_p=self.limit)",
    "self.state = {on};x = {dropout}(x, 0.5, self.state)",
    # Functions made on the way.
    "def gate():;    return {on};x = {dropout}(x, 0.5, gate())",
    "def change():;    nonlocal x;    x = {call};change()",
    "def pieces():;    yield {call};x = next(pieces())",
    "def outer(on):;    def drop(h):;        return {dropout}(h, 0.5, on);    return drop;x = outer({on})(x)",
    "def inner(h, on={on}):;    return {dropout}(h, 0.5, on);x = inner(x)",
    "x = (lambda on: {dropout}(x, 0.5, on))({on})",
    "x = (lambda h, on={on}: {dropout}(h, 0.5, on))(x)",
    "x = next({call} for _ in range(1))",
    "x = {{n: {call} for n in range(2)}}[0]",
    "x = [h for h in ({call},) if self.p][0]",
    "drop = functools.partial({other}, p={p});x = drop(x, training={on})",
    "drop = functools.partial(functools.partial({dropout}, p=0.5), training={on});x = drop(x)",
    "drop = functools.partial(lambda h, on: {dropout}(h, 0.5, on), on={on});x = drop(x)",
    "drop = {dropout} if {on} else (lambda h: h);x = drop(x)",
    "drop = {other} if self.open0 else {dropout};x = drop(x, {p}, {on})",
    "for drop in ({dropout}, {other}):;    x = drop(x, {p}, {on})",
    "x = functools.reduce(lambda h, n: {dropout}(h, 0.5, {on}), range(2), x)",
    "x = getattr(torch.nn.functional, 'dropout')(x, {p}, {on})",
    "h: torch.Tensor = {call};x = h",
    "x = x + 0;x += {call}",
    "x, h = {call}, {call}",
    "x = self.drop(x)",
    "x = self.drop.forward(x)",
    "x = {nn}.Dropout.forward(self.drop, x)",
    "x = (self.drop if {on} else torch.relu)(x)",
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
