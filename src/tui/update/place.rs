//! Where one was when the console was left: kept on leaving, and gone back to once what it names is there again.
//!
//! Nothing waits for it, and nothing is asked for because of it but what the page itself asks. What is gone is dropped
//! without a word, and whoever touches a key first is where he is.

use super::pages::{open_credential_page, open_instance_page, open_invoke_page};
use crate::model::{InstanceName, PointerAddress};
use crate::tui::effect::Effect;
use crate::tui::layers::{Layer, Tab};
use crate::tui::state::{Load, OpenPage as Page, Place, State, Told};
use crate::tui::{audit, composer, doctor, domains, map, pointer};

/// Rows around the remembered one among which a pointer is looked for.
const AROUND: u64 = 100;

/// Has it remembered where one is; nothing before one is back where one was, or before it is known where that is.
pub fn keep(state: &State) -> Option<Effect> {
    let is_known = state.kept.settings == Told::Known && state.instances.load == Load::Ready;
    if state.returning.is_some() || !is_known {
        return None;
    }
    let text = serde_json::to_string(&here(state)).ok()?;
    Some(Effect::Remember("place", text))
}

fn here(state: &State) -> Place {
    let pointer = state.pointers.selected();
    let line = state.log.selected().filter(|_| state.log.is_frozen());
    Place {
        instance: state.instances.selected_name().map(String::from),
        folded: Some(state.instances.folded()),
        pointer: pointer.map(|pointer| (pointer.address.to_string(), state.pointers.selected)),
        line: line.map(|row| row.id),
        page: state.layers.iter().rev().find_map(|layer| page_of(state, layer)),
    }
}

fn page_of(state: &State, layer: &Layer) -> Option<Page> {
    match layer {
        Layer::Instance(page) => Some(Page::Instance(page.name.to_string())),
        Layer::Pointer(page) => {
            let is_selected = state
                .pointers
                .selected()
                .is_some_and(|pointer| pointer.address == page.address);
            is_selected.then_some(Page::Pointer)
        }
        Layer::Invoke(page) => Some(Page::Invoke(page.id, page.tab.index())),
        Layer::Credential(page) => Some(Page::Credential(page.name.clone())),
        Layer::Map(_) => Some(Page::Map),
        Layer::Domains(page) => Some(Page::Domains(page.instance.to_string())),
        Layer::Audit(page) => Some(Page::Audit(page.instance.to_string())),
        Layer::Doctor(_) => Some(Page::Doctor),
        Layer::Composer(composer) => Some(Page::Composer(composer.instance.to_string())),
        _ => None,
    }
}

/// Takes what was kept.
pub fn take(state: &mut State, text: &str) {
    state.returning = serde_json::from_str(text).ok();
}

/// Goes as far back to where one was as what is there allows.
pub fn go_back(state: &mut State) -> Vec<Effect> {
    if state.instances.load != Load::Ready {
        return Vec::new();
    }
    let Some(mut place) = state.returning.take() else {
        return Vec::new();
    };
    if let Some(name) = place.instance.take()
        && let Some(index) = state.instances.index(&name)
    {
        state.instances.select(index);
    }
    if let Some(folded) = place.folded.take() {
        state.instances.fold_as(folded);
    }
    if let Some((address, row)) = place.pointer.take()
        && !go_to_pointer(state, &address, row)
    {
        place.pointer = Some((address, row));
    }
    if state.log.load == Load::Ready
        && let Some(id) = place.line.take()
    {
        state.log.select_id(id);
    }
    let waits_for_log = place.line.is_some()
        || matches!(place.page, Some(Page::Invoke(..))) && state.log.load == Load::Waiting;
    let waits_for_credentials =
        matches!(place.page, Some(Page::Credential(_))) && state.credentials.load == Load::Waiting;
    if place.pointer.is_some() || waits_for_log || waits_for_credentials {
        state.returning = Some(place);
        return Vec::new();
    }
    match place.page {
        Some(page) if state.layers.is_empty() => open(state, page),
        _ => Vec::new(),
    }
}

/// Selects a pointer, looked for around the row where it was. False while that has to be waited for.
fn go_to_pointer(state: &mut State, address: &str, row: u64) -> bool {
    let pointers = &mut state.pointers;
    let is_other = !pointers.merged && pointers.instance != state.instances.selected_name();
    if is_other || pointers.load == Load::Waiting || pointers.is_waiting() {
        return false;
    }
    let is_it = |row: &u64| {
        pointers
            .row(*row)
            .is_some_and(|pointer| pointer.address.as_str() == address)
    };
    if row < pointers.total && pointers.row(row).is_none() && pointers.selected != row {
        // It is fetched once it is in view.
        pointers.selected = row;
        return false;
    }
    let mut near = (row.saturating_sub(AROUND)..=row + AROUND).filter(is_it);
    let found = near.next();
    if let Some(row) = found {
        pointers.selected = row;
    } else if PointerAddress::parse(address).is_ok() && pointers.selected == row {
        pointers.selected = 0;
    }
    true
}

fn open(state: &mut State, page: Page) -> Vec<Effect> {
    let named = |state: &State, name: &str| -> Option<InstanceName> {
        state
            .instances
            .get(name)
            .map(|instance| instance.row.name.clone())
    };
    match page {
        Page::Instance(name) => match named(state, &name) {
            Some(name) => open_instance_page(state, name),
            None => Vec::new(),
        },
        Page::Composer(name) => match named(state, &name) {
            Some(name) => composer::open(state, name),
            None => Vec::new(),
        },
        Page::Domains(name) => match named(state, &name) {
            Some(name) => domains::open(state, name),
            None => Vec::new(),
        },
        Page::Audit(name) => match named(state, &name) {
            Some(name) => audit::open(state, name),
            None => Vec::new(),
        },
        Page::Doctor => doctor::open(state),
        Page::Map => map::open(state),
        Page::Pointer => {
            let row = state.pointers.selected;
            let instance = state.pointers.instance_of(row).cloned();
            match (instance, state.pointers.selected().cloned()) {
                (Some(instance), Some(pointer)) => pointer::open(state, instance, &pointer),
                _ => Vec::new(),
            }
        }
        Page::Invoke(id, tab) => match Tab::ALL.get(tab) {
            Some(tab) if state.log.has(id) => open_invoke_page(state, id, *tab),
            _ => Vec::new(),
        },
        Page::Credential(name) => {
            if !state.credentials.rows().iter().any(|row| row.name == name) {
                return Vec::new();
            }
            open_credential_page(state, name)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::fake::{answer, blank, demo, fill, name, press};
    use crate::tui::message::Message;
    use crate::tui::state::State;
    use crate::tui::update::leave::leave;
    use crate::tui::update::update;

    /// Leaves, and starts again on the same home.
    fn left_and_started(state: &mut State) -> State {
        let effects = leave(state);
        let kept = effects.into_iter().find_map(|effect| match effect {
            Effect::Remember("place", text) => Some(text),
            _ => None,
        });
        started(kept.expect("it is kept where one was"))
    }

    fn started(kept: String) -> State {
        let mut next = blank((120, 36));
        let effects = update(
            &mut next,
            Message::Preferences(Ok(vec![("place".to_owned(), kept)])),
        );
        answer(&mut next, effects);
        fill(&mut next);
        next
    }

    #[test]
    fn selections_and_folds_come_back() {
        let mut state = demo((120, 36));
        press(&mut state, &["1", "j"]);
        assert_eq!(state.instances.selected_name(), Some(name("beta")));
        press(&mut state, &["2", "j", "j", "j", "4", "j"]);
        let pointer = state.pointers.selected().unwrap().address.clone();
        let line = state.log.selected().unwrap().id;
        let next = left_and_started(&mut state);
        assert_eq!(next.instances.selected_name(), Some(name("beta")));
        assert_eq!(next.pointers.selected().unwrap().address, pointer);
        assert_eq!(next.log.selected().unwrap().id, line);
        assert!(next.log.is_frozen() && next.returning.is_none());
        let mut state = demo((120, 36));
        press(&mut state, &["1"]);
        state.instances.fold();
        let next = left_and_started(&mut state);
        assert_eq!(next.instances.folded(), state.instances.folded());
        assert!(next.instances.folded()[0]);
    }

    #[test]
    fn the_open_page_comes_back() {
        for keys in [
            &["2", "j", "j", "enter"][..],
            &["4", "j", "enter", "3"],
            &["1", "enter"],
            &["3", "enter"],
            &["N"],
            &["g", "d"],
            &["g", "h"],
            &["I"],
        ] {
            let mut state = demo((120, 36));
            press(&mut state, keys);
            let before = here(&state);
            assert!(before.page.is_some(), "{keys:?}");
            let next = left_and_started(&mut state);
            assert_eq!(here(&next).page, before.page, "{keys:?}");
            assert_eq!(next.layers.len(), 1);
        }
    }

    #[test]
    fn what_is_gone_is_dropped_and_nonsense_is_no_place() {
        let gone = r#"{"instance": "nobody", "pointer": ["ptr_ffffffffffff", 7], "line": 999, "page": {"invoke": [999, 2]}}"#;
        for kept in [
            gone,
            "{}",
            "[",
            r#"{"page": {"instance": "nobody"}}"#,
            r#"{"page": {"invoke": [1, 9]}}"#,
        ] {
            let next = started(kept.to_owned());
            assert!(next.layers.is_empty() && next.returning.is_none(), "{kept}");
            assert_eq!((next.pointers.selected, next.log.selected), (0, 0), "{kept}");
        }
    }

    #[test]
    fn whoever_touches_a_key_first_stays_where_he_is() {
        let mut state = blank((120, 36));
        let kept = r#"{"instance": "beta", "page": "map"}"#.to_owned();
        update(
            &mut state,
            Message::Preferences(Ok(vec![("place".to_owned(), kept)])),
        );
        press(&mut state, &["j"]);
        fill(&mut state);
        assert!(state.layers.is_empty());
        assert_eq!(state.instances.selected_name(), Some(name("alpha")));
    }
}
