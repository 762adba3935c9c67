//! Sending, and looking at what would be sent.

use super::asking;
use super::errand::Errand;
use super::filling::{Filling, Purpose};
use super::layer::with;
use super::looking::look;
use super::state::{Asked, Composer, Panel};
use crate::tui::effect::Effect;
use crate::tui::layers::{Confirm, Layer, Then};
use crate::tui::state::{Running, State, Whereabouts};
use crate::workspace::{Answers, Destruction, Outgoing, Way, Weight, destroying};

/// Sends the query; where there are warnings, only when told so twice.
pub fn send(state: &mut State, composer: &mut Composer) -> Vec<Effect> {
    if composer.sending().is_some() {
        composer.note = Some((
            "the query before is still on its way; ^X stops waiting for it".to_owned(),
            true,
        ));
        return Vec::new();
    }
    look(state, composer);
    let revision = composer.editor.revision();
    let stopper = composer
        .findings
        .iter()
        .find(|finding| finding.weight == Weight::Stopper);
    if let Some(stopper) = stopper {
        let message = format!("not sent: {}", stopper.message);
        let at = stopper.span.start;
        composer.editor.go_to(at);
        composer.note = Some((message, true));
        return Vec::new();
    }
    let warnings = composer.findings.len();
    if warnings > 0 && composer.asked != Some(revision) {
        composer.asked = Some(revision);
        let text = match warnings {
            1 => "there is a warning; ^S again sends it all the same".to_owned(),
            many => format!("there are {many} warnings; ^S again sends it all the same"),
        };
        composer.note = Some((text, true));
        return Vec::new();
    }
    match outgoing(composer) {
        Some(outgoing) => begin(state, composer, Filling::of(outgoing, Purpose::Send)),
        None => Vec::new(),
    }
}

/// Goes on with a query that has no blanks to be asked for.
fn begin(state: &mut State, composer: &mut Composer, filling: Filling) -> Vec<Effect> {
    match asking::begin(state, composer, filling) {
        Some(filled) => go_on(state, composer, filled),
        None => Vec::new(),
    }
}

/// Does with a query, its blanks filled in, what they were filled in for.
pub fn go_on(state: &mut State, composer: &mut Composer, filled: Filling) -> Vec<Effect> {
    match filled.purpose {
        Purpose::Send => send_or_ask(state, composer, filled.outgoing),
        Purpose::DryRun => look_at_filled(state, composer, filled.outgoing),
    }
}

/// Sends it; after a question if it destroys something.
fn send_or_ask(state: &mut State, composer: &mut Composer, outgoing: Outgoing) -> Vec<Effect> {
    let Some(query) = destroying(&outgoing.answered()) else {
        return send_filled(state, composer, outgoing);
    };
    let destruction = Destruction {
        query,
        instance: hit(&outgoing),
        way: outgoing.way.words(),
    };
    let confirm = Confirm::before_sending(&destruction, Then::Send(Box::new(outgoing)));
    state.layers.push(Layer::Confirm(Box::new(confirm)));
    Vec::new()
}

/// The instance that a query hits: on a pointer's way to one that is not in this home, its address.
fn hit(outgoing: &Outgoing) -> String {
    match &outgoing.way {
        Way::Pointer { through, pointer, .. } if *through == outgoing.instance => match &pointer.federated {
            Some(federated) => federated.endpoint.authority(),
            None => format!("whatever {} leads to", pointer.address),
        },
        _ => outgoing.instance.to_string(),
    }
}

/// Sends what was asked about, after a yes.
pub fn send_agreed(state: &mut State, outgoing: Outgoing) -> Vec<Effect> {
    with(state, |state, composer| {
        (true, send_filled(state, composer, outgoing))
    })
}

fn send_filled(state: &mut State, composer: &mut Composer, outgoing: Outgoing) -> Vec<Effect> {
    let ticket = state.take_ticket();
    let text = composer.editor.text().to_owned();
    state.composer.take_sent(&composer.instance, text);
    composer.asked = None;
    composer.reply = Asked::Waiting(ticket);
    composer.panel = Panel::Reply;
    composer.in_panel = false;
    let to = outgoing.way.first(&outgoing.instance);
    state.running.push(Running {
        ticket,
        words: format!("asking {to} for {}", outgoing.query.action()),
        foreground: false,
        is_gentle: false,
        is_stopping: false,
        begun_at: Whereabouts::of(&state.layers),
    });
    vec![Effect::Composer(ticket, Errand::Send(Box::new(outgoing)))]
}

/// Shows what would be sent.
pub fn dry_run(state: &mut State, composer: &mut Composer) -> Vec<Effect> {
    composer.panel = Panel::DryRun;
    match outgoing(composer) {
        Some(outgoing) => begin(state, composer, Filling::of(outgoing, Purpose::DryRun)),
        None => {
            composer.dry_run = Asked::None;
            composer.note = Some(("there is no whole query yet to look at".to_owned(), true));
            Vec::new()
        }
    }
}

fn look_at_filled(state: &mut State, composer: &mut Composer, outgoing: Outgoing) -> Vec<Effect> {
    let ticket = state.take_ticket();
    composer.dry_run = Asked::Waiting(ticket);
    composer.dry_run_of = composer.editor.revision();
    vec![Effect::Composer(ticket, Errand::DryRun(Box::new(outgoing)))]
}

/// Stops waiting for the reply.
pub fn cancel(state: &mut State, composer: &mut Composer) -> Vec<Effect> {
    let Some(ticket) = composer.sending() else {
        return Vec::new();
    };
    state.running.retain(|running| running.ticket != ticket);
    composer.reply = Asked::None;
    composer.note = Some((
        "no longer waiting; it may have been done all the same, and the invoke log tells".to_owned(),
        true,
    ));
    vec![Effect::Cancel(ticket)]
}

/// What is written, to be sent once its blanks are filled in.
fn outgoing(composer: &Composer) -> Option<Outgoing> {
    Some(Outgoing {
        instance: composer.instance.clone(),
        query: composer.query()?,
        answers: Some(Answers::new()),
        as_app_id: composer.identity.clone(),
        way: composer.way.clone(),
        trace: true,
        timeout_seconds: None,
    })
}
