//! `butterfly domain access-key …`: keys that open one domain. They are shown once, and never taken from the command line.

use super::super::outcome::Outcome;
use super::super::session::Session;
use super::super::table::Table;
use super::super::words;
use super::{change_if_confirmed, text};
use crate::model::{DomainId, DomainPermission};
use crate::workspace::{AccessKeyRow, DomainChange, SecretFile};
use clap::Subcommand;
use serde_json::Value;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Make and revoke the access keys of a domain.
#[derive(Debug, Subcommand)]
pub enum AccessKey {
    /// Make a key and show it, this once.
    ///
    /// Its tokens carry it as `access_key`. They are signed, and bodies sealed, with the secrets that are shown beside
    /// it; on a stand-in for an original instance, with those of its environment.
    Create {
        /// The instance.
        instance: String,
        /// The domain that it opens.
        domain: DomainId,
        /// What may be done with it: read_pointers, read_write, admin_domain; each includes those before it.
        #[arg(long, value_delimiter = ',', default_value = "read_write", value_parser = permission)]
        permissions: Vec<DomainPermission>,
        /// Do not ask before the key is shown.
        #[arg(short, long)]
        yes: bool,
    },
    /// Revoke a key, from this moment on.
    Revoke {
        /// The instance.
        instance: String,
        /// Its id, as `domain show` tells it: key- and 12 digits.
        #[arg(required_unless_present = "key_file")]
        id: Option<String>,
        /// The file that holds the key itself.
        #[arg(long, value_name = "FILE", conflicts_with = "id")]
        key_file: Option<PathBuf>,
        /// Do not ask first.
        #[arg(short, long)]
        yes: bool,
    },
}

/// A permission by its word.
pub(super) fn permission(word: &str) -> Result<DomainPermission, String> {
    DomainPermission::parse(word.trim()).ok_or_else(|| {
        let known = DomainPermission::ALL.map(DomainPermission::as_str);
        format!("it is one of {}", known.join(", "))
    })
}

impl AccessKey {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::Create {
                instance,
                domain,
                permissions,
                yes,
            } => {
                let question = format!(
                    "A key of {domain} will stand here in plain text: whoever sees it can call {instance} with it."
                );
                let make = DomainChange::MakeKey(domain, permissions);
                let result = change_if_confirmed(session, &instance, make, (&question, yes)).await?;
                let id = text(&result["details"], "id");
                session.show_once(
                    &result,
                    || explain(&result),
                    format!("revoke it with `butterfly domain access-key revoke {instance} {id}`, and create another one"),
                )
            }
            Self::Revoke {
                instance,
                id,
                key_file,
                yes,
            } => {
                session.permit("revoking an access key")?;
                let key = match (&id, key_file) {
                    (_, Some(path)) => SecretFile::read(&path)?.access_key()?.expose_text().to_owned(),
                    (id, None) => id.clone().unwrap_or_default(),
                };
                let key = Zeroizing::new(key);
                let named = id.unwrap_or_else(|| "the access key in the file".to_owned());
                let question = format!("On {instance}, {named} is refused for good.");
                let revoke = DomainChange::RevokeKey(key);
                let result = change_if_confirmed(session, &instance, revoke, (&question, yes)).await?;
                session.show(&result, || {
                    format!("{} is revoked.", text(&result["details"], "id"))
                })
            }
        }
    }
}

fn explain(result: &Value) -> String {
    let mut told = format!(
        "{} opens {}. Hand it over where nobody else reads it, then clear this screen and its scrollback:\n\naccess_key      {}\n",
        text(&result["details"], "id"),
        text(&result["details"], "domain_id"),
        text(result, "access_key"),
    );
    let secret = &result["secret"];
    if secret.is_object() {
        for name in ["endpoint", "app_id", "jwt_secret_key", "encryption_key"] {
            told.push_str(&format!("{name:<14}  {}\n", text(secret, name)));
        }
    } else {
        told.push_str("\nIt is used with the secrets of the environment of that instance, or of the credential that made it.\n");
    }
    told
}

/// Keys as a person reads them.
pub(super) fn table(keys: &[AccessKeyRow]) -> String {
    let mut table = Table::new(["ACCESS KEY", "PERMISSIONS", "STATE", "MADE", "LAST USED", ">USES"]);
    for key in keys {
        let permissions: Vec<&str> = key
            .permissions
            .iter()
            .map(|permission| permission.as_str())
            .collect();
        table.row([
            key.id.clone(),
            permissions.join(", "),
            key.state.to_string(),
            words::moment_or_dash(key.created_at),
            words::moment_or_dash(key.last_used),
            key.uses.map_or_else(|| "-".to_owned(), |uses| uses.to_string()),
        ]);
    }
    table.to_text()
}
