//! Pages over the panes: an instance, a credential, an invoke. That of a pointer is `tui::pointer`'s.

use crate::model::InstanceName;
use crate::tui::state::Load;
use crate::tui::widgets::text::Line;
use crate::workspace::{Dependent, Failure, InstanceDetail, LogEntry};

/// The page about the instance of this name.
pub struct InstancePage {
    /// Its name.
    pub name: InstanceName,
    /// Everything that the home can tell of it.
    pub detail: Option<InstanceDetail>,
    /// Whether that is there.
    pub load: Load,
    /// How far it is scrolled.
    pub scroll: usize,
}

impl InstancePage {
    /// A page about this instance, which is still to be asked about.
    pub fn new(name: InstanceName) -> Self {
        Self {
            name,
            detail: None,
            load: Load::Waiting,
            scroll: 0,
        }
    }
}

/// The page about the credential of this name.
pub struct CredentialPage {
    /// Its name.
    pub name: String,
    /// What depends on it, once that is known.
    pub dependents: Option<Result<Vec<Dependent>, Failure>>,
    /// How far it is scrolled.
    pub scroll: usize,
}

/// The tabs of an invoke's page.
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

/// The page about a line of the invoke log.
pub struct InvokePage {
    /// The line.
    pub id: u64,
    /// Everything kept of it.
    pub entry: Option<LogEntry>,
    /// Whether that is there.
    pub load: Load,
    /// The tab that is shown.
    pub tab: Tab,
    /// How far each tab is scrolled.
    pub scroll: [usize; 4],
    /// The lines of each tab, made once for a width: a reply may be long.
    pub lines: [Vec<Line>; 4],
    /// The width that they were made for.
    pub made_for: u16,
}

impl InvokePage {
    /// A page about this line, which is still to be fetched.
    pub fn new(id: u64, tab: Tab) -> Self {
        Self {
            id,
            entry: None,
            load: Load::Waiting,
            tab,
            scroll: [0; 4],
            lines: Default::default(),
            made_for: 0,
        }
    }

    /// How far the tab that is shown is scrolled.
    pub fn scroll_mut(&mut self) -> &mut usize {
        &mut self.scroll[self.tab.index()]
    }

    /// Shows the next or the previous tab.
    pub fn turn(&mut self, forward: bool) {
        let step = if forward { 1 } else { 3 };
        self.tab = Tab::ALL[(self.tab.index() + step) % 4];
    }
}
