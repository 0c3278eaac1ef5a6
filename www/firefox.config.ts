import base from "./playwright.config";

// Of Playwright the runner alone: its Firefox is a build of its own.
export default { ...base, testMatch: "firefox.ts" };
