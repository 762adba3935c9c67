//! How lines of the person's own shell ended that ran behind the console.

use crate::tui::message::Ended;
use crate::tui::state::{Level, State};

/// Tells it on the screen; a line, and what it complains, may hold what belongs in no file.
pub fn on_ended(state: &mut State, ended: &Ended) {
    let line = &ended.line;
    let how = ended.failed.as_ref().map_or("ended well", |(how, _)| how);
    tracing::info!("a line of the shell behind the console {how}");
    match &ended.failed {
        None => state.report_on_screen(Level::Good, format!("{line}: it ended well"), ""),
        Some((how, complaint)) => {
            let said = match complaint.is_empty() {
                true => String::new(),
                false => format!(": {complaint}"),
            };
            let remedy = "with `run` in place of `run-quietly` one sees all that it says";
            state.report_on_screen(Level::Bad, format!("{line}: it {how}{said}"), remedy);
        }
    }
}
