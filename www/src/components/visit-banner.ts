import { html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { millis } from "../format";
import type { Claim, Unread } from "../state/invite";
import type { VisitShow } from "../state/visit";
import { shared } from "../styles/shared";
import { text } from "../text";
import "./banner";

const words = text.invite.visit;

/** Where a guest stands who came by a link. */
@customElement("sotto-visit")
export class VisitBanner extends LitElement {
  static override styles = shared;

  @property({ attribute: false }) show?: VisitShow | undefined;
  /** What is wrong with the link, where nothing can be shown. */
  @property() unread: Unread = "broken";
  @property() claim: Claim = "worker";

  protected override render() {
    const { show } = this;
    if (!show)
      return html`<sotto-banner level="warning" data-testid="broken-link" data-unread=${this.unread}>${words.unread[this.unread]}</sotto-banner>`;
    const { stage, state, words: compared, others, rtt, reason, brokenOff, refused } = show;
    const isCut = state === "lost" && stage !== "seeks";
    const isRefused = state === "refused";
    const isTrouble = stage === "out" || isCut || isRefused || reason !== undefined;
    return html`<sotto-banner level=${isTrouble ? "warning" : "info"} data-testid="visit" data-stage=${stage} data-broker=${state}>
      ${isRefused ? words.seeks.refused(show.broker) : isCut ? words.cut : this.now(show)}
      ${reason === undefined ? nothing : html`<span data-testid="visit-reason">${words.reason(reason)}</span>`}
      ${compared ? words.words(compared) : nothing}
      ${others.map((other) => words.wordsWith(text.invite.claims[other.claim as Claim] ?? other.claim, other.words))}
      ${rtt === undefined ? nothing : words.rtt(millis(rtt))}
      ${brokenOff > 0 ? html`<span data-testid="broken-off">${text.invite.brokenOff(brokenOff)}</span>` : nothing}
      ${refused ? html`<span data-testid="refused">${text.invite.refused[refused.what](refused.endpoint)}</span>` : nothing}
    </sotto-banner>`;
  }

  private now({ stage, state, broker }: VisitShow): string {
    const name = text.invite.claims[this.claim];
    switch (stage) {
      case "seeks":
        return words.seeks[state](broker);
      case "waits":
        return words.waits(name);
      case "in":
        return words.in(name);
      case "out":
        return words.out;
    }
  }
}
