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

/// What is written and not sent, by instance.
fn unsent(state: &State) -> BTreeMap<InstanceName, String> {
    let memory = &state.composer;
    let closed = memory.drafts.iter();
    let mut texts: BTreeMap<InstanceName, String> = closed
        .map(|(instance, text)| (instance.clone(), text.clone()))
        .collect();
    if let Some(composer) = open(state)
        && composer.editor.text() != composer.given
    {
        texts.insert(composer.instance.clone(), composer.editor.text().to_owned());
    }
    texts.retain(|instance, text| {
        let is_empty = text.trim().is_empty() || text == Composer::FIRST;
        !is_empty && text.len() <= LONGEST && memory.sent.get(instance) != Some(text)
    });
    texts
}

fn open(state: &State) -> Option<&Composer> {
    state.layers.iter().find_map(|layer| match layer {
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
        .map(|instance| Effect::KeepDraft(instance.clone(), None))
        .collect();
    let changed = now
        .into_iter()
        .filter(|(instance, text)| before.get(instance) != Some(text))
        .map(|(instance, text)| Effect::KeepDraft(instance, Some(text)));
    changed.chain(forgotten).collect()
}

/// Takes what was kept: it is offered when the composer opens. One that is open and untouched already shows it.
pub fn take_kept(state: &mut State, outcome: Result<Vec<(InstanceName, String)>, Failure>) {
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
    for (instance, text) in kept {
        state.composer.kept.insert(instance.clone(), text.clone());
        state
            .composer
            .drafts
            .entry(instance.clone())
            .or_insert_with(|| text.clone());
        for layer in &mut state.layers {
            if let Layer::Composer(composer) = layer
                && composer.instance == instance
                && composer.given == Composer::FIRST
                && composer.editor.text() == Composer::FIRST
            {
                composer.begin_with(&text);
            }
        }
    }
}
