//! `butterfly handshake offer`: credentials on an instance of ours, sealed into a bundle for somebody.

use super::arguments::{HolderArg, ProfileArg};
use super::outcome::{Outcome, usage};
use super::session::Session;
use super::words;
use crate::model::{AppId, ConnectionId, Delivery, Grant, Holder, InstanceName, PointerAddress};
use crate::workspace::{OfferMade, OfferRequest};
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// What an offer allows unless told otherwise: reading pointers, and knowing whom one talks to.
const READING: [&str; 6] = [
    "get_graph_stats",
    "get_pointer",
    "get_pointer_summary",
    "list_pointers",
    "search_pointers",
    "whoami",
];

/// Make credentials on an instance of ours and seal them into a bundle for somebody.
///
/// Send the bundle and its passphrase over different ways, and compare the seven words.
#[derive(Debug, Args)]
pub struct Offer {
    /// The instance that will be called.
    instance: String,
    /// The name under which the other side will call.
    #[arg(long, value_name = "ID")]
    app_id: AppId,
    /// Who on the other side gets a credential; repeatable. Both unless told.
    #[arg(long, value_enum)]
    holder: Vec<HolderArg>,
    /// How the credentials seal.
    #[arg(long, default_value = "native")]
    profile: ProfileArg,
    /// The bundle's file; - prints it. INSTANCE-for-ID.bundle in this folder unless told.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Days until the lease ends; no end unless told.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
    lease_days: Option<u32>,
    #[command(flatten)]
    allowed: Allowed,
}

/// What the offered credentials allow.
#[derive(Debug, Args)]
#[command(next_help_heading = "What it allows")]
struct Allowed {
    /// An action that may be called; repeatable. Reading pointers unless told.
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
}

impl Allowed {
    fn grant(self) -> Grant {
        let mut grant = match self.action.as_slice() {
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
        grant
    }
}

impl Offer {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("making an offer")?;
        let workspace = session.open_for(&self.instance).await?;
        let instance = InstanceName::parse(&self.instance)
            .map_err(|error| usage(error.to_string(), "see `butterfly instance list`"))?;
        let file = match self.file {
            Some(path) if path.as_os_str() == "-" => None,
            Some(path) => Some(path),
            None => Some(PathBuf::from(format!("{instance}-for-{}.bundle", self.app_id))),
        };
        let request = OfferRequest {
            instance,
            app_id: self.app_id,
            profile: self.profile.into(),
            holders: holders(self.holder),
            grant: self.allowed.grant(),
            lease_days: self.lease_days,
            delivery: Delivery::Passphrase,
            verify_first: false,
            request: None,
            file,
        };
        let offer = workspace.offer(request.clone()).await?;
        session.show(&to_value(&offer), || explain(&request, &offer))
    }
}

fn holders(chosen: Vec<HolderArg>) -> Vec<Holder> {
    let mut holders: Vec<Holder> = Vec::new();
    for holder in chosen.into_iter().map(Holder::from) {
        if !holders.contains(&holder) {
            holders.push(holder);
        }
    }
    if holders.is_empty() {
        holders.extend([Holder::Console, Holder::Instance]);
    }
    holders
}

/// The passphrase is here because whoever offers must pass it on.
fn to_value(offer: &OfferMade) -> Value {
    let mut value = json!({"offer_id": offer.offer_id, "words": offer.words});
    match &offer.file {
        Some(file) => value["file"] = json!(file),
        None => value["bundle"] = json!(offer.armoured),
    }
    value["passphrase"] = json!(offer.passphrase.as_ref().map(|words| words.expose_text()));
    value["expires_at"] = json!(offer.expires_at);
    value
}

/// What is shared, in plain words, and what to do next.
fn explain(request: &OfferRequest, offer: &OfferMade) -> String {
    let holders: Vec<&str> = request
        .holders
        .iter()
        .map(|holder| match holder {
            Holder::Console => "the administrator's console",
            Holder::Instance => "the instance itself (for relay)",
        })
        .collect();
    let mut text = format!(
        "{} may call {}: {}.\n{}\n",
        request.app_id,
        request.instance,
        holders.join(" and "),
        describe_grant(&request.grant)
    );
    text.push_str(&match request.lease_days {
        Some(days) => format!("  for       {days} days\n\n"),
        None => "  for       as long as you do not revoke it\n\n".to_owned(),
    });
    text.push_str(&match &offer.file {
        Some(file) => format!("bundle      {}\n", file.display()),
        None => format!("{}\n", offer.armoured.as_deref().unwrap_or_default().trim_end()),
    });
    text.push_str(&format!(
        "passphrase  {}\nwords       {}\nexpires     {}\n\n",
        offer.passphrase.as_ref().map_or("", |words| words.expose_text()),
        offer.words.join(" "),
        words::moment(offer.expires_at)
    ));
    text.push_str(
        "Send the bundle one way and the passphrase another: who gets both can call the instance.\n\
         Then compare the seven words over the phone. The other side runs:\n  \
         butterfly handshake accept FILE",
    );
    text
}

/// What a grant allows, in plain words, a line each.
pub fn describe_grant(grant: &Grant) -> String {
    let list = |items: Vec<String>| items.join(", ");
    let scope = &grant.pointers;
    let mut pointers = Vec::new();
    if scope.all {
        pointers.push("every pointer".to_owned());
    }
    if !scope.tags.is_empty() {
        pointers.push(format!(
            "those tagged {}",
            list(scope.tags.iter().cloned().collect())
        ));
    }
    if !scope.addresses.is_empty() {
        pointers.push(list(scope.addresses.iter().map(ToString::to_string).collect()));
    }
    if !scope.connections.is_empty() {
        let connections = list(scope.connections.iter().map(ToString::to_string).collect());
        pointers.push(format!("those assigned to {connections}"));
    }
    format!(
        "  actions   {}\n  pointers  {}\n  changes   {}\n  rate      {}\n  hops      {}",
        list(grant.actions.iter().cloned().collect()),
        pointers.join("; "),
        if grant.writes { "allowed" } else { "refused" },
        grant.rate_per_minute.map_or_else(
            || "as the instance allows".to_owned(),
            |rate| format!("{rate} calls a minute")
        ),
        match grant.hops {
            0 => "none: calls end at this instance".to_owned(),
            hops => format!("{hops} further"),
        }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(tag: &[&str]) -> Allowed {
        Allowed {
            action: Vec::new(),
            tag: tag.iter().map(|tag| (*tag).to_owned()).collect(),
            pointer: Vec::new(),
            connection: Vec::new(),
            writes: false,
            rate: None,
            hops: 0,
        }
    }

    #[test]
    fn an_offer_reads_everything_and_changes_nothing_unless_told() {
        let grant = allowed(&[]).grant();
        assert!(grant.pointers.all && !grant.writes && !grant.owner);
        assert!(grant.allows_action("get_pointer_summary"));
        assert!(!grant.allows_action("create_pointer"));
    }

    #[test]
    fn naming_a_scope_narrows_it() {
        let grant = allowed(&["public"]).grant();
        assert!(!grant.pointers.all);
        assert!(describe_grant(&grant).contains("those tagged public"));
    }

    #[test]
    fn both_holders_get_a_credential_unless_told() {
        assert_eq!(holders(Vec::new()), [Holder::Console, Holder::Instance]);
        assert_eq!(
            holders(vec![HolderArg::Console, HolderArg::Console]),
            [Holder::Console]
        );
    }
}
