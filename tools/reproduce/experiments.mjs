// What is reproduced: each experiment is a run of `simulate train` for every seed.

/** MNIST as it is: published runs train on nothing else. */
const PLAIN = "--augment off --pens 0";
const NIID = "--preset lenet5 --clients 10 --rounds 50";
const HARD = `--preset lenet5 --clients 10 --rounds 20 --momentum 0 --partition labels:2 ${PLAIN}`;
const MCMAHAN = `--preset mcmahan --clients 100 --fraction 0.1 --momentum 0 --schedule constant ${PLAIN}`;
const HUNDRED = `--preset lenet5 --clients 100 --fraction 0.1 --momentum 0 --schedule constant --partition iid --target 97 ${PLAIN}`;
const ATTACKED = `--preset lenet5 --clients 10 --shards 20 --attackers 2 --rounds 10 ${PLAIN}`;

const NIID_TABLE = "Ten clients, uneven labels";
const PLAIN_TABLE = "The same on MNIST alone";
const STRATEGIES = "Strategies where every client has two labels";
const MCMAHAN_TABLE = "McMahan’s network, a hundred clients, one in ten a round";
const ROUNDS_TABLE = "Rounds that FedSGD and FedAvg need";
const TUTORIAL = "Three hospitals";
const PENS = "Other families of pens that no worker draws";
const ROBUST = "Two attackers among ten";

const ROBUST_STRATEGIES = ["fedavg", "median", "trimmed", "krum", "multikrum", "clipping", "normbound"];
const ATTACKS = ["sign", "labels", "noise", "backdoor"];

export const EXPERIMENTS = [
  ...[
    ["iid", "all alike", "99.1"],
    ["dirichlet:0.5", "Dirichlet 0.5", "98.9"],
    ["labels:3", "three labels each", "97.9"],
    ["labels:2", "two labels each", "96.9"],
    ["labels:1", "one label each", "collapses", 1],
  ].flatMap(([partition, words, published, seeds = 3]) => {
    const name = partition.replace(/:/, "");
    const flags = `${NIID} --partition ${partition}`;
    return [
      { name: `niid-${name}`, table: NIID_TABLE, words, published, flags, seeds, pens: true },
      {
        name: `plain-${name}`,
        table: PLAIN_TABLE,
        words,
        published,
        flags: `${flags} ${PLAIN}`,
        seeds: partition === "iid" ? 3 : 1,
        pens: true,
      },
    ];
  }),

  ...["fedavg", "fedprox", "fedavgm", "fedadagrad", "fedadam", "fedyogi", "scaffold"].map((strategy) => ({
    name: `hard-${strategy}`,
    table: STRATEGIES,
    words: strategy,
    published: "",
    flags: `${HARD} --strategy ${strategy}`,
    seeds: 3,
  })),

  {
    name: "mcmahan-iid",
    table: MCMAHAN_TABLE,
    words: "all alike",
    published: "99 % after 20 rounds",
    flags: `${MCMAHAN} --partition iid --epochs 5 --batch 10 --lr 0.1 --rounds 30 --target 99`,
    seeds: 1,
  },
  {
    name: "mcmahan-sorted",
    table: MCMAHAN_TABLE,
    words: "two shards of sorted labels each",
    published: "99 % after 229 rounds",
    flags: `${MCMAHAN} --partition sorted:2 --epochs 5 --batch 10 --lr 0.1 --rounds 50 --test-every 5 --target 99`,
    seeds: 1,
  },

  {
    name: "rounds-fedavg",
    table: ROUNDS_TABLE,
    words: "FedAvg, E 5, B 10",
    published: "20 to 99 % with their CNN",
    flags: `${HUNDRED} --epochs 5 --batch 10 --rounds 100`,
    seeds: 3,
  },
  {
    name: "rounds-one-epoch",
    table: ROUNDS_TABLE,
    words: "FedAvg, E 1, B 10",
    published: "34 to 99 % with their CNN",
    flags: `${HUNDRED} --epochs 1 --batch 10 --rounds 200`,
    seeds: 3,
  },
  {
    name: "rounds-fedsgd",
    table: ROUNDS_TABLE,
    words: "FedSGD",
    published: "626 to 99 % with their CNN",
    flags: `${HUNDRED} --strategy fedsgd --lr 0.1 --rounds 2000`,
    seeds: 3,
  },

  {
    name: "ranges",
    table: TUTORIAL,
    words: "digits 0–3, 4–6, 7–9",
    published: "95.4 after 40 rounds",
    flags: `--preset lenet5 --clients 3 --partition ranges --rounds 40 --momentum 0 ${PLAIN}`,
    seeds: 3,
  },

  // The first families are those that the first table's runs keep.
  ...[1, 2].map((fold) => ({
    name: `pens-${fold}`,
    table: PENS,
    words: `every third family, from the ${fold === 1 ? "second" : "third"} on`,
    published: "",
    flags: `${NIID} --partition iid --fold ${fold}`,
    seeds: 1,
    pens: true,
  })),

  ...ATTACKS.flatMap((attack) =>
    ROBUST_STRATEGIES.map((strategy) => ({
      name: `attack-${attack}-${strategy}`,
      table: ROBUST,
      words: `${attack}, ${strategy}`,
      published: "",
      flags: `${ATTACKED} --attack ${attack} --strategy ${strategy}`,
      seeds: 1,
    })),
  ),
];
