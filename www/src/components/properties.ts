// Styles that are computed, on an element: the page's policy forbids them in an attribute, which is
// what Lit's own `styleMap` writes at first.

import { noChange } from "lit";
import { Directive, directive, type ElementPart } from "lit/directive.js";

class Properties extends Directive {
  render(_values: Record<string, string>): unknown {
    return noChange;
  }

  override update(part: ElementPart, [values]: [Record<string, string>]): unknown {
    const { style } = part.element as HTMLElement | SVGElement;
    for (const [name, value] of Object.entries(values)) style.setProperty(name, value);
    return noChange;
  }
}

/** Gives the element these properties, those of a style or its own (`--name`). */
export const properties = directive(Properties);
