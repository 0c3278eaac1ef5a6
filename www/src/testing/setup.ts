// Before every file of tests.

import { afterEach, vi } from "vitest";

// Else lit says that it is made for development.
Object.assign(globalThis, { litIssuedWarnings: new Set(["dev-mode"]) });
// It looks once whether there is a document, which has to be before a test puts in a part of one.
await import("lit");

// The next file's modules begin without what this one's tests have put in.
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});
