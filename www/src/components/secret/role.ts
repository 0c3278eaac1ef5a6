import { css, html } from "lit";

import type { RoleName } from "../../../wasm/sotto.js";

/** The colour token of a role. */
export const INKS: Record<RoleName, string> = {
  client: "--client",
  alice: "--alice",
  bob: "--bob",
  dealer: "--dealer",
  owner: "--aggregator",
};

/** A role's name in its colour. */
export const roleName = (role: RoleName) => html`<span class="role" data-role=${role}>${role}</span>`;

/** At the start of a sentence. */
export const Named = (role: RoleName): string =>
  role === "alice" || role === "bob" ? role.charAt(0).toUpperCase() + role.slice(1) : `The ${role}`;

export const roleColours = css`
  [data-role="client"] {
    --role: var(--client);
  }
  [data-role="alice"] {
    --role: var(--alice);
  }
  [data-role="bob"] {
    --role: var(--bob);
  }
  [data-role="dealer"] {
    --role: var(--dealer);
  }
  [data-role="owner"] {
    --role: var(--aggregator);
  }
  .role {
    color: var(--role);
    font-weight: 600;
  }
`;
