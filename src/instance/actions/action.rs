//! What an action is, and a call of one. Knows the instance that it runs on and none of the actions: which there are is
//! said by the table, which every call brings along, so that one action can run another.

use crate::instance::caller::Caller;
use crate::instance::core::Instance;
use crate::instance::in_flight::InFlight;
use crate::instance::onward::Onward;
use crate::model::{DomainRole, InstanceId};
use crate::protocol::{Access, CallContext, Code, Problem, Query, Rendered, Reply, ValueKind};
use futures::future::BoxFuture;
use serde_json::Value;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// A parameter of an action.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name in the query.
    pub name: &'static str,
    /// What it takes.
    pub kind: ValueKind,
    /// Whether the action needs it.
    pub required: bool,
    /// What it is for, in a few words.
    pub help: &'static str,
    /// The only texts that it takes, if they are few.
    pub choices: &'static [&'static str],
    /// What its text names, where callers can list those: `tag`, `credential`, `held_credential`.
    pub names: Option<&'static str>,
    /// Whether its value is a secret, which nobody keeps who keeps queries.
    pub secret: bool,
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
    /// Whether such a call takes something away for good or shuts somebody out: whoever sends one by hand is asked first.
    pub destroys: fn(&Query) -> bool,
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

/// Actions, sorted by name.
#[derive(Clone, Copy)]
pub struct Table(&'static [&'static Action]);

impl Table {
    /// Of these rows, which are sorted.
    pub const fn of(rows: &'static [&'static Action]) -> Self {
        Self(rows)
    }

    /// The action of this name.
    pub fn find(self, name: &str) -> Option<&'static Action> {
        let at = self.0.binary_search_by(|action| action.name.cmp(name)).ok()?;
        Some(self.0[at])
    }

    /// All of them.
    pub fn iter(self) -> std::slice::Iter<'static, &'static Action> {
        self.0.iter()
    }
}

impl IntoIterator for Table {
    type Item = &'static &'static Action;
    type IntoIter = std::slice::Iter<'static, &'static Action>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One call of an action.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// What there is to call.
    pub table: Table,
    /// On which instance.
    pub instance: &'a Arc<Instance>,
    /// By whom.
    pub caller: &'a Caller,
    /// Under what; none for calls in process, which no change of a credential overtakes.
    pub under: Option<InFlight<'a>>,
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
    /// The hops that relays made, for the trace of the reply.
    pub onward: &'a Onward,
    /// Cancelled when nobody waits for the call any more.
    pub gone: &'a CancellationToken,
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
        /// The peer's whole reply, whose result is ours.
        reply: Reply,
        /// The peer.
        peer: Option<InstanceId>,
    },
    /// `status: interpretation_rendered`: the pointer's data cannot be had.
    Interpretation {
        /// What it is, in words.
        interpretation: String,
        /// Why its data cannot be had.
        details: Value,
        /// The whole reply of the peer that said so (relay).
        peer_reply: Option<Reply>,
    },
}
