// What the linter has to find: proof.js sees that it reports the lines that name something `lost`, and no others.

import { html } from "lit";

declare function work(): Promise<void>;
declare const lost: typeof work;

export class Losing {
  private async copyLost(): Promise<void> {
    await work();
  }
  private readonly chooseLost = async () => work();
  render() {
    return html`<button
      @click=${this.copyLost}
      @change=${this.chooseLost}
      @input=${async () => lost()}
      @focus=${() => work}
    ></button>`;
  }
}

export async function lose(): Promise<void> {
  lost();
  void lost();
  [1].forEach(async () => lost());
  try { await lost(); } catch {}
  try { await lost(); } catch (error) { await work(); }
  await lost().catch(() => {});
  await lost().then(work, () => undefined);
  await Promise.allSettled([lost()]);

  try { await work(); } catch (error) { console.error(error); }
  // Nobody minds, for a reason.
  try { await work(); } catch {}
  await work().catch((error: unknown) => console.error(error));
}

export function listen(lostMessages: BroadcastChannel): Worker {
  lostMessages.onmessage = () => {};
  return new Worker("./lost.js");
}
