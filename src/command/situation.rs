//! What a command may want to know before it says whether it can be done.

/// An instance, as far as commands care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Target {
    /// Hosted by this program, not someone else's.
    pub local: bool,
    /// Hosted by this very process.
    pub hosted_here: bool,
    /// Nobody hosts it.
    pub stopped: bool,
    /// What this home knows of it may be changed: that holds of a read-only one too, or it would stay so.
    pub editable: bool,
}

/// What is in front of the person right now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Situation {
    /// The instance that is selected.
    pub instance: Option<Target>,
    /// There are instances.
    pub instances: bool,
    /// Instances lie on the disk of this home that it does not know.
    pub unknown: bool,
    /// A pointer is selected or open.
    pub pointer: bool,
    /// And it leads to another instance.
    pub federated: bool,
    /// And that instance is in this home.
    pub leads_somewhere: bool,
    /// A line of the pointer's page that leads somewhere is selected.
    pub link: bool,
    /// One came to that page from another pointer.
    pub trail: bool,
    /// A credential is selected or open.
    pub credential: bool,
    /// And it can be revoked.
    pub revocable: bool,
    /// And it was issued here, and what it allows can be changed.
    pub regrantable: bool,
    /// And its keys can be rotated.
    pub rotatable: bool,
    /// And it was issued here and answers: it can be suspended.
    pub suspendable: bool,
    /// And it is suspended, and may be resumed.
    pub suspended: bool,
    /// And it is held, so that it can be tried.
    pub held: bool,
    /// A line of the invoke log is selected or open.
    pub invoke: bool,
    /// Pointers are marked.
    pub marked: bool,
    /// A tree of JSON is open.
    pub tree: bool,
    /// Something is looked for in it.
    pub matches: bool,
    /// Two invokes are beside each other.
    pub comparison: bool,
    /// A table of a reply is open.
    pub table: bool,
    /// The reply of an invoke is there.
    pub reply: bool,
    /// A domain, or something that one owns, is selected.
    pub domain: bool,
    /// And it has a name that can be changed: it is a domain or a connection.
    pub nameable: bool,
    /// And it is a connection that lets calls through.
    pub open_connection: bool,
    /// And it is a connection that refuses calls.
    pub closed_connection: bool,
    /// The pane with the focus has a filter.
    pub filtered: bool,
    /// Something is being waited for.
    pub busy: bool,
    /// Nothing may be changed here.
    pub read_only: bool,
    /// One pane has the whole screen.
    pub zoomed: bool,
    /// A page lies over the panes.
    pub page: bool,
}

/// A name for something in the situation, and whether it holds.
pub type Fact = (&'static str, fn(&Situation) -> bool);

/// What conditions in a keymap may name. A test proves that nothing of the situation is left out.
pub static FACTS: &[Fact] = &[
    ("instance", |situation| situation.instance.is_some()),
    ("local", |situation| on(situation, |instance| instance.local)),
    ("hosted_here", |situation| {
        on(situation, |instance| instance.hosted_here)
    }),
    ("stopped", |situation| on(situation, |instance| instance.stopped)),
    ("editable", |situation| {
        on(situation, |instance| instance.editable)
    }),
    ("instances", |situation| situation.instances),
    ("unknown", |situation| situation.unknown),
    ("marked", |situation| situation.marked),
    ("pointer", |situation| situation.pointer),
    ("federated", |situation| situation.federated),
    ("leads_somewhere", |situation| situation.leads_somewhere),
    ("link", |situation| situation.link),
    ("trail", |situation| situation.trail),
    ("credential", |situation| situation.credential),
    ("revocable", |situation| situation.revocable),
    ("regrantable", |situation| situation.regrantable),
    ("rotatable", |situation| situation.rotatable),
    ("suspendable", |situation| situation.suspendable),
    ("suspended", |situation| situation.suspended),
    ("held", |situation| situation.held),
    ("invoke", |situation| situation.invoke),
    ("tree", |situation| situation.tree),
    ("matches", |situation| situation.matches),
    ("comparison", |situation| situation.comparison),
    ("table", |situation| situation.table),
    ("reply", |situation| situation.reply),
    ("domain", |situation| situation.domain),
    ("nameable", |situation| situation.nameable),
    ("open_connection", |situation| situation.open_connection),
    ("closed_connection", |situation| situation.closed_connection),
    ("filtered", |situation| situation.filtered),
    ("busy", |situation| situation.busy),
    ("read_only", |situation| situation.read_only),
    ("zoomed", |situation| situation.zoomed),
    ("page", |situation| situation.page),
];

fn on(situation: &Situation, holds: fn(&Target) -> bool) -> bool {
    situation.instance.as_ref().is_some_and(holds)
}
