//! Gates over the whole of a small ring: every value of `Z_2^8` under every mask, by the code that computes in
//! `Z_2^16`, with real keys; and in `Z_2^16` itself the values and masks where bits carry, each with each.
//!
//! Gates that only add and multiply in `Z_2^32` (`input`, `reveal`, `average`, `product`) have no cases that could be
//! left out: each is one formula for all values, and random values try it. `truncate` and `rescale` are beside
//! their code.

use std::num::Wrapping;

use super::super::dealing::Dealing;
use super::super::preparing::Preparing;
use super::super::ring::{Comparable, Masked, NARROW_BITS, Narrow, Share, Wide};
use super::super::{Error, Party};
use super::arg_max::ArgMax;
use super::check::{self, TestOnline};
use super::choose::{Choose, Then};
use super::lift::Lift;
use super::max::Larger;
use super::multiply::{Multiply, ProductForm};
use super::relu_once::ReluOnce;
use super::sign::Sign;
use super::table::Table;
use super::{Keep, Max, MaxOnce, Relu, Signs};
use sotto_core::secret::Secret;
use sotto_core::seeded::Stream;

type Small = Wrapping<u8>;

/// All elements of the small ring.
fn all() -> Vec<Small> {
    (0..=u8::MAX).map(Wrapping).collect()
}

/// Where bits carry: next to every power of two.
pub(super) fn edges(bits: u32) -> Vec<u32> {
    let around = |power: u32| [-1, 0, 1].map(|off: i32| (1u32 << power).wrapping_add_signed(off));
    let mut edges: Vec<u32> = (0..bits).flat_map(around).collect();
    edges.extend([u32::MAX, u32::MAX - 1].map(|edge| edge >> (32 - bits)));
    edges.sort_unstable();
    edges.dedup();
    edges
}

fn narrow_edges() -> Vec<Narrow> {
    edges(NARROW_BITS).into_iter().map(Narrow::cut).collect()
}

/// Each with each: values, and their masks.
fn pairs<N: Comparable>(elements: &[N]) -> (Vec<N>, Vec<N>) {
    elements.iter().flat_map(|value| elements.iter().map(|mask| (*value, *mask))).unzip()
}

fn masked<N: Comparable>(values: &[N], masks: &[N]) -> Masked<N> {
    Masked(values.iter().zip(masks).map(|(value, mask)| *value + *mask).collect())
}

fn signed<N: Comparable>(value: N) -> i32 {
    (value.lift() << (32 - N::BITS)) as i32 >> (32 - N::BITS)
}

fn random<N: Comparable>(count: usize, seed: u64) -> Vec<N> {
    let mut stream = Stream::new(seed, "test/gates/exhaustive");
    (0..count).map(|_| N::cut(stream.below(u32::MAX))).collect()
}

/// Checks a gate from narrow to wide values on all pairs of a value and a mask.
#[expect(clippy::needless_pass_by_value, reason = "as for `check::run`")]
fn assert_widened<N: Comparable, G>(
    elements: &[N],
    deal: impl FnOnce(&mut Dealing, &[N]) -> Secret<Wide>,
    prepare: impl Fn(&mut Preparing<'_>, usize) -> Result<(G, Share<Wide>), Error>,
    eval: impl AsyncFn(G, &mut TestOnline<'_>, &Masked<N>, &Share<Wide>) -> Result<Masked<Wide>, Error>,
    expected: impl Fn(i32) -> i32,
) {
    let (values, masks) = pairs(elements);
    let masked = masked(&values, &masks);
    let (result, found) = check::run(
        1,
        |dealing| deal(dealing, &masks),
        |preparing| prepare(preparing, values.len()),
        async |(gate, mask), online| eval(gate, online, &masked, &mask).await,
    );
    let found = check::signed_wide(&check::unmask(found, &result));
    for ((value, mask), found) in values.iter().zip(&masks).zip(found) {
        assert_eq!(found, expected(signed(*value)), "{value:?} under {mask:?}");
    }
}

#[test]
fn relu_in_two_rounds() {
    assert_widened(&all(), Relu::deal, Relu::prepare, Relu::eval, |value| value.max(0));
    assert_widened(&narrow_edges(), Relu::deal, Relu::prepare, Relu::eval, |value| value.max(0));
}

#[test]
fn relu_in_one_round() {
    assert_widened(&all(), ReluOnce::deal, ReluOnce::prepare, ReluOnce::eval, |value| value.max(0));
    let edges = narrow_edges();
    assert_widened(&edges, ReluOnce::deal, ReluOnce::prepare, ReluOnce::eval, |value| value.max(0));
}

#[test]
fn lift() {
    assert_widened(&all(), Lift::deal, Lift::prepare, Lift::eval, |value| value);
    assert_widened(&narrow_edges(), Lift::deal, Lift::prepare, Lift::eval, |value| value);
}

fn assert_signs<N: Comparable>(elements: &[N]) {
    let (values, masks) = pairs(elements);
    let masked = masked(&values, &masks);
    let (sign_masks, signs) = check::run(
        1,
        |dealing| Sign::deal(dealing, &masks),
        |preparing| Sign::prepare(preparing, values.len()),
        async |sign, online| sign.eval(online, "sign", &masked.0).await,
    );
    assert_eq!(signs[0], signs[1]);
    let found = signs[0].clone().xor(&sign_masks);
    assert!(found.iter().eq(values.iter().map(|value| signed(*value) >= 0)));
}

#[test]
fn signs() {
    assert_signs(&all());
    assert_signs(&narrow_edges());
}

/// All differences under all masks, of candidates that are random under masks that are.
fn assert_larger<N: Comparable, G: Larger<N>>(elements: &[N]) {
    let (differences, masks) = pairs(elements);
    let [b, b_masks] = [1, 2].map(|seed| random::<N>(differences.len(), seed));
    let sum = |x: &[N], y: &[N]| -> Vec<N> { x.iter().zip(y).map(|(x, y)| *x + *y).collect() };
    let (a, a_masks) = (sum(&differences, &b), sum(&masks, &b_masks));
    let (x, y) = (masked(&a, &a_masks), masked(&b, &b_masks));
    let (result, [alice, bob]) = check::run(
        1,
        |dealing| G::deal(dealing, &a_masks, &b_masks),
        |preparing| G::prepare(preparing, a.len()),
        async |max, online| max.eval(online, 1, &x.0, &y.0).await,
    );
    assert!(alice.0.iter().zip(&bob.0).all(|(a, b)| a.lift() == b.lift()));
    for (index, (found, mask)) in alice.0.iter().zip(&result).enumerate() {
        let larger = if signed(differences[index]) >= 0 { a[index] } else { b[index] };
        let (found, expected) = ((*found - *mask).lift(), larger.lift());
        assert_eq!(found, expected, "{:?} under {:?}", differences[index], masks[index]);
    }
}

#[test]
fn maxima() {
    assert_larger::<Small, Max<Small>>(&all());
    assert_larger::<Small, MaxOnce<Small>>(&all());
    assert_larger::<Narrow, Max>(&narrow_edges());
    assert_larger::<Narrow, MaxOnce>(&narrow_edges());
}

fn assert_chooses<N: Comparable>(elements: &[N]) {
    let (differences, masks) = pairs(elements);
    let count = differences.len();
    let [b, b_masks] = [1, 2].map(|seed| random::<N>(count, seed));
    let sum = |x: &[N], y: &[N]| -> Vec<N> { x.iter().zip(y).map(|(x, y)| *x + *y).collect() };
    let (a, a_masks) = (sum(&differences, &b), sum(&masks, &b_masks));
    let (x, y) = (masked(&a, &a_masks), masked(&b, &b_masks));
    for case in 0..8u32 {
        let [bit, flip, then] = [case & 1, case >> 1 & 1, case >> 2];
        let (sign_masks, signs) =
            (vec![flip.wrapping_neg(); count], vec![(bit ^ flip).wrapping_neg(); count]);
        let then = if then == 1 { Then::Shares } else { Then::Masked };
        let (result, [alice, bob]) = check::run(
            1,
            |dealing| Choose::deal(dealing, &sign_masks, &a_masks, &b_masks, then),
            |preparing| Choose::<N>::prepare(preparing, count, then),
            async |choose, online| Ok(choose.eval(online.party, &signs, &x.0, &y.0)),
        );
        let chosen = if bit == 1 { &a } else { &b };
        let found = alice.join(&bob);
        let found = found.iter().zip(&result).map(|(found, mask)| (*found - *mask).lift());
        assert!(found.eq(chosen.iter().map(|chosen| chosen.lift())), "case {case}");
        assert!(then == Then::Masked || result.iter().all(|mask| mask.lift() == 0));
    }
}

#[test]
fn choices() {
    assert_chooses(&all());
    assert_chooses(&narrow_edges());
}

/// The class that is named for each image, and the one that should be.
fn assert_names<N: Comparable>(classes: usize, values: &[N], masks: &[N]) {
    let (images, masked) = (values.len() / classes, masked(values, masks));
    let ((), [alice, bob]) = check::run(
        1,
        |dealing| ArgMax::deal(dealing, classes, masks),
        |preparing| ArgMax::<N>::prepare(preparing, classes, images),
        async |arg_max, online| arg_max.eval(online, classes, &masked).await,
    );
    let found = alice.join(&bob);
    for (image, found) in values.chunks_exact(classes).zip(&found) {
        // By the signs of differences, as a tournament goes; of equal values the first.
        let mut round: Vec<usize> = (0..classes).collect();
        while round.len() > 1 {
            let winner = |pair: &[usize]| match *pair {
                [a, b] if signed(image[a] - image[b]) < 0 => b,
                [a, ..] => a,
                [] => 0,
            };
            round = round.chunks(2).map(winner).collect();
        }
        assert_eq!(found.lift() as usize, round[0], "{image:?}");
    }
}

#[test]
fn indices_of_the_largest() {
    // Two classes: all differences under all masks.
    let (differences, masks) = pairs(&all());
    let [b, b_masks] = [1, 2].map(|seed| random::<Small>(differences.len(), seed));
    let rows = |x: &[Small], y: &[Small]| -> Vec<Small> {
        x.iter().zip(y).flat_map(|(x, y)| [*x + *y, *y]).collect()
    };
    assert_names(2, &rows(&differences, &b), &rows(&masks, &b_masks));
    // More: every order that they can stand in, with and without equals.
    for classes in 1..=5u32 {
        let image = |number: u32| {
            (0..classes).map(move |position| number / classes.pow(position) % classes)
        };
        let values: Vec<Small> = (0..classes.pow(classes))
            .flat_map(image)
            .map(|value| Small::cut(value + 126))
            .collect();
        assert_names(classes as usize, &values, &random(values.len(), u64::from(classes)));
    }
}

#[test]
fn values_that_are_kept() {
    let edges: Vec<Wide> = edges(32).into_iter().map(Wrapping).collect();
    let pairs: Vec<(Wide, Wide)> =
        edges.iter().flat_map(|value| edges.iter().map(|mask| (*value, *mask))).collect();
    let (values, masks): (Vec<Wide>, Vec<Wide>) = pairs.into_iter().unzip();
    let masked = Masked(values.iter().zip(&masks).map(|(value, mask)| value + mask).collect());
    for (bit, flip) in [(0u32, 0u32), (0, 1), (1, 0), (1, 1)] {
        let spread = |bit: u32| vec![bit.wrapping_neg(); values.len()];
        let ((), shares) = check::run(
            1,
            |dealing| Keep::deal(dealing, &spread(flip), &masks),
            |preparing| Keep::prepare(preparing, values.len()),
            async |keep, online| {
                let mask = if online.party == Party::Alice { 5 } else { flip.wrapping_sub(5) };
                let mask = Share::new(vec![Wrapping(mask); values.len()].into());
                let signs = Signs { masked: spread(bit ^ flip).into(), mask };
                Ok(keep.eval(online.party, &signs, &masked))
            },
        );
        let expected = values.iter().map(|value| *value * Wrapping(bit));
        assert!(check::joined(shares).into_iter().eq(expected), "{bit} under {flip}");
    }
}

#[test]
fn tables() {
    for case in 0..4u32 {
        let (sign, top) = ((case & 1).wrapping_neg(), (case >> 1).wrapping_neg());
        let value = |index: usize, sign: bool, top: bool| {
            Wrapping(edges(32)[index].wrapping_mul(1 + u32::from(sign) + 2 * u32::from(top)))
        };
        let count = edges(32).len();
        let signs = vec![sign; count];
        let ((), shares) = check::run(
            1,
            |dealing| Table::deal(dealing, count, value),
            |preparing| Table::prepare(preparing, count),
            async |table, _| Ok(Share::new(table.pick(&signs, |_| top))),
        );
        let expected = edges(32).into_iter().map(|edge| Wrapping(edge.wrapping_mul(1 + case)));
        assert!(check::joined(shares).into_iter().eq(expected), "case {case}");
    }
}

#[test]
fn products_of_two() {
    let edges: Vec<Wide> =
        [0, 1, 2, 3, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, u32::MAX]
            .map(Wrapping)
            .into();
    let count = edges.len();
    let column = |position: u32| -> Vec<Wide> {
        (0..count.pow(4)).map(|case| edges[case / count.pow(position) % count]).collect()
    };
    let [a, a_mask, b, b_mask] = [0, 1, 2, 3].map(column);
    let sum = |x: &[Wide], y: &[Wide]| Masked(x.iter().zip(y).map(|(x, y)| x + y).collect());
    let (x, y) = (sum(&a, &a_mask), sum(&b, &b_mask));
    let form = ProductForm::Elements(a.len());
    let ((), shares) = check::run(
        1,
        |dealing| Multiply::deal(dealing, form, &a_mask, &b_mask),
        |preparing| Multiply::prepare(preparing, form),
        async |multiply, online| {
            // Bob holds nearly all of the masks.
            let part = |mask: &[Wide]| {
                let bobs = |mask: &Wide| *mask - Wrapping(9);
                Share::new(match online.party {
                    Party::Alice => vec![Wrapping(9); mask.len()].into(),
                    Party::Bob => mask.iter().map(bobs).collect(),
                })
            };
            Ok(multiply.eval(online.party, (&x, &part(&a_mask)), (&y, &part(&b_mask))))
        },
    );
    let expected = a.iter().zip(&b).map(|(a, b)| a * b);
    assert!(check::joined(shares).into_iter().eq(expected));
}
