// Which sites are shown. The filter is part of the address, so that a view can be passed on.

const FEW = 60; // so many matches are opened at once

/** What the form says. */
function readForm(form) {
  const data = new FormData(form);
  const text = (name) => data.get(name).trim().toLowerCase();
  return {
    behaviours: new Set(data.getAll("behaviour")),
    findings: data.has("findings"),
    text: text("text"),
    cls: text("class"),
    file: text("file"),
  };
}

const isEmpty = (wanted) =>
  !(wanted.behaviours.size || wanted.findings || wanted.text || wanted.cls || wanted.file);

function matches(entry, node, wanted) {
  return (
    (!wanted.behaviours.size || wanted.behaviours.has(entry.site.behaviour)) &&
    (!wanted.findings || Boolean(entry.site.findings)) &&
    node.name.toLowerCase().includes(wanted.cls) &&
    node.path.toLowerCase().includes(wanted.file) &&
    hasWords(entry.words, wanted)
  );
}

const hasWords = (words, wanted) => wanted.text.split(/\s+/).every((word) => words.includes(word));

/** Whether a class that has dropout only in its parts is shown: what is asked of sites it cannot answer. */
function matchesWithoutSites(node, wanted) {
  const [name, path] = [node.name.toLowerCase(), node.path.toLowerCase()];
  return (
    !node.sites.length && !wanted.behaviours.size && !wanted.findings &&
    name.includes(wanted.cls) && path.includes(wanted.file) && hasWords(`${name}\n${path}`, wanted)
  );
}

/** Show what matches and nothing else; returns how much that is. */
function applyFilter(classes, wanted) {
  const shown = { sites: 0, classes: 0, holders: 0, sections: new Set() };
  for (const node of classes) {
    let here = 0;
    for (const entry of node.sites) {
      entry.shown = matches(entry, node, wanted);
      if (entry.row) entry.row.hidden = !entry.shown;
      here += entry.shown;
    }
    node.shown = here > 0 || matchesWithoutSites(node, wanted);
    node.details.hidden = !node.shown;
    if (!node.shown) continue;
    showMethods(node);
    tell(node, here);
    shown.sites += here;
    shown.holders += here === 0;
    shown.classes += here > 0 && node.name !== "";
    shown.sections.add(node.section).add(node.group);
  }
  for (const { section, group } of classes) {
    section.hidden = !shown.sections.has(section);
    group.hidden = !shown.sections.has(group);
  }
  for (const node of classes) {
    if (!node.shown) continue;
    node.details.open = opens(node, wanted, shown);
    if (node.details.open) buildMethods(node);
  }
  return shown;
}

/** A class stands open where there is something to see, or where a filter leaves few sites. */
const opens = (node, wanted, shown) => (shown.sites <= FEW && node.sites.length > 0) || (isEmpty(wanted) && isOdd(node));

/** How many sites of a class are shown. */
function tell(node, here) {
  const all = node.sites.length;
  const own = here === all ? all && plural(all, "site") : `${here} of ${plural(all, "site")}`;
  node.tally.replaceChildren(...tallyOf(node, own));
}

function writeAddress(form) {
  const filled = [...new FormData(form)].filter(([, value]) => value !== "");
  const hash = new URLSearchParams(filled).toString();
  history.replaceState(null, "", hash ? `#${hash}` : location.href.split("#")[0]);
}

function readAddress(form) {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const field of form.elements) {
    if (field.type === "checkbox") field.checked = given.getAll(field.name).includes(field.value);
    else if (field.name && given.has(field.name)) field.value = given.get(field.name);
  }
}
