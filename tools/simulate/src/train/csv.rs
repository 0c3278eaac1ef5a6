//! The history as a table.

use std::fmt::Write as _;

use sotto_native::history::Point;

/// One line a round.
pub(super) fn table(points: &[Point]) -> String {
    let mut table =
        "round,accuracy,loss,pens,backdoor,bytes_up,bytes_down,weights_sha256\n".to_owned();
    for p in points {
        let backdoor = p.backdoor.map(|share| share.to_string()).unwrap_or_default();
        writeln!(
            table,
            "{},{},{},{},{backdoor},{},{},{}",
            p.round, p.accuracy, p.loss, p.pens, p.bytes_up, p.bytes_down, p.weights_sha256
        )
        .expect("a String takes all that is written");
    }
    table
}
