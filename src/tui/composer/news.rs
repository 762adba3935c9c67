//! What comes back to the composer.

use super::background::background;
use super::errand::{Errand, Heard, News};
use super::layer::{with, with_asker};
use super::looking::{look, to_look_up, word};
use super::memory::Known;
use super::offering::offer;
use super::open::{fetched, followed};
use super::state::{Asked, Composer, Panel, Taking};
use super::view::panel_lines::prepare_reply;
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::message::Done;
use crate::tui::outcome::Outcome;
use crate::tui::state::{Level, State};
use crate::workspace::{Failure, ReplyPath};

/// Takes in news.
pub fn on_news(state: &mut State, news: News) -> Vec<Effect> {
    // What an instance told is worth keeping though the composer was closed meanwhile.
    if let News::Came(_, Ok(heard)) = &news {
        remember(state, heard);
    }
    if let News::Came(ticket, _) = &news {
        state.running.retain(|running| running.ticket != *ticket);
    }
    if let News::Came(ticket, outcome) = &news
        && let Some((_, name)) = state.composer.keeping.take_if(|(kept, _)| kept == ticket)
    {
        return tell_kept(state, &name, outcome);
    }
    let news = match news {
        News::Came(ticket, outcome) if state.composer.following == Some(ticket) => {
            state.composer.following = None;
            return match outcome {
                Ok(Heard::Followed(call, detail)) => followed(state, *call, *detail),
                Ok(_) => Vec::new(),
                Err(failure) => {
                    state.report_failure(&failure);
                    Vec::new()
                }
            };
        }
        News::Came(ticket, outcome) if state.composer.fetching == Some(ticket) => {
            state.composer.fetching = None;
            return match outcome {
                Ok(Heard::Fetched(template, instance)) => fetched(state, &template, instance),
                Ok(_) => Vec::new(),
                Err(failure) => {
                    state.report_failure(&failure);
                    Vec::new()
                }
            };
        }
        news => news,
    };
    match news {
        News::Came(ticket, outcome) => with_asker(state, ticket, |state, composer| {
            let effects = match outcome {
                Ok(heard) => came(state, composer, ticket, heard),
                Err(failure) => failed(state, composer, ticket, failure),
            };
            (true, effects)
        }),
        News::Rested(revision) => at_revision(state, revision, rested),
        News::Settled(revision) => at_revision(state, revision, settled),
    }
}

/// Does this in the composer on top, if its text has this revision still.
fn at_revision(
    state: &mut State,
    revision: u64,
    change: impl FnOnce(&mut State, &mut Composer) -> Vec<Effect>,
) -> Vec<Effect> {
    with(state, |state, composer| {
        let effects = match composer.editor.revision() == revision {
            true => change(state, composer),
            false => Vec::new(),
        };
        (true, effects)
    })
}

/// Whom news are for.
pub enum Addressed {
    /// The composer that is open, or what is remembered of it.
    ToComposer(News),
    /// Nobody any more: what came of the query of this ticket, whose composer was closed.
    LeftBehind(u64, Outcome<Done>),
}

/// Finds out whom news are for. What came of a query whose composer is not there any more is told as what came of other
/// work, whoever has gone on from that.
pub fn addressed(state: &State, news: News) -> Addressed {
    let waits = |ticket: u64| {
        let sends =
            |layer: &Layer| matches!(layer, Layer::Composer(composer) if composer.sending() == Some(ticket));
        let is_running = state.running.iter().any(|running| running.ticket == ticket);
        is_running && !state.layers.iter().any(sends)
    };
    match news {
        News::Came(ticket, Ok(Heard::Arrived(arrived))) if waits(ticket) => {
            let done = match (arrived.log_id, arrived.unlogged) {
                (None, Some((reply, failure))) => Done::Unlogged(Box::new(reply), failure),
                (id, _) => Done::Invoked(id.unwrap_or_default()),
            };
            Addressed::LeftBehind(ticket, Ok(done))
        }
        News::Came(ticket, Err(failure)) if waits(ticket) => Addressed::LeftBehind(ticket, Err(failure)),
        news => Addressed::ToComposer(news),
    }
}

/// Says whether a query is kept now: in the composer, or where that was closed meanwhile on the status line.
fn tell_kept(state: &mut State, name: &str, outcome: &Outcome<Heard>) -> Vec<Effect> {
    let note = match outcome {
        Ok(_) => (format!("kept as {name}"), false),
        Err(failure) => (format!("not kept as {name}: {}", failure.message), true),
    };
    let mut is_open = false;
    with(state, |_, composer| {
        is_open = true;
        composer.note = Some(note.clone());
        (true, Vec::new())
    });
    if !is_open {
        let (text, is_refusal) = note;
        let level = if is_refusal { Level::Bad } else { Level::Good };
        state.report(level, text, "");
    }
    Vec::new()
}

fn remember(state: &mut State, heard: &Heard) {
    match heard {
        Heard::Learned(instance, identity, knowledge) => {
            let known = Known {
                knowledge: (**knowledge).clone(),
                at: state.clock.now(),
            };
            state.composer.unasked.remove(instance);
            state
                .composer
                .known
                .insert((instance.clone(), identity.clone()), known);
        }
        Heard::Kept(templates, history) => {
            state.composer.templates = Some(templates.clone());
            state.composer.history.clone_from(history);
        }
        Heard::Templates(templates) => state.composer.templates = Some(templates.clone()),
        _ => {}
    }
}

fn rested(state: &mut State, composer: &mut Composer) -> Vec<Effect> {
    if composer.looked_at != Some(composer.editor.revision()) {
        look(state, composer);
    }
    match word(state, composer) {
        Some(word) if composer.found_for.as_ref() != Some(&word) => {
            let instance = composer.instance.clone();
            vec![background(state, Errand::Search(instance, word))]
        }
        _ => Vec::new(),
    }
}

fn settled(state: &mut State, composer: &mut Composer) -> Vec<Effect> {
    let instance = composer.instance.clone();
    to_look_up(composer)
        .into_iter()
        .map(|address| background(state, Errand::Exists(instance.clone(), address)))
        .collect()
}

fn came(state: &mut State, composer: &mut Composer, ticket: u64, heard: Heard) -> Vec<Effect> {
    match heard {
        Heard::Learned(instance, ..) => {
            if instance == composer.instance {
                look(state, composer);
                offer(state, composer, false);
            }
        }
        Heard::Found(word_then, found) => {
            composer.found = found;
            composer.found_for = Some(word_then);
            if composer.window.is_none() && word(state, composer).is_some() {
                offer(state, composer, false);
            }
        }
        Heard::LookedInto(reply, instance, paths) => {
            if composer.taking.of == Some((reply, instance)) {
                looked_into(state, composer, paths);
            }
        }
        Heard::Exists(address, is_there) => {
            composer.pointers.insert(address, Some(is_there));
            look(state, composer);
        }
        Heard::Ways(instance, ways) => {
            if instance == composer.instance {
                composer.ways = Asked::Here(ways);
            }
        }
        Heard::DryRun(dry_run) => {
            if matches!(composer.dry_run, Asked::Waiting(waited) if waited == ticket) {
                composer.dry_run = Asked::Here(*dry_run);
                composer.scroll[Panel::DryRun.index()] = 0;
            }
        }
        Heard::Arrived(arrived) => {
            if composer.sending() == Some(ticket) {
                composer.reply = Asked::Here(*arrived);
                // It may be the last reply of its kind now.
                composer.taking = Taking::default();
                composer.reply_lines = (0, Vec::new());
                composer.scroll[Panel::Reply.index()] = 0;
                composer.panel = Panel::Reply;
                prepare_reply(state, composer);
                return vec![background(state, Errand::Kept)];
            }
        }
        Heard::Kept(..) | Heard::Templates(_) | Heard::Fetched(..) | Heard::Followed(..) => {}
    }
    Vec::new()
}

fn looked_into(state: &State, composer: &mut Composer, paths: Result<Vec<ReplyPath>, Failure>) {
    match paths {
        Ok(paths) => {
            composer.taking.paths = paths;
            if composer.window.is_none() {
                offer(state, composer, false);
            }
        }
        Err(failure) => composer.note = Some((failure.message, true)),
    }
}

fn failed(state: &mut State, composer: &mut Composer, ticket: u64, failure: Failure) -> Vec<Effect> {
    if composer.sending() == Some(ticket) {
        tracing::warn!(remedy = %failure.remedy, "the composed query was not answered: {}", failure.message);
        composer.reply = Asked::Failed(failure);
        composer.panel = Panel::Reply;
        composer.scroll[Panel::Reply.index()] = 0;
        return Vec::new();
    }
    if matches!(composer.dry_run, Asked::Waiting(waited) if waited == ticket) {
        composer.dry_run = Asked::Failed(failure);
        return Vec::new();
    }
    if matches!(composer.ways, Asked::Waiting(waited) if waited == ticket) {
        composer.ways = Asked::Failed(failure);
        return Vec::new();
    }
    tracing::debug!("an errand of the composer: {}", failure.message);
    let known = state.composer.of(&composer.instance, composer.identity.as_ref());
    if known.is_none() {
        state.composer.unasked.insert(composer.instance.clone(), failure);
    } else if composer.window.is_some() || failure.instance.is_none() {
        composer.note = Some((failure.message, true));
    }
    Vec::new()
}
