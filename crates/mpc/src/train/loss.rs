//! Losses: from the logits' shares and one-hot labels, the gradient of each image's loss by its logits.

use super::super::gates::ProductForm;
use super::bits::GRADIENT_BITS;
use super::engine::{Engine, Linear};
use super::pool::Tournament;
use super::values::{Outcome, Values, rescaled};

/// What training makes small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// `1/2 sum (z - t)^2`, whose gradient is `z - t`.
    Squares,
    /// Cross-entropy of a softmax, whose gradient is `p - t`. The softmax is approximated: by repeated squaring, and Newton's iteration for the reciprocal.
    CrossEntropy,
}

/// Bits behind the point of the softmax.
const SOFTMAX_BITS: u32 = 13;
/// `exp(x)` is `(1 + x / 2^n)^(2^n)` with this `n`.
const SQUARINGS: u32 = 5;
const ONE: i32 = 1 << SOFTMAX_BITS;
/// Bits behind the point of the logits that a softmax is taken of: `x 2^13 / 2^5` is then `x` itself.
const LOGIT_BITS: u32 = SOFTMAX_BITS - SQUARINGS;
/// Iterations for the reciprocal. Each squares the error, so that of ten classes falls from 0.503 to 0.000017.
const ITERATIONS: u32 = 4;

impl Loss {
    /// Its name in settings and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Squares => "squares",
            Self::CrossEntropy => "entropy",
        }
    }

    /// The loss of this name.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::Squares, Self::CrossEntropy].into_iter().find(|loss| loss.name() == name)
    }

    /// The gradient, with [`GRADIENT_BITS`] behind the point.
    pub(super) async fn gradient<E: Engine>(
        self,
        engine: &mut E,
        softmax: &Softmax,
        logits: Values<E>,
        labels: &E::Shares,
    ) -> Outcome<E::Shares> {
        engine.enter("loss");
        let outputs = match self {
            Self::Squares => logits.shares_at(engine, GRADIENT_BITS).await?,
            Self::CrossEntropy => {
                let logits = logits.wide_at(engine, LOGIT_BITS).await?;
                softmax.of(engine, &logits).await?
            }
        };
        Ok(engine.add(&outputs, -(1 << GRADIENT_BITS), labels))
    }
}

/// `p = e / sum(e)` of every row, with `e = (1 + (z - max z) / 2^n)^(2^n)`, never negative: repeated squaring, and
/// Newton's iteration `y <- y (2 - s y)` for the reciprocal (Knott et al. 2021, "CrypTen", appendix C, approximate
/// both so). The largest logit's `e` is 1, so nothing overflows; a logit more than 32 below it gets zero.
#[derive(Debug, Clone)]
pub(super) struct Softmax {
    rows: usize,
    classes: usize,
    /// The rows as columns.
    transposed: Linear,
    /// A number of each row, at all its classes.
    spread: Linear,
    /// The sum of each row.
    sums: Linear,
}

impl Softmax {
    pub(super) fn new(rows: usize, classes: usize) -> Self {
        let transposed = Linear::transpose(rows, classes);
        let spread = Linear::spread(rows, classes);
        Self { rows, classes, transposed, sums: spread.back(rows), spread }
    }

    async fn of<E: Engine>(&self, engine: &mut E, logits: &E::Wide) -> Outcome<E::Shares> {
        let Self { rows, classes, .. } = *self;
        let columns = engine.map_wide(logits, &self.transposed);
        let tournament = Tournament { rows, candidates: classes };
        let (largest, _) = tournament.largest(engine, "loss/max", columns).await?;
        let below = engine.add_wide(logits, -1, &engine.map_wide(&largest, &self.spread));

        engine.enter("loss/exp");
        let raised = engine.narrow(&engine.plus_wide(&below, ONE));
        let (mut power, _) = engine.relu(&raised).await?;
        let all = ProductForm::Elements(rows * classes);
        for squaring in 0..SQUARINGS {
            let square = engine.multiply(all, &power, &power)?;
            let step = format!("{squaring}/square");
            let square = rescaled(engine, &step, &square, SOFTMAX_BITS).await?;
            power = engine.open(&format!("{squaring}/open"), &square).await?;
        }

        engine.enter("loss/share");
        let sums = engine.map_wide(&power, &self.sums);
        let reciprocal = reciprocal(engine, rows, classes, &sums).await?;
        let reciprocal = engine.open("open", &reciprocal).await?;
        let share = engine.multiply(all, &power, &engine.map_wide(&reciprocal, &self.spread))?;
        rescaled(engine, "softmax", &share, 2 * SOFTMAX_BITS - GRADIENT_BITS).await
    }
}

/// `1 / s`, for sums in `[1, n]` of `n` classes. Newton's iteration begins with the line `y = 8 (n + 1 - s) / (2 (n + 1)^2
/// - (n - 1)^2)`: it makes the largest `|1 - s y|` least, as `1 - s y` is then Chebyshev's polynomial of degree two. Where
/// an image is sure, `s` is near 1; if `p` fell short of 1 there, its logits would grow without end.
async fn reciprocal<E: Engine>(
    engine: &mut E,
    rows: usize,
    classes: usize,
    sums: &E::Wide,
) -> Outcome<E::Shares> {
    let (unit, classes) = (f64::from(ONE), classes as f64);
    let slope = 8.0 / (2.0 * (classes + 1.0).powi(2) - (classes - 1.0).powi(2));
    let constant = slope * (classes + 1.0) * unit * unit;
    let line = engine.affine(-((slope * unit) as i32), &engine.shares(sums), constant as i32);
    let mut y = rescaled(engine, "line", &line, SOFTMAX_BITS).await?;
    for iteration in 0..ITERATIONS {
        let here = engine.open(&format!("{iteration}/open"), &y).await?;
        let product = engine.multiply(ProductForm::Elements(rows), sums, &here)?;
        let product =
            rescaled(engine, &format!("{iteration}/product"), &product, SOFTMAX_BITS).await?;
        let error = engine
            .open(&format!("{iteration}/error"), &engine.affine(-1, &product, 2 * ONE))
            .await?;
        let next = engine.multiply(ProductForm::Elements(rows), &here, &error)?;
        y = rescaled(engine, &format!("{iteration}/reciprocal"), &next, SOFTMAX_BITS).await?;
    }
    Ok(y)
}
