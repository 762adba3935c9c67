//! Two who change the same thing: on what a change may depend, and what is said where somebody else was there first.

use super::{Call, Kind, Parameter, check};
use crate::model::filter::Filter;
use crate::model::{AppId, Pointer, Timestamp};
use crate::protocol::{Code, Problem};
use crate::store::{AUDIT_FIELDS, AsSeen, AuditFilter, StoreError};
use jiff::tz::TimeZone;
use serde_json::json;

/// On what a change of something depends of which no moment of its last change is kept.
pub const IF_STILL: Parameter = Parameter::optional(
    "if_still",
    Kind::Json,
    "what the caller saw of it, such as {\"name\": \"gate\"}: nothing is changed if any of that is otherwise now",
);

/// The actions that give a pointer another `last_modified`.
const CHANGES_OF_POINTERS: [&str; 2] = ["update_pointer", "assign_pointer_to_connection"];
/// Records of the audit trail in which the author of a change is looked for.
const RECORDS: usize = 20;

/// How often something is looked at anew that others changed between the look and the write.
pub const LOOKS: usize = 16;

/// Makes a change that is decided by a look at what it changes, and written only where that is so still: else it is looked at
/// and decided anew, so many times at most, as if the call had come a moment later.
pub async fn settled<T, F>(call: &Call<'_>, looks: usize, change: impl Fn() -> F) -> Result<T, Problem>
where
    F: Future<Output = Result<Result<T, StoreError>, Problem>>,
{
    let mut left = looks;
    loop {
        match change().await? {
            Ok(done) => return Ok(done),
            Err(StoreError::ChangedMeanwhile { .. }) if left > 0 => left -= 1,
            Err(error) => return Err(call.storage_problem(error).await),
        }
    }
}

/// That a pointer is not as the caller saw it.
pub fn changed(pointer: &Pointer) -> StoreError {
    StoreError::ChangedMeanwhile {
        what: "pointer",
        name: pointer.address.to_string(),
        at: Some(pointer.last_modified),
    }
}

/// What a write depends on that was decided by a look at this pointer: whoever may touch every pointer may touch it
/// whatever it is by now.
pub fn as_seen(call: &Call<'_>, pointer: &Pointer) -> Option<Timestamp> {
    (!call.sees_every_pointer()).then_some(pointer.last_modified)
}

/// The same of two pointers.
pub fn both_as_seen(call: &Call<'_>, one: &Pointer, other: &Pointer) -> Option<[Timestamp; 2]> {
    (!call.sees_every_pointer()).then_some([one.last_modified, other.last_modified])
}

/// The `if_still` of a call: some of these members.
pub fn if_still(call: &Call<'_>, members: &[&str]) -> Result<Option<AsSeen>, Problem> {
    let seen: Option<AsSeen> = call.query.optional("if_still")?.map(AsSeen);
    let other = seen
        .iter()
        .flat_map(|seen| seen.0.keys())
        .find(|member| !members.contains(&member.as_str()));
    match other {
        Some(other) => Err(check::invalid(
            "if_still",
            format!("{other:?} is not one of {}", members.join(", ")),
        )),
        None => Ok(seen),
    }
}

/// The problem that something was changed since the caller saw it: when, where that is kept, and for the instance's owner
/// by whom, where that is on record.
pub async fn problem(call: &Call<'_>, what: &str, name: &str, at: Option<Timestamp>) -> Problem {
    let by = match at {
        Some(at) if call.grant().owner => author(call, name, at).await,
        _ => None,
    };
    let when = at.map(|at| format!(", at {at}")).unwrap_or_default();
    let who = by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
    let message = format!("The {what} {name} was changed meanwhile{when}{who}; nothing was written.");
    let mut problem = Problem::new(Code::ChangedMeanwhile, message);
    if let Some(at) = at {
        problem = problem.with("changed_at", json!(at));
    }
    if let Some(by) = by {
        problem = problem.with("changed_by", json!(by));
    }
    problem
}

/// Who changed a pointer at this moment. A change by a circuit is not on record under the pointer's name: nobody is named
/// then, rather than whoever changed it before.
async fn author(call: &Call<'_>, pointer: &str, at: Timestamp) -> Option<AppId> {
    let text = format!("about:{pointer} outcome:done !action:get_ !action:invoke");
    let filter = Filter::parse(&text, AUDIT_FIELDS).ok()?;
    let ready = AuditFilter::new(&filter, call.now(), &TimeZone::UTC);
    let found = call.instance.audit().recent(None, RECORDS, ready).await.ok()?;
    found
        .records
        .into_iter()
        .find(|record| record.at >= at && CHANGES_OF_POINTERS.contains(&record.action.as_str()))?
        .app_id
}
