//! Notices when a role waits in vain.

use std::time::Duration;

use super::environment::sleep;
use crate::mpc::{Error, Role, Waiting};

/// How often it looks.
const LOOK: Duration = Duration::from_millis(500);
/// Looks at the same step after which the other role counts as silent.
const PATIENCE: u32 = 6;
/// The same for the dealer, who may have a batch to deal.
const PATIENCE_WITH_DEALER: u32 = 40;

/// Ends when a role has waited too long for the same message, and says whose.
pub(super) async fn silence(waiting: Waiting) -> Error {
    let (mut last, mut looks) = (None, 0);
    loop {
        sleep(LOOK).await;
        let now = waiting.borrow().clone();
        looks = if now.is_some() && now == last { looks + 1 } else { 0 };
        if let Some((role, step)) = &now {
            let patience = if *role == Role::Dealer { PATIENCE_WITH_DEALER } else { PATIENCE };
            if looks >= patience {
                return Error::Silent { role: *role, step: step.clone() };
            }
        }
        last = now;
    }
}
