//! The model is handed from worker to worker, one a round, and each trains it in its turn:
//! what PySyft's early tutorials do, without averages. For comparison.

use super::Strategy;

pub(super) struct Serial;

impl Strategy for Serial {
    fn needs_each(&self) -> Option<&'static str> {
        Some("the model goes from one worker to the next, so there is no sum to hide in")
    }

    fn is_serial(&self) -> bool {
        true
    }
}
