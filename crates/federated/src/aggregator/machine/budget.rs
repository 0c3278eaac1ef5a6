//! What training with noise gives away, and what was given away before.

use super::super::super::settings::{Noise, Settings};
use super::super::round::Round;
use super::Aggregator;
use sotto_privacy::accountant::Mechanism;
use sotto_privacy::{History, PrivacySummary};
use sotto_train::Recipe;

/// What a run with noise gives away, so far and in the end.
#[derive(Debug, Clone, PartialEq)]
pub struct Privacy {
    /// Who adds the noise.
    pub noise: Noise,
    /// Virtual clients in all, or digits of the worker that has the most.
    pub population: u64,
    /// The probability with which epsilon may be passed.
    pub delta: f64,
    /// The clip of the next round.
    pub clip: f32,
    /// So far; `None` when nothing has been given away.
    pub spent: Option<Spending>,
    /// When all rounds that are planned are over.
    pub planned: Spending,
}

/// What so many rounds give away.
#[derive(Debug, Clone, PartialEq)]
pub struct Spending {
    /// Rounds of this run.
    pub rounds: u32,
    /// Tries of them that are counted: those whose sum or updates may be known, whatever became of
    /// the round.
    pub tries: u32,
    /// With all that the model's training had given away before.
    pub outlook: PrivacySummary,
    /// Epsilon of this run alone, where it is not known what came before.
    pub alone: Option<f64>,
}

impl Aggregator {
    /// What the run gives away; `None` without noise.
    #[must_use]
    pub fn privacy(&self) -> Option<Privacy> {
        let noise = self.settings.dp;
        let workers = self.members.len().max(1) as u64;
        let population = match noise {
            Noise::Off => return None,
            Noise::Central | Noise::Distributed => workers * u64::from(self.settings.clients),
            // Each worker protects its own digits among themselves.
            Noise::Examples => {
                let digits = self.members.values().map(|member| u64::from(member.digits));
                digits.max().unwrap_or_default().max(1)
            }
        };
        let left = self.rounds.saturating_sub(self.applied);
        let tries = self.given_away();
        // Of a past that is not known there is nothing to show before this run has given something away, too.
        let before = self.past.of(&self.settings.unit());
        let has_spent = tries > 0 || before.is_some_and(|before| !before.is_empty());
        Some(Privacy {
            noise,
            population,
            delta: self.settings.delta,
            clip: self.clip(),
            spent: has_spent.then(|| self.spending(self.applied, tries, population)),
            planned: self.spending(self.rounds, self.released.saturating_add(left), population),
        })
    }

    fn spending(&self, rounds: u32, tries: u32, population: u64) -> Spending {
        let outlook = |before: &[Mechanism]| {
            let release = (tries > 0).then(|| self.settings.release(tries.into())).flatten();
            let mut all = before.to_vec();
            if let Some(release) = release {
                // What cannot be counted is shown as unbounded.
                all.push(release.ok()?.mechanism);
            }
            // As above.
            self.settings.outlook(&all, population).ok()
        };
        let before = self.past.of(&self.settings.unit());
        let alone = match before {
            Some(_) => None,
            None => outlook(&[]).map(|alone| alone.model.epsilon),
        };
        let outlook =
            before.and_then(|before| outlook(&before)).unwrap_or(PrivacySummary::UNBOUNDED);
        Spending { rounds, tries, outlook, alone }
    }

    /// What the model's training has given away, in this run and before it.
    #[must_use]
    pub fn history(&self) -> History {
        history(&self.past, self.given_away(), &self.settings)
    }

    /// Tries of this run that may have been seen, with the one under way.
    fn given_away(&self) -> u32 {
        let now = self.current.as_ref().is_some_and(|round| round.is_exposed);
        self.released.saturating_add(u32::from(now))
    }

    /// Ends the round under way. One whose updates were asked for in the clear, or whose sum could
    /// have been opened, has given something away, whatever becomes of it.
    pub(super) fn end_round(&mut self) -> Option<Round> {
        let round = self.current.take()?;
        self.released = self.released.saturating_add(u32::from(round.is_exposed));
        Some(round)
    }

    /// Whether so many workers can add the noise that the settings say.
    pub(super) fn check_noise(
        &self,
        recipe: &Recipe,
        workers: usize,
    ) -> Result<(), sotto_privacy::Error> {
        let values = self.weights.values().len();
        if let Some(examples) = self.settings.example_task() {
            examples.noise_on_steps(recipe, values)?;
        }
        match self.settings.private_task(workers) {
            Some(private) => private.check(self.clip(), values, workers),
            None => Ok(()),
        }
    }
}

/// A past, and so many tries after it.
pub(super) fn history(past: &History, released: u32, settings: &Settings) -> History {
    if released == 0 {
        return past.clone();
    }
    match settings.release(released.into()) {
        Some(Ok(release)) => past.and(release),
        // What cannot be counted is not known, which is the worst that a history can say.
        Some(Err(_)) | None => History::Unknown,
    }
}

#[cfg(test)]
mod tests;
