//! Opening and closing in a tree.

use super::super::errand::Errand;
use super::super::state::InvokePage;
use super::errand;
use crate::tui::effect::Effect;
use crate::tui::widgets::tree::Unfold;
use std::sync::Arc;

/// Opens or closes, between two keystrokes or where blocking is allowed.
pub fn unfold(page: &mut InvokePage, unfold: Unfold) -> Vec<Effect> {
    let Some(tree) = page.tree_mut() else {
        return Vec::new();
    };
    if tree.unfold(unfold).is_ok() {
        return Vec::new();
    }
    let (document, folding) = (Arc::clone(&tree.document), tree.folding.clone());
    let number = page.errand_number();
    page.reply.under_way.folding = number;
    vec![errand(page, number, Errand::Unfold(document, folding, unfold))]
}
