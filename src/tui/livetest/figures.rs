//! What can be done with figures, be they of a run that goes on, of one that is over, or of one that was kept.

use super::state::LiveTest;
use crate::command::{Key, KeyCode};
use crate::tui::clock::duration;
use crate::workspace::LoadReport;
use std::fmt::Write;

/// A key that means the same whether it still runs or not.
pub(super) fn common(test: &mut LiveTest, key: Key) {
    match key.code {
        KeyCode::Tab | KeyCode::Right | KeyCode::Char('l') => {
            test.lane = (test.lane + 1) % test.lanes.len().max(1)
        }
        KeyCode::Char('c') => {
            if test.saved.is_empty() {
                test.note = Some("no run is kept yet: w keeps this one when it is over".to_owned());
            }
            let next = test.before.map_or(0, |index| index + 1);
            test.before = (next < test.saved.len()).then_some(next);
        }
        _ => {}
    }
}

/// The figures as text.
pub(super) fn figures(test: &LiveTest) -> String {
    let mut text = String::new();
    let lanes = test
        .report
        .as_ref()
        .map_or(&test.lanes, |LoadReport { lanes, .. }| lanes);
    for (label, figures) in lanes {
        let at = |share| duration(figures.latency.percentile(share));
        let _ = writeln!(
            text,
            "{label}: {} calls, {:.1}/s, p50 {}, p90 {}, p99 {}, p99.9 {}, max {}, {} errors",
            figures.requests,
            figures.rate(),
            at(0.5),
            at(0.9),
            at(0.99),
            at(0.999),
            duration(figures.latency.max()),
            figures.failed()
        );
    }
    text
}
