import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { Failure, SecretShow } from "../../state/secret";
import { shared } from "../../styles/shared";
import { Named } from "./role";

const NEXT: Record<SecretShow["session"], string> = {
  ended: "Sessions failed too often in a row: reload the page to try again.",
  starting: "A new session begins, with new keys.",
  ready: "A new session is ready: draw again.",
};

/** Why the last session ended, until a classification succeeds again. */
@customElement("sotto-secret-failure")
export class SecretFailure extends LitElement {
  static override styles = [
    shared,
    css`
      [role="alert"] {
        padding: var(--space-3) var(--space-4);
        border: 1px solid var(--warn);
        border-left-width: 4px;
        border-radius: var(--round-s);
        background: var(--warn-ground);
        overflow-wrap: anywhere;
      }
      code {
        font: 0.92em var(--mono);
      }
    `,
  ];

  @property({ attribute: false }) failure?: Failure;
  @property() session: SecretShow["session"] = "starting";

  protected override render() {
    const { failure } = this;
    if (!failure) return nothing;
    const { reason, role, step } = failure;
    return html`
      <p role="alert" data-testid="secret-failure" data-role=${role ?? ""} data-step=${step ?? ""}>
        <strong>The session ended${role ? html`: ${Named(role)} is to blame` : nothing}${step ? html` at <code>${step}</code>` : nothing}.</strong>
        ${sentence(reason)} ${NEXT[this.session]}
      </p>
    `;
  }
}

const sentence = (text: string): string => {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
};
