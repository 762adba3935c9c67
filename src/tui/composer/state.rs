//! What the composer knows.

use super::arrived::Arrived;
use super::filling::Filling;
use super::offer::Offer;
use super::place::{Place, ReplyOf};
use super::window::Window;
use crate::model::{AppId, InstanceName, PointerAddress};
use crate::protocol::Query;
use crate::protocol::json_text::Tree;
use crate::tui::widgets::editor::Editor;
use crate::tui::widgets::text::Line;
use crate::workspace::{DryRun, Failure, Finding, ReplyPath, Way};
use std::collections::HashMap;
use std::ops::Range;

/// What stands beside the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Panel {
    /// What the action takes.
    Help,
    /// What would be sent.
    DryRun,
    /// What came back.
    Reply,
}

impl Panel {
    /// All of them, from left to right.
    pub const ALL: [Self; 3] = [Self::Help, Self::DryRun, Self::Reply];

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Help => "Help",
            Self::DryRun => "Dry run",
            Self::Reply => "Reply",
        }
    }

    /// Its place.
    pub const fn index(self) -> usize {
        match self {
            Self::Help => 0,
            Self::DryRun => 1,
            Self::Reply => 2,
        }
    }
}

/// Offers at the cursor.
#[derive(Debug, Clone, PartialEq)]
pub struct Popup {
    /// Where.
    pub place: Place,
    /// What.
    pub offers: Vec<Offer>,
    /// Which is selected.
    pub selected: usize,
    /// Whether it was asked for, or walked in: then Enter takes it in any case.
    pub wanted: bool,
}

/// What can be taken of a reply, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Taking {
    /// The reply that was looked at last, and the instance whose it is.
    pub of: Option<(ReplyOf, String)>,
    /// What stands in it, once that came.
    pub paths: Vec<ReplyPath>,
}

impl Taking {
    /// Whether this reply was looked at.
    pub fn is_of(&self, reply: &ReplyOf) -> bool {
        self.of.as_ref().is_some_and(|(known, _)| known == reply)
    }
}

/// What is being waited for, or what came.
#[derive(Debug, Clone, PartialEq)]
pub enum Asked<T> {
    /// Nothing was asked.
    None,
    /// On its way, under this ticket.
    Waiting(u64),
    /// There.
    Here(T),
    /// It failed.
    Failed(Failure),
}

/// The composer as it stands.
pub struct Composer {
    /// The instance that is asked; on a pointer's way, the peer, if it is in this home, or the pointer's instance.
    pub instance: InstanceName,
    /// Whether `instance` is the one whose actions the query is of.
    pub knows: bool,
    /// As whom, on the direct way; none for the usual credential.
    pub identity: Option<AppId>,
    /// Which way.
    pub way: Way,
    /// The other ways, once they were looked for.
    pub ways: Asked<Vec<Way>>,
    /// The text.
    pub editor: Editor,
    /// The text that was put there, not written: it may be replaced without loss.
    pub given: String,
    /// The structure of the text.
    pub tree: Tree,
    /// Where its blanks stand.
    pub blanks: Vec<Range<usize>>,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// The revision that structure and findings are of.
    pub looked_at: Option<u64>,
    /// Pointers that were looked up: whether they are there.
    pub pointers: HashMap<PointerAddress, Option<bool>>,
    /// Pointers that were found for a word.
    pub found: Vec<(String, String)>,
    /// The word.
    pub found_for: Option<String>,
    /// What can be taken of the reply that a blank names.
    pub taking: Taking,
    /// Offers at the cursor.
    pub popup: Option<Popup>,
    /// What stands beside the query.
    pub panel: Panel,
    /// Whether that gets the keys.
    pub in_panel: bool,
    /// How far each panel is scrolled.
    pub scroll: [usize; 3],
    /// A choice that lies over it.
    pub window: Option<Window>,
    /// The blanks that are being asked for.
    pub filling: Option<Filling>,
    /// What would be sent, and the revision that it is of.
    pub dry_run: Asked<DryRun>,
    /// The revision, identity and way that the dry run is of.
    pub dry_run_of: u64,
    /// What came back.
    pub reply: Asked<Arrived>,
    /// The lines of the reply, made once for a width.
    pub reply_lines: (u16, Vec<Line>),
    /// The revision for which warnings were shown and sending was asked for.
    pub asked: Option<u64>,
    /// Something that was done, in words; and whether it is a refusal.
    pub note: Option<(String, bool)>,
}

impl Composer {
    /// What a person begins with: the cursor comes between the quotes.
    pub const FIRST: &str = "{\n  \"action\": \"\"\n}";

    /// A composer for an instance, with a text to begin with and the cursor at an offset of it.
    pub fn new(instance: InstanceName, text: &str, cursor: usize) -> Self {
        let mut editor = Editor::new(text);
        editor.go_to(cursor);
        Self {
            instance,
            knows: true,
            identity: None,
            way: Way::Direct,
            ways: Asked::None,
            given: editor.text().to_owned(),
            editor,
            tree: Tree::default(),
            blanks: Vec::new(),
            findings: Vec::new(),
            looked_at: None,
            pointers: HashMap::new(),
            found: Vec::new(),
            found_for: None,
            taking: Taking::default(),
            popup: None,
            panel: Panel::Help,
            in_panel: false,
            scroll: [0; 3],
            window: None,
            filling: None,
            dry_run: Asked::None,
            dry_run_of: 0,
            reply: Asked::None,
            reply_lines: (0, Vec::new()),
            asked: None,
            note: None,
        }
    }

    /// Puts a text there, with the cursor at its end.
    pub fn begin_with(&mut self, text: &str) {
        self.editor = Editor::new(text);
        self.editor.go_to(text.len());
        self.editor.text().clone_into(&mut self.given);
        self.looked_at = None;
    }

    /// What is written, if it is a query.
    pub fn query(&self) -> Option<Query> {
        Query::parse(self.editor.text().as_bytes()).ok()
    }

    /// The ticket of the query that is on its way.
    pub fn sending(&self) -> Option<u64> {
        match self.reply {
            Asked::Waiting(ticket) => Some(ticket),
            _ => None,
        }
    }

    /// Whether what comes under this ticket was asked for here.
    pub fn waits_for(&self, ticket: u64) -> bool {
        self.sending() == Some(ticket)
            || matches!(self.dry_run, Asked::Waiting(waited) if waited == ticket)
            || matches!(self.ways, Asked::Waiting(waited) if waited == ticket)
    }

    /// The action that the cursor is in the query of, or that the whole is.
    pub fn action(&self) -> Option<String> {
        let text = self.editor.text();
        let inner = self.tree.around(self.editor.cursor());
        let around = std::iter::successors(inner, |index| {
            self.tree.containers[*index].parent.map(|(parent, _)| parent)
        });
        around
            .chain(std::iter::once(0))
            .filter_map(|index| self.tree.containers.get(index)?.member("action"))
            .find_map(|member| self.tree.text_of(text, member))
    }

    /// The name of the parameter that the cursor is at.
    pub fn parameter(&self) -> Option<&str> {
        let cursor = self.editor.cursor();
        let container = &self.tree.containers[self.tree.around(cursor)?];
        let member = container.members.iter().rfind(|member| {
            let end = member
                .value
                .as_ref()
                .map_or(member.name_span.end, |value| value.end);
            member.name_span.start <= cursor && cursor <= end
        })?;
        member.name.as_deref()
    }

    /// The remark that the cursor is at, or else the first.
    pub fn finding(&self) -> Option<&Finding> {
        let cursor = self.editor.cursor();
        let here = self
            .findings
            .iter()
            .find(|finding| finding.span.start <= cursor && cursor <= finding.span.end);
        here.or(self.findings.first())
    }
}
