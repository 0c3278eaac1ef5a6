// Experiments as links: what each is called, and what to look for.

export const presets = {
  title: "Experiments",
  summary: "uneven digits, plain updates, noise: each a link",
  note: "A link sets everything and begins a new run. Then start its workers above.",
  noSevens: {
    name: "Ten workers, one knows no sevens",
    sentence: "Worker 1 has never seen a seven. The model that it gets back from the others reads them.",
  },
  hospitals: {
    name: "Three hospitals",
    sentence: "One has seen digits 0 to 3, one 4 to 6, one 7 to 9: each alone would miss most of them.",
  },
  twoDigits: {
    name: "Each knows two digits",
    sentence: "Workers pull in different directions, so the curve is slower, and jumps.",
  },
  oneDigit: {
    name: "Each knows one digit",
    sentence: "Ten specialists. Their average forgets what each of them learnt: how bad uneven data can get.",
  },
  sorted: {
    name: "McMahan’s two shards",
    sentence: "The hard split of the paper on federated averaging: digits sorted by label, two pieces for each worker.",
  },
  scaffold: {
    name: "SCAFFOLD on two digits each",
    sentence: "Workers correct each step by how far theirs stray from the others’. Is that better than averaging alone?",
  },
  fedAdam: {
    name: "FedAdam on uneven data",
    sentence: "The server adapts its step to each weight, where workers have very different shares of each label.",
  },
  quantity: {
    name: "A few have most",
    sentence: "All know all digits, but some workers have a hundred times as many. Those count for more in the average.",
  },
  liars: {
    name: "Two of ten lie",
    sentence: "They send the opposite of what they learnt, and the mean believes them: the model gets worse as it trains.",
  },
  median: {
    name: "Two of ten lie, and a median",
    sentence: "The same two, but each weight becomes the middle one of ten. Whoever is far out has no say.",
  },
  plain: {
    name: "Plain updates: read them",
    sentence: "No masks, a small network, one step on one digit: the digit can be read out of each update.",
  },
  noise: {
    name: "Noise for privacy",
    sentence: "Workers add noise under their masks. The page says what the model still gives away of one client.",
  },
};
