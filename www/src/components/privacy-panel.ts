import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { live } from "lit/directives/live.js";

import type { Figure } from "../../wasm/sotto.js";
import { fixed } from "../format";
import type { Change } from "../state/address";
import { BEFORE, settingOf, type Privacy, type Show } from "../state/show";
import { shared } from "../styles/shared";
import { text } from "../text";
import { tell } from "./events";
import { checked, switches } from "./switch";
import "./trust";

const words = text.privacy.noise;

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
        --trust: var(--worker);
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
          <h2 id="noise">${words.title}</h2>
          <label>
            <input
              type="checkbox"
              data-testid="dp-toggle"
              ?disabled=${this.fixed || !show.run}
              .checked=${live(on)}
              @change=${(event: Event) => tell<Change[]>(this, "configure", checked(event) ? ON : OFF)}
            />${words.toggle}
          </label>
        </div>
        ${on && show.privacy ? figures(show, show.privacy) : html`<p class="note">${words.off}</p>`}
      </section>
    `;
  }
}

function figures(show: Show, { kind, population, delta, clip, spent, planned }: Privacy) {
  const now = spent ?? planned;
  const { rounds, tries, alone } = now;
  const after = spent ? words.after(rounds, tries) : words.planned(rounds);
  const when = spent && planned.rounds > rounds ? words.end(after, bare(planned.model), planned.rounds) : after;
  const one = kind === "examples" ? words.examples : words.clients;
  const shortened = kind === "examples" ? (settingOf(show, "clip") ?? "") : String(Number(clip.toPrecision(3)));
  return html`
    <dl>
      <div>
        <dt>${one.model}</dt>
        <dd>
          <p class="epsilon" data-testid="epsilon" data-epsilon=${now.model.epsilon} data-rounds=${rounds}>
            ${epsilon(now.model)} <small>${when}</small>
          </p>
          ${
            alone === undefined
              ? meaning(now.model, one)
              : html`<p class="words" data-testid="epsilon-alone" data-epsilon=${alone}>${words.unknown(number(alone))}</p>`
          }
        </dd>
      </div>
      <div>
        <dt>${words.aggregator}</dt>
        <dd>
          ${
            kind === "central"
              ? html`<p class="epsilon">${words.noBound}</p>
                <p class="words">${words.trusted}</p>`
              : html`<p class="epsilon" data-testid="epsilon-aggregator" data-epsilon=${now.aggregator.epsilon}>
                  ${epsilon(now.aggregator)} <small>${one.from}</small>
                </p>
                ${alone === undefined ? meaning(now.aggregator, one) : nothing}`
          }
        </dd>
      </div>
    </dl>
    <p class="note">
      ${words.delta(delta)} ${one.how(population, settingOf(show, "rate") ?? "", shortened, settingOf(show, "noise") ?? "")}
      ${show.state.workers.length > 0 ? nothing : words.forOne}
    </p>
    <sotto-trust .claim=${text.trust.noise[kind]}></sotto-trust>
  `;
}

const number = (epsilon: number): string => (epsilon < 100 ? epsilon.toPrecision(3) : Math.round(epsilon).toString());

/** Infinite where nothing bounds what is given away. */
const bare = ({ epsilon }: Figure): string => (Number.isFinite(epsilon) ? number(epsilon) : words.noBound);

const epsilon = (figure: Figure): string => (Number.isFinite(figure.epsilon) ? `ε = ${bare(figure)}` : words.noBound);

const meaning = ({ guess, words: verdict }: Figure, one: { guess: (percent: string) => string }) =>
  html`<p class="words">${verdict} ${one.guess(fixed(100 * guess, digits(guess)))}</p>`;

/** As many digits behind the point as keep what is not certain from becoming 100 %. */
const digits = (guess: number): number => (guess > 0.999 ? 3 : guess > 0.99 ? 1 : 0);
