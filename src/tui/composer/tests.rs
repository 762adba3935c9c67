//! What keys do, and what is seen, at three sizes and with a held clock.

mod blanks;
mod closed;
mod kept_texts;
mod pictures;
mod stacked;

use super::errand::{Errand, Heard, News};
use super::fake;
use super::keep_unsent;
use super::state::{Asked, Composer, Panel};
use crate::command::Key;
use crate::model::{InstanceName, Route};
use crate::protocol::Code;
use crate::tui::effect::Effect;
use crate::tui::fake::{address, answer, blank, demo, detail_of, failure, name, press, write};
use crate::tui::layers::Layer;
use crate::tui::message::Message;
use crate::tui::state::State;
use crate::tui::update::update;
use crate::tui::view::tests::screen;
use crate::workspace::{Outgoing, ReplyPath, Way};

const BLANKS: &str = "{\"action\": \"search_pointers\", \"search_term\": \"{{what}} of {{site}}\", \"limit\": \"{{limit:json}}\"}";

fn composer(state: &State) -> &Composer {
    let found = state.layers.iter().rev().find_map(|layer| match layer {
        Layer::Composer(composer) => Some(composer.as_ref()),
        _ => None,
    });
    found.expect("the composer is open")
}

fn text(state: &State) -> &str {
    composer(state).editor.text()
}

/// Puts a query in the place of what is there.
fn write_query(state: &mut State, query: &str) {
    if let Some(Layer::Composer(composer)) = state.layers.last_mut() {
        composer.editor.replace_all("");
    }
    let effects = update(state, Message::Paste(query.into()));
    answer(state, effects);
}

/// Presses a key, and gives what is wanted then.
fn effects(state: &mut State, key: &str) -> Vec<Effect> {
    update(state, Message::Key(Key::parse(key).unwrap()))
}

fn sent(effects: &[Effect]) -> Option<(u64, &Outgoing)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Composer(ticket, Errand::Send(outgoing)) => Some((*ticket, outgoing.as_ref())),
        _ => None,
    })
}

fn tell(state: &mut State, ticket: u64, heard: Result<Heard, crate::workspace::Failure>) {
    let effects = update(state, Message::Composer(News::Came(ticket, heard)));
    answer(state, effects);
}

const STATS: &str = "{\"action\": \"get_graph_stats\"}";
const POINTER: &str = "{\"action\": \"get_pointer\", \"pointer_address\": \"ptr_000000000007\"}";

fn send(state: &mut State) -> u64 {
    let effects = effects(state, "ctrl-s");
    let ticket = sent(&effects).expect("it is sent").0;
    answer(state, effects);
    ticket
}

#[test]
fn it_begins_with_an_action_to_be_chosen_and_brings_what_that_needs() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write(&mut state, "get_pointer_s");
    let popup = composer(&state).popup.as_ref().expect("actions are offered");
    assert_eq!(popup.offers[0].label, "get_pointer_summary");
    press(&mut state, &["enter"]);
    assert_eq!(
        text(&state),
        "{\n  \"action\": \"get_pointer_summary\",\n  \"pointer_address\": \"\"\n}"
    );
    write(&mut state, "dust");
    let popup = composer(&state).popup.as_ref().expect("pointers are offered");
    assert_eq!(popup.offers.len(), 3);
    press(&mut state, &["down", "tab"]);
    assert!(text(&state).contains(address(2).as_str()), "{}", text(&state));
    assert!(composer(&state).findings.is_empty());
}

#[test]
fn what_is_no_query_is_not_sent_and_a_warning_is_asked_about_once() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, "{\"action\": ");
    assert!(sent(&effects(&mut state, "ctrl-s")).is_none());
    write_query(&mut state, "{\"action\": \"get_pointer\"}");
    assert!(sent(&effects(&mut state, "ctrl-s")).is_none());
    let twice = effects(&mut state, "ctrl-s");
    assert_eq!(sent(&twice).unwrap().1.query.action(), "get_pointer");
}

#[test]
fn another_way_is_asked_about_anew() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, "{\"action\": \"get_pointer\"}");
    assert!(sent(&effects(&mut state, "ctrl-s")).is_none());
    press(&mut state, &["ctrl-g", "enter"]);
    assert!(sent(&effects(&mut state, "ctrl-s")).is_none());
    assert!(composer(&state).note.as_ref().unwrap().0.contains("warning"));
}

/// What is asked about before it is sent.
fn question(state: &State) -> Option<(String, String)> {
    match state.layers.last() {
        Some(Layer::Confirm(confirm)) => {
            Some((confirm.text.clone(), confirm.instance.clone().unwrap_or_default()))
        }
        _ => None,
    }
}

/// Sends, also where there are warnings; nothing is sent at once.
fn try_to_send(state: &mut State) {
    for _ in 0..2 {
        if question(state).is_none() && composer(state).window.is_none() {
            assert!(sent(&effects(state, "ctrl-s")).is_none());
        }
    }
}

const DELETE: &str = "{\"action\": \"delete_pointer\", \"pointer_address\": \"ptr_000000000007\"}";

#[test]
fn what_destroys_is_sent_after_a_yes_only() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, DELETE);
    try_to_send(&mut state);
    let (text, instance) = question(&state).expect("it asks");
    assert!(text.contains("ptr_000000000007"), "{text}");
    assert_eq!(instance, "alpha");
    assert!(sent(&effects(&mut state, "esc")).is_none());
    assert!(matches!(state.layers.last(), Some(Layer::Composer(_))));
    try_to_send(&mut state);
    assert!(question(&state).is_some(), "it asks each time");
    let yes = effects(&mut state, "y");
    assert_eq!(sent(&yes).unwrap().1.query.action(), "delete_pointer");
    assert!(matches!(state.layers.last(), Some(Layer::Composer(_))));
}

#[test]
fn what_destroys_asks_also_as_a_line_as_a_key_and_inside_a_relay() {
    let mut state = demo((120, 36));
    press(&mut state, &[":"]);
    write(&mut state, "query {\"action\": \"clear_audit_log\"}");
    assert!(sent(&effects(&mut state, "enter")).is_none());
    let (text, instance) = question(&state).expect("it asks");
    assert!(text.contains("audit trail"), "{text}");
    assert_eq!(instance, "alpha");

    let mut state = demo((120, 36));
    let bound = "[keys.panes]\n\"alt-k\" = 'query {\"action\": \"clear_audit_log\"}'\n";
    state.keymap = crate::command::Keymap::load(bound).unwrap().0;
    assert!(sent(&effects(&mut state, "alt-k")).is_none());
    assert!(question(&state).is_some());

    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    let relay =
        format!("{{\"action\": \"relay\", \"connection_id\": \"conn_0123456789ab\", \"query\": {DELETE}}}");
    write_query(&mut state, &relay);
    try_to_send(&mut state);
    assert!(question(&state).unwrap().0.contains("ptr_000000000007"));
}

#[test]
fn a_question_names_what_was_filled_in() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(
        &mut state,
        "{\"action\": \"delete_pointer\", \"pointer_address\": \"{{which}}\"}",
    );
    try_to_send(&mut state);
    write(&mut state, "ptr_000000000007");
    assert!(sent(&effects(&mut state, "enter")).is_none());
    let (text, _) = question(&state).expect("it asks");
    assert!(text.contains("ptr_000000000007"), "{text}");
    assert!(sent(&effects(&mut state, "y")).is_some());
}

#[test]
fn another_text_is_asked_about_anew() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, "{\"action\": \"get_pointer\"}");
    assert!(sent(&effects(&mut state, "ctrl-s")).is_none());
    write(&mut state, " ");
    assert!(sent(&effects(&mut state, "ctrl-s")).is_none());
}

#[test]
fn the_reply_comes_beside_the_query_and_enter_opens_its_page() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, STATS);
    let ticket = send(&mut state);
    assert_eq!(state.running.len(), 1);
    tell(&mut state, ticket, Ok(Heard::Arrived(Box::new(fake::arrived()))));
    assert!(state.running.is_empty());
    assert_eq!(composer(&state).panel, Panel::Reply);
    assert_eq!(text(&state), STATS);
    press(&mut state, &["shift-tab", "enter"]);
    assert!(matches!(state.layers.last(), Some(Layer::Invoke(page)) if page.id == 4));
    press(&mut state, &["esc"]);
    assert!(matches!(state.layers.last(), Some(Layer::Composer(_))));
    press(&mut state, &["esc", "esc"]);
    assert!(state.layers.is_empty());
}

#[test]
fn waiting_can_be_given_up() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, STATS);
    let ticket = send(&mut state);
    assert!(sent(&effects(&mut state, "ctrl-s")).is_none(), "one at a time");
    let cancelled = effects(&mut state, "ctrl-x");
    assert!(matches!(cancelled[..], [Effect::Cancel(cancelled), ..] if cancelled == ticket));
    assert!(state.running.is_empty());
    tell(&mut state, ticket, Ok(Heard::Arrived(Box::new(fake::arrived()))));
    assert!(matches!(composer(&state).reply, Asked::None));
}

#[test]
fn what_was_written_is_there_again_until_the_vault_is_locked() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, POINTER);
    press(&mut state, &["esc", "I"]);
    assert_eq!(text(&state), POINTER);
    press(&mut state, &["esc", ":"]);
    write(&mut state, "lock");
    press(&mut state, &["enter"]);
    assert!(state.composer.drafts.is_empty() && state.composer.known.is_empty());
}

/// What is kept, by instance; none for what is forgotten.
fn kept(effects: Vec<Effect>) -> Vec<(String, Vec<String>)> {
    let kept = effects.into_iter().filter_map(|effect| match effect {
        Effect::KeepDrafts(instance, texts) => Some((instance.to_string(), texts)),
        _ => None,
    });
    kept.collect()
}

fn leave(state: &mut State) -> Vec<(String, Vec<String>)> {
    kept(update(state, Message::Terminate))
}

#[test]
fn what_was_not_sent_outlives_the_console() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    assert!(keep_unsent(&mut state).is_empty(), "nothing was written yet");
    write_query(&mut state, POINTER);
    let written = [("alpha".to_owned(), vec![POINTER.to_owned()])];
    assert_eq!(kept(keep_unsent(&mut state)), written);
    assert!(keep_unsent(&mut state).is_empty(), "it is kept already");
    write_query(&mut state, STATS);
    assert_eq!(leave(&mut state), [("alpha".to_owned(), vec![STATS.to_owned()])]);

    // The next console offers it, whether the composer was opened before it was read or after.
    for late in [false, true] {
        let mut state = demo((120, 36));
        let mut drafts = Some(Message::Drafts(Ok(vec![(
            name("alpha"),
            vec![POINTER.to_owned()],
        )])));
        if !late {
            update(&mut state, drafts.take().unwrap());
        }
        press(&mut state, &["I"]);
        if let Some(drafts) = drafts {
            update(&mut state, drafts);
        }
        assert_eq!(text(&state), POINTER, "late: {late}");
        assert!(leave(&mut state).is_empty(), "it is kept already");
    }
}

#[test]
fn what_was_sent_or_taken_away_is_forgotten() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, STATS);
    keep_unsent(&mut state);
    send(&mut state);
    assert_eq!(kept(keep_unsent(&mut state)), [("alpha".to_owned(), Vec::new())]);
    write_query(&mut state, POINTER);
    keep_unsent(&mut state);
    write_query(&mut state, "");
    // Closing has it kept, or forgotten, at once.
    let mut told = effects(&mut state, "esc");
    told.extend(keep_unsent(&mut state));
    assert_eq!(kept(told), [("alpha".to_owned(), Vec::new())]);
}

#[test]
fn nothing_is_written_over_what_could_not_be_read() {
    let mut state = blank((120, 36));
    for effect in crate::tui::update::start(&mut state, crate::tui::update::Start::Open) {
        match effect {
            Effect::LoadDrafts => {
                update(&mut state, Message::Drafts(Err(failure())));
            }
            effect => answer(&mut state, vec![effect]),
        }
    }
    press(&mut state, &["I"]);
    write_query(&mut state, POINTER);
    assert!(keep_unsent(&mut state).is_empty());
    assert!(leave(&mut state).is_empty());
}

#[test]
fn a_pointer_that_is_not_there_is_warned_of() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, &POINTER.replace("000000000007", "ffffffffffff"));
    assert!(
        composer(&state).findings[0]
            .message
            .contains("there is no pointer")
    );
    write_query(&mut state, POINTER);
    assert!(composer(&state).findings.is_empty());
}

#[test]
fn an_instance_that_only_is_to_be_read_gets_no_writing_action() {
    let mut state = demo((120, 36));
    state.read_only = true;
    press(&mut state, &["I"]);
    write_query(
        &mut state,
        "{\"action\": \"delete_pointer\", \"pointer_address\": \"ptr_000000000007\"}",
    );
    press(&mut state, &["ctrl-s"]);
    assert!(sent(&effects(&mut state, "ctrl-s")).is_none());
}

#[test]
fn on_a_federated_pointer_it_begins_with_what_the_peer_is_asked() {
    let mut state = demo((120, 36));
    press(&mut state, &["j", "j", "j", "enter", "I"]);
    assert!(text(&state).contains("get_pointer_summary"));
    assert_eq!(composer(&state).instance, InstanceName::parse("beta").unwrap());
    let Way::Pointer { through, route, .. } = &composer(&state).way else {
        panic!("it goes along the pointer");
    };
    assert_eq!((through.as_str(), *route), ("alpha", Route::Relay));
    let sends = effects(&mut state, "ctrl-s");
    assert!(matches!(sent(&sends).unwrap().1.way, Way::Pointer { .. }));
}

#[test]
fn a_query_of_the_log_is_edited_and_sent_again() {
    let mut state = demo((120, 36));
    press(&mut state, &["4", "enter", "e"]);
    assert!(text(&state).contains("get_pointer_summary"), "{}", text(&state));
}

#[test]
fn a_call_of_the_log_is_edited_on_the_way_that_it_went() {
    // The newest line is a call by relay from alpha to beta, about a pointer of beta.
    let mut state = demo((120, 36));
    press(&mut state, &["4", "enter"]);
    let asked = effects(&mut state, "e");
    let [Effect::Composer(ticket, Errand::Follow(call, at))] = &asked[..] else {
        panic!("the pointer is not asked for");
    };
    assert_eq!((call.through.as_str(), at), ("alpha", &address(3)));
    let (ticket, call) = (*ticket, call.clone());
    answer(&mut state, asked);
    assert_eq!(composer(&state).instance, name("beta"));
    assert!(text(&state).contains("ptr_000000000007"), "{}", text(&state));
    let Way::Pointer {
        through,
        pointer,
        route,
    } = &composer(&state).way
    else {
        panic!("it goes along the pointer");
    };
    assert_eq!(
        (through.as_str(), &pointer.address, *route),
        ("alpha", &address(3), Route::Relay)
    );

    // It comes too late for somebody who is elsewhere by then.
    press(&mut state, &["esc", "esc", "?"]);
    let late = Heard::Followed(call, Box::new(detail_of(&address(3))));
    state.composer.following = Some(ticket);
    tell(&mut state, ticket, Ok(late));
    assert!(matches!(state.layers.last(), Some(Layer::Help(_))));
}

#[test]
fn a_call_whose_pointer_cannot_be_asked_for_is_not_edited_and_it_is_said_why() {
    let mut state = demo((120, 36));
    press(&mut state, &["4", "enter"]);
    let asked = effects(&mut state, "e");
    let [Effect::Composer(ticket, _)] = &asked[..] else {
        panic!("the pointer is not asked for");
    };
    tell(&mut state, *ticket, Err(failure()));
    assert!(matches!(state.layers.last(), Some(Layer::Invoke(_))));
    assert!(screen(&state).contains(&failure().message));
}

#[test]
fn a_query_of_a_line_of_the_log_is_in_the_composer_with_one_key() {
    let mut state = demo((120, 36));
    press(&mut state, &["4", "e"]);
    assert!(text(&state).contains("get_pointer_summary"), "{}", text(&state));
    press(&mut state, &["esc"]);
    assert!(state.layers.is_empty(), "one comes back to the line");
}

#[test]
fn a_query_on_the_command_line_is_checked_and_sent_by_the_composer() {
    let mut state = demo((120, 36));
    press(&mut state, &["I", "esc", "esc", ":"]);
    write(&mut state, r#"query {"action": "get_graph_stats"}"#);
    let sends = effects(&mut state, "enter");
    let (_, outgoing) = sent(&sends).expect("it is sent");
    assert_eq!(outgoing.query.action(), "get_graph_stats");
    let mut state = demo((120, 36));
    press(&mut state, &[":"]);
    write(&mut state, r#"query {"action": "#);
    assert!(sent(&effects(&mut state, "enter")).is_none());
    let note = composer(&state).note.as_ref().expect("it is told why");
    assert!(note.0.starts_with("not sent"), "{}", note.0);
}

#[test]
fn the_footer_shows_no_arrows_where_the_terminal_has_none() {
    let mut state = demo((120, 36));
    state.look.glyphs = crate::tui::theme::ASCII;
    for keys in [&["I"][..], &["shift-tab"], &["shift-tab", "ctrl-g"]] {
        press(&mut state, keys);
        let screen = screen(&state);
        let footer = screen.lines().last().unwrap();
        assert!(
            !footer.contains(['\u{23ce}', '\u{21e7}', '\u{2191}', '\u{2190}']),
            "{footer}"
        );
    }
}

#[test]
fn templates_history_and_ways_are_chosen_from() {
    let mut state = demo((120, 36));
    press(&mut state, &["I", "ctrl-t"]);
    write(&mut state, "harbour");
    press(&mut state, &["enter"]);
    assert!(text(&state).contains("\"search_term\": \"harbour\""));
    press(&mut state, &["ctrl-r"]);
    write(&mut state, "ptr 007");
    press(&mut state, &["enter"]);
    assert!(text(&state).contains("ptr_000000000007"));
    press(&mut state, &["ctrl-t", "ctrl-s"]);
    write(&mut state, "mine");
    let keeps = effects(&mut state, "enter");
    assert!(keeps.iter().any(
        |effect| matches!(effect, Effect::Composer(_, Errand::Keep(template)) if template.name == "mine")
    ));
    press(&mut state, &["alt-u", "alt-u"]);
    assert!(!text(&state).contains("ptr_000000000007"));
}

#[test]
fn a_query_that_has_a_name_is_begun_with_by_that_name() {
    let mut state = demo((120, 36));
    press(&mut state, &[":"]);
    write(&mut state, "template coast");
    press(&mut state, &["tab", "enter"]);
    assert!(text(&state).contains("get_graph_stats"));
    assert_eq!(
        composer(&state).instance.as_str(),
        "beta",
        "for what it was written for"
    );
    press(&mut state, &["esc", ":"]);
    write(&mut state, "template no such name");
    press(&mut state, &["enter"]);
    assert!(state.layers.is_empty(), "it is said in the messages");
    press(&mut state, &[":"]);
    write(&mut state, "template");
    press(&mut state, &["enter"]);
    write(&mut state, "harbour");
    press(&mut state, &["enter"]);
    assert!(text(&state).contains("\"search_term\": \"harbour\""));
}

#[test]
fn what_stands_in_a_file_is_not_forgotten_here() {
    let mut state = demo((120, 36));
    press(&mut state, &["I", "ctrl-t"]);
    write(&mut state, "coast");
    for _ in 0..2 {
        let effects = effects(&mut state, "ctrl-x");
        assert!(effects.is_empty());
    }
    let note = composer(&state).note.as_ref().map(|(note, _)| note.as_str());
    assert!(
        note.is_some_and(|note| note.contains("stands in a file")),
        "{note:?}"
    );
}

#[test]
fn a_file_of_queries_that_is_wrong_is_told_where_they_are_chosen() {
    let mut state = demo((120, 36));
    press(&mut state, &["I", "ctrl-t"]);
    let templates = state.composer.templates.as_mut().unwrap();
    templates.problems = vec![crate::tui::fake::failure(), crate::tui::fake::failure()];
    let shown = screen(&state);
    assert!(shown.contains("(and 1 more: :doctor)"), "{shown}");
}

#[test]
fn forgetting_a_template_is_asked_about() {
    let mut state = demo((120, 36));
    press(&mut state, &["I", "ctrl-t"]);
    let forgets = |effects: &[Effect]| {
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Composer(_, Errand::Forget(_))))
    };
    assert!(!forgets(&effects(&mut state, "ctrl-x")));
    assert!(forgets(&effects(&mut state, "ctrl-x")));
}

#[test]
fn the_dry_run_is_of_the_query_as_it_was_and_says_when_that_changed() {
    let mut state = demo((120, 36));
    press(&mut state, &["I"]);
    write_query(&mut state, STATS);
    let looks = effects(&mut state, "ctrl-d");
    let ticket = looks
        .iter()
        .find_map(|effect| match effect {
            Effect::Composer(ticket, Errand::DryRun(_)) => Some(*ticket),
            _ => None,
        })
        .expect("it is looked at");
    assert!(sent(&looks).is_none());
    tell(&mut state, ticket, Ok(Heard::DryRun(Box::new(fake::dry_run()))));
    assert!(screen(&state).contains("Nothing was sent."));
    write(&mut state, " ");
    assert!(screen(&state).contains("has changed since"));
}
