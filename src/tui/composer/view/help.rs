//! What the action under the cursor does, and what it takes.

use super::super::state::Composer;
use crate::protocol::{Access, ActionInfo};
use crate::tui::state::State;
use crate::tui::theme::{Glyphs, Role};
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::Knowledge;

fn knowledge<'a>(state: &'a State, composer: &Composer) -> Option<&'a Knowledge> {
    state
        .composer
        .of(&composer.instance, composer.identity.as_ref())
        .filter(|_| composer.knows)
}

/// What the parameter at the cursor takes, or else what the action does.
pub(super) fn in_one_line(state: &State, composer: &Composer) -> Option<String> {
    let name = composer.action()?;
    let action = knowledge(state, composer)?.actions.find(&name)?;
    let parameter = composer.parameter().and_then(|name| action.parameter(name));
    Some(match parameter {
        Some(parameter) => format!(
            "{}: {} · {}",
            parameter.name,
            parameter.kind.words(),
            parameter.help
        ),
        None => action.help.clone(),
    })
}

pub(super) fn lines(state: &State, composer: &Composer, glyphs: &Glyphs, room: u16) -> Vec<Line> {
    let Some(knowledge) = knowledge(state, composer) else {
        return nothing(state, composer, room);
    };
    let name = composer.action().unwrap_or_default();
    match knowledge.actions.find(&name) {
        Some(action) => of_action(action, composer.parameter(), glyphs, room),
        None => list(knowledge, room),
    }
}

fn nothing(state: &State, composer: &Composer, room: u16) -> Vec<Line> {
    let instance = &composer.instance;
    let (text, role) = match state.composer.unasked.get(instance) {
        _ if !composer.knows => (
            "The instance that is asked in the end is not in this home, so what it can be asked is not known here. The query is sent as it stands.".to_owned(),
            Role::Dim,
        ),
        Some(failure) => (
            format!("{instance} could not be asked for its actions: {}. {}.", failure.message, state.remedy_here(&failure.remedy)),
            Role::Warn,
        ),
        None => (format!("Asking {instance} for its actions…"), Role::Dim),
    };
    wrap(&text, room)
        .into_iter()
        .map(|line| Line::of(line, role))
        .collect()
}

fn of_action(action: &ActionInfo, at: Option<&str>, glyphs: &Glyphs, room: u16) -> Vec<Line> {
    let mut lines = vec![Line::of(action.name.clone(), Role::Strong)];
    lines.extend(
        wrap(&action.help, room)
            .into_iter()
            .map(|line| Line::of(line, Role::Base)),
    );
    let access = match action.access {
        Access::Anyone => "for whoever is let in",
        Access::Granted => "for whoever's grant names it",
        Access::Owner => "for the owner only",
    };
    let mut about = Line::of(access, Role::Dim);
    if action.writes {
        about = about
            .and(format!(" {} ", glyphs.dot), Role::Faint)
            .and("changes something", Role::Warn);
    }
    lines.push(about);
    lines.push(Line::new());
    if action.parameters.is_empty() {
        lines.push(Line::of("It takes nothing more.", Role::Dim));
    }
    for parameter in action.by_need() {
        let here = at == Some(parameter.name.as_str());
        let mark = match (here, parameter.required) {
            (true, _) => glyphs.up,
            (false, true) => glyphs.dot,
            (false, false) => " ",
        };
        let role = if here { Role::Strong } else { Role::JsonKey };
        let mut line = Line::of(format!("{mark} "), Role::Accent)
            .and(parameter.name.clone(), role)
            .and(format!("  {}", parameter.kind.words()), Role::Faint);
        if parameter.required {
            line = line.and("  needed", Role::Accent);
        }
        lines.push(line);
        let mut help = parameter.help.clone();
        if !parameter.choices.is_empty() {
            help = format!("{help}: {}", parameter.choices.join(", "));
        }
        lines.extend(
            wrap(&help, room.saturating_sub(2))
                .into_iter()
                .map(|line| Line::of(format!("  {line}"), Role::Dim)),
        );
    }
    if !action.result.is_empty() {
        lines.push(Line::new());
        lines.push(Line::of("It gives", Role::JsonKey));
        lines.extend(
            wrap(&action.result, room.saturating_sub(2))
                .into_iter()
                .map(|line| Line::of(format!("  {line}"), Role::Dim)),
        );
    }
    lines
}

/// Every action, for whoever has none yet.
fn list(knowledge: &Knowledge, room: u16) -> Vec<Line> {
    let mut lines = vec![
        Line::of("What can be asked", Role::Strong),
        Line::of("Tab completes; ^T has a skeleton of each", Role::Dim),
        Line::new(),
    ];
    let widest = knowledge
        .actions
        .list
        .iter()
        .map(|action| action.name.len())
        .max()
        .unwrap_or(0)
        .min(30);
    for action in &knowledge.actions.list {
        let line = Line::of(format!("{:<widest$}  ", action.name), Role::JsonKey);
        let help = action.help.clone();
        lines.push(if usize::from(room) > widest + 20 {
            line.and(help, Role::Dim)
        } else {
            line
        });
    }
    lines
}
