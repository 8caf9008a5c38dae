// The arrow keys in the map, as in a tree; everything is also reached by Tab and opened by Enter or Space.

function moveByKeys(root, event) {
  const summary = event.target.closest("summary");
  if (!summary || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const details = summary.parentElement;
  const move = {
    ArrowDown: () => neighbour(root, summary, 1),
    ArrowUp: () => neighbour(root, summary, -1),
    ArrowRight: () => (details.open ? neighbour(root, summary, 1) : void (details.open = true)),
    ArrowLeft: () => (details.open ? void (details.open = false) : above(details)),
    Home: () => reachable(root)[0],
    End: () => reachable(root).at(-1),
  }[event.key];
  if (!move) return;
  event.preventDefault();
  const target = move();
  if (!target) return;
  target.focus();
  target.scrollIntoView({ block: "nearest" });
}

const above = (details) => details.parentElement.closest("details")?.querySelector("summary");

function neighbour(root, summary, step) {
  const all = reachable(root);
  return all[all.indexOf(summary) + step];
}

/** The lines that can be seen: in nothing that is closed or hidden. Told without a layout, which would cost much. */
function reachable(root) {
  return [...root.querySelectorAll("summary")].filter(
    (summary) => !summary.closest("[hidden]") && !summary.parentElement.parentElement.closest("details:not([open])"),
  );
}
