//! What the page knows.

use super::reply::{Mode, ReplyView};
use super::trace::TraceView;
use super::typing::Typing;
use crate::tui::state::Load;
use crate::tui::widgets::text::Line;
use crate::tui::widgets::tree::Tree;
use crate::workspace::LogEntry;
use std::sync::Arc;

/// The tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum Tab {
    Query,
    Reply,
    Wire,
    Trace,
}

impl Tab {
    /// All of them, from left to right.
    pub const ALL: [Self; 4] = [Self::Query, Self::Reply, Self::Wire, Self::Trace];

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Query => "Query",
            Self::Reply => "Reply",
            Self::Wire => "Wire",
            Self::Trace => "Trace",
        }
    }

    /// Its place.
    pub const fn index(self) -> usize {
        match self {
            Self::Query => 0,
            Self::Reply => 1,
            Self::Wire => 2,
            Self::Trace => 3,
        }
    }
}

/// Lines that are made once for a width, and how far they are scrolled.
#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// The lines.
    pub lines: Vec<Line>,
    /// The width that they were made for; 0 to have them made anew.
    pub made_for: u16,
    /// The first line that is visible.
    pub top: usize,
}

impl Sheet {
    /// Scrolls.
    pub fn step(&mut self, rows: i64) {
        let wanted = i64::try_from(self.top).unwrap_or(i64::MAX).saturating_add(rows);
        self.top = usize::try_from(wanted.max(0)).unwrap_or(0);
    }

    /// Keeps the last line at the foot.
    pub fn settle(&mut self, height: usize) {
        self.top = self.top.min(self.lines.len().saturating_sub(height));
    }
}

/// The page about a line of the invoke log.
pub struct InvokePage {
    /// The line.
    pub id: u64,
    /// Everything kept of it but the reply.
    pub entry: Option<Arc<LogEntry>>,
    /// Whether that is there.
    pub load: Load,
    /// The tab that is shown.
    pub tab: Tab,
    /// The query as a tree.
    pub query: Option<Tree>,
    /// The reply, in the ways in which it can be seen.
    pub reply: ReplyView,
    /// What travelled.
    pub wire: Sheet,
    /// Whether bodies are shown as far as they were kept, and not their beginnings only.
    pub wire_whole: bool,
    /// Where the time went.
    pub trace: TraceView,
    /// The line that is typed into, if one is.
    pub typing: Option<Typing>,
    /// Whether its query is wanted in the composer as soon as it is there.
    pub edits: bool,
    /// The number of the next errand.
    next_errand: u64,
}

impl InvokePage {
    /// A page about this line, which is still to be fetched.
    pub fn new(id: u64, tab: Tab) -> Self {
        Self {
            id,
            entry: None,
            load: Load::Waiting,
            tab,
            query: None,
            reply: ReplyView::default(),
            wire: Sheet::default(),
            wire_whole: false,
            trace: TraceView::default(),
            typing: None,
            edits: false,
            next_errand: 1,
        }
    }

    /// Shows the next or the previous tab.
    pub fn turn(&mut self, forward: bool) {
        let step = if forward { 1 } else { 3 };
        self.show(Tab::ALL[(self.tab.index() + step) % 4]);
    }

    /// Shows this tab.
    pub fn show(&mut self, tab: Tab) {
        self.tab = tab;
        self.typing = None;
    }

    /// The tree that has the keys, if one has.
    pub fn tree(&self) -> Option<&Tree> {
        match self.tab {
            Tab::Query => self.query.as_ref(),
            Tab::Reply => self.reply.tree(),
            Tab::Wire | Tab::Trace => None,
        }
    }

    /// The same, to be moved over.
    pub fn tree_mut(&mut self) -> Option<&mut Tree> {
        match self.tab {
            Tab::Query => self.query.as_mut(),
            Tab::Reply => self.reply.tree_mut(),
            Tab::Wire | Tab::Trace => None,
        }
    }

    /// Whether a table has the keys.
    pub fn has_table(&self) -> bool {
        self.tab == Tab::Reply && self.reply.mode == Mode::Table && self.reply.table.is_some()
    }

    /// A number for an errand.
    pub fn errand_number(&mut self) -> u64 {
        self.next_errand += 1;
        self.next_errand
    }
}
