//! `get_unassigned_pointers` → a page as `list_pointers` gives it: the pointers without a connection.

use super::parameter::PAGED;
use super::{Access, Action, Answer, Call, DomainRole, page};
use crate::model::STORED_POINTER_FIELDS;
use crate::model::filter::Filter;
use crate::store::PointerQuery;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "get_unassigned_pointers",
    help: "Lists the pointers that are assigned to no connection; without a limit, all of them.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: PAGED,
    result: "{count, total, pointers: [pointer], next, filter?, sort?, descending?}",
    errors: &[],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let wanted = PointerQuery {
        filter: unassigned(),
        ..PointerQuery::default()
    };
    page::read(call, wanted, None).await?.into_answer()
}

/// What the filter language says for it.
fn unassigned() -> Filter {
    Filter::parse("conn:none", STORED_POINTER_FIELDS).expect("the filter language has this term")
}
