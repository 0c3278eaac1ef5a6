// What is reproduced: each experiment is a run of `simulate train` for every seed.

/** MNIST as it is: published runs train on nothing else. */
const PLAIN = "--augment off --pens 0";
const NIID = "--preset lenet5 --clients 10 --rounds 50";
const HARD = `--preset lenet5 --clients 10 --rounds 30 --momentum 0 --partition labels:2 ${PLAIN}`;
const MCMAHAN = `--preset mcmahan --clients 100 --fraction 0.1 --momentum 0 --schedule constant ${PLAIN}`;
const ATTACKED = `--preset lenet5 --clients 10 --attackers 2 --rounds 10 ${PLAIN}`;

const NIID_TABLE = "Ten clients, uneven labels";
const PLAIN_TABLE = "The same on MNIST alone";
const STRATEGIES = "Strategies where every client has two labels";
const MCMAHAN_TABLE = "A hundred clients, one in ten a round";
const TUTORIAL = "Three hospitals";
const ROBUST = "Two attackers among ten";

const ROBUST_STRATEGIES = ["fedavg", "median", "trimmed", "krum", "multikrum", "clipping", "normbound"];
const ATTACKS = ["sign", "labels", "noise", "backdoor"];

export const EXPERIMENTS = [
  ...[
    ["iid", "all alike", "99.1"],
    ["dirichlet:0.5", "Dirichlet 0.5", "98.9"],
    ["labels:3", "three labels each", "97.9"],
    ["labels:2", "two labels each", "96.9"],
    ["labels:1", "one label each", "collapses"],
  ].flatMap(([partition, words, published]) => {
    const name = partition.replace(/:/, "");
    const flags = `${NIID} --partition ${partition}`;
    return [
      { name: `niid-${name}`, table: NIID_TABLE, words, published, flags, seeds: 3 },
      { name: `plain-${name}`, table: PLAIN_TABLE, words, published, flags: `${flags} ${PLAIN}`, seeds: 1 },
    ];
  }),

  ...["fedavg", "fedprox", "fedavgm", "fedadagrad", "fedadam", "fedyogi", "scaffold"].map((strategy) => ({
    name: `hard-${strategy}`, table: STRATEGIES, words: strategy, published: "", flags: `${HARD} --strategy ${strategy}`, seeds: 3,
  })),

  { name: "mcmahan-iid", table: MCMAHAN_TABLE, words: "FedAvg, all alike, E 5, B 10", published: "99 % after 20 rounds", flags: `${MCMAHAN} --partition iid --epochs 5 --batch 10 --rounds 30 --target 99`, seeds: 1 },
  { name: "mcmahan-sorted", table: MCMAHAN_TABLE, words: "FedAvg, two shards of one label each, E 5, B 10", published: "99 % after 229 to 350 rounds", flags: `${MCMAHAN} --partition sorted:2 --epochs 5 --batch 10 --rounds 350 --target 99`, seeds: 1 },
  { name: "mcmahan-fedsgd", table: MCMAHAN_TABLE, words: "FedSGD, all alike", published: "99 % after 626 rounds", flags: `${MCMAHAN} --partition iid --strategy fedsgd --lr 0.2 --rounds 700 --target 99`, seeds: 1 },

  { name: "ranges", table: TUTORIAL, words: "digits 0–3, 4–6, 7–9", published: "95.4 after 40 rounds", flags: `--preset lenet5 --clients 3 --partition ranges --rounds 40 --momentum 0 ${PLAIN}`, seeds: 3 },

  ...ATTACKS.flatMap((attack) =>
    ROBUST_STRATEGIES.map((strategy) => ({
      name: `attack-${attack}-${strategy}`, table: ROBUST, words: `${attack}, ${strategy}`, published: "", flags: `${ATTACKED} --attack ${attack} --strategy ${strategy}`, seeds: 1,
    })),
  ),
];
