//! How a round begins: who is asked, and for what.

use super::super::super::messages::{Control, Task, ToWorker, Token};
use super::super::super::sampling::{self, Size};
use super::super::round::{Round, Work};
use super::super::{Action, Member};
use super::{Aggregator, Millis, draw_token, notice};
use sotto_core::wire::{Address, PeerId};
use sotto_train::Recipe;

impl Aggregator {
    /// Begins a round, if one is wanted and enough workers are there.
    pub(super) fn begin_round(&mut self, now: Millis, actions: &mut Vec<Action>) {
        if !self.wanted || self.current.is_some() {
            return;
        }
        if now < self.retry_at {
            return actions.push(Action::Wake(self.retry_at));
        }
        if self.awaits_former(now) {
            return;
        }
        // Whoever was too slow sits out, unless too few are left.
        let (swift, all) = (self.eligible(Member::is_swift), self.eligible(Member::is_ready));
        let chosen = [swift, all].into_iter().find_map(|eligible| {
            sampling::size(&self.settings, eligible.len()).map(|size| (eligible, size))
        });
        let Some((eligible, mut size)) = chosen else {
            return;
        };
        let Some(number) = self.number.checked_add(1) else {
            self.wanted = false;
            let text = "training stopped: there are no more numbers for rounds; start over";
            return notice(actions, None, text.to_owned());
        };
        self.members.values_mut().for_each(Member::sit);
        let attempt = self.abandoned + 1;
        self.keep_attempt(attempt);
        let slots = if self.strategy.is_serial() {
            size = Size::ONE;
            sampling::turn(eligible, self.applied + self.abandoned)
        } else {
            sampling::cohort(eligible, size.asked, self.settings.seed, number, attempt)
        };
        let recipe = self.settings.recipe_of(self.strategy.as_ref(), self.applied + 1, self.rounds);
        if let Err(error) = self.check_noise(&recipe, slots.len()) {
            // It would be so again.
            self.wanted = false;
            let text = format!("training stopped, for its noise cannot be added: {error}");
            return notice(actions, None, text);
        }
        let control = self.control(&recipe, &slots);
        let work = Work {
            attempt,
            recipe,
            examples: self.settings.example_task(),
            secure: self.settings.secagg.then(|| self.secure_task(&slots)),
            control,
        };
        let secure = work.secure;
        let mut round = Round::new(
            work,
            number,
            size.target,
            sampling::quorum(&self.settings, size.target),
            now + self.pace.deadline(&self.settings),
        );
        for id in self.by_slot() {
            let Some(member) = self.members.get_mut(&id).filter(|m| slots.contains(&m.slot)) else {
                continue;
            };
            let token = draw_token(&mut self.entropy);
            member.start(token.clone());
            round.add_participant(id, member.slot, token.clone());
            self.ask(id, &round, token, actions);
        }
        if let Some(secure) = secure {
            round.sum = Some(self.begin_sum(&round, attempt, &secure));
        }
        actions.push(Action::Wake(round.deadline));
        self.current = Some(round);
        self.pace.asked(now);
        if self.members.values().any(Member::is_ready) {
            self.send_away(Address::Workers, now, actions);
        }
    }

    /// Sends the task of a round.
    pub(super) fn ask(
        &mut self,
        id: PeerId,
        round: &Round,
        token: Token,
        actions: &mut Vec<Action>,
    ) {
        let Work { attempt, recipe, examples, secure, control } = round.work.clone();
        let weights = self.weights.values().to_vec();
        let variety = self.settings.variety_task();
        let task = Task { token, attempt, recipe, variety, control, examples, secure, weights };
        self.send(Address::Worker(id), round.number, &ToWorker::Task(Box::new(task)), actions);
    }

    fn eligible(&self, test: fn(&Member) -> bool) -> Vec<u32> {
        self.members.values().filter(|member| test(member)).map(|member| member.slot).collect()
    }

    /// What workers in these slots are told to correct their gradients by. The scale brings the
    /// change of a variate to the length of a worker's step.
    fn control(&self, recipe: &Recipe, slots: &[u32]) -> Option<Control> {
        let values = self.strategy.control(self.weights.values().len())?;
        let asked = self.members.values().filter(|member| slots.contains(&member.slot));
        let digits: usize = asked.map(|member| member.digits as usize).sum();
        let digits = u32::try_from(digits.div_ceil(slots.len().max(1))).unwrap_or(u32::MAX);
        let extra = self.settings.variety_task().extra(digits);
        let steps = recipe.steps(digits.saturating_add(extra) as usize);
        Some(Control { scale: recipe.sgd.reach(steps), values })
    }
}
