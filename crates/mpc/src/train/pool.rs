//! The largest of every row, and the way back to where it came from.
//!
//! A tournament plays all pairs of a level side by side, as that of `gates/max` does. The sign that decides a pair
//! also leads the gradient back:
//!
//! ```text
//! m = b + max(a - b, 0)          d = [a - b >= 0]
//! da = d dm                      db = dm - da
//! ```
//!
//! So the gradient reaches the largest value alone, though no one-hot vector is ever made. A level takes two rounds on
//! the way forward, and one on the way back: `db` is known under a mask as soon as `da` is.

use super::engine::Engine;
use super::values::Outcome;

/// Rows of so many candidates. They stand in columns: the first candidates of all rows, then the second ones, and so
/// on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tournament {
    pub(super) rows: usize,
    pub(super) candidates: usize,
}

/// One level's share of the candidates: `pairs` are first of a pair, as many are second, and the others, who have no
/// partner, go on as they are.
struct Level {
    pairs: usize,
    all: usize,
}

impl Tournament {
    fn levels(self) -> Vec<Level> {
        let widths = std::iter::successors(Some(self.candidates), |width| Some(width.div_ceil(2)));
        let level = |width: usize| Level { pairs: width / 2 * self.rows, all: width * self.rows };
        widths.take_while(|width| *width > 1).map(level).collect()
    }

    /// The largest of every row, and the signs of all levels. Differences have to fit 16 bits.
    pub(super) async fn largest<E: Engine>(
        self,
        engine: &mut E,
        name: &str,
        mut x: E::Wide,
    ) -> Outcome<(E::Wide, Vec<E::Signs>)> {
        let mut signs = Vec::new();
        for (level, Level { pairs, all }) in self.levels().into_iter().enumerate() {
            engine.enter(&format!("{name}/{level}"));
            let a = engine.part_wide(&x, 0..pairs);
            let b = engine.part_wide(&x, pairs..2 * pairs);
            let difference = engine.narrow(&engine.add_wide(&a, -1, &b));
            let (more, signs_here) = engine.relu(&difference).await?;
            signs.push(signs_here);
            let winners = engine.add_wide(&b, 1, &more);
            x = engine.join_wide(vec![winners, engine.part_wide(&x, 2 * pairs..all)]);
        }
        Ok((x, signs))
    }

    /// From the gradient by the largest values that by all candidates.
    pub(super) async fn back<E: Engine>(
        self,
        engine: &mut E,
        name: &str,
        signs: &[E::Signs],
        mut gradient: E::Wide,
    ) -> Outcome<E::Wide> {
        for (level, Level { pairs, all }) in self.levels().into_iter().enumerate().rev() {
            engine.enter(&format!("{name}/{level}"));
            let winners = engine.part_wide(&gradient, 0..pairs);
            let kept = engine.keep(&signs[level], &winners)?;
            let a = engine.open("open", &kept).await?;
            let b = engine.add_wide(&winners, -1, &a);
            gradient =
                engine.join_wide(vec![a, b, engine.part_wide(&gradient, pairs..all - pairs)]);
        }
        Ok(gradient)
    }
}
