import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";

import { shared } from "../styles/shared";

/** What a person must know before anything else on the page. */
@customElement("sotto-banner")
export class Banner extends LitElement {
  static override styles = [
    shared,
    css`
      .banner {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-2) var(--space-4);
        margin-bottom: var(--space-4);
        padding: var(--space-3) var(--space-5);
        border: 1px solid var(--line-strong);
        border-left: 4px solid var(--aggregator);
        border-radius: var(--round-s);
        background: var(--surface);
      }
      .warning {
        border-color: var(--warn);
        background: var(--warn-ground);
      }
      .text {
        flex: 1 1 24rem;
      }
    `,
  ];

  @property() level: "info" | "warning" = "info";

  protected override render() {
    return html`
      <div class="banner ${this.level}" role=${this.level === "warning" ? "alert" : "status"}>
        <div class="text"><slot></slot></div>
        <slot name="action"></slot>
      </div>
    `;
  }
}
