//! `search_pointers`: pointers by words of their description and by tags, all of them or a page at a time.

use super::parameter::{AFTER, DESCENDING, FEDERATED, FILTER, LIMIT, OFFSET, SORT};
use super::wish::{self, EXCLUDE_TAGS, SEARCH_TAGS, SEARCH_TERM, TAG_MATCH_MODE};
use super::{Access, Action, Answer, Call, DomainRole, page};

/// The row of the table.
pub static ACTION: Action = Action {
    name: "search_pointers",
    help: "Finds pointers; without a limit, all that match. Terms and tags are SQL LIKE patterns.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[
        SEARCH_TERM,
        SEARCH_TAGS,
        EXCLUDE_TAGS,
        TAG_MATCH_MODE,
        FEDERATED,
        FILTER,
        SORT,
        DESCENDING,
        LIMIT,
        AFTER,
        OFFSET,
    ],
    result: "{count, total, pointers: [pointer], next, filter?, sort?, descending?}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let wanted = wish::read(call)?;
    page::read(call, wanted, None).await?.into_answer()
}
