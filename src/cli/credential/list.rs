//! `butterfly credential list` and `show`; never secrets.

use super::home::open;
use crate::cli::arguments::sorting;
use crate::cli::filter::{FilterArg, filter_of};
use crate::cli::grant_words::describe_grant;
use crate::cli::outcome::Outcome;
use crate::cli::session::Session;
use crate::cli::table::{Table, pairs};
use crate::cli::words;
use crate::model::{Delivery, Holder};
use crate::workspace::{CredentialColumn, CredentialRow, Rows, Sorting};
use clap::Args;
use serde_json::{Value, json};

/// List the credentials that we hold, and those that instances of ours issued.
#[derive(Debug, Args)]
pub struct List {
    /// Only what this leaves, for example 'side:held !state:active' (name:, instance:, side:, state:, app:, key:,
    /// profile:, attention:any|none, words, ~letters, !not, saved:NAME).
    #[arg(long, value_name = "FILTER", default_value = "", value_parser = filter_of(Rows::Credentials))]
    filter: FilterArg,
    /// By which column: attention (what needs it most first), name, side, instance, state (in the order of a
    /// credential's life), last-used or lease; `:desc` for the greatest first.
    #[arg(long, value_name = "COLUMN[:desc]", value_parser = sorting::<CredentialColumn>)]
    sort: Option<Sorting<CredentialColumn>>,
}

/// Show a credential: where it stands, what it allows, when it was used; never its secrets.
#[derive(Debug, Args)]
pub struct Show {
    /// Its name.
    name: String,
}

impl List {
    pub async fn run(self, session: &Session) -> Outcome {
        let filter = self.filter.read(session).await?;
        let (mut rows, failures) = if session.home().has_vault() {
            session.open().await?.credentials().await?
        } else {
            (Vec::new(), Vec::new())
        };
        // An instance that cannot be asked holds nothing up, but nobody shall take the list for complete.
        for failure in &failures {
            session.tell(failure);
        }
        rows.retain(|row| row.fits(&filter));
        if let Some(sorting) = self.sort {
            sorting.sort(&mut rows, CredentialColumn::key);
        }
        session.show(&rows, || table(&rows).to_text())
    }
}

impl Show {
    pub async fn run(self, session: &Session) -> Outcome {
        let row = open(session, &self.name).await?.credential(&self.name).await?;
        session.show(&to_value(&row), || details(&row))
    }
}

/// The row, with what to do about an alarm.
fn to_value(row: &CredentialRow) -> Value {
    let mut value = serde_json::to_value(row).expect("a row has only string keys");
    if let Some(alarm) = &row.alarm {
        value["alarm"]["advice"] = json!(alarm.kind.advice());
    }
    value
}

fn table(rows: &[CredentialRow]) -> Table {
    let mut table = Table::new([
        "",
        "NAME",
        "SIDE",
        "HOLDER",
        "INSTANCE",
        "APP ID",
        "PROFILE",
        "STATE",
        "VERIFIED",
        "ENDS",
        "LAST USED",
        "ATTENTION",
    ]);
    for row in rows {
        table.row([
            mark(row).to_owned(),
            row.name.clone(),
            row.side.as_str().to_owned(),
            words::or_dash(row.holder.map(holder)),
            row.instance.clone(),
            row.app_id.to_string(),
            row.profile.to_string(),
            row.state.to_string(),
            yes_or_no(row.verified).to_owned(),
            words::moment_or_dash(row.expires_at),
            words::moment_or_dash(row.last_used),
            attention(row),
        ]);
    }
    table
}

/// `!!` where something happened that should not, `!` where a person should look.
fn mark(row: &CredentialRow) -> &'static str {
    match (&row.alarm, &row.attention) {
        (Some(_), _) => "!!",
        (None, Some(_)) => "!",
        (None, None) => "",
    }
}

fn attention(row: &CredentialRow) -> String {
    match &row.alarm {
        Some(alarm) => format!("ALARM: {}", alarm.kind.advice()),
        None => row.attention.clone().unwrap_or_default(),
    }
}

fn details(row: &CredentialRow) -> String {
    let alarm = row
        .alarm
        .as_ref()
        .map(|alarm| format!("{}: {}", words::moment(alarm.at), alarm.kind.advice()));
    let keys = match row.generation {
        0 => "as they came; fresh ones were never mixed in".to_owned(),
        1 => "mixed anew once, at activation".to_owned(),
        times => format!("mixed anew {times} times"),
    };
    let mut text = pairs([
        ("ALARM", alarm),
        ("name", Some(row.name.clone())),
        ("side", Some(row.side.as_str().to_owned())),
        ("holder", row.holder.map(|held| holder(held).to_owned())),
        ("instance", Some(row.instance.clone())),
        ("app_id", Some(row.app_id.to_string())),
        ("profile", Some(row.profile.to_string())),
        ("kid", row.kid.as_ref().map(ToString::to_string)),
        ("handed over", row.delivery.map(|way| delivery(way).to_owned())),
        ("state", Some(row.state.to_string())),
        ("verified", Some(row.comparison().to_owned())),
        ("keys", Some(keys)),
        ("rotate by", row.rotation_due.map(words::moment)),
        ("old key until", row.overlap_until.map(words::moment)),
        ("made", row.created_at.map(words::moment)),
        ("lease ends", row.expires_at.map(words::moment)),
        ("last used", Some(words::moment_or_dash(row.last_used))),
        ("uses", row.uses.map(words::count)),
        ("revoked", row.ended_at.map(words::moment)),
        ("attention", row.attention.clone()),
    ]);
    if let Some(grant) = &row.grant {
        text.push_str(&format!("allows\n{}\n", describe_grant(grant)));
    }
    text
}

fn yes_or_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

fn holder(holder: Holder) -> &'static str {
    match holder {
        Holder::Console => "console",
        Holder::Instance => "instance",
    }
}

fn delivery(delivery: Delivery) -> &'static str {
    match delivery {
        Delivery::Code => "by a one-time code",
        Delivery::Request => "in a bundle sealed to a request",
        Delivery::Passphrase => "in a bundle under a passphrase",
        Delivery::Plain => "as plain values",
    }
}
