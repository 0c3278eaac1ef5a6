import { css, html, LitElement, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";

import type { LayerView, SeenView } from "../../../wasm/sotto.js";
import type { PartyName } from "../../state/secret";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";
import "./masked-map";

const words = text.secret.layers;
const INPUT = [1, 28, 28];

/** What a party sees of every layer. Tells `layer`: the one that is looked at, or nothing. */
@customElement("sotto-layers")
export class Layers extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        --whose: var(--alice);
      }
      :host([whose="bob"]) {
        --whose: var(--bob);
      }
      .views {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 16rem;
        gap: var(--space-4);
      }
      ol {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr));
        gap: var(--space-2);
        align-content: start;
        min-height: 17.5rem;
      }
      button {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--space-1);
        width: 100%;
        padding: var(--space-2);
        border-color: var(--line);
        font-size: var(--text-s);
        line-height: 1.3;
      }
      button[aria-pressed="true"],
      button[data-shown="true"] {
        border-color: var(--whose);
      }
      button[aria-pressed="true"] {
        box-shadow: inset 0 0 0 1px var(--whose);
      }
      button sotto-masked-map {
        height: 4rem;
      }
      .name {
        font-weight: 600;
      }
      .facts {
        display: block;
        color: var(--ink-soft);
        font-size: 0.75rem;
        white-space: nowrap;
      }
      figure {
        display: grid;
        grid-template-rows: 15rem auto;
        gap: var(--space-2);
        min-width: 0;
      }
      figure > div {
        padding: var(--space-2);
        border: 1px solid var(--line);
        border-top: 3px solid var(--whose);
        border-radius: var(--round-s);
        background: var(--sunken);
      }
      figure sotto-masked-map {
        height: 100%;
      }
      figcaption {
        min-height: 4.4em;
      }
      .waiting {
        display: grid;
        place-content: center;
        grid-column: 1 / -1;
        min-height: 15rem;
        border: 1px dashed var(--line-strong);
        border-radius: var(--round-s);
        color: var(--ink-soft);
        font: italic var(--text-m) / 1.4 var(--serif);
        text-align: center;
      }
      @media (max-width: 48rem) {
        .views {
          grid-template-columns: minmax(0, 1fr);
        }
        ol {
          display: flex;
          min-height: 9.5rem;
          padding: 3px 3px var(--space-2);
          overflow-x: auto;
        }
        li {
          flex: 0 0 6rem;
        }
        .waiting {
          flex: 1;
          min-height: 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) seen: SeenView[] = [];
  @property({ attribute: false }) layers: LayerView[] = [];
  /** The layer that is looked at, by name; here or elsewhere on the page. */
  @property() layer = "";
  @property() whose: PartyName = "alice";
  /** Whether alice lives in a tab of her own: what she sees stays there. */
  @property({ type: Boolean }) apart = false;
  /** Places in `seen`. */
  @state() private focused?: number;
  @state() private pinned?: number;

  protected override willUpdate(changed: PropertyValues<this>): void {
    const chosen = this.focused ?? this.pinned;
    const known = chosen === undefined ? "" : this.seen[chosen]?.layer;
    if (!changed.has("layer") || this.layer === known) return;
    // It was chosen elsewhere.
    const place = this.seen.findIndex(({ layer }) => layer === this.layer);
    if (place >= 0) this.pinned = place;
  }

  protected override render() {
    const place = this.focused ?? this.pinned ?? 0;
    return html`
      <div class="views">
        <ol>
          ${
            this.seen.length === 0
              ? html`<li class="waiting">${this.apart ? words.apart : words.waiting(this.whose)}</li>`
              : this.seen.map((one, index) => this.strip(one, index, index === place))
          }
        </ol>
        ${this.large(this.seen[place] ?? this.seen[0])}
      </div>
    `;
  }

  private strip(one: SeenView, index: number, shown: boolean) {
    const shape = this.shape(one);
    return html`
      <li>
        <button
          aria-pressed=${this.pinned === index}
          data-shown=${shown}
          @click=${() => this.choose("pinned", this.pinned === index ? undefined : index)}
          @focus=${() => this.choose("focused", index)}
          @blur=${() => this.choose("focused", undefined)}
        >
          <sotto-masked-map ink=${`--${this.whose}`} .values=${one.values} .shape=${shape} aria-hidden="true"></sotto-masked-map>
          <span>
            <span class="name">${one.layer}</span>
            <span class="facts number">${spelled(shape)}</span>
            <span class="facts number">${words.bits(one.bits)}</span>
          </span>
        </button>
      </li>
    `;
  }

  private large(one: SeenView | undefined) {
    const shape = one ? this.shape(one) : INPUT;
    const title = one ? words.title(one.layer, spelled(shape)) : words.nothing;
    return html`
      <figure>
        <div>
          <sotto-masked-map
            ink=${`--${this.whose}`}
            .values=${one?.values ?? NO_VALUES}
            .shape=${shape}
            label=${one ? words.noise(title) : title}
          ></sotto-masked-map>
        </div>
        <figcaption class="note number">
          ${one ? words.what(title, one.values.length, one.bits) : ""}
        </figcaption>
      </figure>
    `;
  }

  private choose(how: "focused" | "pinned", index: number | undefined): void {
    if (index === undefined) delete this[how];
    else this[how] = index;
    this.requestUpdate();
    const chosen = this.focused ?? this.pinned;
    tell(this, "layer", chosen === undefined ? "" : (this.seen[chosen]?.layer ?? ""));
  }

  /** A layer's own shape, when the values fill it. */
  private shape({ layer, values }: SeenView): number[] {
    const known = layer === "input" ? INPUT : this.layers.find(({ name }) => name === layer)?.shape;
    return known?.reduce((product, side) => product * side, 1) === values.length ? known : [values.length];
  }
}

const NO_VALUES = new Uint8Array(0);
const spelled = (shape: number[]): string => shape.join("×");
