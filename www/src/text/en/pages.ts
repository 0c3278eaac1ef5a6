// What the pages hold before their scripts run. The build writes it into them: it is HTML.

export const pages = {
  room: {
    title: "Sotto: train together, in a low voice",
    description:
      "Browser tabs teach one neural network to read handwritten digits together. Each tab trains on its own digits and sends only what it learned; what you draw is read by two parties on secret shares.",
    pitch: "Browser tabs teach one network to read digits. The digits stay in their tabs.",
    noscript: "Sotto trains a neural network in your browser, so it needs JavaScript.",
    how: "What happens here",
    round: {
      title: "A round",
      trains:
        "This page is the <strong>aggregator</strong>: it holds the global model. In each round it sends the model’s weights to the workers. Every worker trains a copy on its own digits and sends back only the difference: how its training moved each weight.",
      averages:
        'The page averages these updates, weighted by how many digits each worker has, adds the average to the model, and measures the result on test digits that no worker has seen. This is federated averaging, as <a href="https://arxiv.org/abs/1602.05629">McMahan and others</a> described it.',
    },
    leaves: {
      title: "What leaves a tab, and what does not",
      masked:
        'A worker’s digits and labels never leave its tab. Its update leaves under masks that cancel only in the sum of all: this page learns the sum, and of a single update no more than the sum tells, as long as enough of the other workers are real and follow the protocol. A page that cheats could make them up. This is secure aggregation, as <a href="https://eprint.iacr.org/2017/281">Bonawitz and others</a> described it.',
      open: "Switch it off and the page can read every update, and an update can show the digits behind it. Here all tabs belong to one browser, on one machine: whoever controls that sees everything.",
      shares:
        "A drawing leaves the client as two shares, and so does the model its owner. Alice gets one of each, bob the other, and either share alone is noise. As long as they follow the protocol, it takes both of them, or one of them with the dealer, to read it.",
    },
    where: {
      title: "What runs where",
      browser:
        "Everything runs in this browser: training, averaging and reading are Rust, compiled to WebAssembly, and each role computes in a thread of its own. Tabs talk over the browser’s BroadcastChannel. There is no server behind the page: it is a folder of static files. Other machines can join by a link, over a message broker that carries sealed frames.",
      tabs: "Close a worker tab, reload it, open another in the middle of a round: rounds go on with those who are there.",
    },
    motto: "<em>Sotto voce</em>: in a low voice, so that only those meant to hear it do.",
  },
  worker: {
    title: "Worker · Sotto",
    description: "A worker tab: it trains the shared network on its own digits and sends only what it learned.",
    pitch: "This tab is a worker. It trains on its own digits and sends only what it learned.",
    noscript: "Sotto trains a neural network in your browser, so it needs JavaScript.",
  },
  party: {
    title: "Party · Sotto",
    description: "A tab with one role of a classification on secret shares: alice, bob, the dealer or the client.",
    pitch: "This tab has one role of a classification on secret shares.",
    noscript: "Sotto computes in your browser, so it needs JavaScript.",
  },
};
