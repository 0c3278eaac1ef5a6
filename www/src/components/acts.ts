import { css, html, LitElement } from "lit";
import { customElement } from "lit/decorators.js";

import { shared } from "../styles/shared";
import { text } from "../text";
import { tell } from "./events";

const words = text.room.acts;
export type Act = keyof typeof words.each;
const ACTS = Object.keys(words.each) as Act[];

/** The story in three acts, each a way to its place on the page. Tells `act`. */
@customElement("sotto-acts")
export class Acts extends LitElement {
  static override styles = [
    shared,
    css`
      ol {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: var(--space-2) var(--space-5);
        margin-bottom: var(--space-3);
        counter-reset: act;
      }
      li {
        counter-increment: act;
      }
      a {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 0 var(--space-3);
        color: var(--ink);
        text-decoration: none;
      }
      a::before {
        grid-row: span 2;
        color: var(--act);
        font: 600 2.25rem / 1 var(--serif);
        font-variant-numeric: lining-nums;
        content: counter(act);
      }
      a:hover strong {
        text-decoration: underline;
        text-underline-offset: 0.2em;
      }
      strong {
        color: var(--act);
        font: 600 var(--text-m) / 1.3 var(--serif);
      }
      .train {
        --act: var(--worker);
      }
      .share {
        --act: var(--dealer);
      }
      .classify {
        --act: var(--client);
      }
      @media (max-width: 56rem) {
        .note {
          display: none;
        }
        ol {
          gap: var(--space-2);
        }
        a {
          gap: 0 var(--space-2);
          align-items: center;
        }
        a::before {
          grid-row: auto;
          font-size: var(--text-xl);
        }
      }
      @media print {
        nav {
          display: none;
        }
      }
    `,
  ];

  protected override render() {
    return html`<nav aria-label=${words.label}>
      <ol>
        ${ACTS.map(
          (act) => html`<li class=${act}>
            <a href="#${act}" data-testid="act-${act}" @click=${(event: Event) => this.go(event, act)}>
              <strong>${words.each[act].title}</strong>
              <span class="note">${words.each[act].point}</span>
            </a>
          </li>`,
        )}
      </ol>
    </nav>`;
  }

  /** Parts of the page are in a shadow tree, where no browser looks for what an address names. */
  private go(event: Event, act: Act): void {
    event.preventDefault();
    history.replaceState(null, "", `#${act}`);
    tell<Act>(this, "act", act);
  }
}
