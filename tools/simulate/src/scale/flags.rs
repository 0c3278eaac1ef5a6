//! Measured costs as flags, to repeat a run exactly.

use sotto_federated::sim::scale::{Costs, ServerCosts, WorkerCosts};
use sotto_network::Network;

use super::calibrate;

/// Costs that are not to be measured.
#[derive(clap::Args)]
#[command(next_help_heading = "Costs [what is not given is measured]")]
pub(super) struct CostFlags {
    /// A step of training, in milliseconds
    #[arg(long, value_name = "MS", allow_negative_numbers = true)]
    step_ms: Option<f64>,
    /// To write or read a byte of a message, in nanoseconds
    #[arg(long, value_name = "NS", allow_negative_numbers = true)]
    message_ns: Option<f64>,
    /// To add an element of a sum that comes from below
    #[arg(long, value_name = "NS", allow_negative_numbers = true)]
    add_ns: Option<f64>,
    /// The aggregator, for keys and sealed shares, a worker and neighbour, in microseconds
    #[arg(long, value_name = "US", allow_negative_numbers = true)]
    agree_us: Option<f64>,
    /// The aggregator, to unpack and add an element of a masked vector
    #[arg(long, value_name = "NS", allow_negative_numbers = true)]
    upload_ns: Option<f64>,
    /// The aggregator, to check an opened share
    #[arg(long, value_name = "US", allow_negative_numbers = true)]
    open_us: Option<f64>,
    /// The aggregator, to weigh the shares of a secret, a pair of neighbours
    #[arg(long, value_name = "NS", allow_negative_numbers = true)]
    weigh_ns: Option<f64>,
    /// The aggregator, to take an element of a mask away
    #[arg(long, value_name = "NS", allow_negative_numbers = true)]
    unmask_ns: Option<f64>,
    /// The aggregator, for the key of a mask shared with one who is gone
    #[arg(long, value_name = "US", allow_negative_numbers = true)]
    repair_us: Option<f64>,
    /// The aggregator, to list whom a phase waits for, a worker in it
    #[arg(long, value_name = "NS", allow_negative_numbers = true)]
    waiting_ns: Option<f64>,
    /// A worker, for a neighbour
    #[arg(long, value_name = "US", allow_negative_numbers = true)]
    neighbour_us: Option<f64>,
    /// A worker, to share its secrets, a pair of neighbours
    #[arg(long, value_name = "NS", allow_negative_numbers = true)]
    pair_ns: Option<f64>,
    /// A worker, for an element of a mask
    #[arg(long, value_name = "NS", allow_negative_numbers = true)]
    mask_ns: Option<f64>,
}

impl CostFlags {
    /// Whether the costs of secure sums are given, and those of all else.
    fn given(&self) -> [bool; 2] {
        let sums = [
            self.agree_us,
            self.upload_ns,
            self.open_us,
            self.weigh_ns,
            self.unmask_ns,
            self.repair_us,
            self.waiting_ns,
            self.neighbour_us,
            self.pair_ns,
            self.mask_ns,
        ];
        let others = [self.step_ms, self.message_ns, self.add_ns];
        [&sums[..], &others].map(|costs| costs.iter().all(Option::is_some))
    }

    /// What the flags say, and what is measured where they say nothing.
    pub(super) fn or_measured(&self, network: &Network, batch: u32) -> Result<Costs, String> {
        let mut measured = Costs::default();
        let [sums, others] = self.given();
        if !others {
            measured.step_ms = calibrate::step_ms(network, batch)?;
            measured.message_ns = calibrate::message_ns(network)?;
            measured.add_ns = calibrate::add_ns();
        }
        if !sums {
            (measured.server, measured.worker) = calibrate::secure_sums()?;
        }
        Ok(self.over(measured))
    }

    /// What the flags say, and what is in `costs` where they say nothing.
    pub(super) fn over(&self, costs: Costs) -> Costs {
        let Costs { step_ms, message_ns, add_ns, server, worker } = costs;
        let or = |given: Option<f64>, measured: f64| given.unwrap_or_else(|| rounded(measured));
        Costs {
            step_ms: or(self.step_ms, step_ms),
            message_ns: or(self.message_ns, message_ns),
            add_ns: or(self.add_ns, add_ns),
            server: ServerCosts {
                agree_us: or(self.agree_us, server.agree_us),
                upload_ns: or(self.upload_ns, server.upload_ns),
                open_us: or(self.open_us, server.open_us),
                weigh_ns: or(self.weigh_ns, server.weigh_ns),
                unmask_ns: or(self.unmask_ns, server.unmask_ns),
                repair_us: or(self.repair_us, server.repair_us),
                waiting_ns: or(self.waiting_ns, server.waiting_ns),
            },
            worker: WorkerCosts {
                neighbour_us: or(self.neighbour_us, worker.neighbour_us),
                pair_ns: or(self.pair_ns, worker.pair_ns),
                mask_ns: or(self.mask_ns, worker.mask_ns),
            },
        }
    }
}

/// The flags that give these costs.
pub(super) fn of(costs: &Costs) -> String {
    let Costs { step_ms, message_ns, add_ns, server, worker } = costs;
    let ServerCosts { agree_us, upload_ns, open_us, weigh_ns, unmask_ns, repair_us, waiting_ns } =
        server;
    let WorkerCosts { neighbour_us, pair_ns, mask_ns } = worker;
    format!(
        "--step-ms {step_ms} --message-ns {message_ns} --add-ns {add_ns} --agree-us {agree_us} \
         --upload-ns {upload_ns} --open-us {open_us} --weigh-ns {weigh_ns} --unmask-ns {unmask_ns} \
         --repair-us {repair_us} --waiting-ns {waiting_ns} --neighbour-us {neighbour_us} \
         --pair-ns {pair_ns} --mask-ns {mask_ns}"
    )
}

/// To three digits: more are noise, and nobody wants to copy them.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}
