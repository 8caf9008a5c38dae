// Joins the parts with the page.

(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId("filter");
  const root = byId("tree");
  const classes = buildTree(JSON.parse(byId("data").textContent), root);
  const sites = classes.flatMap((node) => node.sites);
  const total = sites.filter(({ site }) => site.behaviour).length;
  const remarks = sites.length - total;

  let run = 0; // of opening all: a new one, or another filter, ends the one before
  function refresh() {
    run += 1;
    const wanted = readForm(form);
    const shown = applyFilter(classes, wanted);
    const all = isEmpty(wanted) ? "" : ` of ${sites.length.toLocaleString("en")}`;
    const what = remarks ? "sites and findings" : "sites";
    const where = shown.classes ? ` in ${plural(shown.classes, "class", "classes")}` : "";
    const holders = all && shown.holders ? `, ${plural(shown.holders, "class", "classes")} made of others` : "";
    byId("count").textContent = `Showing ${shown.sites.toLocaleString("en")}${all} ${what}${where}${holders}`;
    byId("nothing").hidden = shown.sections.size > 0;
    form.querySelector("[type=reset]").hidden = isEmpty(wanted);
  }

  function changed() {
    refresh();
    writeAddress(form);
  }

  let typing;
  form.addEventListener("input", (event) => {
    clearTimeout(typing);
    // A screen reader is told the count once a word is typed, not at each letter.
    typing = setTimeout(changed, event.target.type === "search" ? 150 : 0);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(changed));
  addEventListener("hashchange", () => {
    form.reset();
    readAddress(form);
    refresh();
  });

  const visible = () => classes.filter((node) => node.shown);
  // A few at a time, so that the page answers while thousands of sites are built.
  async function openAll(open) {
    const mine = ++run;
    for (const [number, node] of visible().entries()) {
      if (number % 40 === 39) await new Promise(requestAnimationFrame);
      if (mine !== run) return;
      node.details.open = open;
      if (open) buildMethods(node);
    }
  }
  byId("expand").addEventListener("click", () => openAll(true));
  byId("collapse").addEventListener("click", () => openAll(false));

  root.addEventListener("keydown", (event) => moveByKeys(root, event));
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.matches("input")) return;
    event.preventDefault();
    form.elements.text.focus();
  });

  // On paper nothing can be opened: what the filter shows is printed with the source of its findings.
  let opened = [];
  const open = (details) => {
    if (!details.open) opened.push(details);
    details.open = true;
  };
  addEventListener("beforeprint", () => {
    for (const node of visible()) {
      open(node.details);
      buildMethods(node);
      for (const { site, row, shown } of node.sites) {
        if (!shown || !site.findings) continue;
        open(row.firstChild);
        buildDetail(row.firstChild, site);
      }
    }
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
    opened = [];
  });

  const names = (list, values) => list.append(...[...new Set(values)].sort().map((value) => element("option", "", [], { value })));
  // Only once they are asked for: a list of thousands is not for free.
  form.elements.class.addEventListener("focus", () => names(byId("class-names"), classes.map((node) => node.name).filter(Boolean)), { once: true });
  form.elements.file.addEventListener("focus", () => names(byId("file-names"), classes.map((node) => node.path)), { once: true });

  const found = sites.filter(({ site }) => site.findings).length;
  form.querySelector(".has-findings").hidden = !found;
  form.querySelector(".has-findings .count").textContent = found.toLocaleString("en");
  readAddress(form);
  refresh();
})();
