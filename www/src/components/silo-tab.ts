import { css, html, LitElement, nothing } from "lit";
import { customElement, property } from "lit/decorators.js";

import { SiloTab } from "../state/silo-tab";
import { shared } from "../styles/shared";
import { text } from "../text";
import "./course/data";

const words = text.course.tab;

/** The tab of a data owner, of whose digits alice and bob see shares alone. */
@customElement("sotto-silo-tab")
export class SiloTabView extends LitElement {
  static override styles = [
    shared,
    css`
      .panel {
        display: grid;
        gap: var(--space-3);
      }
      h1 {
        color: var(--worker);
        font: 600 var(--text-xl) / 1.2 var(--serif);
      }
      .notice {
        color: var(--warn);
      }
    `,
  ];

  @property() room = "lobby";
  private tab?: SiloTab;

  override connectedCallback(): void {
    super.connectedCallback();
    this.tab ??= new SiloTab(this.room, () => this.requestUpdate());
  }

  protected override render() {
    if (!this.tab) return nothing;
    const { silo, room } = this.tab;
    return html`<section class="panel" aria-labelledby="role">
      <h1 id="role">${text.roles.title.silo}</h1>
      <p>${words.task} ${text.party.room(room)}</p>
      <p role="status" data-testid="silo-phase" data-open=${silo.open}>${silo.open ? words.ready : words.searching}</p>
      ${silo.show.notice ? html`<p class="notice" role="status">${text.course.notice(silo.show.notice)}</p>` : nothing}
      <sotto-course-data
        .silo=${silo.show}
        ?open=${silo.open}
        @digits=${({ detail }: CustomEvent<number>) => this.tab?.share(detail)}
      ></sotto-course-data>
      <p class="note">${text.party.note}</p>
    </section>`;
  }
}
