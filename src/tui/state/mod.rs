//! Everything that the console knows, and nothing that it does.

mod begun;
mod changing;
mod credentials;
mod history;
mod idle;
mod instances;
mod kept;
mod list_filter;
mod lists;
mod load;
mod log;
mod look;
mod onward;
mod phase;
mod place;
mod pointers;
pub mod recent;
mod remedy;
mod report;
mod running;
mod whereabouts;

pub use crate::tui::pane::Pane;
pub use begun::Begun;
pub use credentials::Credentials;
pub use history::{History, Pace, Sight};
pub use idle::Idle;
pub use instances::{Branch, Instance, Instances};
pub use kept::{Kept, Told};
pub use list_filter::ListFilter;
pub use lists::Cursor;
pub use load::{Again, Load};
pub use log::Log;
pub use look::Look;
pub use onward::Onward;
pub use phase::Phase;
pub use place::{OpenPage, Place};
pub use pointers::{Columns, Pointers, Source};
pub use report::{Level, Report};
pub use running::Running;
pub use whereabouts::Whereabouts;

use super::audit;
use super::clock::Clock;
use super::composer::Memory;
use super::layers::{CUT, Choice, Layer, PointerPage};
use super::layout::{Border, Borders, Layout};
use crate::command::{Id, Keymap, Scope, Situation, Target};
use crate::model::{CredentialState, InstanceKind, InstanceName, InstanceState, Pointer, Side};
use crate::workspace::{CredentialRow, Failure, HostedBy, KeptFilters};
use std::collections::VecDeque;

/// Everything that the console knows.
pub struct State {
    /// The home's folder, for people.
    pub home: String,
    /// Whether nothing at all may be changed.
    pub read_only: bool,
    /// The time.
    pub clock: Clock,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// How things look.
    pub look: Look,
    /// How far the console is with its home.
    pub phase: Phase,
    /// The pane that gets the keys.
    pub focus: Pane,
    /// Whether it has the whole screen.
    pub zoom: bool,
    /// Where a person put the borders between the panes.
    pub borders: Borders,
    /// The border that the mouse has taken, and whether it was moved since.
    pub dragged: Option<(Border, bool)>,
    /// Whether the mouse is ours.
    pub mouse: bool,
    /// The instances.
    pub instances: Instances,
    /// Those that lie on disk and that this home does not know.
    pub unknown: Vec<InstanceName>,
    /// The pointers of the selected instance.
    pub pointers: Pointers,
    /// The credentials.
    pub credentials: Credentials,
    /// The invoke log.
    pub log: Log,
    /// Filters that are kept under a name.
    pub filters: KeptFilters,
    /// What lies over the panes, topmost last.
    pub layers: Vec<Layer>,
    /// What was reported, newest last.
    pub reports: VecDeque<Report>,
    /// Whether the newest report is still on the status line.
    pub report_shown: bool,
    /// Why the home could not be opened, as it was reported; untrue once it is open.
    pub unopened: Option<Report>,
    /// What is under way.
    pub running: Vec<Running>,
    /// The number of the next work.
    pub next_ticket: u64,
    /// Turns while something is live.
    pub tick: usize,
    /// What the composer remembers while it is closed.
    pub composer: Memory,
    /// The invoke that was chosen as one side of a comparison.
    pub compare_with: Option<u64>,
    /// jq expressions that were used, oldest first.
    pub expressions: Vec<String>,
    /// How the last live test was set up.
    pub live_setup: Option<String>,
    /// Lines of the command line, oldest first.
    pub history: Vec<String>,
    /// What was chosen to begin with, until the home is open.
    pub first_choice: Option<Choice>,
    /// How long nobody has touched it.
    pub idle: Idle,
    /// Which keys mean which commands.
    pub keymap: Keymap,
    /// Where one was at the last end, until one is back there.
    pub returning: Option<Place>,
    /// What `keymap.toml` said when it was read last; none if it was not there.
    pub keymap_text: Option<String>,
    /// Whether what could not be told is asked for again in a while.
    pub asks_again: bool,
    /// What was kept from one run to the next, and whether it was told.
    pub kept: Kept,
    /// The keys pressed so far, while more may follow.
    pub begun: Begun,
    /// The instance whose log is read.
    pub tailed: Option<InstanceName>,
    /// When handshakes that wait only for the other side are gone on with.
    pub onward: Onward,
}

impl State {
    /// A console that knows nothing yet.
    pub fn new(home: String, look: Look, clock: Clock, size: (u16, u16), read_only: bool) -> Self {
        Self {
            idle: Idle::since(clock.now()),
            home,
            read_only,
            clock,
            size,
            look,
            phase: Phase::Opening,
            focus: Pane::Pointers,
            zoom: false,
            borders: Borders::default(),
            dragged: None,
            mouse: true,
            instances: Instances::default(),
            unknown: Vec::new(),
            pointers: Pointers::default(),
            credentials: Credentials::default(),
            log: Log::default(),
            filters: KeptFilters::default(),
            layers: Vec::new(),
            reports: VecDeque::new(),
            report_shown: false,
            unopened: None,
            running: Vec::new(),
            next_ticket: 1,
            tick: 0,
            composer: Memory::default(),
            compare_with: None,
            expressions: Vec::new(),
            live_setup: None,
            history: Vec::new(),
            first_choice: None,
            keymap: Keymap::default(),
            returning: None,
            keymap_text: None,
            asks_again: false,
            kept: Kept::default(),
            begun: Begun::default(),
            tailed: None,
            onward: Onward::default(),
        }
    }

    /// Where everything is on the screen.
    pub fn layout(&self) -> Layout {
        let instances = self.instances.wanted_lines();
        Layout::of(self.size, self.focus, self.zoom, instances, self.borders)
    }

    /// Whether something moves on the screen by itself.
    pub fn is_live(&self) -> bool {
        let now = self.clock.now();
        let wizard = matches!(self.layers.last(), Some(Layer::Wizard(wizard)) if wizard.is_live(now));
        let waiting = self.phase == Phase::Open && self.pointers.is_waiting();
        let map = matches!(self.layers.last(), Some(Layer::Map(map)) if map.is_live(now));
        let doctor = matches!(self.layers.last(), Some(Layer::Doctor(doctor)) if doctor.looking);
        let walking =
            matches!(self.layers.last(), Some(Layer::Audit(page)) if page.walk == audit::Walk::Walking);
        wizard
            || walking
            || doctor
            || map
            || waiting
            || !self.running.is_empty()
            || matches!(self.phase, Phase::Opening | Phase::Stopping)
    }

    /// The number of something that begins now; each is given once.
    pub fn take_ticket(&mut self) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        ticket
    }

    /// The page or the pane that one is at, whatever window lies over it.
    fn own_scope(&self) -> Scope {
        match self.layers.iter().rev().find_map(Layer::page_scope) {
            Some(scope) => scope,
            None => self.focus.scope(),
        }
    }

    /// The scopes whose keys are in force, nearest first.
    pub fn scopes(&self) -> &'static [Scope] {
        let own = self.own_scope();
        Scope::STACKS
            .into_iter()
            .find(|stack| stack[0] == own)
            .expect("a test proves that every page and pane has a stack")
    }

    /// A key of a command, for sentences that name one: one that works here, or else anywhere; its name after `:`
    /// if it has none.
    pub fn key_for(&self, id: Id) -> String {
        let here = self.keymap.keys(id, self.scopes()).next();
        match here.or_else(|| self.keymap.anywhere(id)) {
            Some(keys) => self.look.glyphs.spelled_keys(keys),
            None => format!(":{}", crate::command::command(id).name),
        }
    }

    /// The pointer that is open or selected, as far as it is known. A page that knows nothing yet borrows nothing from
    /// what lies beneath it: that is another pointer.
    pub fn pointer(&self) -> Option<&Pointer> {
        match self.pointer_page() {
            Some(page) => page.pointer(),
            None => self.pointers.selected(),
        }
    }

    /// The page about a pointer that is open.
    pub fn pointer_page(&self) -> Option<&PointerPage> {
        self.layers.iter().rev().find_map(|layer| match layer {
            Layer::Pointer(page) => Some(&**page),
            _ => None,
        })
    }

    /// The credential that is open or selected.
    pub fn credential(&self) -> Option<&CredentialRow> {
        let open = self.layers.iter().rev().find_map(|layer| match layer {
            Layer::Credential(page) => Some(page.name.as_str()),
            _ => None,
        });
        match open {
            Some(name) => self.credentials.rows().iter().find(|row| row.name == name),
            None => self.credentials.selected(),
        }
    }

    /// The same, if the instance that it is kept on lets itself be changed. Which one is selected does not matter.
    fn changeable_credential(&self) -> Option<&CredentialRow> {
        let is_fixed = |name: &str| {
            self.instances
                .get(name)
                .is_some_and(|instance| instance.row.read_only)
        };
        self.credential()
            .filter(|row| !row.kept_on().is_some_and(is_fixed))
    }

    /// What commands may want to know where they are about this instance rather than the selected one.
    pub fn situation_about(&self, name: &str) -> Situation {
        let instance = self.instances.get(name);
        Situation {
            instance: instance.map(|instance| self.target(instance)),
            read_only: self.read_only || instance.is_some_and(|instance| instance.row.read_only),
            ..self.situation()
        }
    }

    fn target(&self, instance: &Instance) -> Target {
        let row = &instance.row;
        Target {
            local: row.kind == InstanceKind::Local,
            hosted_here: row.hosted_by == HostedBy::Here,
            stopped: row.hosted_by == HostedBy::Nobody && row.state != InstanceState::Changing,
            editable: !self.read_only,
        }
    }

    /// What a pane is filtered by, as it was typed.
    pub fn filter_text(&self, pane: Pane) -> &str {
        match pane {
            Pane::Instances => self.instances.filter().text(),
            Pane::Pointers => &self.pointers.filter,
            Pane::Credentials => self.credentials.filter().text(),
            Pane::Log => &self.log.text,
        }
    }

    /// The instance that keys act on: the one whose page is open, or else the selected one. None while the page is
    /// about one that is gone: the selection fell to a neighbour, which nobody looks at.
    pub fn instance(&self) -> Option<&Instance> {
        match self.instance_page() {
            Some(name) => self.instances.get(name.as_str()),
            None => self.instances.selected(),
        }
    }

    /// Whose page is open.
    pub fn instance_page(&self) -> Option<&InstanceName> {
        self.layers.iter().rev().find_map(|layer| match layer {
            Layer::Instance(page) => Some(&page.name),
            _ => None,
        })
    }

    /// What commands may want to know.
    pub fn situation(&self) -> Situation {
        let instance = self.instance();
        let pointer = self.pointer();
        // What is not known yet may be anything.
        let unknown = pointer.is_none() && self.pointer_page().is_some_and(|page| !page.is_gone());
        let page_invoke = matches!(self.layers.last(), Some(Layer::Invoke(_)));
        let inspected = match self.layers.last() {
            Some(Layer::Invoke(page)) => Some(page),
            _ => None,
        };
        let compared = match self.layers.last() {
            Some(Layer::Difference(page)) => Some(page),
            _ => None,
        };
        let domains = match self.layers.last() {
            Some(Layer::Domains(page)) => Some(page),
            _ => None,
        };
        let open = domains.and_then(|page| page.connection_is_open());
        Situation {
            instance: instance.map(|instance| self.target(instance)),
            instances: !self.instances.rows.is_empty(),
            unknown: !self.unknown.is_empty(),
            pointer: pointer.is_some() || unknown,
            federated: pointer.is_some_and(|pointer| pointer.federated.is_some()) || unknown,
            leads_somewhere: self.layers.iter().rev().any(|layer| match layer {
                Layer::Pointer(page) => page.leads_to().is_some(),
                _ => false,
            }),
            link: matches!(self.layers.last(), Some(Layer::Pointer(page)) if page.at.is_some()),
            trail: matches!(self.layers.last(), Some(Layer::Pointer(page)) if !page.trail.is_empty()),
            credential: self.credential().is_some(),
            revocable: self.changeable_credential().is_some_and(|row| {
                // One that is held is forgotten, whatever became of its other end.
                (row.side == Side::Held
                    || !matches!(row.state, CredentialState::Revoked | CredentialState::Expired))
                    && !row.grant.as_ref().is_some_and(|grant| grant.owner)
            }),
            regrantable: self.changeable_credential().is_some_and(|row| {
                row.side == Side::Issued
                    && (row.state.is_usable() || row.state == CredentialState::Suspended)
                    && row.grant.as_ref().is_some_and(|grant| !grant.owner)
                    && !row.alarm.as_ref().is_some_and(|alarm| alarm.kind.freezes())
            }),
            rotatable: self.changeable_credential().is_some_and(|row| {
                row.state.is_usable() && !row.grant.as_ref().is_some_and(|grant| grant.owner)
            }),
            suspendable: self.changeable_credential().is_some_and(|row| {
                row.side == Side::Issued
                    && row.state.is_usable()
                    && !row.grant.as_ref().is_some_and(|grant| grant.owner)
            }),
            suspended: self.changeable_credential().is_some_and(|row| {
                row.side == Side::Issued
                    && row.state == CredentialState::Suspended
                    && !row.alarm.as_ref().is_some_and(|alarm| alarm.kind.freezes())
            }),
            held: self
                .credential()
                .is_some_and(|row| row.side == Side::Held && row.state.is_usable()),
            invoke: page_invoke || self.log.selected().is_some(),
            marked: !self.pointers.marks.is_empty(),
            tree: inspected.is_some_and(|page| page.tree().is_some()),
            matches: inspected.is_some_and(|page| page.tree().is_some_and(|tree| tree.matches.is_some()))
                || compared.is_some_and(|page| !page.seeking.found.is_empty()),
            comparison: compared.is_some(),
            table: inspected.is_some_and(|page| page.has_table()),
            reply: inspected.is_some_and(|page| page.reply.text.is_some()),
            domain: domains.is_some_and(|page| page.selected().is_some()),
            nameable: domains.is_some_and(|page| page.selects_something_named()),
            open_connection: open == Some(true),
            closed_connection: open == Some(false),
            filtered: match self.focus {
                Pane::Pointers => self.pointers.is_filtered(),
                Pane::Log => !self.log.text.is_empty(),
                Pane::Instances => !self.instances.filter().is_empty(),
                Pane::Credentials => !self.credentials.filter().is_empty(),
            },
            busy: !self.running.is_empty(),
            read_only: self.read_only || self.concerned_is_read_only(),
            zoomed: self.zoom,
            page: !self.layers.is_empty(),
        }
    }

    /// Whether the instance that keys would act on refuses changes. Making or adding another one is not its matter.
    fn concerned_is_read_only(&self) -> bool {
        let elsewhere = matches!(
            self.own_scope(),
            Scope::Credentials
                | Scope::CredentialPage
                | Scope::Log
                | Scope::InvokePage
                | Scope::DifferencePage
        );
        !elsewhere && self.instance().is_some_and(|instance| instance.row.read_only)
    }

    /// Names of the instances that this process hosts.
    pub fn hosted(&self) -> Vec<String> {
        self.instances
            .rows
            .iter()
            .filter(|instance| instance.row.hosted_by == HostedBy::Here)
            .map(|instance| instance.row.name.to_string())
            .collect()
    }

    /// Says so where not all of a pasted text was taken.
    pub fn tell_cut(&mut self, whole: bool) {
        if !whole {
            self.report(Level::Warn, CUT, "");
        }
    }

    /// Puts something on the status line, and into the log file.
    pub fn report(&mut self, level: Level, text: impl Into<String>, remedy: impl Into<String>) {
        self.report_on_screen(level, text, remedy);
        let Some(report) = self.reports.back() else {
            return;
        };
        match level {
            Level::Bad => tracing::error!(remedy = %report.remedy, "{}", report.text),
            Level::Warn => tracing::warn!(remedy = %report.remedy, "{}", report.text),
            Level::Good | Level::Info => tracing::info!("{}", report.text),
        }
    }

    /// Reports on the screen only what may hold something that belongs in no file.
    pub fn report_on_screen(&mut self, level: Level, text: impl Into<String>, remedy: impl Into<String>) {
        let report = Report {
            level,
            text: text.into(),
            remedy: self.remedy_here(&remedy.into()),
            at: self.clock.time(self.clock.now()),
        };
        self.reports.push_back(report);
        while self.reports.len() > 200 {
            self.reports.pop_front();
        }
        self.report_shown = true;
    }

    /// Reports a failure.
    pub fn report_failure(&mut self, failure: &Failure) {
        let text = match &failure.instance {
            Some(instance) => format!("{instance}: {}", failure.message),
            None => failure.message.clone(),
        };
        self.report(Level::Bad, text, failure.remedy.clone());
    }
}
