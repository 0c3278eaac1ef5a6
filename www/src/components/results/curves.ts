import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";

import { bytes, percent } from "../../format";
import { traffic, type History, type Point } from "../../state/history";
import { shared } from "../../styles/shared";
import type { Curve } from "../chart";
import "../chart";

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
      ...(other ? [curve(`run ${other.number}`, "--client")] : []),
      curve("this run", "--aggregator"),
      ...(measure === "accuracy" ? [{ ...curve("target", "--ink-soft"), dashed: true, points: false }] : []),
    ];
    return html`
      <div class="switches">
        <label>
          Show
          <select data-testid="result-measure" @change=${(event: Event) => (this.measure = chosen(event) as Measure)}>
            <option value="accuracy">accuracy, percent</option>
            <option value="loss">loss, nats</option>
          </select>
        </label>
        <label>
          by
          <select data-testid="result-axis" @change=${(event: Event) => (this.axis = chosen(event) as Axis)}>
            <option value="rounds">rounds</option>
            <option value="bytes">bytes sent, both ways</option>
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
        <span class="this">this run</span>
        ${other ? html`<span class="other">run ${other.number}: ${other.summary}</span>` : nothing}
        ${measure === "accuracy" ? html`<span class="target">target</span>` : nothing}
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

  /** From the worst trained model to the best that can be; what nobody has trained yet may lie outside. */
  private range(): [number, number] {
    const trained = this.runs.flat().filter(({ round }) => round > 0);
    if (this.measure === "loss") return [0, Math.max(0.1, ...trained.map(({ loss }) => loss))];
    const worst = Math.min(this.target, ...trained.map(({ accuracy }) => accuracy));
    return [trained.length === 0 ? 0 : Math.floor(worst / 10) * 10, 100];
  }

  private spoken(): string {
    const one = (point: Point) => {
      const place = this.axis === "rounds" ? `round ${point.round}` : bytes(traffic(point));
      return `${place}: ${this.measure === "accuracy" ? `${percent(point.accuracy)} percent` : point.loss.toFixed(3)}`;
    };
    const all = this.runs.map((curve) => curve.map(one).join(", "));
    const mine = `This run’s test ${this.measure}. ${all.at(-1)}.`;
    return this.other ? `${mine} Run ${this.other.number}. ${all[0]}.` : mine;
  }
}

const curve = (label: string, colour: string): Curve => ({ label, colour, scale: "left", points: true });

const chosen = (event: Event): string => (event.currentTarget as HTMLSelectElement).value;
