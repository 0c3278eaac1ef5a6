import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import { detach } from "../errors";
import { shared } from "../styles/shared";
import { text } from "../text";

/** The most that a QR code of medium correction holds, in bytes. */
const BYTES_MAX = 2331;

/** A text as a QR code, drawn once its encoder is there; of one that is too long there is none. */
@customElement("sotto-qr-code")
export class QrCode extends LitElement {
  static override styles = [
    shared,
    css`
      svg {
        display: block;
        width: 100%;
        border-radius: var(--round-s);
        /* Cameras want dark on light, whatever the page's colours. */
        background: #fff;
        color: #000;
      }
    `,
  ];

  @property() value = "";
  @property() label = "";
  @state() private path = "";
  @state() private size = 0;
  @state() private trouble = "";

  protected override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("value")) {
      detach(this.draw(), "loading the program that draws QR codes", (reason) => (this.trouble = reason));
    }
  }

  private async draw(): Promise<void> {
    const { value } = this;
    this.size = 0;
    if (new TextEncoder().encode(value).length > BYTES_MAX) return;
    const { default: encoder } = await import("qrcode-generator");
    if (value !== this.value) return;
    const code = encoder(0, "M");
    code.addData(value);
    code.make();
    const count = code.getModuleCount();
    const places = Array.from({ length: count * count }, (_, place) => [Math.floor(place / count), place % count] as const);
    this.path = places
      .filter(([row, column]) => code.isDark(row, column))
      .map(([row, column]) => `M${column} ${row}h1v1h-1z`)
      .join("");
    this.size = count;
  }

  protected override render() {
    if (this.trouble) return html`<p class="note" role="status">${text.invite.panel.noQr(this.trouble)}</p>`;
    if (!this.size) return nothing;
    // A quiet zone of four modules.
    return html`<svg viewBox="-4 -4 ${this.size + 8} ${this.size + 8}" role="img" aria-label=${this.label} shape-rendering="crispEdges">
      <path d=${this.path} fill="currentColor" />
    </svg>`;
  }
}
