//! What people answer in a guided handshake, and the grant that follows from it.

use crate::model::{
    AppId, ConnectionId, Delivery, Grant, Holder, InstanceName, PointerAddress, PointerScope, Route,
};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What somebody shall be able to do: the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Read the summary of chosen pointers.
    #[default]
    Summary,
    /// Read pointers that bear a tag.
    Tag,
    /// Read and invoke pointers of a connection.
    Connection,
    /// Read everything.
    Everything,
    /// Actions chosen one by one, on every pointer.
    Custom,
}

impl Purpose {
    /// All of them, the least first.
    pub const ALL: [Self; 5] = [
        Self::Summary,
        Self::Tag,
        Self::Connection,
        Self::Everything,
        Self::Custom,
    ];

    /// Whether it has to be said what exactly.
    pub const fn asks_more(self) -> bool {
        !matches!(self, Self::Everything)
    }

    /// The actions that it needs.
    pub const fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Summary => &["get_pointer_summary"],
            Self::Tag => &[
                "get_pointer",
                "get_pointer_summary",
                "list_pointers",
                "search_pointers",
            ],
            Self::Connection => &[
                "get_pointer",
                "get_pointer_summary",
                "get_pointers_for_connection",
                "invoke_through_connection",
            ],
            Self::Everything => &[
                "get_graph_stats",
                "get_neighbors",
                "get_pointer",
                "get_pointer_summary",
                "list_pointers",
                "search_pointers",
            ],
            Self::Custom => &[],
        }
    }
}

/// Where a bundle is to be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// In a file.
    File(String),
    /// Here: armoured text that was pasted.
    Text(String),
}

impl Source {
    /// A path, or armoured text, whichever it looks like. None if there is nothing.
    pub fn of(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        if typed.is_empty() {
            return None;
        }
        if typed.contains("-----BEGIN") {
            return Some(Self::Text(typed.to_owned()));
        }
        Some(Self::File(typed.to_owned()))
    }
}

/// What was answered so far. No secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Answers {
    /// How it travels.
    pub delivery: Delivery,
    /// Who holds a credential on the side that calls.
    pub holders: Vec<Holder>,
    /// Offering: the instance that will be called. Asking: the one of ours that shall hold a credential.
    pub instance: Option<InstanceName>,
    /// The name under which the caller calls.
    pub app_id: Option<AppId>,
    /// What it shall be able to do.
    pub purpose: Purpose,
    /// Which pointers.
    pub addresses: BTreeSet<PointerAddress>,
    /// Pointers with which tag.
    pub tag: String,
    /// Pointers of which connections.
    pub connections: BTreeSet<ConnectionId>,
    /// Which actions.
    pub actions: BTreeSet<String>,
    /// Whether actions that change something may be called.
    pub writes: bool,
    /// Calls a minute, if limited.
    pub rate_per_minute: Option<u32>,
    /// How many further hops a call may take.
    pub hops: u8,
    /// Addresses that calls may come from; empty for anywhere.
    pub sources: Vec<IpNet>,
    /// Whether each call is taken once, where that is a choice: plain values make a legacy credential.
    pub strict_replay: bool,
    /// Days until the lease ends; none for no end.
    pub lease_days: Option<u32>,
    /// The request that is answered.
    pub request: String,
    /// Where to write the bundle; empty for nowhere.
    pub file: String,
    /// Where the other side's instance answers.
    pub url: String,
    /// The bundle that came.
    pub bundle: Option<Source>,
    /// What to call the remote here; none takes what is proposed.
    pub name: Option<InstanceName>,
    /// The instance of ours that shall hold the credential for relay.
    pub relay: Option<InstanceName>,
    /// How the first pointer travels.
    pub route: Route,
}

impl Default for Answers {
    fn default() -> Self {
        Self {
            delivery: Delivery::Code,
            holders: vec![Holder::Console, Holder::Instance],
            instance: None,
            app_id: None,
            purpose: Purpose::Summary,
            addresses: BTreeSet::new(),
            tag: String::new(),
            connections: BTreeSet::new(),
            actions: BTreeSet::new(),
            writes: false,
            rate_per_minute: Some(60),
            hops: 0,
            sources: Vec::new(),
            strict_replay: false,
            lease_days: Some(90),
            request: String::new(),
            file: String::new(),
            url: String::new(),
            bundle: None,
            name: None,
            relay: None,
            route: Route::Relay,
        }
    }
}

impl Answers {
    /// Whether the purpose has what it needs.
    pub fn is_scope_chosen(&self) -> bool {
        match self.purpose {
            Purpose::Summary => !self.addresses.is_empty(),
            Purpose::Tag => !self.tag.is_empty(),
            Purpose::Connection => !self.connections.is_empty(),
            Purpose::Everything => true,
            Purpose::Custom => !self.actions.is_empty(),
        }
    }

    /// What the credential will allow: no more than was chosen.
    pub fn grant(&self) -> Grant {
        let mut pointers = PointerScope::default();
        match self.purpose {
            Purpose::Summary => pointers.addresses = self.addresses.clone(),
            Purpose::Tag => {
                pointers.tags.insert(self.tag.clone());
            }
            Purpose::Connection => pointers.connections = self.connections.clone(),
            Purpose::Everything | Purpose::Custom => pointers.all = true,
        }
        let actions = match self.purpose {
            Purpose::Custom => self.actions.clone(),
            purpose => purpose.actions().iter().map(|name| (*name).to_owned()).collect(),
        };
        Grant {
            owner: false,
            actions,
            pointers,
            writes: self.writes,
            rate_per_minute: self.rate_per_minute,
            hops: self.hops,
            sources: (!self.sources.is_empty()).then(|| self.sources.clone()),
            strict_replay: self.strict_replay && self.delivery == Delivery::Plain,
            domain: None,
        }
    }
}
