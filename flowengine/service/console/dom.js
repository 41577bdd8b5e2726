// Small helpers to build and find elements.

const SVG = "http://www.w3.org/2000/svg";

export function byId(id) {
  return document.getElementById(id);
}

/** An element with a class and children (texts or elements). */
export function make(tag, className = "", ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/** A name in its own words, which a narrow column may part at the underscores. */
export function parted(name) {
  const words = name.split(/(?<=_)/);
  return words.flatMap((word, index) => (index ? [document.createElement("wbr"), word] : [word]));
}

/** An icon of the sprite, hidden from screen readers: words stand beside it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("aria-hidden", "true");
  svg.append(document.createElementNS(SVG, "use"));
  setIcon(svg, name);
  return svg;
}

export function setIcon(svg, name) {
  svg.querySelector("use").setAttribute("href", `/console/icons.svg#${name}`);
}

export function show(element, isShown) {
  element.hidden = !isShown;
}

export const prefersStill = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
