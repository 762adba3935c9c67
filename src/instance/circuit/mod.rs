//! Circuits: pointers whose data_reference is a list of actions for this instance to take.
//!
//! Steps run one after the other, with the caller's own rights and never with more; what only the
//! owner of the instance or of a domain may do, or what is between a credential and its holder, cannot
//! be part of a circuit, so that nobody can write one for them to trip over. Everything about a circuit
//! is bounded: its steps, how deep circuits call circuits, the steps of one call all together, the size
//! of what they come to, and the call's deadline.

mod placeholder;

use super::actions::{Access, Action, Answer, Call, Outcome, Table};
use super::grant_part::GrantPart;
use super::problem::caller_gone;
use super::reading::may_write_at_a_peer;
use super::whereabouts::Whereabouts;
use super::{dispatch, relay};
use crate::model::{Connection, ConnectionId, DomainRole, json_size};
use crate::protocol::circuit::{FEDERATED_INVOKE, MOST_STEPS, RELAY};
use crate::protocol::{Code, Problem, Query};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;

/// How deep circuits may invoke circuits.
pub const DEEPEST: u8 = 4;
/// Steps of all circuits within one call.
pub const MOST_STEPS_IN_ALL: u32 = 256;
/// Bytes of all results of one circuit.
const LARGEST_RESULT: usize = 32 * 1024 * 1024;

/// What anybody may call and only tells something.
const TELLING: [&str; 2] = ["get_capabilities", "whoami"];

/// A checked circuit.
#[derive(Debug, Clone, PartialEq)]
pub struct Circuit {
    steps: Vec<Step>,
    /// Written as a list: its result is a list too.
    is_list: bool,
}

/// One action of a circuit.
#[derive(Debug, Clone, PartialEq)]
struct Step {
    /// The action and its parameters, with placeholders.
    query: Value,
    action: String,
    /// Relay only: the connection.
    relay_through: Option<ConnectionId>,
}

impl Circuit {
    /// Checks a definition: one action, or a list of them, of those in the table.
    pub fn from_value(definition: Value, table: Table) -> Result<Self, Problem> {
        let (definitions, is_list) = match definition {
            Value::Array(steps) => (steps, true),
            step => (vec![step], false),
        };
        if definitions.is_empty() || definitions.len() > MOST_STEPS {
            return Err(invalid(format!(
                "a circuit has 1 to {MOST_STEPS} steps, not {}",
                definitions.len()
            )));
        }
        let steps = definitions
            .into_iter()
            .enumerate()
            .map(|(index, definition)| {
                Step::check(index, definition, table).map_err(|problem| problem.with("step", json!(index)))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { steps, is_list })
    }

    /// Whether it does nothing but call one other instance.
    pub fn is_one_relay(&self) -> bool {
        matches!(self.steps.as_slice(), [step] if step.relay_through.is_some())
    }

    /// The connections that its relay steps use.
    pub fn relays_through(&self) -> impl Iterator<Item = &ConnectionId> {
        self.steps.iter().filter_map(|step| step.relay_through.as_ref())
    }

    /// Whether it does more than tell its caller something: a step changes something, here or at another instance, or hands
    /// results of others on to one.
    pub fn acts(&self, table: Table) -> bool {
        self.steps.iter().any(|step| match step.relay_through {
            Some(_) => placeholder::last_reference(&step.query).is_some() || step.may_write_at_a_peer(table),
            None => table.find(&step.action).is_none_or(|action| action.writes),
        })
    }

    /// Takes the steps. `via` is the connection through which the pointer was invoked: whoever may
    /// do that may let the circuit relay through it.
    pub async fn run(&self, call: &Call<'_>, via: &Connection) -> Answer {
        if call.depth >= DEEPEST {
            return Err(invalid(format!(
                "circuits call circuits more than {DEEPEST} levels deep here"
            )));
        }
        if self.is_one_relay() {
            return run_step(&self.steps[0], call, via, &[], &[]).await;
        }
        let mut results = Vec::with_capacity(self.steps.len());
        let mut rounded = Vec::new();
        let mut room = LARGEST_RESULT;
        for (index, step) in self.steps.iter().enumerate() {
            let outcome = run_step(step, call, via, &results, &rounded).await;
            let result = match outcome.map_err(|problem| problem.with("step", json!(index)))? {
                Outcome::Success(result) => result,
                // As text it is known how large it is before memory is taken for what it holds.
                Outcome::Relayed { reply, .. } if reply.result_length() > Some(room) => {
                    return Err(too_large(index));
                }
                Outcome::Relayed { reply, .. } => {
                    if reply.is_rounded() {
                        rounded.push(index);
                    }
                    reply.into_result().unwrap_or(Value::Null)
                }
                Outcome::Rendered(result) => result.into_value(),
                Outcome::Interpretation {
                    interpretation,
                    details,
                    ..
                } => return Ok(cannot_be_had(index, interpretation, &details)),
            };
            let size = json_size(&result, room).ok_or_else(|| too_large(index))?;
            room -= size;
            results.push(result);
        }
        if self.is_list {
            return Ok(Outcome::Success(Value::Array(results)));
        }
        let only = results.pop().expect("a circuit has at least one step");
        Ok(Outcome::Success(only))
    }
}

impl Step {
    fn may_write_at_a_peer(&self, table: Table) -> bool {
        Query::from_value(self.query.clone()).is_ok_and(|query| may_write_at_a_peer(&query, table))
    }

    fn check(index: usize, definition: Value, table: Table) -> Result<Self, Problem> {
        let query = Query::from_value(definition)
            .map_err(|_| invalid(format!("step {index} is not an object with an 'action'")))?;
        let action = known(index, query.action(), table)?.to_owned();
        let relay_through = match action.as_str() {
            RELAY => Some(relay_connection(index, &query)?),
            _ => None,
        };
        let query = query.to_value();
        if let Some(last) = placeholder::last_reference(&query).filter(|last| *last >= index) {
            return Err(invalid(format!(
                "step {index} has a placeholder for step {last}, which does not come before it (steps count from 0)"
            )));
        }
        Ok(Self {
            query,
            action,
            relay_through,
        })
    }
}

/// The action, if it may be a step.
fn known(index: usize, name: &str, table: Table) -> Result<&str, Problem> {
    if name == FEDERATED_INVOKE {
        return Err(invalid(format!(
            "step {index}: {FEDERATED_INVOKE} can only stand alone, for the caller to go on with"
        )));
    }
    let action = table.find(name).ok_or_else(|| {
        invalid(format!(
            "step {index} has an action that is not known here: '{name}'"
        ))
    })?;
    match whose_business(action) {
        Some(whose) => Err(invalid(format!(
            "step {index}: '{name}' is {whose} own business and cannot be part of a circuit"
        ))),
        None => Ok(name),
    }
}

/// Whose business alone an action is. A circuit is run by others than its author and with their rights: it could have
/// them give away a domain, or spend the keys that they call with.
fn whose_business(action: &Action) -> Option<&'static str> {
    match action.access {
        Access::Owner => Some("the owner's"),
        Access::Anyone if !TELLING.contains(&action.name) => Some("a credential's"),
        _ if action.is_for_domain_owners() => Some("a domain owner's"),
        _ => None,
    }
}

/// Where a relay goes is part of the circuit, never of its data.
fn relay_connection(index: usize, query: &Query) -> Result<ConnectionId, Problem> {
    let connection = query
        .id("connection_id")
        .map_err(|error| invalid(format!("step {index}: {error}")))?;
    match query.get("query") {
        Some(Value::Object(onward)) if onward.get("action").is_some_and(Value::is_string) => Ok(connection),
        _ => Err(invalid(format!(
            "step {index}: a relay needs 'query', an object with the 'action' for the other instance"
        ))),
    }
}

async fn run_step(
    step: &Step,
    call: &Call<'_>,
    via: &Connection,
    results: &[Value],
    rounded: &[usize],
) -> Answer {
    spend_step(call)?;
    if call.gone.is_cancelled() {
        return Err(caller_gone());
    }
    // Whoever was locked out while the step before this one was taken takes no other.
    call.require_standing()?;
    if call.remaining_ms().is_none() {
        let here = Whereabouts::here(&call.context.path, call.instance.id());
        let message = "the deadline passed before the circuit was done";
        return Err(here.tell(Problem::new(Code::DeadlineExceeded, message)));
    }
    let filled = placeholder::fill(&step.query, results, rounded);
    let filled = filled.map_err(|error| invalid(error.to_string()))?;
    let query = Query::from_value(filled)?;
    match &step.relay_through {
        Some(connection) => relay_step(call, via, connection, &query).await,
        None => act(step, call, &query).await,
    }
}

/// Runs an action of this instance as if the caller had asked for it.
async fn act(step: &Step, call: &Call<'_>, query: &Query) -> Answer {
    let action = call
        .table
        .find(&step.action)
        .ok_or_else(|| invalid(format!("an action that is not known here: '{}'", step.action)))?;
    let within = dispatch::enter(call, action).await?;
    if action.writes {
        call.record_intent(query).await?;
    }
    let inner = Call {
        caller: within.as_ref().unwrap_or(call.caller),
        query,
        depth: call.depth + 1,
        ..*call
    };
    dispatch::run(&inner, action).await
}

async fn relay_step(call: &Call<'_>, via: &Connection, id: &ConnectionId, query: &Query) -> Answer {
    // Also the connection of the pointer is looked at anew: it may be closed since the first step.
    let connection = &call.connection_at(id).await?;
    if *id != via.id {
        call.require_use(connection, DomainRole::Writer).await?;
    }
    let onward = Query::from_value(query.required("query")?)?;
    let may_write = may_write_at_a_peer(&onward, call.table);
    if may_write && call.instance.settings().read_only {
        return Err(Problem::new(
            Code::ReadOnly,
            format!(
                "this instance is read-only, and the circuit relays '{}', which may change something at the peer",
                onward.action()
            ),
        ));
    }
    if may_write && !call.grant().writes {
        return Err(GrantPart::Writes.refuses(format!(
            "this credential's grant does not allow writes, and the circuit relays '{}', which may change something at the \
             peer; ask the instance's administrator",
            onward.action()
        )));
    }
    call.record_intent(query).await?;
    relay::relay(call, connection, &onward).await
}

fn spend_step(call: &Call<'_>) -> Result<(), Problem> {
    let spent = call
        .steps
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
    spent.map(|_| ()).map_err(|_| {
        invalid(format!(
            "the circuits of this call take more than {MOST_STEPS_IN_ALL} steps together"
        ))
    })
}

fn too_large(step: usize) -> Problem {
    invalid(format!(
        "the circuit's results are larger than {LARGEST_RESULT} bytes"
    ))
    .with("step", json!(step))
}

fn cannot_be_had(index: usize, interpretation: String, details: &Value) -> Outcome {
    let details = match details {
        Value::String(text) => format!("Step {index} of the circuit: {text}"),
        other => format!("Step {index} of the circuit: {other}"),
    };
    Outcome::Interpretation {
        interpretation,
        details: Value::String(details),
        peer_reply: None,
    }
}

fn invalid(message: impl Into<String>) -> Problem {
    Problem::new(Code::InvalidCircuit, message)
}

#[cfg(test)]
mod tests;
