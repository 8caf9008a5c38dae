// What is shown of a site once it is opened: the facts, the source, the findings and their fixes.

function detail(site) {
  const facts = [
    fact("Gate", site.gate && element("code", "", site.gate)),
    fact("Decided", site.decided),
    fact("Why open", site.reason),
  ].filter(Boolean);
  return element("div", "detail", [
    facts.length ? element("dl", "facts", facts) : null,
    excerpt(site.source),
    ...(site.findings ?? []).map(finding),
  ]);
}

function fact(name, value) {
  return value ? element("div", "", [element("dt", "", name), element("dd", "", value)]) : null;
}

/** A sentence in which `code` stands between backticks. */
const spoken = (text) => text.split("`").map((part, index) => (index % 2 ? element("code", "", part) : part));

/** How far all rows are indented, which is not worth the room; `at` is where the text of a row begins. */
function indentation(rows, at) {
  const widths = rows.filter((row) => row.slice(at).join("").trim()).map((row) => row[at].length - row[at].trimStart().length);
  return widths.length ? Math.min(...widths) : 0;
}

function excerpt(rows) {
  const cut = indentation(rows, 1);
  const lines = rows.map((row) => {
    if (!row.length) return gap();
    const [number, before, inside, after] = row;
    const text = [before.slice(cut), inside && element("mark", "", inside), after];
    return element("span", "", [element("span", "n", String(number)), element("code", "", text)]);
  });
  return element("pre", "rows", lines);
}

const gap = () => element("span", "gap", [element("span", "n", "…"), element("code")]);

function finding(one) {
  const state = one.state === "below confidence" ? "not reported" : one.state;
  const said = [one.confidence && `${one.confidence} confidence`, state, one.why].filter(Boolean).join(", ");
  return element("div", "finding", [
    element("p", "", [
      code(one),
      element("span", "message", spoken(one.message)),
      said && element("span", "state", `(${said})`),
    ]),
    one.source && excerpt(one.source),
    ...(one.notes ?? []).map((note) => element("p", "note", spoken(note))),
    one.help && element("p", "", spoken(one.help)),
    ...fix(one.fix),
    element("p", "", element("a", "", `About ${one.name}`, { href: one.url, rel: "noreferrer" })),
  ], { role: "group", "aria-label": `Finding ${one.code}` });
}

const code = (one) => element("span", one.state ? "code quiet" : "code", one.code);

function fix(one) {
  if (!one) return [];
  const kind = one.kind === "advice" ? "Advice" : "Fix";
  const trust = one.kind === "advice" ? "" : ` (${one.kind})`;
  return [
    element("p", "", [element("b", "", kind), element("span", "fix-kind", trust), ": ", spoken(one.message)]),
    one.reason && element("p", "reason", spoken(one.reason)),
    one.diff && diff(one.diff),
  ];
}

function diff(rows) {
  const cut = indentation(rows, 2);
  const names = { "-": "minus", "+": "plus", " ": "" };
  const lines = rows.map((row) => {
    if (!row.length) return element("span", "gap", [element("span", "n", "…"), element("span"), element("code")]);
    const [sign, number, text] = row;
    const cells = [element("span", "n", number ? String(number) : ""), element("code", "sign", sign), element("code", "", text.slice(cut))];
    return element("span", names[sign], cells);
  });
  return element("pre", "rows diff", lines, { "aria-label": "The fix as a diff" });
}
