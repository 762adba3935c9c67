//! What an offered credential allows: the arguments that say so.

use crate::model::{ConnectionId, Grant, PointerAddress};
use clap::Args;
use ipnet::IpNet;

/// What an offer allows unless told otherwise: reading pointers, and knowing whom one talks to.
const READING: [&str; 6] = [
    "get_graph_stats",
    "get_pointer",
    "get_pointer_summary",
    "list_pointers",
    "search_pointers",
    "whoami",
];
/// The least that is of use where single pointers were named.
const ONE_POINTER: [&str; 2] = ["get_pointer_summary", "whoami"];

/// What the offered credentials allow.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What it allows")]
pub struct Allowed {
    /// An action that may be called; repeatable. Unless told: with --pointer, reading that pointer's summary;
    /// else, reading pointers.
    #[arg(long, value_name = "ACTION", value_delimiter = ',')]
    action: Vec<String>,
    /// Only pointers that bear this tag; repeatable.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only this pointer; repeatable.
    #[arg(long, value_name = "ADDRESS")]
    pointer: Vec<PointerAddress>,
    /// Only pointers assigned to this connection; repeatable.
    #[arg(long, value_name = "ID")]
    connection: Vec<ConnectionId>,
    /// Actions that change something may be called, too.
    #[arg(long)]
    writes: bool,
    /// Calls a minute at most.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// Further hops that a call may take from here.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=i64::from(Grant::MOST_HOPS)))]
    hops: u8,
    /// Calls may come from this address or network only (198.51.100.7, 2001:db8::/32); repeatable.
    #[arg(long, value_name = "CIDR", value_parser = network)]
    source: Vec<IpNet>,
    /// For a legacy credential: each call is taken once, told by its token and body. Calls must be sealed anew each time,
    /// and pointers with the route circuit do not work with it. A native credential's calls are always taken once.
    #[arg(long)]
    strict_replay: bool,
}

impl Allowed {
    /// The grant.
    pub fn grant(self) -> Grant {
        let is_one_pointer = !self.pointer.is_empty() && self.tag.is_empty() && self.connection.is_empty();
        let mut grant = match self.action.as_slice() {
            [] if is_one_pointer => Grant::read(ONE_POINTER),
            [] => Grant::read(READING),
            actions => Grant::read(actions),
        };
        grant.pointers.tags = self.tag.into_iter().collect();
        grant.pointers.addresses = self.pointer.into_iter().collect();
        grant.pointers.connections = self.connection.into_iter().collect();
        let scope = &mut grant.pointers;
        scope.all = scope.tags.is_empty() && scope.addresses.is_empty() && scope.connections.is_empty();
        grant.writes = self.writes;
        grant.rate_per_minute = self.rate;
        grant.hops = self.hops;
        grant.strict_replay = self.strict_replay;
        grant.sources = (!self.source.is_empty()).then_some(self.source);
        grant
    }
}

/// A network, or one address.
pub fn network(text: &str) -> Result<IpNet, String> {
    text.parse()
        .or_else(|_| text.parse().map(|address: std::net::IpAddr| IpNet::from(address)))
        .map_err(|_| "not an IP address or network, such as 198.51.100.7 or 2001:db8::/32".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::grant_words::describe_grant;

    fn address() -> PointerAddress {
        PointerAddress::parse("ptr_0123456789ab").unwrap()
    }

    #[test]
    fn an_offer_reads_everything_and_changes_nothing_unless_told() {
        let grant = Allowed::default().grant();
        assert!(grant.pointers.all && !grant.writes && !grant.owner);
        assert!(grant.allows_action("get_pointer_summary") && grant.allows_action("list_pointers"));
        assert!(!grant.allows_action("create_pointer"));
        assert_eq!(grant.sources, None);
    }

    #[test]
    fn naming_a_scope_narrows_it() {
        let allowed = Allowed {
            tag: vec!["public".to_owned()],
            ..Allowed::default()
        };
        let grant = allowed.grant();
        assert!(!grant.pointers.all);
        assert!(describe_grant(&grant).contains("those tagged public"));
    }

    #[test]
    fn naming_a_pointer_allows_its_summary_and_nothing_else_unless_told() {
        let allowed = Allowed {
            pointer: vec![address()],
            ..Allowed::default()
        };
        let grant = allowed.grant();
        assert_eq!(Vec::from_iter(&grant.actions), ["get_pointer_summary", "whoami"]);
        let allowed = Allowed {
            pointer: vec![address()],
            action: vec!["get_pointer".to_owned()],
            ..Allowed::default()
        };
        assert_eq!(Vec::from_iter(&allowed.grant().actions), ["get_pointer"]);
    }

    #[test]
    fn a_source_is_a_network_or_one_address() {
        assert_eq!(network("198.51.100.7").unwrap().to_string(), "198.51.100.7/32");
        assert_eq!(network("2001:db8::/32").unwrap().to_string(), "2001:db8::/32");
        assert!(network("example.org").is_err());
        let allowed = Allowed {
            source: vec![network("10.0.0.0/8").unwrap()],
            ..Allowed::default()
        };
        assert!(describe_grant(&allowed.grant()).contains("10.0.0.0/8"));
    }
}
