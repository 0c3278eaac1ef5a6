//! How many marked ones a random neighbourhood holds.

/// Of `population` workers `marked` are marked; a neighbourhood is `draws` of them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hypergeometric {
    pub(super) population: usize,
    pub(super) marked: usize,
    pub(super) draws: usize,
}

impl Hypergeometric {
    /// The smallest `x` with `P(X > x) <= p`.
    pub(super) fn upper(self, p: f64) -> usize {
        let mut tail = 0.0;
        for x in (self.least()..=self.most()).rev() {
            // So far `tail` is P(X > x).
            tail += self.probability(x);
            if tail > p {
                return x;
            }
        }
        self.least()
    }

    /// The smallest `x` with `P(X <= x) >= p`: fewer come with a probability below `p`.
    pub(super) fn lower(self, p: f64) -> usize {
        let mut head = 0.0;
        for x in self.least()..=self.most() {
            head += self.probability(x);
            if head >= p {
                return x;
            }
        }
        self.most()
    }

    fn least(self) -> usize {
        (self.draws + self.marked).saturating_sub(self.population)
    }

    fn most(self) -> usize {
        self.draws.min(self.marked)
    }

    fn probability(self, x: usize) -> f64 {
        let unmarked = self.population - self.marked;
        let log = log_choose(self.marked, x) + log_choose(unmarked, self.draws - x)
            - log_choose(self.population, self.draws);
        libm::exp(log)
    }
}

/// `ln(n!)`.
pub(super) fn log_factorial(n: usize) -> f64 {
    libm::lgamma(n as f64 + 1.0)
}

fn log_choose(n: usize, k: usize) -> f64 {
    log_factorial(n) - log_factorial(k) - log_factorial(n - k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_are_those_of_counting() {
        // 10 workers, 4 marked, 3 drawn: C(4, x) C(6, 3 - x) / 120.
        let of = Hypergeometric { population: 10, marked: 4, draws: 3 };
        for (x, ways) in [20.0, 60.0, 36.0, 4.0].into_iter().enumerate() {
            assert!((of.probability(x) - ways / 120.0).abs() < 1e-12, "{x}");
        }
        assert_eq!(of.upper(4.0 / 120.0 + 1e-9), 2);
        assert_eq!(of.upper(4.0 / 120.0 - 1e-9), 3);
        assert_eq!(of.lower(20.0 / 120.0 - 1e-9), 0);
        assert_eq!(of.lower(20.0 / 120.0 + 1e-9), 1);
    }

    #[test]
    fn what_must_be_is_certain() {
        let all = Hypergeometric { population: 10, marked: 10, draws: 4 };
        assert_eq!((all.upper(0.0), all.lower(0.5)), (4, 4));
        let none = Hypergeometric { population: 10, marked: 0, draws: 4 };
        assert_eq!((none.upper(1e-9), none.lower(0.5)), (0, 0));
    }
}
