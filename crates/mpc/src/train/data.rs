//! What a party has of the digits that silos have shared, and which of them are in which batch.

use std::num::Wrapping;

use super::super::fixed::pixel;
use super::super::messages::malformed;
use super::super::path::{Job, Path};
use super::super::ring::{Element, Share, Wide};
use super::super::{Error, Role};
use super::bits::ACTIVATION_BITS;
use super::messages::CONTRIBUTIONS_MAX;
use super::step::Batch;
use sotto_core::secret::Secret;
use sotto_core::seeded::Stream;
use sotto_core::wire::{Error as WireError, Reader};

/// The most digits that a party takes: shares of as many are 190 MB.
pub const DIGITS_MAX: usize = 60_000;
/// The most digits in one message.
pub(crate) const PIECE_MAX: usize = 1000;

/// Images of bytes, in the ring.
pub(super) fn pixels(images: &[u8]) -> Secret<Wide> {
    images.iter().map(|value| pixel(*value, ACTIVATION_BITS)).collect()
}

/// Labels as rows of ones and zeros, in the ring.
pub(super) fn one_hot(labels: &[u8], classes: usize) -> Secret<Wide> {
    let row = |label: &u8| {
        let label = usize::from(*label);
        (0..classes).map(move |class| Wrapping(u32::from(class == label)))
    };
    labels.iter().flat_map(row).collect()
}

/// What a silo has shared at once: both parties hold shares of the same under the same number.
struct Contribution {
    id: u32,
    count: usize,
    images: Share<Wide>,
    labels: Share<Wide>,
}

/// All that silos have shared with a party.
pub(crate) struct Pool {
    contributions: Vec<Contribution>,
    /// Values of an image.
    inputs: usize,
    /// Classes.
    outputs: usize,
}

impl Pool {
    /// Nothing yet; images have so many values, labels so many classes.
    pub(crate) fn new(inputs: usize, outputs: usize) -> Self {
        Self { contributions: Vec::new(), inputs, outputs }
    }

    /// How often silos have shared digits, and how many in all.
    pub(crate) fn level(&self) -> (usize, usize) {
        (self.contributions.len(), self.contributions.iter().map(|one| one.count).sum())
    }

    pub(crate) fn ids(&self) -> Vec<u32> {
        self.contributions.iter().map(|one| one.id).collect()
    }

    /// Whether these have come, all of them.
    pub(crate) fn has(&self, ids: &[u32]) -> bool {
        ids.iter().all(|id| self.contributions.iter().any(|one| one.id == *id))
    }

    /// Takes a message of a silo's.
    ///
    /// # Errors
    /// [`Error::Malformed`], [`Error::Reused`], [`Error::Flooded`].
    pub(crate) fn add(&mut self, path: &Path, payload: &[u8]) -> Result<(), Error> {
        let role = Role::Silo;
        let Job::Data(id) = path.job else {
            return Err(malformed(role, path)(WireError::Invalid("contribution")));
        };
        if self.has(&[id]) {
            return Err(Error::Reused { what: "contribution", number: id });
        }
        let mut reader = Reader::new(payload);
        let count = reader.u32("digits").map_err(malformed(role, path))? as usize;
        let (contributions, digits) = self.level();
        if contributions >= CONTRIBUTIONS_MAX || digits.saturating_add(count) > DIGITS_MAX {
            return Err(Error::Flooded { role, step: path.to_string() });
        }
        if !(1..=PIECE_MAX).contains(&count) {
            return Err(malformed(role, path)(WireError::Invalid("digits")));
        }
        let words = reader.rest();
        let (images, labels) = (Wide::LEN * count * self.inputs, Wide::LEN * count * self.outputs);
        if words.len() != images + labels {
            let (step, expected, found) = (path.to_string(), images + labels, words.len());
            return Err(Error::Length { role, step, expected, found });
        }
        let [images, labels] = [&words[..images], &words[images..]]
            .map(|words| Share::new(Wide::read(words).collect()));
        self.contributions.push(Contribution { id, count, images, labels });
        Ok(())
    }

    /// A party's share of the digits at these positions of a schedule.
    fn gather(&self, positions: &[(u32, u32)]) -> Batch<Share<Wide>> {
        let part = |values: fn(&Contribution) -> &Share<Wide>, each: usize| {
            let of = |(id, index): &(u32, u32)| {
                let one = self.contributions.iter().find(|one| one.id == *id);
                let one = one.expect("a schedule is of digits that have come");
                &values(one).values()[each * *index as usize..][..each]
            };
            let parts: Vec<&[Wide]> = positions.iter().map(of).collect();
            Share::new(Secret::concat(&parts))
        };
        let images = part(|one| &one.images, self.inputs);
        Batch { images, labels: part(|one| &one.labels, self.outputs) }
    }
}

/// Which digits are in which batch: each epoch goes through all of them in an order of its own, which is public. What
/// does not fill a batch at an epoch's end is left out of that epoch.
pub(crate) struct Schedule {
    /// By contribution, and index in it.
    digits: Vec<(u32, u32)>,
    batch: usize,
    seed: u64,
    /// The epoch whose order this is.
    epoch: Option<u32>,
}

impl Schedule {
    /// Over these contributions of the pool.
    pub(crate) fn new(pool: &Pool, ids: &[u32], batch: usize, seed: u64) -> Self {
        let of = |id: &u32| pool.contributions.iter().find(|one| one.id == *id);
        let entries = |one: &Contribution| {
            let id = one.id;
            (0..one.count as u32).map(move |index| (id, index)).collect::<Vec<_>>()
        };
        let digits = ids.iter().filter_map(of).flat_map(entries).collect();
        Self { digits, batch, seed, epoch: None }
    }

    pub(crate) fn digits(&self) -> usize {
        self.digits.len()
    }

    /// Steps in an epoch.
    pub(crate) fn steps(&self) -> u32 {
        (self.digits.len() / self.batch) as u32
    }

    /// A party's share of what step `step`, counted from 0, learns from.
    pub(crate) fn batch(&mut self, pool: &Pool, step: u32) -> Batch<Share<Wide>> {
        let (epoch, batch) = (step / self.steps(), (step % self.steps()) as usize);
        if self.epoch != Some(epoch) {
            // The order depends on the epoch alone, not on those before.
            self.digits.sort_unstable();
            Stream::new(self.seed, &format!("mpc/train/{epoch}")).shuffle(&mut self.digits);
            self.epoch = Some(epoch);
        }
        pool.gather(&self.digits[batch * self.batch..][..self.batch])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sotto_core::wire::Writer;

    const INPUTS: usize = 784;
    const OUTPUTS: usize = 10;

    fn message(count: u32, value: u32) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.u32(count);
        for _ in 0..count as usize * (INPUTS + OUTPUTS) {
            writer.u32(value);
        }
        writer.finish()
    }

    #[test]
    fn what_a_silo_shares_is_checked() {
        let mut pool = Pool::new(INPUTS, OUTPUTS);
        pool.add(&Job::Data(7).step("share"), &message(3, 1)).unwrap();
        pool.add(&Job::Data(9).step("share"), &message(2, 2)).unwrap();
        assert_eq!(pool.level(), (2, 5));
        assert_eq!(
            pool.add(&Job::Data(7).step("share"), &message(3, 1)),
            Err(Error::Reused { what: "contribution", number: 7 })
        );
        for (path, payload) in [
            (Job::Deal(1).step("share"), message(1, 1)),
            (Job::Data(1).step("share"), message(0, 1)),
            (Job::Data(1).step("share"), vec![1]),
            (Job::Data(1).step("share"), message(1, 1)[..900].to_vec()),
            (Job::Data(1).step("share"), [u32::MAX.to_le_bytes().to_vec(), vec![0; 80]].concat()),
        ] {
            assert!(pool.add(&path, &payload).is_err());
        }
        assert_eq!(pool.level(), (2, 5), "nothing has changed");
        assert!(pool.has(&[9, 7]) && !pool.has(&[7, 8]));
    }

    #[test]
    fn an_epoch_goes_through_all_digits_in_an_order_of_its_own() {
        let mut pool = Pool::new(INPUTS, OUTPUTS);
        pool.add(&Job::Data(7).step("share"), &message(3, 1)).unwrap();
        pool.add(&Job::Data(9).step("share"), &message(6, 2)).unwrap();
        let mut schedule = Schedule::new(&pool, &[9, 7], 4, 5);
        assert_eq!((schedule.digits(), schedule.steps()), (9, 2));
        let mut seen = |step| {
            let Batch { images, labels } = schedule.batch(&pool, step);
            assert_eq!(images.values().len(), 4 * INPUTS);
            assert_eq!(labels.values().len(), 4 * OUTPUTS);
            images.values().iter().step_by(INPUTS).map(|value| value.0).collect::<Vec<_>>()
        };
        let first: Vec<u32> = [seen(0), seen(1)].concat();
        assert!(first.iter().filter(|value| **value == 1).count() >= 2);
        seen(2);
        assert_eq!([seen(0), seen(1)].concat(), first, "whatever was asked for in between");
    }
}
