//! The pane with the credentials.

use super::rows::{table, without_rows};
use crate::command::Id;
use crate::model::Timestamp;
use crate::tui::clock::Clock;
use crate::tui::content::columns;
use crate::tui::state::{Pane, State};
use crate::tui::theme::Role;
use crate::tui::widgets::draw::Canvas;
use crate::tui::widgets::table::Cell;
use crate::workspace::CredentialRow;
use ratatui::layout::Rect;

pub(super) fn credentials(state: &State, canvas: &mut Canvas, area: Rect, framed: bool) {
    let list = &state.credentials;
    if list.is_empty() && !list.rows().is_empty() {
        let way = format!("{} shows all of them", state.key_for(Id::ClearFilter));
        without_rows(state, canvas, area, &list.load, ("Nothing matches", &way));
        return;
    }
    if list.is_empty() {
        let way = format!(
            "{} offers one, {} accepts a bundle",
            state.key_for(Id::Offer),
            state.key_for(Id::Accept)
        );
        let (what, way) = match list.missing.first() {
            Some(failure) => (failure.message.as_str(), state.remedy_here(&failure.remedy)),
            None => ("No credentials yet", way),
        };
        without_rows(state, canvas, area, &list.load, (what, &way));
        return;
    }
    table(
        &columns(state, Pane::Credentials),
        list.len() as u64,
        list.cursor.top,
        list.cursor.selected,
        state.focus == Pane::Credentials,
        area,
        framed,
    )
    .draw(canvas, area, |index, canvas| {
        let row = usize::try_from(index).ok().and_then(|line| list.get(line));
        row.map_or_else(Vec::new, |row| credential_cells(state, row, canvas))
    });
}

fn day(clock: &Clock, moment: Option<Timestamp>, never: &str) -> String {
    moment.map_or_else(|| never.to_owned(), |moment| clock.time(moment))
}

fn credential_cells(state: &State, row: &CredentialRow, canvas: &Canvas) -> Vec<Cell> {
    let dim = canvas.style(Role::Dim);
    let usable = row.state.is_usable();
    let (sign, role) = match (&row.attention, usable, row.verified) {
        _ if row.alarm.is_some() => (canvas.glyphs.bad, Role::Bad),
        (_, false, _) => (canvas.glyphs.bad, Role::Bad),
        (Some(_), ..) => (canvas.glyphs.warn, Role::Warn),
        (None, true, true) => (canvas.glyphs.good, Role::Good),
        (None, true, false) => (canvas.glyphs.dot, Role::Dim),
    };
    let place = state.instances.colour(&row.instance);
    let instance = place.map_or(canvas.style(Role::Base), |place| canvas.theme.instance(place));
    let standing = canvas.style(if usable { Role::Base } else { Role::Bad });
    let lease = row.expires_at.map_or_else(
        || "no end".to_owned(),
        |end| state.clock.date_time(end).chars().take(10).collect(),
    );
    vec![
        vec![(sign.to_owned(), canvas.style(role))],
        vec![(row.name.clone(), instance)],
        vec![(row.side.as_str().to_owned(), dim)],
        vec![(row.instance.clone(), instance)],
        vec![(row.state.to_string(), standing)],
        vec![(day(&state.clock, row.last_used, "never"), dim)],
        vec![(lease, dim)],
    ]
}
