//! What can be shown of a pointer in a list, and what lists can be sorted by: the same on the screen and on the
//! command line.

use super::sorting::{is_called, split_direction};
use crate::model::{InstanceName, Pointer};
use crate::store::{Order, SortBy};

/// A column of a list of pointers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the words say it")]
pub enum PointerColumn {
    Instance,
    Address,
    Description,
    Tags,
    LeadsTo,
    Connection,
    Reference,
    Created,
    Modified,
}

impl PointerColumn {
    /// All of them, in the order that they have unless told otherwise.
    pub const ALL: [Self; 9] = [
        Self::Instance,
        Self::Address,
        Self::Description,
        Self::Tags,
        Self::LeadsTo,
        Self::Connection,
        Self::Reference,
        Self::Created,
        Self::Modified,
    ];

    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Instance => "instance",
            Self::Address => "address",
            Self::Description => "description",
            Self::Tags => "tags",
            Self::LeadsTo => "leads to",
            Self::Connection => "connection",
            Self::Reference => "reference",
            Self::Created => "created",
            Self::Modified => "modified",
        }
    }

    /// The field of a pointer that it shows, as it is called in JSON.
    pub const fn field(self) -> &'static str {
        match self {
            Self::LeadsTo => "federated",
            Self::Connection => "connection_id",
            Self::Reference => "data_reference",
            Self::Created => "created_at",
            Self::Modified => "last_modified",
            Self::Instance | Self::Address | Self::Description | Self::Tags => self.title(),
        }
    }

    /// Reads its heading, which may be written in one word, or the name of its field.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|column| is_called(text, column.title(), column.field()))
    }

    /// The order of pointers that it stands for, if it does.
    pub const fn sorts_by(self) -> Option<SortBy> {
        match self {
            Self::Address => Some(SortBy::Address),
            Self::Description => Some(SortBy::Description),
            Self::Tags => Some(SortBy::Tags),
            Self::Created => Some(SortBy::Created),
            Self::Modified => Some(SortBy::Modified),
            Self::Instance | Self::LeadsTo | Self::Connection | Self::Reference => None,
        }
    }

    /// Reads an order: a column, and `:desc` for the greatest first.
    pub fn parse_order(text: &str) -> Option<Order> {
        let (name, descending) = split_direction(text)?;
        let by = Self::parse(name)?.sorts_by()?;
        Some(Order { by, descending })
    }

    /// What it shows of a pointer, in plain text.
    pub fn text(self, instance: &InstanceName, pointer: &Pointer) -> String {
        match self {
            Self::Instance => instance.to_string(),
            Self::Address => pointer.address.to_string(),
            Self::Description => pointer.description.clone(),
            Self::Tags => pointer.tags.join(", "),
            Self::LeadsTo => pointer.federated.as_ref().map_or_else(String::new, |federated| {
                format!("{} {}", federated.route, federated.endpoint.authority())
            }),
            Self::Connection => pointer
                .connection_id
                .as_ref()
                .map_or_else(String::new, ToString::to_string),
            Self::Reference => pointer.data_reference.clone(),
            Self::Created => pointer.created_at.to_string(),
            Self::Modified => pointer.last_modified.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_read_by_its_heading_and_by_its_field() {
        for column in PointerColumn::ALL {
            assert_eq!(PointerColumn::parse(column.title()), Some(column));
            assert_eq!(PointerColumn::parse(column.field()), Some(column));
            assert_eq!(
                PointerColumn::parse(&column.title().replace(' ', "-")),
                Some(column)
            );
        }
        assert_eq!(PointerColumn::parse("colour"), None);
    }

    #[test]
    fn an_order_is_a_column_that_can_be_sorted_by_and_a_direction() {
        let order = |by, descending| Some(Order { by, descending });
        assert_eq!(
            PointerColumn::parse_order("created:desc"),
            order(SortBy::Created, true)
        );
        assert_eq!(PointerColumn::parse_order("tags"), order(SortBy::Tags, false));
        for wrong in ["", "tags:down", "connection", "leads-to:desc"] {
            assert_eq!(PointerColumn::parse_order(wrong), None, "{wrong}");
        }
    }
}
