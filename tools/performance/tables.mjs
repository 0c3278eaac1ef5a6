// The tables of docs/performance.md, each made of one suite's figures. A table asks for a figure by its name; that it is
// asked for here is what makes the smoke run look for it.

import { bytes, micros, millis, number, percent, short } from "./format.mjs";

const SECRET = ["network1", "mlp", "lenet5", "network2", "lenet"];
const PRESETS = ["lenet5", "lenet", "mlp", "mcmahan"];
const COURSES = { linear: "`linear`", tutorial: "`tutorial` (784-128-64-10)", lenet5: "`lenet5`" };
const DELAYS = [0, 10, 40];
const GATES = {
  average_pool: "average pool, 6 of 24 x 24",
  convolution: "convolution, 1 to 6 of 24 x 24",
  convolution_6_to_16: "convolution, 6 to 16 of 8 x 8",
  linear_256_to_120: "linear, 256 to 120",
  relu: "ReLU of 864",
  relu_in_one_round: "the same in one round",
  max_pool_and_lift: "max pool, 6 of 24 x 24, and lift",
  arg_max: "linear, 10 to 10, and arg max",
};
/** Of a step, as the networks number their stages. */
const OPERATIONS = [
  ["first convolution with pool and ReLU, forward", { lenet5: "conv1-forward", lenet: "conv1-forward", mcmahan: "conv1-forward" }],
  ["its weight gradient", { lenet5: "conv1-backward", lenet: "conv1-backward", mcmahan: "conv1-backward" }],
  ["second convolution with pool and ReLU, forward", { lenet5: "conv2-forward", lenet: "conv2-forward", mcmahan: "conv2-forward" }],
  ["its weight and input gradients", { lenet5: "conv2-backward", lenet: "conv2-backward", mcmahan: "conv2-backward" }],
  ["first linear layer, forward", { lenet5: "linear4-forward", lenet: "linear4-forward", mcmahan: "linear4-forward" }],
  ["its gradients", { lenet5: "linear4-backward", lenet: "linear4-backward", mcmahan: "linear4-backward" }],
  ["SGD", { lenet5: "sgd", lenet: "sgd", mcmahan: "sgd" }],
];

const code = (name) => `\`${name}\``;

/** One line for each. */
const rows = (heads, names, cells) => [
  `| ${heads.join(" | ")} |`,
  `|${"---|".repeat(heads.length)}`,
  ...names.map((name) => `| ${cells(name).join(" | ")} |`),
];

/** By name: the suite whose figures it has, and its lines. `of` gives a figure's median as words, `range` also its least and most. */
export const TABLES = {
  secret: {
    suite: "mpc",
    lines: ({ of, range }) =>
      rows(["network", "comparisons", "online", "natively", "deal", "prepare", "rounds", "sent", "dealt", "plain"], SECRET, (name) => [
        code(name),
        of(`mpc/${name}/native/comparisons`, number),
        range(`mpc/${name}/chromium/online_ms`, millis),
        range(`mpc/${name}/native/answer_ms`, millis),
        of(`mpc/${name}/chromium/deal_ms`, millis),
        of(`mpc/${name}/chromium/prepare_ms`, millis),
        of(`mpc/${name}/chromium/rounds`, number),
        of(`mpc/${name}/chromium/online_bytes`, bytes),
        of(`mpc/${name}/chromium/dealt_bytes`, bytes),
        of(`mpc/${name}/chromium/plain_ms`, millis),
      ]),
  },
  page: {
    suite: "mpc",
    lines: ({ range }) => [
      ...rows(["`lenet5`", ""], ["in Chromium", "natively"], (where) => [
        `batches of 100, dealing included, ${where}`,
        `${range(`mpc/lenet5/${where === "natively" ? "native" : "chromium"}/batches_images_per_s`, number)} images a second`,
      ]),
      `| on the page, from the pen's last move to the first frame with the answer | ${range("page/lenet5/pen_to_answer_ms", millis)} |`,
    ],
  },
  computing: {
    suite: "mpc",
    lines: ({ of }) =>
      rows(["in Chromium", "online", "of that, a party computes"], SECRET, (name) => [
        code(name),
        of(`mpc/${name}/chromium/online_ms`, millis),
        of(`mpc/${name}/chromium/compute_ms`, millis),
      ]),
  },
  gates: {
    suite: "gates",
    lines: ({ of }) =>
      rows(["gate", "deal", "prepare", "online", "comparisons"], Object.keys(GATES), (name) => [
        GATES[name],
        of(`gate/${name}/deal_us`, micros),
        of(`gate/${name}/prepare_us`, micros),
        of(`gate/${name}/online_us`, micros),
        of(`gate/${name}/comparisons`, number),
      ]),
  },
  rounds: {
    suite: "mpc",
    lines: ({ of }) =>
      rows(["network", "rounds", "dealt", "online", "a party's computing", "deal"], SECRET, (name) => [
        code(name),
        ...[
          ["rounds", number],
          ["dealt_bytes", bytes],
          ["online_ms", millis],
          ["compute_ms", millis],
          ["deal_ms", millis],
        ].map(
          ([figure, words]) =>
            `${of(`mpc/${name}/few_rounds/chromium/${figure}`, words)} instead of ${of(`mpc/${name}/chromium/${figure}`, words)}`,
        ),
      ]),
  },
  "far-rounds": { suite: "far", lines: (figures) => far(figures, "rounds") },
  "far-bytes": { suite: "far", lines: (figures) => far(figures, "bytes") },
  course: {
    suite: "mpc",
    lines: ({ of, range }) =>
      rows(["network", "batch", "computing of a party", "deal", "exchanges", "sent", "dealt"], Object.keys(COURSES), (name) => [
        COURSES[name],
        range(`mpc/train/${name}/batch_ms`, millis),
        of(`mpc/train/${name}/compute_ms`, millis),
        of(`mpc/train/${name}/deal_ms`, millis),
        of(`mpc/train/${name}/rounds`, number),
        of(`mpc/train/${name}/sent_bytes_per_batch`, bytes),
        of(`mpc/train/${name}/dealt_bytes_per_batch`, bytes),
      ]),
  },
  "course-accuracy": {
    suite: "mpc",
    lines: ({ of }) =>
      rows(
        ["network", "epochs", "on shares", "in the clear"],
        [
          ["linear", 5],
          ["tutorial", 10],
        ],
        ([name, epochs]) => [
          code(name),
          `${epochs}`,
          of(`mpc/train/${name}/accuracy`, percent),
          of(`mpc/train/${name}/plain_accuracy`, percent),
        ],
      ),
  },
  training: {
    suite: "train",
    lines: ({ of, range }) =>
      rows(
        ["network", "training, images a second: in Chromium", "natively", "reading, an image: in Chromium", "natively"],
        PRESETS,
        (name) => [
          code(name),
          range(`train/${name}/chromium/images_per_s`, number),
          range(`train/${name}/native/images_per_s`, number),
          of(`infer/${name}/chromium/us_per_image`, micros),
          of(`infer/${name}/native/us_per_image`, micros),
        ],
      ),
  },
  operations: {
    suite: "train",
    lines: ({ of, at }) => {
      const networks = ["lenet5", "lenet", "mcmahan"];
      const peak = at("peak/chromium/gflops");
      const share = (name) => {
        const speed = at(name);
        return peak === undefined || speed === undefined ? "–" : `${Math.round((100 * speed) / peak)} %`;
      };
      const table = rows(["", ...networks.map(code)], OPERATIONS, ([words, names]) => [
        words,
        ...networks.map((network) => {
          const path = `step/${network}/chromium/${names[network]}`;
          return names[network] === "sgd" ? of(`${path}/ms`, millis) : `${of(`${path}/ms`, millis)}, ${share(`${path}/gflops`)}`;
        }),
      ]);
      return [...table, "", `Peak: ${of("peak/chromium/gflops", short)} GFLOP/s in Chromium, ${of("peak/native/gflops", short)} natively.`];
    },
  },
  frames: {
    suite: "train",
    lines: ({ range }) => [
      "| a worker's tab that trains | |",
      "|---|---|",
      `| frames a second | ${range("page/training/frames_per_s", short)} |`,
      `| 95 % of the frames within | ${range("page/training/frame_p95_ms", millis)} |`,
    ],
  },
  epoch: {
    suite: "accuracy",
    lines: ({ all }) => ["| | one epoch over 60,000 digits, by seed |", "|---|---|", `| \`lenet5\` | ${all("accuracy/epoch", percent)} |`],
  },
  firefox: {
    suite: "firefox",
    lines: ({ range }) =>
      rows(
        ["`lenet5`", "in Firefox", "in Chromium"],
        [
          ["one image on shares, online", "online_ms", millis],
          ["of that, a party computes", "compute_ms", millis],
          ["batches of 100 on shares, images a second", "batches_images_per_s", number],
          ["training, images a second", "images_per_s", number],
          ["reading in the clear in batches of 100, an image", "us_per_image", micros],
        ],
        ([words, figure, form]) => [words, ...["firefox", "chromium"].map((browser) => range(`firefox/lenet5/${browser}/${figure}`, form))],
      ),
  },
  secagg: {
    suite: "secagg",
    lines: ({ of, range }) => {
      const whole = (n, where) => [range(`secagg/n${n}/${where}/client_ms`, millis), range(`secagg/n${n}/${where}/server_ms`, millis)];
      const bytesOf = (n) => [of(`secagg/n${n}/native/client_up_bytes`, bytes), of(`secagg/n${n}/native/client_down_bytes`, bytes)];
      return [
        "| workers | | client | server | up | down |",
        "|---|---|---|---|---|---|",
        `| 100 | natively | ${[...whole(100, "native"), ...bytesOf(100)].join(" | ")} |`,
        `| 100 | in Chromium | ${whole(100, "chromium").join(" | ")} | | |`,
        `| 1,000 | natively | ${[...whole(1000, "native"), ...bytesOf(1000)].join(" | ")} |`,
        "",
        "Of one worker alone, where a whole sum takes minutes:",
        "",
        ...rows(["workers", "client, natively", "client, in Chromium"], [1000, 10_000], (n) => [
          number(n),
          ...["native", "chromium"].map((where) => range(`secagg/n${n}/${where}/one_client_ms`, millis)),
        ]),
      ];
    },
  },
  "secagg-accuracy": {
    suite: "accuracy",
    lines: ({ of }) =>
      rows(["seed", "plain averaging", "secure sum"], [1, 2, 3], (seed) => [
        `${seed}`,
        of(`accuracy/plain/seed${seed}`, percent),
        of(`accuracy/secagg/seed${seed}`, percent),
      ]),
  },
  load: {
    suite: "load",
    lines: ({ of, range }) => {
      const kilobytes = (value) => bytes(1000 * value);
      return [
        "| | |",
        "|---|---|",
        `| transferred without digits, Brotli | ${of("load/transfer_kb", kilobytes)} |`,
        `| the same from a host that knows only gzip | ${of("load/transfer_gzip_kb", kilobytes)} |`,
        `| digits, the test set and the three shards, and the model that comes with the page | ${of("load/digits_kb", kilobytes)} |`,
        `| until the page can be used | ${range("load/ready_ms", millis)} |`,
        `| until a worker has trained its first batch, digits and all | ${range("load/first_batch_ms", millis)} |`,
        `| until a line that is drawn at once has been read on shares | ${range("load/first_answer_ms", millis)} |`,
      ];
    },
  },
  lighthouse: {
    suite: "lighthouse",
    lines: ({ all, range }) => {
      const points = (value) => String(Math.round(value));
      return rows(
        ["", "as a phone", "as a desktop computer"],
        [
          ["performance, by visit", "performance", points],
          ["accessibility", "accessibility", points],
          ["best practices", "best-practices", points],
          ["search", "seo", points],
        ],
        ([words, category, form]) => [words, ...["mobile", "desktop"].map((device) => all(`lighthouse/${device}/${category}`, form))],
      ).concat(
        [
          ["main thread blocked in all", "blocked_ms", millis],
          ["layout shift", "layout_shift", (value) => value.toFixed(3)],
          ["Lighthouse's benchmark of the machine", "benchmark", number],
        ].map(
          ([words, figure, form]) =>
            `| ${words} | ${["mobile", "desktop"].map((device) => range(`lighthouse/${device}/${figure}`, form)).join(" | ")} |`,
        ),
      );
    },
  },
};

function far({ range }, saving) {
  return rows(["lines", "a round", "a digit from the gallery: online", "over", "while the pen moves: online", "over"], DELAYS, (delay) => {
    const path = `far/lenet5/delay_${delay}ms`;
    const of = (what) => [
      range(`${path}/save_${saving}/${what}/online_ms`, millis),
      range(`${path}/save_${saving}/${what}/over_latency_ms`, millis),
    ];
    return [`${delay} ms`, range(`${path}/round_ms`, millis), ...of("sample"), ...of("stroke")];
  });
}
