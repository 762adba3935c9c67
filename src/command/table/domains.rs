//! Commands on the domains of an instance, and on what they own.

use crate::command::Scope::{Domains, InstancePage, Panes};
use crate::command::rows::{
    changes, destroys, on_closed_connection, on_domain, on_instance, on_nameable, on_open_connection, shows,
};
use crate::command::{Command, Id};

pub(super) static COMMANDS: &[Command] = &[
    shows(
        Id::Domains,
        "domains",
        "domains",
        "The domains of the selected instance: their connections, access keys and federations",
        &[Panes, InstancePage],
        14,
        &["g d"],
    )
    .when(on_instance)
    .taking("[INSTANCE]"),
    shows(
        Id::DomainOpen,
        "domain-open",
        "open",
        "Fold a domain away or show what it owns; show the pointers of a connection",
        &[Domains],
        95,
        &["enter"],
    )
    .when(on_domain),
    shows(
        Id::DomainPointers,
        "domain-pointers",
        "pointers",
        "Show the pointers of the selected connection, or all those of the selected domain",
        &[Domains],
        90,
        &["p"],
    )
    .when(on_domain),
    changes(
        Id::NewDomain,
        "new-domain",
        "new domain",
        "Make a domain; the name under which you call this instance owns it",
        &[Domains],
        88,
        &["n"],
    ),
    changes(
        Id::NewConnection,
        "new-connection",
        "add connection",
        "Make a connection in the selected domain",
        &[Domains],
        86,
        &["a"],
    )
    .when(on_domain),
    changes(
        Id::EditDomain,
        "edit-domain",
        "edit",
        "Give the selected domain another name; change a connection's name and what it is for",
        &[Domains],
        84,
        &["e"],
    )
    .when(on_nameable),
    destroys(
        Id::DisableConnection,
        "disable-connection",
        "close",
        "Close the selected connection: calls through it are refused until it is opened again",
        &[Domains],
        87,
        &["S"],
    )
    .when(on_open_connection),
    changes(
        Id::EnableConnection,
        "enable-connection",
        "open it",
        "Open the selected connection again: calls go through",
        &[Domains],
        87,
        &["s"],
    )
    .when(on_closed_connection),
    changes(
        Id::NewAccessKey,
        "new-access-key",
        "access key",
        "Make an access key that opens the selected domain; it is shown once",
        &[Domains],
        72,
        &["K"],
    )
    .when(on_domain),
    changes(
        Id::FederateDomains,
        "federate-domains",
        "federate",
        "Ask another domain of this instance to let the people of the selected one work in it",
        &[Domains],
        70,
        &["F"],
    )
    .when(on_domain),
    changes(
        Id::AcceptFederation,
        "accept-federation",
        "accept",
        "Accept the request of another domain, with its key",
        &[Domains],
        68,
        &["A"],
    )
    .when(on_domain),
    destroys(
        Id::DeleteDomain,
        "delete-domain",
        "delete",
        "Remove the selected domain or connection; revoke an access key; end a federation",
        &[Domains],
        83,
        &["x"],
    )
    .when(on_domain),
    shows(
        Id::CopyDomain,
        "copy-domain",
        "copy",
        "Copy the id or the name of what is selected",
        &[Domains],
        28,
        &["y"],
    )
    .when(on_domain)
    .taking("[id|name]"),
];
