import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { Run } from "../state/show";
import { detach } from "../errors";
import { offline } from "../offline/register";
import { shared } from "../styles/shared";
import { text } from "../text";

const words = text.room.runLine;

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
      /* The text comes later than the page: nothing moves when it does. */
      @media (max-width: 40rem) {
        .number {
          flex-basis: 100%;
          min-height: 4.5em;
        }
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
    detach(
      offline.then((kept) => (this.offline = kept)),
      "learning whether the page works offline",
    );
  }

  protected override render() {
    return html`
      <div>
        <p class="number" data-testid="source" data-source=${this.run?.source.name ?? ""}>${this.facts()}</p>
        <span>
          ${this.offline ? html`<span data-testid="offline">${words.offline}</span>` : nothing}
          <span role="status">${this.copied}</span>
          <button class="quiet" data-testid="copy-link" @click=${() => detach(this.copy(), "copying the link")}>${words.copy}</button>
        </span>
      </div>
    `;
  }

  private facts() {
    if (!this.run) return nothing;
    const { source, parameters, settings, room } = this.run;
    const network = settings.find((setting) => setting.name === "model")?.value ?? "";
    const which = source.name === "mnist" ? words.mnist : words.synthetic;
    return html`${words.digits(which, source.train, source.test)} ${words.network(network, parameters)} ${words.room(room)}`;
  }

  private async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(location.href);
      this.copied = words.copied;
    } catch (error) {
      console.warn("copying the link:", error);
      this.copied = words.forbidden;
    }
  }
}
