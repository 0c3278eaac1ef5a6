import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";

import type { TrainingShow } from "../../state/course";
import { UNTRAINED } from "../../state/course";
import { messages } from "../../state/wire";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import type { Curve } from "../chart";
import "../chart";
import "../secret/wire-log";

const words = text.course.progress;
const { bytes, millis } = text.numbers;

const CURVES: Curve[] = [{ label: "loss", colour: "--alice", scale: "left", points: false }];

/** How far a training on shares is: the losses that were opened, what a step takes, and what went over the wire. */
@customElement("sotto-course-progress")
export class CourseProgress extends LitElement {
  static override styles = [
    shared,
    css`
      .views {
        display: grid;
        grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr);
        gap: var(--space-4) var(--space-6);
      }
      sotto-chart {
        display: block;
        min-height: 12rem;
      }
      dl {
        display: grid;
        grid-template-columns: repeat(2, minmax(0, 1fr));
        gap: var(--space-2) var(--space-4);
        align-content: start;
      }
      dl .wide {
        grid-column: 1 / -1;
      }
      dt {
        color: var(--ink-soft);
        font-size: var(--text-s);
        line-height: 1.3;
      }
      dd {
        font: 600 1.125rem / 1.9rem var(--sans);
        font-variant-numeric: tabular-nums;
      }
      dd small {
        display: block;
        color: var(--ink-soft);
        font: var(--text-s) / 1.3 var(--sans);
      }
      .wide dd {
        font: var(--text-m) / 1.4 var(--sans);
      }
      details {
        margin-top: var(--space-3);
      }
      summary {
        cursor: pointer;
        font-weight: 600;
      }
      sotto-wire-log {
        display: block;
        margin-top: var(--space-3);
      }
      @media (max-width: 48rem) {
        .views {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  @property({ attribute: false }) show: TrainingShow = UNTRAINED;

  protected override render() {
    const { alice, bob, losses, state, sent, dealt, millis: all } = this.show;
    const most = Math.max(...losses.map(({ loss }) => loss), 0.1);
    const steps = state?.steps ?? 1;
    return html`
      <div class="views">
        <figure>
          ${keyed(
            `${state?.number} ${steps} ${most.toPrecision(1)}`,
            html`<sotto-chart
              data-testid="course-losses"
              data-count=${losses.length}
              .curves=${CURVES}
              .data=${[losses.map(({ step }) => step), losses.map(({ loss }) => loss)]}
              .across=${[0, steps]}
              .left=${[0, 1.1 * most]}
              label=${this.spoken()}
            ></sotto-chart>`,
          )}
          <figcaption class="note">${losses.length > 0 ? words.loss : words.noLoss}</figcaption>
        </figure>
        <dl>
          <div>
            <dt>${words.step}</dt>
            <dd data-testid="course-step-ms">
              ${alice ? millis(alice.onlineMs) : "–"}${alice ? html`<small>${words.waiting(alice.waitedMs)}</small>` : nothing}
            </dd>
          </div>
          <div>
            <dt>${words.rounds}</dt>
            <dd>${alice ? alice.rounds : "–"}</dd>
          </div>
          <div>
            <dt>${words.between}</dt>
            <dd>${alice ? bytes(alice.sentBytes + (bob?.sentBytes ?? alice.sentBytes)) : "–"}</dd>
          </div>
          <div>
            <dt>${words.dealt}</dt>
            <dd data-testid="course-dealt">${bob && alice ? bytes(bob.dealtBytes + alice.dealtBytes) : "–"}</dd>
          </div>
          <div class="wide">
            <dt>${words.all}</dt>
            <dd>${alice ? words.allWords(sent, dealt, all) : "–"}</dd>
          </div>
        </dl>
      </div>
      ${
        alice && alice.records.length > 0
          ? html`<details>
            <summary>${words.wire}</summary>
            <sotto-wire-log .messages=${messages(alice)}></sotto-wire-log>
          </details>`
          : nothing
      }
    `;
  }

  /** The first losses, and the last, for those who do not see the curve. */
  private spoken(): string {
    const { losses } = this.show;
    const told = losses.length > 6 ? [...losses.slice(0, 3), ...losses.slice(-3)] : losses;
    return told.length === 0 ? words.noLoss : words.losses(told.map(({ step, loss }) => words.point(step, loss)).join(" "));
  }
}
