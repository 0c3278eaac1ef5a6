//! Work on all cores of the machine; one after the other in a browser, which lends a module
//! one thread.

#[cfg(not(target_arch = "wasm32"))]
pub(super) fn for_each<T: Send>(items: Vec<T>, work: impl Fn(T) + Sync + Send) {
    use rayon::iter::{IntoParallelIterator, ParallelIterator};
    items.into_par_iter().for_each(work);
}

#[cfg(target_arch = "wasm32")]
pub(super) fn for_each<T>(items: Vec<T>, work: impl Fn(T)) {
    items.into_iter().for_each(work);
}
