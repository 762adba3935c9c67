//! Where a key goes: to the line or window on top, or else through the table of commands.

use super::asks::quit;
use super::begin::begin;
use super::commands::{perform, scroll};
use super::confirm;
use super::filter_words::{note_seen, words_of_line};
use super::meanwhile::{self, Next};
use super::narrow::{narrow_log, remember_filter};
use crate::command::{Answer as Meaning, Key, KeyCode};
use crate::tui::effect::Effect;
use crate::tui::invoke;
use crate::tui::layers::{
    Act, Answer, Choice, CommandLine, Entry, FilterLine, Form, Layer, Purpose, Rows, Submission, edit, paste,
};
use crate::tui::message::Message;
use crate::tui::pointer;
use crate::tui::state::{Begun, Level, Phase, State};
use crate::tui::{audit, composer, livetest, map, tail, wizard};
use std::time::Duration;

/// How long a filter must rest before it is asked for.
const REST: Duration = Duration::from_millis(35);

/// How long a begun sequence of keys rests before its continuations are shown: longer than a practised hand
/// takes from key to key, so that nothing flashes by; shorter than it takes to wonder.
const HINT_PAUSE: Duration = Duration::from_millis(200);

/// A key was pressed.
pub fn on_key(state: &mut State, key: Key) -> Vec<Effect> {
    if state.phase == Phase::Stopping {
        // A second wish to leave does not wait for the instances.
        if key == Key::ctrl('c') {
            state.phase = Phase::Done;
        }
        return Vec::new();
    }
    if state
        .reports
        .back()
        .is_some_and(|report| report.level != Level::Bad)
        || key.code == KeyCode::Esc
    {
        state.report_shown = false;
    }
    if key == Key::ctrl('c') && !matches!(state.layers.last(), Some(Layer::Confirm(_))) {
        return quit(state);
    }
    if key == Key::ctrl('z') {
        return vec![Effect::Suspend];
    }
    let typed = tail::on_key(state, key).or_else(|| map::on_key(state, key));
    if let Some(effects) = typed {
        return effects;
    }
    match state.layers.last_mut() {
        Some(Layer::FirstRun(_)) => first_run(state, key),
        Some(Layer::Form(_)) => form(state, key),
        Some(Layer::Help(_)) => help(state, key),
        Some(Layer::Command(_)) => super::command_line::on_key(state, key),
        Some(Layer::Filter(_)) => filter_line(state, key),
        Some(Layer::Confirm(_)) => confirm::on_key(state, key),
        Some(Layer::Menu(_)) => menu(state, key),
        Some(Layer::Columns(_)) => super::columns::on_key(state, key),
        Some(Layer::Notice(_) | Layer::Reports(_)) => reading(state, key),
        Some(Layer::Steps(_)) => steps(state, key),
        Some(Layer::Wizard(_)) => wizard::on_key(state, key),
        Some(Layer::Composer(_)) => composer::on_key(state, key),
        Some(Layer::Invoke(page)) if page.typing.is_some() => invoke::on_key(state, key),
        Some(Layer::Difference(page)) if page.seeking.typing => {
            page.on_key(key);
            Vec::new()
        }
        Some(Layer::LiveTest(_)) => livetest::on_key(state, key),
        _ if state.phase != Phase::Open => waiting(state, key),
        _ => through_table(state, key),
    }
}

/// Text was pasted.
pub fn on_paste(state: &mut State, text: &str) -> Vec<Effect> {
    match state.layers.last_mut() {
        Some(Layer::Form(form)) => {
            let whole = form.paste(text);
            state.tell_cut(whole);
            return pointer::form_changed(state);
        }
        Some(Layer::Wizard(_)) => return wizard::on_paste(state, text),
        Some(Layer::Composer(_)) => return composer::on_paste(state, text),
        Some(Layer::Invoke(_)) => return invoke::on_paste(state, text),
        Some(Layer::Map(_)) => {
            let whole = map::on_paste(state, text);
            state.tell_cut(whole);
        }
        Some(Layer::Tail(_)) => {
            let whole = tail::on_paste(state, text);
            state.tell_cut(whole);
        }
        Some(Layer::LiveTest(_)) => {
            let whole = livetest::on_paste(state, text);
            state.tell_cut(whole);
        }
        Some(Layer::Difference(page)) => {
            let whole = page.on_paste(text);
            state.tell_cut(whole);
        }
        Some(Layer::Help(help)) => {
            let whole = paste(&mut help.input, text);
            state.tell_cut(whole);
        }
        Some(Layer::Command(line)) => {
            let whole = line.paste(text);
            state.tell_cut(whole);
            return super::command_line::look_into_folder(state).into_iter().collect();
        }
        Some(Layer::Filter(line)) => {
            let whole = paste(&mut line.input, text);
            line.cycle = None;
            state.tell_cut(whole);
            return filter_changed(state);
        }
        _ => {}
    }
    Vec::new()
}

fn through_table(state: &mut State, key: Key) -> Vec<Effect> {
    let begun = state.begun.take();
    if !begun.keys.is_empty() && key.code == KeyCode::Esc {
        return Vec::new();
    }
    let scopes = state.scopes();
    let situation = state.situation();
    let (id, argument) = match state.keymap.press(&begun.keys, key, scopes, &situation) {
        Meaning::Run(binding) => (binding.command.id, binding.argument.clone()),
        Meaning::Wait => return wait_for_next(state, begun, key),
        Meaning::Nothing => return Vec::new(),
    };
    perform(state, id, argument.as_deref())
}

/// The key may go on: what may follow is shown if it does not come at once.
fn wait_for_next(state: &mut State, begun: Begun, key: Key) -> Vec<Effect> {
    let mut keys = begun.keys;
    keys.push(key);
    state.begun = Begun {
        keys,
        shown: begun.shown,
        turn: begun.turn + 1,
    };
    vec![Effect::After(HINT_PAUSE, Message::KeysRested(state.begun.turn))]
}

/// Nothing followed for a moment: what may follow is shown.
pub(super) fn on_rest(state: &mut State, turn: u64) {
    if state.begun.turn == turn && !state.begun.keys.is_empty() {
        state.begun.shown = true;
    }
}

fn waiting(state: &mut State, key: Key) -> Vec<Effect> {
    if key == Key::char('q') {
        return quit(state);
    }
    Vec::new()
}

fn first_run(state: &mut State, key: Key) -> Vec<Effect> {
    let Some(Layer::FirstRun(first)) = state.layers.last_mut() else {
        return Vec::new();
    };
    if state.phase == Phase::Opening {
        return Vec::new();
    }
    if let KeyCode::Char(digit) = key.code
        && let Some(choice) = first.of_digit(digit)
    {
        first.choice = choice;
        return Vec::new();
    }
    match key.code {
        KeyCode::Down | KeyCode::Tab | KeyCode::Char('j') => first.step(true),
        KeyCode::Up | KeyCode::BackTab | KeyCode::Char('k') => first.step(false),
        KeyCode::Char('p' | ' ') | KeyCode::Left | KeyCode::Right => first.passphrase = !first.passphrase,
        KeyCode::Char('q') => return quit(state),
        KeyCode::Enter => {
            let first = *first;
            state.first_choice = Some(first.choice);
            if first.choice == Choice::Vault {
                return pointer::open_form(state, Form::bring_vault(first.passphrase));
            }
            if first.passphrase {
                return pointer::open_form(state, Form::new_vault(first.choice));
            }
            state.phase = Phase::Opening;
            return vec![Effect::CreateHome(crate::workspace::VaultLock::KeyFile(None))];
        }
        _ => {}
    }
    Vec::new()
}

fn form(state: &mut State, key: Key) -> Vec<Effect> {
    let Some(Layer::Form(form)) = state.layers.last_mut() else {
        return Vec::new();
    };
    match form.key(key) {
        Answer::Passed | Answer::Taken => pointer::form_changed(state),
        Answer::Close => {
            if form.purpose == Purpose::Unlock {
                return quit(state);
            }
            state.layers.pop();
            Vec::new()
        }
        Answer::Submit => submit(state),
    }
}

fn submit(state: &mut State) -> Vec<Effect> {
    let Some(Layer::Form(form)) = state.layers.last_mut() else {
        return Vec::new();
    };
    let mut effects = Vec::new();
    match form.submit() {
        None => return Vec::new(),
        Some(Submission::Create(lock)) => {
            state.phase = Phase::Opening;
            effects.push(Effect::CreateHome(lock));
        }
        Some(Submission::Bring(bringing)) => {
            state.phase = Phase::Opening;
            effects.push(Effect::BringVault(bringing));
        }
        Some(Submission::Open(unlock)) => {
            state.phase = Phase::Opening;
            effects.push(Effect::OpenHome(unlock));
        }
        Some(Submission::Do(work)) => {
            let ticket = state.next_ticket;
            if let Some(Layer::Form(form)) = state.layers.last_mut() {
                form.ticket = Some(ticket);
                form.failure = None;
            }
            effects.push(begin(state, work));
        }
    }
    effects
}

fn help(state: &mut State, key: Key) -> Vec<Effect> {
    let entries = {
        let situation = state.situation();
        let scopes = state.scopes();
        let Some(Layer::Help(help)) = state.layers.last() else {
            return Vec::new();
        };
        help.entries(scopes, &situation, &state.keymap)
    };
    let Some(Layer::Help(help)) = state.layers.last_mut() else {
        return Vec::new();
    };
    let last = entries.len().saturating_sub(1);
    match (key.code, key.ctrl) {
        (KeyCode::Esc, _) if !help.input.value().is_empty() => {
            help.input.reset();
            help.selected = 0;
        }
        (KeyCode::Esc, _) => {
            state.layers.pop();
        }
        (KeyCode::Enter, _) => {
            let Some(entry) = entries.get(help.selected) else {
                return Vec::new();
            };
            state.layers.pop();
            return do_entry(state, entry);
        }
        (KeyCode::Tab, _) => {
            // To the command line, where what may follow its name can be written.
            if let Some(entry) = entries.get(help.selected) {
                let line = match &entry.own {
                    Some(own) => CommandLine::with(&own.line()),
                    None => CommandLine::with(&format!("{} ", entry.command.name)),
                };
                state.layers.pop();
                state.layers.push(Layer::Command(line));
            }
        }
        (KeyCode::Down, _) | (KeyCode::Char('n' | 'j'), true) => {
            help.selected = (help.selected + 1).min(last)
        }
        (KeyCode::Up, _) | (KeyCode::Char('p'), true) => help.selected = help.selected.saturating_sub(1),
        (KeyCode::PageDown, _) => help.selected = (help.selected + 10).min(last),
        (KeyCode::PageUp, _) => help.selected = help.selected.saturating_sub(10),
        _ => {
            if edit(&mut help.input, key) {
                help.selected = 0;
            }
        }
    }
    Vec::new()
}

/// Does what was chosen in the help, or says why it cannot be done. What needs more than its name goes to the command line.
fn do_entry(state: &mut State, entry: &Entry) -> Vec<Effect> {
    let command = entry.command;
    if let Some(own) = &entry.own {
        return perform(state, command.id, own.argument.as_deref());
    }
    if let Some(why) = &entry.why_not {
        state.report(
            Level::Warn,
            format!("{} is not possible here: {why}", command.name),
            command.doc,
        );
        return Vec::new();
    }
    if !command.argument.is_empty() && !command.argument.starts_with('[') {
        let line = CommandLine::with(&format!("{} ", command.name));
        state.layers.push(Layer::Command(line));
        return Vec::new();
    }
    perform(state, command.id, None)
}

fn filter_line(state: &mut State, key: Key) -> Vec<Effect> {
    let Some(Layer::Filter(line)) = state.layers.last_mut() else {
        return Vec::new();
    };
    match key.code {
        KeyCode::Enter => {
            let rows = line.rows;
            state.layers.pop();
            return remember_filter(state, rows).into_iter().collect();
        }
        KeyCode::Esc => {
            line.input = tui_input::Input::new(line.before.clone());
            let effects = filter_changed(state);
            state.layers.pop();
            return effects;
        }
        KeyCode::Tab | KeyCode::BackTab => return take_word(state, key.code == KeyCode::Tab),
        // The list stays within reach while one types.
        KeyCode::Down if line.rows == Rows::Audit => return audit::step(state, 1),
        KeyCode::Up if line.rows == Rows::Audit => return audit::step(state, -1),
        KeyCode::Down => return perform(state, crate::command::Id::Down, None),
        KeyCode::Up => return perform(state, crate::command::Id::Up, None),
        _ => {
            if !edit(&mut line.input, key) {
                return Vec::new();
            }
            line.cycle = None;
        }
    }
    filter_changed(state)
}

/// Takes the next word that may be meant, or the one before.
fn take_word(state: &mut State, forward: bool) -> Vec<Effect> {
    let fresh = match state.layers.last() {
        Some(Layer::Filter(line)) => words_of_line(state, line),
        _ => return Vec::new(),
    };
    let taken = match state.layers.last_mut() {
        Some(Layer::Filter(line)) => line.take(fresh, forward),
        _ => false,
    };
    if taken { filter_changed(state) } else { Vec::new() }
}

/// The filter changed: instances are asked once it rests, the log at once.
fn filter_changed(state: &mut State) -> Vec<Effect> {
    note_seen(state);
    let Some(Layer::Filter(FilterLine { rows, input, .. })) = state.layers.last() else {
        return Vec::new();
    };
    let rows = *rows;
    let (text, _) = state.filters.expand(rows, input.value().trim());
    match rows {
        Rows::Log => return narrow_log(state, &text),
        Rows::Audit => return audit::narrow(state, &text),
        Rows::Instances => {
            state.instances.set_filter(&text);
            return Vec::new();
        }
        Rows::Credentials => {
            state.credentials.set_filter(&text);
            return Vec::new();
        }
        Rows::Pointers => {}
    }
    if state.pointers.filter == text {
        return Vec::new();
    }
    let before = state.pointers.generation;
    state.pointers.set_filter(&text);
    if state.pointers.generation == before {
        // A blank, or a term that has only begun: it means the same as before.
        return Vec::new();
    }
    state.pointers.typing = true;
    let settled = Message::FilterSettled(state.pointers.generation);
    vec![Effect::After(REST, settled)]
}

fn menu(state: &mut State, key: Key) -> Vec<Effect> {
    let Some(Layer::Menu(menu)) = state.layers.last_mut() else {
        return Vec::new();
    };
    let last = menu.items.len().saturating_sub(1);
    let chosen = match key.code {
        KeyCode::Esc | KeyCode::Char('q') => {
            state.layers.pop();
            return Vec::new();
        }
        KeyCode::Down | KeyCode::Char('j') | KeyCode::Tab => {
            menu.selected = (menu.selected + 1).min(last);
            None
        }
        KeyCode::Up | KeyCode::Char('k') | KeyCode::BackTab => {
            menu.selected = menu.selected.saturating_sub(1);
            None
        }
        KeyCode::Enter => Some(menu.selected),
        KeyCode::Char(character) => menu
            .items
            .iter()
            .position(|item| item.key == character && character != ' '),
        _ => None,
    };
    let Some(chosen) = chosen else {
        return Vec::new();
    };
    match state.layers.pop() {
        Some(Layer::Menu(mut menu)) if chosen < menu.items.len() => {
            match menu.items.swap_remove(chosen).act {
                Act::Do(work) => vec![begin(state, work)],
                Act::Run(id, argument) => perform(state, id, argument.as_deref()),
                Act::Marked(what) => pointer::for_marked(state, what),
                Act::Settle(how) => match meanwhile::go_on(state, *how) {
                    Next::Send => submit(state),
                    Next::Wait => Vec::new(),
                },
            }
        }
        _ => Vec::new(),
    }
}

fn reading(state: &mut State, key: Key) -> Vec<Effect> {
    if let Some(Layer::Notice(notice)) = state.layers.last_mut()
        && key == Key::char('v')
        && notice.secret.is_some()
    {
        notice.was_told = true;
        return notice.reveal.toggle(state.clock.now());
    }
    match key.code {
        KeyCode::Esc | KeyCode::Enter | KeyCode::Char('q') => {
            if let Some(Layer::Notice(notice)) = state.layers.last_mut()
                && notice.holds_on()
            {
                return Vec::new();
            }
            state.layers.pop();
            Vec::new()
        }
        KeyCode::Down | KeyCode::Char('j') => scroll(state, 1),
        KeyCode::Up | KeyCode::Char('k') => scroll(state, -1),
        KeyCode::PageDown | KeyCode::Char(' ') => scroll(state, 10),
        KeyCode::PageUp => scroll(state, -10),
        _ => Vec::new(),
    }
}

fn steps(state: &mut State, key: Key) -> Vec<Effect> {
    if key.code == KeyCode::Esc {
        state.layers.pop();
    }
    Vec::new()
}
