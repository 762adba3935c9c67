//! With which header a pointer's data is fetched: of those that its instance keeps, a new one, or none.

use super::errand::Errand;
use super::forms::{can_choose, concerned, concerned_or_told, open};
use crate::command::Id;
use crate::model::{InstanceName, Pointer, PointerAddress, PointerChange};
use crate::protocol::data_reference::ReferenceKind;
use crate::tui::effect::{Effect, Work};
use crate::tui::layers::{Act, Form, Item, Layer, Menu, item_keys};
use crate::tui::outcome::Outcome;
use crate::tui::state::{Level, State, Whereabouts};

/// The key for one that is not kept yet.
const NEW: char = 'n';

/// Lets one choose, once it is known what there is.
pub fn fetch_with(state: &mut State) -> Vec<Effect> {
    let Some((instance, pointer)) = concerned_or_told(state) else {
        return Vec::new();
    };
    let kind = ReferenceKind::of(&pointer.data_reference);
    if kind != ReferenceKind::Web && pointer.credential_pointer_address.is_none() {
        state.report(
            Level::Warn,
            format!(
                "only what is at a web address is fetched with a header, and {} has something else: {}",
                pointer.address,
                kind.name()
            ),
            "",
        );
        return Vec::new();
    }
    vec![Effect::Pointer(Errand::CredentialPointers(
        instance,
        pointer.address,
        Whereabouts::of(&state.layers),
    ))]
}

/// Asks for a header to be kept: for this pointer, if one is named, and on its instance, which need not be the selected
/// one where all pointers are in one list.
pub fn keep_header(state: &mut State, pointer: Option<&str>) -> Vec<Effect> {
    let wanted = pointer.and_then(|address| PointerAddress::parse(address).ok());
    if pointer.is_some() && wanted.is_none() {
        let text = format!("{:?} is no address of a pointer", pointer.unwrap_or_default());
        state.report(Level::Warn, text, "");
        return Vec::new();
    }
    let here = concerned(state).filter(|(_, pointer)| Some(&pointer.address) == wanted.as_ref());
    let (instance, reference) = match here {
        Some((instance, pointer)) => (Some(instance), pointer.data_reference),
        None => (state.instances.selected_name(), String::new()),
    };
    let Some(instance) = instance else {
        return Vec::new();
    };
    let form = Form::fetch_header(&instance, wanted.map(|address| (address, reference.as_str())));
    open(state, form)
}

/// What there is to choose from; where there is nothing, a new one is asked for at once.
pub(super) fn choose(
    state: &mut State,
    instance: InstanceName,
    address: PointerAddress,
    there: &Whereabouts,
    found: Outcome<Vec<Pointer>>,
) -> Vec<Effect> {
    let found = match found {
        Ok(found) => found,
        Err(failure) => {
            state.report_failure(&failure);
            return Vec::new();
        }
    };
    let about = (&instance, &address);
    if !can_choose(state, about, there, "the headers", Id::FetchWith) {
        return Vec::new();
    }
    let now = state
        .pointer()
        .and_then(|pointer| pointer.credential_pointer_address.clone());
    if found.is_empty() && now.is_none() {
        return keep_header(state, Some(address.as_str()));
    }
    let work = |credential: Option<PointerAddress>| {
        let change = PointerChange {
            credential_pointer_address: Some(credential),
            ..PointerChange::default()
        };
        Act::Do(Work::Update(instance.clone(), address.clone(), Box::new(change)))
    };
    let mut items = Vec::new();
    if now.is_some() {
        items.push(Item {
            key: '0',
            label: "none".to_owned(),
            doc: "fetch it without a header".to_owned(),
            act: work(None),
        });
    }
    let keys = item_keys().filter(|key| *key != NEW);
    items.extend(keys.zip(found).map(|(key, header)| {
        let here = if now.as_ref() == Some(&header.address) {
            "  (now)"
        } else {
            ""
        };
        let tags: String = header.tags.iter().map(|tag| format!(" #{tag}")).collect();
        let label = match header.description.is_empty() {
            true => header.address.to_string(),
            false => header.description,
        };
        Item {
            key,
            label,
            doc: format!("{}{tags}{here}", header.address),
            act: work(Some(header.address)),
        }
    }));
    items.push(Item {
        key: NEW,
        label: "a new one".to_owned(),
        doc: "name, value and servers; the instance keeps it sealed".to_owned(),
        act: Act::Run(Id::KeepHeader, Some(address.to_string())),
    });
    state.layers.push(Layer::Menu(Menu {
        title: format!("Fetch {address} on {instance} with"),
        about: Vec::new(),
        items,
        selected: 0,
    }));
    Vec::new()
}
