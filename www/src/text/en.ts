// What the pages say in English.

import { bytes, count, date, decimal, fixed, millis, percent, seconds } from "./en/grammar";
import { lessons } from "./en/lessons";
import * as library from "./en/library";
import { pages } from "./en/pages";
import { party } from "./en/party";
import { presets } from "./en/presets";
import * as privacy from "./en/privacy";
import * as results from "./en/results";
import { roles } from "./en/roles";
import * as room from "./en/room";
import * as secret from "./en/secret";
import * as training from "./en/training";
import * as worker from "./en/worker";

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
  library,
  worker,
  party,
};
