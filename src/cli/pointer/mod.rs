//! `butterfly pointer …`: the pointers of any instance.

mod bulk;
mod care;
mod credential;
mod describe;
mod list;
mod show;
mod transfer;

pub use describe::show_pointer;
pub use show::describe_circuit;

use super::outcome::{Outcome, usage};
use super::session::Session;
use crate::model::{ConnectionId, NewPointer, PointerAddress, PointerChange, Timestamp};
use bulk::{Assign, Delete, Tag};
use care::{Duplicate, Neighbors};
use clap::{Args, Subcommand};
use credential::Credential;
use list::{List, Search};
use show::show;
use transfer::{Export, Import};

/// List, show, make, change, find, import and export pointers.
#[derive(Debug, Subcommand)]
pub enum Pointer {
    List(List),
    Search(Search),
    /// Show a pointer and what is around it.
    Show {
        /// The instance.
        instance: String,
        /// The pointer.
        pointer: PointerAddress,
    },
    Create(Create),
    Credential(Credential),
    Update(Update),
    Delete(Delete),
    Duplicate(Duplicate),
    Tag(Tag),
    Assign(Assign),
    Neighbors(Neighbors),
    Import(Import),
    Export(Export),
}

/// Make a pointer.
#[derive(Debug, Args)]
pub struct Create {
    /// The instance.
    instance: String,
    /// Where the data is: a URL, or whatever the reference is.
    #[arg(required_unless_present = "data_reference")]
    reference: Option<String>,
    /// The same as REFERENCE.
    #[arg(long, value_name = "REFERENCE", conflicts_with = "reference")]
    data_reference: Option<String>,
    /// What it is, in words.
    #[arg(long, default_value = "")]
    description: String,
    /// A label; repeatable, or several with commas.
    #[arg(long, alias = "tags", value_delimiter = ',', value_name = "TAG")]
    tag: Vec<String>,
    /// The connection to assign it to.
    #[arg(long, value_name = "ID")]
    connection: Option<ConnectionId>,
    /// The pointer that holds the header with which its data is fetched (`pointer credential` makes one).
    #[arg(long, value_name = "POINTER")]
    credential_pointer: Option<PointerAddress>,
}

/// Change a pointer; what is not given stays.
#[derive(Debug, Args)]
pub struct Update {
    /// The instance.
    instance: String,
    /// The pointer.
    pointer: PointerAddress,
    /// New description.
    #[arg(long)]
    description: Option<String>,
    /// New data_reference.
    #[arg(long, value_name = "REFERENCE")]
    data_reference: Option<String>,
    /// New labels, replacing the old; repeatable, or several with commas.
    #[arg(long, alias = "tags", value_delimiter = ',', value_name = "TAG")]
    tag: Vec<String>,
    /// Take all labels away.
    #[arg(long, conflicts_with = "tag")]
    no_tags: bool,
    /// The pointer that holds the header with which its data is fetched from now on.
    #[arg(long, value_name = "POINTER")]
    credential_pointer: Option<PointerAddress>,
    /// Fetch its data without a header from now on.
    #[arg(long, conflicts_with = "credential_pointer")]
    no_credential_pointer: bool,
    /// Only if it did not change since: its `last_modified`, as `pointer show --json` gives it.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    if_unchanged_since: Option<Timestamp>,
}

impl Pointer {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::List(verb) => verb.run(session).await,
            Self::Search(verb) => verb.run(session).await,
            Self::Show { instance, pointer } => show(session, &instance, &pointer).await,
            Self::Create(verb) => verb.run(session).await,
            Self::Credential(verb) => verb.run(session).await,
            Self::Update(verb) => verb.run(session).await,
            Self::Delete(verb) => verb.run(session).await,
            Self::Duplicate(verb) => verb.run(session).await,
            Self::Tag(verb) => verb.run(session).await,
            Self::Assign(verb) => verb.run(session).await,
            Self::Neighbors(verb) => verb.run(session).await,
            Self::Import(verb) => verb.run(session).await,
            Self::Export(verb) => verb.run(session).await,
        }
    }
}

impl Create {
    async fn run(self, session: &Session) -> Outcome {
        session.permit("making a pointer")?;
        let Some(data_reference) = self.reference.or(self.data_reference) else {
            return Err(usage(
                "the reference is missing",
                "give it after the instance's name",
            ));
        };
        let new = NewPointer {
            data_reference,
            description: self.description,
            tags: self.tag,
            connection_id: self.connection,
            credential_pointer_address: self.credential_pointer,
            federated: None,
            author: None,
        };
        let workspace = session.open_for(&self.instance).await?;
        let pointer = workspace.create_pointer(&self.instance, new).await?;
        show_pointer(session, &pointer)
    }
}

impl Update {
    async fn run(self, session: &Session) -> Outcome {
        session.permit("changing a pointer")?;
        let tags = match (self.tag.as_slice(), self.no_tags) {
            ([], false) => None,
            _ => Some(self.tag),
        };
        let change = PointerChange {
            description: self.description,
            data_reference: self.data_reference,
            tags,
            credential_pointer_address: match self.no_credential_pointer {
                true => Some(None),
                false => self.credential_pointer.map(Some),
            },
            federated: None,
            if_unchanged_since: self.if_unchanged_since,
            author: None,
        };
        if change.is_empty() {
            return Err(usage(
                "nothing was given to change",
                "give --description, --data-reference, --tag, --no-tags, --credential-pointer or --no-credential-pointer",
            ));
        }
        let workspace = session.open_for(&self.instance).await?;
        let pointer = workspace
            .update_pointer(&self.instance, &self.pointer, change)
            .await?;
        show_pointer(session, &pointer)
    }
}

fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text)
        .ok_or_else(|| "it is not a time with an offset, such as 2026-11-23T10:11:12.123456+00:00".to_owned())
}
