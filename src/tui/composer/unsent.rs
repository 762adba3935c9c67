//! What was written and not sent outlives the console: every few seconds, and when it is left, what has changed of it is
//! kept in the vault; a new console offers it where it was being written.

use super::state::Composer;
use crate::model::InstanceName;
use crate::tui::effect::Effect;
use crate::tui::layers::Layer;
use crate::tui::state::{Level, State, Told};
use crate::workspace::Failure;
use std::collections::BTreeMap;

/// Longer texts are not kept: they were pasted, and are somewhere else.
const LONGEST: usize = 256 * 1024;

/// Texts for one instance that are offered again, at most.
const MOST: usize = 5;

/// Keeps what was being written in a composer that is closed, or that takes another text: in front of what was being
/// written for the instance before, and instead of the text that it began with.
pub(super) fn keep_draft(state: &mut State, composer: &Composer) {
    let drafts = state.composer.drafts.entry(composer.instance.clone());
    put(drafts.or_default(), composer);
}

fn put(texts: &mut Vec<String>, composer: &Composer) {
    let (given, text) = (&composer.given, composer.editor.text());
    if text == given {
        return;
    }
    texts.retain(|kept| kept != given && kept != text);
    if !text.trim().is_empty() && text != Composer::FIRST {
        texts.insert(0, text.to_owned());
        texts.truncate(MOST);
    }
}

/// What is written and not sent, by instance.
fn unsent(state: &State) -> BTreeMap<InstanceName, Vec<String>> {
    let memory = &state.composer;
    let closed = memory.drafts.iter();
    let mut all: BTreeMap<InstanceName, Vec<String>> = closed
        .map(|(instance, texts)| (instance.clone(), texts.clone()))
        .collect();
    for composer in open(state) {
        put(all.entry(composer.instance.clone()).or_default(), composer);
    }
    for (instance, texts) in &mut all {
        texts.retain(|text| text.len() <= LONGEST && memory.sent.get(instance) != Some(text));
    }
    all.retain(|_, texts| !texts.is_empty());
    all
}

/// The composers that are open, the one on top last.
fn open(state: &State) -> impl Iterator<Item = &Composer> {
    state.layers.iter().filter_map(|layer| match layer {
        Layer::Composer(composer) => Some(&**composer),
        _ => None,
    })
}

/// Has kept what changed of it since it was kept last.
pub fn keep_unsent(state: &mut State) -> Vec<Effect> {
    if state.kept.drafts != Told::Known {
        return Vec::new();
    }
    let now = unsent(state);
    let before = std::mem::replace(&mut state.composer.kept, now.clone());
    let gone = before.keys().filter(|instance| !now.contains_key(*instance));
    let forgotten: Vec<Effect> = gone
        .map(|instance| Effect::KeepDrafts(instance.clone(), Vec::new()))
        .collect();
    let changed = now
        .into_iter()
        .filter(|(instance, texts)| before.get(instance) != Some(texts))
        .map(|(instance, texts)| Effect::KeepDrafts(instance, texts));
    changed.chain(forgotten).collect()
}

/// Takes what was kept: it is offered when the composer opens. One that is open and untouched already shows it.
pub fn take_kept(state: &mut State, outcome: Result<Vec<(InstanceName, Vec<String>)>, Failure>) {
    let kept = match outcome {
        Ok(kept) => kept,
        Err(failure) => {
            // Nothing is kept over what could not be read; it is asked for again.
            if state.kept.drafts.fail() {
                let text = format!("what was being written is not at hand: {}", failure.message);
                state.report(Level::Warn, text, failure.remedy);
            }
            return;
        }
    };
    state.kept.drafts = Told::Known;
    for (instance, texts) in kept {
        let drafts = state.composer.drafts.entry(instance.clone()).or_default();
        drafts.extend(
            texts
                .iter()
                .filter(|text| !drafts.contains(text))
                .cloned()
                .collect::<Vec<_>>(),
        );
        drafts.truncate(MOST);
        for layer in &mut state.layers {
            if let Layer::Composer(composer) = layer
                && composer.instance == instance
                && composer.given == Composer::FIRST
                && composer.editor.text() == Composer::FIRST
                && let Some(text) = texts.first()
            {
                composer.begin_with(text);
            }
        }
        state.composer.kept.insert(instance, texts);
    }
}
