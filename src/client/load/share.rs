//! Who took the time of one traced exchange. Pure.

use crate::protocol::{Hop, PhaseName};

/// Divides the time of an exchange, hop inside hop, between the parties and the ways between them: what a party
/// waited for the next one is the next one's time and, what is left of it, the network's.
pub fn shares_of(hop: &Hop, name: &dyn Fn(&str) -> String) -> Vec<(String, u64)> {
    let mut shares = Vec::new();
    let mut rest = vec![hop];
    while let Some(hop) = rest.pop() {
        let inner: u64 = hop.onward().map(length).sum();
        let waited: u64 = hop
            .phases
            .iter()
            .filter(|phase| phase.name == PhaseName::Wait)
            .map(|phase| phase.duration_us)
            .sum();
        let connected: u64 = hop
            .phases
            .iter()
            .filter(|phase| matches!(phase.name, PhaseName::Connect | PhaseName::Tls | PhaseName::Send))
            .map(|phase| phase.duration_us)
            .sum();
        let whole = length(hop);
        if waited > 0 {
            let own = whole.saturating_sub(waited + connected);
            shares.push((name(&hop.instance), own));
            shares.push(("network".to_owned(), waited.saturating_sub(inner) + connected));
        } else {
            shares.push((name(&hop.instance), whole.saturating_sub(inner)));
        }
        rest.extend(hop.onward());
    }
    shares
}

/// From the beginning of the first phase to the end of the last.
fn length(hop: &Hop) -> u64 {
    let ends = hop.phases.iter().map(|phase| phase.start_us + phase.duration_us);
    ends.max().unwrap_or(0)
}
