// The map: folders, classes, methods, sites. What is closed is not built before it is opened, so that thousands of sites cost
// no more than the classes they are in.

/** Build the folders and classes; returns the classes with their sites, as the filter needs them. */
function buildTree(files, root) {
  const classes = files.flatMap((file) => file.classes.map((cls) => nodeOf(cls, file.path)));
  for (const node of classes) node.parts = node.parts.map(([name, number]) => ({ name, node: classes[number] }));
  for (const node of classes) drawClass(node);
  const order = new Intl.Collator("en").compare;
  classes.sort((one, other) => order(one.folder, other.folder) || order(one.path, other.path));
  const odd = classes.filter(isOdd);
  const groups = [
    ["Worth a look", odd],
    [odd.length ? "The others" : "", classes.filter((node) => !isOdd(node))],
  ];
  for (const [title, nodes] of groups) if (nodes.length) root.append(buildGroup(title, nodes));
  return classes;
}

/** Whether something stays on in evaluation, or was found. */
const isOdd = (node) =>
  node.sites.some(({ site }) => site.eval === "drops" || (site.findings ?? []).some((one) => !one.state));

function buildGroup(title, nodes) {
  const group = element("section", "group", title ? element("h2", "", title) : null);
  let folder = null;
  for (const node of nodes) {
    if (folder?.name !== node.folder) {
      const list = element("div", "classes");
      folder = { name: node.folder, list, section: element("section", "folder", [element("h3", "", node.folder || "./"), list]) };
      group.append(folder.section);
    }
    node.group = group;
    node.section = folder.section;
    folder.list.append(node.details);
  }
  return group;
}

/** A class: what the data say of it, and below, what is drawn of it. */
function nodeOf(cls, path) {
  const sites = cls.methods.flatMap((method) =>
    method.sites.map((site) => ({ site, row: null, list: null, shown: true, words: wordsOf(site, method, cls, path) })),
  );
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  return { name: cls.name, path, folder, methods: cls.methods, parts: cls.parts ?? [], sites, built: false };
}

function drawClass(node) {
  node.tally = element("span", "tally");
  node.details = element("details", "class", [
    element("summary", "", [
      element("h4", node.name ? "" : "outside", node.name || outside(node.methods)),
      strip(node),
      node.tally,
      element("span", "path", node.path.slice(node.folder.length)),
    ]),
  ]);
  node.details.addEventListener("toggle", () => node.details.open && buildMethods(node));
}

/** The sites of all classes that a class is made of, each class once; its own are not among them. */
function sitesWithin(node) {
  if (node.within) return node.within;
  const seen = new Set([node]);
  for (const one of seen) for (const part of one.parts) seen.add(part.node);
  seen.delete(node);
  node.within = [...seen].flatMap((one) => one.sites);
  return node.within;
}

/** How often each behaviour occurs that is not as it should be. */
function oddWords(sites) {
  const odd = new Map();
  for (const { site } of sites) {
    if (site.behaviour && site.behaviour !== "follows mode") odd.set(site.behaviour, (odd.get(site.behaviour) ?? 0) + 1);
  }
  return [...odd].map(([name, count]) => element("b", styleOf(name), `${count} ${name}`));
}

/** What a class says of its sites, and of those in its parts. */
function tallyOf(node, own) {
  const within = sitesWithin(node);
  const inside = within.length ? [element("span", "", `${within.length} in its parts`), ...oddWords(within)] : [];
  return [own && element("span", "", own), ...oddWords(node.sites), ...inside].filter(Boolean);
}

/** What stands for a class where there is none: the function, if it is one. */
const outside = (methods) => (methods.length === 1 && methods[0].name ? `${methods[0].name}()` : "outside of classes");

/** What the search looks in. */
function wordsOf(site, method, cls, path) {
  const findings = (site.findings ?? []).flatMap((one) => [one.code, one.name, one.message, one.state, one.why]);
  const own = [site.name, site.kind, site.p && `p=${site.p}`, site.behaviour, site.gate, site.reason, site.at];
  return [...own, ...findings, method.name, cls.name, path].filter(Boolean).join("\n").toLowerCase();
}

const MOST_BOXES = 60;

/** A box for each site, smaller ones for those in its parts: what a class does, at a glance. */
function strip(node) {
  const box = (classes) => ({ site }) => site.behaviour && element("i", `${styleOf(site.behaviour)} ${classes}`);
  const boxes = [...node.sites.map(box("own")), ...sitesWithin(node).map(box("within"))].filter(Boolean);
  return element("span", "strip", boxes.slice(0, MOST_BOXES), { "aria-hidden": "true" });
}

function buildMethods(node) {
  if (node.built) return;
  node.built = true;
  const entries = node.sites.values();
  const methods = node.methods.map((method) => {
    const rows = method.sites.map((site) => {
      const entry = entries.next().value;
      entry.row = element("li", "", buildSite(site), entry.shown ? {} : { hidden: "" });
      return entry;
    });
    const list = element("ul", "", rows.map((entry) => entry.row));
    for (const entry of rows) entry.list = list;
    return element("li", "method", [element("h5", "", method.name || "at import"), list]);
  });
  node.details.append(element("ul", "methods", [...methods, ...partRows(node, [node])]));
  showMethods(node);
}

/** The classes that a class is made of; they open in place, with all that is in them, whatever the filter says. */
function partRows(node, above) {
  return node.parts.filter((part) => !above.includes(part.node)).map((part) => {
    const count = part.node.sites.length;
    const details = element("details", "part", element("summary", "", [
      element("span", "held", part.name ? `${part.name}: ` : "inherits from "),
      element("b", "", part.node.name),
      strip(part.node),
      element("span", "tally", tallyOf(part.node, count && plural(count, "site"))),
    ]));
    details.addEventListener("toggle", () => {
      if (details.open && details.childElementCount === 1) details.append(partBody(part.node, above));
    });
    return element("li", "method", details);
  });
}

function partBody(node, above) {
  const methods = node.methods.map((method) => {
    const list = element("ul", "", method.sites.map((site) => element("li", "", buildSite(site))));
    return element("li", "method", [element("h5", "", method.name || "at import"), list]);
  });
  return element("ul", "methods", [...methods, ...partRows(node, [...above, node])]);
}

/** Hide the methods of which the filter shows no site. */
function showMethods(node) {
  if (!node.built) return;
  const used = new Set(node.sites.filter((entry) => entry.shown).map((entry) => entry.list));
  for (const entry of node.sites) entry.list.parentElement.hidden = !used.has(entry.list);
}

function buildSite(site) {
  const codes = (site.findings ?? []).map(code);
  const call = element("span", "call", [
    element("b", "", site.name),
    site.p && element("span", "p", ` p=${site.p}`),
    ...codes.flatMap((one) => [" ", one]),
  ]);
  const [, cell, row] = site.at.match(/^(?:(cell \d+):)?(\d+):/);
  const line = element("span", "line", cell ? `${cell}, line ${row}` : `line ${row}`);
  const cells = site.behaviour ? [call, does(site), behaviour(site), line] : [call, element("span"), element("span"), line];
  const details = element("details", `site ${styleOf(site.behaviour)}`, element("summary", "", cells));
  details.addEventListener("toggle", () => details.open && buildDetail(details, site));
  return details;
}

function buildDetail(details, site) {
  if (details.childElementCount === 1) details.append(detail(site));
}

const does = (site) =>
  element("span", "does", ["train ", element("b", site.train, site.train), " · eval ", element("b", site.eval, site.eval)]);

const behaviour = (site) => element("span", "behaviour", [glyph(site), element("span", "", site.behaviour)]);
