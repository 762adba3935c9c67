//! What credentials are sorted by.

use super::{SortColumn, SortKey};
use crate::model::{CredentialState, Timestamp};
use crate::workspace::CredentialRow;

/// A column of the list of credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words say it")]
pub enum CredentialColumn {
    Attention,
    Name,
    Side,
    Instance,
    State,
    LastUsed,
    Lease,
}

impl SortColumn for CredentialColumn {
    const ALL: &'static [Self] = &[
        Self::Attention,
        Self::Name,
        Self::Side,
        Self::Instance,
        Self::State,
        Self::LastUsed,
        Self::Lease,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::Name => "name",
            Self::Side => "side",
            Self::Instance => "instance",
            Self::State => "state",
            Self::LastUsed => "last used",
            Self::Lease => "lease",
        }
    }

    fn field(self) -> &'static str {
        match self {
            Self::LastUsed => "last_used",
            Self::Lease => "expires_at",
            other => other.title(),
        }
    }
}

impl CredentialColumn {
    /// What a credential has in it: what needs attention most is the smallest.
    pub fn key(self, row: &CredentialRow) -> SortKey {
        match self {
            Self::Attention => match (&row.alarm, &row.attention) {
                (Some(_), _) => SortKey::Number(0),
                (None, Some(_)) => SortKey::Number(1),
                (None, None) => SortKey::Blank,
            },
            Self::Name => SortKey::text(&row.name),
            Self::Side => SortKey::text(row.side.as_str()),
            Self::Instance => SortKey::text(&row.instance),
            Self::State => SortKey::number(CredentialState::ALL.iter().position(|state| *state == row.state)),
            Self::LastUsed => SortKey::number(row.last_used.map(Timestamp::as_micros)),
            Self::Lease => SortKey::number(row.expires_at.map(Timestamp::as_micros)),
        }
    }
}
