import { css, html } from "lit";

import type { RoleName } from "../../../wasm/sotto.js";
import { text } from "../../text";

/** The colour token of a role. */
export const INKS: Record<RoleName, string> = {
  client: "--client",
  alice: "--alice",
  bob: "--bob",
  dealer: "--dealer",
  owner: "--aggregator",
  silo: "--worker",
};

/** A role's name in its colour. */
export const roleName = (role: RoleName) => html`<span class="role" data-role=${role}>${text.roles.name[role]}</span>`;

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
  [data-role="silo"] {
    --role: var(--worker);
  }
  .role {
    color: var(--role);
    font-weight: 600;
  }
`;
