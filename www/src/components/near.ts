import type { LitElement, ReactiveController } from "lit";

/** How near is near. */
const MARGIN = "400px";

/** Whether somebody has come near an element, or prints the page: until then it can be a heading and room. */
export class Near implements ReactiveController {
  yes = false;
  private watcher?: IntersectionObserver;

  /** `come`: called once, when somebody does. */
  constructor(
    private readonly host: LitElement,
    private readonly come: () => void = () => {},
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    if (this.yes) return;
    const seen = (entries: IntersectionObserverEntry[]) => entries.some((one) => one.isIntersecting) && this.open();
    this.watcher = new IntersectionObserver(seen, { rootMargin: MARGIN });
    this.watcher.observe(this.host);
    addEventListener("beforeprint", this.open);
  }

  hostDisconnected(): void {
    this.watcher?.disconnect();
    removeEventListener("beforeprint", this.open);
  }

  private readonly open = () => {
    this.hostDisconnected();
    this.yes = true;
    this.host.requestUpdate();
    this.come();
  };
}
