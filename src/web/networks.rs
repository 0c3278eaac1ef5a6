//! The networks that the page's models have.

use sotto_digits::{CLASSES, PIXELS};
use sotto_mpc::Catalogue;
use sotto_network::preset;

/// The presets, for the roles of a session on shares.
pub(super) fn presets() -> Catalogue {
    Catalogue::new(PIXELS, CLASSES, |name| Some(preset(name)?.network))
}
