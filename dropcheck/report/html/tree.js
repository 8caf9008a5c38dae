// The map: folders, classes, methods, sites. What is closed is not built before it is opened, so that thousands of sites cost
// no more than the classes they are in.

/** Build the folders and classes; returns the classes with their sites, as the filter needs them. */
function buildTree(files, root) {
  const classes = files.flatMap((file) => file.classes.map((cls) => buildClass(cls, file.path)));
  const order = new Intl.Collator("en").compare;
  classes.sort((one, other) => order(one.folder, other.folder) || order(one.path, other.path));
  const odd = classes.filter(isOdd);
  const parts = [
    ["Worth a look", odd],
    [odd.length ? "The others" : "", classes.filter((node) => !isOdd(node))],
  ];
  for (const [title, nodes] of parts) if (nodes.length) root.append(buildPart(title, nodes));
  return classes;
}

/** Whether something stays on in evaluation, or was found. */
const isOdd = (node) =>
  node.sites.some(({ site }) => site.eval === "drops" || (site.findings ?? []).some((one) => !one.state));

function buildPart(title, nodes) {
  const part = element("section", "part", title ? element("h2", "", title) : null);
  let folder = null;
  for (const node of nodes) {
    if (folder?.name !== node.folder) {
      const list = element("div", "classes");
      folder = { name: node.folder, list, section: element("section", "folder", [element("h3", "", node.folder || "./"), list]) };
      part.append(folder.section);
    }
    node.part = part;
    node.section = folder.section;
    folder.list.append(node.details);
  }
  return part;
}

function buildClass(cls, path) {
  const sites = cls.methods.flatMap((method) =>
    method.sites.map((site) => ({ site, row: null, list: null, shown: true, words: wordsOf(site, method, cls, path) })),
  );
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const tally = element("span", "tally");
  const details = element("details", "class", [
    element("summary", "", [
      element("h4", cls.name ? "" : "outside", cls.name || outside(cls.methods)),
      strip(sites),
      tally,
      element("span", "path", path.slice(folder.length)),
    ]),
  ]);
  const node = { name: cls.name, path, folder, methods: cls.methods, sites, details, tally, built: false };
  details.addEventListener("toggle", () => details.open && buildMethods(node));
  return node;
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

/** A box for each site: what a class does, at a glance. */
function strip(sites) {
  const boxes = sites.filter(({ site }) => site.behaviour).slice(0, MOST_BOXES);
  return element("span", "strip", boxes.map(({ site }) => element("i", styleOf(site.behaviour))), { "aria-hidden": "true" });
}

function buildMethods(node) {
  if (node.built) return;
  node.built = true;
  const sites = node.sites.values();
  const methods = node.methods.map((method) => {
    const list = element("ul");
    for (let count = method.sites.length; count > 0; count--) {
      const entry = sites.next().value;
      entry.row = element("li", "", buildSite(entry.site), entry.shown ? {} : { hidden: "" });
      entry.list = list;
      list.append(entry.row);
    }
    return element("li", "method", [element("h5", "", method.name || "at import"), list]);
  });
  node.details.append(element("ul", "methods", methods));
  showMethods(node);
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
