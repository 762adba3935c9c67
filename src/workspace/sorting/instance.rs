//! What instances are sorted by.

use super::{SortColumn, SortKey, Sorting};
use crate::model::InstanceState;
use crate::workspace::InstanceRow;

/// A column of the list of instances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum InstanceColumn {
    Name,
    State,
    Trip,
    Pointers,
    Version,
    Trouble,
    Endpoint,
}

impl SortColumn for InstanceColumn {
    const ALL: &'static [Self] = &[
        Self::Name,
        Self::State,
        Self::Trip,
        Self::Pointers,
        Self::Version,
        Self::Trouble,
        Self::Endpoint,
    ];
    const COMES: Option<Sorting<Self>> = Some(Sorting {
        by: Self::Name,
        descending: false,
    });

    fn title(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::State => "state",
            Self::Trip => "trip",
            Self::Pointers => "pointers",
            Self::Version => "version",
            Self::Trouble => "last trouble",
            Self::Endpoint => "endpoint",
        }
    }

    fn field(self) -> &'static str {
        match self {
            Self::Trip => "latency_us",
            Self::Trouble => "error",
            other => other.title(),
        }
    }
}

impl InstanceColumn {
    /// What an instance has in it. Round trips are those of instances that answer: others have an old one.
    pub fn key(self, row: &InstanceRow) -> SortKey {
        let is_up = row.state == InstanceState::Up;
        match self {
            Self::Name => SortKey::text(row.name.as_str()),
            Self::State => SortKey::number(Some(standing(row.state))),
            Self::Trip => SortKey::number(row.latency_us.filter(|_| is_up)),
            Self::Pointers => SortKey::number(row.pointers),
            Self::Version => SortKey::text(row.version.as_deref().unwrap_or_default()),
            Self::Trouble => SortKey::text(row.error.as_deref().unwrap_or_default()),
            Self::Endpoint => SortKey::text(&row.endpoint.authority()),
        }
    }
}

/// From what is well to what is not: with the greatest first, what needs somebody is on top.
fn standing(state: InstanceState) -> i64 {
    match state {
        InstanceState::Up => 0,
        InstanceState::Changing => 1,
        InstanceState::Unknown => 2,
        InstanceState::Stopped => 3,
        InstanceState::Refused => 4,
        InstanceState::Unreachable => 5,
    }
}
