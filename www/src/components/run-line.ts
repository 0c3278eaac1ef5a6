import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { count } from "../format";
import type { Run } from "../state/show";
import { offline } from "../offline/register";
import { shared } from "../styles/shared";
import { text } from "../text";

/** Which digits, which network, which room, and the address that says so. */
@customElement("sotto-run-line")
export class RunLine extends LitElement {
  static override styles = [
    shared,
    css`
      div {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: 0 var(--space-4);
        min-height: 1.75rem;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      button.quiet {
        padding-inline: 0;
      }
      strong {
        color: var(--ink);
      }
    `,
  ];

  @property({ attribute: false }) run?: Run;
  @state() private copied = "";
  /** Whether the page needs no network any more. */
  @state() private offline = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void offline.then((kept) => (this.offline = kept));
  }

  protected override render() {
    return html`
      <div>
        <p class="number" data-testid="source" data-source=${this.run?.source.name ?? ""}>${this.facts()}</p>
        <span>
          <span role="status">${this.copied}</span>
          <button class="quiet" data-testid="copy-link" @click=${this.copy}>Copy link</button>
        </span>
      </div>
    `;
  }

  private facts() {
    if (!this.run) return nothing;
    const { source, parameters, settings, room } = this.run;
    const network = settings.find((setting) => setting.name === "model")?.value;
    const digits =
      source.name === "mnist"
        ? html`<strong>MNIST</strong>, the handwritten digits`
        : html`<strong>Synthetic digits</strong>, drawn by a program because MNIST was not at hand`;
    return html`${digits}: ${count(source.train)} to train on, ${count(source.test)} to test. Network
      <strong>${network}</strong>, ${count(parameters)} weights. Room <strong>${room}</strong>.
      ${this.offline ? html`<span data-testid="offline">${text.offline}</span>` : nothing}`;
  }

  private async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href);
      this.copied = "Copied";
    } catch {
      this.copied = "This browser forbids copying; take the address above";
    }
  }
}
