//! What the page shows of updates as they come in: their masks and sums, and the digit that an attack reads out of what
//! was sent in the clear.

use js_sys::{Uint8Array, Uint32Array};

use super::super::environment::EventSink;
use super::super::page::{AggregatorEvent as Shown, Opening};
use sotto_core::wire::PeerId;
use sotto_federated::{Masked, Observer};
use sotto_lesson::inversion::{self, Recovered};
use sotto_network::Network;
use sotto_secagg::{Opened, Sum, Width};

/// Elements that are shown.
const SHOWN: usize = 1024;

pub(super) struct PageObserver {
    events: EventSink,
}

impl PageObserver {
    pub(super) fn new(events: EventSink) -> Self {
        Self { events }
    }

    /// Shows what can be read out of an update, or of something that is taken for one.
    fn attack(&self, round: u32, worker: Option<PeerId>, network: &Network, update: &[f32]) {
        let update = &update[..update.len().min(network.parameter_count())];
        if let Some(Recovered { pixels, label }) = inversion::recover(network, update) {
            self.events.event(&Shown::Recovered {
                worker: worker.map(|id| id.to_string()),
                round,
                pixels: Uint8Array::from(pixels.as_slice()),
                label,
            });
        }
    }

    /// The same, with the elements of a ring taken for the update itself.
    fn attack_elements(
        &self,
        round: u32,
        worker: Option<PeerId>,
        network: &Network,
        (elements, width): (&[u32], Width),
    ) {
        if inversion::applies(network) {
            let values = elements.iter().map(|&element| width.signed(element) as f32);
            self.attack(round, worker, network, &values.collect::<Vec<_>>());
        }
    }
}

impl Observer for PageObserver {
    fn update(&mut self, round: u32, worker: PeerId, network: &Network, values: &[f32]) {
        self.attack(round, Some(worker), network, values);
    }

    fn masked(&mut self, round: u32, network: &Network, update: &Masked<'_>) {
        let Masked { worker, elements, sum, width } = *update;
        let shown = |elements: &[u32]| Uint32Array::from(&elements[..elements.len().min(SHOWN)]);
        self.events.event(&Shown::Masked {
            worker: worker.to_string(),
            bits: width.bits(),
            elements: shown(elements),
            sum: shown(sum),
        });
        self.attack_elements(round, Some(worker), network, (elements, width));
    }

    fn summed(&mut self, round: u32, network: &Network, sum: &Sum) {
        let width = sum.encoding.width();
        let opening = |opened: &Opened| Opening {
            worker: opened.worker.to_string(),
            repair: opened.is_repair,
            elements: Uint32Array::from(opened.elements.as_slice()),
        };
        self.events.event(&Shown::Summed {
            round,
            bits: width.bits(),
            survivors: sum.survivors.iter().map(ToString::to_string).collect(),
            elements: Uint32Array::from(sum.elements.as_slice()),
            openings: sum.openings.iter().map(opening).collect(),
        });
        self.attack_elements(round, None, network, (&sum.elements, width));
    }
}
