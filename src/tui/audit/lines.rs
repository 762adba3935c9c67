//! What the page says in lines: what is shown of how much, whether the trail is whole, and the selected record.

use super::state::{AuditTrail, Only, Walk};
use super::words::{action, outcome};
use crate::command::Id;
use crate::tui::clock::count;
use crate::tui::content::{field, heading};
use crate::tui::state::{Load, State};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::AuditReport;

/// What is shown, of how much, and whether the trail is whole.
pub fn summary(state: &State, page: &AuditTrail) -> Line {
    let glyphs = &state.look.glyphs;
    let mut line = match &page.walk {
        Walk::No if page.records.is_empty() => Line::new(),
        Walk::No => Line::of(
            format!("{} walks the whole trail", state.key_for(Id::AuditVerify)),
            Role::Dim,
        ),
        Walk::Walking => {
            let turn = glyphs.spinner[state.tick % 4];
            Line::of(format!("{turn} walking the whole trail…"), Role::Changing)
        }
        Walk::Found(report) => whole(report, glyphs.good, glyphs.bad),
        Walk::Failed(failure) => Line::of(
            format!("{} it could not be walked: {}", glyphs.warn, failure.message),
            Role::Warn,
        ),
    };
    let mut say = |text: String, role| {
        let gap = if line.spans.is_empty() { "" } else { "   " };
        line = std::mem::take(&mut line).and(format!("{gap}{text}"), role);
    };
    if page.load.has_failed() && !page.records.is_empty() {
        let text = format!("{} from before: it could not be asked again", glyphs.warn);
        say(text, Role::Warn);
    }
    match page.only {
        Only::Everything => {}
        Only::Worse => say("refused and failed only".to_owned(), Role::Match),
        Only::Changes => say("changes only".to_owned(), Role::Match),
    }
    if !page.text.is_empty() {
        say(format!("/{}", page.text), Role::Match);
    }
    if page.load == Load::Ready && (page.is_filtered() || !page.records.is_empty()) {
        say(how_many(page), Role::Faint);
    }
    line
}

fn whole(report: &AuditReport, good: &str, bad: &str) -> Line {
    let Some(finding) = &report.finding else {
        let holds = report.kept.iter().filter(|head| head.holds == Some(true)).count();
        let kept = match holds {
            0 => String::new(),
            1 => ", as it was kept in 1 place".to_owned(),
            more => format!(", as it was kept in {more} places"),
        };
        let text = format!("{good} whole: {} records{kept}", count(report.records));
        return Line::of(text, Role::Good);
    };
    Line::of(format!("{bad} {finding}"), Role::Bad)
}

fn how_many(page: &AuditTrail) -> String {
    let shown = count(page.shown.len() as u64);
    match (page.is_filtered(), page.next) {
        (false, None) => format!("all {shown}"),
        (false, Some(_)) => format!("the newest {shown}"),
        (true, None) => format!("{shown} in all"),
        (true, Some(next)) if page.rests() => {
            format!("{shown} back to record {}; down for older ones", count(next))
        }
        (true, Some(next)) => format!("{shown} back to record {}", count(next)),
    }
}

/// All that is on record of the selected one; where the walk ended badly, what it found before that.
pub fn record(state: &State, page: &AuditTrail, room: u16) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Walk::Found(report) = &page.walk
        && report.finding.is_some()
    {
        finding(state, report, &mut lines, room);
    }
    let Some(record) = page.selected() else {
        return lines;
    };
    let (_, role) = outcome(record.outcome, &state.look.glyphs);
    heading(
        &mut lines,
        &format!("Record {}: {}", count(record.sequence), action(record)),
    );
    let ended = match &record.reason {
        Some(reason) => format!("{}: {reason}", record.outcome.as_str()),
        None => record.outcome.as_str().to_owned(),
    };
    field(&mut lines, "ended", &ended, role, room);
    if let Some(subject) = &record.subject {
        field(&mut lines, "about", subject, Role::Address, room);
    }
    let who = record.app_id.as_ref().map_or("unknown", |app_id| app_id.as_str());
    field(&mut lines, "who", who, Role::Base, room);
    field(
        &mut lines,
        "when",
        &state.clock.exact(record.at),
        Role::Base,
        room,
    );
    if let Some(kid) = &record.kid {
        field(&mut lines, "key", kid.as_str(), Role::Address, room);
    }
    if let Some(jti) = &record.jti {
        field(&mut lines, "token", jti, Role::Dim, room);
    }
    field(&mut lines, "hash", &record.hash, Role::Faint, room);
    lines
}

/// Who kept an end of the trail, by the name that it has here if it has one.
fn who_kept(state: &State, kept_by: &str) -> String {
    let named = state.instances.rows.iter().find(|instance| {
        let id = instance.row.instance_id.as_ref();
        id.is_some_and(|id| id.as_str() == kept_by)
    });
    match named {
        Some(instance) => instance.row.name.to_string(),
        None if kept_by == "console" => "this console".to_owned(),
        None => kept_by.to_owned(),
    }
}

fn finding(state: &State, report: &AuditReport, lines: &mut Vec<Line>, room: u16) {
    let Some(finding) = &report.finding else {
        return;
    };
    heading(lines, "The trail is not whole");
    lines.extend(
        wrap(finding, room)
            .into_iter()
            .map(|line| Line::of(line, Role::Bad)),
    );
    for head in &report.kept {
        let holds = match head.holds {
            Some(true) => "is still there",
            Some(false) => "is not there any more",
            None => "was cleared since",
        };
        let text = format!(
            "{} kept record {} at {}: it {holds}",
            who_kept(state, &head.kept_by),
            count(head.head.sequence),
            state.clock.date_time(head.seen_at)
        );
        lines.extend(
            wrap(&text, room)
                .into_iter()
                .map(|line| Line::of(line, Role::Base)),
        );
    }
    lines.push(Line::new());
}
