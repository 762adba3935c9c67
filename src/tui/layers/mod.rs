//! What lies over the panes, as a stack: the topmost layer gets a key first.

mod backup_forms;
mod circuit_field;
mod columns;
mod command_line;
mod confirm;
mod credential_forms;
mod domain_forms;
mod fetch_header_form;
mod first_query;
mod first_run;
mod form;
mod form_field;
mod form_purpose;
mod forms;
mod help;
mod instance_forms;
mod limits;
mod line;
mod lock_screen;
mod log_forms;
mod marked_forms;
mod meanwhile;
mod menu;
mod notice;
mod pages;
mod path_field;
mod pointer_forms;
mod tag_words;
mod vault_forms;

pub use crate::tui::invoke::{DifferencePage, Half, InvokePage, Tab};
pub use crate::tui::pointer::PointerPage;
pub use crate::workspace::Rows;
pub use circuit_field::CircuitField;
pub use columns::ColumnsWindow;
pub use command_line::{Candidates, CommandLine, FilterLine, Seen};
pub use confirm::{Confirm, Then};
pub use first_query::query_within;
pub use first_run::{Choice, FirstRun};
pub use form::{Answer, Form, Submission};
pub use form_field::{Field, Kind, Secret};
pub use form_purpose::Purpose;
pub use help::{Entry, Help};
pub use limits::{hops_complaint, rate_complaint, sources};
pub use line::{CUT, edit, paste, type_into};
pub use lock_screen::LockScreen;
pub use marked_forms::places;
pub use meanwhile::{Settled, Theirs};
pub use menu::{Act, ForMarked, Item, Menu, item_keys};
pub use notice::{Notice, Reports, Steps};
pub use pages::{CredentialPage, InstancePage};
pub use path_field::split as split_path;

use crate::command::Scope;
use crate::tui::audit::AuditTrail;
use crate::tui::composer::Composer;
use crate::tui::doctor::Doctor;
use crate::tui::domains::Domains;
use crate::tui::map::Map;
use crate::tui::tail::Tail;
use crate::tui::wizard::Wizard;

/// Something that lies over the panes.
pub enum Layer {
    /// Everything that can be done here, to find and to do.
    Help(Help),
    /// The line after `:`.
    Command(CommandLine),
    /// The line after `/`.
    Filter(FilterLine),
    /// A question before something dangerous.
    Confirm(Box<Confirm>),
    /// A choice.
    Menu(Menu),
    /// The columns of the pointers.
    Columns(ColumnsWindow),
    /// Fields to fill in.
    Form(Box<Form>),
    /// Something to read.
    Notice(Box<Notice>),
    /// What was reported so far.
    Reports(Reports),
    /// Long work, step by step.
    Steps(Steps),
    /// What covers everything while the vault is locked.
    Locked(Box<LockScreen>),
    /// The choice that an empty home begins with.
    FirstRun(FirstRun),
    /// The handshake, step by step.
    Wizard(Box<Wizard>),
    /// A query as it is written.
    Composer(Box<Composer>),
    /// A load and its figures.
    LiveTest(Box<crate::tui::livetest::LiveTest>),
    /// The page about an instance.
    Instance(Box<InstancePage>),
    /// The federation map.
    Map(Box<Map>),
    /// The domains of an instance.
    Domains(Box<Domains>),
    /// The audit trail of an instance.
    Audit(Box<AuditTrail>),
    /// What is wrong with the set-up.
    Doctor(Box<Doctor>),
    /// The log of an instance.
    Tail(Box<Tail>),
    /// The page about a pointer.
    Pointer(Box<PointerPage>),
    /// The page about a credential.
    Credential(CredentialPage),
    /// The page about an invoke.
    Invoke(Box<InvokePage>),
    /// The page about two invokes beside each other.
    Difference(Box<DifferencePage>),
}

impl Layer {
    /// For pages, the scope of their keys; windows and lines take keys themselves.
    pub fn page_scope(&self) -> Option<Scope> {
        match self {
            Self::Instance(_) => Some(Scope::InstancePage),
            Self::Tail(_) => Some(Scope::InstanceLog),
            Self::Map(_) => Some(Scope::Map),
            Self::Domains(_) => Some(Scope::Domains),
            Self::Audit(_) => Some(Scope::Audit),
            Self::Doctor(_) => Some(Scope::Doctor),
            Self::Pointer(_) => Some(Scope::PointerPage),
            Self::Credential(_) => Some(Scope::CredentialPage),
            Self::Invoke(_) => Some(Scope::InvokePage),
            Self::Difference(_) => Some(Scope::DifferencePage),
            _ => None,
        }
    }

    /// Whether a line of the page is being typed into: its letters are no commands then.
    pub fn is_typed_into(&self) -> bool {
        match self {
            Self::Invoke(page) => page.typing.is_some(),
            Self::Difference(page) => page.seeking.typing,
            Self::Map(map) => map.typing,
            Self::Tail(tail) => tail.typing,
            _ => false,
        }
    }

    /// How far a layer that scrolls is scrolled.
    pub fn scroll_mut(&mut self) -> Option<&mut usize> {
        match self {
            Self::Instance(page) => Some(&mut page.scroll),
            Self::Tail(tail) => Some(&mut tail.scroll),
            Self::Doctor(doctor) => Some(&mut doctor.scroll),
            Self::Pointer(page) => Some(&mut page.scroll),
            Self::Credential(page) => Some(&mut page.scroll),
            Self::Notice(notice) => Some(&mut notice.scroll),
            Self::Reports(reports) => Some(&mut reports.scroll),
            _ => None,
        }
    }
}
