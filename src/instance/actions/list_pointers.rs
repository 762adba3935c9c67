//! `list_pointers`: every pointer, a page at a time, in order of creation.

use super::page::{self, USUAL_PAGE};
use super::parameter::{AFTER, FEDERATED, LIMIT, OFFSET};
use super::{Access, Action, Answer, Call};
use crate::store::PointerQuery;

/// The row of the table.
pub const ACTION: Action = Action {
    name: "list_pointers",
    help: "Lists pointers in order of creation, 100 a page unless told otherwise.",
    access: Access::Granted,
    writes: false,
    parameters: &[FEDERATED, LIMIT, AFTER, OFFSET],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    page::read(call, PointerQuery::default(), Some(USUAL_PAGE))
        .await?
        .into_answer()
}
