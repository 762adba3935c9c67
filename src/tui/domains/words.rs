//! Domains, connections and federations in words and signs.

use crate::model::{ConnectionStatus, DomainPermission, FederationStatus};
use crate::tui::theme::{Glyphs, Role};

/// What is allowed, in the original's words: the greatest includes the others.
pub(super) fn allowed(permissions: &[DomainPermission]) -> String {
    let greatest = permissions.iter().max_by_key(|permission| permission.role());
    greatest.map_or_else(
        || "nothing".to_owned(),
        |permission| permission.as_str().to_owned(),
    )
}

/// How a connection stands, with a sign.
pub(super) fn status(status: ConnectionStatus, glyphs: &Glyphs) -> (String, Role) {
    match status {
        ConnectionStatus::Active => (format!("{} active", glyphs.good), Role::Good),
        ConnectionStatus::Disabled => (format!("{} disabled", glyphs.bad), Role::Bad),
    }
}

/// How a federation stands, with a sign.
pub(super) fn standing(status: FederationStatus, glyphs: &Glyphs) -> (String, Role) {
    let (sign, role) = match status {
        FederationStatus::Pending => (glyphs.changing, Role::Changing),
        FederationStatus::Accepted => (glyphs.good, Role::Good),
        FederationStatus::Revoked => (glyphs.bad, Role::Faint),
    };
    (format!("{sign} {}", status.as_str()), role)
}
