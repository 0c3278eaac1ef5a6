//! Why a worker cannot train.

/// Why a task cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// Training failed.
    #[error(transparent)]
    Learning(#[from] sotto_train::Error),
    /// The numbers of the noise cannot be.
    #[error(transparent)]
    Privacy(#[from] sotto_privacy::Error),
}
