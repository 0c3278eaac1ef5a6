import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { over } from "../../state/evaluation";
import { SECRET_BEFORE, type SecretShow } from "../../state/secret";
import type { Point } from "../../state/history";
import type { SiloShow } from "../../state/silo";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import { tell } from "../events";

const words = text.course.result;

/** Test digits for a quick answer. */
const TEST = 1000;

/** What a training on shares came to: reading with it, testing it, and the same in the clear. Tells `take`, `evaluate` and `plain`. */
@customElement("sotto-course-result")
export class CourseResult extends LitElement {
  static override styles = [
    shared,
    css`
      h3 {
        margin-bottom: var(--space-2);
        font: 600 var(--text-l) / 1.3 var(--serif);
      }
      .row {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2);
        margin-bottom: var(--space-2);
      }
      dl {
        display: grid;
        grid-template-columns: repeat(3, minmax(0, 1fr));
        gap: var(--space-3) var(--space-6);
        margin-top: var(--space-3);
      }
      dt {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      dd strong {
        display: block;
        min-height: 1.9rem;
        font: 600 1.125rem / 1.9rem var(--sans);
        font-variant-numeric: tabular-nums;
      }
      dd .note {
        margin-top: var(--space-1);
      }
      @media (max-width: 48rem) {
        dl {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) show: SecretShow = SECRET_BEFORE;
  @property({ attribute: false }) silo: SiloShow = { digits: 0, bytes: 0 };
  /** The room's own model, which its workers train together. */
  @property({ attribute: false }) room?: Point;

  protected override render() {
    const { training, model, evaluation, session } = this.show;
    const { state, taken } = training;
    // What was taken last, once the parties compute with it.
    const reads = taken !== undefined && model?.number === taken.model;
    const testing = evaluation !== undefined && !over(evaluation);
    const ready = session === "ready" && state !== undefined && state.step > 0;
    return html`
      <section aria-labelledby="course-result">
        <h3 id="course-result">${words.title}</h3>
        <div class="row">
          <button data-testid="take-trained" ?disabled=${!ready} @click=${() => tell(this, "take", true)}>
            ${reads ? words.takeAgain : words.take}
          </button>
          ${taken ? html`<button data-testid="give-room-model" @click=${() => tell(this, "take", false)}>${words.giveBack}</button>` : nothing}
        </div>
        ${reads ? html`<p class="note" data-testid="trained-reads">${words.taken(taken.step)}</p>` : nothing}
        <dl>
          <div>
            <dt>${words.shares}</dt>
            <dd>
              <strong data-testid="course-accuracy" data-done=${evaluation?.model?.trained ? evaluation.done : 0}>${this.tested()}</strong>
              <button data-testid="test-trained" ?disabled=${!reads || testing} @click=${() => tell(this, "evaluate", { count: TEST })}>
                ${words.test(TEST)}
              </button>
              <p class="note">${words.testNote}</p>
            </dd>
          </div>
          <div>
            <dt>${words.plain}</dt>
            <dd>
              <strong data-testid="plain-accuracy" data-accuracy=${this.silo.plain?.accuracy ?? nothing}>${this.plain()}</strong>
              <button data-testid="train-plain" ?disabled=${!ready || this.silo.digits === 0} @click=${() => tell(this, "plain")}>
                ${words.plainButton}
              </button>
              <p class="note">${words.plainNote}</p>
            </dd>
          </div>
          <div>
            <dt>${words.room}</dt>
            <dd>
              <strong data-testid="room-accuracy">${this.room && this.room.round > 0 ? words.roomRight(this.room.accuracy, this.room.round) : words.nothing}</strong>
              <p class="note">${words.roomNote}</p>
            </dd>
          </div>
        </dl>
      </section>
    `;
  }

  private tested(): string {
    const { evaluation } = this.show;
    if (!evaluation?.model?.trained || evaluation.done === 0) return words.nothing;
    return words.right((100 * evaluation.correct) / evaluation.done, evaluation.done);
  }

  private plain(): string {
    const { plain } = this.silo;
    if (!plain) return words.nothing;
    if (plain.accuracy === undefined) return words.plainBusy(plain.step, plain.steps);
    return words.plainRight(plain.accuracy, plain.millis);
  }
}
