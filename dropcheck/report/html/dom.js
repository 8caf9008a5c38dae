"use strict";

// Every text goes into the page as text: nothing here makes markup out of a string.

/** An element with classes, attributes and children; children that are empty are left out. */
function element(tag, classes, children = [], attributes = {}) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[children].flat(Infinity).filter((child) => child !== undefined && child !== null && child !== ""));
  return made;
}

const styleOf = (behaviour) => (behaviour ? `is-${behaviour.replaceAll(" ", "-")}` : "");

/** The two boxes of a behaviour; it is always said in words beside them. */
const glyph = (site) =>
  element("span", "glyph", [element("i", site.train), element("i", site.eval)], { "aria-hidden": "true" });

const plural = (count, word, many = `${word}s`) => `${count.toLocaleString("en")} ${count === 1 ? word : many}`;
