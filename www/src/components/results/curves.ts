import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";

import { bytes } from "../../format";
import { traffic, type History, type Point } from "../../state/history";
import { shared } from "../../styles/shared";
import { text } from "../../text";
import type { Curve } from "../chart";
import { chosen } from "../chosen";
import "../chart";

const words = text.results.curves;
const { thisRun } = text.results.panel;

type Measure = "accuracy" | "loss";
type Axis = "rounds" | "bytes";

/** This run's curve and another's on one chart, by rounds or by bytes. */
@customElement("sotto-result-curves")
export class ResultCurves extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-rows: auto 1fr auto;
        gap: var(--space-2);
      }
      .switches {
        display: flex;
        flex-wrap: wrap;
        gap: var(--space-2) var(--space-4);
      }
      label {
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      sotto-chart {
        display: block;
        min-height: 15rem;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 0 var(--space-4);
        min-height: 1.45em;
        color: var(--ink-soft);
        font-size: var(--text-s);
      }
      .legend span::before {
        display: inline-block;
        width: 1.25rem;
        margin-right: var(--space-1);
        border-top: 2px solid var(--mark);
        vertical-align: 0.25em;
        content: "";
      }
      .this {
        --mark: var(--aggregator);
      }
      .other {
        --mark: var(--client);
      }
      .legend .target::before {
        border-top: 2px dashed var(--ink-soft);
      }
    `,
  ];

  @property({ attribute: false }) run?: History;
  @property({ attribute: false }) other?: History;
  /** Percent. */
  @property({ type: Number }) target = 97;
  @state() private measure: Measure = "accuracy";
  @state() private axis: Axis = "rounds";

  protected override render() {
    const { measure, axis, other } = this;
    const curves = [
      ...(other ? [curve(text.results.panel.run(other.number), "--client")] : []),
      curve(thisRun, "--aggregator"),
      ...(measure === "accuracy" ? [{ ...curve(words.target, "--ink-soft"), dashed: true, points: false }] : []),
    ];
    return html`
      <div class="switches">
        <label>
          ${words.show}
          <select data-testid="result-measure" @change=${(event: Event) => (this.measure = chosen(event) as Measure)}>
            <option value="accuracy">${words.measures.accuracy}</option>
            <option value="loss">${words.measures.loss}</option>
          </select>
        </label>
        <label>
          ${words.by}
          <select data-testid="result-axis" @change=${(event: Event) => (this.axis = chosen(event) as Axis)}>
            <option value="rounds">${words.axes.rounds}</option>
            <option value="bytes">${words.axes.bytes}</option>
          </select>
        </label>
      </div>
      ${keyed(
        `${measure} ${axis} ${curves.length}`,
        html`<sotto-chart
          data-testid="result-chart"
          .curves=${curves}
          .data=${this.table()}
          .across=${this.across()}
          .left=${this.range()}
          .counts=${axis}
          label=${this.spoken()}
        ></sotto-chart>`,
      )}
      <p class="legend">
        <span class="this">${thisRun}</span>
        ${other ? html`<span class="other">${text.results.panel.past(other.number, other.summary)}</span>` : nothing}
        ${measure === "accuracy" ? html`<span class="target">${words.target}</span>` : nothing}
      </p>
    `;
  }

  private get runs(): Point[][] {
    return [...(this.other ? [this.other.curve] : []), this.run?.curve ?? []];
  }

  private place(point: Point): number {
    return this.axis === "rounds" ? point.round : traffic(point);
  }

  /** The places of all points, then each curve's values there. */
  private table(): (number | null)[][] {
    const places = [...new Set([0, ...this.runs.flat().map((point) => this.place(point))])].sort((a, b) => a - b);
    const values = this.runs.map((curve) => {
      const known = new Map(curve.map((point) => [this.place(point), point[this.measure]]));
      return places.map((place) => known.get(place) ?? null);
    });
    const line = this.measure === "accuracy" ? [places.map(() => this.target)] : [];
    return [places, ...values, ...line];
  }

  private across(): [number, number] {
    return [0, Math.max(1, ...this.runs.flat().map((point) => this.place(point)))];
  }

  /** The whole scale, but where all trained models are good: then theirs, and the untrained one lies outside. */
  private range(): [number, number] {
    const trained = this.runs.flat().filter(({ round }) => round > 0);
    if (this.measure === "loss") return [0, Math.max(0.1, ...trained.map(({ loss }) => loss))];
    const worst = Math.min(this.target, ...trained.map(({ accuracy }) => accuracy));
    return [trained.length === 0 || worst < 50 ? 0 : Math.floor(worst / 10) * 10, 100];
  }

  private spoken(): string {
    const one = (point: Point) => {
      const place = this.axis === "rounds" ? words.round(point.round) : bytes(traffic(point));
      return this.measure === "accuracy" ? words.accuracyAt(place, point.accuracy) : words.lossAt(place, point.loss);
    };
    const all = this.runs.map((curve) => words.points(curve.map(one)));
    const mine = words.spoken[this.measure](all.at(-1) ?? "");
    return this.other ? words.other(mine, this.other.number, all[0] ?? "") : mine;
  }
}

const curve = (label: string, colour: string): Curve => ({ label, colour, scale: "left", points: true });
