//! Files and kept records: what is read of them is whole, or an error.

use super::{Reader, choose, comes_back, inputs, settles};
use sotto_core::fuzz_input::{Input, entropy};
use sotto_core::wire::{Envelope, PeerId, RunId};
use sotto_digits::drawing::Drawing;
use sotto_digits::handwriting::Handwriting;
use sotto_digits::layout::{Manifest, decode_chunk, encode_chunk};
use sotto_digits::{Digits, idx, mnist, synthetic};
use sotto_federated::records::{self, ModelMetadata, Point, Run};
use sotto_federated::{
    Aggregator, Assignment, Checkpoint, Event, Job, LocalTraining, Secret, Settings, Spent, Task,
    ToAggregator, UnfinishedWork,
};
use sotto_network::{Network, Weights, preset, recognise};
use sotto_privacy::accountant::Mechanism;
use sotto_privacy::{History, Release};

/// Digits of a chunk that is read.
const CHUNK: u32 = 5;

const READERS: [Reader; 13] = [
    ("idx", |bytes| {
        if let (Ok(images), Ok(labels)) = (idx::images(bytes), idx::labels(bytes)) {
            panic!("{} images are {} labels", images.len(), labels.len());
        }
        let (images, labels) = bytes.split_at(bytes.len() / 2);
        drop(idx::digits(images, labels));
    }),
    ("gzip", |bytes| drop(mnist::gunzip("fuzzed", bytes))),
    ("safetensors", |bytes| {
        if let Ok((name, weights)) = recognise(&swollen(bytes)) {
            let network = preset(name).expect("it is a preset's").network;
            let file = weights.to_safetensors(&network).expect("it is written again");
            assert!(Weights::from_safetensors(&network, &file) == Ok(weights));
        }
    }),
    ("manifest", |bytes| {
        settles(bytes, Manifest::parse, Manifest::to_bytes);
        if let Ok(manifest) = Manifest::parse(bytes) {
            let digits: u64 = manifest.train_chunks().map(|chunk| u64::from(chunk.len)).sum();
            assert_eq!(digits, u64::from(manifest.train_len()));
            let tests: u64 = manifest.test_chunks().map(|chunk| u64::from(chunk.len)).sum();
            assert_eq!(tests, u64::from(manifest.test));
        }
    }),
    ("chunk", |bytes| {
        settles(bytes, |bytes| decode_chunk(bytes, CHUNK, None), encode_chunk);
        drop(decode_chunk(bytes, CHUNK, Some(3)));
    }),
    ("handwriting", |bytes| {
        let read = |bytes: &[u8]| {
            let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
            Handwriting::from_json(text).map_err(|error| error.to_string())
        };
        settles(bytes, read, |own| own.to_json().into_bytes());
    }),
    ("history", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let history = History::from_text(&text);
        assert_eq!(History::from_text(&history.to_text()), history);
    }),
    ("spent", |bytes| comes_back(bytes, Spent::decode, Spent::encode)),
    ("record", |bytes| {
        drop(records::verify_checksum(bytes));
        assert_eq!(records::verify_checksum(&records::add_checksum(bytes)), Ok(bytes));
    }),
    ("own digits", |bytes| comes_back(bytes, records::handwriting_of, records::handwriting_bytes)),
    ("model", |bytes| {
        settles(bytes, ModelMetadata::decode, ModelMetadata::encode);
        if let Ok(about) = ModelMetadata::decode(bytes) {
            drop(about.weights(bytes));
        }
    }),
    ("run", |bytes| {
        let bytes = swollen(bytes);
        settles(&bytes, Run::decode, Run::encode);
        if let Ok(run) = Run::decode(&bytes) {
            take_up(run.checkpoint);
        }
    }),
    ("unfinished", |bytes| {
        comes_back(&swollen(bytes), UnfinishedWork::decode, UnfinishedWork::encode);
    }),
];

pub(super) fn run(bytes: &[u8]) {
    match bytes.split_first() {
        Some((&DRAWING, rest)) => draw(rest),
        _ => choose(&READERS, bytes),
    }
}

/// A drawing has no bytes of its own: points as the page hands them over.
const DRAWING: u8 = READERS.len() as u8;

fn draw(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let mut number = || {
        // Mostly numbers that a pad has.
        let number = f32::from(input.u16() as i16);
        if number == f32::from(i16::MIN) { f32::from_bits(input.u32()) } else { number / 8.0 }
    };
    let [width, height, pen] = std::array::from_fn(|_| number());
    let points: Vec<[f32; 3]> =
        (0..bytes.len() / 6).map(|_| std::array::from_fn(|_| number())).collect();
    let strokes = points.chunks(3).map(<[_]>::to_vec).collect();
    if let Ok(Some(image)) = (Drawing { width, height, pen, strokes }).image() {
        assert!(image.iter().any(|value| *value > 0), "ink leaves an image");
    }
}

/// Weights are long, and what they are does not matter: zeros are put in where they were taken out, by their number, position
/// and count.
fn swollen(bytes: &[u8]) -> Vec<u8> {
    let mut input = Input::new(bytes);
    let holes: Vec<[u16; 2]> = (0..input.below(4)).map(|_| [input.u16(), input.u16()]).collect();
    let mut file = input.rest().to_vec();
    for [position, words] in holes {
        let position = usize::from(position).min(file.len());
        let zeros = std::iter::repeat_n(0, 4 * usize::from(words));
        file.splice(position..position, zeros);
    }
    file
}

/// What [`swollen`] makes `file` of again.
fn shrunk(file: &[u8]) -> Vec<u8> {
    let (mut rest, mut holes) = (Vec::new(), Vec::new());
    let mut left = file;
    while let Some(first) = left.first() {
        let zeros = left.iter().take_while(|byte| **byte == 0).count() / 4 * 4;
        let taken = if zeros >= 400 {
            holes.push([rest.len() as u16, (zeros / 4) as u16]);
            zeros
        } else {
            rest.push(*first);
            1
        };
        left = &left[taken..];
    }
    // The last position first: positions are those in what is left.
    let mut input = vec![holes.len() as u8];
    for hole in holes.into_iter().rev() {
        input.extend(hole.into_iter().flat_map(u16::to_le_bytes));
    }
    input.extend(rest);
    assert!(swollen(&input) == file, "it has few zeros, or too many");
    input
}

/// A run goes on from what was kept, or is refused.
fn take_up(checkpoint: Checkpoint) {
    let Ok(mut aggregator) = Aggregator::restore(checkpoint, entropy(1, "fuzzing/kept")) else {
        return;
    };
    for worker in 0..3 {
        let (kind, payload) = ToAggregator::Join.encode();
        let (run, sender) = (RunId(0), PeerId([worker; 16]));
        let bytes = Envelope { run, round: 0, sender, kind, payload }.encode();
        drop(aggregator.handle(Event::Bytes(bytes), 1));
    }
    for (event, now) in [(Event::Open, 2), (Event::Start, 3), (Event::Tick, 20_000)] {
        drop(aggregator.handle(event, now));
    }
    let kept = aggregator.checkpoint().encode();
    assert!(Checkpoint::decode(&kept).is_ok(), "what goes on can be kept again");
}

pub(super) fn seeds() -> Vec<Vec<u8>> {
    let digits = synthetic::digits(CHUNK, 1).expect("so many can be drawn");
    let manifest = sotto_digits::layout::Layout::new(&digits, &digits, "synthetic");
    let manifest = manifest.expect("there are digits").manifest().to_bytes();
    let one = digits.select([0]);
    let header = |words: [u32; 4], count: usize| {
        words[..count].iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>()
    };
    let own = Handwriting::new(one.clone()).expect("it is one digit");
    let settings = |query| Settings::from_query(query).expect("these are settings");
    let plain = settings("model=linear&secagg=off&rounds=3&strategy=fedadam");
    let network = preset("linear").expect("it is a preset").network;
    let zeros = vec![0.0; network.parameter_count()];
    let first = Weights::new(&network, zeros.clone()).expect("as many as it has");
    let mut aggregator =
        Aggregator::new(plain.clone(), entropy(1, "fuzzing/seeds")).expect("there is such a run");
    drop(
        aggregator
            .continue_from(plain, zeros.clone(), History::default())
            .expect("it has such weights"),
    );
    let point = Point {
        round: 1,
        accuracy: 9.5,
        loss: 2.3,
        bytes_up: 1,
        bytes_down: 2,
        workers: 3,
        seconds: 0.5,
    };
    let run = Run {
        checkpoint: aggregator.checkpoint(),
        history: vec![point],
        origin: Some("digits".to_owned()),
    };
    let mechanism = Mechanism::new(0.1, 1.0, 30).expect("there is such noise");
    let release = Release { unit: "digit".to_owned(), mechanism };
    let history = History::default().and(release.clone()).to_text();
    let about = ModelMetadata {
        name: "digits".to_owned(),
        preset: "linear".to_owned(),
        round: 3,
        accuracy: Some(91.5),
        at: 7,
        autosaved: false,
        spent: History::default().and(release),
    };
    let mut found = vec![
        ("idx", [header([0x803, 1, 28, 28], 4), one.pixels().to_vec()].concat()),
        ("idx", [header([0x801, 5, 0, 0], 2), digits.labels().to_vec()].concat()),
        ("safetensors", shrunk(&first.to_safetensors(&network).expect("weights are written"))),
        ("manifest", manifest),
        ("chunk", encode_chunk(&digits)),
        ("handwriting", own.to_json().into_bytes()),
        ("record", records::add_checksum(b"record")),
        ("own digits", records::handwriting_bytes(&own)),
        ("model", about.encode()),
        ("history", history.into_bytes()),
        ("spent", Spent::default().encode()),
        ("run", shrunk(&run.encode())),
    ];
    found.push(("unfinished", shrunk(&unfinished(&network, zeros, &digits))));
    let mut seeds = inputs(&READERS, found);
    let numbers = [280, 280, 20, 40, 40, 1, 200, 40, 1, 100, 240, 2].map(|number: i16| 8 * number);
    seeds.push(
        [vec![DRAWING], numbers.iter().flat_map(|number| number.to_le_bytes()).collect()].concat(),
    );
    seeds
}

/// A training that has not begun.
fn unfinished(network: &Network, weights: Vec<f32>, digits: &Digits) -> Vec<u8> {
    let assignment = Assignment {
        slot: 0,
        model: "linear".to_owned(),
        seed: 1,
        partition: "iid".to_owned(),
        shards: 2,
    };
    let task = super::room::tasks().swap_remove(0);
    let task = Task { weights, control: None, examples: None, secure: None, ..task };
    let job = Job { round: 1, task, control: Vec::new(), secret: Secret([1; 32]) };
    let training = LocalTraining::new(network, &assignment, job, digits).expect("it can begin");
    let saved = training.save(digits).expect("it has not diverged");
    saved.expect("there is no noise").encode()
}
