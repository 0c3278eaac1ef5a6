//! Encrypted classification natively: all roles in this process, each in a thread.

use sotto_core::entropy;
use std::rc::Rc;
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Instant;

use futures_executor::block_on;
use sotto_core::prg::StreamKey;
use sotto_core::wire::{MemoryMailbox, mailboxes};
use sotto_digits::{CLASSES, PIXELS};
use sotto_mpc::{
    Catalogue, Client, Clock, ComputeParty, Dealer, DealerEvent, Links, ModelInfo, Output, Owner,
    Party, PartyEvent, PartySecrets, Plan, Role, TradeOff,
};
use sotto_network::{Initialiser, preset};

use crate::figures::{Figures, Mode};
use crate::median;

const PRESETS: [&str; 5] = ["lenet5", "mlp", "network1", "network2", "lenet"];
const FRACTION: u32 = 8;
const WARM_UP: usize = 10;
const TIMES: usize = 60;
const BATCH: usize = 100;
const BATCHES: usize = 5;
const RUNS: usize = 3;

pub(crate) fn run(mode: Mode) -> Result<Figures, String> {
    let (warm_up, times) = mode.pick((WARM_UP, TIMES), (1, 2));
    let mut figures = Figures::default();
    for _ in 0..mode.pick(RUNS, 1) {
        for name in PRESETS {
            for (trade_off, ending) in [(TradeOff::Bytes, ""), (TradeOff::Rounds, "/few_rounds")] {
                for (figure, value) in measure(name, trade_off, 1, warm_up, times)? {
                    figures.add(format!("mpc/{name}{ending}/native/{figure}"), value);
                }
            }
        }
        let size = mode.pick(BATCH, 10);
        let batch = measure("lenet5", TradeOff::Bytes, size, 1, mode.pick(BATCHES, 1))?;
        let millis = batch.iter().find(|(name, _)| *name == "answer_ms").map(|(_, ms)| *ms);
        let name = "mpc/lenet5/native/batches_images_per_s".to_owned();
        figures.add(name, 1e3 * size as f64 / millis.ok_or("no batch was answered")?);
    }
    Ok(figures)
}

/// What the roles tell, in milliseconds and bytes.
enum Told {
    Classified { online: f64, waited: f64, prepare: f64, rounds: usize, bytes: usize, dealt: usize },
    Dealt(f64),
}

fn measure(
    name: &str,
    trade_off: TradeOff,
    batch: usize,
    warm_up: usize,
    times: usize,
) -> Result<Vec<(&'static str, f64)>, String> {
    let network = preset(name).ok_or("no such preset")?.network;
    let weights = Initialiser::He.weights(&network, 1).map_err(|error| error.to_string())?;
    let plan = Plan::new(&network, FRACTION, 1, Output::Logits, trade_off)
        .map_err(|error| error.to_string())?;
    let (tell, told) = channel();
    let [alice, bob, dealer, client, owner, _] = mailboxes(Role::ALL);
    for (party, mailbox) in [(Party::Alice, alice), (Party::Bob, bob)] {
        let tell = tell.clone();
        thread::spawn(move || serve(party, mailbox, tell));
    }
    thread::spawn(move || {
        let show = move |event| {
            let (DealerEvent::Dealt { millis, .. } | DealerEvent::DealtStep { millis, .. }) = event;
            // Nobody listens any more when the measuring is over.
            drop(tell.send(Told::Dealt(millis)));
        };
        block_on(Dealer::new(Links::new(dealer, clock()), presets(), Box::new(show)).serve());
    });
    let mut owner = Owner::new(Links::new(owner, clock()), presets(), entropy::system());
    let model =
        owner.share(name, FRACTION, trade_off, &weights).map_err(|error| error.to_string())?;
    let mut client = Client::new(Links::new(client, clock()), presets(), entropy::system());
    let mut answers = Vec::new();
    let mut pixels = vec![0; batch * network.input_shape().iter().product::<usize>()];
    for _ in 0..warm_up + times {
        entropy::system()(&mut pixels);
        answers.push(ask(&mut client, &model, &pixels)?);
        if batch == 1 {
            // As between two strokes: the dealer fills the stock up.
            thread::sleep(std::time::Duration::from_millis(20));
        }
    }
    // The roles wait for more, asleep, until this process ends.
    let (mut online, mut compute, mut prepare, mut deal) = (vec![], vec![], vec![], vec![]);
    let (mut sizes, mut count) = ([0.0; 3], 0);
    for told in told.try_iter() {
        match told {
            Told::Dealt(millis) => deal.push(millis),
            Told::Classified { online: all, waited, prepare: before, rounds, bytes, dealt } => {
                count += 1;
                if count > warm_up {
                    online.push(all);
                    compute.push(all - waited);
                    prepare.push(before);
                    sizes = [rounds as f64, bytes as f64, dealt as f64];
                }
            }
        }
    }
    let [rounds, bytes, dealt] = sizes;
    let (dealing, prepare) = (median(&mut deal), median(&mut prepare));
    Ok(vec![
        ("answer_ms", median(&mut answers[warm_up..])),
        ("online_ms", median(&mut online)),
        ("compute_ms", median(&mut compute)),
        ("deal_ms", dealing),
        ("prepare_ms", prepare),
        ("offline_ms", dealing + prepare),
        ("online_bytes", bytes),
        ("dealt_bytes", dealt),
        ("rounds", rounds),
        ("comparisons", plan.comparisons() as f64),
    ])
}

fn ask(
    client: &mut Client<MemoryMailbox<Role>>,
    model: &ModelInfo,
    pixels: &[u8],
) -> Result<f64, String> {
    let started = Instant::now();
    block_on(client.classify(model, pixels, Output::Logits)).map_err(|error| error.to_string())?;
    Ok(1e3 * started.elapsed().as_secs_f64())
}

fn serve(party: Party, mailbox: MemoryMailbox<Role>, tell: Sender<Told>) {
    let mut key = [0; StreamKey::LEN];
    entropy::system()(&mut key);
    let show = move |event| {
        if let PartyEvent::Classified(done) = event
            && party == Party::Bob
        {
            let told = Told::Classified {
                online: done.online_ms,
                waited: done.waited_ms,
                prepare: done.prepare_ms,
                rounds: done.rounds(),
                bytes: done.sent_bytes(),
                dealt: done.dealt_bytes,
            };
            // Nobody listens any more when the measuring is over.
            drop(tell.send(told));
        }
    };
    let links = Links::new(mailbox, clock());
    let secrets = PartySecrets { key: StreamKey::new(&key), entropy: entropy::system() };
    let party = ComputeParty::new(party, links, presets(), secrets, Rc::default(), Box::new(show));
    block_on(party.serve());
}

fn presets() -> Catalogue {
    Catalogue::new(PIXELS, CLASSES, |name| Some(preset(name)?.network))
}

fn clock() -> Clock {
    let start = Instant::now();
    Rc::new(move || 1e3 * start.elapsed().as_secs_f64())
}
