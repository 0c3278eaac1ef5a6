import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import type { Modulus } from "../../../wasm/sotto.js";
import { LESSONS_BEFORE, type LessonsShow } from "../../state/lessons";
import { choice } from "../../styles/choice";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";
import { Near } from "../near";
import "../trust";
import "./alone";
import "./calculator";
import "./clock";
import "./fix";
import "./split";

const words = text.lessons;
const MODULI: readonly Modulus[] = ["word", "prime"];

/** Secret sharing by hand. Tells `looked-at` once it comes near, `ask`, `modulus` and `recount`. */
@customElement("sotto-lessons")
export class LessonsPanel extends LitElement {
  static override styles = [
    shared,
    choice,
    css`
      .panel {
        display: grid;
        gap: var(--space-5);
      }
      h2 {
        font-size: var(--text-xl);
      }
      .lead {
        max-width: 48rem;
      }
      .lessons {
        display: grid;
        min-height: 85rem;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
        gap: var(--space-6);
        padding-top: var(--space-5);
        border-top: 1px solid var(--line);
      }
      .wide {
        grid-column: 1 / -1;
      }
      @media (max-width: 40rem) {
        .panel {
          padding-inline: var(--space-4);
        }
      }
    `,
  ];

  @property({ attribute: false }) show: LessonsShow = LESSONS_BEFORE;
  private readonly near = new Near(this, () => tell(this, "looked-at"));

  protected override render() {
    const { modulus, failure } = this.show;
    return html`
      <section class="panel" aria-labelledby="lessons" data-testid="lessons">
        <h2 id="lessons">${words.title}</h2>
        <p class="lead">${words.lead} ${words.all}</p>
        ${failure ? html`<p role="alert">${failure}</p>` : nothing}
        <fieldset>
          <legend>${words.modulus}</legend>
          ${MODULI.map(
            (name) => html`<label>
              <input type="radio" name="modulus" value=${name} data-testid="modulus-${name}" ?checked=${name === modulus} @change=${this.choose} />${words.moduli[name]}
            </label>`,
          )}
          <p class="note">${words.modulusHelp[modulus]}</p>
        </fieldset>
        <sotto-trust .claim=${text.trust.shares}></sotto-trust>
        <div class="lessons">${this.near.yes ? this.lessons() : nothing}</div>
      </section>
    `;
  }

  private lessons() {
    const { modulus, clock, split, calculated, fixed, alone, declined } = this.show;
    return html`
      <sotto-lesson-clock .answer=${clock}></sotto-lesson-clock>
      <sotto-lesson-split .answer=${split} .modulus=${modulus}></sotto-lesson-split>
      <sotto-lesson-alone .answer=${alone} .modulus=${modulus}></sotto-lesson-alone>
      <sotto-lesson-fix .answer=${fixed} .modulus=${modulus} .declined=${declined.fix ?? ""}></sotto-lesson-fix>
      <sotto-lesson-calculator class="wide" .answer=${calculated} .modulus=${modulus}></sotto-lesson-calculator>
    `;
  }

  private readonly choose = (event: Event) => {
    tell<Modulus>(this, "modulus", (event.currentTarget as HTMLInputElement).value as Modulus);
  };
}
