//! A gate as a plan has it: what each does with it who walks over a plan, from the dealer to the oracle.

use sotto_core::secret::Secret;
use sotto_core::wire::Mailbox;
use sotto_network::{Network, Weights};
use std::num::Wrapping;

use super::super::dealing::Dealing;
use super::super::model::PartyLayer;
use super::super::preparing::Preparing;
use super::super::product_layer::{Operand, ProductLayer};
use super::super::ring::{Masked, Narrow, Share, Wide};
use super::super::{Error, Role};
use super::Online;

/// What a wire carries, where each form has a type of its own.
pub(crate) enum Wire<S, W, N, L> {
    /// Shares of numbers in `Z_2^32`.
    Shares(S),
    /// Numbers in `Z_2^32` under a mask.
    Wide(W),
    /// Numbers in `Z_2^16` under a mask.
    Narrow(N),
    /// Shares of labels in `Z_2^16`.
    Label(L),
}

/// The forms by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WireFormName {
    Shares,
    Wide,
    Narrow,
    Label,
}

/// One form of a wire, as a type.
pub(crate) trait WireForm {
    const NAME: WireFormName;
    /// The type of this form.
    type Of<S, W, N, L>;

    fn onto<S, W, N, L>(carried: Self::Of<S, W, N, L>) -> Wire<S, W, N, L>;
    /// Nothing where the wire has another form.
    fn carried<S, W, N, L>(wire: Wire<S, W, N, L>) -> Option<Self::Of<S, W, N, L>>;
    fn borrowed<S, W, N, L>(wire: &Wire<S, W, N, L>) -> Option<&Self::Of<S, W, N, L>>;
}

macro_rules! form {
    ($form:ident, $type:ident, $of:ident) => {
        pub(crate) enum $form {}

        impl WireForm for $form {
            const NAME: WireFormName = WireFormName::$type;
            type Of<S, W, N, L> = $of;

            fn onto<S, W, N, L>(carried: $of) -> Wire<S, W, N, L> {
                Wire::$type(carried)
            }

            fn carried<S, W, N, L>(wire: Wire<S, W, N, L>) -> Option<$of> {
                match wire {
                    Wire::$type(carried) => Some(carried),
                    _ => None,
                }
            }

            fn borrowed<S, W, N, L>(wire: &Wire<S, W, N, L>) -> Option<&$of> {
                match wire {
                    Wire::$type(carried) => Some(carried),
                    _ => None,
                }
            }
        }
    };
}

form!(AsShares, Shares, S);
form!(AsWide, Wide, W);
form!(AsNarrow, Narrow, N);
form!(AsLabel, Label, L);

/// What the dealer knows of a wire: the masks of what is under masks.
pub(crate) type Dealt = Wire<(), Secret<Wide>, Secret<Narrow>, ()>;
pub(crate) type DealtOf<F> = <F as WireForm>::Of<(), Secret<Wide>, Secret<Narrow>, ()>;
/// What a party has of a wire before the input is known: its share of wide values' masks.
pub(crate) type MaskShare = Wire<(), Share<Wide>, (), ()>;
pub(crate) type MaskShareOf<F> = <F as WireForm>::Of<(), Share<Wide>, (), ()>;
/// What goes over a wire once the input is known.
pub(crate) type Carried = Wire<Share<Wide>, Masked<Wide>, Masked<Narrow>, Share<Narrow>>;
pub(crate) type CarriedOf<F> =
    <F as WireForm>::Of<Share<Wide>, Masked<Wide>, Masked<Narrow>, Share<Narrow>>;

/// What enters a gate.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    /// Images.
    pub(crate) images: usize,
    /// Values of one image.
    pub(crate) each: usize,
}

impl Size {
    pub(crate) fn values(self) -> usize {
        self.images * self.each
    }
}

/// The dealer at a gate.
pub(crate) struct AtDealer<'a> {
    pub(crate) dealing: &'a mut Dealing,
    pub(crate) products: &'a [ProductLayer],
    /// The masks of the weights.
    pub(crate) weights: &'a [Operand],
    pub(crate) size: Size,
    /// Is told the masks of what is truncated.
    pub(crate) truncated: &'a mut dyn FnMut(&[Wide]),
}

/// A party at a gate before the input is known.
pub(crate) struct AtPreparing<'a, 'b> {
    pub(crate) preparing: &'a mut Preparing<'b>,
    pub(crate) products: &'a [ProductLayer],
    pub(crate) layers: &'a [PartyLayer],
    pub(crate) size: Size,
}

/// A party at a gate once it is.
pub(crate) struct AtOnline<'a, 'b, M> {
    pub(crate) online: &'a mut Online<'b, M>,
    pub(crate) products: &'a [ProductLayer],
    pub(crate) layers: &'a [PartyLayer],
    pub(crate) size: Size,
}

/// The oracle at a gate: numbers in full view, in 64 bits before they are cut to their ring.
pub(crate) struct AtOracle<'a> {
    pub(crate) products: &'a [ProductLayer],
    pub(crate) operands: &'a [Operand<Wrapping<i64>>],
    pub(crate) biases: &'a [Secret<Wrapping<i64>>],
    pub(crate) size: Size,
    pub(crate) round: &'a mut dyn FnMut(&[i64], u32) -> Vec<i64>,
    /// Is told numbers before they are cut.
    pub(crate) watch: &'a mut dyn FnMut(ValueKind, &[i64]),
}

/// Numbers as they are in `Z_2^32`.
pub(crate) fn cut_wide(values: Vec<i64>) -> Vec<i64> {
    values.into_iter().map(|value| i64::from(value as i32)).collect()
}

/// What the numbers of a step are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ValueKind {
    /// They live in `Z_2^32`.
    Wide,
    /// They live in `Z_2^16`.
    Narrow,
    /// Differences of numbers that are compared; they live in `Z_2^16`.
    Difference,
}

/// Bounds at a gate: between which numbers everything on the wire is, whatever the image.
pub(crate) struct AtBounds<'a> {
    pub(crate) products: &'a [ProductLayer],
    pub(crate) network: &'a Network,
    pub(crate) weights: &'a Weights,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

impl AtBounds<'_> {
    /// The largest magnitude.
    pub(crate) fn magnitude(&self) -> f64 {
        self.high.max(-self.low)
    }
}

/// A gate of a plan.
pub(crate) trait PlanGate {
    /// What enters.
    type In: WireForm;
    /// What leaves.
    type Out: WireForm;
    /// What a party has of it before the input is known.
    type Prepared;

    /// Comparisons for one image of so many values.
    fn comparisons(&self, each: usize) -> usize;

    /// From the masks of what enters, the masks of what leaves.
    fn deal(&self, at: &mut AtDealer<'_>, masks: DealtOf<Self::In>) -> DealtOf<Self::Out>;

    /// Reads what was dealt; also gives this party's share of the masks of what leaves.
    ///
    /// # Errors
    /// When too little was dealt.
    fn prepare(
        &self,
        at: &mut AtPreparing<'_, '_>,
        mask: &MaskShareOf<Self::In>,
    ) -> Result<(Self::Prepared, MaskShareOf<Self::Out>), Error>;

    /// From what enters, what leaves; `mask` is this party's share of its masks.
    ///
    /// # Errors
    /// When the peer does not answer as it should.
    async fn eval<M: Mailbox<Role = Role>>(
        &self,
        prepared: Self::Prepared,
        at: &mut AtOnline<'_, '_, M>,
        values: CarriedOf<Self::In>,
        mask: &MaskShareOf<Self::Out>,
    ) -> Result<CarriedOf<Self::Out>, Error>;

    /// The same in the clear.
    fn clear(&self, at: &mut AtOracle<'_>, values: Vec<i64>) -> Vec<i64>;

    /// Moves the bounds; gives the largest magnitude that has to fit.
    fn bound(&self, at: &mut AtBounds<'_>) -> f64;

    /// Bits that the ring leaves for a magnitude, where one may not fit.
    fn limit_bits(&self) -> Option<u32>;
}
