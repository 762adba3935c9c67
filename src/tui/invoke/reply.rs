//! The reply, in the ways in which it can be seen: as a tree, as what a jq expression makes of it, as the
//! bytes that came, as a table.

use super::raw::Raw;
use super::table::TableView;
use crate::tui::widgets::tree::{NodeId, Tree};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// How the reply is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// As a tree.
    #[default]
    Tree,
    /// As the bytes that came.
    Raw,
    /// As a table of one of its lists.
    Table,
}

/// Errands that are under way, by their numbers; 0 for none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnderWay {
    /// The reply is being read.
    pub reading: u64,
    /// Much is being opened or closed.
    pub folding: u64,
    /// Something is being looked for.
    pub finding: u64,
    /// A jq expression is evaluated.
    pub evaluating: u64,
    /// A table is being made or sorted.
    pub tabling: u64,
}

impl UnderWay {
    /// Nothing comes of this errand.
    pub fn give_up(&mut self, number: u64) {
        for errand in [
            &mut self.reading,
            &mut self.folding,
            &mut self.finding,
            &mut self.evaluating,
            &mut self.tabling,
        ] {
            if *errand == number {
                *errand = 0;
            }
        }
    }
}

/// What an expression made of the reply.
#[derive(Debug, Clone)]
pub struct Made {
    /// The expression.
    pub expression: String,
    /// One result as it is, several as the items of a list.
    pub tree: Tree,
    /// How many they are.
    pub count: usize,
    /// Why there may be more.
    pub cut: Option<String>,
}

/// What the page knows of the reply.
#[derive(Default)]
pub struct ReplyView {
    /// Its JSON, as it was kept.
    pub text: Option<Arc<str>>,
    /// The tree over it; of the beginning only while the whole is being read.
    pub whole: Option<Tree>,
    /// How it is seen.
    pub mode: Mode,
    /// The bytes, once they were asked for.
    pub raw: Raw,
    /// The table, once it was asked for.
    pub table: Option<TableView>,
    /// What a jq expression made of it.
    pub jq: Option<Made>,
    /// What is wrong with the expression that was typed last.
    pub mistake: Option<String>,
    /// What is under way.
    pub under_way: UnderWay,
    /// What is to be selected once it is unfolded.
    pub go_to: Option<NodeId>,
    /// Stops the search that is under way.
    pub stop_search: Arc<AtomicBool>,
}

impl ReplyView {
    /// The tree that is shown: of what the expression made, or of the reply.
    pub fn tree(&self) -> Option<&Tree> {
        if self.mode != Mode::Tree {
            return None;
        }
        match &self.jq {
            Some(made) => Some(&made.tree),
            None => self.whole.as_ref(),
        }
    }

    /// The same, to be moved over.
    pub fn tree_mut(&mut self) -> Option<&mut Tree> {
        if self.mode != Mode::Tree {
            return None;
        }
        match &mut self.jq {
            Some(made) => Some(&mut made.tree),
            None => self.whole.as_mut(),
        }
    }

    /// Takes what became of an expression. A mistake in one leaves the results of the one before in sight.
    pub fn take(&mut self, outcome: Result<Made, String>) {
        self.mistake = None;
        match outcome {
            Err(mistake) => self.mistake = Some(mistake),
            Ok(made) => self.jq = Some(made),
        }
    }

    /// Stops what is being looked for, and gives what stops the next search.
    pub fn fresh_search(&mut self) -> Arc<AtomicBool> {
        self.stop_search.store(true, Ordering::Relaxed);
        self.stop_search = Arc::default();
        Arc::clone(&self.stop_search)
    }
}

impl Drop for ReplyView {
    fn drop(&mut self) {
        self.stop_search.store(true, Ordering::Relaxed);
    }
}
