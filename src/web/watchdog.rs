//! Notices when a role waits in vain.
//!
//! A party waits three seconds. The client waits longer, so that a party that waits itself names the one to blame.

use std::time::Duration;

use super::environment::sleep;
use sotto_mpc::{Error, Waiting};

/// How often it looks.
const LOOK: Duration = Duration::from_millis(500);
/// Looks at the same step after which the other role counts as silent, for a party.
pub(super) const LOOKS_MAX: u32 = 6;
/// The same for the client: a party that waits itself shall name the one who is to blame.
pub(super) const LOOKS_OF_CLIENT_MAX: u32 = 9;

/// Ends when a role has waited too long for the same message, and says whose.
pub(super) async fn silence(waiting: Waiting, looks_max: u32) -> Error {
    let (mut last, mut looks) = (None, 0);
    loop {
        sleep(LOOK).await;
        let now = waiting.borrow().clone();
        looks = if now.is_some() && now == last { looks + 1 } else { 0 };
        if let Some(wait) = now.as_ref().filter(|_| looks >= looks_max) {
            return Error::Silent { role: wait.role, step: wait.step.clone() };
        }
        last = now;
    }
}
