//! Settings that cannot be together, and why.

use super::{Noise, Problem, Settings};
use crate::strategy;
use sotto_train::Method;

impl Settings {
    /// Two settings that cannot be together.
    pub(super) fn contradiction(&self) -> Option<Problem> {
        let problem = |setting: &str, text| Some(Problem { setting: setting.to_owned(), text });
        let has_clients = self.private_task(1).is_some();
        if has_clients && !self.secagg {
            let text = "needs secure aggregation: without it updates come one by one";
            return problem("dp", text.to_owned());
        }
        let strategy = strategy::by_name(&self.strategy, &self.tuning)?;
        if let Some(reason) = strategy.needs_each().filter(|_| self.secagg) {
            let text = format!("{} needs secure aggregation off: {reason}", self.strategy);
            return problem("strategy", text);
        }
        if self.dp != Noise::Off && strategy.control(1).is_some() {
            let text = format!("{} sends more than the noise is made for", self.strategy);
            return problem("dp", text);
        }
        if self.recipe.method != Method::Sgd && strategy.control(1).is_some() {
            let text = format!("{} corrects the gradients of SGD", self.strategy);
            return problem("optimiser", text);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contradictions_are_refused_with_the_reason() {
        for (query, setting, reason) in [
            ("strategy=median", "strategy", "see each"),
            ("strategy=serial", "strategy", "no sum to hide in"),
            ("dp=central&secagg=off", "dp", "one by one"),
            ("dp=distributed&strategy=scaffold", "dp", "more than the noise"),
            ("optimiser=adam&strategy=scaffold", "optimiser", "of SGD"),
        ] {
            let problems = Settings::from_query(query).unwrap_err();
            assert_eq!(problems[0].setting, setting, "{query}");
            assert!(problems[0].text.contains(reason), "{}", problems[0]);
        }
        for name in strategy::names() {
            let query = format!("strategy={name}&secagg=off");
            assert_eq!(Settings::from_query(&query).unwrap().strategy, name);
        }
    }
}
