//! How people of many countries write the digits: curved and hooked tails, bars, flags, feet,
//! open and closed forms. One file a digit.
//!
//! The strokes were drawn for this project, after what schools teach and what people make of it.
//! The families of a digit lie in an order that spreads what belongs together: the three ways
//! to end a nine's tail, say, are three apart from none. So a third of the families, every third
//! one, can be kept from training, and tell how a model reads pens that it has never seen.

mod eight;
mod five;
mod four;
mod nine;
mod one;
mod seven;
mod six;
mod three;
mod two;
mod zero;

use super::plain::Glyph;

/// One way to write a digit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Family {
    /// What sets it apart.
    pub(super) name: &'static str,
    /// Its strokes.
    pub(super) glyph: Glyph,
}

/// Short for the lists of the digits.
const fn family(name: &'static str, glyph: Glyph) -> Family {
    Family { name, glyph }
}

const ALL: [&[Family]; 10] = [
    zero::FAMILIES,
    one::FAMILIES,
    two::FAMILIES,
    three::FAMILIES,
    four::FAMILIES,
    five::FAMILIES,
    six::FAMILIES,
    seven::FAMILIES,
    eight::FAMILIES,
    nine::FAMILIES,
];

/// The families of `label`; none when it is no digit.
pub(super) fn of(label: u8) -> &'static [Family] {
    ALL.get(usize::from(label)).copied().unwrap_or_default()
}
