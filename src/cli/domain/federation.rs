//! `butterfly domain federate`, `accept`, `unfederate` and `federations`: what the people of one domain may do in another
//! one of the same instance.

use super::super::outcome::Outcome;
use super::super::session::Session;
use super::super::table::Table;
use super::{access_key, change, change_if_confirmed, text};
use crate::model::{DomainId, DomainPermission, FederationId};
use crate::workspace::{DomainChange, SecretFile};
use clap::Args;
use std::path::PathBuf;

/// Ask another domain of the instance to let the people of ours work in it.
///
/// Shows a request key, this once: whoever administers the other domain accepts with it.
#[derive(Debug, Args)]
pub struct Federate {
    /// The instance.
    instance: String,
    /// The domain that is asked.
    target: DomainId,
    /// The domain that asks; may be left out where we own just one.
    #[arg(long, value_name = "ID")]
    from: Option<DomainId>,
    /// What is asked for: read_pointers, read_write.
    #[arg(long, value_delimiter = ',', default_value = "read_pointers", value_parser = access_key::permission)]
    permissions: Vec<DomainPermission>,
}

/// Accept a request of another domain.
#[derive(Debug, Args)]
pub struct Accept {
    /// The instance.
    instance: String,
    /// The file that holds the request key.
    #[arg(long, value_name = "FILE")]
    request_key_file: PathBuf,
}

/// End a federation of domains, or withdraw the request for one; either side may.
#[derive(Debug, Args)]
pub struct Unfederate {
    /// The instance.
    instance: String,
    /// Which, as `domain federations` tells it.
    federation: FederationId,
    /// Do not ask first.
    #[arg(short, long)]
    yes: bool,
}

impl Federate {
    pub async fn run(self, session: &Session) -> Outcome {
        let asking = DomainChange::Federate {
            target: self.target.clone(),
            from: self.from,
            permissions: self.permissions,
        };
        let result = change(session, &self.instance, asking).await?;
        session.show(&result, || {
            format!(
                "{} is asked for. Give this to whoever administers {}, where nobody else reads it:\n\nrequest_key  {}\n",
                text(&result["federation"], "id"),
                self.target,
                text(&result, "request_key")
            )
        })
    }
}

impl Accept {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("accepting a federation")?;
        let key = SecretFile::read(&self.request_key_file)?.text();
        let result = change(session, &self.instance, DomainChange::Accept(key)).await?;
        let federation = &result["federation"];
        session.show(&result, || {
            format!(
                "{} may do in {} what {} says.",
                text(federation, "source_domain_id"),
                text(federation, "target_domain_id"),
                text(federation, "id")
            )
        })
    }
}

impl Unfederate {
    pub async fn run(self, session: &Session) -> Outcome {
        let what = format!("{} of {} is ended.", self.federation, self.instance);
        let end = DomainChange::EndFederation(self.federation);
        let result = change_if_confirmed(session, &self.instance, end, (&what, self.yes)).await?;
        session.show(&result, || what.clone())
    }
}

/// The federations that we may see.
pub(super) async fn list(session: &Session, instance: &str, domain: Option<&DomainId>) -> Outcome {
    let workspace = session.open_for(instance).await?;
    let federations = workspace.domain_federations(instance, domain).await?;
    session.show(&federations, || {
        let mut table = Table::new(["ID", "OF", "IN", "STATUS", "PERMISSIONS"]);
        for federation in &federations {
            let permissions: Vec<&str> = federation
                .permissions
                .iter()
                .map(|permission| permission.as_str())
                .collect();
            table.row([
                federation.id.to_string(),
                federation.source_domain_id.to_string(),
                federation.target_domain_id.to_string(),
                federation.status.as_str().to_owned(),
                permissions.join(", "),
            ]);
        }
        table.to_text()
    })
}
