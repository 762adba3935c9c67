//! What was asked for comes in.

use super::begin::begin_demo;
use super::credentials::{load_credentials, load_missing, on_credentials};
use super::lists::load_log;
use super::onward;
use super::refresh::look_after_change;
use super::settings;
use crate::command::Id;
use crate::model::{InstanceName, InstanceState, Side};
use crate::tui::clipboard::Copied;
use crate::tui::content::dependent_words;
use crate::tui::effect::Effect;
use crate::tui::invoke;
use crate::tui::layers::{Choice, Form, Layer, Purpose};
use crate::tui::map;
use crate::tui::message::Message;
use crate::tui::outcome::Outcome;
use crate::tui::state::{Level, Load, Phase, Source, State};
use crate::tui::{composer, domains, pointer, tail, wizard};
use crate::workspace::{Dependent, Failure, InstanceDetail, InstanceRow, LogWindow};

/// Takes what comes in.
pub fn on_arrival(state: &mut State, message: Message) -> Vec<Effect> {
    match message {
        Message::HomeOpened => return on_opened(state),
        Message::HomeFailed(failure) => on_failed(state, &failure),
        Message::Preferences(outcome) => return settings::take(state, outcome),
        Message::Filters(Ok(filters)) => state.filters = filters,
        Message::Filters(Err(failure)) => state.report_failure(&failure),
        Message::Drafts(outcome) => composer::take_kept(state, outcome),
        Message::Copied(copied) => return on_copied(state, copied),
        Message::VaultChanged => {
            let mut effects = vec![Effect::LoadInstances, Effect::LoadFilters, load_log(state)];
            if !state.unknown.is_empty() {
                // The command line may have taken them over.
                effects.push(Effect::FindUnknown);
            }
            effects.extend(domains::hurry(state));
            return effects;
        }
        Message::Unknown(outcome) => super::unknown::on_unknown(state, outcome),
        Message::Instances(outcome) => return on_instances(state, outcome),
        Message::Probed(name, Ok(row)) => {
            debug_assert_eq!(name, row.name);
            return on_probed(state, row);
        }
        Message::Probed(name, Err(failure)) => {
            let now = state.clock.now();
            let failure = state.failure_in_line(&failure);
            state.instances.note_failure(&name, failure, now);
        }
        Message::Paced(name, pace) => state.instances.note_pace(&name, pace),
        Message::Map(number, outcome) => return map::on_map(state, number, outcome),
        Message::DomainsDue(instance, turn) => return domains::look_again(state, &instance, turn),
        Message::MapDue(number, turn) => return map::look_again(state, number, turn),
        Message::Told(name, reading) => tail::on_reading(state, &name, reading),
        Message::Detail(name, outcome) => on_detail(state, &name, outcome),
        Message::FilterSettled(generation) => return on_filter_settled(state, generation),
        Message::Pointers {
            instance,
            generation,
            page,
            outcome,
        } => match outcome {
            Ok(list) => state.pointers.take(&instance, generation, page, list),
            Err(failure) => state.pointers.note_failure(&instance, generation, page, failure),
        },
        Message::Pointer(instance, address, outcome) => {
            pointer::change_pages(state, &instance, &address, |page| match &outcome {
                Ok(detail) => {
                    page.detail = Some((**detail).clone());
                    page.load = Load::Ready;
                }
                Err(failure) => page.load = Load::Failed(failure.clone()),
            });
        }
        Message::Credentials(outcome) => return on_credentials(state, outcome),
        Message::WentOn(outcome) => return onward::on_gone(state, outcome),
        Message::Dependents(name, outcome) => on_dependents(state, &name, outcome),
        Message::Log { generation, outcome } => return on_log(state, generation, outcome),
        Message::LogMarked(outcome) => return on_log_marked(state, outcome),
        Message::Entry(id, outcome) => return invoke::on_entry(state, id, outcome),
        Message::Inspected(id, number, news) => return invoke::on_news(state, id, number, news),
        _ => {}
    }
    Vec::new()
}

fn on_opened(state: &mut State) -> Vec<Effect> {
    state.phase = Phase::Open;
    if state
        .unopened
        .take()
        .is_some_and(|why| state.reports.back() == Some(&why))
    {
        // An earlier passphrase did not open it, and this one did.
        state.report_shown = false;
    }
    state
        .layers
        .retain(|layer| !matches!(layer, Layer::FirstRun(_) | Layer::Form(_)));
    let mut effects = vec![
        Effect::LoadPreferences,
        Effect::LoadFilters,
        Effect::LoadDrafts,
        // The first frame waits for these.
        Effect::LoadInstances,
        Effect::LoadIdleLock,
        Effect::FindUnknown,
        Effect::WatchFiles,
        load_log(state),
    ];
    effects.extend(load_credentials(state));
    match state.first_choice.take() {
        Some(Choice::Demo) => effects.push(begin_demo(state)),
        Some(Choice::TakeOver) => effects.extend(super::unknown::take_over(state, None)),
        Some(Choice::Host) => state.layers.push(Layer::Form(Box::new(Form::init(&[])))),
        Some(Choice::Accept) => effects.extend(wizard::open(state, Some(Side::Held))),
        Some(Choice::Remote) => state.layers.push(Layer::Form(Box::new(Form::add_remote()))),
        Some(Choice::Vault) => state.report(
            Level::Good,
            "the vault is here, and locked anew",
            "the databases of its local instances are not in it: bring each back from a backup of its own (R among the instances)",
        ),
        None => {}
    }
    effects
}

/// The home could not be opened: said in the form that asked for the passphrase, or where the choice was made.
fn on_failed(state: &mut State, failure: &Failure) {
    state.report_failure(failure);
    state.unopened = state.reports.back().cloned();
    let is_first_run = state
        .layers
        .iter()
        .any(|layer| matches!(layer, Layer::FirstRun(_)));
    state.phase = if is_first_run {
        Phase::FirstRun
    } else {
        Phase::Locked
    };
    let is_unlocking = |layer: &Layer| matches!(layer, Layer::Form(form) if form.purpose == Purpose::Unlock);
    if state.layers.last().is_some_and(is_unlocking) {
        // What was typed is not seen: the next passphrase begins with nothing before it.
        state.layers.pop();
    } else if let Some(Layer::Form(form)) = state.layers.last_mut() {
        form.failure = Some(failure.clone());
        form.ticket = None;
        return;
    } else if is_first_run {
        return;
    }
    let mut form = Form::unlock(&state.home);
    form.failure = Some(failure.clone());
    state.layers.push(Layer::Form(Box::new(form)));
}

/// Says what became of it, and nothing better than that.
fn on_copied(state: &mut State, copied: Copied) -> Vec<Effect> {
    let (text, remedy) = copied.words(&state.key_for(Id::Mouse));
    let level = match copied {
        Copied::Taken(_) | Copied::InTmux => Level::Good,
        Copied::Asked(_) => Level::Info,
        Copied::NoWay | Copied::Refused(..) => Level::Warn,
    };
    if let Some(Layer::Wizard(wizard)) = state.layers.last_mut() {
        wizard.note = Some(text.clone());
    }
    state.report(level, text, remedy);
    match copied {
        Copied::Refused(_, text) => vec![Effect::CopyByTerminal(text)],
        _ => Vec::new(),
    }
}

fn on_instances(state: &mut State, outcome: Result<Vec<InstanceRow>, Failure>) -> Vec<Effect> {
    match outcome {
        Ok(rows) => {
            let names: Vec<_> = rows.iter().map(|row| row.name.clone()).collect();
            let is_first = state.instances.load != Load::Ready;
            let others = names.len() != state.instances.rows.len()
                || names
                    .iter()
                    .any(|name| state.instances.get(name.as_str()).is_none());
            state.instances.replace(rows);
            let mut effects = vec![Effect::Watch(names)];
            // The first list of credentials was asked for along with this one.
            if others && !is_first {
                effects.extend(load_credentials(state));
            }
            effects
        }
        Err(failure) => {
            state.instances.load = Load::Failed(failure);
            Vec::new()
        }
    }
}

/// An instance that came back, or on which something was changed since the last look, is worth asking again.
fn on_probed(state: &mut State, row: InstanceRow) -> Vec<Effect> {
    let Some(before) = state.instances.get(row.name.as_str()) else {
        return Vec::new();
    };
    let source = state
        .pointers
        .sources()
        .iter()
        .find(|source| source.name == row.name);
    let selected = source.is_some();
    let failed = source.is_some_and(Source::has_failed);
    let was = before.row.state;
    let is_lost =
        was == InstanceState::Up && matches!(row.state, InstanceState::Refused | InstanceState::Unreachable);
    let rings = is_lost && state.look.config.bell == Some(true);
    let came_back = row.state == InstanceState::Up && was != InstanceState::Up;
    let other_count = row.pointers.is_some() && row.pointers != before.row.pointers;
    let changed = selected && (came_back && failed || other_count && before.row.pointers.is_some());
    let differs = |(then, now)| then != now;
    let was_changed = before.changes.zip(row.changes).is_some_and(differs);
    let now = state.clock.now();
    let name = row.name.clone();
    state.instances.take_look(row, now);
    if changed {
        state.pointers.ask_again();
    }
    let mut effects = Vec::new();
    if was_changed {
        effects.extend(look_after_change(state, &name));
    }
    if came_back {
        effects.extend(load_missing(state, was, name.as_str()));
    }
    effects.extend(rings.then_some(Effect::Ring));
    effects
}

/// Everything about an instance, for its page.
fn on_detail(state: &mut State, name: &InstanceName, outcome: Outcome<Box<InstanceDetail>>) {
    for layer in &mut state.layers {
        if let Layer::Instance(page) = layer
            && page.name == *name
        {
            match &outcome {
                Ok(detail) => {
                    page.detail = Some((**detail).clone());
                    page.load = Load::Ready;
                }
                Err(failure) => page.load = Load::Failed(failure.clone()),
            }
        }
    }
}

fn on_filter_settled(state: &mut State, generation: u64) -> Vec<Effect> {
    if state.pointers.typing && generation == state.pointers.generation {
        state.pointers.typing = false;
    }
    Vec::new()
}

fn on_log(state: &mut State, generation: u64, outcome: Outcome<LogWindow>) -> Vec<Effect> {
    match outcome {
        Ok(window) => {
            if state.log.take(generation, window) {
                // Whatever was invoked has used a credential.
                return load_credentials(state).into_iter().collect();
            }
        }
        Err(failure) => state.log.note_failure(generation, failure),
    }
    Vec::new()
}

/// Marks were set: what is listed may have changed.
fn on_log_marked(state: &mut State, outcome: Outcome<u64>) -> Vec<Effect> {
    if let Err(failure) = outcome {
        state.report_failure(&failure);
    }
    vec![load_log(state)]
}

/// What depends on a credential, for its page and for the question before it is revoked.
fn on_dependents(state: &mut State, name: &str, outcome: Outcome<Vec<Dependent>>) {
    let words = match &outcome {
        Ok(dependents) => dependents
            .iter()
            .map(|dependent| dependent_words(state, dependent))
            .collect(),
        Err(failure) => vec![format!(
            "it cannot be told what depends on it: {}",
            failure.message
        )],
    };
    for layer in &mut state.layers {
        match layer {
            Layer::Credential(page) if page.name == name => page.dependents = Some(outcome.clone()),
            Layer::Confirm(confirm) => {
                if let Some((asked, told)) = &mut confirm.dependents
                    && asked == name
                {
                    *told = Some(words.clone());
                }
            }
            _ => {}
        }
    }
}
