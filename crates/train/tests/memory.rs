//! What a training step takes from the allocator once it is warm.
#![allow(clippy::unwrap_used, missing_docs)]
#![allow(unsafe_code, reason = "an allocator that counts")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use sotto_core::seeded::Stream;
use sotto_digits::synthetic;
use sotto_network::{Initialiser, preset};
use sotto_train::{Recipe, SgdConfig, Trainer};

struct Counting;

static TAKEN: AtomicUsize = AtomicUsize::new(0);
static HELD: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        TAKEN.fetch_add(layout.size(), Relaxed);
        HELD.fetch_add(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The kernels' working memory serves every step; what is taken anew are the tensors that
/// Candle's graph holds, and all of it is given back.
#[test]
fn a_step_holds_no_more_than_the_one_before() {
    let digits = synthetic::digits(256, 1).unwrap();
    let network = preset("lenet").unwrap().network;
    let weights = Initialiser::He.weights(&network, 1).unwrap();
    let sgd = SgdConfig { learning_rate: 0.05, momentum: 0.9, weight_decay: 0.0 };
    let recipe = Recipe { epochs: 10, batch: 64, ..Recipe::plain(sgd) };
    let shuffle = Stream::new(1, "test/memory");
    let mut trainer = Trainer::new(&network, &weights, recipe, digits.len(), shuffle).unwrap();
    for _ in 0..3 {
        trainer.step(&digits).unwrap();
    }
    let held = HELD.load(Relaxed);
    for _ in 0..20 {
        let taken = TAKEN.load(Relaxed);
        trainer.step(&digits).unwrap();
        assert!(HELD.load(Relaxed) <= held, "a step kept {} bytes", HELD.load(Relaxed) - held);
        // Images, what every stage gives, and its gradient and the weights' three times each:
        // Candle adds a gradient to zeros.
        let features = 784 + 20 * 144 + 800 + 500 + 10;
        let tensors = 4 * (64 * 4 * features + 3 * network.parameter_count());
        let taken = TAKEN.load(Relaxed) - taken;
        assert!(taken < tensors + tensors / 20, "a step took {taken} bytes, its tensors {tensors}");
    }
}
