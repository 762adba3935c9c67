//! What the page knows, as rows under each other: domains, and what those that are not folded away own.

use super::errand::Errand;
use crate::model::{ConnectionId, ConnectionStatus, DomainId, Federation, FederationId, InstanceName};
use crate::protocol::ExitClass;
use crate::tui::state::{Cursor, Load};
use crate::workspace::{AccessKeyRow, ConnectionRow, DomainRow, DomainTree, Failure};
use std::collections::{HashMap, HashSet};

/// Domains whose access keys are asked for at a time, and connections whose pointers are counted.
const AT_A_TIME: usize = 24;

/// A row: the places of what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// A domain.
    Domain(usize),
    /// A connection of a domain.
    Connection(usize, usize),
    /// An access key of a domain.
    Key(usize, usize),
    /// A federation, under one of its two domains.
    Federation(usize, usize),
}

impl Row {
    /// The place of the domain that it is, or stands under.
    pub const fn domain(self) -> usize {
        match self {
            Self::Domain(domain)
            | Self::Connection(domain, _)
            | Self::Key(domain, _)
            | Self::Federation(domain, _) => domain,
        }
    }
}

/// Something on the page, by what it is and not by where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Thing {
    /// A domain.
    Domain(DomainId),
    /// A connection.
    Connection(ConnectionId),
    /// An access key, by its id.
    Key(String),
    /// A federation, under this domain.
    Federation(DomainId, FederationId),
}

/// The page.
pub struct Domains {
    /// The instance.
    pub instance: InstanceName,
    /// The domains, connections and federations.
    pub tree: DomainTree,
    /// Whether they are there.
    pub load: Load,
    /// The access keys of domains, as far as they were fetched, or why not.
    pub keys: HashMap<DomainId, Result<Vec<AccessKeyRow>, Failure>>,
    /// How many pointers connections have, as far as they were counted.
    pub counts: HashMap<ConnectionId, Option<u64>>,
    /// Domains whose keys, and connections whose pointers were asked for since the page was fetched.
    asked: (HashSet<DomainId>, HashSet<ConnectionId>),
    /// Those of them that did not come, and may come when they are asked for again.
    missed: (HashSet<DomainId>, HashSet<ConnectionId>),
    /// Domains that are folded away.
    folded: HashSet<DomainId>,
    /// The connections of each domain, by their places.
    connections: Vec<Vec<usize>>,
    /// What is shown.
    pub rows: Vec<Row>,
    /// Where one is.
    pub cursor: Cursor,
    /// How often it was fetched.
    pub turn: u64,
    /// Whether what is under way only finds out whether the domains are as they were.
    is_glance: bool,
}

impl Domains {
    /// The page of an instance, of which nothing is known yet.
    pub fn new(instance: InstanceName) -> Self {
        Self {
            instance,
            tree: DomainTree::default(),
            load: Load::Waiting,
            keys: HashMap::new(),
            counts: HashMap::new(),
            asked: (HashSet::new(), HashSet::new()),
            missed: (HashSet::new(), HashSet::new()),
            folded: HashSet::new(),
            connections: Vec::new(),
            rows: Vec::new(),
            cursor: Cursor::default(),
            turn: 0,
            is_glance: false,
        }
    }

    /// To fetch everything again.
    pub fn everything(&mut self) -> Errand {
        self.is_glance = false;
        Errand::Tree(self.instance.clone())
    }

    /// To fetch the domains, and the rest only where they are others than before.
    pub fn glance(&mut self) -> Errand {
        self.is_glance = true;
        Errand::Tree(self.instance.clone())
    }

    /// Takes what there is. Keys and counts of before stay until they come anew.
    pub fn take(&mut self, tree: DomainTree) {
        let selected = self.thing();
        let is_as_before = self.load == Load::Ready && self.tree == tree;
        if !(std::mem::take(&mut self.is_glance) && is_as_before) {
            self.asked = (HashSet::new(), HashSet::new());
        }
        let missed = std::mem::take(&mut self.missed);
        self.asked.0.retain(|domain| !missed.0.contains(domain));
        self.asked.1.retain(|connection| !missed.1.contains(connection));
        self.tree = tree;
        self.load = Load::Ready;
        self.arrange(selected);
    }

    /// Takes access keys. What is refused is not asked for again by itself: each time would be put on record there.
    pub fn take_keys(&mut self, found: Vec<(DomainId, Result<Vec<AccessKeyRow>, Failure>)>) {
        let selected = self.thing();
        let failed = found
            .iter()
            .filter(|(_, keys)| keys.as_ref().is_err_and(may_come));
        self.missed.0.extend(failed.map(|(domain, _)| domain.clone()));
        self.keys.extend(found);
        self.arrange(selected);
    }

    /// The access keys of these could not be had.
    pub fn miss_keys(&mut self, of: Vec<DomainId>, failure: &Failure) {
        if may_come(failure) {
            self.missed.0.extend(of);
        }
    }

    /// Takes how many pointers these connections have, as far as they were counted.
    pub fn take_counts(&mut self, of: Vec<ConnectionId>, counts: Vec<(ConnectionId, Option<u64>)>) {
        let came: HashSet<&ConnectionId> = counts.iter().map(|(connection, _)| connection).collect();
        let missed = of.into_iter().filter(|connection| !came.contains(connection));
        self.missed.1.extend(missed);
        self.counts.extend(counts);
    }

    /// Folds a domain away, or shows again what it owns.
    pub fn fold(&mut self, domain: usize) {
        let Some(id) = self.tree.domains.get(domain).map(|domain| domain.id.clone()) else {
            return;
        };
        if !self.folded.remove(&id) {
            self.folded.insert(id.clone());
        }
        self.arrange(Some(Thing::Domain(id)));
    }

    /// Whether a domain is folded away.
    pub fn is_folded(&self, domain: usize) -> bool {
        self.tree
            .domains
            .get(domain)
            .is_some_and(|domain| self.folded.contains(&domain.id))
    }

    /// Makes the rows, with the selection where it was.
    fn arrange(&mut self, selected: Option<Thing>) {
        let domains = self.tree.domains.iter().enumerate();
        let places: HashMap<&DomainId, usize> = domains.map(|(place, domain)| (&domain.id, place)).collect();
        let mut connections = vec![Vec::new(); self.tree.domains.len()];
        for (place, connection) in self.tree.connections.iter().enumerate() {
            if let Some(domain) = places.get(&connection.domain_id) {
                connections[*domain].push(place);
            }
        }
        let mut federations: HashMap<&DomainId, Vec<usize>> = HashMap::new();
        for (place, federation) in self.tree.federations.iter().enumerate() {
            for domain in [&federation.source_domain_id, &federation.target_domain_id] {
                federations.entry(domain).or_default().push(place);
            }
        }
        let mut rows = Vec::new();
        for (place, domain) in self.tree.domains.iter().enumerate() {
            rows.push(Row::Domain(place));
            if self.folded.contains(&domain.id) {
                continue;
            }
            rows.extend(
                connections[place]
                    .iter()
                    .map(|connection| Row::Connection(place, *connection)),
            );
            if let Some(Ok(keys)) = self.keys.get(&domain.id) {
                rows.extend((0..keys.len()).map(|key| Row::Key(place, key)));
            }
            let own = federations.get(&domain.id).into_iter().flatten();
            rows.extend(own.map(|federation| Row::Federation(place, *federation)));
        }
        self.rows = rows;
        self.connections = connections;
        let wanted = selected.and_then(|thing| {
            self.rows
                .iter()
                .position(|row| self.thing_of(*row).as_ref() == Some(&thing))
        });
        let place = wanted.unwrap_or(self.cursor.selected);
        self.cursor.select(place, self.rows.len());
    }

    /// The row that is selected.
    pub fn selected(&self) -> Option<Row> {
        self.rows.get(self.cursor.selected).copied()
    }

    /// What is selected.
    pub fn thing(&self) -> Option<Thing> {
        self.thing_of(self.selected()?)
    }

    fn thing_of(&self, row: Row) -> Option<Thing> {
        Some(match row {
            Row::Domain(domain) => Thing::Domain(self.tree.domains.get(domain)?.id.clone()),
            Row::Connection(_, place) => Thing::Connection(self.tree.connections.get(place)?.id.clone()),
            Row::Key(domain, place) => Thing::Key(self.key(domain, place)?.id.clone()),
            Row::Federation(domain, place) => Thing::Federation(
                self.tree.domains.get(domain)?.id.clone(),
                self.tree.federations.get(place)?.id.clone(),
            ),
        })
    }

    /// The domain that is selected, or that owns what is.
    pub fn domain(&self) -> Option<&DomainRow> {
        self.tree.domains.get(self.selected()?.domain())
    }

    /// The connection that is selected.
    pub fn connection(&self) -> Option<&ConnectionRow> {
        match self.selected()? {
            Row::Connection(_, place) => self.tree.connections.get(place),
            _ => None,
        }
    }

    /// Whether what is selected has a name that can be changed.
    pub fn selects_something_named(&self) -> bool {
        matches!(self.selected(), Some(Row::Domain(_) | Row::Connection(..)))
    }

    /// Whether the connection that is selected lets calls through; none if it is no connection.
    pub fn connection_is_open(&self) -> Option<bool> {
        self.connection()
            .map(|connection| connection.status == ConnectionStatus::Active)
    }

    /// An access key of a domain.
    pub fn key(&self, domain: usize, place: usize) -> Option<&AccessKeyRow> {
        let keys = self.keys.get(&self.tree.domains.get(domain)?.id)?;
        keys.as_ref().ok()?.get(place)
    }

    /// The connections of the domain at a place.
    pub fn connections_at(&self, domain: usize) -> impl Iterator<Item = &ConnectionRow> {
        let places = self.connections.get(domain).into_iter().flatten();
        places.filter_map(|place| self.tree.connections.get(*place))
    }

    /// The access keys of a domain, as far as they were fetched.
    pub fn keys_of(&self, domain: &DomainId) -> &[AccessKeyRow] {
        match self.keys.get(domain) {
            Some(Ok(keys)) => keys,
            _ => &[],
        }
    }

    /// The federations of a domain.
    pub fn federations_of<'a>(&'a self, domain: &'a DomainId) -> impl Iterator<Item = &'a Federation> {
        let all = self.tree.federations.iter();
        all.filter(move |one| one.source_domain_id == *domain || one.target_domain_id == *domain)
    }

    /// What a domain is called.
    pub fn name_of<'a>(&'a self, domain: &'a DomainId) -> &'a str {
        let known = self.tree.domains.iter().find(|known| known.id == *domain);
        known.map_or(domain.as_str(), |known| known.name.as_str())
    }

    /// Brings the selection into view; says what is still to be fetched of what is in view.
    pub fn settle(&mut self, height: usize) -> Vec<Errand> {
        self.cursor.settle(self.rows.len(), height);
        let mut domains = Vec::new();
        let mut connections = Vec::new();
        for row in self.rows.iter().skip(self.cursor.top).take(height.max(1)) {
            if let Some(domain) = self.tree.domains.get(row.domain())
                && domains.len() < AT_A_TIME
                && !self.folded.contains(&domain.id)
                && self.asked.0.insert(domain.id.clone())
            {
                domains.push(domain.id.clone());
            }
            if let Row::Connection(_, place) = row
                && let Some(connection) = self.tree.connections.get(*place)
                && connections.len() < AT_A_TIME
                && self.asked.1.insert(connection.id.clone())
            {
                connections.push(connection.id.clone());
            }
        }
        let mut wanted = Vec::new();
        if !domains.is_empty() {
            wanted.push(Errand::Keys(self.instance.clone(), domains));
        }
        if !connections.is_empty() {
            wanted.push(Errand::Count(self.instance.clone(), connections));
        }
        wanted
    }
}

/// Whether what failed so may come when it is asked for again.
fn may_come(failure: &Failure) -> bool {
    failure.exit_class() != ExitClass::Refused
}
