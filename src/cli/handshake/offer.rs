//! `butterfly handshake offer`: credentials on an instance of ours for somebody, handed over one of four ways.

use super::allowed::Allowed;
use super::offered;
use crate::cli::arguments::{DeliveryArg, HolderArg, ProfileArg, holders, text_file};
use crate::cli::ask;
use crate::cli::outcome::{Outcome, usage};
use crate::cli::session::Session;
use crate::model::{AppId, Delivery, Holder, InstanceName, Profile};
use crate::workspace::{OfferMade, OfferRequest, Workspace};
use clap::Args;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Make credentials on an instance of ours and hand them over.
///
/// --by code: prints a one-time code to read out; the other side types it together with this instance's URL. Good for
/// 15 minutes and one try. --request FILE: seals a bundle that only whoever made the request can open. --by
/// passphrase: seals a bundle under generated words; send it one way and the words another. In these three ways, compare
/// the seven words afterwards, and say so with `handshake verify`. --by plain: prints the secrets themselves, for original
/// Python instances; they have no words to compare.
#[derive(Debug, Args)]
pub struct Offer {
    /// The instance that will be called.
    instance: String,
    /// The name under which the other side will call; what the request proposes if it answers one.
    #[arg(long, value_name = "ID", required_unless_present = "request")]
    app_id: Option<AppId>,
    /// How it is handed over; passphrase unless told, or request if one is answered.
    #[arg(long, value_enum, value_name = "WAY")]
    by: Option<DeliveryArg>,
    /// Answer this request: the file that `handshake request` made; - for stdin.
    #[arg(long, value_name = "FILE")]
    request: Option<PathBuf>,
    /// Until people on both sides have compared the words, it opens nothing.
    #[arg(long)]
    verify_first: bool,
    /// Who on the other side gets a credential of its own: `console` is their administrator's (routes endpoint and circuit),
    /// `instance` their instance's (route relay). Repeatable; both unless told, or as the request says.
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
    /// Do not ask before plain values are shown.
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    allowed: Allowed,
}

/// What a request proposes.
struct Asked {
    text: String,
    app_id: AppId,
    holders: Vec<Holder>,
    name: String,
}

impl Offer {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("making an offer")?;
        let delivery = self.delivery()?;
        let asked = self.request.as_deref().map(asked).transpose()?;
        let workspace = session.open_for(&self.instance).await?;
        let instance = InstanceName::parse(&self.instance)
            .map_err(|error| usage(error.to_string(), "see `butterfly instance list`"))?;
        let Some(app_id) = self.app_id.or_else(|| Some(asked.as_ref()?.app_id.clone())) else {
            return Err(usage("--app-id is missing", "name the app_id of the other side"));
        };
        let holders = match (&asked, self.holder.is_empty()) {
            (Some(asked), true) => asked.holders.clone(),
            _ => holders(self.holder, &[Holder::Console, Holder::Instance]),
        };
        let file = match self.file {
            Some(path) => (path.as_os_str() != "-").then_some(path),
            None if has_bundle(delivery) => Some(PathBuf::from(format!("{instance}-for-{app_id}.bundle"))),
            None => None,
        };
        if let (Some(asked), false) = (&asked, session.is_json()) {
            session.note(&format!("Answering the request of {}.", asked.name));
        }
        if delivery == Delivery::Plain {
            ask::confirm(PLAIN, self.yes)?;
        }
        let request = OfferRequest {
            instance,
            app_id,
            profile: self.profile.into(),
            holders,
            grant: self.allowed.grant(),
            lease_days: self.lease_days,
            delivery,
            verify_first: self.verify_first,
            request: asked.map(|asked| asked.text),
            file,
        };
        let offer = workspace.offer(request.clone()).await?;
        if let Some(warning) = &offer.warning {
            session.note(&format!("warning: {warning}"));
        }
        let remedy = unread(workspace, &offer).await;
        session.show_once(
            &offered::to_value(&offer),
            || offered::explain(session, &request, &offer),
            remedy,
        )
    }

    /// The way, and whether the other arguments go with it.
    fn delivery(&self) -> Outcome<Delivery> {
        let delivery = match (self.by.map(Delivery::from), &self.request) {
            (None | Some(Delivery::Request), Some(_)) => Delivery::Request,
            (Some(Delivery::Request), None) => {
                return Err(usage(
                    "--by request answers a request, and none was given",
                    "give the file that the other side's `handshake request` made, with --request FILE",
                ));
            }
            (Some(way), Some(_)) => {
                return Err(usage(
                    format!("a request is answered by a bundle sealed to it, not by {way}"),
                    "leave out --by or --request",
                ));
            }
            (by, None) => by.unwrap_or(Delivery::Passphrase),
        };
        if self.file.is_some() && !has_bundle(delivery) {
            return Err(usage(
                format!("--by {delivery} writes no bundle"),
                "leave out --file",
            ));
        }
        let cannot_activate = delivery == Delivery::Plain || Profile::from(self.profile) == Profile::Legacy;
        if self.verify_first && cannot_activate {
            return Err(usage(
                "plain values and legacy credentials cannot be activated, so that --verify-first would keep them shut for ever",
                "leave out --verify-first",
            ));
        }
        Ok(delivery)
    }
}

/// Said before plain values are shown.
const PLAIN: &str = "\
The secrets themselves will stand here in plain text. Who sees them, now or later, in a message, a log or a\n\
terminal's scrollback, can call the instance, and fresh keys are never mixed in. Do this only for an original\n\
Python instance, or where no other way can be gone; else take --by code.";

/// How an offer ends of which nobody read what was shown. Plain values are in use from the beginning.
async fn unread(workspace: &Workspace, offer: &OfferMade) -> String {
    if offer.delivery != Delivery::Plain {
        return format!(
            "end it with `butterfly handshake cancel {}`, and make another one",
            offer.offer_id
        );
    }
    let row = workspace.handshake(&offer.offer_id).await;
    let names = row.map(|row| row.credentials).unwrap_or_default();
    let commands = names
        .iter()
        .map(|name| format!("`butterfly credential revoke {name}`"));
    format!(
        "end the values with {}, and make others",
        Vec::from_iter(commands).join(" and ")
    )
}

fn has_bundle(delivery: Delivery) -> bool {
    matches!(delivery, Delivery::Request | Delivery::Passphrase)
}

fn asked(path: &Path) -> Outcome<Asked> {
    let text = text_file(path)?;
    let seen = Workspace::inspect_request(&text)?;
    let unusable = || {
        usage(
            "the request proposes no usable app_id or holder",
            "say them yourself, with --app-id and --holder",
        )
    };
    Ok(Asked {
        app_id: seen["app_id"]
            .as_str()
            .and_then(|id| AppId::parse(id).ok())
            .ok_or_else(unusable)?,
        holders: serde_json::from_value(seen["holders"].clone()).map_err(|_| unusable())?,
        name: match &seen["name"] {
            Value::String(name) => name.clone(),
            _ => "somebody without a name".to_owned(),
        },
        text,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        offer: Offer,
    }

    fn delivery(line: &[&str]) -> Option<Delivery> {
        let line = ["offer", "beta", "--app-id", "alpha"].iter().chain(line);
        Line::try_parse_from(line).unwrap().offer.delivery().ok()
    }

    #[test]
    fn a_passphrase_unless_told_and_a_request_where_one_is_answered() {
        assert_eq!(delivery(&[]), Some(Delivery::Passphrase));
        assert_eq!(delivery(&["--by", "code"]), Some(Delivery::Code));
        assert_eq!(delivery(&["--request", "f"]), Some(Delivery::Request));
        assert_eq!(
            delivery(&["--by", "request", "--request", "f"]),
            Some(Delivery::Request)
        );
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        assert_eq!(delivery(&["--by", "request"]), None);
        assert_eq!(delivery(&["--by", "code", "--request", "f"]), None);
        assert_eq!(delivery(&["--by", "code", "--file", "f"]), None);
        assert_eq!(delivery(&["--by", "plain", "--verify-first"]), None);
        assert_eq!(delivery(&["--profile", "legacy", "--verify-first"]), None);
    }

    #[test]
    fn only_a_request_may_leave_the_app_id_open() {
        assert!(Line::try_parse_from(["offer", "beta"]).is_err());
        assert!(Line::try_parse_from(["offer", "beta", "--request", "f"]).is_ok());
    }
}
