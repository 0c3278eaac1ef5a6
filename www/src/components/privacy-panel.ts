import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import type { Figure } from "../../wasm/sotto.js";
import { count, plural } from "../format";
import type { Change } from "../state/address";
import { BEFORE, settingOf, type Privacy, type Show } from "../state/show";
import { shared } from "../styles/shared";
import { tell } from "./events";
import { checked, switches } from "./switch";

/** Settings under which noise means something: many clients, short steps. */
const ON: Change[] = [
  { name: "dp", value: "distributed" },
  { name: "secagg", value: "on" },
  { name: "clip", value: "1" },
];
const OFF: Change[] = [
  { name: "dp", value: "off" },
  { name: "clip", value: "10" },
];

/** Differential privacy: what the model gives away of one client, in a number and in words. Tells `configure`. */
@customElement("sotto-privacy")
export class PrivacyPanel extends LitElement {
  static override styles = [
    shared,
    switches,
    css`
      .panel {
        display: grid;
        gap: var(--space-3);
        --switch: var(--worker);
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
      dl {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 1fr));
        gap: var(--space-3) var(--space-5);
      }
      dt {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      .epsilon {
        font: 600 var(--text-xl) / 1.3 var(--serif);
        font-variant-numeric: tabular-nums lining-nums;
      }
      .epsilon small {
        color: var(--ink-soft);
        font: 400 var(--text-s) var(--sans);
      }
      .words {
        font-size: var(--text-s);
      }
    `,
  ];

  @property({ attribute: false }) show: Show = BEFORE;
  @property({ type: Boolean }) fixed = false;

  protected override render() {
    const { show } = this;
    const on = (settingOf(show, "dp") ?? "off") !== "off";
    return html`
      <section class="panel" aria-labelledby="noise">
        <div class="top">
          <h2 id="noise">What the model gives away</h2>
          <label>
            <input
              type="checkbox"
              data-testid="dp-toggle"
              ?disabled=${this.fixed || !show.run}
              .checked=${live(on)}
              @change=${(event: Event) => tell<Change[]>(this, "configure", checked(event) ? ON : OFF)}
            />Differential privacy
          </label>
        </div>
        ${on && show.privacy ? figures(show, show.privacy) : off}
      </section>
    `;
  }
}

const off = html`<p class="note">
  Off: even a sum, and the model itself, may tell of a single digit. With noise, each tab trains many virtual clients
  by themselves, shortens what each learnt, and adds its part of the noise before anything leaves.
</p>`;

function figures(show: Show, { kind, population, delta, clip, spent, planned }: Privacy) {
  const now = spent ?? planned;
  const { rounds } = now;
  const after = spent ? `after ${plural(rounds, "round")}` : `for the ${plural(rounds, "round")} planned`;
  const end = spent && planned.rounds > rounds ? `, ${epsilon(planned.model)} after all ${planned.rounds}` : "";
  const one = kind === "examples" ? "digit" : "client";
  return html`
    <dl>
      <div>
        <dt>Whoever sees the model learns of one ${one} at most</dt>
        <dd>
          <p class="epsilon" data-testid="epsilon" data-epsilon=${now.model.epsilon} data-rounds=${rounds}>
            ε = ${epsilon(now.model)} <small>${after}${end}</small>
          </p>
          ${meaning(now.model, one)}
        </dd>
      </div>
      <div>
        <dt>The aggregator, which sees who takes part</dt>
        <dd>
          ${kind === "central"
            ? html`<p class="epsilon">no bound</p>
                <p class="words">It adds the noise itself, and so has the sum without it: it must be trusted with that.</p>`
            : html`<p class="epsilon" data-testid="epsilon-aggregator" data-epsilon=${now.aggregator.epsilon}>
                  ε = ${epsilon(now.aggregator)} <small>${kind === "examples" ? "from each update" : "if it knew who is in each round"}</small>
                </p>
                ${meaning(now.aggregator, one)}`}
        </dd>
      </div>
    </dl>
    <p class="note">
      At δ = ${delta}. ${kind === "examples"
        ? html`Each worker takes each of its ${count(population)} digits into a step with probability ${settingOf(show, "rate")}, by
            a coin that only it knows; a digit’s gradient is shortened to ${settingOf(show, "clip")}; the noise on every step
            reaches ${settingOf(show, "noise")} times that far. Digits are protected one by one, not who wrote them all.`
        : html`${count(population)} virtual clients, each in a round with probability ${settingOf(show, "rate")} by a coin that only
            its tab knows; what it learnt is shortened to ${Number(clip.toPrecision(3))}; the noise reaches
            ${settingOf(show, "noise")} times that far. A client is protected, not a tab: a tab knows its own.`}
      ${show.state.workers.length > 0 ? nothing : "Counted for one worker until there are some."}
    </p>
  `;
}

const epsilon = ({ epsilon }: Figure): string => (epsilon < 100 ? epsilon.toPrecision(3) : Math.round(epsilon).toString());

const meaning = ({ guess, words }: Figure, one: string) => html`<p class="words">
  ${words} Asked whether a ${one} took part, the best attacker is right at most ${(100 * guess).toFixed(guess > 0.999 ? 3 : 0)} % of the
  time.
</p>`;
