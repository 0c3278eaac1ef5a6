import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";

import type { SumView } from "../../wasm/sotto.js";
import type { Change } from "../state/address";
import { BEFORE, lacking, settingOf, type Show } from "../state/show";
import type { LocalShow } from "../state/local";
import { signed, type SumShow } from "../state/sum";
import { shared } from "../styles/shared";
import { text } from "../text";
import "./attack";
import { doing } from "./doing";
import { tell } from "./events";
import "./heat-map";
import "./slot-badge";
import "./trust";
import "./worker-masks";
import { checked, switches } from "./switch";

const words = text.privacy.sum;

const ON: Change[] = [{ name: "secagg", value: "on" }];
/** Noise needs secure sums. */
const OFF: Change[] = [
  { name: "secagg", value: "off" },
  { name: "dp", value: "off" },
];

/** Masked updates that are shown. */
const SHOWN = 12;

/** What the aggregator sees of the updates: noise, and their sum. Tells `configure`, and `look` with a worker's id. */
@customElement("sotto-secure-sum")
export class SecureSum extends LitElement {
  static override styles = [
    shared,
    switches,
    css`
      .panel {
        display: grid;
        gap: var(--space-3);
        --switch: var(--aggregator);
        --trust: var(--aggregator);
      }
      .top {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-2) var(--space-4);
      }
      .top label {
        display: flex;
        align-items: center;
        gap: var(--space-2);
        min-height: 2rem;
        font-weight: 600;
        cursor: pointer;
      }
      .status {
        min-height: 1.5em;
        color: var(--ink-soft);
      }
      .views {
        display: grid;
        grid-template-columns: minmax(0, 1.4fr) minmax(0, 1fr);
        gap: var(--space-5);
      }
      .masked {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(6rem, 1fr));
        align-content: start;
        gap: var(--space-2);
        min-height: 9rem;
        margin-bottom: var(--space-2);
        padding: 0;
        list-style: none;
      }
      .masked li {
        position: relative;
      }
      .masked button {
        display: block;
        width: 100%;
        min-height: 0;
        padding: 0;
        border: 0;
        background: none;
      }
      .masked button[aria-pressed="true"] {
        outline: 3px solid var(--aggregator);
        outline-offset: 1px;
      }
      .masked sotto-slot-badge {
        pointer-events: none;
        position: absolute;
        inset: 0.3rem auto auto 0.3rem;
      }
      figure {
        display: grid;
        align-content: start;
        gap: var(--space-2);
        max-width: 22rem;
      }
      figcaption {
        min-height: 2.6em;
        font-size: var(--text-s);
        line-height: 1.3;
      }
      input[type="range"] {
        width: 100%;
        accent-color: var(--aggregator);
      }
      h3 {
        margin-bottom: var(--space-2);
        font: 600 var(--text-m) / 1.4 var(--sans);
      }
      @media (max-width: 48rem) {
        .views {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) show: Show = BEFORE;
  /** A page that watches may not change the setting. */
  @property({ type: Boolean }) fixed = false;
  /** The worker whose update is followed, by its id. */
  @property() looked = "";
  /** One number of that update on its way under the masks, if the worker lives in this page. */
  @property({ attribute: false }) followed?: LocalShow["masked"];
  /** Openings that are shown; all of them when a sum has just been opened. */
  @state() private step = Number.POSITIVE_INFINITY;

  protected override willUpdate(changes: PropertyValues<this>): void {
    const before = changes.get("show");
    if (before && before.sum?.summed !== this.show.sum?.summed) this.step = Number.POSITIVE_INFINITY;
  }

  protected override render() {
    const { show } = this;
    const on = settingOf(show, "secagg") !== "off";
    return html`
      <section class="panel" aria-labelledby="sum">
        <div class="top">
          <h2 id="sum">${words.title}</h2>
          <label>
            <input
              type="checkbox"
              data-testid="secagg-toggle"
              ?disabled=${this.fixed || !show.run}
              .checked=${live(on)}
              @change=${(event: Event) => tell<Change[]>(this, "configure", checked(event) ? ON : OFF)}
            />${words.toggle}
          </label>
        </div>
        <p class="status" data-testid="secagg-status" data-phase=${this.phase(on)} role="status">${this.status(on)}</p>
        ${on ? this.views(show.sum) : nothing}
        <sotto-trust .claim=${on ? text.trust.sum : text.trust.clear}></sotto-trust>
        <sotto-attack .attack=${show.attack} .places=${show.places} ?masked=${on}></sotto-attack>
      </section>
    `;
  }

  private phase(on: boolean): string {
    if (!on) return "off";
    const { sum, state } = this.show;
    return state.sum?.phase ?? (sum?.summed ? "summed" : "idle");
  }

  private status(on: boolean) {
    const { show } = this;
    if (!on) return words.off;
    const { sum } = show.state;
    if (sum) return `${words.now(show.state.round + 1, doing(sum))}${graph(sum)}`;
    if (show.sum?.summed) {
      const { survivors, openings, round } = show.sum.summed;
      const gone = openings.filter((opening) => opening.repair).length;
      return `${words.summed(round, survivors.length)}${gone > 0 ? ` ${words.repaired(gone)}` : ""}`;
    }
    const more = lacking(show);
    if (more > 0 && show.state.workers.length > 0) return words.lacking(more);
    return words.idle;
  }

  private views(sum: SumShow | undefined) {
    const arrived = sum?.arrived ?? [];
    const more = arrived.length - SHOWN;
    return html`
      <div class="views">
        <div>
          <h3>${words.arrive}</h3>
          <ul class="masked" data-testid="masked-updates" data-count=${arrived.length}>
            ${repeat(
              arrived.slice(0, SHOWN),
              ({ worker }) => worker,
              ({ worker, elements }) => {
                const place = this.show.places.get(worker) ?? 0;
                return html`<li>
                  <button
                    aria-pressed=${worker === this.looked ? "true" : "false"}
                    aria-label=${words.masked(place)}
                    @click=${() => tell(this, "look", worker === this.looked ? "" : worker)}
                  >
                    <sotto-heat-map .values=${signed(elements, sum?.bits ?? 32)} columns="32" rows="32" aria-hidden="true"></sotto-heat-map>
                  </button>
                  <sotto-slot-badge .place=${place} aria-hidden="true"></sotto-slot-badge>
                </li>`;
              },
            )}
          </ul>
          <p class="note">${more > 0 ? `${words.more(more)} ` : nothing}${words.shown}</p>
          ${this.number()}
        </div>
        ${this.sum(sum)}
      </div>
    `;
  }

  /** One number of the update that is followed. */
  private number() {
    if (this.looked === "") return nothing;
    if (this.followed) return html`<sotto-worker-masks inside .masked=${this.followed}></sotto-worker-masks>`;
    return html`<p class="note" data-testid="not-here">${words.elsewhere(this.show.places.get(this.looked) ?? 0)}</p>`;
  }

  /** The sum on its way out of the masks. */
  private sum(sum: SumShow | undefined) {
    const openings = sum?.summed?.openings ?? [];
    const step = Math.min(this.step, openings.length);
    const opening = openings[step - 1];
    const elements = opening?.elements ?? sum?.masked ?? NOTHING;
    const done = openings.length > 0 && step === openings.length;
    return html`
      <figure>
        <h3 id="sum-picture">${words.picture}</h3>
        <sotto-heat-map
          .values=${signed(elements, sum?.bits ?? 32)}
          columns="32"
          rows="32"
          data-testid="sum-picture"
          data-state=${done ? "open" : "masked"}
          label=${done ? words.open : words.closed}
        ></sotto-heat-map>
        <input
          type="range"
          min="0"
          max=${openings.length}
          .value=${live(String(step))}
          ?disabled=${openings.length === 0}
          aria-label=${words.steps}
          data-testid="sum-step"
          @input=${(event: Event) => (this.step = Number((event.currentTarget as HTMLInputElement).value))}
        />
        <figcaption>${this.caption(sum, step)}</figcaption>
      </figure>
    `;
  }

  private caption(sum: SumShow | undefined, step: number) {
    if (!sum) return words.nothing;
    const openings = sum.summed?.openings ?? [];
    const opening = openings[step - 1];
    if (!opening) return words.added(sum.arrived.length);
    const place = this.show.places.get(opening.worker) ?? 0;
    const what = opening.repair ? words.repair(place) : words.own(place);
    return `${what} ${step === openings.length ? words.last : words.notLast}`;
  }
}

const NOTHING = new Uint32Array(0);

function graph({ neighbours, threshold, bits }: SumView): string {
  if (neighbours === undefined || threshold === undefined || bits === undefined) return "";
  return ` ${words.graph(neighbours, threshold, bits)}`;
}
