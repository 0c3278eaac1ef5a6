//! Control variates on the worker (Karimireddy et al. 2020, "SCAFFOLD", algorithm 1).
//!
//! A worker's own variate changes only when its next task comes, and only if its update counted in the round before.

use super::messages::Control;

impl Control {
    /// `c - c_k`, which corrects every gradient of a worker whose own variate is `own`; none is
    /// all zeros.
    #[must_use]
    pub fn correction(&self, own: &[f32]) -> Vec<f32> {
        let own = own.iter().copied().chain(std::iter::repeat(0.0));
        self.values.iter().zip(own).map(|(server, own)| server - own).collect()
    }

    /// The scaled change of a worker's variate after its weights moved by `steps`: option II's
    /// `c_k' - c_k = (w - w_k) / reach - c`, where `reach` is what all steps together multiply
    /// a constant gradient by.
    #[must_use]
    pub fn changes(&self, steps: &[f32], reach: f32) -> Vec<f32> {
        let change = |(step, server): (&f32, &f32)| self.scale * (-step / reach - server);
        steps.iter().zip(&self.values).map(change).collect()
    }

    /// The worker's new variate: `own` changed by the second half of `update`, which was sent
    /// for so many digits.
    #[must_use]
    pub fn followed(&self, own: &[f32], update: &[f32], digits: u32) -> Vec<f32> {
        let changes = update.get(self.values.len()..).unwrap_or_default();
        let unit = self.scale * digits.max(1) as f32;
        let own = own.iter().copied().chain(std::iter::repeat(0.0));
        changes.iter().zip(own).map(|(change, own)| own + change / unit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Option II by hand, for a worker of two digits whose gradient was 3 in every step.
    #[test]
    fn a_variate_becomes_the_mean_gradient() {
        let control = Control { scale: 4.0, values: vec![1.0] };
        assert_eq!(control.correction(&[0.5]), [0.5]);
        // Ten steps at a rate of 0.1 along 3 + (1 - 0.5).
        let step = -3.5;
        let change = control.changes(&[step], 1.0);
        let update: Vec<f32> = [step, change[0]].map(|value| 2.0 * value).to_vec();
        // The corrected gradient less its correction.
        assert_eq!(control.followed(&[0.5], &update, 2), [3.0]);
    }
}
