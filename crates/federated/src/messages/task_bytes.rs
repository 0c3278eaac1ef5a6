//! A task on the wire.
//!
//! Token 16, try `u32`; epochs, batch, most steps `u32`, optimiser `u8`, learning rate, momentum, weight decay,
//! proximal term `f32`; augmentation 0 or 1, pens `f32`, fold `u32`; then three parts that may be absent, and the
//! weights:
//!
//! - control variates: scale `f32`, values;
//! - noise on digits: noise, clip, rate `f32`;
//! - a secure sum: minimum cohort `u32`, threshold `u32`, clip `f32`, most digits `u32`; in it, if there are virtual
//!   clients: noise `f32`, noise on answers `f32`, whether the workers add it 0 or 1, clients `u32`, rate `f32`,
//!   workers asked `u32`.

use super::{Control, SecureTask, Task, Token};
use crate::{ExampleTask, PrivateTask};
use sotto_core::wire::{Error, Reader, Writer};
use sotto_network::PARAMETERS_MAX;
use sotto_train::{Method, Recipe, SgdConfig, Variety};

impl Task {
    /// Appends the task's bytes.
    pub(super) fn write(&self, w: &mut Writer) {
        let Recipe { epochs, batch, steps_max, method, sgd, proximal } = self.recipe;
        w.raw(&self.token.0).u32(self.attempt).u32(epochs).u32(batch).u32(steps_max);
        let number = Method::ALL.iter().position(|(_, known)| *known == method);
        w.u8(number.map_or(u8::MAX, |number| number as u8));
        w.f32(sgd.learning_rate).f32(sgd.momentum).f32(sgd.weight_decay).f32(proximal);
        let Variety { augment, pens, fold } = self.variety;
        w.bool(augment).f32(pens).u32(fold);
        w.u8(u8::from(self.control.is_some()));
        if let Some(Control { scale, values }) = &self.control {
            w.f32(*scale).f32s(values);
        }
        w.u8(u8::from(self.examples.is_some()));
        if let Some(ExampleTask { noise, clip, rate }) = self.examples {
            w.f32(noise).f32(clip).f32(rate);
        }
        w.u8(u8::from(self.secure.is_some()));
        if let Some(secure) = &self.secure {
            w.u32(secure.cohort_min).u32(secure.threshold_min);
            w.f32(secure.clip).u32(secure.weight_max);
            w.u8(u8::from(secure.private.is_some()));
            if let Some(private) = &secure.private {
                let PrivateTask { noise, sigma_bits, is_distributed, clients, rate, asked } =
                    *private;
                w.f32(noise).f32(sigma_bits).u8(u8::from(is_distributed)).u32(clients);
                w.f32(rate).u32(asked);
            }
        }
        w.f32s(&self.weights);
    }

    /// Reads a task.
    pub(super) fn read(r: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self {
            token: Token(r.array("token")?),
            attempt: r.u32("attempt")?,
            recipe: Recipe {
                epochs: r.u32("epochs")?,
                batch: r.u32("batch")?,
                steps_max: r.u32("steps")?,
                method: method(r)?,
                sgd: SgdConfig {
                    learning_rate: r.f32("learning rate")?,
                    momentum: r.f32("momentum")?,
                    weight_decay: r.f32("weight decay")?,
                },
                proximal: r.f32("proximal term")?,
            },
            variety: Variety {
                augment: r.bool("augmentation")?,
                pens: r.f32("pens")?,
                fold: r.u32("fold")?,
            },
            control: given(r, "control variate", |r| {
                Ok(Control {
                    scale: r.f32("scale of control variates")?,
                    values: r.f32s("control variate", PARAMETERS_MAX)?,
                })
            })?,
            examples: given(r, "noise on digits", |r| {
                Ok(ExampleTask {
                    noise: r.f32("noise")?,
                    clip: r.f32("clip")?,
                    rate: r.f32("sampling rate")?,
                })
            })?,
            secure: given(r, "kind of sum", secure)?,
            weights: r.f32s("weights", PARAMETERS_MAX)?,
        })
    }
}

fn secure(r: &mut Reader<'_>) -> Result<SecureTask, Error> {
    Ok(SecureTask {
        cohort_min: r.u32("minimum cohort")?,
        threshold_min: r.u32("threshold")?,
        clip: r.f32("clip")?,
        weight_max: r.u32("most digits")?,
        private: given(r, "kind of noise", |r| {
            Ok(PrivateTask {
                noise: r.f32("noise")?,
                sigma_bits: r.f32("noise")?,
                is_distributed: r.bool("who adds the noise")?,
                clients: r.u32("virtual clients")?,
                rate: r.f32("sampling rate")?,
                asked: r.u32("workers asked")?,
            })
        })?,
    })
}

fn method(r: &mut Reader<'_>) -> Result<Method, Error> {
    let known = Method::ALL.get(usize::from(r.u8("optimiser")?));
    known.map(|(_, method)| *method).ok_or(Error::Invalid("optimiser"))
}

/// What follows a 1, or nothing after a 0.
fn given<T>(
    r: &mut Reader<'_>,
    what: &'static str,
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, Error>,
) -> Result<Option<T>, Error> {
    r.bool(what)?.then(|| read(r)).transpose()
}
