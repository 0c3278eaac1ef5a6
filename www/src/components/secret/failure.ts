import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { Failure, SecretShow } from "../../state/secret";
import { shared } from "../../styles/shared";
import { text } from "../../text";

const words = text.secret.failure;

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
        <strong>${words.what(role && text.roles.start[role], step)}</strong>
        ${words.why(reason)} ${words.next[this.session]}
      </p>
    `;
  }
}
