//! Work that a person asked for: on its way, over.

use super::asks::ask_to_send;
use super::backups;
use super::begin::tell_demo;
use super::bulk::ask_to_invoke_many;
use super::lists::after_anything;
use super::meanwhile;
use super::pages::open_invoke_page;
use super::refresh::look_after_change;
use crate::command::Id;
use crate::model::{InstanceName, Side};
use crate::protocol::CredentialForm;
use crate::seal::Passphrase;
use crate::tui::clock::{count, pointers};
use crate::tui::content::failure_lines;
use crate::tui::effect::Effect;
use crate::tui::layers::{DifferencePage, Layer, Notice, Tab};
use crate::tui::message::Done;
use crate::tui::outcome::Outcome;
use crate::tui::state::{Level, Load, Running, State};
use crate::tui::theme::Role;
use crate::tui::widgets::text::{Line, wrap};
use crate::tui::{domains, pointer};
use crate::workspace::{Check, CheckResult, CredentialRow, Failure, Rotated};

/// A step of long work: shown in its window, if it has one, else on the status line.
pub fn on_step(state: &mut State, ticket: u64, words: String) {
    for layer in &mut state.layers {
        if let Layer::Steps(steps) = layer
            && steps.ticket == ticket
        {
            steps.steps.push(words);
            return;
        }
    }
    // Work without a window of its own tells on the status line how far it is.
    if let Some(running) = state.running.iter_mut().find(|running| running.ticket == ticket)
        && !running.is_stopping
    {
        running.words = words;
    }
}

/// Work is over.
pub fn on_worked(state: &mut State, ticket: u64, outcome: Outcome<Done>) -> Vec<Effect> {
    let Some(place) = state.running.iter().position(|running| running.ticket == ticket) else {
        // Nobody waits for it any more. What it did shows in the lists.
        return after_anything(state);
    };
    let running = state.running.remove(place);
    state
        .layers
        .retain(|layer| !matches!(layer, Layer::Steps(steps) if steps.ticket == ticket));
    // Looked at before the form that waits for it is closed.
    let is_there = running.begun_at.are_still(&state.layers);
    on_ended(state, &running, outcome, is_there)
}

/// The same for work whose page was closed: whoever began it has gone on.
pub fn on_left(state: &mut State, ticket: u64, outcome: Outcome<Done>) -> Vec<Effect> {
    let Some(place) = state.running.iter().position(|running| running.ticket == ticket) else {
        return after_anything(state);
    };
    let running = state.running.remove(place);
    on_ended(state, &running, outcome, false)
}

fn on_ended(state: &mut State, running: &Running, outcome: Outcome<Done>, is_there: bool) -> Vec<Effect> {
    let ticket = running.ticket;
    match outcome {
        Ok(Done::Meanwhile(failure, now)) => {
            let instance = failure.instance.as_deref().map(InstanceName::parse);
            let instance = instance.and_then(Result::ok);
            if !meanwhile::ask(state, ticket, &failure, now) {
                on_failure(state, running, failure, is_there);
            }
            let mut effects = after_anything(state);
            if let Some(name) = instance {
                effects.extend(look_after_change(state, &name));
            }
            effects
        }
        Ok(done) => {
            if done.shown_once().is_some() {
                // However long it took: whoever comes for it has as long as after a key before the vault is locked.
                state.idle.touched = state.clock.now();
            }
            state
                .layers
                .retain(|layer| !matches!(layer, Layer::Form(form) if form.ticket == Some(ticket)));
            let lying = state.layers.len();
            let effects = on_done(state, done, is_there);
            if !is_there && lying > 0 && state.layers.len() > lying {
                lay_beneath(state);
            }
            effects
        }
        Err(failure) => {
            let failure = domains::with_names(state, failure);
            on_failure(state, running, failure, is_there);
            after_anything(state)
        }
    }
}

/// What is to be read lies beneath what one has gone on to, where it covers nothing that is typed and takes no key, and
/// is not lost: some of it is shown once.
fn lay_beneath(state: &mut State) {
    let Some(Layer::Notice(notice)) = state.layers.pop_if(|layer| matches!(layer, Layer::Notice(_))) else {
        return;
    };
    let text = format!("{}: shown once what lies over it is closed", notice.title);
    state.report(notice.level, text, "");
    state.layers.insert(0, Layer::Notice(notice));
}

fn on_failure(state: &mut State, running: &Running, failure: Failure, is_there: bool) {
    for layer in &mut state.layers {
        if let Layer::Form(form) = layer
            && form.ticket == Some(running.ticket)
        {
            tracing::error!(remedy = %failure.remedy, "{}", failure.message);
            form.ticket = None;
            form.failure = Some(failure);
            return;
        }
    }
    state.report_failure(&failure);
    if running.foreground && (is_there || state.layers.is_empty()) {
        let lines = failure_lines(state, &failure, 64);
        let title = format!("{} failed", running.words);
        state
            .layers
            .push(Layer::Notice(Box::new(Notice::new(title, Level::Bad, lines))));
    }
}

/// Whoever is not there any more finds on the status line what would have opened.
fn on_done(state: &mut State, done: Done, is_there: bool) -> Vec<Effect> {
    let mut effects = Vec::new();
    let can_be_asked = is_there || state.layers.is_empty();
    match done {
        Done::Instance(row, word) => {
            state.report(
                Level::Good,
                format!("{} {word}, {}", row.name, row.endpoint.authority()),
                "",
            );
            state.instances.update(*row);
            effects.push(Effect::ProbeNow);
            state.pointers.ask_again();
        }
        Done::Removed(name) => {
            state.report(Level::Good, format!("{name} removed"), "");
            state
                .layers
                .retain(|layer| !matches!(layer, Layer::Instance(page) if page.name == name));
        }
        Done::BackedUp(made) => backups::on_backed_up(state, *made),
        Done::Restored(restored) => backups::on_restored(state, &restored),
        Done::OwnerRecovered(recovered) => backups::on_owner_recovered(state, &recovered),
        Done::TakenOver(over) => effects.extend(super::unknown::on_taken_over(state, *over)),
        Done::SpareKeyUsed(name) => state.report(
            Level::Good,
            format!("{name} shows its spare TLS key from its next start on, and has a new spare one"),
            "",
        ),
        Done::AuditCleared(name, ended) => {
            state.report(
                Level::Good,
                format!(
                    "the trail of {name} is cleared; it had ended with record {} {}",
                    ended.sequence, ended.hash
                ),
                "",
            );
            effects.extend(crate::tui::audit::refresh(state));
        }
        Done::Pointer(instance, changed, word) => {
            state.report(
                Level::Good,
                format!("{} {word} on {instance}", changed.address),
                "",
            );
            state.pointers.ask_again();
            let mut is_open = false;
            pointer::change_pages(state, &instance, &changed.address, |page| {
                page.load = Load::Waiting;
                is_open = true;
            });
            if is_open {
                effects.push(Effect::LoadPointer(instance, changed.address));
            }
        }
        Done::Previewed(instance, path, preview) => {
            super::import::on_previewed(state, instance, path, &preview, can_be_asked)
        }
        Done::Imported(instance, report) => {
            super::import::on_imported(state, &instance, &report);
            state.pointers.ask_again();
        }
        Done::Exported(written, path) => {
            let text = format!("{} exported to {path}", pointers(written));
            state.report(Level::Good, text, "");
        }
        Done::PointerDeleted(instance, address) => {
            state.report(Level::Good, format!("{address} deleted from {instance}"), "");
            pointer::deleted(state, &instance, &address);
            state.pointers.ask_again();
        }
        Done::Matching(targets, complete) => {
            let row = state.pointers.selected;
            let count = targets.len();
            let targets = targets.into_iter().map(|target| (target, None));
            state.pointers.marks.add(row, targets);
            if complete {
                let remedy = format!("{} takes the marks away again", state.key_for(Id::MarkAll));
                state.report(Level::Info, format!("{count} marked"), remedy);
            } else {
                state.report(
                    Level::Warn,
                    format!("only the first {count} that match are marked"),
                    "narrow the filter, or do it in parts",
                );
            }
        }
        Done::Bulk(report) => super::bulk::on_report(state, &report),
        Done::Invoked(id) if !is_there => {
            let remedy = format!("{} shows it", state.key_for(Id::ShowLog));
            state.report(Level::Good, format!("answered: line {id} of the log"), remedy);
        }
        Done::Invoked(id) => {
            // Sending again from an invoke's page shows the new line in its place.
            if matches!(state.layers.last(), Some(Layer::Invoke(_))) {
                state.layers.pop();
            }
            effects.extend(open_invoke_page(state, id, Tab::Reply));
        }
        Done::Unlogged(reply, failure) => super::unlogged::show(state, &reply, &failure),
        Done::Noted(id) => {
            state.report(Level::Good, format!("the note of line {id} is kept"), "");
            let open = state
                .layers
                .iter()
                .any(|layer| matches!(layer, Layer::Invoke(page) if page.id == id));
            if open {
                effects.push(Effect::LoadEntry(id));
            }
        }
        Done::LogText(text) => effects.push(Effect::Copy(text)),
        Done::LogExported(lines, path) => {
            let lines = match lines {
                1 => "one line".to_owned(),
                many => format!("{} lines", count(many)),
            };
            let text = format!("{lines} exported to {}", path.display());
            state.report(Level::Good, text, "");
        }
        Done::Revoked(row) => {
            let (text, remedy) = revoked(&row);
            state.report(Level::Good, text, remedy);
            state
                .layers
                .retain(|layer| !matches!(layer, Layer::Credential(page) if page.name == row.name));
        }
        Done::Credential(row, word) => {
            state.report(Level::Good, format!("{} {word}", row.name), "");
        }
        Done::Rotated(rotated) => {
            if let Some(notice) = on_rotated(state, &rotated) {
                state.layers.push(Layer::Notice(Box::new(notice)));
            }
        }
        Done::CredentialExported(name, form) => {
            let told = Line::of(
                "Whoever has them can do all that it allows: hand them over by a safe way.",
                Role::Base,
            );
            let notice = Notice {
                secret: values_of(&form),
                ..Notice::new(
                    format!("The values of {name}"),
                    Level::Warn,
                    vec![told, Line::new()],
                )
            };
            state.layers.push(Layer::Notice(Box::new(notice)));
        }
        Done::Checked(name, checks) => {
            let notice = checks_notice(state, &name, &checks);
            state.layers.push(Layer::Notice(Box::new(notice)));
        }
        Done::Resealed(name, resealed) => {
            let text = match resealed.len() {
                0 => format!("every circuit of {name} is sealed under its present key"),
                1 => format!("one circuit of {name} is sealed anew"),
                many => format!("{many} circuits of {name} are sealed anew"),
            };
            state.report(Level::Good, text, "");
            state.pointers.ask_again();
        }
        Done::Compared(comparison, _) if !is_there => {
            let text = format!("#{} and #{} are compared", comparison.one.id, comparison.other.id);
            let remedy = format!("{} in the log shows it", state.key_for(Id::CompareInvokes));
            state.report(Level::Good, text, remedy);
        }
        Done::Compared(comparison, added_us) => {
            let page = DifferencePage::new(*comparison, added_us);
            state.layers.push(Layer::Difference(Box::new(page)));
        }
        // Asked about above, before the form is closed.
        Done::Meanwhile(failure, _) => state.report_failure(&failure),
        Done::Asks(destruction, again) => ask_to_send(state, &destruction, again, can_be_asked),
        Done::AsksForMany(targets, found) => ask_to_invoke_many(state, targets, &found, can_be_asked),
        Done::Domains(instance, changed) => effects.extend(domains::on_changed(state, instance, changed)),
        Done::LockChanged(how, keeps_old) => tell_lock(state, how, keeps_old),
        Done::VaultExported(file, words) => backups::on_vault_exported(state, &file, words),
        Done::Demo(demo) => {
            tell_demo(state, &demo);
            effects.push(Effect::ProbeNow);
            state.pointers.ask_again();
        }
    }
    effects.extend(after_anything(state));
    effects
}

/// What became of a credential, and what is left to do: one that is held ends elsewhere.
fn revoked(row: &CredentialRow) -> (String, String) {
    let (name, instance) = (&row.name, &row.instance);
    match row.side {
        Side::Issued => (format!("{name} is refused from now on"), String::new()),
        Side::Held => (
            format!("{name} is forgotten here; {instance} still honours it"),
            format!("have it revoked on {instance}"),
        ),
    }
}

/// Says what a rotation came to; the new values, where they must be handed over again.
fn on_rotated(state: &mut State, rotated: &Rotated) -> Option<Notice> {
    let name = &rotated.row.name;
    let overlap = rotated.overlap_until.map_or_else(
        || "its old key is refused from now on".to_owned(),
        |until| format!("its old key is answered until {}", state.clock.date_time(until)),
    );
    if let Some(due) = rotated.due {
        let due = state.clock.date_time(due);
        state.report(
            Level::Good,
            format!("{name} is to be rotated by its holder by {due}; its present key works until that is done"),
            "the other side's console says so too, and does it with :rotate; if the key leaked, suspend or revoke it here",
        );
        return None;
    }
    if !rotated.resealed.is_empty() {
        state.pointers.ask_again();
    }
    let Some(form) = &rotated.form else {
        let circuits = match rotated.resealed.len() {
            0 => String::new(),
            1 => "; one circuit is sealed anew".to_owned(),
            many => format!("; {many} circuits are sealed anew"),
        };
        state.report(
            Level::Good,
            format!("{name} has fresh keys; {overlap}{circuits}"),
            "",
        );
        return None;
    };
    Some(Notice {
        secret: values_of(form),
        ..Notice::new(
            format!("{name} has new values"),
            Level::Warn,
            vec![
                Line::of("Hand them to whoever holds it, by a safe way:", Role::Base),
                Line::of(overlap, Role::Dim),
                Line::new(),
            ],
        )
    })
}

/// What the other side types in, as one secret.
fn values_of(form: &CredentialForm) -> Option<Passphrase> {
    let values = form.expose_value();
    let names = [
        "endpoint",
        "app_id",
        "kid",
        "root",
        "instance_id",
        "jwt_secret_key",
        "encryption_key",
        "access_key",
    ];
    let lines: Vec<String> = names
        .into_iter()
        .filter_map(|key| Some(format!("{key}={}", values.get(key)?.as_str()?)))
        .collect();
    Passphrase::parse(&lines.join(" ")).ok()
}

/// The checks with their ticks, one to a line, and what to do where one failed.
fn checks_notice(state: &State, name: &str, checks: &[Check]) -> Notice {
    let glyphs = &state.look.glyphs;
    let mut lines = Vec::new();
    let mut level = Level::Good;
    for check in checks {
        let words = check.kind.words();
        match &check.result {
            CheckResult::Passed { note } => lines.push(
                Line::of(format!("{} ", glyphs.good), Role::Good)
                    .and(format!("{words:<34}"), Role::Base)
                    .and(note.clone(), Role::Dim),
            ),
            CheckResult::Failed { why, remedy } => {
                level = Level::Bad;
                lines.push(
                    Line::of(format!("{} ", glyphs.bad), Role::Bad)
                        .and(format!("{words}: not so"), Role::Base),
                );
                let said = wrap(why, 64).into_iter().chain(wrap(remedy, 64));
                lines.extend(said.map(|line| Line::of(format!("  {line}"), Role::Warn)));
            }
            CheckResult::Skipped => lines.push(
                Line::of(format!("{} ", glyphs.dot), Role::Faint)
                    .and(format!("{words:<34}"), Role::Faint)
                    .and("not tried", Role::Faint),
            ),
        }
    }
    Notice::new(format!("Checks of {name}"), level, lines)
}

/// How the vault is locked, and whether the old lock still lies in its log because somebody was reading.
fn tell_lock(state: &mut State, how: &str, keeps_old: bool) {
    let text = format!("the vault is locked with {how} from now on");
    if keeps_old {
        let remedy = "another console is reading it, and its log has the key under the old lock until that one is closed and this one writes";
        state.report(Level::Warn, text, remedy);
    } else {
        state.report(Level::Good, text, "");
    }
}
