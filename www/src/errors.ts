// What becomes of errors that no caller waits for: the console is always told, with what was being done, and a
// page where a person can do something about it.

/** What an error says. */
export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Lets a promise run on without a caller. `tell` is called with the reason if it fails. */
export function detach(promise: Promise<unknown>, doing: string, tell?: (reason: string) => void): void {
  promise.catch((error: unknown) => {
    console.error(`${doing}:`, error);
    tell?.(reasonOf(error));
  });
}

/** Hears of messages that arrive and cannot be read: whoever sent them takes them for heard. */
export function hearUnread(inbox: EventTarget, what: string, tell?: (reason: string) => void): void {
  inbox.addEventListener("messageerror", () => {
    const reason = `a message ${what} could not be read`;
    console.error(reason);
    tell?.(reason);
  });
}
