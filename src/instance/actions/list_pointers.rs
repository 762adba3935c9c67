//! `list_pointers`: every pointer, a page at a time.

use super::page::{self, USUAL_PAGE};
use super::parameter::{AFTER, DESCENDING, FEDERATED, FILTER, LIMIT, OFFSET, SORT};
use super::{Access, Action, Answer, Call, DomainRole};
use crate::store::PointerQuery;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "list_pointers",
    help: "Lists pointers, 100 a page and in order of creation unless told otherwise.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[FEDERATED, FILTER, SORT, DESCENDING, LIMIT, AFTER, OFFSET],
    result: "{count, total, pointers: [pointer], next, filter?, sort?, descending?}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    page::read(call, PointerQuery::default(), Some(USUAL_PAGE))
        .await?
        .into_answer()
}
