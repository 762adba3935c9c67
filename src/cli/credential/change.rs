//! `butterfly credential change`: another grant under the same keys.

use super::home::open;
use crate::cli::handshake::network;
use crate::cli::outcome::{Outcome, usage};
use crate::cli::session::Session;
use crate::model::{ConnectionId, Grant, GrantDifference, PointerAddress, PointerScope, Timestamp};
use crate::workspace::GrantChange;
use clap::Args;
use ipnet::IpNet;
use serde_json::{Map, Value, json};

/// Change what a credential that an instance of ours issued allows, or when it ends; its keys stay.
///
/// What is not named stays as it is. Lists are replaced as a whole: --action, --source, and the pointers, which --tag,
/// --pointer and --connection name together. The instance takes it at once, and its audit trail says what it was before.
#[derive(Debug, Args)]
pub struct Change {
    /// Its name.
    name: String,
    #[command(flatten)]
    wanted: Wanted,
    /// What you saw of it, as `credential show --json` says it: its `grant`, or some of that, and `expires_at`. Nothing is
    /// changed if any of that is otherwise now.
    #[arg(long, value_name = "JSON", value_parser = seen)]
    if_still: Option<Value>,
}

/// What it shall allow.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What it shall allow")]
#[group(id = "wanted", required = true, multiple = true)]
pub struct Wanted {
    /// An action that may be called; repeatable. No others may be.
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
    /// Every pointer.
    #[arg(long, conflicts_with_all = ["tag", "pointer", "connection"])]
    every_pointer: bool,
    /// Actions that change something may be called, too.
    #[arg(long)]
    writes: bool,
    /// No action that changes something may be called.
    #[arg(long, conflicts_with = "writes")]
    no_writes: bool,
    /// Calls a minute at most.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// As many calls as the instance takes.
    #[arg(long, conflicts_with = "rate")]
    no_rate: bool,
    /// Further hops that a call may take from here.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=i64::from(Grant::MOST_HOPS)))]
    hops: Option<u8>,
    /// Calls may come from this address or network only (198.51.100.7, 2001:db8::/32); repeatable.
    #[arg(long, value_name = "CIDR", value_parser = network)]
    source: Vec<IpNet>,
    /// Calls may come from anywhere.
    #[arg(long, conflicts_with = "source")]
    any_source: bool,
    /// For a legacy credential: each call is taken once, told by its token and body. Calls must be sealed anew each time,
    /// and pointers with the route circuit do not work with it.
    #[arg(long)]
    strict_replay: bool,
    /// For a legacy credential: the same call may be made again and again, as with original instances.
    #[arg(long, conflicts_with = "strict_replay")]
    no_strict_replay: bool,
    /// Days from now until the lease ends.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
    lease_days: Option<u32>,
    /// It does not end by itself.
    #[arg(long, conflicts_with = "lease_days")]
    no_lease: bool,
}

impl Change {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("changing a credential")?;
        let change = GrantChange {
            if_still: self.if_still,
            ..self.wanted.change(Timestamp::now())
        };
        if change.is_empty() {
            return Err(usage(
                "nothing is said that the credential shall allow",
                "see `butterfly credential change --help`",
            ));
        }
        let workspace = open(session, &self.name).await?;
        let changed = workspace.change_credential(&self.name, &change).await?;
        let value = json!({"credential": changed.row, "changes": changed.changes});
        session.show(&value, || explain(&changed.row.name, &changed.changes))
    }
}

impl Wanted {
    fn change(self, now: Timestamp) -> GrantChange {
        let is_scope_named = self.every_pointer
            || !(self.tag.is_empty() && self.pointer.is_empty() && self.connection.is_empty());
        let pointers = PointerScope {
            all: self.every_pointer,
            addresses: self.pointer.into_iter().collect(),
            tags: self.tag.into_iter().collect(),
            connections: self.connection.into_iter().collect(),
            ..PointerScope::default()
        };
        let switch = |on: bool, off: bool| (on || off).then_some(on);
        let lease = self
            .lease_days
            .map(|days| now.plus_seconds(i64::from(days) * 86_400));
        let sources = (!self.source.is_empty()).then_some(self.source);
        GrantChange {
            actions: (!self.action.is_empty()).then(|| self.action.into_iter().collect()),
            pointers: is_scope_named.then_some(pointers),
            writes: switch(self.writes, self.no_writes),
            rate_per_minute: (self.rate.is_some() || self.no_rate).then_some(self.rate),
            hops: self.hops,
            sources: (sources.is_some() || self.any_source).then_some(sources),
            strict_replay: switch(self.strict_replay, self.no_strict_replay),
            lease_ends: (lease.is_some() || self.no_lease).then_some(lease),
            if_still: None,
        }
    }
}

/// What somebody saw of a credential. Of what `credential show` prints, only what can be changed matters.
fn seen(text: &str) -> Result<Value, String> {
    let told: Map<String, Value> = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let known = |(member, _): &(String, Value)| matches!(member.as_str(), "grant" | "expires_at");
    let kept: Map<String, Value> = told.into_iter().filter(known).collect();
    if kept.is_empty() {
        return Err(
            "has neither \"grant\" nor \"expires_at\", as `credential show --json` has them".to_owned(),
        );
    }
    Ok(Value::Object(kept))
}

fn explain(name: &str, changes: &[GrantDifference]) -> String {
    if changes.is_empty() {
        return format!("{name} is as it was: it allowed that already.");
    }
    let line =
        |change: &GrantDifference| format!("  {:<20}  {} -> {}", change.what, change.before, change.now);
    let lines: Vec<String> = changes.iter().map(line).collect();
    format!(
        "{name} is changed, under the keys that it has.\n{}",
        lines.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_stays() {
        let now = Timestamp::from_micros(0);
        assert!(Wanted::default().change(now).is_empty());
        let wanted = Wanted {
            tag: vec!["public".to_owned()],
            no_writes: true,
            no_rate: true,
            lease_days: Some(2),
            ..Wanted::default()
        };
        let change = wanted.change(now);
        assert_eq!(change.writes, Some(false));
        assert_eq!(change.rate_per_minute, Some(None));
        assert_eq!(change.lease_ends, Some(Some(now.plus_seconds(172_800))));
        let scope = change.pointers.unwrap();
        assert!(!scope.all && scope.tags.contains("public"));
        assert_eq!((change.actions, change.hops, change.sources), (None, None, None));
        let anywhere = Wanted {
            any_source: true,
            every_pointer: true,
            ..Wanted::default()
        };
        let change = anywhere.change(now);
        assert_eq!(change.sources, Some(None));
        assert!(change.pointers.is_some_and(|scope| scope.all));
    }

    #[test]
    fn what_was_seen_may_be_all_that_is_shown() {
        let shown = r#"{"name": "friend@alpha", "grant": {"writes": false}, "expires_at": null, "uses": 3}"#;
        assert_eq!(
            seen(shown).unwrap(),
            json!({"grant": {"writes": false}, "expires_at": null})
        );
        assert!(seen(r#"{"writes": false}"#).unwrap_err().contains("expires_at"));
        assert!(seen("writes").is_err());
    }
}
