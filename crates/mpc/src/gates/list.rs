//! All gates that a plan can have, a line each.

use sotto_core::wire::Mailbox;

use super::super::{Error, Role};
use super::plan_gate::{
    AtBounds, AtDealer, AtOnline, AtOracle, AtPreparing, Carried, Dealt, MaskShare, PlanGate,
    WireForm, WireFormName,
};
use super::{arg_max, average, lift, max, max_once, max_pool, product, relu, relu_once, truncate};

/// A plan checks it where it is made.
const FITS: &str = "a plan's gates take what the gates before them leave";

macro_rules! gates {
    ($($name:ident($gate:ty),)*) => {
        /// A gate of a plan.
        #[derive(Debug, Clone)]
        pub(crate) enum Gate {
            $($name($gate)),*
        }

        /// A gate that a party is prepared for.
        pub(crate) enum Prepared {
            $($name($gate, <$gate as PlanGate>::Prepared)),*
        }

        impl Gate {
            /// What enters, and what leaves.
            pub(crate) fn forms(&self) -> [WireFormName; 2] {
                match self {
                    $(Self::$name(_) => [
                        <$gate as PlanGate>::In::NAME,
                        <$gate as PlanGate>::Out::NAME,
                    ]),*
                }
            }

            pub(crate) fn comparisons(&self, each: usize) -> usize {
                match self {
                    $(Self::$name(gate) => gate.comparisons(each)),*
                }
            }

            pub(crate) fn deal(&self, at: &mut AtDealer<'_>, masks: Dealt) -> Dealt {
                match self {
                    $(Self::$name(gate) => {
                        let masks = <$gate as PlanGate>::In::carried(masks).expect(FITS);
                        <$gate as PlanGate>::Out::onto(gate.deal(at, masks))
                    }),*
                }
            }

            pub(crate) fn prepare(
                &self,
                at: &mut AtPreparing<'_, '_>,
                mask: &MaskShare,
            ) -> Result<(Prepared, MaskShare), Error> {
                match self {
                    $(Self::$name(gate) => {
                        let mask = <$gate as PlanGate>::In::borrowed(mask).expect(FITS);
                        let (prepared, mask) = gate.prepare(at, mask)?;
                        let prepared = Prepared::$name(gate.clone(), prepared);
                        Ok((prepared, <$gate as PlanGate>::Out::onto(mask)))
                    }),*
                }
            }

            pub(crate) fn clear(&self, at: &mut AtOracle<'_>, values: Vec<i64>) -> Vec<i64> {
                match self {
                    $(Self::$name(gate) => gate.clear(at, values)),*
                }
            }

            pub(crate) fn bound(&self, at: &mut AtBounds<'_>) -> f64 {
                match self {
                    $(Self::$name(gate) => gate.bound(at)),*
                }
            }

            pub(crate) fn limit_bits(&self) -> Option<u32> {
                match self {
                    $(Self::$name(gate) => gate.limit_bits()),*
                }
            }
        }

        $(impl From<$gate> for Gate {
            fn from(gate: $gate) -> Self {
                Self::$name(gate)
            }
        })*

        impl Prepared {
            pub(crate) async fn eval<M: Mailbox<Role = Role>>(
                self,
                at: &mut AtOnline<'_, '_, M>,
                values: Carried,
                mask: &MaskShare,
            ) -> Result<Carried, Error> {
                match self {
                    $(Self::$name(gate, prepared) => {
                        let values = <$gate as PlanGate>::In::carried(values).expect(FITS);
                        let mask = <$gate as PlanGate>::Out::borrowed(mask).expect(FITS);
                        let left = gate.eval(prepared, at, values, mask).await?;
                        Ok(<$gate as PlanGate>::Out::onto(left))
                    }),*
                }
            }
        }
    };
}

gates! {
    Product(product::OfPlan),
    SumShares(average::OfShares),
    SumMasked(average::OfMasked),
    Truncate(truncate::Opened),
    Narrow(truncate::Local),
    Lift(lift::OfPlan),
    Relu(relu::OfPlan),
    ReluOnce(relu_once::OfPlan),
    MaxPool(max_pool::OfPlan<max::Max>),
    MaxPoolOnce(max_pool::OfPlan<max_once::MaxOnce>),
    ArgMax(arg_max::OfPlan),
}
