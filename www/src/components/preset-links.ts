import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { addressOf, PRESETS, type Preset } from "../state/presets";
import { BEFORE, type Show } from "../state/show";
import { shared } from "../styles/shared";
import { text } from "../text";
import { tell } from "./events";
import { folding } from "./folding";

const words = text.presets;

/** Experiments as links. Tells `adopt` with the address's query. */
@customElement("sotto-preset-links")
export class PresetLinks extends LitElement {
  static override styles = [
    shared,
    folding,
    css`
      ul {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr));
        gap: var(--space-4) var(--space-5);
        margin-block: var(--space-3) var(--space-2);
      }
      a {
        font-weight: 600;
      }
      [aria-current="true"] {
        color: var(--ink);
        text-decoration: none;
      }
    `,
  ];

  @property({ attribute: false }) show: Show = BEFORE;
  /** Links open the page anew, where the settings are not this page's to change. */
  @property({ type: Boolean }) fixed = false;

  protected override render() {
    const here = PRESETS.find((preset) => isHere(preset, this.show));
    return html`
      <details class="panel" data-testid="presets">
        <summary>${words.title}<span class="summary">${here?.name ?? words.summary}</span></summary>
        <p class="note">${words.note}</p>
        <ul>
          ${PRESETS.map((preset) => this.item(preset, preset === here))}
        </ul>
      </details>
    `;
  }

  private item(preset: Preset, here: boolean) {
    return html`
      <li>
        <a href=${addressOf(preset, location.search)} aria-current=${here ? "true" : nothing} data-testid="preset" @click=${this.follow}>
          ${preset.name}
        </a>
        <p class="note">${preset.sentence}</p>
      </li>
    `;
  }

  /** Follows a link without leaving the page, so that its workers and earlier runs stay. */
  private follow(event: MouseEvent): void {
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (this.fixed || elsewhere) return;
    event.preventDefault();
    tell<string>(this, "adopt", (event.currentTarget as HTMLAnchorElement).search);
  }
}

/** Whether the run has the preset's settings and attackers, and no others. */
function isHere({ query }: Preset, { run }: Show): boolean {
  const wanted = new URLSearchParams(query);
  if (wanted.get("attackers") !== new URLSearchParams(location.search).get("attackers")) return false;
  wanted.delete("attackers");
  const others = run?.settings.filter((setting) => setting.value !== setting.default) ?? [];
  return others.length === wanted.size && others.every(({ name, value }) => wanted.get(name) === value);
}
