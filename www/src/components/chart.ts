import { css, html, LitElement, nothing, unsafeCSS } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type UPlot from "uplot";
import plotStyles from "uplot/dist/uPlot.min.css?inline";

import { detach } from "../errors";
import { bytes } from "../format";
import { shared } from "../styles/shared";
import { text } from "../text";
import { onScheme, token } from "./colours";

/** A curve: its colour is a token, its scale `left` or `right`. */
export interface Curve {
  label: string;
  colour: string;
  scale: "left" | "right";
  dashed?: boolean;
  points?: boolean;
}

type Range = [number, number];

const AXIS_FONT = "11px system-ui, sans-serif";

/** Curves over a common horizontal axis; `data` begins with the axis, and a curve has nulls where it has no value. */
@customElement("sotto-chart")
export class Chart extends LitElement {
  static override styles = [
    unsafeCSS(plotStyles),
    shared,
    css`
      :host {
        position: relative;
        min-width: 0;
      }
      .plot {
        position: absolute;
        inset: 0;
        /* A turned phone draws its page before the curves are told of its new width: they must not widen it. */
        overflow: hidden;
      }
    `,
  ];

  @property({ attribute: false }) curves: Curve[] = [];
  @property({ attribute: false }) data: (number | null)[][] = [];
  @property({ attribute: false }) across: Range = [0, 1];
  @property({ attribute: false }) left: Range = [0, 1];
  @property({ attribute: false }) right?: Range;
  /** What the horizontal axis counts. */
  @property() counts: "rounds" | "bytes" = "rounds";
  /** What the chart says, for those who do not see it. */
  @property() label = "";
  /** Why there is nothing to see. */
  @state() private trouble = "";
  private plot?: UPlot;
  private near?: IntersectionObserver;
  private resize?: ResizeObserver;
  private forget?: () => void;

  protected override render() {
    return html`
      <div class="plot" role="img" aria-label=${this.label}></div>
      ${this.trouble ? html`<p class="note" role="status">${text.room.trouble.curve(this.trouble)}</p>` : nothing}
    `;
  }

  protected override firstUpdated(): void {
    const place = this.renderRoot.querySelector<HTMLElement>(".plot");
    if (!place) return;
    this.near = new IntersectionObserver(
      (seen) => {
        if (!seen.some((one) => one.isIntersecting)) return;
        this.near?.disconnect();
        detach(this.draw(place), "loading the program that draws curves", (reason) => (this.trouble = reason));
      },
      { rootMargin: "400px" },
    );
    this.near.observe(place);
  }

  /** The library takes long to begin: nothing waits for it, and it waits until somebody comes near. */
  private async draw(place: HTMLElement): Promise<void> {
    const { default: UPlot } = await import("uplot");
    if (!this.isConnected) return;
    this.plot = new UPlot(this.options(place), this.data as UPlot.AlignedData, place);
    this.resize = new ResizeObserver(() => this.plot?.setSize(size(place)));
    this.resize.observe(place);
    this.forget = onScheme(() => this.plot?.redraw());
  }

  protected override updated(): void {
    this.plot?.setData(this.data as UPlot.AlignedData);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.near?.disconnect();
    this.resize?.disconnect();
    this.forget?.();
  }

  private options(place: HTMLElement): UPlot.Options {
    const rule = { stroke: () => token("--line"), width: 1 };
    const axis = { stroke: () => token("--ink-soft"), font: AXIS_FONT, ticks: { show: false } };
    const axes: UPlot.Axis[] = [
      { ...axis, grid: { show: false }, size: 26, gap: 4, ...ACROSS[this.counts] },
      { ...axis, scale: "left", grid: rule, size: 34, gap: 6, space: 40 },
    ];
    if (this.right) axes.push({ ...axis, scale: "right", side: 1, grid: { show: false }, size: 34, gap: 6, space: 40 });
    return {
      ...size(place),
      padding: [8, this.right ? 0 : 16, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: () => this.across },
        left: { range: () => this.left },
        right: { range: () => this.right ?? [0, 1] },
      },
      axes,
      series: [{}, ...this.curves.map(series)],
    };
  }
}

const ACROSS: Record<Chart["counts"], UPlot.Axis> = {
  rounds: {
    space: (_plot, _axis, _from, to) => (to < 1000 ? 36 : 64),
    incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000],
  },
  bytes: { space: 64, values: (_, splits) => splits.map(bytes) },
};

const series = ({ label, colour, scale, dashed, points }: Curve): UPlot.Series => ({
  label,
  scale,
  stroke: () => token(colour),
  width: 2,
  spanGaps: true,
  ...(dashed && { dash: [5, 4] }),
  points: points ? { show: true, size: 5, fill: () => token(colour) } : { show: false },
});

const size = (place: HTMLElement) => ({ width: place.clientWidth || 300, height: place.clientHeight || 160 });
