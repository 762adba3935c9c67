//! `get_all_tags {prefix?, limit?}` → `{count, tags: [name], used: {…}}`: for completion while one types.

use super::{Access, Action, Answer, Call, DomainRole, Kind, Outcome, Parameter};
use crate::instance::grant_part::GrantPart;
use serde_json::{Map, Value, json};

/// How many are shown at most.
const MOST: u64 = 10_000;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_all_tags",
    help: "Lists the tags that pointers bear, in alphabetical order, with how many bear each.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[
        Parameter::optional("prefix", Kind::Text, "only those that begin like this"),
        Parameter::optional("limit", Kind::Count, "how many at most, up to 10000"),
    ],
    result: "{count, tags: [name], used: {…}}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    if !call.sees_every_pointer() {
        return Err(GrantPart::Pointer.refuses(
            "this credential's grant covers some pointers only, and tags tell of the others; ask the instance's administrator",
        ));
    }
    let prefix = call.query.optional_text("prefix")?.unwrap_or_default();
    let limit = call.query.optional_count("limit")?.unwrap_or(MOST).min(MOST);
    let used: Map<String, Value> = call
        .store()
        .tags()
        .await?
        .into_iter()
        .filter(|(tag, _)| tag.starts_with(prefix))
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .map(|(tag, pointers)| (tag, Value::from(pointers)))
        .collect();
    let tags: Vec<&String> = used.keys().collect();
    Ok(Outcome::Success(
        json!({"count": tags.len(), "tags": tags, "used": used}),
    ))
}
