//! Opening a page: it comes on top, and what it shows is asked for.

use crate::model::InstanceName;
use crate::tui::effect::Effect;
use crate::tui::layers::{CredentialPage, InstancePage, InvokePage, Layer, Tab};
use crate::tui::state::State;

/// The page of an instance.
pub fn open_instance_page(state: &mut State, name: InstanceName) -> Vec<Effect> {
    let page = InstancePage::new(name.clone());
    state.layers.push(Layer::Instance(Box::new(page)));
    vec![Effect::LoadInstance(name)]
}

/// The page of a credential.
pub fn open_credential_page(state: &mut State, name: String) -> Vec<Effect> {
    let page = CredentialPage {
        name: name.clone(),
        dependents: None,
        scroll: 0,
    };
    state.layers.push(Layer::Credential(page));
    vec![Effect::LoadDependents(name)]
}

/// The page of an invoke, by its number in the log.
pub fn open_invoke_page(state: &mut State, id: u64, tab: Tab) -> Vec<Effect> {
    let page = InvokePage::new(id, tab);
    state.layers.push(Layer::Invoke(Box::new(page)));
    vec![Effect::LoadEntry(id)]
}
