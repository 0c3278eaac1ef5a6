import { expect, test } from "vitest";

import { settled } from "../testing/browser";
import { Leavers } from "./leavers";

test("all who wait for somebody learn why they have left, and once", async () => {
  const leavers = new Leavers();
  const told: string[] = [];
  const wait = async (who: string, name: string) => told.push(`${name}: ${await leavers.gone(who)}`);
  const waiting = [wait("a", "first"), wait("a", "second"), wait("b", "third"), wait("c", "fourth")];
  leavers.left("a", "closed");
  leavers.left("a", "closed twice");
  leavers.left("nobody", "closed");
  await settled();
  expect(told).toEqual(["first: closed", "second: closed"]);
  leavers.allLeft("the broker is gone");
  await Promise.all(waiting);
  expect(told.slice(2).sort()).toEqual(["fourth: the broker is gone", "third: the broker is gone"]);
});
