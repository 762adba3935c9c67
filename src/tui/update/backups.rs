//! What backing an instance or the vault up, restoring an instance, and making a new owner came to.

use crate::command::Id;
use crate::seal::Passphrase;
use crate::tui::clock;
use crate::tui::layers::{Layer, Notice};
use crate::tui::state::{Level, State};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use crate::workspace::{Backup, RecoveredOwner, Restored};
use std::path::Path;

/// Columns of a window's text.
const ROOM: u16 = 66;

/// A backup is written: its words are shown now or never.
pub(super) fn on_backed_up(state: &mut State, made: Backup) {
    let what = format!(
        "{} is backed up in {} ({})",
        made.of.name,
        made.file.display(),
        clock::bytes(made.bytes)
    );
    let lacking =
        "Not in it: the TLS certificate and key that instance.toml names outside the instance's folder.";
    let Some(words) = made.words else {
        let remedy = if made.lacks_certificate { lacking } else { "" };
        state.report(Level::Good, what, remedy);
        return;
    };
    let mut lines = told(&what, Role::Base);
    if made.lacks_certificate {
        lines.extend(told(lacking, Role::Warn));
    }
    show_words(state, format!("Backup {}", made.of.id), what, lines, words);
}

/// The vault is in a file: its words are shown now or never.
pub(super) fn on_vault_exported(state: &mut State, file: &Path, words: Passphrase) {
    let what = format!("the vault is in {}", file.display());
    let lines = told(&format!("{what}."), Role::Base);
    show_words(
        state,
        "The vault, to take elsewhere".to_owned(),
        what,
        lines,
        words,
    );
}

/// Words that open what was written.
fn show_words(state: &mut State, title: String, what: String, mut lines: Vec<Line>, words: Passphrase) {
    lines.push(Line::new());
    lines.extend(told(
        "These words open it. They are kept nowhere and are not shown again: write them down, and keep them away from the file.",
        Role::Dim,
    ));
    state.report(Level::Good, what, "");
    state.layers.push(Layer::Notice(Box::new(Notice {
        secret: Some(words),
        ..Notice::new(title, Level::Warn, lines)
    })));
}

/// An instance stands as it was when the backup was made.
pub(super) fn on_restored(state: &mut State, restored: &Restored) {
    let made_at = state.clock.date_time(restored.backup.made_at);
    let what = format!("{} is restored as it was {made_at}", restored.name);
    let mut lines = told(&format!("{what} (backup {}).", restored.backup.id), Role::Base);
    for remark in restored.remarks() {
        lines.push(Line::new());
        lines.extend(told(&remark, Role::Dim));
    }
    lines.push(Line::new());
    let start = format!("{} hosts it.", state.key_for(Id::StartInstance));
    lines.extend(told(&start, Role::Good));
    state.report(Level::Good, what, "");
    let level = match restored.warnings().is_empty() {
        true => Level::Good,
        false => Level::Warn,
    };
    let notice = Notice::new(format!("{} is restored", restored.name), level, lines);
    state.layers.push(Layer::Notice(Box::new(notice)));
    state.pointers.ask_again();
}

/// An instance is called as its new owner.
pub(super) fn on_owner_recovered(state: &mut State, recovered: &RecoveredOwner) {
    let remedy = format!(
        "look at who else may call it ({}), and host it with {}",
        state.key_for(Id::ShowCredentials),
        state.key_for(Id::StartInstance)
    );
    let text = format!(
        "{} has a new owner; the one of before is let in no more",
        recovered.name
    );
    state.report(Level::Good, text, remedy);
    state.pointers.ask_again();
}

fn told(text: &str, role: Role) -> Vec<Line> {
    let lines = wrap(text, ROOM).into_iter();
    lines.map(|line| Line::of(line, role)).collect()
}
