//! What a grant allows: the one place where that is decided, for calls over the wire, steps of circuits and
//! in-process administration alike. Pure: no clock, no storage.

mod domains;

pub(crate) use domains::Roles;

use super::actions::{Access, Action};
use super::grant_part::GrantPart;
use crate::handshake::Life;
use crate::model::{Grant, Pointer};
use crate::protocol::{Code, Problem};
use serde_json::Value;
use std::net::IpAddr;

/// Whether a call may come from this address; in-process calls come from none.
pub(crate) fn source(grant: &Grant, peer: Option<IpAddr>) -> Result<(), Problem> {
    let (Some(sources), Some(peer)) = (&grant.sources, peer) else {
        return Ok(());
    };
    let peer = peer.to_canonical();
    if sources.iter().any(|range| range.contains(&peer)) {
        return Ok(());
    }
    Err(GrantPart::Source.refuses(
        "this credential may not be used from the address that the call comes from; ask the instance's administrator",
    ))
}

/// Whether an action is part of the handshake, and open to a credential before its words were compared.
pub(crate) fn is_handshake(action: &str) -> bool {
    matches!(action, "whoami" | "activate_credential")
}

/// Whether a credential may be used for an action at this step of its handshake.
pub(crate) fn step(life: &Life, action: &str) -> Result<(), Problem> {
    if life.opens_everything() || is_handshake(action) {
        return Ok(());
    }
    Err(Problem::new(
        Code::NotVerified,
        format!(
            "this credential does not open '{}' before people on both sides have compared the words and it is activated",
            action.chars().take(64).collect::<String>()
        ),
    ))
}

/// Whether an action may be called under a grant.
pub(crate) fn action(grant: &Grant, action: &Action, read_only: bool) -> Result<(), Problem> {
    bound(grant, action)?;
    match action.access {
        Access::Anyone => {}
        Access::Granted if grant.allows_action(action.name) => {}
        Access::Granted => {
            return Err(GrantPart::Action.refuses(format!(
                "this credential's grant does not include the action '{}'; ask the instance's administrator",
                action.name
            )));
        }
        Access::Owner if grant.owner => {}
        Access::Owner => {
            return Err(Problem::new(
                Code::OwnerOnly,
                format!("only the instance's owner may call '{}'", action.name),
            ));
        }
    }
    if !action.writes {
        return Ok(());
    }
    if read_only {
        return Err(Problem::new(
            Code::ReadOnly,
            format!(
                "this instance is read-only, and '{}' changes something",
                action.name
            ),
        ));
    }
    if !grant.writes {
        return Err(GrantPart::Writes.refuses(
            format!(
                "this credential's grant does not allow writes, and '{}' changes something; ask the instance's administrator",
                action.name
            ),
        ));
    }
    Ok(())
}

/// Whether a grant that is bound to a domain allows an action there.
fn bound(grant: &Grant, action: &Action) -> Result<(), Problem> {
    let Some(domain) = &grant.domain else {
        return Ok(());
    };
    if grant.owner || action.access != Access::Granted {
        return Ok(());
    }
    let message = match action.within {
        Some(needed) if domain.role().is_some_and(|role| role >= needed) => return Ok(()),
        Some(needed) => format!(
            "Access denied. '{}' needs the permission {} in the domain {}",
            action.name,
            needed.permission(),
            domain.domain_id
        ),
        None => format!(
            "Access denied. '{}' is not for callers that are bound to a domain, as with an access key",
            action.name
        ),
    };
    Err(GrantPart::Domain.refuses(message))
}

/// Whether a pointer may be touched under a grant. Every action calls this for every pointer that it touches or shows.
pub(crate) fn pointer(grant: &Grant, pointer: &Pointer) -> Result<(), Problem> {
    if grant.allows_pointer(&pointer.address, &pointer.tags, pointer.connection_id.as_ref()) {
        return Ok(());
    }
    Err(GrantPart::Pointer
        .refuses(format!(
            "this credential's grant does not include the pointer {}; ask the instance's administrator",
            pointer.address
        ))
        .with("pointer_address", Value::String(pointer.address.to_string())))
}

#[cfg(test)]
mod tests;
