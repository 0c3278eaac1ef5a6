//! Minimal filtering F(2, 5): two outputs of a five-tap filter from six inputs with six
//! products where the definition takes ten; in two dimensions 36 where it takes 100
//! (Winograd 1980; Lavin and Gray 2016, section 4).
//!
//! ```text
//! Y = A^T ((G g G^T) o (B^T d B)) A        d 6x6 inputs, g 5x5 taps, Y 2x2 outputs
//! ```
//!
//! from the Toom-Cook points 0, 1, -1, 2, -2 and infinity. Every gradient is the transpose of
//! a linear map, so it takes the same matrices: `dg = G^T (A dY A^T o B^T d B) G`, summed over
//! tiles, and `dd = B ((G g G^T) o A dY A^T) B^T`.

use super::lanes::{Float, Lanes};

/// Inputs of a tile along each side.
pub const INPUTS: usize = 6;
/// Outputs of a tile along each side.
pub const OUTPUTS: usize = 2;
/// Taps of the filter along each side.
pub const TAPS: usize = 5;
/// Products of a tile.
pub const PRODUCTS: usize = INPUTS * INPUTS;

type Square<L, const N: usize> = [[L; N]; N];

#[inline(always)]
fn times<L: Lanes>(factor: f64, lanes: L) -> L {
    L::splat(L::Number::of(factor)).mul(lanes)
}

/// A map of a line of tiles' numbers; a trait and no closure, so that it is always inlined.
trait Line<const N: usize, const M: usize> {
    fn map<L: Lanes>(line: [L; N]) -> [L; M];
}

/// A map of lines along both axes.
#[inline(always)]
fn both<P: Line<N, M>, L: Lanes, const N: usize, const M: usize>(
    square: &Square<L, N>,
) -> Square<L, M> {
    let mut rows = [[L::zero(); M]; N];
    for (mapped, row) in rows.iter_mut().zip(square) {
        *mapped = P::map(*row);
    }
    let mut result = [[L::zero(); M]; M];
    for j in 0..M {
        let mut column = [L::zero(); N];
        for (slot, row) in column.iter_mut().zip(&rows) {
            *slot = row[j];
        }
        let mapped = P::map(column);
        for (row, lanes) in result.iter_mut().zip(&mapped) {
            row[j] = *lanes;
        }
    }
    result
}

/// `B^T d B`.
#[inline(always)]
pub fn input<L: Lanes>(d: &Square<L, INPUTS>) -> Square<L, INPUTS> {
    both::<Input, L, _, _>(d)
}

struct Input;

impl Line<INPUTS, INPUTS> for Input {
    #[inline(always)]
    fn map<L: Lanes>([d0, d1, d2, d3, d4, d5]: [L; INPUTS]) -> [L; INPUTS] {
        let (even, odd) = (d4.sub(times(4.0, d2)), d3.sub(times(4.0, d1)));
        let (near, far) = (d4.sub(d2), times(2.0, d3.sub(d1)));
        [
            times(4.0, d0).sub(times(5.0, d2)).add(d4),
            even.add(odd),
            even.sub(odd),
            near.add(far),
            near.sub(far),
            times(4.0, d1).sub(times(5.0, d3)).add(d5),
        ]
    }
}

/// `B v B^T`.
#[inline(always)]
pub fn input_transposed<L: Lanes>(v: &Square<L, INPUTS>) -> Square<L, INPUTS> {
    both::<InputTransposed, L, _, _>(v)
}

struct InputTransposed;

impl Line<INPUTS, INPUTS> for InputTransposed {
    #[inline(always)]
    fn map<L: Lanes>([v0, v1, v2, v3, v4, v5]: [L; INPUTS]) -> [L; INPUTS] {
        let (sum12, sum34) = (v1.add(v2), v3.add(v4));
        let (gap12, gap34) = (v1.sub(v2), times(2.0, v3.sub(v4)));
        [
            times(4.0, v0),
            times(4.0, v5.sub(gap12)).sub(gap34),
            times(-5.0, v0).sub(times(4.0, sum12)).sub(sum34),
            gap12.add(gap34).sub(times(5.0, v5)),
            v0.add(sum12).add(sum34),
            v5,
        ]
    }
}

/// `A^T m A`.
#[inline(always)]
pub fn output<L: Lanes>(m: &Square<L, INPUTS>) -> Square<L, OUTPUTS> {
    both::<Output, L, _, _>(m)
}

struct Output;

impl Line<INPUTS, OUTPUTS> for Output {
    #[inline(always)]
    fn map<L: Lanes>([m0, m1, m2, m3, m4, m5]: [L; INPUTS]) -> [L; OUTPUTS] {
        [m0.add(m1.add(m2)).add(m3.add(m4)), m1.sub(m2).add(times(2.0, m3.sub(m4))).add(m5)]
    }
}

/// `A y A^T`.
#[inline(always)]
pub fn output_transposed<L: Lanes>(y: &Square<L, OUTPUTS>) -> Square<L, INPUTS> {
    both::<OutputTransposed, L, _, _>(y)
}

struct OutputTransposed;

impl Line<OUTPUTS, INPUTS> for OutputTransposed {
    #[inline(always)]
    fn map<L: Lanes>([y0, y1]: [L; OUTPUTS]) -> [L; INPUTS] {
        let twice = times(2.0, y1);
        [y0, y0.add(y1), y0.sub(y1), y0.add(twice), y0.sub(twice), y1]
    }
}

/// `G g G^T`.
#[inline(always)]
pub fn filter<L: Lanes>(g: &Square<L, TAPS>) -> Square<L, INPUTS> {
    both::<Filter, L, _, _>(g)
}

struct Filter;

impl Line<TAPS, INPUTS> for Filter {
    #[inline(always)]
    fn map<L: Lanes>([g0, g1, g2, g3, g4]: [L; TAPS]) -> [L; INPUTS] {
        let (even, odd) = (g0.add(g2).add(g4), g1.add(g3));
        let even2 = g0.add(times(4.0, g2)).add(times(16.0, g4));
        let odd2 = times(2.0, g1).add(times(8.0, g3));
        [
            times(1.0 / 4.0, g0),
            times(-1.0 / 6.0, even.add(odd)),
            times(-1.0 / 6.0, even.sub(odd)),
            times(1.0 / 24.0, even2.add(odd2)),
            times(1.0 / 24.0, even2.sub(odd2)),
            g4,
        ]
    }
}

/// `G^T u G`.
#[inline(always)]
pub fn filter_transposed<L: Lanes>(u: &Square<L, INPUTS>) -> Square<L, TAPS> {
    both::<FilterTransposed, L, _, _>(u)
}

struct FilterTransposed;

impl Line<INPUTS, TAPS> for FilterTransposed {
    #[inline(always)]
    fn map<L: Lanes>([u0, u1, u2, u3, u4, u5]: [L; INPUTS]) -> [L; TAPS] {
        let (sum12, gap12) = (times(-1.0 / 6.0, u1.add(u2)), times(-1.0 / 6.0, u1.sub(u2)));
        let (sum34, gap34) = (times(1.0 / 24.0, u3.add(u4)), times(1.0 / 12.0, u3.sub(u4)));
        [
            times(1.0 / 4.0, u0).add(sum12).add(sum34),
            gap12.add(gap34),
            sum12.add(times(4.0, sum34)),
            gap12.add(times(4.0, gap34)),
            sum12.add(times(16.0, sum34)).add(u5),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::lanes::{Portable, WIDTH};
    use super::super::random;
    use super::*;

    type One = Portable<f64>;

    fn square<const N: usize>(seed: u64) -> Square<One, N> {
        let values = random(N * N, seed);
        std::array::from_fn(|i| std::array::from_fn(|j| One::splat(f64::from(values[i * N + j]))))
    }

    fn number(lanes: One) -> f64 {
        let mut eight = [0.0; WIDTH];
        lanes.store(&mut eight);
        eight[0]
    }

    fn dot<const N: usize>(a: &Square<One, N>, b: &Square<One, N>) -> f64 {
        a.iter().flatten().zip(b.iter().flatten()).map(|(&a, &b)| number(a) * number(b)).sum()
    }

    #[test]
    fn filtering_is_the_definition() {
        let (d, g) = (square::<INPUTS>(1), square::<TAPS>(2));
        let (v, u) = (input(&d), filter(&g));
        let products = std::array::from_fn(|i| std::array::from_fn(|j| u[i][j].mul(v[i][j])));
        let y = output(&products);
        for i in 0..OUTPUTS {
            for j in 0..OUTPUTS {
                let mut expected = 0.0;
                for k in 0..TAPS {
                    for l in 0..TAPS {
                        expected += number(d[i + k][j + l]) * number(g[k][l]);
                    }
                }
                assert!((number(y[i][j]) - expected).abs() < 1e-12);
            }
        }
    }

    /// `<M x, y> = <x, M^T y>`.
    #[test]
    fn each_map_has_its_transpose() {
        let (six, other) = (square::<INPUTS>(3), square::<INPUTS>(4));
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} is not {b}");
        near(dot(&input(&six), &other), dot(&six, &input_transposed(&other)));
        let two = square::<OUTPUTS>(5);
        near(dot(&output(&six), &two), dot(&six, &output_transposed(&two)));
        let five = square::<TAPS>(6);
        near(dot(&filter(&five), &six), dot(&five, &filter_transposed(&six)));
    }
}
