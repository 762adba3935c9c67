//! `butterfly pointer …`: the pointers of any instance.

use super::ask;
use super::outcome::{Outcome, usage};
use super::pointer_care::{Assign, Duplicate, Neighbors, Tag};
use super::pointer_show::show;
use super::session::Session;
use super::table::{Table, pairs};
use super::transfer::{Export, Import};
use super::words;
use crate::model::filter::Filter;
use crate::model::{ConnectionId, NewPointer, Pointer as PointerModel, PointerAddress, PointerChange};
use crate::store::{Order, PointerPage, PointerQuery, Start, TagMatch};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

/// List, show, make, change, find, import and export pointers.
#[derive(Debug, Subcommand)]
pub enum Pointer {
    /// List pointers, a page at a time.
    List {
        /// The instance.
        instance: String,
        #[command(flatten)]
        page: Page,
    },
    /// Find pointers whose description contains a text.
    Search {
        /// The instance.
        instance: String,
        /// The text; % and _ stand for anything, as in SQL LIKE.
        term: Option<String>,
        #[command(flatten)]
        page: Page,
    },
    /// Show a pointer and what is around it.
    Show {
        /// The instance.
        instance: String,
        /// The pointer.
        pointer: PointerAddress,
    },
    Create(Create),
    Update(Update),
    /// Remove a pointer.
    Delete {
        /// The instance.
        instance: String,
        /// The pointer.
        pointer: PointerAddress,
        /// Do not ask.
        #[arg(short, long)]
        yes: bool,
    },
    Duplicate(Duplicate),
    Tag(Tag),
    Assign(Assign),
    Neighbors(Neighbors),
    Import(Import),
    Export(Export),
}

/// Which pointers, and how many.
#[derive(Debug, Args)]
pub struct Page {
    /// Only pointers that bear this tag; repeatable.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Bearing one of several --tag is enough.
    #[arg(long, requires = "tag")]
    any_tag: bool,
    /// Only pointers that do not bear this tag; repeatable.
    #[arg(long, value_name = "TAG")]
    exclude_tag: Vec<String>,
    /// Only pointers assigned to this connection.
    #[arg(long, value_name = "ID")]
    connection: Option<ConnectionId>,
    /// Only pointers that lead to another instance.
    #[arg(long)]
    federated: bool,
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    /// Go on where an earlier page ended: its `next`.
    #[arg(long, value_name = "CURSOR")]
    after: Option<String>,
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
}

impl Pointer {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::List { instance, page } => list(session, &instance, page.query(None)).await,
            Self::Search { instance, term, page } => list(session, &instance, page.query(term)).await,
            Self::Show { instance, pointer } => show(session, &instance, &pointer).await,
            Self::Create(verb) => verb.run(session).await,
            Self::Update(verb) => verb.run(session).await,
            Self::Delete {
                instance,
                pointer,
                yes,
            } => delete(session, &instance, &pointer, yes).await,
            Self::Duplicate(verb) => verb.run(session).await,
            Self::Tag(verb) => verb.run(session).await,
            Self::Assign(verb) => verb.run(session).await,
            Self::Neighbors(verb) => verb.run(session).await,
            Self::Import(verb) => verb.run(session).await,
            Self::Export(verb) => verb.run(session).await,
        }
    }
}

impl Page {
    fn query(self, term: Option<String>) -> PointerQuery {
        PointerQuery {
            term,
            tags: self.tag,
            exclude_tags: self.exclude_tag,
            tag_match: if self.any_tag {
                TagMatch::Any
            } else {
                TagMatch::All
            },
            connection: self.connection,
            federated_only: self.federated,
            filter: Filter::default(),
            order: Order::default(),
            start: self.after.map_or(Start::First, Start::After),
            limit: Some(self.limit),
            ..PointerQuery::default()
        }
    }
}

async fn list(session: &Session, instance: &str, query: PointerQuery) -> Outcome {
    let page = session
        .open_for(instance)
        .await?
        .pointers(instance, &query)
        .await?;
    let PointerPage {
        total,
        pointers,
        next,
    } = &page;
    let count = total.unwrap_or(pointers.len() as u64);
    session.show(
        &json!({"count": count, "pointers": pointers, "next": next}),
        || table(pointers).to_text(),
    )?;
    if !session.is_json() {
        session.note(&remark(&page));
    }
    Ok(())
}

fn remark(page: &PointerPage) -> String {
    let shown = words::count(page.pointers.len() as u64);
    let of = page
        .total
        .map_or_else(String::new, |total| format!(" of {}", words::count(total)));
    match &page.next {
        Some(next) => format!("{shown}{of}; go on with --after {next}"),
        None => format!("{shown}{of}"),
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
            credential_pointer_address: None,
            federated: None,
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
        if self.description.is_none() && self.data_reference.is_none() && tags.is_none() {
            return Err(usage(
                "nothing was given to change",
                "give --description, --data-reference, --tag or --no-tags",
            ));
        }
        let change = PointerChange {
            description: self.description,
            data_reference: self.data_reference,
            tags,
            federated: None,
        };
        let workspace = session.open_for(&self.instance).await?;
        let pointer = workspace
            .update_pointer(&self.instance, &self.pointer, change)
            .await?;
        show_pointer(session, &pointer)
    }
}

async fn delete(session: &Session, instance: &str, address: &PointerAddress, yes: bool) -> Outcome {
    session.permit("removing a pointer")?;
    let workspace = session.open_for(instance).await?;
    ask::confirm(
        &format!("This removes the pointer {address} from {instance}."),
        yes,
    )?;
    workspace.delete_pointer(instance, address).await?;
    session.show(&json!({"deleted": address}), || {
        format!("{address} is removed from {instance}.")
    })
}

/// Prints a pointer that was made or changed: `{"pointer": {…}}` for scripts.
pub fn show_pointer(session: &Session, pointer: &PointerModel) -> Outcome {
    session.show(&json!({"pointer": pointer}), || describe_pointer(pointer))
}

fn table(pointers: &[PointerModel]) -> Table {
    let mut table = Table::new(["ADDRESS", "DESCRIPTION", "TAGS", "LEADS TO", "REFERENCE"]);
    for pointer in pointers {
        let leads_to = pointer
            .federated
            .as_ref()
            .map(|federated| format!("{} {}", federated.route, federated.endpoint.authority()));
        table.row([
            pointer.address.to_string(),
            pointer.description.clone(),
            pointer.tags.join(", "),
            words::or_dash(leads_to),
            pointer.data_reference.clone(),
        ]);
    }
    table
}

pub fn describe_pointer(pointer: &PointerModel) -> String {
    let text = |value: &Value| value.to_string();
    let federated = pointer.federated.as_ref();
    pairs([
        ("address", Some(pointer.address.to_string())),
        ("description", Some(pointer.description.clone())),
        ("data_reference", Some(pointer.data_reference.clone())),
        (
            "tags",
            (!pointer.tags.is_empty()).then(|| pointer.tags.join(", ")),
        ),
        (
            "connection",
            pointer.connection_id.as_ref().map(ToString::to_string),
        ),
        (
            "coordinates",
            Some(format!("{:.4} {:.4} {:.4}", pointer.x, pointer.y, pointer.z)),
        ),
        ("created", Some(words::moment(pointer.created_at))),
        ("changed", Some(words::moment(pointer.last_modified))),
        ("route", federated.map(|federated| federated.route.to_string())),
        ("peer", federated.map(|federated| federated.endpoint.to_string())),
        ("asks", federated.map(|federated| text(&federated.query))),
    ])
}
