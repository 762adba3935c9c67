//! Where a person is: what comes later opens only before whoever is still there. The next key of whoever has gone on is
//! meant for something else.

use crate::tui::layers::Layer;
use std::mem::{Discriminant, discriminant};

/// What lay on top, by its kind and by what it was about, over how many others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whereabouts {
    below: usize,
    top: Option<(Discriminant<Layer>, Option<String>)>,
}

impl Whereabouts {
    /// Where one is with these layers.
    pub fn of(layers: &[Layer]) -> Self {
        Self {
            below: layers.len().saturating_sub(1),
            top: layers.last().map(|layer| (discriminant(layer), subject(layer))),
        }
    }

    /// Whether one is still there, and types into no line.
    pub fn are_still(&self, layers: &[Layer]) -> bool {
        !layers.last().is_some_and(Layer::is_typed_into) && *self == Self::of(layers)
    }
}

/// What a layer is about, where there may be others of its kind.
fn subject(layer: &Layer) -> Option<String> {
    match layer {
        Layer::Instance(page) => Some(page.name.to_string()),
        Layer::Pointer(page) => Some(format!("{} {}", page.instance, page.address)),
        Layer::Credential(page) => Some(page.name.clone()),
        Layer::Invoke(page) => Some(page.id.to_string()),
        Layer::Domains(page) => Some(page.instance.to_string()),
        Layer::Form(form) => form.ticket.map(|ticket| ticket.to_string()),
        _ => None,
    }
}
