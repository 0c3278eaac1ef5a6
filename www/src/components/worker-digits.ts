import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { LocalShow } from "../state/local";
import { shared } from "../styles/shared";
import { text } from "../text";
import "./label-histogram";
import "./pixels";

const words = text.worker.digits;
const SHEET = 60;
const VARIED = 24;

/** The digits of this worker: some to look at, all of them counted. */
@customElement("sotto-worker-digits")
export class WorkerDigits extends LitElement {
  static override styles = [
    shared,
    css`
      .panel {
        display: grid;
        gap: var(--space-3);
        height: 100%;
        align-content: start;
      }
      .sheet {
        padding: var(--space-2);
        border: 1px solid var(--line);
        border-radius: var(--round-s);
        background: var(--sunken);
      }
    `,
  ];

  @property({ attribute: false }) shard?: NonNullable<LocalShow["shard"]>;
  @property({ attribute: false }) varied?: NonNullable<LocalShow["varied"]>;

  protected override render() {
    const { shard } = this;
    const shown = Math.min(SHEET, shard?.labels.length ?? 0);
    return html`
      <section class="panel" aria-labelledby="digits">
        <h2 id="digits">${words.title}</h2>
        <p class="note number">
          <strong data-testid="worker-digits" data-digits=${shard?.digits ?? 0}>${shard ? words.digits(shard.digits) : words.none}</strong>
          ${shard ? words.what(shard.source === "mnist" ? words.mnist : words.synthetic, shard.bytes, shown) : words.yet}
        </p>
        <sotto-pixels
          class="sheet"
          .images=${shard?.sample ?? new Uint8Array(0)}
          .columns=${12}
          .places=${SHEET}
          label=${shard ? words.some([...shard.labels].slice(0, SHEET)) : words.noneYet}
        ></sotto-pixels>
        <sotto-label-histogram .counts=${shard?.histogram ?? []}></sotto-label-histogram>
        ${this.variety()}
      </section>
    `;
  }

  /** What augmentation and other pens make of them, once a round has begun. */
  private variety() {
    const { varied } = this;
    if (!varied) return nothing;
    return html`
      <p class="note">${words.varied}</p>
      <sotto-pixels
        class="sheet"
        data-testid="varied"
        .images=${varied.images}
        .columns=${12}
        .places=${VARIED}
        label=${words.variedLabel([...varied.labels])}
      ></sotto-pixels>
    `;
  }
}
