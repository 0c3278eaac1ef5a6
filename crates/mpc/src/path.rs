//! What a message is called: the job that it belongs to, and what of the job it is.

use std::fmt;
use std::str::FromStr;

use sotto_core::wire::Error as WireError;

/// The job that a message belongs to, with its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Job {
    /// A party's key, for the dealer.
    Seed,
    /// A model, counted by the owner.
    Model(u32),
    /// An order for the dealer, counted by alice.
    Order(u32),
    /// Material, counted by the dealer.
    Deal(u32),
    /// A classification, counted by the client.
    Classify(u32),
    /// A contribution of a silo's, named by it.
    Data(u32),
    /// A training, counted by the owner.
    Train(u32),
    /// A step of a training, by the number of its material.
    Step(u32),
    /// A model of what a training has come to, by the number of its material.
    Take(u32),
}

/// A message's path, such as `classify/17/conv1/open`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    /// The job.
    pub job: Job,
    /// What of it: `conv1/open`, or nothing where the job is one message.
    pub step: String,
}

impl Job {
    const NAMES: [&str; 9] =
        ["seed", "model", "order", "deal", "classify", "data", "train", "step", "take"];

    /// What kind of job it is: the first part of its paths.
    #[must_use]
    pub fn name(self) -> &'static str {
        let index = match self {
            Self::Seed => 0,
            Self::Model(_) => 1,
            Self::Order(_) => 2,
            Self::Deal(_) => 3,
            Self::Classify(_) => 4,
            Self::Data(_) => 5,
            Self::Train(_) => 6,
            Self::Step(_) => 7,
            Self::Take(_) => 8,
        };
        Self::NAMES[index]
    }

    /// Its number, but for seeds, of which each party has one.
    #[must_use]
    pub fn number(self) -> Option<u32> {
        match self {
            Self::Seed => None,
            Self::Model(number)
            | Self::Order(number)
            | Self::Deal(number)
            | Self::Classify(number)
            | Self::Data(number)
            | Self::Train(number)
            | Self::Step(number)
            | Self::Take(number) => Some(number),
        }
    }

    /// A message of this job.
    #[must_use]
    pub fn step(self, step: impl Into<String>) -> Path {
        Path { job: self, step: step.into() }
    }
}

impl Path {
    /// The layer that a step computes; the drawing's shares are what goes into the first one.
    #[must_use]
    pub fn layer(&self) -> &str {
        match (self.job, self.step.split('/').next().unwrap_or("")) {
            (Job::Classify(_), "share") => "input",
            (_, layer) => layer,
        }
    }
}

impl fmt::Display for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        self.number().map_or(Ok(()), |number| write!(f, "/{number}"))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.job)?;
        if self.step.is_empty() { Ok(()) } else { write!(f, "/{}", self.step) }
    }
}

impl FromStr for Path {
    type Err = WireError;

    /// Reads what [`Display`](fmt::Display) writes, and nothing else.
    fn from_str(text: &str) -> Result<Self, WireError> {
        let invalid = || WireError::Invalid("path");
        let (name, rest) =
            text.split_once('/').map_or((text, None), |(name, rest)| (name, Some(rest)));
        let (job, step) = match (name, rest) {
            ("seed", None) => (Job::Seed, ""),
            (name, Some(rest)) => {
                let (number, step) = rest.split_once('/').unwrap_or((rest, ""));
                let read = number.parse().map_err(|_| invalid())?;
                let job = match name {
                    "model" => Job::Model(read),
                    "order" => Job::Order(read),
                    "deal" => Job::Deal(read),
                    "classify" => Job::Classify(read),
                    "data" => Job::Data(read),
                    "train" => Job::Train(read),
                    "step" => Job::Step(read),
                    "take" => Job::Take(read),
                    _ => return Err(invalid()),
                };
                (job, step)
            }
            _ => return Err(invalid()),
        };
        let path = job.step(step);
        // One path has one name: no `+1`, no `01`, no slash too many.
        if path.to_string() == text { Ok(path) } else { Err(invalid()) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn jobs() -> impl Strategy<Value = Job> {
        (0usize..9, any::<u32>()).prop_map(|(kind, number)| match kind {
            0 => Job::Seed,
            1 => Job::Model(number),
            2 => Job::Order(number),
            3 => Job::Deal(number),
            4 => Job::Classify(number),
            5 => Job::Data(number),
            6 => Job::Train(number),
            7 => Job::Step(number),
            _ => Job::Take(number),
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(job in jobs(), step in "[a-z0-9]{0,8}(/[a-z0-9]{1,8}){0,3}") {
            // A seed has no steps.
            let step = if job == Job::Seed || step.starts_with('/') { String::new() } else { step };
            let path = job.step(step);
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }

        #[test]
        fn any_text_is_read_as_it_is_written_or_refused(text in "\\PC{0,20}|(seed|deal|classify)[/+0-9a-z]{0,12}") {
            if let Ok(path) = text.parse::<Path>() {
                prop_assert_eq!(path.to_string(), text);
            }
        }
    }

    #[test]
    fn a_path_has_one_name() {
        for text in [
            "",
            "/",
            "seed/",
            "seed/1",
            "deal",
            "deal/",
            "deal/01",
            "deal/+1",
            "deal/1/",
            "deal/4294967296",
            "gift/1",
        ] {
            assert_eq!(text.parse::<Path>(), Err(WireError::Invalid("path")), "{text}");
        }
        assert_eq!("classify/7/share".parse::<Path>().unwrap().layer(), "input");
        assert_eq!("classify/7/conv1/open".parse::<Path>().unwrap().layer(), "conv1");
        assert_eq!(Job::Deal(7).step("").to_string(), "deal/7");
    }
}
