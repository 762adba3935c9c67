//! `butterfly pointer duplicate` and `neighbors`.

use super::super::outcome::Outcome;
use super::super::session::Session;
use super::super::table::Table;
use super::super::words;
use super::describe::show_pointer;
use crate::model::PointerAddress;
use clap::Args;
use serde_json::json;

/// Make a pointer like another one: its tags and connection, with a reference of its own.
#[derive(Debug, Args)]
pub struct Duplicate {
    /// The instance.
    instance: String,
    /// The pointer to be like.
    pointer: PointerAddress,
    /// Where the new one's data is.
    reference: String,
    /// What it is, in words; the same as the other unless given.
    #[arg(long)]
    description: Option<String>,
}

/// List the neighbours of a pointer, a page at a time.
#[derive(Debug, Args)]
pub struct Neighbors {
    /// The instance.
    instance: String,
    /// The pointer.
    pointer: PointerAddress,
    /// Those that the coordinates make, nearest first, instead of stored relationships.
    #[arg(long)]
    computed: bool,
    /// How many at most.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=999))]
    limit: u64,
    /// How many to skip: an earlier page's `next`.
    #[arg(long, value_name = "N", default_value_t = 0)]
    offset: u64,
}

impl Duplicate {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("making a pointer")?;
        let workspace = session.open_for(&self.instance).await?;
        let pointer = workspace
            .duplicate_pointer(&self.instance, &self.pointer, &self.reference, self.description)
            .await?;
        show_pointer(session, &pointer)
    }
}

impl Neighbors {
    pub async fn run(self, session: &Session) -> Outcome {
        let page = session
            .open_for(&self.instance)
            .await?
            .neighbors(
                &self.instance,
                &self.pointer,
                self.computed,
                self.offset,
                self.limit,
            )
            .await?;
        let next = page.more.then_some(self.offset + page.neighbors.len() as u64);
        let value = json!({
            "count": page.neighbors.len(),
            "total": page.total,
            "neighbors": page.neighbors,
            "next": next,
        });
        session.show(&value, || {
            let mut table = Table::new(["ADDRESS", "RELATIONSHIP", ">WEIGHT", "DESCRIPTION"]);
            for neighbor in &page.neighbors {
                table.row([
                    neighbor.address.to_string(),
                    neighbor.relationship.clone(),
                    format!("{:.3}", neighbor.weight),
                    words::or_dash(neighbor.description.clone()),
                ]);
            }
            table.to_text()
        })?;
        if let (Some(next), false) = (next, session.is_json()) {
            let about = page
                .total
                .map_or_else(String::new, |total| format!(" of about {}", words::count(total)));
            session.note(&format!(
                "{}{about}; go on with --offset {next}",
                words::count(page.neighbors.len() as u64)
            ));
        }
        Ok(())
    }
}
