import { css, unsafeCSS } from "lit";

import base from "./base.css?inline";

/** What every component's shadow tree starts with. */
export const shared = [
  unsafeCSS(base),
  css`
    :host {
      display: block;
    }
  `,
];
