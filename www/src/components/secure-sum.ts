import { css, html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";

import type { SumView } from "../../wasm/sotto.js";
import { plural, workerName } from "../format";
import type { Change } from "../state/address";
import { BEFORE, lacking, settingOf, type Show } from "../state/show";
import { signed, type SumShow } from "../state/sum";
import { shared } from "../styles/shared";
import "./attack";
import { tell } from "./events";
import "./heat-map";
import "./slot-badge";
import { checked, switches } from "./switch";

const ON: Change[] = [{ name: "secagg", value: "on" }];
/** Noise needs secure sums. */
const OFF: Change[] = [
  { name: "secagg", value: "off" },
  { name: "dp", value: "off" },
];

/** Masked updates that are shown. */
const SHOWN = 12;

/** What the aggregator sees of the updates: noise, and their sum. Tells `configure`. */
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
        padding: 0;
        list-style: none;
      }
      .masked li {
        position: relative;
      }
      .masked sotto-slot-badge {
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
          <h2 id="sum">What the aggregator sees</h2>
          <label>
            <input
              type="checkbox"
              data-testid="secagg-toggle"
              ?disabled=${this.fixed || !show.run}
              .checked=${live(on)}
              @change=${(event: Event) => tell<Change[]>(this, "configure", checked(event) ? ON : OFF)}
            />Secure aggregation
          </label>
        </div>
        <p class="status" data-testid="secagg-status" data-phase=${this.phase(on)} role="status">${this.status(on)}</p>
        ${on ? this.views(show.sum) : nothing}
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
    if (!on) {
      return html`Off: <strong>the aggregator reads every update</strong>, and with it what a worker’s digits look like. A
        change of this switch begins a new run.`;
    }
    const { sum } = show.state;
    if (sum) return `Round ${show.state.round + 1}: ${doing(sum)}.${graph(sum)}`;
    if (show.sum?.summed) {
      const { survivors, openings, round } = show.sum.summed;
      const gone = openings.filter((opening) => opening.repair).length;
      const repaired = gone > 0 ? ` ${plural(gone, "worker")} left in the middle; what was left of their masks was repaired.` : "";
      return `Round ${round}: the sum of ${plural(survivors.length, "update")} is known, and no single one.${repaired}`;
    }
    const more = lacking(show);
    if (more > 0 && show.state.workers.length > 0) return `${plural(more, "more worker")} and the sum is secure.`;
    return "The aggregator will see noise from each worker, and the sum of all.";
  }

  private views(sum: SumShow | undefined) {
    const arrived = sum?.arrived ?? [];
    const more = arrived.length - SHOWN;
    return html`
      <div class="views">
        <div>
          <h3>As they arrive: noise</h3>
          <ul class="masked" data-testid="masked-updates" data-count=${arrived.length}>
            ${repeat(
              arrived.slice(0, SHOWN),
              ({ worker }) => worker,
              ({ worker, elements }) => {
                const place = this.show.places.get(worker) ?? 0;
                return html`<li>
                  <sotto-heat-map
                    .values=${signed(elements, sum?.bits ?? 32)}
                    columns="32"
                    rows="32"
                    label="The masked update of ${workerName(place)}: noise"
                  ></sotto-heat-map>
                  <sotto-slot-badge .place=${place} aria-hidden="true"></sotto-slot-badge>
                </li>`;
              },
            )}
          </ul>
          <p class="note">
            ${more > 0 ? `And ${plural(more, "more")}. ` : nothing}The first 1,024 numbers of each masked vector, as this page
            received it. Open a worker’s tab to see what is under it.
          </p>
        </div>
        ${this.sum(sum)}
      </div>
    `;
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
        <h3 id="sum-picture">Their sum</h3>
        <sotto-heat-map
          .values=${signed(elements, sum?.bits ?? 32)}
          columns="32"
          rows="32"
          data-testid="sum-picture"
          data-state=${done ? "open" : "masked"}
          label=${done ? "The sum of the updates" : "The sum, still under masks: noise"}
        ></sotto-heat-map>
        <input
          type="range"
          min="0"
          max=${openings.length}
          .value=${live(String(step))}
          ?disabled=${openings.length === 0}
          aria-label="Steps of opening the sum"
          data-testid="sum-step"
          @input=${(event: Event) => (this.step = Number((event.currentTarget as HTMLInputElement).value))}
        />
        <figcaption>${this.caption(sum, step)}</figcaption>
      </figure>
    `;
  }

  private caption(sum: SumShow | undefined, step: number) {
    if (!sum) return "Nothing yet.";
    const openings = sum.summed?.openings ?? [];
    const opening = openings[step - 1];
    if (!opening) return `${plural(sum.arrived.length, "masked vector")} added up. The masks shared by pairs cancel; each worker’s own mask is left.`;
    const name = workerName(this.show.places.get(opening.worker) ?? 0);
    const what = opening.repair ? `The masks that ${name} shared, who left, are taken out.` : `The own mask of ${name} is taken away.`;
    return step === openings.length ? `${what} That was the last: this is the sum.` : `${what} Still noise: every mask hides all.`;
  }
}

const NOTHING = new Uint32Array(0);

/** What a secure sum is doing, as the end of a sentence. */
export function doing({ phase, heard, pending }: SumView): string {
  const of = `${heard} of ${heard + pending}`;
  switch (phase) {
    case "training":
      return `${of} workers have trained`;
    case "sharing":
      return `${of} have shared the secrets behind their masks`;
    case "masking":
      return `${of} masked updates are in`;
    case "confirming":
      return `${of} have confirmed who is still here`;
    case "unmasking":
      return `${of} have opened shares of what is left of the masks`;
  }
}

function graph({ neighbours, threshold, bits }: SumView): string {
  if (neighbours === undefined || threshold === undefined || bits === undefined) return "";
  return ` Each shares masks with ${neighbours}; ${threshold} must stay to the end; ${bits} bits a number.`;
}
