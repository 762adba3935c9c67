//! What came of errands.

use super::errand::{Errand, Heard, News};
use super::state::{LiveTest, Showing};
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::state::State;
use crate::workspace::Failure;

/// Something came.
pub fn on_news(state: &mut State, news: News) -> Vec<Effect> {
    let News(ticket, outcome) = news;
    let found = state.layers.iter_mut().rev().find_map(|layer| match layer {
        Layer::LiveTest(test) => Some(test),
        _ => None,
    });
    let Some(test) = found else {
        // A load that nobody looks at any more ends by itself.
        return Vec::new();
    };
    let is_ours = test.ticket == Some(ticket);
    let mut again = false;
    match outcome {
        Ok(Heard::Figures(lanes)) if is_ours => test.lanes = lanes,
        Ok(Heard::Prepared(prepared)) if is_ours => {
            test.ticket = None;
            let (target, prospects) = *prepared;
            test.chosen = prospects.own.into_iter().collect();
            test.chosen.retain(|route| {
                let known = prospects.routes.iter().find(|prospect| prospect.route == *route);
                known.is_some_and(|prospect| prospect.missing.is_none())
            });
            test.target = Some(target);
            test.prospects = Some(prospects);
        }
        Ok(Heard::Ended(report)) if is_ours => {
            test.ticket = None;
            test.showing = Showing::Finished;
            test.paused = false;
            test.note = None;
            test.lanes.clone_from(&report.lanes);
            test.report = Some(*report);
        }
        Ok(Heard::Saved(name)) => {
            test.note = Some(format!("kept as {name}"));
            again = true;
        }
        Ok(Heard::Listed(saved)) => {
            test.saved = saved;
            if is_ours {
                test.ticket = None;
            }
        }
        Ok(_) => {}
        Err(failure) => failed(test, failure, is_ours),
    }
    if !again {
        return Vec::new();
    }
    let ticket = state.take_ticket();
    vec![Effect::LiveTest(ticket, Errand::List)]
}

fn failed(test: &mut LiveTest, failure: Failure, is_ours: bool) {
    if !is_ours {
        test.note = Some(failure.message);
        return;
    }
    test.ticket = None;
    if test.showing == Showing::Running {
        test.showing = Showing::SetUp;
    }
    test.failure = Some(failure);
}
