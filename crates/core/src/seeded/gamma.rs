//! Draws from the gamma and Dirichlet distributions.

use super::Stream;

impl Stream {
    /// The logarithm of a number from the gamma distribution with this `shape`, above zero, and
    /// scale 1.
    ///
    /// From shape 1 on by Marsaglia and Tsang 2000, section 4: `d v` with `d = shape - 1/3` and
    /// `v = (1 + x / sqrt(9 d))^3`, `x` normal, is taken with probability `exp(x^2 / 2 + d - d v +
    /// d ln v)` if v > 0. Below, by their section 6: a draw of shape + 1 times `U^(1/shape)`. A
    /// small shape makes numbers that only their logarithm can hold.
    pub fn gamma_ln(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            let larger = self.gamma_ln(shape + 1.0);
            return larger + libm::log(1.0 - self.unit()) / shape;
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let x = self.normal();
            let root = 1.0 + x / libm::sqrt(9.0 * d);
            if root <= 0.0 {
                continue;
            }
            let (v, v_ln) = (root * root * root, 3.0 * libm::log(root));
            if libm::log(1.0 - self.unit()) < 0.5 * x * x + d - d * v + d * v_ln {
                return libm::log(d) + v_ln;
            }
        }
    }

    /// `len` proportions from the symmetric Dirichlet distribution: gamma draws, divided by
    /// their sum.
    pub fn dirichlet(&mut self, alpha: f64, len: u32) -> Vec<f64> {
        let logs: Vec<f64> = (0..len).map(|_| self.gamma_ln(alpha)).collect();
        // Relative to the largest, so that not all are too small to be told from zero.
        let largest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let draws: Vec<f64> = logs.iter().map(|log| libm::exp(log - largest)).collect();
        let sum: f64 = draws.iter().sum();
        draws.iter().map(|draw| draw / sum).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DRAWS: usize = 40_000;

    /// How far the draws of `gamma_ln(shape)` are from a distribution (Kolmogorov and Smirnov).
    fn distance(shape: f64, distribution: impl Fn(f64) -> f64) -> f64 {
        let mut stream = Stream::new(1, "test/gamma");
        let mut draws: Vec<f64> = (0..DRAWS).map(|_| libm::exp(stream.gamma_ln(shape))).collect();
        draws.sort_by(f64::total_cmp);
        let gap = |(rank, draw): (usize, &f64)| {
            (distribution(*draw) - (rank as f64 + 0.5) / DRAWS as f64).abs()
        };
        draws.iter().enumerate().map(gap).fold(0.0, f64::max)
    }

    #[test]
    fn gamma_is_distributed_as_the_formulas_say() {
        // Passed with probability 0.001 when they agree: 1.95 / sqrt(40,000).
        let most = 0.0098;
        let half = distance(0.5, |x| libm::erf(libm::sqrt(x)));
        let one = distance(1.0, |x| 1.0 - libm::exp(-x));
        let three = distance(3.0, |x| 1.0 - libm::exp(-x) * (1.0 + x + x * x / 2.0));
        assert!(half < most && one < most && three < most, "{half} {one} {three}");
        assert!(distance(1.1, |x| 1.0 - libm::exp(-x)) > most, "the test can tell them apart");
    }

    #[test]
    fn proportions_have_their_moments() {
        for alpha in [0.05, 0.5, 5.0] {
            let mut stream = Stream::new(1, "test/dirichlet");
            let all: Vec<f64> = (0..4000).flat_map(|_| stream.dirichlet(alpha, 8)).collect();
            let mean = all.iter().sum::<f64>() / all.len() as f64;
            let variance =
                all.iter().map(|p| (p - mean) * (p - mean)).sum::<f64>() / all.len() as f64;
            assert!((mean - 0.125).abs() < 1e-12, "{mean}");
            let expected = 0.125 * 0.875 / (8.0 * alpha + 1.0);
            assert!((variance / expected - 1.0).abs() < 0.06, "{alpha}: {variance} for {expected}");
        }
    }

    #[test]
    fn a_tiny_alpha_still_gives_proportions() {
        let proportions = Stream::new(1, "test/tiny").dirichlet(1e-4, 10);
        assert!((proportions.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{proportions:?}");
    }
}
