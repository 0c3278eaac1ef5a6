/** Tells whoever holds a component what a person did in it. */
export function tell<Detail>(from: HTMLElement, name: string, detail?: Detail): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}
