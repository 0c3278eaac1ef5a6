// Beyond one computer: three browsers that share nothing meet over a real broker.

import AxeBuilder from "@axe-core/playwright";
import { expect, test, type Page } from "@playwright/test";

import { Relay } from "../../www/scripts/relay";
import { guest, linkFor, openDoor, visitor } from "./door";
import { accuracyAfter, draw, openAggregator, testDigits, waitForRound } from "./room";

let relay: Relay;
test.beforeEach(async () => {
  relay = await Relay.begin();
});
test.afterEach(() => relay.end());

test("three browsers train together, read a digit on shares, and get over a broker that dies and a line that is cut", async ({
  browser,
  page,
  context,
}) => {
  test.setTimeout(300_000);
  const ear = await relay.listen();
  const [here, there, phone] = await Promise.all([relay.line(), relay.line(), relay.line()]);

  await test.step("the room opens its door", async () => {
    await openAggregator(context, "?room=apart&rounds=3&shards=30", page);
    await openDoor(page, here.address);
  });

  const workers: Page[] = [];
  await test.step("three workers come by the link, and train under masks", async () => {
    const link = await linkFor(page, "worker", there.address);
    const first = await visitor(browser, link);
    workers.push(first);
    for (let n = 0; n < 2; n += 1) {
      const more = await first.context().newPage();
      await more.goto(link);
      workers.push(more);
    }
    for (const worker of workers) await expect(worker.getByTestId("visit")).toHaveAttribute("data-stage", "in");
    await expect(page.getByTestId("worker-count")).toHaveText("3");
    await page.getByTestId("start-training").click();
    await waitForRound(page, 2);
    expect(await accuracyAfter(page, 2)).toBeGreaterThan(30);
  });

  let bob: Page;
  await test.step("bob waits at the door, is let in, and computes on another machine", async () => {
    const context = workers[0]?.context();
    if (!context) throw new Error("no worker has come");
    bob = await context.newPage();
    await bob.goto(await linkFor(page, "bob", there.address));
    await expect(bob.getByTestId("visit")).toHaveAttribute("data-stage", "waits");
    await expect(guest(page, "bob")).toHaveAttribute("data-admission", "waits");
    await guest(page, "bob").getByTestId("let-in").click();
    await expect(bob.getByTestId("party-phase")).toHaveAttribute("data-phase", "working", { timeout: 15_000 });
    await expect(page.getByTestId("bob-state")).toHaveAttribute("data-place", "far");
    const words = await bob.getByTestId("visit-words").innerText();
    await expect(guest(page, "bob").getByTestId("guest-words")).toHaveText(words);
  });

  let drawer: Page;
  await test.step("somebody draws on a third machine, and alone learns what it is", async () => {
    drawer = await visitor(browser, await linkFor(page, "client", phone.address));
    await guest(page, "client").getByTestId("let-in").click();
    await expect(drawer.getByTestId("party-phase")).toHaveAttribute("data-phase", "working", { timeout: 15_000 });
    const zero = testDigits()[0];
    if (!zero) throw new Error("there are no test digits");
    await draw(drawer, zero.image);
    await expect(bob.getByTestId("party-classified")).not.toHaveText("0");
    // Alice and bob are on two machines: their gates save rounds.
    await page.getByTestId("saving-rounds").scrollIntoViewIfNeeded();
    await expect(page.getByTestId("saving-rounds")).toBeChecked();
    await expect(page.getByTestId("rounds")).toHaveText("14");
  });

  await test.step("alice is on a third machine, too, and goes back when her role is taken back", async () => {
    const alice = await drawer.context().newPage();
    await alice.goto(await linkFor(page, "alice", phone.address));
    await guest(page, "alice").getByTestId("let-in").click();
    await expect(alice.getByTestId("party-phase")).toHaveAttribute("data-phase", "working", { timeout: 15_000 });
    const two = testDigits()[2];
    if (!two) throw new Error("there are two test digits");
    await drawer.bringToFront();
    await expect(drawer.getByTestId("party-phase")).toHaveAttribute("data-phase", "working", { timeout: 15_000 });
    await draw(drawer, two.image);
    await expect(alice.getByTestId("party-classified")).not.toHaveText("0");
    await guest(page, "alice").getByTestId("turn-away").click();
    await expect(alice.getByTestId("visit")).toHaveAttribute("data-stage", "out");
    await expect(page.getByTestId("alice-state")).toHaveAttribute("data-place", "page");
    await expect(drawer.getByTestId("party-phase")).toHaveAttribute("data-phase", "working", { timeout: 15_000 });
  });

  await test.step("the door and a guest's page fit a phone, and are accessible", async () => {
    for (const one of [page, drawer, workers[0]!]) {
      const before = one.viewportSize();
      await one.setViewportSize({ width: 360, height: 800 });
      // Charts follow in a frame of their own.
      await expect.poll(() => one.evaluate(() => document.documentElement.scrollWidth), one.url()).toBeLessThanOrEqual(360);
      const { violations } = await new AxeBuilder({ page: one }).analyze();
      expect(violations).toEqual([]);
      if (before) await one.setViewportSize(before);
    }
  });

  await test.step("the broker dies in the middle of a round, and the round is finished", async () => {
    await page.getByTestId("start-training").click();
    await expect(workers[0]!.getByTestId("worker-phase")).toHaveAttribute("data-phase", /training|summing/);
    const round = Number(await page.getByTestId("round").getAttribute("data-round"));
    await relay.stop();
    await expect(page.getByTestId("door-state")).toHaveAttribute("data-state", /lost|connecting/, { timeout: 20_000 });
    await relay.start();
    await expect(page.getByTestId("door-state")).toHaveAttribute("data-state", "connected", { timeout: 20_000 });
    await waitForRound(page, round + 1, 60_000);
    await expect(page.getByTestId("worker-count")).toHaveText("3");
  });

  await test.step("a line is cut for a while, says so, and nothing is lost", async () => {
    await phone.cut();
    await expect(drawer.getByTestId("visit")).toHaveAttribute("data-broker", /lost|connecting/, { timeout: 20_000 });
    await phone.mend();
    await expect(drawer.getByTestId("visit")).toHaveAttribute("data-broker", "connected", { timeout: 20_000 });
    await expect(drawer.getByTestId("party-phase")).toHaveAttribute("data-phase", "working", { timeout: 30_000 });
    const one = testDigits()[1];
    if (!one) throw new Error("there is one test digit");
    await draw(drawer, one.image);
  });

  await test.step("the broker never had the secret", async () => {
    const link = new URL(await page.getByTestId("invite-link").inputValue());
    const secret = new URLSearchParams(link.hash.slice(1)).get("join") ?? "";
    expect(secret).toMatch(/^[0-9a-f]{32}$/);
    const traffic = ear.bytes();
    expect(traffic.length).toBeGreaterThan(100_000);
    for (const part of [Buffer.from(secret), Buffer.from(secret, "hex"), Buffer.from("classify/"), Buffer.from("claim")]) {
      expect(traffic.includes(part)).toBe(false);
    }
    ear.end();
  });
});

test("a link that is not whole says so, and a locked door lets nobody in", async ({ browser, page, context }) => {
  test.setTimeout(120_000);
  const line = await relay.line();
  await openAggregator(context, "?room=locked", page);
  await openDoor(page, line.address);
  const link = await linkFor(page, "worker", line.address);
  const broken = await visitor(browser, link.replace(/join=..../, "join="));
  await expect(broken.getByTestId("broken-link")).toBeVisible();
  const old = await visitor(browser, link.replace(/&v=2&host=[0-9a-f]{32}/, ""));
  await expect(old.getByTestId("broken-link")).toHaveAttribute("data-unread", "old");
  await expect(old.getByTestId("broken-link")).toContainText("older version");
  // A link to somebody else's page: this one knows the room's secret, and is not taken for that.
  const other = await visitor(browser, link.replace(/host=[0-9a-f]{32}/, `host=${"0f".repeat(16)}`));
  await expect(other.getByTestId("refused")).toBeVisible({ timeout: 20_000 });
  await expect(other.getByTestId("visit")).toHaveAttribute("data-stage", "seeks");
  await other.close();
  await page.getByTestId("lock-door").check();
  const late = await visitor(browser, link);
  await expect(late.getByTestId("visit")).toHaveAttribute("data-broker", "connected");
  await expect(late.getByTestId("visit")).toHaveAttribute("data-stage", "waits", { timeout: 20_000 });
  await late.waitForTimeout(2000);
  await expect(late.getByTestId("visit")).toHaveAttribute("data-stage", "waits");
  await expect(page.getByTestId("guest")).toHaveCount(0);
  await page.getByTestId("lock-door").uncheck();
  await expect(late.getByTestId("visit")).toHaveAttribute("data-stage", "in", { timeout: 40_000 });

  // A reload opens the same door again, and the guest finds it.
  await page.reload();
  await expect(page.getByTestId("door-state")).toHaveAttribute("data-state", "connected", { timeout: 30_000 });
  await expect(late.getByTestId("visit")).toHaveAttribute("data-stage", "in", { timeout: 40_000 });
  await expect(page.getByTestId("worker-count")).toHaveText("1", { timeout: 30_000 });
  // So does a guest, through a locked door, too: it is known again, and has its place.
  await page.getByTestId("lock-door").check();
  const id = (await late.getByTestId("worker-phase").getAttribute("data-id")) ?? "none";
  await late.reload();
  await expect(late.getByTestId("visit")).toHaveAttribute("data-stage", "in", { timeout: 20_000 });
  await expect(guest(page, "worker")).toHaveCount(1);
  await expect(page.getByTestId("worker-count")).toHaveText("1", { timeout: 20_000 });
  await expect(late.getByTestId("worker-phase")).toHaveAttribute("data-phase", "idle", { timeout: 20_000 });
  await expect(late.getByTestId("worker-phase")).toHaveAttribute("data-id", id);

  await page.getByTestId("close-door").click();
  await expect(late.getByTestId("visit")).toHaveAttribute("data-stage", "seeks");
  await expect(page.getByTestId("worker-count")).toHaveText("0");
});
