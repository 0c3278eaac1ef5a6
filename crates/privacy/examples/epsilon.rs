//! What training with noise gives away: an epsilon, and the noise that a wanted epsilon takes.

use sotto_privacy::accountant::Mechanism;

fn main() -> Result<(), sotto_privacy::Error> {
    // 600 steps, each on one digit in a hundred by a coin, with noise of 1.1 times the longest gradient.
    let (rate, noise, steps, delta) = (0.01, 1.1, 600, 1e-5);
    let epsilons = Mechanism::new(rate, noise, steps)?.epsilon(delta)?;
    println!("by Renyi divergences       epsilon = {:.4}", epsilons.rdp);
    println!("by privacy losses          epsilon = {:.4}", epsilons.pld);
    assert!(epsilons.best() <= epsilons.rdp);

    let wanted = 1.0;
    let noise = Mechanism::noise_for(rate, steps, wanted, delta)?;
    println!("epsilon = {wanted} takes noise of {noise:.4} times the longest gradient");
    Ok(())
}
