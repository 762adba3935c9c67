//! What stands on the screen while something is asked: lists, fields, and the review of what was answered.

use super::rows::{LABELS, Row, Sheet, Space, spinner};
use crate::command::Id;
use crate::handshake::guide::{Source, Step};
use crate::model::{Delivery, Side, Timestamp};
use crate::tui::state::State;
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use crate::tui::wizard::prose;
use crate::tui::wizard::state::Wizard;

pub fn list(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16, space: Space) {
    let list = &wizard.list;
    let glyphs = &state.look.glyphs;
    if list.finds {
        sheet.rows.push(Row::Search);
        sheet.gap();
    }
    let found = list.found();
    for (index, item) in found.iter().enumerate() {
        let selected = Some(index) == list.selected;
        let first = sheet.rows.len();
        let lead = if list.many {
            if list.is_picked(&item.key) {
                format!("[{}] ", glyphs.good)
            } else {
                "[ ] ".to_owned()
            }
        } else {
            format!("{}  ", index + 1)
        };
        let title = if selected { Role::Strong } else { Role::Base };
        let mut line = Line::of(format!(" {lead}"), Role::Key).and(item.title.clone(), title);
        if !item.mark.is_empty() {
            line = line.and(format!("  {}", item.mark), mark_role(&item.mark));
        }
        if list.many {
            line = line.and(format!("  {}", item.doc), Role::Dim);
            sheet.rows.push(Row::Item(line, index, selected));
        } else {
            sheet.rows.push(Row::Item(line, index, selected));
            let parts = match space {
                Space::Tight | Space::Bare => Vec::new(),
                _ => wrap(&item.doc, room.saturating_sub(5)),
            };
            for part in parts {
                let line = Line::of(format!("    {part}"), Role::Dim);
                sheet.rows.push(Row::Item(line, index, selected));
            }
        }
        if selected {
            sheet.focus = Some((first, sheet.rows.len() - 1));
        }
        if !list.many && space == Space::Tall {
            sheet.gap();
        }
    }
    if list.loading {
        sheet.line(
            format!("{} fetching what there is…", spinner(state)),
            Role::Changing,
        );
    } else if found.is_empty() {
        let text = match wizard.step() {
            Step::Instance => format!(
                "There is no instance of yours in this home. Leave with Esc, press {} and {} to host one.",
                state.key_for(Id::ShowInstances),
                state.key_for(Id::InitInstance)
            ),
            _ if list.filter.value().is_empty() => {
                "There is nothing to pick from yet. Esc goes back.".to_owned()
            }
            _ => "Nothing like that was found.".to_owned(),
        };
        sheet.prose(&text, Role::Dim, room);
    }
    if let Some(total) = list.total.filter(|total| *total > list.items.len() as u64) {
        sheet.gap();
        sheet.line(
            format!(
                "{} of {} are here; type to find the others",
                list.items.len(),
                crate::tui::clock::count(total)
            ),
            Role::Dim,
        );
    }
    if list.many && !list.picked.is_empty() {
        sheet.gap();
        sheet.line(
            format!("{} {} picked", glyphs.good, list.picked.len()),
            Role::Good,
        );
    }
}

fn mark_role(mark: &str) -> Role {
    match mark {
        "best" | "least" | "safer" | "up" | "active" => Role::Good,
        "weakest" | "changes" => Role::Warn,
        _ => Role::Faint,
    }
}

pub fn fields(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16, space: Space) {
    let answers = &wizard.course.answers;
    let pasted = match (wizard.step(), &answers.bundle) {
        (Step::Bundle, Some(Source::Text(text))) => Some(text.len()),
        (Step::Request, _) if !answers.request.is_empty() => Some(answers.request.len()),
        _ => None,
    };
    if let Some(bytes) = pasted {
        let glyph = state.look.glyphs.good;
        let text = format!(
            "{glyph} {} bytes of text are here; paste again to replace them",
            bytes
        );
        sheet.line(text, Role::Good);
        sheet.gap();
    }
    // A failure is to be seen beside the fields; what the bundle says was read by then.
    if let (Step::Keep, Some(says), None) = (wizard.step(), &wizard.says, &wizard.failure) {
        said(state, says, sheet, room);
    }
    for index in 0..wizard.fields().len() {
        let first = sheet.rows.len();
        sheet.rows.push(Row::Field(index));
        hint(wizard, index, sheet, room, space);
        if index == wizard.at {
            sheet.focus = Some((first, sheet.rows.len() - 1));
        }
    }
    if let (Step::Who, Some(other)) = (wizard.step(), look_alike(state, wizard)) {
        sheet.gap();
        let text = format!(
            "This is easily taken for {other}, which has a credential already. Another name is safer."
        );
        sheet.led(
            &format!("{} ", state.look.glyphs.warn),
            Role::Warn,
            &text,
            Role::Warn,
            room,
        );
    }
}

/// What stands under a field: what is wrong with it, or what it is for.
fn hint(wizard: &Wizard, index: usize, sheet: &mut Sheet, room: u16, space: Space) {
    let here = index == wizard.at;
    if !here && space != Space::Tall {
        return;
    }
    let Some(field) = wizard.fields().get(index) else {
        return;
    };
    let (text, role) = match &field.error {
        Some(error) if field.touched => (error.as_str(), Role::Bad),
        // While one types, a mistake is more of a hint.
        Some(error) if !field.value().is_empty() => (error.as_str(), Role::Warn),
        _ if here => (field.hint.as_str(), Role::Dim),
        _ => return sheet.gap(),
    };
    let indent = usize::from(LABELS) + 1;
    sheet.led(&" ".repeat(indent), role, text, role, room);
}

/// What the bundle says, before anything of it is kept.
fn said(state: &State, says: &serde_json::Value, sheet: &mut Sheet, room: u16) {
    let text = |pointer: &str| says.pointer(pointer).and_then(|value| value.as_str());
    let rows = [
        ("from", text("/instance/name").map(ToOwned::to_owned)),
        ("instance", text("/instance/id").map(ToOwned::to_owned)),
        ("answers at", text("/endpoint").map(ToOwned::to_owned)),
        ("called as", text("/credentials/0/app_id").map(ToOwned::to_owned)),
        (
            "good until",
            text("/expires_at")
                .and_then(Timestamp::parse)
                .map(|at| state.clock.date_time(at)),
        ),
    ];
    for (label, value) in rows {
        let Some(value) = value else { continue };
        sheet.led(&format!("{label:<12}"), Role::Dim, &value, Role::Strong, room);
    }
    sheet.gap();
}

/// Another app_id that looks like the one that is typed.
fn look_alike(state: &State, wizard: &Wizard) -> Option<String> {
    let typed = wizard.typed(Step::Who, "app_id");
    let shape = shape(typed);
    state
        .credentials
        .rows()
        .iter()
        .filter(|row| row.side == Side::Issued && row.app_id.as_str() != typed)
        .find(|row| self::shape(row.app_id.as_str()) == shape)
        .map(|row| row.app_id.to_string())
}

/// What a name looks like at a glance.
fn shape(name: &str) -> String {
    let glance = |character: char| match character.to_ascii_lowercase() {
        'o' => Some('0'),
        'i' | 'l' => Some('1'),
        's' => Some('5'),
        '_' | '.' | '-' => None,
        other => Some(other),
    };
    name.chars().filter_map(glance).collect()
}

pub fn review(state: &State, wizard: &Wizard, sheet: &mut Sheet, room: u16) {
    for line in prose::shared(state, wizard) {
        sheet.led(
            &format!("{} ", state.look.glyphs.dot),
            Role::Accent,
            &line,
            Role::Base,
            room,
        );
    }
    let answers = &wizard.course.answers;
    let how = match answers.delivery {
        Delivery::Code => {
            "Handed over by a one-time code that you read to them, good for 15 minutes.".to_owned()
        }
        Delivery::Request => "Sealed to the request that they sent: nobody else can open it.".to_owned(),
        Delivery::Passphrase => "Sealed under seven generated words, good for 24 hours.".to_owned(),
        Delivery::Plain => "Handed over as plain values: whoever sees them can call as well.".to_owned(),
    };
    let role = if answers.delivery == Delivery::Plain {
        Role::Warn
    } else {
        Role::Base
    };
    sheet.led(
        &format!("{} ", state.look.glyphs.dot),
        Role::Accent,
        &how,
        role,
        room,
    );
    if !answers.file.is_empty() && matches!(answers.delivery, Delivery::Request | Delivery::Passphrase) {
        let text = format!("Written to {}.", answers.file);
        sheet.led(
            &format!("{} ", state.look.glyphs.dot),
            Role::Accent,
            &text,
            Role::Base,
            room,
        );
    }
    if let Some(says) = &wizard.request {
        let text = |name: &str| says.get(name).and_then(|value| value.as_str()).unwrap_or("?");
        let instead = wizard.outvoted.as_ref().map(|typed| {
            format!(
                " It is offered that one, in the place of {typed}, which you typed: go back to change it."
            )
        });
        let line = format!(
            "Their request calls itself {} and asks for the name {}.{}",
            text("name"),
            text("app_id"),
            instead.unwrap_or_default()
        );
        sheet.led(
            &format!("{} ", state.look.glyphs.dot),
            Role::Accent,
            &line,
            Role::Base,
            room,
        );
    }
    sheet.gap();
    sheet.line("Enter makes it. Esc goes back to change something.", Role::Dim);
}
