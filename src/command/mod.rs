//! One table of everything that can be done in the console: keymap, footer, help, palette and command
//! line are all made from it, so that none of them can say something else than another.
//!
//! Depends on nothing else in the house: it knows no screen and does no work. What a command does is decided by the
//! console, and a test there proves that each one is handled.

pub mod docs;
mod key;
mod keymap;
mod missing;
mod rows;
mod sequence;
mod situation;
mod table;
mod verbs;

pub use key::{Key, KeyCode};
pub use keymap::{Answer, Binding, Condition, ConditionError, Hint, Keymap, Preset, Problem};
pub use missing::missing;
pub use sequence::Sequence;
pub use situation::{FACTS, Fact, Situation, Target};
pub use table::commands;
#[cfg(test)]
pub use verbs::verbs_in_console;
pub use verbs::{Counterpart, counterpart, in_console};

/// Where a command's keys work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere but where text is typed.
    Global,
    /// On the screen with the four panes, whichever has the focus.
    Panes,
    /// Wherever there are lines to move over.
    Moving,
    /// On every page, where one reads.
    Reading,
    /// In the pane with the instances.
    Instances,
    /// In the pane with the pointers.
    Pointers,
    /// In the pane with the credentials.
    Credentials,
    /// In the pane with the invoke log.
    Log,
    /// On the page about an instance.
    InstancePage,
    /// On the log of an instance.
    InstanceLog,
    /// On the federation map.
    Map,
    /// Among the domains of an instance.
    Domains,
    /// On the audit trail of an instance.
    Audit,
    /// With the doctor.
    Doctor,
    /// On the page about a pointer.
    PointerPage,
    /// On the page about a credential.
    CredentialPage,
    /// On the page about an invoke.
    InvokePage,
    /// On the page about two invokes beside each other.
    DifferencePage,
}

impl Scope {
    /// What a heading in the help calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Global => "Everywhere",
            Self::Panes => "Panes",
            Self::Moving => "Moving",
            Self::Reading => "Reading a page",
            Self::Instances => "Instances",
            Self::Pointers => "Pointers",
            Self::Credentials => "Credentials",
            Self::Log => "Invoke log",
            Self::InstancePage => "An instance",
            Self::InstanceLog => "Log of an instance",
            Self::Map => "Federation map",
            Self::Domains => "Domains",
            Self::Audit => "Audit trail",
            Self::Doctor => "Doctor",
            Self::PointerPage => "A pointer",
            Self::CredentialPage => "A credential",
            Self::InvokePage => "An invoke",
            Self::DifferencePage => "Two invokes",
        }
    }

    /// What a keymap file calls it: `instance-page`.
    pub fn name(self) -> String {
        let mut name = String::new();
        for character in format!("{self:?}").chars() {
            if character.is_ascii_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.push(character.to_ascii_lowercase());
        }
        name
    }

    /// All that can be in force, each once.
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for scope in Self::STACKS.into_iter().flatten() {
            if !all.contains(scope) {
                all.push(*scope);
            }
        }
        all
    }

    /// Every combination of scopes that can be in force at once, nearest first.
    pub const STACKS: [&'static [Scope]; 14] = [
        &[Self::Instances, Self::Moving, Self::Panes, Self::Global],
        &[Self::Pointers, Self::Moving, Self::Panes, Self::Global],
        &[Self::Credentials, Self::Moving, Self::Panes, Self::Global],
        &[Self::Log, Self::Moving, Self::Panes, Self::Global],
        &[Self::InstancePage, Self::Moving, Self::Reading, Self::Global],
        &[Self::InstanceLog, Self::Moving, Self::Reading, Self::Global],
        &[Self::Map, Self::Moving, Self::Reading, Self::Global],
        &[Self::Domains, Self::Moving, Self::Reading, Self::Global],
        &[Self::Audit, Self::Moving, Self::Reading, Self::Global],
        &[Self::Doctor, Self::Moving, Self::Reading, Self::Global],
        &[Self::PointerPage, Self::Moving, Self::Reading, Self::Global],
        &[Self::CredentialPage, Self::Moving, Self::Reading, Self::Global],
        &[Self::InvokePage, Self::Moving, Self::Reading, Self::Global],
        &[Self::DifferencePage, Self::Moving, Self::Reading, Self::Global],
    ];
}

/// Which command. What each does is said by its row in [`commands`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the table says it, in words that people see")]
pub enum Id {
    Open,
    Back,
    Down,
    Up,
    PageDown,
    PageUp,
    HalfPageDown,
    HalfPageUp,
    Top,
    Bottom,
    NextPane,
    PreviousPane,
    PaneLeft,
    PaneRight,
    ShowInstances,
    ShowPointers,
    ShowCredentials,
    ShowLog,
    Zoom,
    Wider,
    Narrower,
    Taller,
    Lower,
    ResetPanes,
    NextInstance,
    PreviousInstance,
    Filter,
    ClearFilter,
    SaveFilter,
    SavedFilters,
    ForgetFilter,
    FederatedOnly,
    StartInstance,
    StopInstance,
    RestartInstance,
    EditInstance,
    ReadOnly,
    Colour,
    FoldGroup,
    InstanceLog,
    TailFollow,
    TailWeight,
    TailFilter,
    Map,
    MapOpen,
    MapLeft,
    MapRight,
    MapNext,
    MapPrevious,
    MapNear,
    MapFilter,
    MapPointers,
    Domains,
    DomainOpen,
    DomainPointers,
    NewDomain,
    NewConnection,
    EditDomain,
    DeleteDomain,
    EnableConnection,
    DisableConnection,
    NewAccessKey,
    FederateDomains,
    AcceptFederation,
    Audit,
    AuditFilter,
    AuditOnly,
    AuditVerify,
    AuditClear,
    Doctor,
    DoctorAgain,
    DoctorAll,
    InitInstance,
    AddRemote,
    BackupInstance,
    RestoreInstance,
    RecoverOwner,
    TakeOver,
    UseSpareKey,
    RemoveInstance,
    NewPointer,
    EditPointer,
    DeletePointer,
    MarkPointer,
    MarkRange,
    MarkAll,
    MergeInstances,
    SortColumns,
    Sort,
    Unmark,
    DuplicatePointer,
    TagPointer,
    AssignPointer,
    FetchWith,
    KeepHeader,
    ImportPointers,
    ExportPointers,
    InvokePointer,
    CallPointer,
    CallByRoute,
    Federate,
    Compose,
    Template,
    Repeat,
    EditAgain,
    LiveTest,
    LoadRuns,
    FollowLog,
    MarkLine,
    NoteLine,
    CopyLine,
    CopyPointer,
    CopyInstance,
    CopyCredential,
    CopyDomain,
    CopyRecord,
    CopyParty,
    CopyDifference,
    ExportLog,
    NextTab,
    PreviousTab,
    TabQuery,
    TabReply,
    TabWire,
    TabTrace,
    ToggleFold,
    FoldIn,
    FoldOut,
    UnfoldAll,
    FoldAll,
    FoldDepth,
    FindInReply,
    NextMatch,
    PreviousMatch,
    Jq,
    Raw,
    TableOfReply,
    SortTable,
    CopyPath,
    CopyValue,
    Pager,
    CompareInvokes,
    CompareDirect,
    OpenSide,
    FollowLink,
    GoThere,
    WalkBack,
    Handshake,
    Offer,
    Accept,
    RevokeCredential,
    RotateCredential,
    SuspendCredential,
    ResumeCredential,
    ChangeCredential,
    CheckCredential,
    ExportCredential,
    ResealCircuits,
    Demo,
    Refresh,
    Cancel,
    Messages,
    Help,
    Menu,
    CommandLine,
    Theme,
    Lock,
    ChangeLock,
    ExportVault,
    Mouse,
    Redraw,
    Suspend,
    Run,
    RunQuietly,
    Quit,
}

/// One thing that can be done.
#[derive(Debug)]
pub struct Command {
    /// Which.
    pub id: Id,
    /// What it is called on the command line.
    pub name: &'static str,
    /// A word or two for the footer.
    pub label: &'static str,
    /// A sentence for the help.
    pub doc: &'static str,
    /// Where its keys work.
    pub scopes: &'static [Scope],
    /// Whether it asks first, naming what it will hit.
    pub dangerous: bool,
    /// Whether it changes something, and so is not there where that is not wanted.
    pub changes: bool,
    /// How much it deserves a place in the footer; 0 never gets one.
    pub weight: u8,
    /// Whether it can be done right now.
    pub available: fn(&Situation) -> bool,
    /// The keys that it has unless told otherwise.
    pub keys: &'static [&'static str],
    /// Keys that it has in one scope only, unless told otherwise.
    pub also: &'static [(Scope, &'static str)],
    /// What may follow its name on the command line; empty for nothing.
    pub argument: &'static str,
}

impl Command {
    /// Whether it is there at all: possible now, and not kept back because only reading is wanted.
    pub fn is_available(&self, situation: &Situation) -> bool {
        !(self.changes && situation.read_only) && (self.available)(situation)
    }

    /// Whether its keys work in this scope, or some of them.
    pub fn belongs_to(&self, scope: Scope) -> bool {
        self.scopes.contains(&scope) || self.also.iter().any(|(own, _)| *own == scope)
    }

    /// The keys that it has in this scope unless told otherwise.
    pub fn keys_in(&self, scope: Scope) -> impl Iterator<Item = &'static str> {
        let everywhere = match self.scopes.contains(&scope) {
            true => self.keys,
            false => &[],
        };
        let only_there = self.also.iter().filter(move |(own, _)| *own == scope);
        everywhere
            .iter()
            .copied()
            .chain(only_there.map(|(_, keys)| *keys))
    }
}

/// The row of a command.
pub fn command(id: Id) -> &'static Command {
    commands()
        .find(|command| command.id == id)
        .expect("a test proves that every id has a row")
}

/// Keys that hands press by habit in vim, tmux and shells: nothing that destroys may be on them.
pub const HABITS: [&str; 9] = [
    "d", "ctrl-d", "ctrl-j", "ctrl-b", "ctrl-u", "ctrl-w", "enter", "space", "q",
];

/// The command of this name, or the only one whose name begins like this.
pub fn by_name(name: &str) -> Option<&'static Command> {
    if let Some(command) = commands().find(|command| command.name == name) {
        return Some(command);
    }
    let mut candidates = commands().filter(|command| command.name.starts_with(name));
    let first = candidates.next()?;
    candidates.next().is_none().then_some(first)
}

#[cfg(test)]
mod tests;
