//! One step of training, as all engines take it: forward, loss, backward, and SGD with momentum.
//!
//! ```text
//! y = A W + b         dW = A' G       db = sum of G's rows       dA = G W'
//! y = max(z, 0)       dz = [z >= 0] dy, by the sign that was compared on the way forward; max pools alike
//! m <- (1 - 2^-k) m + dW              W <- W - 2^-r m / batch
//! ```
//!
//! (The formulas of backward propagation; SecureML, Mohassel and Zhang 2017, section 4, trains in fixed point alike.) Weights
//! change with every step, and so do their masks: they are opened afresh. All rounding is unbiased, so that
//! steps smaller than a weight's last bit still count on average.

use super::super::gates::ProductForm;
use super::bits::{ACTIVATION_BITS, GRADIENT_BITS, WEIGHT_BITS};
use super::engine::Engine;
use super::plan::{Layer, Product, TrainingPlan};
use super::values::{Outcome, Values, rescaled};

/// What a step begins with and ends with.
pub(super) struct State<S> {
    /// Weights, then biases.
    pub(super) parameters: S,
    /// What is left of the steps before, zeros at first, where the training has momentum.
    pub(super) momentum: Option<S>,
}

/// What a step learns from.
pub(super) struct Batch<S> {
    /// Pixels, image after image.
    pub(super) images: S,
    /// Ones and zeros, a row for every image.
    pub(super) labels: S,
}

/// What the way back needs of the way forward.
enum Trace<E: Engine> {
    Product {
        patches: E::Wide,
        weights: E::Wide,
    },
    Relu(E::Signs),
    /// Of every level.
    Max(Vec<E::Signs>),
    Average,
}

/// Takes a step. With `watched`, the sum of the squared gradients of the logits is revealed: a measure of the loss.
pub(super) async fn step<E: Engine>(
    engine: &mut E,
    plan: &TrainingPlan,
    state: State<E::Shares>,
    batch: Batch<E::Shares>,
    watched: bool,
) -> Outcome<State<E::Shares>> {
    engine.enter("weights");
    let weights = engine.part(&state.parameters, 0..plan.weights());
    let weights = engine.open("open", &weights).await?;
    engine.enter("input");
    let images = engine.open("open", &batch.images).await?;

    let mut values = Values::Wide(images, ACTIVATION_BITS);
    let mut traces = Vec::with_capacity(plan.layers.len());
    for layer in &plan.layers {
        let (next, trace) = forward(engine, layer, values, &weights, &state.parameters).await?;
        values = next;
        traces.push(trace);
    }
    let gradient =
        plan.training.loss.gradient(engine, &plan.softmax, values, &batch.labels).await?;
    if watched {
        watch(engine, plan, &gradient).await?;
    }

    let mut values = Values::Shares(gradient, GRADIENT_BITS);
    let (mut matrices, mut biases) = (Vec::new(), Vec::new());
    for (layer, trace) in plan.layers.iter().zip(traces).rev() {
        values = match (layer, trace) {
            (Layer::Product(product), Trace::Product { patches, weights }) => {
                engine.enter(&format!("{}/back", product.name));
                let gradient = values.wide_at(engine, GRADIENT_BITS).await?;
                let (matrix, bias) = of_weights(engine, product, &patches, &gradient)?;
                matrices.push(matrix);
                biases.push(bias);
                let Some(back) = &product.back else { break };
                let patches = of_patches(engine, product, &gradient, &weights)?;
                Values::Shares(engine.map(&patches, back), GRADIENT_BITS + WEIGHT_BITS)
            }
            (Layer::Relu { name }, Trace::Relu(signs)) => {
                engine.enter(&format!("{name}/back"));
                let gradient = values.wide_at(engine, GRADIENT_BITS).await?;
                Values::Shares(engine.keep(&signs, &gradient)?, GRADIENT_BITS)
            }
            (Layer::Max(pool), Trace::Max(signs)) => {
                let name = format!("{}/back", pool.name);
                engine.enter(&name);
                let gradient = values.wide_at(engine, GRADIENT_BITS).await?;
                let gradient = pool.tournament.back(engine, &name, &signs, gradient).await?;
                Values::Wide(engine.map_wide(&gradient, &pool.back), GRADIENT_BITS)
            }
            (Layer::Average { back, bits, .. }, _) => values.mapped(engine, back, *bits),
            _ => unreachable!("a trace is of its layer"),
        };
    }
    let parts = matrices.into_iter().rev().chain(biases.into_iter().rev());
    let gradient = engine.join(parts.collect());
    descend(engine, plan, state, &gradient).await
}

async fn forward<E: Engine>(
    engine: &mut E,
    layer: &Layer,
    values: Values<E>,
    weights: &E::Wide,
    parameters: &E::Shares,
) -> Outcome<(Values<E>, Trace<E>)> {
    match layer {
        Layer::Product(product) => {
            engine.enter(&product.name);
            let Product { rows, inner, columns, .. } = **product;
            let values = values.wide_at(engine, ACTIVATION_BITS).await?;
            let patches = engine.map_wide(&values, &product.patches);
            let weights = engine.part_wide(weights, product.weights.clone());
            let outputs = engine.multiply(
                ProductForm::Matrix { rows, inner, columns },
                &patches,
                &weights,
            )?;
            let bias = engine.part(parameters, product.biases.clone());
            let bias = engine.map(&bias, &product.bias_rows);
            let outputs = engine.add(&outputs, 1 << ACTIVATION_BITS, &bias);
            Ok((
                Values::Shares(outputs, ACTIVATION_BITS + WEIGHT_BITS),
                Trace::Product { patches, weights },
            ))
        }
        Layer::Relu { name } => {
            engine.enter(name);
            let narrow = values.narrow_at(engine, ACTIVATION_BITS).await?;
            let (wide, signs) = engine.relu(&narrow).await?;
            Ok((Values::Wide(wide, ACTIVATION_BITS), Trace::Relu(signs)))
        }
        Layer::Max(pool) => {
            engine.enter(&pool.name);
            let values = values.wide_at(engine, ACTIVATION_BITS).await?;
            let candidates = engine.map_wide(&values, &pool.candidates);
            let (largest, signs) = pool.tournament.largest(engine, &pool.name, candidates).await?;
            Ok((Values::Wide(largest, ACTIVATION_BITS), Trace::Max(signs)))
        }
        Layer::Average { sums, bits, .. } => {
            Ok((values.mapped(engine, sums, *bits), Trace::Average))
        }
    }
}

/// `dW = A' G` and `db`, with as many bits behind the point.
fn of_weights<E: Engine>(
    engine: &mut E,
    product: &Product,
    patches: &E::Wide,
    gradient: &E::Wide,
) -> Outcome<(E::Shares, E::Shares)> {
    let Product { rows, inner, columns, .. } = *product;
    let transposed = engine.map_wide(patches, &product.patches_transposed);
    let matrix = engine.multiply(
        ProductForm::Matrix { rows: inner, inner: rows, columns },
        &transposed,
        gradient,
    )?;
    let bias = engine.map(&engine.shares(gradient), &product.row_sums);
    Ok((matrix, engine.affine(1 << ACTIVATION_BITS, &bias, 0)))
}

/// `dA = G W'`.
fn of_patches<E: Engine>(
    engine: &mut E,
    product: &Product,
    gradient: &E::Wide,
    weights: &E::Wide,
) -> Outcome<E::Shares> {
    let Product { rows, inner, columns, .. } = *product;
    let transposed = engine.map_wide(weights, &product.weights_transposed);
    engine.multiply(
        ProductForm::Matrix { rows, inner: columns, columns: inner },
        gradient,
        &transposed,
    )
}

/// `m <- m_before + g`, `W <- W - m 2^-s`, and `m - m 2^-k` for the next step: one opening for both shifts.
async fn descend<E: Engine>(
    engine: &mut E,
    plan: &TrainingPlan,
    state: State<E::Shares>,
    gradient: &E::Shares,
) -> Outcome<State<E::Shares>> {
    engine.enter("update");
    let State { parameters, momentum } = state;
    let moved = match &momentum {
        Some(before) => engine.add(before, 1, gradient),
        None => engine.affine(1, gradient, 0),
    };
    let shifts: Vec<u32> =
        std::iter::once(plan.step_shift()).chain(plan.training.momentum).collect();
    let mut shifted = engine.rescale("rescale", &moved, &shifts).await?.into_iter();
    let step = shifted.next().expect("there is a result for every shift");
    let parameters = engine.add(&parameters, -1, &step);
    let momentum = shifted.next().map(|lost| engine.add(&moved, -1, &lost));
    Ok(State { parameters, momentum })
}

/// Reveals `sum (p - t)^2` of the batch, with [`GRADIENT_BITS`] behind the point.
async fn watch<E: Engine>(
    engine: &mut E,
    plan: &TrainingPlan,
    gradient: &E::Shares,
) -> Outcome<()> {
    engine.enter("watch");
    let count = plan.batch() * plan.outputs();
    let errors = engine.open("open", gradient).await?;
    let squares = engine.multiply(ProductForm::Elements(count), &errors, &errors)?;
    let squares = rescaled(engine, "rescale", &squares, GRADIENT_BITS).await?;
    let sum = engine.map(&squares, &plan.total);
    engine.reveal("loss", &sum).await
}
