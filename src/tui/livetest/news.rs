//! What came of errands.

use super::errand::{Errand, Heard, News};
use super::state::{LiveTest, Showing};
use crate::command::Id;
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::state::{Level, State};
use crate::workspace::{Failure, LoadReport};

/// Whether a load is under way whose figures somebody waits for.
pub fn is_running(state: &State) -> bool {
    let runs = |layer: &Layer| matches!(layer, Layer::LiveTest(test) if test.showing == Showing::Running);
    state.layers.iter().any(runs)
}

/// Says where the figures of a load are whose page was closed, so far as they were not kept by somebody.
pub fn tell_closed(state: &mut State, test: &LiveTest) {
    match &test.report {
        Some(report) if test.showing == Showing::Finished && test.kept.is_none() => tell_ended(state, report),
        _ => {}
    }
}

fn tell_ended(state: &mut State, report: &LoadReport) {
    let (level, text, remedy) = match report.log_id {
        Some(id) => (
            Level::Info,
            format!("the load is over: line {id} of the log sums it up"),
            format!("{} shows it", state.key_for(Id::ShowLog)),
        ),
        None => (
            Level::Warn,
            "the load is over, and its figures could not be written into the log".to_owned(),
            "make it again if they are wanted".to_owned(),
        ),
    };
    state.report(level, text, remedy);
}

/// Something came while the console is locked.
pub fn on_news_unseen(state: &mut State, news: News) {
    if let News(_, Ok(Heard::Ended(report))) = news {
        tell_ended(state, &report);
    }
}

/// Something came.
pub fn on_news(state: &mut State, news: News) -> Vec<Effect> {
    let News(ticket, outcome) = news;
    if matches!(outcome, Ok(Heard::Ended(_))) {
        // However long it took: whoever comes for its figures has as long as after a key before the vault is locked.
        state.idle.touched = state.clock.now();
    }
    let Some(test) = asker(state, ticket, matches!(outcome, Ok(Heard::Ended(_)))) else {
        // A load that nobody looks at any more ends by itself.
        if let Ok(Heard::Ended(report)) = outcome {
            tell_ended(state, &report);
        }
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

/// The test that waits for this ticket; else the one on top, unless what came is for the one that waits alone.
fn asker(state: &mut State, ticket: u64, alone: bool) -> Option<&mut LiveTest> {
    let waits = |layer: &Layer| matches!(layer, Layer::LiveTest(test) if test.ticket == Some(ticket));
    let is_test = |layer: &Layer| matches!(layer, Layer::LiveTest(_));
    let waiting = state.layers.iter().position(waits);
    let place = waiting.or_else(|| state.layers.iter().rposition(|layer| !alone && is_test(layer)))?;
    match &mut state.layers[place] {
        Layer::LiveTest(test) => Some(test),
        _ => None,
    }
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
