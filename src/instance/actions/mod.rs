//! Every action that an instance answers: one file per action, one table that lists them.

mod abort_import;
mod accept_federation;
mod activate_credential;
mod activate_held_credential;
mod add_neighbor;
mod assign_pointer_to_connection;
mod begin_import;
mod call;
mod check;
mod check_held_credential;
mod clear_audit_log;
mod commit_import;
mod confirm_words;
mod create_circuit;
mod create_connection;
mod create_credential_pointer;
mod create_domain;
mod create_offer;
mod create_pointer;
mod delete_connection;
mod delete_domain;
mod delete_pointer;
pub mod docs;
mod drop_held_credential;
mod exchange_audit_heads;
mod exchange_heads_now;
mod execute_creation_model;
mod find_pointer_by_reference;
mod find_pointers_by_tag;
mod generate_access_key;
mod get_admin_overview;
mod get_all_tags;
mod get_audit;
mod get_available_apis;
mod get_capabilities;
mod get_domain_details;
mod get_federation_status;
mod get_graph;
mod get_graph_dot;
mod get_graph_stats;
mod get_isolated_pointers;
mod get_neighbors;
mod get_pointer;
mod get_pointer_relationships;
mod get_pointer_summary;
mod get_pointers_for_connection;
mod get_relationships_by_type;
mod get_unassigned_pointers;
mod graph;
mod hold_credential;
mod import_pointers;
mod initiate_federation;
mod invoke_through_connection;
mod issue_credential;
mod list_connections;
mod list_credentials;
mod list_domains;
mod list_held_credentials;
mod list_offers;
mod list_pointers;
mod neighbors;
mod page;
mod parameter;
mod publish_code;
mod record_backup;
mod record_offer_words;
mod relay;
mod remove_neighbor;
mod revoke_access_key;
mod revoke_credential;
mod revoke_federation;
mod rotate_credential;
mod rotate_held_credential;
mod seal_answer;
mod search_by_proximity;
mod search_pointers;
mod set_connection_status;
pub mod shape;
mod sign_request;
mod suspend_credential;
pub mod table;
mod update_connection;
mod update_domain;
mod update_pointer;
mod verify_audit;
mod verify_held_credential;
mod whoami;
mod withdraw_offer;

use super::core::{Caller, Instance};
pub use crate::model::DomainRole;
use crate::model::InstanceId;
pub use crate::protocol::{Access, Code, ValueKind as Kind};
use crate::protocol::{CallContext, Hop, Problem, Query, Rendered};
use futures::future::BoxFuture;
use serde_json::Value;
use std::sync::Arc;

/// A parameter of an action.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name in the query.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Whether the action needs it.
    pub required: bool,
    /// What it is for, in a few words.
    pub help: &'static str,
    /// The only texts that it takes, if they are few.
    pub choices: &'static [&'static str],
    /// What its text names, where callers can list those: `tag`, `credential`, `held_credential`.
    pub names: Option<&'static str>,
}

/// A row of the table.
pub struct Action {
    /// Its name on the wire.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Whether it changes anything here or may change something elsewhere: needs `writes` in the grant, and an intent on record.
    pub writes: bool,
    /// What a caller that its grant binds to a domain (an access key) needs there; none where such callers may not
    /// call it at all. With `Administrator`, everybody else must administer the domain concerned too.
    pub within: Option<DomainRole>,
    /// What it takes.
    pub parameters: &'static [Parameter],
    /// What its result looks like: `{member, member?, …}`.
    pub result: &'static str,
    /// The codes of failures of its own, beside those that any action may have.
    pub errors: &'static [Code],
    /// Does it.
    pub run: for<'a> fn(&'a Call<'a>) -> BoxFuture<'a, Answer>,
}

impl Action {
    /// Whether everybody but the instance's owner must administer the domain concerned.
    pub fn is_for_domain_owners(&self) -> bool {
        let refuses_others = [Code::AccessDenied, Code::FederationNotFound];
        self.access == Access::Granted
            && self
                .within
                .is_none_or(|needed| needed == DomainRole::Administrator)
            && self.errors.iter().any(|code| refuses_others.contains(code))
    }
}

/// One call of an action.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// On which instance.
    pub instance: &'a Arc<Instance>,
    /// By whom.
    pub caller: &'a Caller,
    /// With which token; none for calls in process, and for tokens that have no id.
    pub jti: Option<&'a str>,
    /// With what.
    pub query: &'a Query,
    /// Where it stands in a chain.
    pub context: &'a CallContext,
    /// How deep inside circuits this call is; 0 for one that came over the wire.
    pub depth: u8,
    /// How many steps the circuits within this call may still take, all of them together.
    pub steps: &'a std::sync::atomic::AtomicU32,
    /// The hop that a relay made, for the trace of the reply.
    pub onward: &'a std::sync::Mutex<Option<Hop>>,
}

/// How an action ends: with a result, or with a problem.
pub type Answer = Result<Outcome, Problem>;

/// What an action comes to when it does not fail.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// `status: success` with this result.
    Success(Value),
    /// The same with a result that is JSON text already: for what is asked for often, or long.
    Rendered(Rendered),
    /// `status: success`, and beside the result the peer's own reply (relay).
    Relayed {
        /// The result.
        result: Value,
        /// The peer's whole reply.
        peer_reply: Value,
        /// The peer.
        peer: Option<InstanceId>,
    },
    /// `status: interpretation_rendered`: the pointer's data cannot be had.
    Interpretation {
        /// What it is, in words.
        interpretation: String,
        /// Why its data cannot be had.
        details: Value,
    },
}
