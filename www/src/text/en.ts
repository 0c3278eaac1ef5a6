// What the pages say in English.

import { bytes, count, date, decimal, fixed, millis, percent, seconds } from "./en/grammar.ts";
import { course } from "./en/course.ts";
import { invite } from "./en/invite.ts";
import { lessons } from "./en/lessons.ts";
import * as library from "./en/library.ts";
import { pages } from "./en/pages.ts";
import { party } from "./en/party.ts";
import { presets } from "./en/presets.ts";
import * as privacy from "./en/privacy.ts";
import * as results from "./en/results.ts";
import { roles } from "./en/roles.ts";
import * as room from "./en/room.ts";
import * as secret from "./en/secret.ts";
import * as training from "./en/training.ts";
import { trust } from "./en/trust.ts";
import * as worker from "./en/worker.ts";

export const en = {
  numbers: { bytes, count, date, decimal, fixed, millis, percent, seconds },
  roles,
  pages,
  room,
  training,
  results,
  presets,
  privacy,
  lessons,
  secret,
  course,
  invite,
  trust,
  library,
  worker,
  party,
};
