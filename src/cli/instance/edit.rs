//! `butterfly instance edit`: what this home knows of an instance, and how much of its audit trail one of ours keeps.

use super::super::arguments::ProfileArg;
use super::super::outcome::{Outcome, usage};
use super::super::session::Session;
use super::audit_limits::AuditLimits;
use super::show;
use super::values::Values;
use crate::model::{AppId, Endpoint, Profile};
use crate::workspace::{InstanceChange, LONGEST_PATIENCE_S};
use clap::{Args, ValueEnum};

/// Yes or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// Nothing may be changed on it from this home.
    On,
    /// Changes are allowed.
    Off,
}

/// Change what this home knows of an instance: colour, read-only, patience, a remote's URL or its values; and how much of
/// its audit trail a local one keeps.
///
/// Nothing is asked of the instance itself. `--pin` alone takes other TLS keys of a remote, here and on the instances of ours
/// that relay to it: once you compared them with its administrator, over another channel.
#[derive(Debug, Args)]
pub struct Edit {
    /// The instance's name in this home.
    name: String,
    /// Whether this home refuses to change anything on the instance: console and command line alike.
    #[arg(long, value_name = "on|off")]
    set_read_only: Option<Switch>,
    /// Its colour: 1 to 8 of the theme's palette, or `none` for the one that comes with its place.
    #[arg(long, alias = "color", value_name = "N", value_parser = colour)]
    colour: Option<Chosen>,
    /// How long calls to it may take, 1s to 30s (a single call may be given more with --timeout), or `usual`.
    #[arg(long, value_name = "TIME", value_parser = patience)]
    patience: Option<Patience>,
    #[command(flatten)]
    audit: AuditLimits,
    /// Where a remote answers now.
    #[arg(long, value_name = "URL")]
    endpoint: Option<Endpoint>,
    /// The name under which a remote is called, together with fresh values.
    #[arg(long, value_name = "ID")]
    app_id: Option<AppId>,
    #[command(flatten)]
    values: Values,
}

/// A colour, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Chosen(Option<u8>);

fn colour(text: &str) -> Result<Chosen, String> {
    if text == "none" {
        return Ok(Chosen(None));
    }
    match text.parse() {
        Ok(place @ 1..=8) => Ok(Chosen(Some(place))),
        _ => Err("not a colour: 1 to 8, or none".to_owned()),
    }
}

/// Seconds, or what is usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Patience(Option<u64>);

fn patience(text: &str) -> Result<Patience, String> {
    if text == "usual" {
        return Ok(Patience(None));
    }
    let seconds = text.strip_suffix('s').unwrap_or(text);
    match seconds.parse() {
        Ok(seconds @ 1..=LONGEST_PATIENCE_S) => Ok(Patience(Some(seconds))),
        _ => Err(format!("not a patience: 1s to {LONGEST_PATIENCE_S}s, or usual")),
    }
}

impl Edit {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("changing what is known of an instance")?;
        let workspace = session.open_for(&self.name).await?;
        let row = workspace.instance(&self.name).await?;
        let pins = self.values.pins_alone();
        let credential = if self.values.is_empty() || pins.is_some() {
            None
        } else {
            let profile = match row.profile {
                Profile::Native => ProfileArg::Native,
                Profile::Legacy => ProfileArg::Legacy,
            };
            let app_id = self.app_id.clone().unwrap_or_else(|| row.app_id.clone());
            let endpoint = self.endpoint.clone().unwrap_or_else(|| row.endpoint.clone());
            Some(self.values.credential(session, profile, app_id, endpoint)?)
        };
        if self.app_id.is_some() && credential.is_none() {
            return Err(usage(
                "--app-id alone changes nothing: a credential is for one app_id",
                "give the values that belong to it too",
            ));
        }
        let change = InstanceChange {
            colour: self.colour.map(|Chosen(colour)| colour),
            read_only: self.set_read_only.map(|switch| switch == Switch::On),
            patience_s: self.patience.map(|Patience(seconds)| seconds),
            audit_days: self.audit.audit_days,
            audit_mib: self.audit.audit_mib,
            endpoint: self.endpoint,
            credential,
            pins,
        };
        if change.is_empty() {
            return Err(usage(
                "nothing to change was named",
                "see `butterfly instance edit --help`",
            ));
        }
        workspace.edit_instance(&self.name, change).await?;
        show(session, workspace, &self.name).await
    }
}
