//! One digit as others might have written it: turned, slanted, stretched, bent, with another pen.
//!
//! ```text
//! image --stroke--> another pen --affine + elastic, one bilinear resampling--> image
//! ```
//!
//! Resampling blurs, so slant and bend share one. The affine part brings the ink back to where
//! [`normalise`](super::normalise) puts it, its longer side near 20 pixels and its centre of mass
//! near the centre, because that is how MNIST is and how drawings come.
//!
//! | file | role |
//! |---|---|
//! | `canvas.rs` | an image with paper around it, and what is measured on it |
//! | `stroke.rs` | thicker and thinner strokes |
//! | `affine.rs` | turn, slant, stretch, shift |
//! | `elastic.rs` | a smooth random bend (Simard, Steinkraus and Platt 2003) |
//!
//! The stream decides everything, in a fixed order of plain `f32` arithmetic: the same image and
//! stream give the same bits on every machine.

mod affine;
mod canvas;
mod elastic;
mod stroke;

use super::{Image, PIXELS, SIDE};
use affine::Affine;
use canvas::Canvas;
use elastic::Elastic;
use sotto_core::seeded::Stream;

/// The share of the digits that stay as they are.
const UNTOUCHED: f64 = 0.4;

/// Makes variants of images; what it holds is working memory.
pub struct Augmenter {
    paper: Canvas,
    inked: Canvas,
    elastic: Elastic,
}

impl Default for Augmenter {
    fn default() -> Self {
        Self::new()
    }
}

impl Augmenter {
    /// An augmenter.
    #[must_use]
    pub fn new() -> Self {
        Self { paper: Canvas::new(), inked: Canvas::new(), elastic: Elastic::new() }
    }

    /// A variant of `image`, `[28, 28]`; `stream` decides which. A blank image stays blank.
    ///
    /// # Panics
    /// When `image` has not 784 pixels.
    pub fn vary(&mut self, image: &[u8], stream: &mut Stream) -> Image {
        let mut same = [0; PIXELS];
        same.copy_from_slice(image);
        if stream.unit() < UNTOUCHED {
            return same;
        }
        self.paper.load(&same);
        let change = stroke::draw(self.paper.stroke_width(), stream);
        stroke::change(&self.paper, change, &mut self.inked);
        let Some(affine) = Affine::draw(&self.inked, stream) else {
            return same;
        };
        self.elastic.draw(stream);
        self.resample(&affine)
    }

    /// Each pixel of the result is what lies at its position before turning and bending, between
    /// four pixels; the darkest is stretched to 255, as everywhere.
    fn resample(&self, affine: &Affine) -> Image {
        let mut values = [0f32; PIXELS];
        let mut darkest = [0f32; SIDE];
        for (y, row) in values.chunks_exact_mut(SIDE).enumerate() {
            let sources = affine.sources(y as f32, self.elastic.row(y));
            self.inked.read(&sources, row);
            for (darkest, value) in darkest.iter_mut().zip(row) {
                *darkest = darkest.max(*value);
            }
        }
        let darkest = darkest.into_iter().fold(0.0, f32::max);
        let stretch = if darkest > 0.0 { 255.0 / darkest } else { 0.0 };
        let mut image = [0; PIXELS];
        for (pixel, value) in image.iter_mut().zip(&values) {
            // Half is added before the cast cuts: rounds to the nearest.
            *pixel = (value * stretch + 0.5) as u8;
        }
        image
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synthetic;
    use proptest::prelude::*;

    fn centre(image: &[u8]) -> [f64; 2] {
        let mass: f64 = image.iter().map(|&value| f64::from(value)).sum();
        let moment = |coordinate: fn(usize) -> usize| -> f64 {
            let parts = image.iter().enumerate();
            parts.map(|(index, &value)| coordinate(index) as f64 * f64::from(value)).sum()
        };
        [moment(|index| index % SIDE) / mass, moment(|index| index / SIDE) / mass]
    }

    #[test]
    fn variants_stay_normalised() {
        let digits = synthetic::digits(200, 1).unwrap();
        let mut augmenter = Augmenter::new();
        let mut stream = Stream::new(1, "test/augment");
        let mut at_the_edge = 0;
        for index in 0..digits.len() {
            let image = augmenter.vary(digits.image(index), &mut stream);
            let [x, y] = centre(&image);
            assert!((11.5..16.5).contains(&x) && (11.5..16.5).contains(&y), "{index}: {x} {y}");
            assert_eq!(image.iter().max(), Some(&255), "{index}");
            let edge = (0..SIDE).flat_map(|i| [image[i], image[i * SIDE], image[27 * SIDE + i]]);
            at_the_edge += usize::from(edge.max() > Some(128));
        }
        // The affine part keeps ink off the edge; a strong bend may take it there.
        assert!(at_the_edge <= 2, "{at_the_edge} of 200");
    }

    #[test]
    fn no_variant_is_drawn_twice() {
        let digits = synthetic::digits(10, 1).unwrap();
        let mut augmenter = Augmenter::new();
        let mut stream = Stream::new(2, "test/augment");
        let mut variants: Vec<Image> =
            (0..50).map(|_| augmenter.vary(digits.image(3), &mut stream)).collect();
        variants.sort_unstable();
        variants.dedup();
        // All differ but those that were left as they are.
        assert!((20..45).contains(&variants.len()), "{}", variants.len());
    }

    /// The bits are part of the promise that a seed replays a run in a tab and natively: this
    /// hash may change with the transforms, never with the machine.
    #[test]
    fn a_seed_gives_the_same_bits() {
        use sha2::{Digest, Sha256};
        let digits = synthetic::digits(50, 7).unwrap();
        let hash = || {
            let mut augmenter = Augmenter::new();
            let mut stream = Stream::new(7, "test/bits");
            let mut hash = Sha256::new();
            for index in 0..digits.len() {
                hash.update(augmenter.vary(digits.image(index), &mut stream));
            }
            sotto_core::hex::encode(&hash.finalize())
        };
        assert_eq!(hash(), hash());
    }

    proptest! {
        #[test]
        fn any_image_has_variants(pixels in prop::collection::vec(any::<u8>(), PIXELS), seed: u64) {
            let mut stream = Stream::new(seed, "test/any");
            let image = Augmenter::new().vary(&pixels, &mut stream);
            prop_assert!(image.iter().any(|&value| value > 0));
        }
    }

    #[test]
    fn blank_paper_stays_blank() {
        let mut stream = Stream::new(3, "test/blank");
        for _ in 0..20 {
            assert_eq!(Augmenter::new().vary(&[0; PIXELS], &mut stream), [0; PIXELS]);
        }
    }
}
